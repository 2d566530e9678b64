//! What people ask of the box beside documents, on `me/<device>/…`: in, out, agree, manage, set the clock.
//!
//! In: topic and payload. Out: an [`Ask`], or a reason. Nothing of such a payload is ever in a reason or a record, since a PIN
//! may be in it, in the wrong field too. Absent: whether the PIN is right.

use super::reason::{Code, Reason};
use super::tree::Tree;
use crate::domain::document::Text;
use crate::domain::id::{DeviceId, IntentId};
use crate::domain::person::{PIN_DIGITS, SessionId};
use std::fmt;
use uuid::Uuid;

/// First level of the topics.
pub const ROOT: &str = "me";
/// Largest payload, in bytes: a handful of short fields.
pub const MAX_ASK: usize = 2048;
/// Longest barcode of a badge that is read, in bytes. What is given out as one is shorter.
pub const MAX_BADGE: usize = 128;

/// Something that is known only by showing it. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// By what somebody says who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Showing {
    /// Their name and a PIN.
    Pin {
        /// The name.
        user: Text,
        /// The PIN.
        pin: Secret,
    },
    /// The barcode of their badge, and their name where the tablet knows it.
    Badge {
        /// The name.
        user: Option<Text>,
        /// The code.
        badge: Secret,
    },
}

/// What a manager does at the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manage {
    /// Locks somebody.
    Lock(Text),
    /// Unlocks somebody.
    Unlock(Text),
    /// Gives somebody this PIN for a day.
    GivePin(Text, Secret),
    /// Takes a device's rights.
    RevokeDevice(DeviceId),
    /// Gives them back.
    RestoreDevice(DeviceId),
}

/// What somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To log in.
    Login(Showing),
    /// To log out.
    Logout(SessionId),
    /// To agree to a document that takes two.
    Approve(Showing, IntentId),
    /// What only managers do: the session, the PIN once more, and what.
    Manage(SessionId, Secret, Manage),
    /// To say what time it is.
    Clock {
        /// Who, where people are told apart.
        session: Option<SessionId>,
        /// Who, where they are not.
        user: Option<Text>,
        /// The moment, milliseconds since 1970.
        at_ms: i64,
    },
}

impl Ask {
    /// The last level of its topic.
    pub fn leaf(&self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::Logout(_) => "logout",
            Self::Approve(..) => "approve",
            Self::Manage(..) => "manage",
            Self::Clock { .. } => "clock",
        }
    }
}

/// The topic on which `device` hears the answers.
pub fn topic(device: &DeviceId) -> String {
    format!("session/{device}")
}

/// Reads what `device` published to `topic`.
pub fn read(device: &DeviceId, topic: &str, payload: &[u8]) -> Result<Ask, Reason> {
    let leaf = topic.strip_prefix("me/").and_then(|rest| rest.strip_prefix(device.as_str()));
    let Some(leaf) = leaf.and_then(|rest| rest.strip_prefix('/')) else {
        return Err(Reason::new(Code::NotYours, format!("the topic names another device: use me/{device}/…")));
    };
    if payload.len() > MAX_ASK {
        return Err(Reason::new(Code::TooLarge, format!("more than {MAX_ASK} bytes: send the fields of {leaf} alone")));
    }
    let Some(Ok(tree @ Tree::Map(_))) = Tree::read(payload) else {
        return Err(Reason::new(Code::Format, "not one JSON object or CBOR map of fields: send one"));
    };
    let mut fields = Fields(tree);
    let ask = match leaf {
        "login" => Ask::Login(fields.showing()?),
        "logout" => Ask::Logout(fields.session()?.ok_or_else(|| missing("session"))?),
        "approve" => {
            let document = fields.id("document")?;
            Ask::Approve(fields.showing()?, document)
        }
        "manage" => fields.manage()?,
        "clock" => Ask::Clock { session: fields.session()?, user: fields.name("user")?, at_ms: fields.moment("at")? },
        _ => {
            let text = "nothing is asked on this topic: login, logout, approve, manage and clock are";
            return Err(Reason::new(Code::UnknownTopic, text));
        }
    };
    fields.all_used(leaf)?;
    Ok(ask)
}

/// The session of a payload: 32 hex digits, of which only the digest is kept.
pub(super) fn take_session(tree: &mut Tree) -> Result<Option<SessionId>, Reason> {
    let bad = || Reason::new(Code::Field, "session: not 32 hex digits: send it as the login was answered");
    match tree.take("session") {
        None | Some(Tree::Null) => Ok(None),
        Some(Tree::Text(token)) if token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(Some(SessionId::of_token(&token.to_ascii_lowercase())))
        }
        Some(_) => Err(bad()),
    }
}

