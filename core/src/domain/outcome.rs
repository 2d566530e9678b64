//! What became of a document in the office's books: its third mark, after "saved at the box" and "at the office".
//!
//! An outcome is the office's word, a record of its journal for the site. Of one document the latest counts ([`SaidAt`]): what was held may be posted
//! later, and what was posted may turn out to be gone from restored books.

use super::document::Text;
use super::id::{IntentId, Position};
use super::time::Stamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// In whose name a document is given up that is of before the first day that is posted: the office's settings decided it.
pub const BY_SETTINGS: &str = "erpnext.toml";

/// The office's word on one submission or one cancellation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The id of its intent.
    pub of: IntentId,
    /// What became of it.
    pub fate: Fate,
}

/// When the office said a word. By line and by stick its words come in any order, and of two on one document the later counts: within an
/// opening of its journal by their numbers, and over openings by the time, which never runs behind in a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(i64, u64)", into = "(i64, u64)")]
pub struct SaidAt {
    at_ms: i64,
    seq: u64,
}

impl SaidAt {
    /// Of a word at this position of the office's journal, with this stamp.
    pub fn new(stamp: &Stamp, position: Position) -> Self {
        Self { at_ms: stamp.at_ms(), seq: position.seq.0 }
    }
}

impl From<(i64, u64)> for SaidAt {
    fn from((at_ms, seq): (i64, u64)) -> Self {
        Self { at_ms, seq }
    }
}

impl From<SaidAt> for (i64, u64) {
    fn from(SaidAt { at_ms, seq }: SaidAt) -> Self {
        (at_ms, seq)
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is in the books, read back and found to be what the receipt says; of a cancellation: the document is cancelled there.
    Posted {
        /// The document's name there.
        name: Text,
        /// The day on which it was posted, where the books had closed its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        day: Option<Date>,
        /// Who has said that it was entered there by hand, under this name: it has no id of ours. Absent where the office posted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Text>,
    },
    /// It is not in the books yet, and somebody or something has to change first.
    Held {
        /// Why, for programs.
        hold: Hold,
        /// Why and what to do, for people.
        why: String,
    },
    /// It was cancelled before it was posted, and so it never is; the same of that cancellation.
    Withdrawn,
    /// The books have no place for it: a till's count is the office's alone.
    Kept,
    /// Somebody at the office decided that it is never posted.
    GivenUp {
        /// Who.
        by: Text,
        /// Why.
        reason: String,
    },
}

/// Why a document is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It refers to a document that is not in the books. It is tried again when that one is.
    Waits,
    /// The books have too little stock. It is tried again when something has brought some.
    Stock,
    /// The books are closed on its day.
    Closed,
    /// What the books say they took is not what the receipt says.
    Differs,
    /// It was posted, and is gone: the books were restored from a backup. Only a person has it posted again.
    Gone,
    /// The office's map or master data lacks what it needs.
    Unmapped,
    /// The books refused it for another reason.
    Refused,
    /// The books failed over it, again and again, while they took others.
    Failing,
}

/// Most bytes of what is said to people. Longer words are cut.
pub const MAX_WHY: usize = 600;

impl Fate {
    /// Held, with words that are cut to what a record takes.
    pub fn held(hold: Hold, why: impl Into<String>) -> Self {
        Self::Held { hold, why: short(why.into()) }
    }

    /// Given up, with words that are cut to what a record takes.
    pub fn given_up(by: Text, reason: impl Into<String>) -> Self {
        Self::GivenUp { by, reason: short(reason.into()) }
    }

    /// Given up, since it is of before the first day that is posted.
    pub fn before(first: Date) -> Self {
        let by = Text::try_from(BY_SETTINGS).expect("invariant: the name of a file is a text");
        let reason =
            format!("It is of before {first}, the first day that is posted: what is of before was entered by hand.");
        Self::given_up(by, reason)
    }

    /// True of what is of before the first day that is posted: the books have it by hand, or not at all.
    pub fn is_before(&self) -> bool {
        matches!(self, Self::GivenUp { by, .. } if by.as_str() == BY_SETTINGS)
    }

    /// The name under which somebody has entered it by hand.
    pub fn by_hand(&self) -> Option<&Text> {
        match self {
            Self::Posted { name, by: Some(_), .. } => Some(name),
            _ => None,
        }
    }

    /// True where nothing more is to happen unless a person wants it: all but what is held.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Held { .. })
    }
}

pub(super) fn short(mut text: String) -> String {
    if text.len() > MAX_WHY {
        let end = (0..=MAX_WHY).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_settings_gave_up_is_known_from_what_a_person_did() {
        assert!(Fate::before(jiff::civil::date(2026, 12, 1)).is_before());
        assert!(!Fate::given_up("wati".try_into().unwrap(), "torn paper").is_before());
    }

    #[test]
    fn words_are_cut_between_letters() {
        let Fate::Held { why, .. } = Fate::held(Hold::Refused, "ä".repeat(MAX_WHY)) else { panic!() };
        assert_eq!(why.len(), MAX_WHY);
        let Fate::Held { why, .. } = Fate::held(Hold::Refused, format!("x{}", "ä".repeat(MAX_WHY))) else { panic!() };
        assert_eq!(why.len(), MAX_WHY - 1);
    }
}
