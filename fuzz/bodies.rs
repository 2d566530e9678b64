//! What each fuzz target does with the bytes of a stranger: the fuzzer runs it, and `tests/corpus.rs` runs it over what
//! the fuzzer has found. Each ends without a panic, whatever the bytes are.
#![allow(dead_code, reason = "each fuzz target uses one of these")]

use outpost::control::Ask;
use outpost::domain::id::{DeviceId, SiteId};
use outpost::domain::record::Sent;
use outpost::keys::enrolment::Enrolment;
use outpost::keys::moving::Came;
use outpost::keys::sealed::Sealed;
use outpost::sync::{Inbox, Link, Outbox, Rules, Shelf};
use outpost::wire::envelope::{Header, Known, Secret, open};
use outpost::wire::frame::{Found, Scan, SegmentHeader, record_hash};
use outpost::wire::message::Message;
use outpost::wire::{cbor, compress};

/// What a device sends to the gate, before and after it has logged in, of both versions.
pub fn gate(bytes: &[u8]) {
    outpost::gate::read_packets(bytes, false);
    outpost::gate::read_packets(bytes, true);
}

/// A payload. The first byte chooses the topic.
pub fn intake(bytes: &[u8]) {
    let Some((&choice, payload)) = bytes.split_first() else { return };
    let device: DeviceId = "till-1".parse().expect("a device's name");
    let topics = ["in/till-1/scan", "in/till-1/weight", "tx/till-1/sales-invoice", "tx/till-1/stock-entry"];
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

/// A file that somebody says is an enrolment or a move, sealed or not; opening a sealed one is not for a fuzzer.
pub fn enrolment(bytes: &[u8]) {
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

/// A segment of a journal: its header, and a walk over its frames to the end.
pub fn segment(bytes: &[u8]) {
    let _ = SegmentHeader::decode(bytes);
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
