//! The views against a model that folds the same records in memory, under commits, restarts, rebuilds and damage.

mod damage;
mod exports;
mod finding;
mod folding;
mod requests;
mod words;

use super::*;
use crate::domain::booked::Booked;
use crate::domain::document::{Document, Kind};
use crate::domain::id::{DeviceId, Epoch, IntentId, Position, Seq};
use crate::domain::number::{Number, Series};
use crate::domain::person::{Act, Person};
use crate::domain::record::{
    Cancelled, DayClosed, Entry, NamedCode, Record, Refused, Scan, Sent, Span, Submitted, Weight,
};
use crate::domain::time::{Quality, Stamp};
use crate::wire::record;
use serde_json::json;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(60);
const SITE: SiteNo = SiteNo(0);
const UP: Stream = Stream::Up(SITE);
const DOWN: Stream = Stream::Down(SITE);
/// 2026-11-02T20:00:00Z: the next day already in Jakarta.
const AT_MS: i64 = 1_793_649_600_000;
const JAKARTA: i32 = 7 * 60;

/// Journals in memory. A locator is the index.
struct Memory {
    store: StoreId,
    streams: Mutex<BTreeMap<Stream, Vec<Arc<[u8]>>>>,
}

impl Memory {
    fn new() -> Arc<Self> {
        Arc::new(Self { store: StoreId(Uuid::from_u128(1)), streams: Mutex::new([(UP, Vec::new())].into()) })
    }

    fn with_store(self: &Arc<Self>, store: u128) -> Arc<Self> {
        let streams = Mutex::new(self.streams.lock().unwrap().clone());
        Arc::new(Self { store: StoreId(Uuid::from_u128(store)), streams })
    }

    fn append(&self, stream: Stream, body: Vec<u8>) {
        self.streams.lock().unwrap().entry(stream).or_default().push(body.into());
    }

    fn put(&self, stream: Stream, record: &Record) {
        self.append(stream, record::body(&record.stamp, &record::entry(&record.entry)));
    }

    fn truncate(&self, stream: Stream, len: usize) {
        self.streams.lock().unwrap().get_mut(&stream).unwrap().truncate(len);
    }

    fn place(stream: Stream, index: usize) -> Place {
        let position = Position { epoch: epoch(stream), seq: Seq(index as u64 + 1) };
        Place { ordinal: index as u64 + 1, locator: Locator(index as u64), position }
    }
}

fn epoch(stream: Stream) -> Epoch {
    Epoch(Uuid::from_u128(match stream {
        Stream::Up(site) => 1000 + u128::from(site.0),
        Stream::Down(site) => 2000 + u128::from(site.0),
    }))
}

impl Journals for Memory {
    fn streams(&self) -> Vec<Stream> {
        self.streams.lock().unwrap().keys().copied().collect()
    }

    fn store_id(&self, _: Stream) -> Option<StoreId> {
        Some(self.store)
    }

    fn records(&self, stream: Stream) -> u64 {
        self.streams.lock().unwrap().get(&stream).map_or(0, |bodies| bodies.len() as u64)
    }

    fn holds(&self, stream: Stream, place: &Place) -> bool {
        place.ordinal <= self.records(stream) && *place == Self::place(stream, place.locator.0 as usize)
    }

