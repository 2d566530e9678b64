//! What a device publishes becomes an entry for the journal, or a refusal with its reason. Pure.
//!
//! In: who sent it (the gate has checked the login), the topic, the payload, how it was sent. Out: an [`Entry`], or a
//! [`Reason`] that names the field, the rule and the remedy. FORMAT.md, "Topics and payloads", is the contract.
//! Absent: ids, times, and any knowledge of what came before; repeats and conflicts are told where the journal is known.

mod barcode;
mod bare;
#[cfg(test)]
mod documents;
pub mod people;
pub mod reason;
pub mod receipt;
mod scrub;
#[cfg(test)]
mod tests;
mod tree;

pub use reason::{Code, Reason};
pub use receipt::{Receipt, Status};

use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, Kind, Text};
use crate::domain::id::{DeviceId, Epoch, IntentId, Position, Seq};
use crate::domain::person::SessionId;
use crate::domain::record::{Asked, Cancelled, DayClosed, Entry, MAX_CODE, Refused, Scan, Sent, Submitted, Weight};
use jiff::civil::Date;
use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer};
use tree::Tree;
use uuid::Uuid;

/// Largest payload, in bytes: a document of 200 rows is about 25 KiB.
pub const MAX_PAYLOAD: usize = 64 * 1024;
/// How much of a refused payload is kept, in bytes: enough to see what a device sends, too little to fill a card with.
pub const REFUSED_BYTES: usize = 1024;
/// How much of a refused topic is kept, in characters.
pub const REFUSED_TOPIC: usize = 128;

/// Where a publish that is to be recorded goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Scan,
    Weight,
    Document(Kind),
    Cancellation,
    DayClose,
    Barcode,
}

/// The last level of the topic for closing a day.
const DAY_CLOSE: &str = "day-close";
/// The last level of the topic for cancelling a document of any kind.
const CANCELLATION: &str = "cancellation";
/// The last level of the topic for saying which item a code stands for.
const BARCODE: &str = "barcode";

/// Reads what `device` published to `topic`.
pub fn read(device: &DeviceId, topic: &str, payload: &[u8], sent: Sent) -> Result<Entry, Reason> {
    read_with_session(device, topic, payload, sent).map(|(entry, _)| entry)
}

/// As [`read`], with the session that came beside a document: its digest, since the token itself goes no further.
pub fn read_with_session(
    device: &DeviceId,
    topic: &str,
    payload: &[u8],
    sent: Sent,
) -> Result<(Entry, Option<SessionId>), Reason> {
    let target = target(device, topic)?;
    if payload.len() > MAX_PAYLOAD {
        let text = format!("{} bytes are more than {MAX_PAYLOAD}: split the document", payload.len());
        return Err(Reason::new(Code::TooLarge, text));
    }
    match target {
        Target::Scan => scan(device, payload, sent).map(|entry| (entry, None)),
        Target::Weight => weight(device, payload, sent).map(|entry| (entry, None)),
        Target::Document(kind) => document(device, kind, payload),
        Target::Cancellation => cancellation(device, payload),
        Target::DayClose => day_close(device, payload),
        Target::Barcode => barcode::read(device, payload),
    }
}

/// The id that a payload carries, as far as it can be read: for the receipt of one that was refused.
pub fn id_of(payload: &[u8]) -> Option<IntentId> {
    if payload.len() > MAX_PAYLOAD {
        return None;
    }
    take_id(&mut Tree::read(payload)?.ok()?).ok()?
}

/// The record of a refusal, with the beginning of what was refused: no PIN, badge or token is in it, and of what was
/// meant for [`people`] nothing at all.
pub fn refused(device: &DeviceId, topic: &str, payload: &[u8], sent: Sent, reason: &Reason) -> Entry {
    Entry::Refused(Refused {
        device: device.clone(),
        sent,
        topic: topic.chars().take(REFUSED_TOPIC).collect(),
        reason: reason.to_string(),
        bytes: match topic.split('/').next() {
            Some(people::ROOT) => Vec::new(),
            _ => scrub::scrubbed(&payload[..payload.len().min(REFUSED_BYTES)]),
        },
    })
}

fn target(device: &DeviceId, topic: &str) -> Result<Target, Reason> {
    let unknown = || {
        let text =
            format!("nothing is recorded on this topic: use in/{device}/scan, in/{device}/weight or tx/{device}/…");
        Reason::new(Code::UnknownTopic, text)
    };
    let mut levels = topic.split('/');
    let (Some(root), Some(owner), Some(leaf), None) = (levels.next(), levels.next(), levels.next(), levels.next())
    else {
        return Err(unknown());
    };
    let target = match (root, leaf) {
        ("in", "scan") => Target::Scan,
        ("in", "weight") => Target::Weight,
        ("tx", CANCELLATION) => Target::Cancellation,
        ("tx", DAY_CLOSE) => Target::DayClose,
        ("tx", BARCODE) => Target::Barcode,
        ("tx", slug) => match Kind::ALL.iter().find(|kind| kind.slug() == slug) {
            Some(kind) => Target::Document(*kind),
            None => {
                let slugs = Kind::slugs();
                let text = format!("no such document: this box takes {slugs}, {CANCELLATION}, {DAY_CLOSE}, {BARCODE}");
                return Err(Reason::new(Code::UnknownDocument, text));
            }
        },
        _ => return Err(unknown()),
    };
    if owner != device.as_str() {
        let text = format!("the topic names another device: {device} publishes to {root}/{device}/{leaf}");
        return Err(Reason::new(Code::NotYours, text));
    }
    Ok(target)
}

