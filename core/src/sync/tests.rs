use super::*;
use crate::domain::id::{Epoch, RecordHash, Seq, SiteId, StoreId};
use crate::domain::record::{Entry, Opened};
use crate::domain::time::{Quality, Stamp};
use crate::wire::message::{Message, Run};
use crate::wire::record;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// A journal of one epoch in memory.
pub(super) struct Shop {
    epoch: Epoch,
    bodies: Vec<Vec<u8>>,
    hashes: Vec<RecordHash>,
}

impl Shop {
    pub(super) fn new(records: usize) -> Self {
        let epoch = Epoch::new(7, [7; 10]);
        let stamp = Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Floor };
        let opened =
            Opened { follows: None, store: StoreId::new(1, [1; 10]), boot: uuid::Uuid::nil(), program: "0".into() };
        let mut shop = Self { epoch, bodies: vec![], hashes: vec![] };
        shop.push(record::body(&stamp, &record::entry(&Entry::Opened(opened))));
        (1..records).for_each(|i| shop.push(vec![i as u8; 100]));
        shop
    }

    pub(super) fn push(&mut self, body: Vec<u8>) {
        let seq = Seq(self.bodies.len() as u64 + 1);
        let prev = self.hashes.last().copied().unwrap_or(RecordHash::NONE);
        self.hashes.push(crate::wire::frame::record_hash(&site(), Position { epoch: self.epoch, seq }, &prev, &body));
        self.bodies.push(body);
    }

    pub(super) fn last(&self) -> Position {
        Position { epoch: self.epoch, seq: Seq(self.bodies.len() as u64) }
    }
}

impl Log for Shop {
    type Error = std::convert::Infallible;
    fn run(&self, span: Span, max_bytes: usize) -> Result<Run, Self::Error> {
        let from = span.first.0 as usize - 1;
        let most = (max_bytes / 100).max(1).min((span.last.0 - span.first.0 + 1) as usize);
        let prev = if from == 0 { RecordHash::NONE } else { self.hashes[from - 1] };
        let bodies = self.bodies[from..from + most].iter().cloned().map(ByteBuf::from).collect();
        Ok(Run { epoch: span.epoch, first: span.first, prev, bodies, lost: vec![] })
    }
}

#[derive(Default)]
pub(super) struct Office(BTreeMap<Position, (RecordHash, RecordHash)>);

impl Shelf for Office {
    fn hash(&self, at: Position) -> Option<RecordHash> {
        self.0.get(&at).map(|pair| pair.1)
    }
    fn prev(&self, at: Position) -> Option<RecordHash> {
        self.0.get(&at).map(|pair| pair.0)
    }
}

impl Office {
    pub(super) fn store(&mut self, run: &Run) {
        let hashes = run.hashes(&site());
        let mut prev = run.prev;
        for (i, hash) in hashes.into_iter().enumerate() {
            self.0.insert(Position { epoch: run.epoch, seq: Seq(run.first.0 + i as u64) }, (prev, hash));
            prev = hash;
        }
    }
}

fn site() -> SiteId {
    "bdg".parse().unwrap()
}

pub(super) fn pair(shop: &Shop, rules: Rules) -> (Link, Link) {
    let mut shop_end =
        Link::new(rules.clone(), SiteId::office(), StoreId::new(1, [1; 10]), Inbox::default(), Outbox::default());
    shop_end.appended(shop.last());
    let office_end = Link::new(rules, site(), StoreId::new(2, [2; 10]), Inbox::default(), Outbox::default());
    (shop_end, office_end)
}

