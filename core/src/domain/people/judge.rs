//! Whether what came is somebody's to send: session, locks, rights, a second person, and a date that can be trusted.
//!
//! Runs on each new document, cancellation, close of a day and word on a code, after repeats are told: a repeat of what was taken is answered as it was, whoever
//! has been locked since.

use super::super::document::{Kind, Text};
use super::super::id::{DeviceId, IntentId, SiteId};
use super::super::master::Masters;
use super::super::person::SessionId;
use super::super::record::{Cancelled, DayClosed, Entry, NamedCode, Submitted};
use super::super::rights::{self, Deed};
use super::approval::{self, Needs};
use super::{NoSession, People};
use jiff::civil::Date;

/// What is known at the moment of judging.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// What people have done.
    pub people: &'a People,
    /// What the office has told.
    pub masters: &'a Masters,
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
    /// The day, in the workshop's time zone; where the time is not known, a day that it is not before.
    pub today: Date,
    /// The time is known.
    pub clock_known: bool,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody is logged in, or somebody else.
    Session,
    /// The device was revoked.
    Revoked,
    /// A role, a warehouse or a site lacks.
    Rights,
    /// It takes a second person.
    Approval,
    /// The time is not known.
    Clock,
}

/// A refusal: what lacks, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    /// What kind.
    pub why: Why,
    /// For a person.
    pub text: String,
}

impl Refused {
    fn new(why: Why, text: impl ToString) -> Self {
        Self { why, text: text.to_string() }
    }
}

impl From<NoSession> for Refused {
    fn from(no: NoSession) -> Self {
        let why = if matches!(no, NoSession::Revoked { .. }) { Why::Revoked } else { Why::Session };
        Self::new(why, no)
    }
}

impl From<rights::Refused> for Refused {
    fn from(refused: rights::Refused) -> Self {
        Self::new(Why::Rights, refused)
    }
}

impl World<'_> {
    /// Whether people are told apart here: the office has told all, and of somebody here who can show it.
    pub fn tells_people_apart(&self) -> bool {
        self.masters.is_complete() && self.masters.has_people()
    }

    fn works_here(&self, person: &Text) -> bool {
        let user = self.masters.user(person.as_str());
        user.is_some_and(|user| user.sites.is_empty() || user.sites.contains(self.site))
    }
}

/// Judges a new entry. `session` is the one that came with it; `original` finds the document that a cancellation names.
/// Who agreed is written into the entry where it takes two; who sends it, where it came without a name.
pub fn judge(
    world: &World<'_>,
    entry: &mut Entry,
    session: Option<&SessionId>,
    original: impl FnOnce(IntentId) -> Option<Submitted>,
) -> Result<(), Refused> {
    if let Entry::Submitted(submitted) = entry
        && submitted.is_requested()
    {
        return asked(world, submitted);
    }
    if let Some(by) = entry.device().and_then(|device| world.people.revoked_by(device)) {
        return Err(NoSession::Revoked { by: by.clone() }.into());
    }
    match entry {
        Entry::Submitted(submitted) => submit(world, submitted, session),
        Entry::Cancelled(cancelled) => cancel(world, cancelled, session, original),
        Entry::DayClosed(DayClosed { day, by, asked: Some(asked), .. }) => {
            close_day(world, (*day, by), &asked.device, session)
        }
        Entry::Barcode(named) => name_code(world, named, session),
        _ => Ok(()),
    }
}

/// Who sends it, once it is sure that they may.
fn sender(
    world: &World<'_>,
    device: &DeviceId,
    user: Option<&Text>,
    session: Option<&SessionId>,
) -> Result<Option<Text>, Refused> {
    let apart = world.tells_people_apart();
    let Some(id) = session else {
        return if apart { Err(NoSession::Missing.into()) } else { Ok(user.cloned()) };
    };
    match world.people.may_submit(id, device, user, world.now_ms) {
        // A box that knows no people yet cannot know their sessions either.
        Err(NoSession::Unknown) if !apart => Ok(user.cloned()),
        Err(no) => Err(no.into()),
        Ok(session) if apart && !world.works_here(&session.user) => {
            Err(NoSession::Gone { user: session.user.clone() }.into())
        }
        Ok(session) => Ok(Some(session.user.clone())),
    }
}

