//! ERPNext as the books that documents are posted into: asked before it is told again, and never believed before it is read back.
//!
//! In: one document at a time, from one site. Out: a [`Verdict`]. Absent: what comes first, when to try again, and when to read back what
//! was made: that is the core's.
//!
//! One request a document, draft and submission in one, with everything said that ERPNext would fill in only for drafts: parallel drafts
//! deadlock, and a lost answer between two steps leaves a draft. What came of a request is decided by a question: is there a
//! document with our id?

mod by_hand;
mod cancelling;
mod cards;
mod confirming;
mod days;
mod drafts;
mod listing;
mod masters;
mod names;
mod posting;
mod telling;
mod words;

use crate::client::{CONNECTIONS, Client, Failure, Query};
use crate::map::{ClosedPeriod, SiteMap};
use crate::payload::{self, About, Ask, Unmappable};
use crate::readback::Reading;
use confirming::Made;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use listing::Listing;
use names::{Centers, Erp};
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::domain::master::Masters;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{ByHand, Place, Sink, Unsaid, Verdict};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Ids in one question.
const AT_ONCE: usize = 50;

/// Why ERPNext takes the connector for a guest.
const UNSEEN_KEY: &str = "ERPNext does not see the connector's key: something between drops the header Authorization";

/// Why a document is held whose month the desk has closed, and what to do.
const CLOSED_HERE: &str = "Its month is closed at the office's desk. Open the month there and retry, or give it up; a document the site may also post on the \
                           first open day.";

/// The same of hours, which are not moved.
const HOURS_CLOSED_HERE: &str = "Their month is closed at the office's desk, and hours are booked when they were worked, never on another day. Open the \
                                 month there and retry, or give it up.";

/// What the office knows of documents, for references that ERPNext alone does not resolve.
pub trait Library: Send + Sync {
    /// A document of any site.
    fn document(&self, id: IntentId) -> Option<Submitted>;
    /// The master data as a site has it ([`Masters::of_site`]).
    fn masters(&self, site: &SiteId) -> Arc<Masters>;
    /// The name under which somebody has entered a document by hand, as the office's word on it says: it is not there under its id.
    fn by_hand(&self, id: IntentId) -> Option<Text>;
}

/// One site's way into ERPNext.
pub struct Erpnext {
    client: Client,
    site: SiteId,
    map: SiteMap,
    zone: TimeZone,
    library: Arc<dyn Library>,
    /// ERPNext's names of customers and suppliers that sites have made.
    parties: BTreeMap<IntentId, String>,
    centers: Centers,
    /// Kinds of which ERPNext was asked for our id before: it has the field.
    asked: BTreeSet<Kind>,
    /// What ERPNext has made and was not read back. As many as the writer lets wait.
    made: BTreeMap<IntentId, Made>,
    /// Drafts that were found under our id, by name: they become the documents.
    drafts: BTreeMap<IntentId, String>,
    /// How each doctype is listed that lists were wanted of; none where they are not shown.
    listings: BTreeMap<&'static str, Option<Arc<Listing>>>,
    blind: bool,
    lists: bool,
    /// Documents that lists have shown as they were sent.
    read_by_lists: usize,
    /// Lists that are asked for at once. They lock nothing; what ERPNext has no worker for waits there.
    at_once: usize,
    /// The day that it is, where a test has said so.
    today: Option<Date>,
}

impl Erpnext {
    /// For one site. `zone` is ERPNext's own time zone.
    pub fn new(client: Client, site: SiteId, map: SiteMap, zone: TimeZone, library: Arc<dyn Library>) -> Self {
        Self {
            client: client.patient(),
            site,
            map,
            zone,
            library,
            parties: BTreeMap::new(),
            centers: Centers::default(),
            asked: BTreeSet::new(),
            made: BTreeMap::new(),
            drafts: BTreeMap::new(),
            listings: BTreeMap::new(),
            blind: false,
            lists: false,
            read_by_lists: 0,
            at_once: CONNECTIONS,
            today: None,
        }
    }

    /// Goes by a day that is not the clock's. For tests alone, whose days are made up.
    #[doc(hidden)]
    pub fn on(self, today: Date) -> Self {
        Self { today: Some(today), ..self }
    }

    /// Never asks whether a document is there already. For tests alone, that show what comes of it.
    #[doc(hidden)]
    pub fn blind(self) -> Self {
        Self { blind: true, ..self }
    }

    /// Reads even one document by lists. For tests alone, that show what lists show.
    #[doc(hidden)]
    pub fn by_lists(self) -> Self {
        Self { lists: true, ..self }
    }

    /// How many documents lists have shown as they were sent, so that none of them was read alone. For tests alone.
    #[doc(hidden)]
    pub fn read_by_lists(&self) -> usize {
        self.read_by_lists
    }