/// Lets both ends talk until neither has anything to say. Returns what the shop said.
pub(super) fn talk(
    now: u64,
    shop: &Shop,
    (a, b): (&mut Link, &mut Link),
    office: &mut Office,
) -> (Vec<Message>, Vec<Tell>) {
    let (mut said, mut tells) = (Vec::new(), Vec::new());
    let nothing = Shop::new(1);
    for _ in 0..1000 {
        let mut quiet = true;
        if let Ok(Some(message)) = a.poll(now, None, shop) {
            said.push(message.clone());
            let heard = b.hear(now, message, office);
            heard.store.iter().for_each(|run| office.store(run));
            tells.extend(heard.tells);
            tells.extend(b.stored(&heard.store));
            quiet = false;
        }
        if let Ok(Some(message)) = b.poll(now, None, &nothing) {
            let heard = a.hear(now, message, &Office::default());
            assert!(heard.store.is_empty());
            tells.extend(heard.tells);
            quiet = false;
        }
        if quiet {
            return (said, tells);
        }
    }
    panic!("the two never fall silent");
}

#[test]
fn what_is_held_back_waits_in_silence_while_the_other_way_goes_on_and_then_comes() {
    let (shop, word) = (Shop::new(50), Shop::new(5));
    let (mut a, mut b) = pair(&shop, Rules::default());
    b.appended(word.last());
    b.hold_back(true);
    a.connected(0, 1);
    b.connected(0, 2);
    let mut office = Office::default();
    for now in [0, 1_000_000] {
        let (said, _) = talk(now, &shop, (&mut a, &mut b), &mut office);
        assert_eq!(said.iter().any(|message| !message.batch.is_empty()), now == 0, "the shop's come, once");
    }
    assert_eq!((a.outbox().unacked(), b.outbox().unacked(), a.peer_has_more()), (0, 5, 0));
    assert_eq!(b.wake_ms(), None, "nothing is to be done about what is held back");
    b.hold_back(false);
    let message = b.poll(1_000_000, None, &word).unwrap().expect("now they go");
    assert_eq!(message.batch.iter().map(|run| run.bodies.len()).sum::<usize>(), 5);
    b.hold_back(true);
    assert_eq!(b.poll(9_000_000, None, &word).unwrap(), None, "what was under way is not sent again");
    assert_eq!(b.wake_ms(), None);
}

#[test]
fn a_backlog_goes_in_few_batches_and_ends_acked() {
    let shop = Shop::new(2_000);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    let (said, tells) = talk(0, &shop, (&mut a, &mut b), &mut Office::default());
    assert_eq!(a.outbox().unacked(), 0);
    assert_eq!(said.iter().filter(|message| !message.batch.is_empty()).count(), 1);
    assert_eq!(tells, vec![]);
    assert_eq!(b.inbox().held().through, vec![shop.last()]);
}

#[test]
fn a_lone_record_goes_at_once_and_what_waits_behind_it_goes_together() {
    let mut shop = Shop::new(1);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    talk(0, &shop, (&mut a, &mut b), &mut Office::default());
    shop.push(vec![9; 100]);
    a.appended(shop.last());
    let first = a.poll(5, None, &shop).unwrap().expect("at once");
    assert_eq!(first.batch[0].bodies.len(), 1);
    for _ in 0..10 {
        shop.push(vec![9; 100]);
        a.appended(shop.last());
        assert_eq!(a.poll(6, None, &shop).unwrap(), None, "one is under way");
    }
    let mut office = Office::default();
    let heard = b.hear(7, first, &office);
    heard.store.iter().for_each(|run| office.store(run));
    b.stored(&heard.store);
    let ack = b.poll(7, None, &Shop::new(1)).unwrap().expect("an ack");
    a.hear(8, ack, &office);
    assert_eq!(a.poll(8, None, &shop).unwrap().expect("the rest").batch[0].bodies.len(), 10);
}

/// The office's end of a shop that acks late, with one batch of the shop's heard and its ack due.
fn late_acker(shop: &Shop, more: u64) -> Link {
    let (mut a, mut b) = pair(shop, Rules { ack_delay_ms: 1_000, ..Rules::default() });
    a.connected(0, 1);
    b.connected(0, 2);
    let mut office = Office::default();
    let hello = a.poll(0, None, shop).unwrap().expect("a hello");
    b.hear(0, hello, &office);
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &office);
    let mut batch = a.poll(0, None, shop).unwrap().expect("a batch");
    batch.more = more;
    let heard = b.hear(10, batch, &office);
    heard.store.iter().for_each(|run| office.store(run));
    b.stored(&heard.store);
    b
}

