use super::*;
use crate::domain::id::Epoch;
use crate::domain::record::Entry;
use crate::domain::record::Opened;
use crate::domain::time::{Quality, Stamp};
use crate::journal::{Options, Own};
use crate::wire::record;
use std::path::Path;

fn key(n: u8) -> Secret {
    Secret::from_random([n; 32])
}

fn store(n: u8) -> StoreId {
    StoreId::new(n.into(), [n; 10])
}

/// One end in a directory of its own, whose journal has one record. `n` is its key and its disk.
fn end(dir: &Path, n: u8, me: &SiteId, peer: &SiteId, peer_keys: Vec<Public>) -> Exchange {
    let (mut own, _) = Own::open(&dir.join("own"), Options::new(me.clone(), store(n), |_| None)).unwrap();
    let opened = Opened { follows: None, store: store(n), boot: uuid::Uuid::nil(), program: "0".into() };
    let stamp = Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Floor };
    let body = record::body(&stamp, &record::entry(&Entry::Opened(opened)));
    own.begin(Epoch::new(n.into(), [n; 10]), &body).unwrap();
    let (replica, _) = Replica::open(&dir.join("held"), Options::new(peer.clone(), store(n), |_| None)).unwrap();
    Exchange::open(Parts {
        me: me.clone(),
        peer: peer.clone(),
        secret: key(n),
        peer_keys,
        store: store(n),
        replica,
        own: own.reader(),
        acks: dir.join("acks"),
        rules: Rules::default(),
        master: Master::None,
    })
    .unwrap()
}

/// What the box with key 1 says to the office with key 9 that knows it: a hello, and then its record.
fn said_by_the_lost_box(dir: &Path) -> (Vec<u8>, Vec<u8>) {
    let (site, office) = ("bdg".parse().unwrap(), SiteId::office());
    let mut lost = end(&dir.join("lost"), 1, &site, &office, vec![key(9).public()]);
    let mut knows_it = end(&dir.join("then"), 9, &office, &site, vec![key(1).public()]);
    lost.connected(0);
    knows_it.connected(0);
    let hello = lost.poll(0, None).unwrap().unwrap();
    knows_it.arrived(0, &hello).unwrap();
    while let Some(envelope) = knows_it.poll(0, None).unwrap() {
        lost.arrived(0, &envelope).unwrap();
    }
    while let Some(envelope) = lost.poll(0, None).unwrap() {
        if !knows_it.peek(&envelope, &[key(1).public()]).unwrap().batch.is_empty() {
            return (hello, envelope);
        }
        knows_it.arrived(0, &envelope).unwrap();
    }
    panic!("it says nothing of its record");
}

#[test]
fn of_what_a_vouched_key_has_sealed_the_records_count_once_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (hello, batch) = said_by_the_lost_box(dir.path());
    let (site, office) = ("bdg".parse().unwrap(), SiteId::office());
    // The site has a new box, with key 2.
    let mut now = end(&dir.path().join("now"), 9, &office, &site, vec![key(2).public()]);
    let lost = [key(1).public()];
    for envelope in [&hello, &batch] {
        assert!(matches!(now.arrived(0, envelope), Err(Rejected::UnknownSender(_))));
        assert!(matches!(now.carried(0, envelope), Err(Rejected::UnknownSender(_))));
        assert!(now.peek(envelope, &[key(3).public()]).is_none(), "of a stranger");
    }
    assert!(now.holds(&now.peek(&hello, &lost).unwrap()), "a hello brings no records");
    assert!(!now.holds(&now.peek(&batch, &lost).unwrap()));

    assert_eq!(now.released(0, &hello, &lost).unwrap().stored, []);
    assert_eq!(now.link().outbox().peer(), None, "its ack is not the new box's");
    assert_eq!(now.released(0, &batch, &lost).unwrap().stored.len(), 1);
    assert!(now.holds(&now.peek(&batch, &lost).unwrap()));
    assert_eq!(now.released(0, &batch, &lost).unwrap().stored, [], "a second time it is only known");
    assert_eq!(now.link().outbox().peer(), None);
    assert_eq!((now.held().count(), now.tally().heard_ms), (1, None), "and the box itself was not heard");
}