    /// Asks for one list after the other. For tests alone, whose seeds stand for the order of faults.
    #[doc(hidden)]
    pub fn in_turn(self) -> Self {
        Self { at_once: 1, ..self }
    }

    /// `reading` is later where the document is there, and its body only held against it.
    fn request(&mut self, submitted: &Submitted, post_on: Option<Date>, reading: Reading) -> Result<Ask, Unmappable> {
        let masters = self.library.masters(&self.site);
        let about = About { site: &self.site, masters: &masters, map: &self.map, erp_zone: &self.zone, post_on };
        let later = reading == Reading::Later;
        let (parties, centers) = (&mut self.parties, &mut self.centers);
        let mut names = Erp { client: &self.client, library: &*self.library, parties, centers, later };
        payload::body(submitted, &about, &mut names)
    }

    /// What a failure means: for this document, or for all of them.
    fn failed(&self, failure: Failure) -> Verdict {
        match failure {
            Failure::Denied(why) => Verdict::Stopped(why),
            _ if failure.takes_nothing() => Verdict::Again { why: failure.to_string(), alive: false },
            Failure::Again(why) => Verdict::Again { why, alive: self.answers() },
            _ if failure.came_between() => Verdict::Again { why: failure.to_string(), alive: true },
            // It fails over whatever it is asked: that says nothing of this document.
            Failure::Refused { status, .. } if status >= 500 && !self.answers() => {
                Verdict::Again { why: failure.to_string(), alive: false }
            }
            Failure::Refused { .. } if words::passes(&failure) => {
                Verdict::Again { why: failure.to_string(), alive: true }
            }
            Failure::Refused { .. } => self.refusal(&failure),
        }
    }

    /// The same of a cancellation.
    fn not_undone(&self, failure: Failure) -> Verdict {
        match self.failed(failure.clone()) {
            Verdict::Held(..) => {
                let (hold, why) = words::of_cancelling(&failure);
                Verdict::Held(hold, why)
            }
            other => other,
        }
    }

    /// Why ERPNext has not said which documents it has, and where it refuses to, what to do.
    fn unsaid(&self, failure: Failure) -> Unsaid {
        let words = failure.to_string();
        match &failure {
            Failure::Refused { .. } if failure.is("PermissionError") && self.is_nobody() => {
                Unsaid { why: UNSEEN_KEY.into(), answers: false }
            }
            Failure::Refused { .. } if failure.is("PermissionError") => {
                let remedy =
                    "The connector may not read that: run `outpost office erpnext setup` with an administrator's key.";
                Unsaid { why: format!("{words}. {remedy}"), answers: true }
            }
            Failure::Refused { status, .. } => Unsaid { why: words, answers: *status < 500 || self.answers() },
            _ => Unsaid { why: words, answers: false },
        }
    }

    /// Those of these that somebody has entered by hand, with their names; and the others, which have ids of ours.
    fn by_hand_apart(&self, ids: Vec<IntentId>) -> (Vec<(IntentId, Text)>, Vec<IntentId>) {
        let (mut by_hand, mut others) = (Vec::new(), Vec::new());
        for id in ids {
            match self.library.by_hand(id) {
                Some(name) => by_hand.push((id, name)),
                None => others.push(id),
            }
        }
        (by_hand, others)
    }

    /// It was refused for good, unless ERPNext did not see who asks.
    fn refusal(&self, failure: &Failure) -> Verdict {
        if failure.is("PermissionError") && self.is_nobody() {
            return Verdict::Stopped(UNSEEN_KEY.into());
        }
        let (hold, why) = words::of(failure);
        Verdict::Held(hold, why)
    }

    /// Whether ERPNext takes us for a guest, who may not even ask who he is.
    fn is_nobody(&self) -> bool {
        match self.client.call("frappe.auth.get_logged_user", &json!({})) {
            Ok(user) => user == "Guest",
            Err(failure) => failure.is("PermissionError"),
        }
    }

    /// Whether ERPNext answers a question to its database: it may say `pong` for a long time without one. That it shows nothing of it to us is
    /// an answer as well.
    fn answers(&self) -> bool {
        let query = Query { fields: &["name"], page: 1, ..Query::default() };
        matches!(self.client.list("Company", &query), Ok(_) | Err(Failure::Refused { .. }))
    }

    fn unmappable(&self, why: Unmappable) -> Verdict {
        match why {
            Unmappable::Books(failure) => self.failed(failure),
            Unmappable::NotThere(..) | Unmappable::Cancelled(..) => {
                let remedy = "Put it right in ERPNext, or cancel this document and make it anew.";
                Verdict::Held(Hold::Refused, format!("{}. {remedy}", sentence(&why.to_string())))
            }
            Unmappable::Unfit { .. } => Verdict::Held(Hold::Unmapped, format!("{}.", sentence(&why.to_string()))),
        }
    }
}