fn missing(field: &str) -> Reason {
    Reason::new(Code::Field, format!("{field}: missing"))
}

fn wrong(field: &str, rule: &str) -> Reason {
    Reason::new(Code::Field, format!("{field}: {rule}"))
}

/// Takes fields out one by one; what is left over was not asked for.
struct Fields(Tree);

impl Fields {
    fn text(&mut self, field: &str) -> Result<Option<String>, Reason> {
        match self.0.take(field) {
            None | Some(Tree::Null) => Ok(None),
            Some(Tree::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(field, "send it as text")),
        }
    }

    fn name(&mut self, field: &str) -> Result<Option<Text>, Reason> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        Text::try_from(text)
            .map(Some)
            .map_err(|_| wrong(field, "not a name: 1 to 140 characters without blanks around"))
    }

    fn pin(&mut self, field: &str) -> Result<Option<Secret>, Reason> {
        let Some(pin) = self.text(field)? else { return Ok(None) };
        if !PIN_DIGITS.contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(field, "a PIN has 4 to 12 digits"));
        }
        Ok(Some(Secret(pin)))
    }

    fn showing(&mut self) -> Result<Showing, Reason> {
        let (user, pin, badge) = (self.name("user")?, self.pin("pin")?, self.text("badge")?);
        match (user, pin, badge) {
            (Some(user), Some(pin), None) => Ok(Showing::Pin { user, pin }),
            (user, None, Some(badge)) => {
                let badge = badge.trim_end_matches(['\r', '\n']);
                if badge.is_empty() || badge.len() > MAX_BADGE {
                    return Err(wrong("badge", "a badge has 1 to 128 characters: scan it again"));
                }
                Ok(Showing::Badge { user, badge: Secret(badge.to_owned()) })
            }
            (_, Some(_), Some(_)) => Err(wrong("badge", "send a PIN or a badge, not both")),
            (None, Some(_), None) => Err(missing("user")),
            (_, None, None) => Err(wrong("pin", "missing: send user and pin, or badge")),
        }
    }

    fn session(&mut self) -> Result<Option<SessionId>, Reason> {
        take_session(&mut self.0)
    }

    fn id(&mut self, field: &str) -> Result<IntentId, Reason> {
        let text = self.text(field)?.ok_or_else(|| missing(field))?;
        let id = Uuid::parse_str(&text).ok().filter(|id| !id.is_nil() && !id.is_max());
        id.map(IntentId).ok_or_else(|| Reason::new(Code::BadId, format!("{field}: not the UUID of a document")))
    }

    fn device(&mut self, field: &str) -> Result<DeviceId, Reason> {
        let text = self.text(field)?.ok_or_else(|| missing(field))?;
        text.parse().map_err(|_| wrong(field, "not the name of a device"))
    }

    fn moment(&mut self, field: &str) -> Result<i64, Reason> {
        let text = self.text(field)?.ok_or_else(|| missing(field))?;
        let moment = text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond);
        moment.map_err(|_| wrong(field, "not a moment as in RFC 3339, like 2026-11-02T08:02:27+07:00"))
    }

    fn manage(&mut self) -> Result<Ask, Reason> {
        let session = self.session()?.ok_or_else(|| missing("session"))?;
        let pin = self.pin("pin")?.ok_or_else(|| missing("pin"))?;
        let act = self.text("act")?.ok_or_else(|| missing("act"))?;
        let mut whom = || self.name("whom")?.ok_or_else(|| missing("whom"));
        let manage = match act.as_str() {
            "lock" => Manage::Lock(whom()?),
            "unlock" => Manage::Unlock(whom()?),
            "give_pin" => {
                let whom = whom()?;
                Manage::GivePin(whom, self.pin("new_pin")?.ok_or_else(|| missing("new_pin"))?)
            }
            "revoke_device" => Manage::RevokeDevice(self.device("whom")?),
            "restore_device" => Manage::RestoreDevice(self.device("whom")?),
            _ => return Err(wrong("act", "use lock, unlock, give_pin, revoke_device or restore_device")),
        };
        Ok(Ask::Manage(session, pin, manage))
    }

    fn all_used(&self, leaf: &str) -> Result<(), Reason> {
        match &self.0 {
            Tree::Map(fields) if fields.is_empty() => Ok(()),
            _ => Err(Reason::new(Code::Field, format!("a field that {leaf} does not have: leave it out"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn device() -> DeviceId {
        "till-1".parse().unwrap()
    }

    fn asked(leaf: &str, payload: &str) -> Result<Ask, Reason> {
        read(&device(), &format!("me/till-1/{leaf}"), payload.as_bytes())
    }

    #[test]
    fn each_ask_is_read() {
        let token = "0123456789abcdef0123456789ABCDEF";
        let session = SessionId::of_token(&token.to_ascii_lowercase());
        assert!(matches!(asked("login", r#"{"user":"wati","pin":"4711"}"#), Ok(Ask::Login(Showing::Pin { .. }))));
        let badge = asked("login", "{\"badge\":\"B-1\\r\\n\"}").unwrap();
        assert_eq!(badge, Ask::Login(Showing::Badge { user: None, badge: Secret("B-1".into()) }));
        assert_eq!(asked("logout", &format!(r#"{{"session":"{token}"}}"#)), Ok(Ask::Logout(session)));
        let document = "01936e5b-5a00-7000-8000-0123456789ab";
        let approve = asked("approve", &format!(r#"{{"user":"sari","pin":"4711","document":"{document}"}}"#));
        assert!(matches!(approve, Ok(Ask::Approve(..))));
        for (act, whom) in
            [("lock", "wati"), ("unlock", "wati"), ("revoke_device", "till-2"), ("restore_device", "till-2")]
        {
            let manage = format!(r#"{{"session":"{token}","pin":"4711","act":"{act}","whom":"{whom}"}}"#);
            assert!(matches!(asked("manage", &manage), Ok(Ask::Manage(..))), "{act}");
        }
        let give = format!(r#"{{"session":"{token}","pin":"4711","act":"give_pin","whom":"wati","new_pin":"0815"}}"#);
        assert!(matches!(asked("manage", &give), Ok(Ask::Manage(_, _, Manage::GivePin(..)))));
        let clock = asked("clock", r#"{"at":"2026-11-02T08:02:27+07:00","user":"wati"}"#).unwrap();
        assert!(matches!(clock, Ask::Clock { at_ms: 1_793_581_347_000, session: None, .. }));
    }

    #[test]
    fn pins_are_taken_at_their_limits_and_refused_past_them() {
        for (digits, fits) in [(3, false), (4, true), (12, true), (13, false)] {
            let login = format!(r#"{{"user":"wati","pin":"{}"}}"#, "1".repeat(digits));
            assert_eq!(asked("login", &login).is_ok(), fits, "{digits}");
        }
        for (bytes, fits) in [(MAX_BADGE, true), (MAX_BADGE + 1, false)] {
            assert_eq!(asked("login", &format!(r#"{{"badge":"{}"}}"#, "b".repeat(bytes))).is_ok(), fits);
        }
        let padded = |n: usize| format!("{{\"user\":\"wati\",\"pin\":\"4711\"}}{}", " ".repeat(n - 28));
        assert!(asked("login", &padded(MAX_ASK)).is_ok());
        assert_eq!(asked("login", &padded(MAX_ASK + 1)).unwrap_err().code, Code::TooLarge);
    }

    #[test]
    fn a_reason_never_repeats_what_was_sent() {
        for (leaf, payload) in [
            ("login", r#"{"user":" 4711","pin":"4711"}"#),
            ("login", r#"{"user":"wati","pin":4711}"#),
            ("login", r#"{"user":"wati","pin":"4711x"}"#),
            ("login", r#"{"user":"wati","pin":"4711","4711":1}"#),
            ("login", r#"{"pin":"4711","pin":"4711"}"#),
            ("login", r#"{"pin":"4711""#),
            ("login", r#"{"pin":4711.5}"#),
            ("approve", r#"{"document":"4711","user":"wati","pin":"4711"}"#),
            ("manage", r#"{"session":"4711","pin":"4711","act":"4711"}"#),
            ("clock", r#"{"at":"4711"}"#),
            ("other", r#"{"pin":"4711"}"#),
        ] {
            let reason = asked(leaf, payload).unwrap_err();
            assert!(!reason.to_string().contains("4711"), "{reason}");
        }
        assert!(!format!("{:?}", asked("login", r#"{"user":"wati","pin":"4711"}"#)).contains("4711"));
    }

    #[test]
    fn another_devices_topic_is_refused() {
        let payload = br#"{"user":"wati","pin":"4711"}"#;
        for topic in ["me/till-2/login", "me/till-11/login", "me/login", "me/till-1"] {
            assert_eq!(read(&device(), topic, payload).unwrap_err().code, Code::NotYours, "{topic}");
        }
    }

    proptest! {
        #[test]
        fn no_payload_panics(leaf in "login|manage|clock|approve|x", payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&device(), &format!("me/till-1/{leaf}"), &payload);
        }
    }
}
