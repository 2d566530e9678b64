//! One line of a journal: a moment, and what happened then.
//!
//! A record is immutable. What it says about order is its place in the journal; its stamp is for people.

use super::booked::Booked;
use super::decimal::Decimal;
use super::document::{Document, Kind, Text};
use super::effects::Effects;
use super::id::{DeviceId, Epoch, IntentId, Position, RecordHash, Seq, StoreId};
use super::outcome::Outcome;
use super::person::Person;
use super::request::{Declined, Requested, TakenBack};
use super::time::Stamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest code that a scanner may send, in bytes. GS1 DataMatrix holds up to 3,116 digits; shops use under 100.
pub const MAX_CODE: usize = 512;

/// A record's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub stamp: Stamp,
    /// What.
    pub entry: Entry,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most entries are documents, and few are in memory at a time")]
pub enum Entry {
    /// A journal was opened: the first record of every epoch.
    Opened(Opened),
    /// A document was submitted.
    Submitted(Submitted),
    /// A scanner read a code.
    Scan(Scan),
    /// A scale told a weight.
    Weight(Weight),
    /// Something was refused, to somebody's face.
    Refused(Refused),
    /// Records of this journal were lost to damage on this store.
    Hole(Span),
    /// The office's word: these records of the site are in its journal since the stamp of this one.
    AtOffice(Span),
    /// A submitted document was cancelled.
    Cancelled(Cancelled),
    /// A day of the site is closed: what there is of it.
    DayClosed(DayClosed),
    /// Somebody did something beside documents.
    Person(Person),
    /// The office's word: what became of a document in its books.
    Outcome(Outcome),
    /// The office's wish that the site record a document.
    Requested(Requested),
    /// The office's word that it wants that no more.
    TakenBack(TakenBack),
    /// The box does not record what the office wants.
    Declined(Declined),
    /// Somebody at the site says which item a code stands for.
    Barcode(NamedCode),
}

/// The opening of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The record that this epoch goes on from; none for a site's first.
    pub follows: Option<Follows>,
    /// Which disk it was opened on.
    pub store: StoreId,
    /// Which boot of the machine.
    pub boot: Uuid,
    /// The version of the program.
    pub program: String,
}

/// The last record of the epoch before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// Its epoch.
    pub epoch: Epoch,
    /// Its number.
    pub seq: Seq,
    /// Its hash.
    pub hash: RecordHash,
}

impl Follows {
    /// The position of the record that is followed.
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.seq }
    }
}

/// A document's submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// The device's id of its intent.
    pub id: IntentId,
    /// The device that sent it.
    pub device: DeviceId,
    /// Who was at the device, as the device says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// What was submitted.
    pub document: Document,
    /// The cancelled document that this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<IntentId>,
    /// The second person, where it took two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Text>,
    /// What the box worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<Booked>,
}

impl Submitted {
    /// As a device sends it: nothing is worked out yet.
    pub fn new(id: IntentId, device: DeviceId, user: Option<Text>, document: Document) -> Self {
        Self { id, device, user, document, amends: None, approved_by: None, booked: None }
    }

    /// What it does to the workshop's figures.
    pub fn effects(&self) -> Effects {
        let nothing = Booked::default();
        self.document.rules().effects(self.booked.as_ref().unwrap_or(&nothing))
    }

    /// What is to be paid, where it is a document that comes to something.
    pub fn total(&self) -> Option<Decimal> {
        self.document.rules().priced().map(|_| self.effects().sum)
    }

    /// Its number as the paper has it. `today` is what the site's numbers begin with now, by which records of before go.
    pub fn number(&self, today: &str) -> Option<String> {
        self.booked.as_ref()?.number(self.document.kind(), today)
    }

    /// Its day: its own, or the one that the box gave it.
    pub fn day(&self) -> Option<Date> {
        self.document.rules().posting_date().or_else(|| self.booked.as_ref()?.day)
    }
}

/// A cancellation: what the document did is undone, and it stays in the books as cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// The device's id of its intent.
    pub id: IntentId,
    /// The device that sent it.
    pub device: DeviceId,
    /// Who was at the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// Which document, by its id.
    pub document: IntentId,
    /// Why.
    pub reason: Text,
    /// The second person, where it took two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Text>,
}

/// A day's close: what the site submitted and cancelled on it, so that the office can tell a whole day from a part of one.
/// What comes for that day later is counted by the next close that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClosed {
    /// The day, in the workshop's time zone.
    pub day: Date,
    /// The last record before this one.
    pub last: Position,
    /// Per kind, in the order of kinds; none where nothing happened.
    pub kinds: Vec<DayTotal>,
    /// Who closed it; nobody where the box did, with the first record of a later day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Text>,
    /// How it was asked for, where a person closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// A person's wish that a day be closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The device's id for it.
    pub id: IntentId,
    /// Where.
    pub device: DeviceId,
}

/// What a day has of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotal {
    /// The kind.
    pub kind: Kind,
    /// How many were submitted and count.
    pub documents: u64,
    /// How many were cancelled.
    pub cancelled: u64,
    /// The sum of those that count.
    pub sum: Decimal,
}

/// How something without an intent's id was sent, so that a retransmission of it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u16, bool)", into = "(u32, u16, bool)")]
pub struct Sent {
    /// The MQTT session: 0 for a device's persistent one, else made at its CONNECT.
    pub session: u32,
    /// The packet id; 0 at QoS 0.
    pub packet: u16,
    /// The DUP flag: the device says that it may have sent this before.
    pub dup: bool,
}

impl From<(u32, u16, bool)> for Sent {
    fn from((session, packet, dup): (u32, u16, bool)) -> Self {
        Self { session, packet, dup }
    }
}