#[test]
fn an_ack_waits_for_company_unless_the_peer_waits_for_the_ack() {
    let shop = Shop::new(5);
    let mut patient = late_acker(&shop, 0);
    assert_eq!(patient.poll(1_009, None, &Shop::new(1)).unwrap(), None);
    assert!(patient.poll(1_010, None, &Shop::new(1)).unwrap().expect("the ack").ack.is_some());
    let mut hurried = late_acker(&shop, 3);
    assert!(hurried.poll(10, None, &Shop::new(1)).unwrap().expect("the ack").ack.is_some());
}

#[test]
fn a_peer_that_acks_late_is_given_the_time() {
    let shop = Shop::new(5);
    let (mut a, mut b) = pair(&shop, Rules { peer_ack_delay_ms: 300_000, ..Rules::default() });
    a.connected(0, 1);
    b.connected(0, 2);
    let office = Office::default();
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    b.hear(0, hello, &office);
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &office);
    assert!(a.poll(0, None, &shop).unwrap().is_some());
    assert_eq!(a.poll(329_999, None, &shop).unwrap(), None);
    assert!(a.poll(330_000, None, &shop).unwrap().is_some(), "the batch again");
}

#[test]
fn behind_a_batch_whose_ack_waits_the_next_one_goes_after_a_while() {
    let rules = Rules { peer_ack_delay_ms: 300_000, gather_ms: 10_000, ..Rules::default() };
    let shop = Shop::new(6);
    let (mut a, mut b) = pair(&Shop::new(5), rules);
    a.connected(0, 1);
    b.connected(0, 2);
    let office = Office::default();
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    b.hear(0, hello, &office);
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &office);
    assert!(a.poll(0, None, &shop).unwrap().is_some());
    a.appended(shop.last());
    assert_eq!(a.poll(9_999, None, &shop).unwrap(), None);
    assert_eq!(a.wake_ms(), Some(10_000));
    let batch = a.poll(10_000, None, &shop).unwrap().expect("the word that waited").batch;
    assert_eq!(batch.iter().map(Run::span).map(|span| (span.first.0, span.last.0)).collect::<Vec<_>>(), [(6, 6)]);
    assert_eq!(a.poll(10_001, None, &shop).unwrap(), None);
    assert_eq!(a.wake_ms(), Some(330_000), "each is sent again by itself");
}

#[test]
fn nothing_is_sent_before_the_peer_has_answered() {
    let shop = Shop::new(10);
    let (mut a, _) = pair(&shop, Rules::default());
    a.connected(0, 1);
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    assert!(hello.hello.is_some() && hello.batch.is_empty());
    assert_eq!(a.poll(1, None, &shop).unwrap(), None);
    assert!(a.poll(30_000, None, &shop).unwrap().expect("hello again").hello.is_some());
}

#[test]
fn a_swallowed_batch_is_sent_again_and_a_breaking_line_makes_smaller_ones() {
    let shop = Shop::new(10_000);
    let (mut a, mut b) = pair(&shop, Rules { window: 1, ..Rules::default() });
    a.connected(0, 1);
    b.connected(0, 2);
    let mut office = Office::default();
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    b.hear(0, hello, &office);
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &office);
    let size = |message: &Message| message.batch.iter().map(|run| run.bodies.len()).sum::<usize>();
    let lost = a.poll(0, None, &shop).unwrap().expect("a batch");
    assert_eq!(a.poll(29_999, None, &shop).unwrap(), None);
    let again = a.poll(30_000, None, &shop).unwrap().expect("again");
    assert_eq!(lost.batch, again.batch);
    a.disconnected();
    a.connected(40_000, 3);
    talk(40_000, &shop, (&mut a, &mut b), &mut office);
    assert_eq!(a.outbox().unacked(), 0);
    assert!(size(&lost) > 5_000);
}

