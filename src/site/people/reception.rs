//! The thread that hears one ask after the other.

use super::QUEUE;
use super::answer::{Code, No, Yes, json};
use super::folk::Shared;
use super::proof::{Checker, NotProven, here};
use crate::domain::document::Text;
use crate::domain::id::{DeviceId, IntentId, SiteId, hex};
use crate::domain::master::{Masters, User};
use crate::domain::people::{NoSession, People, SESSION_MS};
use crate::domain::person::{Act, Person, Proof, SessionId, nobody};
use crate::domain::record::{Entry, Sent};
use crate::domain::time::{Quality, rfc3339};
use crate::gate::{self, Publisher, RefusalCode};
use crate::intake::people::{Ask, Manage, Secret, Showing, topic};
use crate::journal::ScribeHandle;
use crate::moment::{Moment, up_ms};
use crate::passwords;
use crate::site::admit::{Admit, Came, Submission};
use crate::site::health::Health;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, OnceLock, PoisonError};
use tokio::sync::watch;

/// How long a PIN holds that a manager gave, milliseconds: a day.
const TEMPORARY_MS: i64 = 24 * 3_600_000;
/// How far behind the box's lower bound a person's clock may be and still mean this minute: tablets show no seconds.
const CLOCK_SLACK_MS: i64 = 5 * 60_000;
/// How far past the last record the first person may set the clock, milliseconds: a box that lay for a year is set up by a manager.
const CLOCK_AHEAD_MS: i64 = 400 * 86_400_000;

/// What the reception sits among.
pub(in crate::site) struct Seat {
    pub(in crate::site) site: SiteId,
    pub(in crate::site) people: Shared,
    pub(in crate::site) masters: watch::Receiver<Arc<Masters>>,
    pub(in crate::site) moment: Arc<Moment>,
    pub(in crate::site) scribe: ScribeHandle<Admit>,
    pub(in crate::site) health: Arc<Health>,
    pub(in crate::site) publisher: Arc<OnceLock<Publisher>>,
}

struct Job {
    device: DeviceId,
    ask: Ask,
    packet: u16,
    /// When it came, by the uptime: what a person says of the clock was true then.
    up_ms: u64,
    answer: gate::Answer,
}

/// Hands asks to the thread, which ends with this.
pub(in crate::site) struct Reception {
    jobs: SyncSender<Job>,
    publisher: Arc<OnceLock<Publisher>>,
}

impl Reception {
    /// Starts the thread.
    pub(in crate::site) fn start(seat: Seat) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel(QUEUE);
        let publisher = seat.publisher.clone();
        let checker = Checker::new().map_err(std::io::Error::other)?;
        let run = move || Desk { seat, checker }.run(&waiting);
        std::thread::Builder::new().name("reception".into()).spawn(run)?;
        Ok(Self { jobs, publisher })
    }

    /// Hears an ask, at once or not at all.
    pub(in crate::site) fn ask(&self, device: DeviceId, ask: Ask, packet: u16, answer: gate::Answer) {
        let job = Job { device, ask, packet, up_ms: up_ms(), answer };
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) = self.jobs.try_send(job) {
            let no = No::new(Code::Busy, "others are being heard: try again in some seconds");
            tell(&self.publisher, &job.device, job.ask.leaf(), job.packet, &Err(no));
            job.answer.refused_recorded(RefusalCode::QuotaExceeded);
        }
    }
}

fn tell(publisher: &OnceLock<Publisher>, device: &DeviceId, re: &str, packet: u16, word: &Result<Yes, No>) {
    if let Some(publisher) = publisher.get() {
        publisher.publish(&topic(device), json(re, packet, word).to_string(), false);
    }
}

struct Desk {
    seat: Seat,
    checker: Checker,
}

impl From<NoSession> for No {
    fn from(no: NoSession) -> Self {
        let code = match no {
            NoSession::Revoked { .. } => Code::Revoked,
            NoSession::Locked { .. } => Code::Locked,
            _ => Code::Session,
        };
        Self::new(code, no)
    }
}

impl Desk {
    fn run(&mut self, waiting: &Receiver<Job>) {
        while let Ok(Job { device, ask, packet, up_ms, answer }) = waiting.recv() {
            let re = ask.leaf();
            let word = self.hear(&device, ask, up_ms);
            tell(&self.seat.publisher, &device, re, packet, &word);
            match &word {
                Ok(_) => answer.recorded(),
                // The device keeps it and asks again once the disk takes records.
                Err(No { code: Code::Unavailable, .. }) => answer.unavailable(),
                Err(_) => answer.refused_recorded(RefusalCode::NotAuthorized),
            }
        }
    }

