//! The names of things: sites, devices, stores, epochs, records, documents.
//!
//! One newtype for each, so that a device's name cannot stand where a site's is asked for. Nothing here makes
//! an id: randomness and time are handed in by whoever does.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Longest site or device name, in bytes.
pub const MAX_NAME: usize = 32;

/// Why a name was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {given:?} is not a valid name: use 1 to {MAX_NAME} of the characters a-z, 0-9 and -")]
pub struct BadName {
    what: &'static str,
    given: String,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(given: &str) -> Result<Self, BadName> {
                let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if (1..=MAX_NAME).contains(&given.len()) && given.bytes().all(allowed) {
                    return Ok(Self(given.into()));
                }
                let given = given.chars().take(2 * MAX_NAME).collect();
                Err(BadName { what: $what, given })
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(given: String) -> Result<Self, BadName> {
                given.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// One workshop with one box; the office is the site [`SiteId::office`].
    SiteId,
    "site"
);
name!(
    /// Something that logs in at a gate: a scanner, a scale, a tablet. Also its MQTT client id and user name.
    DeviceId,
    "device"
);

impl DeviceId {
    /// What stands for the device of a document that the office asked a box to record. No login has this name.
    pub fn office() -> Self {
        Self("office".into())
    }
}

impl SiteId {
    /// The main office, as a site.
    pub fn office() -> Self {
        Self("office".into())
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl $name {
            /// A version 7 UUID: `unix_ms` (milliseconds since 1970) first, then ten bytes of handed-in randomness.
            pub fn new(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }
        }
    };
}

uuid_id!(
    /// One opening of a journal.
    Epoch
);
uuid_id!(
    /// Which disk: made when a store is created, restored or recovered. A later store of the same site is greater.
    StoreId
);
uuid_id!(
    /// A device's own id of what it meant: the same id is the same intent, for ever.
    IntentId
);

uuid_id!(
    /// Which table of master data: made when one begins, and again when its history turns out to be another than somebody
    /// knows. A later one is greater.
    Generation
);

impl Generation {
    /// A generation that is greater than `predecessor`, whatever the clock says.
    pub fn successor(predecessor: Option<Self>, unix_ms: u64, random: [u8; 10]) -> Self {
        Self(StoreId::successor(predecessor.map(|before| StoreId(before.0)), unix_ms, random).0)
    }
}

impl StoreId {
    /// A store id that is greater than `predecessor`, whatever the clock says.
    pub fn successor(predecessor: Option<Self>, unix_ms: u64, random: [u8; 10]) -> Self {
        let Some(before) = predecessor else { return Self::new(unix_ms, random) };
        let before_ms = (before.0.as_u128() >> 80) as u64;
        Self::new(unix_ms.max(before_ms + 1), random)
    }
}

/// Number of a record within its epoch, from 1, without gaps. One above [`Seq::MAX`] is not read from bytes: what an
/// enrolled but hostile box says goes into sums, and no sum of numbers below it overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Seq(pub u64);

impl Seq {
    /// The largest: 2^48 records are 8,900 years at a thousand a second.
    pub const MAX: Self = Self((1 << 48) - 1);
}

impl TryFrom<u64> for Seq {
    type Error = &'static str;
    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number <= Self::MAX.0 { Ok(Self(number)) } else { Err("a record's number is below 2^48") }
    }
}

impl From<Seq> for u64 {
    fn from(seq: Seq) -> Self {
        seq.0
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a record stands in its site's journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The opening it was written in.
    pub epoch: Epoch,
    /// Its number there.
    pub seq: Seq,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.epoch, self.seq)
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a record, by which its successor names it ([`crate::wire::frame::record_hash`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecordHash(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl RecordHash {
    /// What the first record of a site's first epoch names as its predecessor.
    pub const NONE: Self = Self([0; 32]);

    /// The first four bytes in hex: what is printed on a receipt.
    pub fn short(&self) -> String {
        hex(&self.0[..4])
    }
}

impl fmt::Display for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_at_their_limits_and_refused_past_them() {
        assert!("a".parse::<SiteId>().is_ok());
        assert!("a".repeat(MAX_NAME).parse::<SiteId>().is_ok());
        for bad in ["", "A", "a b", "a/b", "ö", "a+", "$x", &"a".repeat(MAX_NAME + 1)] {
            let error = bad.parse::<DeviceId>().expect_err(bad);
            assert!(error.to_string().contains("use 1 to 32"), "{error}");
        }
    }

    #[test]
    fn a_successor_store_is_greater_though_the_clock_went_back() {
        let first = StoreId::new(1_000_000, [9; 10]);
        assert!(StoreId::successor(Some(first), 5, [0; 10]) > first);
    }
}
