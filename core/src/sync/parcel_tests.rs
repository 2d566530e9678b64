//! What a stick may carry, and what it may not move.

use super::tests::{Office, Shop, pair, talk};
use super::*;
use crate::domain::id::{Epoch, Seq, StoreId};
use crate::domain::record::Extent;
use crate::wire::message::Message;

fn all(shop: &Shop) -> Extent {
    Extent { first: Position { seq: Seq(1), ..shop.last() }, last: shop.last() }
}

/// Everything that the shop owes beside what is written.
fn parcels(link: &Link, shop: &Shop, written: &[Extent]) -> Vec<Parcel> {
    let mut owed = link.outbox().owed(written);
    std::iter::from_fn(|| link.parcel(&mut owed, shop).unwrap()).collect()
}

fn import(office: &mut Office, link: &mut Link, message: Message) -> usize {
    let heard = link.hear_carried(0, message, office);
    heard.store.iter().for_each(|run| office.store(run));
    link.stored(&heard.store);
    heard.store.iter().map(|run| run.bodies.len()).sum()
}

#[test]
fn everything_that_is_owed_is_in_parcels_though_it_is_under_way_on_a_line() {
    let shop = Shop::new(3_000);
    let (mut a, mut b) = pair(&shop, Rules { batch_bytes: 50_000, ..Rules::default() });
    a.connected(0, 1);
    b.connected(0, 2);
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    b.hear(0, hello, &Office::default());
    let answer = b.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &Office::default());
    assert!(a.poll(0, None, &shop).unwrap().is_some_and(|message| !message.batch.is_empty()), "something is under way");
    let made = parcels(&a, &shop, &[]);
    assert!(made.len() > 3);
    assert_eq!(made.iter().map(|parcel| parcel.records).sum::<u64>(), 3_000);
    assert_eq!(made[0].extent.first, all(&shop).first);
    assert_eq!(made.last().map(|parcel| parcel.extent.last), Some(shop.last()));
}

#[test]
fn parcels_in_any_order_and_twice_make_the_whole_and_its_word_ends_the_duty() {
    let shop = Shop::new(1_000);
    let (mut a, mut b) = pair(&shop, Rules { batch_bytes: 20_000, ..Rules::default() });
    let made = parcels(&a, &shop, &[]);
    let mut office = Office::default();
    let brought: usize = [&made[..], &made[2..]]
        .concat()
        .into_iter()
        .rev()
        .map(|parcel| import(&mut office, &mut b, parcel.message))
        .sum();
    assert_eq!(brought, 1_000);
    assert!(!a.outbox().is_done(all(&shop)));
    let heard = a.hear_carried(0, b.word(None), &Office::default());
    assert!(heard.acks_moved);
    assert!(a.outbox().is_done(all(&shop)));
    assert!(parcels(&a, &shop, &[]).is_empty());
}

#[test]
fn what_lies_on_the_stick_is_not_written_again_and_a_foreign_extent_covers_nothing() {
    let shop = Shop::new(100);
    let (a, _) = pair(&shop, Rules::default());
    let first = Extent { last: Position { seq: Seq(60), ..shop.last() }, ..all(&shop) };
    let rest = parcels(&a, &shop, &[first]);
    assert_eq!(rest.len(), 1);
    assert_eq!((rest[0].extent.first.seq, rest[0].records), (Seq(61), 40));
    let elsewhere = Position { epoch: Epoch::new(9, [9; 10]), seq: Seq(1) };
    let backwards = Extent { first: shop.last(), last: all(&shop).first };
    let beyond = Extent { last: Position { seq: Seq(101), ..shop.last() }, ..all(&shop) };
    for foreign in [Extent { first: elsewhere, last: elsewhere }, backwards, beyond] {
        assert_eq!(a.outbox().runs_of(foreign), None, "{foreign:?}");
        assert_eq!(parcels(&a, &shop, &[foreign])[0].records, 100);
    }
}

#[test]
fn a_parcel_ends_where_something_acked_lies_between() {
    let shop = Shop::new(100);
    let (mut a, mut b) = pair(&shop, Rules::default());
    let middle =
        Extent { first: Position { seq: Seq(40), ..shop.last() }, last: Position { seq: Seq(59), ..shop.last() } };
    let mut only: std::collections::VecDeque<Span> = a.outbox().runs_of(middle).unwrap().into();
    let parcel = a.parcel(&mut only, &shop).unwrap().unwrap();
    import(&mut Office::default(), &mut b, parcel.message);
    a.hear_carried(0, b.word(None), &Office::default());
    let made = parcels(&a, &shop, &[]);
    let ends: Vec<_> = made.iter().map(|parcel| (parcel.extent.first.seq.0, parcel.extent.last.seq.0)).collect();
    assert_eq!(ends, vec![(1, 39), (60, 100)]);
}

