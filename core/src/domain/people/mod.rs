//! Who is at which device, who is locked out, what was agreed to: the fold of what people did ([`Person`] records).
//!
//! In go a journal's records in order; what comes out is the same after every restart, so a power cycle gives no new tries and
//! ends no lock. Absent: PINs and tokens (records hold none), clocks (each question brings its moment), and the
//! office's data (users and roles are handed in where they matter).

pub mod approval;
pub mod judge;
pub mod lockout;
mod session;
#[cfg(test)]
mod tests;

pub use approval::Needs;
pub use judge::{Refused, Why, World};
pub use session::{LATE_MS, NoSession, SESSION_MS, Session};

use super::document::Text;
use super::id::{DeviceId, IntentId};
use super::person::{Act, Person, Proof, SessionId, nobody};
use super::record::{Entry, Record};
use super::time::{Quality, Stamp};
use lockout::Tries;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long an approval waits for its document, milliseconds: as long as a document may come late.
pub const APPROVAL_MS: i64 = LATE_MS;
/// Most people that agree to one document; more say nothing new.
const MAX_APPROVERS: usize = 8;

/// The fold. It may be kept and read back; it is made from the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    boot: Option<Uuid>,
    sessions: BTreeMap<SessionId, Session>,
    tries: BTreeMap<Text, Tries>,
    device_tries: BTreeMap<DeviceId, Tries>,
    /// Whom, and by whom.
    locked: BTreeMap<Text, Text>,
    /// Which, and by whom.
    revoked: BTreeMap<DeviceId, Text>,
    temporary: BTreeMap<Text, TemporaryPin>,
    approvals: BTreeMap<IntentId, Vec<Approval>>,
}

/// A PIN that a manager gave somebody for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporaryPin {
    /// Its hash, argon2id in PHC form.
    pub pin_hash: Box<str>,
    /// Until when, milliseconds since 1970.
    pub until_ms: i64,
    /// The manager, on whose account it is.
    pub by: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Approval {
    by: Text,
    at_ms: i64,
}

impl People {
    /// Takes in a record of the site, in journal order.
    pub fn apply(&mut self, record: &Record) {
        match &record.entry {
            Entry::Opened(opened) => self.boot = Some(opened.boot),
            Entry::Person(person) => self.act(&record.stamp, person),
            _ => {}
        }
    }

    fn act(&mut self, stamp: &Stamp, person: &Person) {
        let (at_ms, user, device) = (stamp.at_ms(), &person.user, &person.device);
        self.learn_time(stamp, &person.act);
        match &person.act {
            Act::LoggedIn { session, by } => {
                self.forgive(user, device);
                let charged_to = (*by == Proof::TemporaryPin).then(|| self.temporary.get(user)).flatten();
                let begun = Session {
                    user: user.clone(),
                    device: device.clone(),
                    by: *by,
                    charged_to: charged_to.map(|pin| pin.by.clone()),
                    since_ms: at_ms,
                    undated: self.boot.filter(|_| stamp.quality == Quality::Floor).map(|boot| (boot, stamp.up_ms)),
                    ended_ms: None,
                    void: self.locked.contains_key(user) || self.revoked.contains_key(device),
                };
                self.sessions.insert(*session, begun);
            }
            Act::LoggedOut { session } => {
                if let Some(session) = self.sessions.get_mut(session).filter(|session| session.device == *device) {
                    session.ended_ms.get_or_insert(at_ms);
                }
            }
            Act::Failed => {
                if *user != nobody() {
                    self.tries.entry(user.clone()).or_default().fail(at_ms);
                }
                self.device_tries.entry(device.clone()).or_default().fail(at_ms);
            }
            Act::Approved { document } => {
                self.forgive(user, device);
                let all = self.approvals.entry(*document).or_default();
                if all.len() < MAX_APPROVERS && all.iter().all(|approval| approval.by != *user) {
                    all.push(Approval { by: user.clone(), at_ms });
                }
            }
            Act::Locked { whom } => {
                self.locked.insert(whom.clone(), user.clone());
                self.temporary.remove(whom);
                self.end_for_good(|session| session.user == *whom);
                self.approvals.values_mut().for_each(|all| all.retain(|approval| approval.by != *whom));
            }
            Act::Unlocked { whom } => {
                self.locked.remove(whom);
                self.tries.remove(whom);
            }
            Act::GavePin { whom, pin_hash, until_ms } => {
                let pin = TemporaryPin { pin_hash: pin_hash.clone(), until_ms: *until_ms, by: user.clone() };
                self.temporary.insert(whom.clone(), pin);
            }
            Act::RevokedDevice { which } => {
                self.revoked.insert(which.clone(), user.clone());
                self.end_for_good(|session| session.device == *which);
            }
            Act::RestoredDevice { which } => {
                self.revoked.remove(which);
                self.device_tries.remove(which);
            }
            Act::SetClock { .. } => {}
        }
        if stamp.quality > Quality::Floor {
            self.forget_before(at_ms);
        }
    }

