//! What people do at a box beside documents: log in and out, agree to what takes two, lock, unlock, revoke. Each is a record, so
//! that a restart forgets none of it and the office can see who did what.
//!
//! No PIN, badge or token is ever in a record; of a session only the digest of its token is, of a temporary PIN its slow hash.

use super::document::Text;
use super::id::{DeviceId, IntentId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Shortest and longest PIN, in digits: ten thousand at least, behind a lock-out.
pub const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

/// A digest of a session's token: the first 16 bytes of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(#[serde(with = "serde_bytes")] pub [u8; 16]);

impl SessionId {
    /// That of a token as devices send it: 32 hex digits.
    pub fn of_token(token: &str) -> Self {
        let digest = Sha256::digest(token.as_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(first)
    }
}

/// Who stands in a record where somebody gave a name that nobody has: what they typed may have been their PIN.
pub fn nobody() -> Text {
    Text::try_from("?").expect("invariant: one character is a text")
}

/// What somebody did, at which device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The device.
    pub device: DeviceId,
    /// Who; as given where it was not proven.
    pub user: Text,
    /// What.
    pub act: Act,
}

/// The acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Logged in, by PIN, badge or temporary PIN.
    LoggedIn {
        /// The session that began.
        session: SessionId,
        /// By what.
        by: Proof,
    },
    /// Logged out.
    LoggedOut {
        /// The session that ended.
        session: SessionId,
    },
    /// Gave a wrong PIN or badge.
    Failed,
    /// Agreed, by PIN or badge, to a document that takes two.
    Approved {
        /// The id that the document will have, or has.
        document: IntentId,
    },
    /// Locked somebody: no login, and their sessions count no more.
    Locked {
        /// Whom.
        whom: Text,
    },
    /// Took a lock away, and the count of wrong PINs.
    Unlocked {
        /// Whose.
        whom: Text,
    },
    /// Gave somebody a PIN for a day, on their own account.
    GavePin {
        /// To whom.
        whom: Text,
        /// Its hash, argon2id in PHC form.
        pin_hash: Box<str>,
        /// Until when, milliseconds since 1970.
        until_ms: i64,
    },
    /// Took a device's rights to submit anything away.
    RevokedDevice {
        /// Which.
        which: DeviceId,
    },
    /// Gave a device's rights back.
    RestoredDevice {
        /// Which.
        which: DeviceId,
    },
    /// Said what day and time it is, where the box did not know.
    SetClock {
        /// The moment, milliseconds since 1970.
        at_ms: i64,
    },
}

/// By what somebody was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Their PIN.
    Pin,
    /// Their badge.
    Badge,
    /// A PIN that a manager gave for a day.
    TemporaryPin,
}