fn scan(device: &DeviceId, payload: &[u8], sent: Sent) -> Result<Entry, Reason> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        code: String,
    }
    let (id, code) = match Tree::read(payload) {
        Some(tree) => {
            let mut tree = tree?;
            (take_id(&mut tree)?, tree.fields::<Fields>()?.code)
        }
        None => (None, bare::text(payload)?.to_owned()),
    };
    Ok(Entry::Scan(Scan { id, device: device.clone(), sent, code: fitting(&code)?.to_owned() }))
}

/// A code without the line end that a scanner puts after it, where it is none too short or too long.
fn fitting(code: &str) -> Result<&str, Reason> {
    let code = bare::trimmed(code);
    if code.is_empty() {
        return Err(Reason::new(Code::Empty, "the code is empty: set the scanner to send what it reads"));
    }
    if code.len() > MAX_CODE {
        let text = format!("code: {} bytes are more than {MAX_CODE}: scan a shorter code", code.len());
        return Err(Reason::new(Code::Rule, text));
    }
    Ok(code)
}

fn weight(device: &DeviceId, payload: &[u8], sent: Sent) -> Result<Entry, Reason> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        weight: Decimal,
        unit: Text,
    }
    let (id, weight, unit) = match Tree::read(payload) {
        Some(tree) => {
            let mut tree = tree?;
            let id = take_id(&mut tree)?;
            let fields = tree.fields::<Fields>()?;
            (id, fields.weight, fields.unit)
        }
        None => {
            let (weight, unit) = bare::weight(bare::text(payload)?)?;
            (None, weight, unit)
        }
    };
    Ok(Entry::Weight(Weight { id, device: device.clone(), sent, weight, unit }))
}

fn document(device: &DeviceId, kind: Kind, payload: &[u8]) -> Result<(Entry, Option<SessionId>), Reason> {
    let Intent { id, user, session, mut tree } = intent(payload)?;
    let amends = take_uuid(&mut tree, "amends")?;
    let document = tree.read_as(OfKind(kind))?;
    document.rules().validate().map_err(|invalid| Reason::new(Code::Rule, invalid.to_string()))?;
    let submitted = Submitted { amends, ..Submitted::new(id, device.clone(), user, document) };
    Ok((Entry::Submitted(submitted), session))
}

fn cancellation(device: &DeviceId, payload: &[u8]) -> Result<(Entry, Option<SessionId>), Reason> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        reason: Text,
    }
    let Intent { id, user, session, mut tree } = intent(payload)?;
    let Some(document) = take_uuid(&mut tree, "document")? else {
        return Err(Reason::new(Code::Field, "document: missing: name the document by the id that it was sent with"));
    };
    let Fields { reason } = tree.fields()?;
    let (device, approved_by) = (device.clone(), None);
    Ok((Entry::Cancelled(Cancelled { id, device, user, document, reason, approved_by }), session))
}

/// What it counts, and until which record, the box fills in.
fn day_close(device: &DeviceId, payload: &[u8]) -> Result<(Entry, Option<SessionId>), Reason> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        day: Date,
    }
    let Intent { id, user: by, session, tree } = intent(payload)?;
    let Fields { day } = tree.fields()?;
    let last = Position { epoch: Epoch(Uuid::nil()), seq: Seq(0) };
    let asked = Some(Asked { id, device: device.clone() });
    Ok((Entry::DayClosed(DayClosed { day, last, kinds: Vec::new(), by, asked }), session))
}

/// What every document and cancellation carries beside its own fields, and these.
struct Intent {
    id: IntentId,
    user: Option<Text>,
    session: Option<SessionId>,
    tree: Tree,
}

fn intent(payload: &[u8]) -> Result<Intent, Reason> {
    let Some(tree) = Tree::read(payload) else {
        return Err(Reason::new(Code::Format, "a document is a JSON object or a CBOR map: send one of these"));
    };
    let mut tree = tree?;
    let Some(id) = take_id(&mut tree)? else {
        let text = "id: missing: make a UUID for each document once, and send it again with every retry";
        return Err(Reason::new(Code::NoId, text));
    };
    let user = take_user(&mut tree)?;
    let session = people::take_session(&mut tree)?;
    Ok(Intent { id, user, session, tree })
}

/// Reads the fields of a document of this kind.
#[derive(Clone, Copy)]
struct OfKind(Kind);

impl<'de> DeserializeSeed<'de> for OfKind {
    type Value = Document;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        Document::deserialize_as(self.0, deserializer)
    }
}

fn take_id(tree: &mut Tree) -> Result<Option<IntentId>, Reason> {
    take_uuid(tree, "id")
}

fn take_uuid(tree: &mut Tree, field: &str) -> Result<Option<IntentId>, Reason> {
    let id = match tree.take(field) {
        None | Some(Tree::Null) => return Ok(None),
        Some(Tree::Text(text)) => Uuid::parse_str(&text).ok(),
        Some(Tree::Bytes(bytes)) => Uuid::from_slice(&bytes).ok(),
        Some(_) => None,
    };
    match id {
        Some(id) if !id.is_nil() && !id.is_max() => Ok(Some(IntentId(id))),
        Some(_) => Err(Reason::new(Code::BadId, format!("{field}: all zeros or all ones is nobody's id: make a UUID"))),
        None => {
            let text = format!("{field}: not a UUID: write it like 01936e5b-5a00-7000-8000-0123456789ab");
            Err(Reason::new(Code::BadId, text))
        }
    }
}

fn take_user(tree: &mut Tree) -> Result<Option<Text>, Reason> {
    match tree.take("user") {
        None | Some(Tree::Null) => Ok(None),
        Some(Tree::Text(text)) => {
            Text::try_from(text).map(Some).map_err(|rule| Reason::new(Code::Field, format!("user: {rule}")))
        }
        Some(_) => Err(Reason::new(Code::Field, "user: a name is text")),
    }
}