#[test]
fn a_refusal_opens_for_the_box_that_is_meant_and_is_no_message() {
    let dir = tempfile::tempdir().unwrap();
    let (site, office): (SiteId, _) = ("bdg".parse().unwrap(), SiteId::office());
    let refusal = Refusal { reason: "another box already is bdg".into(), fingerprint: None };
    let plain = cbor::to_vec(&refusal);
    let (from, to, random) = ((&office, Proof::Key(&key(9))), key(2).public(), &mut UnwrapErr(SysRng));
    let envelope = envelope::seal(Purpose::Refusal, from, (&site, &to), 0, &plain, random).unwrap();
    let mut first = end(&dir.path().join("first"), 1, &site, &office, vec![key(9).public()]);
    let second = end(&dir.path().join("second"), 2, &site, &office, vec![key(9).public()]);
    assert!(matches!(first.refused(&envelope), Err(Rejected::NotOurKey(_))));
    assert_eq!(second.refused(&envelope).unwrap(), refusal);
    assert!(matches!(first.arrived(0, &envelope), Err(Rejected::Misdirected { .. })));
}

#[test]
fn how_a_box_is_comes_with_its_hello_by_stick_and_each_hour_beside_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let (site, office) = ("bdg".parse().unwrap(), SiteId::office());
    let mut here = end(&dir.path().join("box"), 1, &site, &office, vec![key(9).public()]);
    let mut there = end(&dir.path().join("office"), 9, &office, &site, vec![key(1).public()]);
    let condition = Condition {
        version: "v".repeat(32),
        at_ms: 7,
        time_from: "office".into(),
        free_mb: Some(1),
        bytes_this_month: u64::MAX,
    };
    let said = condition.clone();
    here.tells_condition(Box::new(move || said.clone()));
    here.connected(0);
    there.connected(0);
    let hour = CONDITION_EVERY_MS;
    let mut told = Vec::new();
    for now in [0, 0, hour - 1, 2 * hour, 2 * hour + hour / 2] {
        while let Some(envelope) = there.poll(now, None).unwrap() {
            here.arrived(now, &envelope).unwrap();
        }
        while let Some(envelope) = here.poll(now, None).unwrap() {
            let message = there.peek(&envelope, &[key(1).public()]).unwrap();
            told.push((now, message.hello.is_some(), message.condition));
            // Its acks are lost: so the office sends its record again, and it acks that.
            if message.hello.is_some() {
                assert!(there.arrived(now, &envelope).unwrap().condition.is_some());
            }
        }
    }
    let some = |at| told.iter().filter(move |(now, ..)| *now == at);
    assert!(some(0).all(|(_, is_hello, told)| *is_hello == told.is_some()), "{told:?}");
    for (at, wanted) in [(hour - 1, None), (2 * hour, Some(&condition)), (2 * hour + hour / 2, None)] {
        assert!(some(at).count() > 0 && some(at).all(|(_, _, told)| told.as_ref() == wanted), "{at}: {told:?}");
    }

    let word = here.word(None).unwrap();
    assert_eq!(there.carried(0, &word).unwrap().condition.as_ref(), Some(&condition));
    // Who has a key that was the site's once says nothing of the site.
    assert_eq!(there.released(0, &word, &[key(1).public()]).unwrap().condition, None);

    let long = Condition { version: "v".repeat(33), ..condition };
    here.tells_condition(Box::new(move || long.clone()));
    let word = here.word(None).unwrap();
    let refused = there.carried(0, &word).unwrap_err().to_string();
    assert!(refused.contains("a condition with a longer text"), "{refused}");
}