#[test]
fn an_office_restored_from_a_backup_asks_for_the_rest_and_gets_it() {
    let shop = Shop::new(500);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    talk(0, &shop, (&mut a, &mut b), &mut Office::default());
    assert_eq!(a.outbox().unacked(), 0);
    // The backup is of before anything came; it has the same store id and does not know of its restoration.
    let mut restored =
        Link::new(Rules::default(), site(), StoreId::new(2, [2; 10]), Inbox::default(), Outbox::default());
    restored.connected(10, 77);
    let mut office = Office::default();
    let (_, tells) = talk(10, &shop, (&mut a, &mut restored), &mut office);
    assert!(tells.contains(&Tell::ThisStoreIsOlder(StoreId::new(2, [2; 10]))), "{tells:?}");
    assert!(tells.contains(&Tell::Rewound), "{tells:?}");
    assert_eq!((a.outbox().unacked(), restored.inbox().count()), (0, 500));
}

#[test]
fn a_replaced_office_with_a_new_store_id_gets_all_again_and_old_acks_are_ignored() {
    let shop = Shop::new(500);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    let mut before = Office::default();
    talk(0, &shop, (&mut a, &mut b), &mut before);
    let old = Message {
        ack: Some(crate::wire::message::Ack { store: StoreId::new(2, [2; 10]), held: b.inbox().held() }),
        ..Message::default()
    };
    let mut replaced =
        Link::new(Rules::default(), site(), StoreId::new(3, [2; 10]), Inbox::default(), Outbox::default());
    replaced.connected(10, 77);
    a.hear(10, replaced.poll(10, None, &Shop::new(1)).unwrap().expect("hello"), &before);
    assert_eq!(a.outbox().unacked(), 500);
    let heard = a.hear(11, old, &before);
    assert_eq!(heard.tells, vec![Tell::OldStore(StoreId::new(2, [2; 10]))]);
    assert_eq!(a.outbox().unacked(), 500);
    talk(12, &shop, (&mut a, &mut replaced), &mut Office::default());
    assert_eq!(a.outbox().unacked(), 0);
}

#[test]
fn an_altered_record_breaks_the_chain_and_is_told() {
    let shop = Shop::new(20);
    let (mut a, mut b) = pair(&shop, Rules::default());
    let mut office = Office::default();
    let whole = shop.run(Span { epoch: shop.epoch, first: Seq(1), last: Seq(10) }, 100_000).unwrap();
    b.connected(0, 1);
    a.connected(0, 1);
    let first = Message { batch: vec![whole], ..Message::default() };
    let heard = b.hear(0, first, &office);
    heard.store.iter().for_each(|run| office.store(run));
    b.stored(&heard.store);
    let mut rest = shop.run(Span { epoch: shop.epoch, first: Seq(11), last: Seq(20) }, 100_000).unwrap();
    rest.prev = RecordHash([1; 32]);
    let heard = b.hear(0, Message { batch: vec![rest], ..Message::default() }, &office);
    assert_eq!(heard.tells, vec![Tell::ChainBroken(Position { epoch: shop.epoch, seq: Seq(11) })]);
    assert_eq!(heard.store.len(), 1, "it is kept all the same");
}

/// Hands each end what the other has said, both at the same moment, as a line does on which messages cross.
fn cross(now: u64, shop: &Shop, a: &mut Link, b: &mut Link) -> usize {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    while let Some(message) = a.poll(now, None, shop).unwrap() {
        up.push(message);
    }
    while let Some(message) = b.poll(now, None, &Shop::new(1)).unwrap() {
        down.push(message);
    }
    let said = up.len() + down.len();
    for message in up {
        let heard = b.hear(now, message, &Office::default());
        b.stored(&heard.store);
    }
    for message in down {
        a.hear(now, message, &Office::default());
    }
    said
}

