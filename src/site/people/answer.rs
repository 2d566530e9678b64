//! The box's word on `session/<device>`: one JSON object, never retained.

use crate::domain::document::Text;
use crate::domain::master::User;
use crate::domain::time::rfc3339;
use serde_json::{Value, json};

/// Why somebody was not heard. For programs; only ever added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The PIN or badge is wrong, or nobody has that name.
    Wrong,
    /// Too many wrong ones: nothing is looked at until a moment.
    Closed,
    /// A manager locked the person.
    Locked,
    /// The device was revoked.
    Revoked,
    /// No session, or none that lasts.
    Session,
    /// Not for this person, or not so.
    NotAllowed,
    /// The name is not known.
    Unknown,
    /// The office has sent no people yet.
    NoPeople,
    /// The time is known, or that cannot be it.
    Clock,
    /// Others wait.
    Busy,
    /// The disk refused.
    Unavailable,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Closed => "closed",
            Self::Locked => "locked",
            Self::Revoked => "revoked",
            Self::Session => "session",
            Self::NotAllowed => "not_allowed",
            Self::Unknown => "unknown",
            Self::NoPeople => "no_people",
            Self::Clock => "clock",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A no: the code, the text for a person, and until when, where it passes.
#[derive(Clone, Debug)]
pub(super) struct No {
    pub(super) code: Code,
    pub(super) text: String,
    pub(super) until_ms: Option<i64>,
}

impl No {
    pub(super) fn new(code: Code, text: impl ToString) -> Self {
        Self { code, text: text.to_string(), until_ms: None }
    }

    pub(super) fn until(until_ms: i64) -> Self {
        let text =
            format!("too many wrong PINs: no PIN is looked at until {}; a manager can unlock", rfc3339(until_ms));
        Self { code: Code::Closed, text, until_ms: Some(until_ms) }
    }
}

/// A yes.
#[derive(Clone, Debug)]
pub(super) enum Yes {
    /// Logged in: the session's token, which nobody hears again.
    In { token: String, user: Box<User>, until_ms: i64 },
    /// Done, on this person's account.
    Done { user: Text },
    /// The clock is set.
    Set { at_ms: i64 },
}

/// The object.
pub(super) fn json(re: &str, packet: u16, word: &Result<Yes, No>) -> Value {
    let mut said = match word {
        Ok(Yes::In { token, user, until_ms }) => json!({
            "session": token,
            "user": user.name,
            "full_name": user.full_name,
            "roles": user.roles,
            "is_manager": user.is_manager,
            "until": rfc3339(*until_ms),
        }),
        Ok(Yes::Done { user }) => json!({ "user": user }),
        Ok(Yes::Set { at_ms }) => json!({ "at": rfc3339(*at_ms) }),
        Err(No { code, text, until_ms }) => {
            json!({ "code": code.as_str(), "text": text, "until": until_ms.map(rfc3339) })
        }
    };
    said["re"] = re.into();
    said["ok"] = word.is_ok().into();
    said["packet"] = packet.into();
    said
}