    fn people(&self) -> std::sync::RwLockReadGuard<'_, People> {
        self.seat.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&mut self, device: &DeviceId, ask: Ask, up_ms: u64) -> Result<Yes, No> {
        if let Some(by) = self.people().revoked_by(device) {
            return Err(NoSession::Revoked { by: by.clone() }.into());
        }
        let masters = self.seat.masters.borrow().clone();
        match ask {
            Ask::Login(showing) => self.log_in(device, &showing, &masters),
            Ask::Logout(session) => self.log_out(device, session),
            Ask::Approve(showing, document) => self.approve(device, &showing, document, &masters),
            Ask::Manage(session, pin, manage) => self.manage(device, session, pin, manage, &masters),
            Ask::Clock { session, user, at_ms } => self.set_clock(device, (session, user), (at_ms, up_ms), &masters),
        }
    }

    /// Who shows this; a wrong one is on the disk before anybody hears that it was wrong.
    fn proven(&mut self, device: &DeviceId, showing: &Showing, masters: &Masters) -> Result<(User, Proof), No> {
        if !masters.has_people() {
            return Err(No::new(
                Code::NoPeople,
                "the office has sent nobody's PIN yet: put the line up, or a stick in",
            ));
        }
        let site = &self.seat.site;
        let now_ms = self.seat.moment.now_ms();
        let named = match showing {
            Showing::Pin { user, .. } => here(masters, site, user),
            Showing::Badge { user, .. } => user.as_ref().and_then(|user| here(masters, site, user)),
        };
        if let Some(until_ms) = self.people().closed_until(named.map(|user| &user.name), device, now_ms) {
            return Err(No::until(until_ms));
        }
        let people = self.seat.people.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (user, proof) = match self.checker.who(showing, (&people, now_ms), (masters, site)) {
            Ok((user, proof)) => (user.clone(), proof),
            Err(NotProven::NameNeeded) => {
                return Err(No::new(
                    Code::Wrong,
                    "too many people work here to find a badge without a name: send user too",
                ));
            }
            Err(NotProven::Wrong(name)) => {
                self.record(device, name.unwrap_or_else(nobody), Act::Failed)?;
                return Err(No::new(Code::Wrong, "the PIN or badge is wrong, or nobody here has that name: try again"));
            }
        };
        // A badge names nobody before it is found.
        if let Some(until_ms) = people.closed_until(Some(&user.name), device, now_ms) {
            return Err(No::until(until_ms));
        }
        if let Some(by) = people.locked_by(&user.name) {
            return Err(NoSession::Locked { user: user.name.clone(), by: by.clone() }.into());
        }
        Ok((user, proof))
    }

    fn log_in(&mut self, device: &DeviceId, showing: &Showing, masters: &Masters) -> Result<Yes, No> {
        let (user, by) = self.proven(device, showing, masters)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| No::new(Code::Unavailable, error))?;
        let token = hex(&random);
        let session = SessionId::of_token(&token);
        let at_ms = self.record(device, user.name.clone(), Act::LoggedIn { session, by })?;
        Ok(Yes::In { token, user: Box::new(user), until_ms: at_ms.saturating_add(SESSION_MS) })
    }

    fn log_out(&self, device: &DeviceId, session: SessionId) -> Result<Yes, No> {
        let user = self.people().present(&session, device, self.seat.moment.now_ms())?.user.clone();
        self.record(device, user.clone(), Act::LoggedOut { session })?;
        Ok(Yes::Done { user })
    }

    fn approve(
        &mut self,
        device: &DeviceId,
        showing: &Showing,
        document: IntentId,
        masters: &Masters,
    ) -> Result<Yes, No> {
        let (user, proof) = self.proven(device, showing, masters)?;
        own_proof(proof)?;
        self.record(device, user.name.clone(), Act::Approved { document })?;
        Ok(Yes::Done { user: user.name })
    }

    fn manage(
        &mut self,
        device: &DeviceId,
        session: SessionId,
        pin: Secret,
        manage: Manage,
        masters: &Masters,
    ) -> Result<Yes, No> {
        let user = self.people().present(&session, device, self.seat.moment.now_ms())?.user.clone();
        let (user, proof) = self.proven(device, &Showing::Pin { user, pin }, masters)?;
        own_proof(proof)?;
        if !user.is_manager {
            return Err(No::new(Code::NotAllowed, format!("{} is no manager: ask one, or the office", user.name)));
        }
        let somebody = |whom: Text| match here(masters, &self.seat.site, &whom) {
            Some(_) if whom == user.name => Err(No::new(Code::NotAllowed, "not on oneself: ask another manager")),
            Some(_) => Ok(whom),
            None => Err(No::new(Code::Unknown, format!("{whom} does not work here, the office says: check the name"))),
        };
        let act = match manage {
            Manage::Lock(whom) => Act::Locked { whom: somebody(whom)? },
            Manage::Unlock(whom) => Act::Unlocked { whom: somebody(whom)? },
            Manage::GivePin(whom, new_pin) => {
                let whom = somebody(whom)?;
                let pin_hash = passwords::phc(new_pin.expose()).map_err(|error| No::new(Code::Unavailable, error))?;
                let until_ms = self.seat.moment.now_ms().saturating_add(TEMPORARY_MS);
                Act::GavePin { whom, pin_hash: pin_hash.into(), until_ms }
            }
            Manage::RevokeDevice(which) => Act::RevokedDevice { which },
            Manage::RestoreDevice(which) => Act::RestoredDevice { which },
        };
        self.record(device, user.name.clone(), act)?;
        Ok(Yes::Done { user: user.name })
    }

    fn set_clock(
        &self,
        device: &DeviceId,
        (session, user): (Option<SessionId>, Option<Text>),
        (at_ms, up_ms): (i64, u64),
        masters: &Masters,
    ) -> Result<Yes, No> {
        let moment = &self.seat.moment;
        let apart = masters.is_complete() && masters.has_people();
        let user = match (session, apart) {
            (None, true) => return Err(NoSession::Missing.into()),
            (Some(session), _) => self.people().present(&session, device, moment.now_ms())?.user.clone(),
            (None, false) => user.unwrap_or_else(nobody),
        };
        let quality = moment.quality();
        if quality != Quality::Floor {
            let text = format!("the box knows the time: {}", rfc3339(moment.now_ms()));
            return Err(No::new(Code::Clock, text));
        }
        let floor_ms = moment.now_ms();
        if at_ms < floor_ms.saturating_sub(CLOCK_SLACK_MS) {
            let text =
                format!("it is no earlier than {}, when the last record was made: check the date", rfc3339(floor_ms));
            return Err(No::new(Code::Clock, text));
        }
        let is_manager = here(masters, &self.seat.site, &user).is_some_and(|user| user.is_manager);
        if at_ms > floor_ms.saturating_add(CLOCK_AHEAD_MS) && !is_manager {
            let text = "that is more than 400 days after the last record: check the year, or let a manager set it";
            return Err(No::new(Code::Clock, text));
        }
        let at_ms = at_ms.max(floor_ms);
        self.record(device, user, Act::SetClock { at_ms })?;
        moment.person_says(at_ms, up_ms);
        Ok(Yes::Set { at_ms })
    }

    /// Puts an act on the disk; its moment. By then the fold has it.
    fn record(&self, device: &DeviceId, user: Text, act: Act) -> Result<i64, No> {
        let entry = Entry::Person(Person { device: device.clone(), user, act });
        let sent = Sent { session: 0, packet: 0, dup: false };
        let came = Came { device: device.clone(), topic: "me".into(), payload: bytes::Bytes::new(), sent };
        let (told, hear) = mpsc::sync_channel(1);
        let health = self.seat.health.clone();
        let reply = Box::new(move |done: Result<crate::journal::Done<_>, Arc<crate::journal::WriteError>>| {
            match &done {
                Ok(_) => health.recorded(),
                Err(error) => health.refused(error),
            }
            let _ = told.send(done.map(|done: crate::journal::Done<crate::site::admit::Note>| done.note));
        });
        let not_now = || No::new(Code::Unavailable, "the box cannot record now: look at its light, then try again");
        let submission = Submission::new(entry, None, None, came);
        self.seat.scribe.submit_blocking(submission, reply).map_err(|_| not_now())?;
        let note = hear.recv().map_err(|_| not_now())?.map_err(|_| not_now())?;
        note.reason.map_or(Ok(note.at_ms), |reason| Err(No::new(Code::NotAllowed, reason)))
    }
}

/// What takes a person's own word does not take a PIN that somebody else gave them.
fn own_proof(proof: Proof) -> Result<(), No> {
    if proof == Proof::TemporaryPin {
        let text = "a temporary PIN only logs in: agreeing and managing take one's own PIN or badge";
        return Err(No::new(Code::NotAllowed, text));
    }
    Ok(())
}