#[test]
fn hellos_that_cross_do_not_ask_each_other_for_ever() {
    let shop = Shop::new(3);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 1_000_000_000);
    let said: usize = (0..20).map(|turn| cross(turn * 100, &shop, &mut a, &mut b)).sum();
    assert!(a.is_settled() && b.is_settled());
    assert_eq!(a.outbox().unacked(), 0);
    assert!(said <= 10, "{said} messages");
}

#[test]
fn a_late_ack_of_another_session_is_ignored() {
    let shop = Shop::new(500);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    talk(0, &shop, (&mut a, &mut b), &mut Office::default());
    let ack = crate::wire::message::Ack { store: StoreId::new(2, [2; 10]), held: b.inbox().held() };
    let late = Message { echo: Some(1), ack: Some(ack), ..Message::default() };
    // An office restored from a backup, under the same store id, of which the shop believes nothing.
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1_000_000_000);
    b.connected(0, 77);
    cross(0, &shop, &mut a, &mut b);
    a.hear(1, late, &Office::default());
    assert_eq!(a.outbox().unacked(), 500);
}

#[test]
fn a_store_that_was_restored_twice_is_told_so_though_its_id_is_no_longer_known() {
    let shop = Shop::new(10);
    let (mut a, mut replaced) = pair(&shop, Rules::default());
    replaced.renew(StoreId::new(3, [0; 10]));
    a.connected(0, 1);
    replaced.connected(0, 2);
    talk(0, &shop, (&mut a, &mut replaced), &mut Office::default());
    let (_, mut older) = pair(&shop, Rules::default());
    older.connected(10, 77);
    let (_, tells) = talk(10, &shop, (&mut a, &mut older), &mut Office::default());
    assert!(tells.contains(&Tell::ThisStoreIsOlder(StoreId::new(3, [0; 10]))), "{tells:?}");
    older.renew(StoreId::successor(Some(StoreId::new(3, [0; 10])), 0, [1; 10]));
    a.connected(20, 5_000_000);
    talk(20, &shop, (&mut a, &mut older), &mut Office::default());
    assert_eq!((a.outbox().unacked(), older.inbox().count()), (0, 10));
}

#[test]
fn of_two_cards_with_one_past_each_has_its_own_records_acked() {
    let shop = Shop::new(5);
    let (mut a, _) = pair(&shop, Rules::default());
    // The copy of the card went on first: its epoch follows the last record, which makes it the only head.
    let copy = Span { epoch: Epoch::new(9, [9; 10]), first: Seq(1), last: Seq(1) };
    let mut inbox = Inbox::default();
    inbox.hold(Span { epoch: shop.epoch, first: Seq(1), last: Seq(5) }, Some(None));
    inbox.hold(copy, Some(Some(shop.last())));
    let mut b = Link::new(Rules::default(), site(), StoreId::new(2, [2; 10]), inbox, Outbox::default());
    a.connected(0, 1);
    b.connected(0, 2);
    talk(0, &shop, (&mut a, &mut b), &mut Office::default());
    assert_eq!(a.outbox().unacked(), 0);
}

#[test]
fn a_chain_that_breaks_between_two_runs_of_one_message_is_told() {
    let shop = Shop::new(20);
    let (_, mut b) = pair(&shop, Rules::default());
    b.connected(0, 1);
    let part = |first, last| shop.run(Span { epoch: shop.epoch, first: Seq(first), last: Seq(last) }, 100_000).unwrap();
    let (whole, mut rest) = (part(1, 10), part(11, 20));
    rest.prev = RecordHash([1; 32]);
    let heard = b.hear(0, Message { batch: vec![whole, rest], ..Message::default() }, &Office::default());
    assert_eq!(heard.tells, vec![Tell::ChainBroken(Position { epoch: shop.epoch, seq: Seq(11) })]);
}

