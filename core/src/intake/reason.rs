//! Why something was refused: a code for programs, which never changes its meaning, and a text for people.

use crate::domain::people;
use serde::Serialize;
use std::fmt;

/// Longest text of a reason, in characters: it goes into a record and a receipt.
pub const MAX_TEXT: usize = 400;

/// What kind of refusal it is. A code is only ever added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Nothing is recorded on this topic.
    UnknownTopic,
    /// The topic names another device.
    NotYours,
    /// No such kind of document.
    UnknownDocument,
    /// More bytes than a payload may have.
    TooLarge,
    /// Neither JSON nor CBOR nor text where one of these is asked for.
    Format,
    /// Lists in lists in lists.
    TooDeep,
    /// An empty payload or code.
    Empty,
    /// A field that is missing, unknown, given twice, or of the wrong type.
    Field,
    /// No id where one must be.
    NoId,
    /// An id that is no UUID.
    BadId,
    /// A comma that may be a decimal comma or part of thousands.
    Ambiguous,
    /// A rule of the document is broken.
    Rule,
    /// The id is known for something else.
    Conflict,
    /// Published at QoS 0 what needs QoS 1.
    Qos,
    /// It names what is not known, not in use, or cancelled.
    Reference,
    /// Its day is ahead, or the books are closed on it.
    Period,
    /// It would bring another document further than that goes, or others stand on it.
    Progress,
    /// It takes more than there is.
    Stock,
    /// Nobody is logged in, or somebody else, or their session counts no more.
    Session,
    /// The device was revoked.
    Revoked,
    /// A role, a warehouse or another site's word lacks.
    Rights,
    /// It takes a second person.
    Approval,
    /// The box does not know the time, or the document is dated ahead.
    Clock,
}

impl Code {
    /// Every code there is.
    pub const ALL: &[Self] = &[
        Self::UnknownTopic,
        Self::NotYours,
        Self::UnknownDocument,
        Self::TooLarge,
        Self::Format,
        Self::TooDeep,
        Self::Empty,
        Self::Field,
        Self::NoId,
        Self::BadId,
        Self::Ambiguous,
        Self::Rule,
        Self::Conflict,
        Self::Qos,
        Self::Reference,
        Self::Period,
        Self::Progress,
        Self::Stock,
        Self::Session,
        Self::Revoked,
        Self::Rights,
        Self::Approval,
        Self::Clock,
    ];

    /// How receipts and records write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownTopic => "unknown_topic",
            Self::NotYours => "not_yours",
            Self::UnknownDocument => "unknown_document",
            Self::TooLarge => "too_large",
            Self::Format => "format",
            Self::TooDeep => "too_deep",
            Self::Empty => "empty",
            Self::Field => "field",
            Self::NoId => "no_id",
            Self::BadId => "bad_id",
            Self::Ambiguous => "ambiguous",
            Self::Rule => "rule",
            Self::Conflict => "conflict",
            Self::Qos => "qos",
            Self::Reference => "reference",
            Self::Period => "period",
            Self::Progress => "progress",
            Self::Stock => "stock",
            Self::Session => "session",
            Self::Revoked => "revoked",
            Self::Rights => "rights",
            Self::Approval => "approval",
            Self::Clock => "clock",
        }
    }
}

/// A reason: `code: text`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Reason {
    /// What kind of refusal.
    pub code: Code,
    /// The field, the rule and the remedy, for a person.
    pub text: String,
}

impl Reason {
    /// A reason; of a text that is too long the beginning.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
        }
        Self { code, text }
    }
}

impl From<people::Refused> for Reason {
    fn from(refused: people::Refused) -> Self {
        let code = match refused.why {
            people::Why::Session => Code::Session,
            people::Why::Revoked => Code::Revoked,
            people::Why::Rights => Code::Rights,
            people::Why::Approval => Code::Approval,
            people::Why::Clock => Code::Clock,
        };
        Self::new(code, refused.text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.text)
    }
}