#[test]
fn a_stick_moves_nothing_of_a_live_conversation() {
    let mut shop = Shop::new(100);
    let (mut a, mut b) = pair(&shop, Rules::default());
    let old_word = b.word(Some(5));
    a.connected(0, 1);
    b.connected(0, 2);
    let mut office = Office::default();
    talk(0, &shop, (&mut a, &mut b), &mut office);
    assert!(a.is_settled());
    let heard = a.hear_carried(1, old_word, &Office::default());
    assert_eq!(heard.clock, Some((5, false)), "its time is no more than a lower bound");
    assert_eq!(heard.tells, vec![]);
    assert!(a.is_settled());
    assert_eq!(a.outbox().unacked(), 0, "an old word takes nothing back");
    shop.push(vec![1; 100]);
    a.appended(shop.last());
    assert!(a.poll(2, None, &shop).unwrap().is_some_and(|message| !message.batch.is_empty()));
}

#[test]
fn a_stick_tells_a_restored_office_that_it_is_older() {
    let shop = Shop::new(100);
    let (mut a, mut b) = pair(&shop, Rules::default());
    let mut office = Office::default();
    for parcel in parcels(&a, &shop, &[]) {
        import(&mut office, &mut b, parcel.message);
    }
    a.hear_carried(0, b.word(None), &Office::default());
    let (_, mut restored) = pair(&shop, Rules::default());
    let heard = restored.hear_carried(0, a.word(None), &Office::default());
    assert_eq!(heard.tells, vec![Tell::ThisStoreIsOlder(StoreId::new(2, [2; 10]))]);
    restored.renew(StoreId::successor(Some(StoreId::new(2, [2; 10])), 3, [3; 10]));
    let heard = a.hear_carried(0, restored.word(None), &Office::default());
    assert!(matches!(heard.tells[..], [Tell::NewStore(_)]), "{:?}", heard.tells);
    assert_eq!(parcels(&a, &shop, &[])[0].records, 100, "it gets everything again");
}

#[test]
fn a_word_from_before_an_office_was_restored_says_nothing_to_whom_it_answers_by_line() {
    let shop = Shop::new(100);
    let (mut a, mut b) = pair(&shop, Rules::default());
    let mut office = Office::default();
    for parcel in parcels(&a, &shop, &[]) {
        import(&mut office, &mut b, parcel.message);
    }
    let word = b.word(None);
    // The office is put back to when it had nothing. Nobody has noticed: the word is still on its way.
    let (_, mut restored) = pair(&shop, Rules::default());
    a.connected(0, 1);
    restored.connected(0, 2);
    let hello = a.poll(0, None, &shop).unwrap().expect("a hello");
    restored.hear(0, hello, &Office::default());
    let answer = restored.poll(0, None, &Shop::new(1)).unwrap().expect("an answer");
    a.hear(0, answer, &Office::default());
    assert!(a.is_settled());
    assert!(!a.hear_carried(1, word, &Office::default()).acks_moved);
    assert_eq!(a.outbox().unacked(), 100);
}

#[test]
fn a_peer_whose_first_record_was_lost_makes_nobody_older() {
    let shop = Shop::new(3);
    let (mut a, mut b) = pair(&shop, Rules::default());
    for mut parcel in parcels(&a, &shop, &[]) {
        let run = &mut parcel.message.batch[0];
        let hashes = run.hashes(&"bdg".parse().unwrap());
        run.bodies[0].clear();
        run.lost = vec![hashes[0]];
        import(&mut Office::default(), &mut b, parcel.message);
    }
    a.hear_carried(0, b.word(None), &Office::default());
    assert_eq!(a.outbox().unacked(), 0);
    assert_eq!(b.hear_carried(0, a.word(None), &Office::default()).tells, vec![]);
}

#[test]
fn a_card_that_was_put_back_learns_from_a_stick_that_its_past_is_held() {
    let shop = Shop::new(5);
    let (mut a, _) = pair(&shop, Rules::default());
    // The copy of the card went on first: its epoch follows the last record, which makes it the only head.
    let copy = Span { epoch: Epoch::new(9, [9; 10]), first: Seq(1), last: Seq(1) };
    let mut inbox = Inbox::default();
    inbox.hold(Span { epoch: shop.last().epoch, first: Seq(1), last: Seq(5) }, Some(None));
    inbox.hold(copy, Some(Some(shop.last())));
    let (site, store) = ("bdg".parse().unwrap(), StoreId::new(2, [2; 10]));
    let mut b = Link::new(Rules::default(), site, store, inbox, Outbox::default());
    for parcel in parcels(&a, &shop, &[]) {
        import(&mut Office::default(), &mut b, parcel.message);
    }
    a.hear_carried(0, b.word(None), &Office::default());
    assert_eq!(a.outbox().unacked(), 0);
}