    /// A right PIN: what was wrong before is forgiven, to the person and to the device.
    fn forgive(&mut self, user: &Text, device: &DeviceId) {
        self.tries.remove(user);
        self.device_tries.remove(device);
    }

    fn end_for_good(&mut self, which: impl Fn(&Session) -> bool) {
        self.sessions.values_mut().filter(|session| which(session)).for_each(|session| session.void = true);
    }

    /// Sessions that began before the time was known get their date from what is known of the same boot.
    fn learn_time(&mut self, stamp: &Stamp, act: &Act) {
        let boot_at_ms = match act {
            Act::SetClock { at_ms } if stamp.quality == Quality::Floor => at_ms.saturating_sub_unsigned(stamp.up_ms),
            _ if stamp.quality > Quality::Floor => stamp.boot_at_ms,
            _ => return,
        };
        for session in self.sessions.values_mut() {
            match session.undated.take() {
                Some((boot, up_ms)) if Some(boot) == self.boot => {
                    session.since_ms = boot_at_ms.saturating_add_unsigned(up_ms);
                }
                // Of an earlier boot: no later than this boot is all that is known, and it is never held to be too old for it.
                Some(_) => session.since_ms = session.since_ms.max(boot_at_ms),
                None => {}
            }
        }
    }

    /// Drops what says nothing more at `now_ms`, so that the fold stays small.
    fn forget_before(&mut self, now_ms: i64) {
        self.sessions.retain(|_, session| !session.is_too_old(now_ms));
        self.temporary.retain(|_, pin| pin.until_ms > now_ms);
        for all in self.approvals.values_mut() {
            all.retain(|approval| approval.at_ms.saturating_add(APPROVAL_MS) >= now_ms);
        }
        self.approvals.retain(|_, all| !all.is_empty());
    }

    /// Until when no PIN of this person, or at this device, is looked at.
    pub fn closed_until(&self, user: Option<&Text>, device: &DeviceId, now_ms: i64) -> Option<i64> {
        let person = user.and_then(|user| self.tries.get(user));
        let tries = [person, self.device_tries.get(device)];
        tries.into_iter().flatten().filter_map(|tries| tries.closed_until(now_ms)).max()
    }

    /// Who locked this person, where somebody did.
    pub fn locked_by(&self, user: &Text) -> Option<&Text> {
        self.locked.get(user)
    }

    /// Who revoked this device, where somebody did.
    pub fn revoked_by(&self, device: &DeviceId) -> Option<&Text> {
        self.revoked.get(device)
    }

    /// The PIN that a manager gave this person, while it holds.
    pub fn temporary_pin(&self, user: &Text, now_ms: i64) -> Option<&TemporaryPin> {
        self.temporary.get(user).filter(|pin| now_ms < pin.until_ms)
    }

    /// The session, whatever has become of it.
    pub fn session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions.get(id)
    }

    fn standing(&self, id: &SessionId, device: &DeviceId) -> Result<&Session, NoSession> {
        if let Some(by) = self.revoked.get(device) {
            return Err(NoSession::Revoked { by: by.clone() });
        }
        let session = self.sessions.get(id).ok_or(NoSession::Unknown)?;
        if session.device != *device {
            return Err(NoSession::OtherDevice);
        }
        if let Some(by) = self.locked.get(&session.user) {
            return Err(NoSession::Locked { user: session.user.clone(), by: by.clone() });
        }
        if session.void { Err(NoSession::Void) } else { Ok(session) }
    }

    /// The session, where it lasts: for what is done at this moment.
    pub fn present(&self, id: &SessionId, device: &DeviceId, now_ms: i64) -> Result<&Session, NoSession> {
        let session = self.standing(id, device)?;
        if session.has_ended(now_ms) { Err(NoSession::Ended) } else { Ok(session) }
    }

    /// The session that speaks for a document: it lasts, or it ended no more than thirty days ago and nobody was locked or
    /// revoked since. `user` is whom the document names.
    pub fn may_submit(
        &self,
        id: &SessionId,
        device: &DeviceId,
        user: Option<&Text>,
        now_ms: i64,
    ) -> Result<&Session, NoSession> {
        let session = self.standing(id, device)?;
        if let Some(given) = user.filter(|given| **given != session.user) {
            return Err(NoSession::SomebodyElse { user: session.user.clone(), given: given.clone() });
        }
        if session.is_too_old(now_ms) {
            return Err(NoSession::TooOld { ended_ms: session.ends_ms() });
        }
        Ok(session)
    }

    /// Who agreed to this document: somebody else than who sends it, not locked since, and fit to by `may`.
    pub fn approved_by(
        &self,
        document: IntentId,
        submitter: Option<&Text>,
        may: impl Fn(&Text) -> bool,
    ) -> Option<&Text> {
        let by = self.approvals.get(&document)?.iter().map(|approval| &approval.by);
        by.filter(|by| Some(*by) != submitter && !self.locked.contains_key(*by)).find(|by| may(by))
    }
}