impl Sink for Erpnext {
    fn post(&mut self, submitted: &Submitted, at: &Place) -> Verdict {
        let kind = submitted.document.kind();
        // The first of a kind is asked for as well: without our id's field no answer could ever be found again.
        let unknown = at.again || !self.asked.contains(&kind);
        if unknown && !self.blind && kind.has_id() {
            match self.found(submitted, at) {
                Ok(Some(verdict)) => return verdict,
                Ok(None) => drop(self.asked.insert(kind)),
                Err(failure) => return self.failed(failure),
            }
        }
        let own = submitted.day().unwrap_or(at.day);
        // Hours have no day to post them on: they count when they were worked, and that is never another day. Whether they are in a Job
        // Card already only the card says.
        match kind {
            Kind::Timesheet if self.is_work_closed(submitted) => {
                return Verdict::Held(Hold::Closed, HOURS_CLOSED_HERE.into());
            }
            Kind::Timesheet | Kind::JobCard => return self.tell(submitted, at, None),
            _ => {}
        }
        let has_day = !kind.is_master() && !matches!(kind, Kind::TillOpening | Kind::TillClosing);
        let verdict = match has_day && self.is_closed_here(kind, own) {
            true => Verdict::Held(Hold::Closed, CLOSED_HERE.into()),
            false => self.tell(submitted, at, None),
        };
        match self.map.closed_period {
            ClosedPeriod::FirstOpenDay if days::is_closed(&verdict) => self.post_later(submitted, at, own, verdict),
            _ => verdict,
        }
    }

    fn confirm(&mut self, made: &[IntentId]) -> Vec<Verdict> {
        self.read_all(made)
    }

    fn cancel(&mut self, _: &Cancelled, of: &Submitted, _: &Place) -> Verdict {
        match of.document.kind() {
            Kind::TillOpening | Kind::TillClosing => Verdict::Kept,
            Kind::JobCard => self.take_from_card(of),
            kind => self.undo(kind, of).unwrap_or_else(|failure| self.not_undone(failure)),
        }
    }

    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, Unsaid> {
        let mut by_kind: BTreeMap<Kind, Vec<IntentId>> = BTreeMap::new();
        for (kind, id) in documents {
            by_kind.entry(*kind).or_default().push(*id);
        }
        let mut there = Vec::new();
        for (kind, ids) in by_kind {
            if !kind.has_id() {
                there.extend(ids);
                continue;
            }
            let (by_hand, ids) = self.by_hand_apart(ids);
            for named in by_hand.chunks(AT_ONCE) {
                there.extend(by_hand::among(&self.client, kind, named).map_err(|failure| self.unsaid(failure))?);
            }
            for ids in ids.chunks(AT_ONCE) {
                let found = names::among(&self.client, kind, ids).map_err(|failure| self.unsaid(failure))?;
                for id in ids.iter().filter(|id| kind.is_master() && !found.contains(id)) {
                    let joined = masters::joined(&self.client, &*self.library, kind, *id);
                    there.extend(joined.map_err(|failure| self.unsaid(failure))?.map(|_| *id));
                }
                there.extend(found);
            }
        }
        Ok(there)
    }

    fn has(&mut self, submitted: &Submitted) -> Result<bool, String> {
        match submitted.document.kind() {
            Kind::JobCard => self.is_on_a_card(submitted),
            kind => Ok(!self.there(&[(kind, submitted.id)])?.is_empty()),
        }
    }

    fn by_hand(&mut self, submitted: &Submitted, name: &Text, at: &Place) -> Result<ByHand, String> {
        self.look_by_hand(submitted, name, at).map_err(|failure| failure.to_string())
    }

    fn cancelled_there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<(IntentId, String)>, Unsaid> {
        let mut by_kind: BTreeMap<Kind, Vec<IntentId>> = BTreeMap::new();
        for (kind, id) in documents.iter().filter(|(kind, _)| kind.has_id()) {
            by_kind.entry(*kind).or_default().push(*id);
        }
        let mut cancelled = Vec::new();
        for (kind, ids) in by_kind {
            let (by_hand, ids) = self.by_hand_apart(ids);
            for named in by_hand.chunks(AT_ONCE) {
                cancelled.extend(
                    by_hand::cancelled_among(&self.client, kind, named).map_err(|failure| self.unsaid(failure))?,
                );
            }
            for ids in ids.chunks(AT_ONCE) {
                let found = names::cancelled_among(&self.client, kind, ids);
                cancelled.extend(found.map_err(|failure| self.unsaid(failure))?);
            }
        }
        Ok(cancelled)
    }
}

/// With a capital letter in front.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