fn submit(world: &World<'_>, submitted: &mut Submitted, session: Option<&SessionId>) -> Result<(), Refused> {
    submitted.user = sender(world, &submitted.device, submitted.user.as_ref(), session)?;
    if !world.masters.is_complete() {
        return Ok(());
    }
    dated(world, submitted.document.rules().posting_date())?;
    let user = submitted.user.as_ref().filter(|_| world.tells_people_apart());
    let place = rights::World { site: world.site, masters: world.masters };
    rights::check(&submitted.document, user, Deed::Submit, &place)?;
    if world.tells_people_apart() {
        let settings = world.masters.settings(world.site);
        let needs = settings
            .and_then(|settings| approval::to_submit(&submitted.document, settings, world.masters, world.today));
        let by = second(world, submitted.id, submitted.user.as_ref(), submitted.document.kind());
        submitted.approved_by = agreed(by, needs)?;
    }
    Ok(())
}

/// What the office wants: who may want it is the office's to judge, and whose the warehouses are is judged here as for anybody.
fn asked(world: &World<'_>, submitted: &Submitted) -> Result<(), Refused> {
    dated(world, submitted.document.rules().posting_date())?;
    let place = rights::World { site: world.site, masters: world.masters };
    Ok(rights::check(&submitted.document, None, Deed::Submit, &place)?)
}

fn cancel(
    world: &World<'_>,
    cancelled: &mut Cancelled,
    session: Option<&SessionId>,
    original: impl FnOnce(IntentId) -> Option<Submitted>,
) -> Result<(), Refused> {
    cancelled.user = sender(world, &cancelled.device, cancelled.user.as_ref(), session)?;
    if !world.masters.is_complete() {
        return Ok(());
    }
    // Whether it is there to be cancelled is the workshop's question, not one of rights.
    let Some(original) = original(cancelled.document) else { return Ok(()) };
    let user = cancelled.user.as_ref().filter(|_| world.tells_people_apart());
    let place = rights::World { site: world.site, masters: world.masters };
    rights::check(&original.document, user, Deed::Cancel, &place)?;
    if world.tells_people_apart() {
        let needs = world.masters.settings(world.site).and_then(approval::to_cancel);
        let by = second(world, cancelled.id, cancelled.user.as_ref(), original.document.kind());
        cancelled.approved_by = agreed(by, needs)?;
    }
    Ok(())
}

/// Who may close a till may close the day.
fn close_day(
    world: &World<'_>,
    (day, by): (Date, &mut Option<Text>),
    device: &DeviceId,
    session: Option<&SessionId>,
) -> Result<(), Refused> {
    *by = sender(world, device, by.as_ref(), session)?;
    dated(world, Some(day))?;
    let user = by.as_ref().filter(|_| world.masters.is_complete() && world.tells_people_apart());
    if let Some(user) = user.and_then(|user| world.masters.user(user.as_str())) {
        rights::may(Deed::Submit, Kind::TillClosing, user, world.masters).map_err(rights::Refused::from)?;
    }
    Ok(())
}

/// Who may read items or sell them may say which one a code stands for: the office still gives items their barcodes.
fn name_code(world: &World<'_>, named: &mut NamedCode, session: Option<&SessionId>) -> Result<(), Refused> {
    named.user = sender(world, &named.device, named.user.as_ref(), session)?;
    let user = named.user.as_ref().filter(|_| world.masters.is_complete() && world.tells_people_apart());
    let Some(user) = user.and_then(|user| world.masters.user(user.as_str())) else { return Ok(()) };
    if rights::may_read(Kind::Item, user, world.masters) {
        return Ok(());
    }
    rights::may(Deed::Submit, Kind::SalesInvoice, user, world.masters).map_err(rights::Refused::from)?;
    Ok(())
}

/// The second person, where one has agreed, asked or not: a shortage may need them as well, and is found later.
fn second(world: &World<'_>, id: IntentId, sender: Option<&Text>, kind: Kind) -> Option<Text> {
    let may = |person: &Text| approval::may_approve(person, kind, world.site, world.masters);
    world.people.approved_by(id, sender, may).cloned()
}

fn agreed(by: Option<Text>, needs: Option<Needs>) -> Result<Option<Text>, Refused> {
    match (by, needs) {
        (None, Some(needs)) => {
            let remedy = "a second person who may cancel such a document, or a manager, agrees with their PIN or badge on \
                          me/<device>/approve; then send it again under the same id";
            Err(Refused::new(Why::Approval, format!("{needs}: {remedy}")))
        }
        (by, _) => Ok(by),
    }
}

/// While the time is not known, only what is dated no later than the box knows it to be is sure not to be dated ahead.
fn dated(world: &World<'_>, own: Option<Date>) -> Result<(), Refused> {
    if world.clock_known || own.is_some_and(|date| date <= world.today) {
        return Ok(());
    }
    let text = "the box does not know day and time, and nothing undated or dated ahead is posted: confirm date and time at a \
                tablet (me/<device>/clock), or put the line up; then send it again under the same id";
    Err(Refused::new(Why::Clock, text))
}
