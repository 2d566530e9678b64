//! What each fuzz target does with the bytes of a stranger: the fuzzer runs it, and `tests/corpus.rs` runs it over what
//! the fuzzer has found. Each ends without a panic, whatever the bytes are.
#![allow(dead_code, reason = "each fuzz target uses one of these")]

use outpost::control::Ask;
use outpost::courier::stick::{LONGEST_NAME, Name};
use outpost::domain::id::{DeviceId, SiteId};
use outpost::domain::master::{RowKey, Table};
use outpost::domain::record::Sent;
use outpost::keys::enrolment::Enrolment;
use outpost::keys::moving::Came;
use outpost::keys::sealed::Sealed;
use outpost::load::{Change, Order, Rows, Source, nothing_included};
use outpost::sync::{Inbox, Link, Outbox, Rules, Shelf};
use outpost::wire::envelope::{Header, Known, Secret, open};
use outpost::wire::frame::{Found, Scan, SegmentHeader, plausible, record_hash};
use outpost::wire::message::Message;
use outpost::wire::{cbor, compress};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What a device sends to the gate, before and after it has logged in, of both versions.
pub fn gate(bytes: &[u8]) {
    outpost::gate::read_packets(bytes, false);
    outpost::gate::read_packets(bytes, true);
}

/// A payload. The first byte chooses the topic.
pub fn intake(bytes: &[u8]) {
    let Some((&choice, payload)) = bytes.split_first() else { return };
    let device: DeviceId = "till-1".parse().expect("a device's name");
    let topics =
        ["in/till-1/scan", "in/till-1/weight", "tx/till-1/sales-invoice", "tx/till-1/stock-entry", "tx/till-1/barcode"];
    let sent = Sent { session: 1, packet: 1, dup: false };
    match outpost::intake::read(&device, topics[usize::from(choice) % topics.len()], payload, sent) {
        // What was taken can be read again: otherwise it would be in the journal, and in no book.
        Ok(entry) => {
            let kept = outpost::wire::record::entry(&entry);
            assert_eq!(cbor::from_slice::<outpost::domain::record::Entry>(&kept).as_ref(), Ok(&entry));
        }
        Err(reason) => {
            outpost::intake::refused(&device, "tx/till-1/sales-invoice", payload, sent, &reason);
        }
    }
    outpost::intake::id_of(payload);
}

/// An envelope by keys that everybody knows here, from a site and for an enrolment.
pub fn envelope(bytes: &[u8]) {
    let (site, office) = (Secret::from_random([1; 32]), Secret::from_random([2; 32]));
    let _ = Header::read(bytes);
    for known in [Known::Key(&site.public()), Known::OneTime(&[5; 32])] {
        if let Ok(plain) = open(bytes, &office, known) {
            hear(&plain);
        }
    }
}

/// A file that somebody says is an enrolment or a move, sealed or not; opening a sealed one is not for a fuzzer. Once as
/// it is and once with its check put right, which anybody can do and a fuzzer does not come upon.
pub fn enrolment(bytes: &[u8]) {
    enrolment_as_it_is(bytes);
    let whole = bytes.split_last_chunk::<4>().map_or(bytes, |(whole, _)| whole);
    enrolment_as_it_is(&[whole, &crc32fast::hash(whole).to_le_bytes()].concat());
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let body = &text[..text.rfind("# crc32 ").unwrap_or(text.len())];
    let body = if body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") };
    enrolment_as_it_is(format!("{body}# crc32 {:08x}\n", crc32fast::hash(body.as_bytes())).as_bytes());
}

fn enrolment_as_it_is(bytes: &[u8]) {
    let _ = Sealed::read(bytes);
    let came = Came::read(bytes);
    if let Ok(enrolment) = Enrolment::from_bytes(&came.text, None) {
        let _ = came.may_move(&enrolment, &enrolment);
        assert_eq!(Enrolment::from_bytes(enrolment.to_text().as_bytes(), None).unwrap().to_text(), enrolment.to_text());
    }
}

/// What is inside an envelope whose seal fits: an enrolled box may be hostile. An even first byte: as it is; an odd one:
/// compressed, with the dictionary that the second byte names.
pub fn message(bytes: &[u8]) {
    match bytes {
        [choice, plain @ ..] if choice % 2 == 0 => hear(plain),
        [_, dictionary, packed @ ..] => {
            if let Ok(plain) = compress::decompress(*dictionary, packed) {
                hear(&plain);
            }
        }
        _ => {}
    }
}

/// A record's body.
pub fn record(bytes: &[u8]) {
    if let Ok(record) = outpost::wire::record::decode(bytes) {
        let again = outpost::wire::record::body(&record.stamp, &outpost::wire::record::entry(&record.entry));
        assert_eq!(outpost::wire::record::decode(&again).as_ref(), Ok(&record), "a record is the same when copied");
        let _ = outpost::domain::time::rfc3339(record.stamp.at_ms());
    }
}

/// A segment of a journal: its header, and a walk over its frames to the end. Once as it is and once with every check put
/// right, which whoever has the disk can do and a fuzzer does not come upon.
pub fn segment(bytes: &[u8]) {
    walk(bytes);
    let mut checked = bytes.to_owned();
    if let Some((header, crc)) = checked.get_mut(..76).and_then(<[u8]>::split_last_chunk_mut::<4>)
        && header.starts_with(b"OUTPOSTJ")
    {
        *crc = crc32fast::hash(header).to_le_bytes();
    }
    let mut at = 0;
    while at < checked.len() {
        let size = plausible(&checked[at..]).filter(|size| at + size <= checked.len());
        if let Some(size) = size {
            let crc = crc32fast::hash(&[&checked[at..at + 4], &checked[at + 8..at + size]].concat());
            checked[at + 4..at + 8].copy_from_slice(&crc.to_le_bytes());
        }
        at += size.unwrap_or(1);
    }
    walk(&checked);
}