#[test]
fn what_is_being_stored_is_acked_once_it_is() {
    let shop = Shop::new(5);
    let (_, mut b) = pair(&shop, Rules::default());
    b.connected(0, 1);
    b.poll(0, None, &Shop::new(1)).unwrap().expect("a hello");
    let run = shop.run(Span { epoch: shop.epoch, first: Seq(1), last: Seq(5) }, 100_000).unwrap();
    let heard = b.hear(0, Message { batch: vec![run], ..Message::default() }, &Office::default());
    assert_eq!(b.poll(1, None, &Shop::new(1)).unwrap(), None, "it is not durable yet");
    b.stored(&heard.store);
    let ack = b.poll(2, None, &Shop::new(1)).unwrap().expect("an ack").ack.expect("an ack");
    assert_eq!(ack.held.through, vec![shop.last()]);
}

/// A line on which each end speaks before it hears the other.
fn crossing(now: u64, shop: &Shop, a: &mut Link, b: &mut Link) -> usize {
    let (office, nothing) = (Office::default(), Shop::new(1));
    let mut said = 0;
    for _ in 0..100 {
        let from_a = a.poll(now, None, shop).unwrap();
        let from_b = b.poll(now, None, &nothing).unwrap();
        if from_a.is_none() && from_b.is_none() {
            return said;
        }
        said += usize::from(from_a.is_some()) + usize::from(from_b.is_some());
        if let Some(message) = from_a {
            let heard = b.hear(now, message, &office);
            b.stored(&heard.store);
        }
        if let Some(message) = from_b {
            a.hear(now, message, &office);
        }
    }
    panic!("the two never fall silent");
}

#[test]
fn two_who_connect_at_once_settle_and_fall_silent() {
    let shop = Shop::new(10);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    b.connected(0, 2);
    // Two hellos that cross, two that answer them, two answers, the batch and its ack.
    assert!(crossing(0, &shop, &mut a, &mut b) <= 8);
    assert!(a.is_settled() && b.is_settled());
    // And again when one of them connects anew while the other does not notice.
    b.disconnected();
    b.connected(100, 5_000_000);
    assert!(crossing(100, &shop, &mut a, &mut b) <= 6);
    assert!(a.is_settled() && b.is_settled());
    assert_eq!(a.outbox().unacked(), 0);
}

#[test]
fn batches_that_wait_behind_one_that_lands_are_not_sent_twice() {
    let shop = Shop::new(3_000);
    let (mut a, mut b) = pair(&shop, Rules { batch_bytes: 100_000, ..Rules::default() });
    a.connected(0, 1);
    b.connected(0, 2);
    let mut office = Office::default();
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    b.hear(0, hello, &office);
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &office);
    let mut under_way: std::collections::VecDeque<_> = std::iter::from_fn(|| a.poll(0, None, &shop).unwrap()).collect();
    assert!(under_way.len() > 1);
    // A narrow line: each takes 25 s, so that the later ones are older than the first wait for an ack when they land.
    let (mut now, mut sent) = (0, 0);
    while let Some(message) = under_way.pop_front() {
        sent += message.batch.iter().map(|run| run.bodies.len()).sum::<usize>();
        now += 25_000;
        under_way.extend(a.poll(now, None, &shop).unwrap());
        let heard = b.hear(now, message, &office);
        heard.store.iter().for_each(|run| office.store(run));
        b.stored(&heard.store);
        let ack = b.poll(now, None, &Shop::new(1)).unwrap().expect("an ack");
        a.hear(now, ack, &office);
        under_way.extend(a.poll(now, None, &shop).unwrap());
    }
    assert_eq!(a.outbox().unacked(), 0);
    assert_eq!(sent, 3_000, "records went twice");
}

#[test]
fn an_end_whose_hello_nobody_heard_says_it_again_to_who_comes_later() {
    let shop = Shop::new(50);
    let (mut a, mut b) = pair(&shop, Rules::default());
    a.connected(0, 1);
    assert!(a.poll(0, None, &shop).unwrap().expect("a hello").hello.is_some(), "into the void");
    // The office comes by a broker that forgot the hello, long before that would have been said again.
    b.connected(5_000, 2);
    talk(5_000, &shop, (&mut a, &mut b), &mut Office::default());
    assert!(a.is_settled() && b.is_settled());
    assert_eq!(a.outbox().unacked(), 0);
}