impl From<Sent> for (u32, u16, bool) {
    fn from(sent: Sent) -> Self {
        (sent.session, sent.packet, sent.dup)
    }
}

/// A code that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The device's id of its intent, where it can make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IntentId>,
    /// The scanner.
    pub device: DeviceId,
    /// How it was sent.
    pub sent: Sent,
    /// The code, group separators and all.
    pub code: String,
}

/// A weight that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// The device's id of its intent, where it can make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IntentId>,
    /// The scale.
    pub device: DeviceId,
    /// How it was sent.
    pub sent: Sent,
    /// The number.
    pub weight: Decimal,
    /// Its unit.
    pub unit: Text,
}

/// A code that nobody knew, and what it stands for by the word of somebody who has the thing in hand. The office gives items their
/// barcodes; this holds at the site until it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCode {
    /// The device's id of its intent.
    pub id: IntentId,
    /// Where.
    pub device: DeviceId,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// The code, as [`Scan`] has it.
    pub code: String,
    /// The item.
    pub item_code: Text,
    /// The unit, where it is not the item's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uom: Option<Text>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Whom.
    pub device: DeviceId,
    /// How it was sent.
    pub sent: Sent,
    /// Where it was published, at most 128 characters.
    pub topic: String,
    /// The rule and the remedy.
    pub reason: String,
    /// What was sent, or its beginning.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// From where to where in a journal, over any number of epochs, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    /// The first record.
    pub first: Position,
    /// The last one.
    pub last: Position,
}

/// A run of one epoch, both ends included. Bytes that say one which begins at 0 or ends before it begins are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Span {
    /// The epoch.
    pub epoch: Epoch,
    /// The first number.
    pub first: Seq,
    /// The last number.
    pub last: Seq,
}

/// A span as its bytes say it, before it is looked at.
#[derive(Deserialize)]
struct Ends {
    epoch: Epoch,
    first: Seq,
    last: Seq,
}

impl TryFrom<Ends> for Span {
    type Error = &'static str;
    fn try_from(Ends { epoch, first, last }: Ends) -> Result<Self, Self::Error> {
        if 1 <= first.0 && first <= last {
            Ok(Self { epoch, first, last })
        } else {
            Err("a run of records begins at 1 or later, and does not end before it begins")
        }
    }
}

impl Entry {
    /// The device's id of its intent, where the entry has one.
    pub fn intent(&self) -> Option<IntentId> {
        match self {
            Self::Submitted(submitted) => Some(submitted.id),
            Self::Scan(scan) => scan.id,
            Self::Weight(weight) => weight.id,
            Self::Cancelled(cancelled) => Some(cancelled.id),
            Self::DayClosed(closed) => closed.asked.as_ref().map(|asked| asked.id),
            Self::Opened(_) | Self::Refused(_) | Self::Hole(_) | Self::AtOffice(_) => None,
            // What speaks of an intent is none: the document alone is what counts once.
            Self::Person(_) | Self::Outcome(_) => None,
            Self::Requested(_) | Self::TakenBack(_) | Self::Declined(_) => None,
            Self::Barcode(named) => Some(named.id),
        }
    }

    /// The device that it came from.
    pub fn device(&self) -> Option<&DeviceId> {
        match self {
            Self::Submitted(submitted) => Some(&submitted.device),
            Self::Scan(scan) => Some(&scan.device),
            Self::Weight(weight) => Some(&weight.device),
            Self::Refused(refused) => Some(&refused.device),
            Self::Cancelled(cancelled) => Some(&cancelled.device),
            Self::Person(person) => Some(&person.device),
            Self::DayClosed(closed) => closed.asked.as_ref().map(|asked| &asked.device),
            Self::Opened(_) | Self::Hole(_) | Self::AtOffice(_) | Self::Outcome(_) => None,
            Self::Requested(_) | Self::TakenBack(_) | Self::Declined(_) => None,
            Self::Barcode(named) => Some(&named.device),
        }
    }

    /// How it was sent, where it has no intent's id to be known by.
    pub fn sent(&self) -> Option<Sent> {
        match self {
            Self::Scan(scan) if scan.id.is_none() => Some(scan.sent),
            Self::Weight(weight) if weight.id.is_none() => Some(weight.sent),
            Self::Refused(refused) => Some(refused.sent),
            _ => None,
        }
    }

    /// True where both mean the same, though they were sent in different ways or by different devices. `other` came later: one
    /// that names nobody is whoever's the first one is, since the box may have filled in who was logged in.
    pub fn same_meaning(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Submitted(a), Self::Submitted(b)) => {
                (a.id, a.amends) == (b.id, b.amends) && same_user(&a.user, &b.user) && a.document == b.document
            }
            (Self::Cancelled(a), Self::Cancelled(b)) => {
                let same = (a.id, a.document, &a.reason) == (b.id, b.document, &b.reason);
                same && same_user(&a.user, &b.user)
            }
            (Self::DayClosed(a), Self::DayClosed(b)) => a.day == b.day && same_user(&a.by, &b.by),
            (Self::Scan(a), Self::Scan(b)) => a.id == b.id && a.code == b.code,
            (Self::Weight(a), Self::Weight(b)) => (a.id, a.weight, &a.unit) == (b.id, b.weight, &b.unit),
            (Self::Refused(a), Self::Refused(b)) => a.topic == b.topic && a.bytes == b.bytes,
            (Self::Barcode(a), Self::Barcode(b)) => {
                let same = (a.id, &a.code, &a.item_code, &a.uom) == (b.id, &b.code, &b.item_code, &b.uom);
                same && same_user(&a.user, &b.user)
            }
            _ => false,
        }
    }
}

fn same_user(first: &Option<Text>, again: &Option<Text>) -> bool {
    again.is_none() || first == again
}