fn walk(bytes: &[u8]) {
    if let Ok(header) = SegmentHeader::decode(bytes) {
        assert_eq!(SegmentHeader::decode(&header.encode()).as_ref(), Ok(&header), "a header is the same when copied");
    }
    let site = SiteId::office();
    let (mut at, mut ended) = (0, false);
    for found in Scan::new(bytes, 0) {
        assert!(!ended, "the end comes last");
        match found {
            Found::Record { offset, frame } => {
                assert!(at <= offset, "frames do not overlap");
                at = offset + frame.size() as u64;
                record_hash(&site, frame.position, &frame.prev, frame.body);
            }
            Found::Damaged { from, to } => {
                assert!(at <= from && from < to, "damage lies between frames");
                at = to;
            }
            Found::End { offset, torn } => {
                assert!(offset + torn <= bytes.len() as u64, "nothing is torn behind the file's end");
                ended = true;
            }
        }
        assert!(at <= bytes.len() as u64, "nothing lies behind the file's end");
    }
    assert!(ended, "a walk ends");
}

/// A question on the control socket.
pub fn ask(bytes: &[u8]) {
    if let Ok(ask) = serde_json::from_slice::<Ask>(bytes) {
        let again = serde_json::to_string(&ask).expect("a question can be asked");
        assert_eq!(serde_json::from_str::<Ask>(&again).ok(), Some(ask));
    }
}

/// The name of a file on a stick, on which anybody can write any name.
pub fn stick(bytes: &[u8]) {
    let Some(name) = Name::parse(OsStr::from_bytes(bytes)) else { return };
    let spelled = name.to_string();
    assert!(bytes.eq_ignore_ascii_case(spelled.as_bytes()), "a name is spelled in one way but for its case");
    assert!(spelled.len() <= LONGEST_NAME, "no name is longer than the longest");
    assert_eq!(Name::parse(spelled.as_ref()), Some(name), "a name is the same when copied");
}

/// A journal in which nothing can be read.
struct Empty;

impl Shelf for Empty {
    fn hash(&self, _: outpost::domain::id::Position) -> Option<outpost::domain::id::RecordHash> {
        None
    }
    fn prev(&self, _: outpost::domain::id::Position) -> Option<outpost::domain::id::RecordHash> {
        None
    }
}

/// What an office does with a message, all but the disk: twice, since a repeat takes another way.
fn hear(plain: &[u8]) {
    let Ok(message) = cbor::from_slice::<Message>(plain) else { return };
    if message.fault().is_some() {
        return;
    }
    let site: SiteId = "bdg".parse().expect("a site's name");
    // The store that the message speaks of, so that its claims are looked at and not taken for another disk's.
    let store = message.hello.as_ref().and_then(|hello| hello.believes.as_ref()).or(message.ack.as_ref());
    let store = store.map_or(outpost::domain::id::StoreId::new(1, [0; 10]), |ack| ack.store);
    let mut link = Link::new(Rules::default(), site.clone(), store, Inbox::default(), Outbox::default());
    // The journal that it acks, so that its acks are not all of nobody's records.
    if let Some(at) = message.ack.as_ref().and_then(|ack| ack.held.through.first()) {
        link.appended(*at);
    }
    link.connected(0, message.echo.unwrap_or(0));
    for now_ms in [1, 2] {
        let heard = link.hear(now_ms, message.clone(), &Empty);
        for run in &heard.store {
            run.hashes(&site);
        }
        link.stored(&heard.store);
        link.inbox().held();
        link.inbox().gaps();
        link.inbox().count();
        link.outbox().believes();
        link.outbox().unacked();
    }
}

/// A file of master data. The first byte chooses the table, and CSV or JSON.
pub fn load(bytes: &[u8]) {
    let Some((&choice, file)) = bytes.split_first() else { return };
    let table = Table::ALL[usize::from(choice & 0x7f) % Table::ALL.len()];
    let extension = if choice & 0x80 == 0 { "csv" } else { "json" };
    let source = Source { name: format!("{}.{extension}", table.slug()), bytes: file.to_vec() };
    let mut rows = Loaded::default();
    let report =
        outpost::load::load(&[source], Order::default(), &mut rows, &nothing_included).expect("memory takes rows");
    assert_ne!(report.taken, report.is_refused());
    assert!(report.taken || rows.0.is_empty());
    // What was taken can be read again: otherwise no workshop could.
    for (key, row) in &rows.0 {
        let (bytes, _) = row.as_ref().expect("nothing is deleted");
        let row = outpost::wire::row::decode(key.table, bytes).expect("a row that was taken");
        assert_eq!(row.key(), *key);
    }
}

#[derive(Default)]
struct Loaded(Vec<Change>);

impl Rows for Loaded {
    fn each(&self, _: &mut dyn FnMut(&RowKey, &[u8])) -> Result<(), String> {
        Ok(())
    }

    fn put(&mut self, changes: Vec<Change>) -> Result<(), String> {
        self.0 = changes;
        Ok(())
    }
}
