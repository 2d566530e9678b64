//! One login of one person at one device: while it lasts it speaks for them, and for thirty days after it what they did in it
//! still counts, since a tablet may be out of range and send later.

use super::super::document::Text;
use super::super::id::DeviceId;
use super::super::person::Proof;
use super::super::time::rfc3339;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a login lasts, milliseconds: the longest working day.
pub const SESSION_MS: i64 = 14 * 3_600_000;
/// How long after its end a session's documents are still taken, milliseconds: a tablet that lay in a drawer.
pub const LATE_MS: i64 = 30 * 86_400_000;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: Text,
    /// Where.
    pub device: DeviceId,
    /// By what they were known.
    pub by: Proof,
    /// The manager whose temporary PIN it was.
    pub charged_to: Option<Text>,
    /// Since when, milliseconds since 1970.
    pub since_ms: i64,
    /// Where the time was not known then: which boot, and its milliseconds. `since_ms` gets better once the time is known.
    pub(super) undated: Option<(Uuid, u64)>,
    /// When they logged out.
    pub(super) ended_ms: Option<i64>,
    /// A lock or a revocation ended it for good.
    pub(super) void: bool,
}

impl Session {
    /// When it ends, or has ended, milliseconds since 1970.
    pub fn ends_ms(&self) -> i64 {
        let lasts = self.since_ms.saturating_add(SESSION_MS);
        self.ended_ms.map_or(lasts, |ended| ended.min(lasts))
    }

    /// Whether it has ended at `now_ms`. One that began before the time was known only ends by a word.
    pub fn has_ended(&self, now_ms: i64) -> bool {
        self.void || self.ended_ms.is_some() || (self.undated.is_none() && now_ms >= self.ends_ms())
    }

    pub(super) fn is_too_old(&self, now_ms: i64) -> bool {
        self.undated.is_none() && now_ms > self.ends_ms().saturating_add(LATE_MS)
    }
}

/// Why a session does not speak for a document, or for anything else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSession {
    /// Nobody said who is there.
    #[error("session: missing: log in at this device and send the session with each document")]
    Missing,
    /// There is none of that token.
    #[error("session: not known here: log in again at this device, then send it with the new session")]
    Unknown,
    /// It was opened elsewhere.
    #[error("session: it was opened at another device: log in at this one")]
    OtherDevice,
    /// Somebody else's.
    #[error("user: {given} is not who logged in: that was {user}; log in as {given}, or leave `user` out")]
    SomebodyElse {
        /// Whose it is.
        user: Text,
        /// Whom the document names.
        given: Text,
    },
    /// It has ended.
    #[error("session: it has ended: log in again")]
    Ended,
    /// It has ended too long ago.
    #[error("session: it ended on {}, more than 30 days ago: log in again, then send it with the new session", rfc3339(*ended_ms))]
    TooOld {
        /// When.
        ended_ms: i64,
    },
    /// The person is locked.
    #[error(
        "session: {user} was locked by {by}: a manager can unlock them (or it is somebody else's work: log in as yourself)"
    )]
    Locked {
        /// Who.
        user: Text,
        /// By whom.
        by: Text,
    },
    /// A lock or a revocation that is over ended it.
    #[error("session: it was ended by a manager: log in again, then send it with the new session")]
    Void,
    /// The device is revoked.
    #[error("device: it was revoked by {by}: use another one, or ask a manager to restore it")]
    Revoked {
        /// By whom.
        by: Text,
    },
    /// The person is not known here any more.
    #[error("session: {user} does not work here any more, the office says: log in as somebody who does")]
    Gone {
        /// Who.
        user: Text,
    },
}