    fn scan(&self, stream: Stream, after: Option<Place>, each: &mut Each<'_>) -> io::Result<()> {
        let bodies = self.streams.lock().unwrap().get(&stream).cloned().unwrap_or_default();
        let from = after.map_or(0, |place| place.ordinal as usize);
        for (index, body) in bodies.iter().enumerate().skip(from) {
            if each(Self::place(stream, index), body).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn body(&self, stream: Stream, locator: Locator) -> io::Result<Option<Vec<u8>>> {
        let streams = self.streams.lock().unwrap();
        let body = streams.get(&stream).and_then(|bodies| bodies.get(locator.0 as usize));
        Ok(body.map(|body| body.to_vec()).filter(|body| !body.is_empty()))
    }
}

fn stamp(at_ms: i64) -> Stamp {
    Stamp { boot_at_ms: at_ms, up_ms: 0, quality: Quality::Network }
}

fn device() -> DeviceId {
    "till-1".parse().unwrap()
}

fn id(number: u128) -> IntentId {
    // Spread, as random ids are.
    IntentId(Uuid::from_u128(number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) | 1))
}

fn submitted(number: u128, document: Document) -> Record {
    let entry = Entry::Submitted(Submitted::new(id(number), device(), None, document));
    Record { stamp: stamp(AT_MS), entry }
}

fn document(kind: Kind, fields: serde_json::Value) -> Document {
    let document = Document::deserialize_as(kind, &fields).unwrap();
    document.rules().validate().unwrap();
    document
}

/// A sale of `qty` of `item`, on a day of November 2026, or without one.
fn sale(number: u128, day: Option<u8>, item: &str, qty: &str) -> Record {
    let mut fields = json!({"customer": "Bu Sari", "update_stock": true, "set_warehouse": "Stores - TW",
        "items": [{"item_code": item, "qty": qty, "rate": "1000"}]});
    if let Some(day) = day {
        fields["posting_date"] = json!(format!("2026-11-{day:02}"));
    }
    submitted(number, document(Kind::SalesInvoice, fields))
}

/// A sale to a customer, with a number on paper.
fn sold(number: u128, day: Option<u8>, (item, qty): (&str, &str), customer: &str, no: Option<Number>) -> Record {
    let mut record = sale(number, day, item, qty);
    let Entry::Submitted(submitted) = &mut record.entry else { unreachable!("a sale is submitted") };
    let Document::SalesInvoice(invoice) = &mut submitted.document else { unreachable!("a sale is an invoice") };
    invoice.customer = customer.try_into().unwrap();
    submitted.booked = no.map(|no| Booked { no: Some(no), ..Booked::default() });
    record
}

fn no(count: u32) -> Number {
    Number { series: Series::FIRST, count }
}

fn cancelled(number: u128, document: u128) -> Record {
    let entry = Entry::Cancelled(Cancelled {
        id: id(number),
        device: device(),
        user: None,
        document: id(document),
        reason: "a mistake".try_into().unwrap(),
        approved_by: None,
    });
    Record { stamp: stamp(AT_MS), entry }
}

fn closed(day: i8) -> Record {
    let last = Position { epoch: epoch(UP), seq: Seq(1) };
    let entry = Entry::DayClosed(DayClosed {
        day: jiff::civil::date(2026, 11, day),
        last,
        kinds: Vec::new(),
        by: None,
        asked: None,
    });
    Record { stamp: stamp(AT_MS), entry }
}

fn wrong_pin() -> Record {
    let person = Person { device: device(), user: "siti@tailor.example".try_into().unwrap(), act: Act::Failed };
    Record { stamp: stamp(AT_MS), entry: Entry::Person(person) }
}

fn receipt(number: u128, day: u8, item: &str, qty: &str) -> Record {
    let fields = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW",
        "posting_date": format!("2026-11-{day:02}"), "items": [{"item_code": item, "qty": qty}]});
    submitted(number, document(Kind::StockEntry, fields))
}

fn scan(number: Option<u128>, packet: u16, dup: bool, code: &str) -> Record {
    let sent = Sent { session: 0, packet, dup };
    let entry = Entry::Scan(Scan { id: number.map(id), device: device(), sent, code: code.into() });
    Record { stamp: stamp(AT_MS), entry }
}

fn barcode(number: u128, code: &str) -> Record {
    let item_code = "CLOTH".try_into().unwrap();
    let named = NamedCode { id: id(number), device: device(), user: None, code: code.into(), item_code, uom: None };
    Record { stamp: stamp(AT_MS), entry: Entry::Barcode(named) }
}

fn weight(packet: u16, dup: bool) -> Record {
    let sent = Sent { session: 0, packet, dup };
    let weight = Weight { id: None, device: device(), sent, weight: 1.into(), unit: "kg".try_into().unwrap() };
    Record { stamp: stamp(AT_MS), entry: Entry::Weight(weight) }
}

fn refused(packet: u16, dup: bool) -> Record {
    let sent = Sent { session: 0, packet, dup };
    let (topic, reason) = ("in/till-1/scan".into(), "empty".into());
    Record {
        stamp: stamp(AT_MS),
        entry: Entry::Refused(Refused { device: device(), sent, topic, reason, bytes: vec![] }),
    }
}

fn at_office(first: u64, last: u64, at_ms: i64) -> Record {
    let span = Span { epoch: epoch(UP), first: Seq(first), last: Seq(last) };
    Record { stamp: stamp(at_ms), entry: Entry::AtOffice(span) }
}

fn start(dir: &std::path::Path, journals: &Arc<Memory>, commit_every: u64) -> Views {
    let mut config = Config::new(dir.join("views"), JAKARTA);
    config.commit_every = commit_every;
    Views::start(config, journals.clone()).unwrap()
}

/// Waits until the views are whole and have all there is.
fn current(views: &Views, journals: &Memory) -> Reader {
    let reader = views.reader();
    reader.notify();
    for stream in journals.streams() {
        reader.wait_for(stream, journals.records(stream), LONG).unwrap();
    }
    reader
}
