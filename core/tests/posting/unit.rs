//! What single rules say.

use outpost_core::domain::document::Text;
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold, Outcome};
use outpost_core::posting::{Fates, MAX_TRIES, Need, Next, Posted, Verdict, What, Work, Writer, backoff_ms};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Default)]
struct Words(BTreeMap<IntentId, Fate>);

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        format!("no. {}", id.0.as_u128())
    }
}

fn place(item: &str) -> BTreeSet<(Text, Text)> {
    BTreeSet::from([(Text::try_from(item).unwrap(), Text::try_from("Stores").unwrap())])
}

fn work(n: u128, takes: BTreeSet<(Text, Text)>) -> Work {
    let what = What::Post(outpost_core::domain::document::Kind::SalesInvoice);
    Work {
        id: IntentId(Uuid::from_u128(n)),
        order: n as u64,
        what,
        needs: BTreeSet::new(),
        takes,
        brings: BTreeSet::new(),
    }
}

fn done() -> Verdict {
    Verdict::Done(Posted { name: Text::try_from("SI-1").unwrap(), day: None })
}

#[test]
fn a_thousand_that_lack_the_same_stock_cost_one_attempt_each_time_some_comes() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    for n in 1..=1_000 {
        assert!(writer.take(work(n, place("cloth")), &words).is_empty());
        for outcome in writer.answered(Verdict::Held(Hold::Stock, "too little".into()), 0, &words) {
            words.0.insert(outcome.of, outcome.fate);
        }
    }
    assert_eq!(writer.held().count(), 1_000);
    let mut attempts = 0;
    // Another site's receipt brings stock for three.
    writer.moved(IntentId(Uuid::from_u128(5_000)), &place("cloth"));
    let mut stock = 3;
    while let (_, Some(Next::Try { .. })) = writer.next(0, false, &words) {
        attempts += 1;
        let verdict = if stock > 0 { done() } else { Verdict::Held(Hold::Stock, "too little".into()) };
        stock -= i32::from(stock > 0);
        for outcome in writer.answered(verdict, 0, &words) {
            words.0.insert(outcome.of, outcome.fate);
        }
    }
    assert_eq!((attempts, writer.held().count()), (4, 997));
}

#[test]
fn books_that_fail_over_one_document_alone_let_the_next_one_through() {
    let (mut writer, words) = (Writer::default(), Words::default());
    // The first after a start may have been under way before it: the books are asked.
    assert!(writer.take(work(1, BTreeSet::new()), &words).is_empty());
    let mut now = 0;
    for attempt in 1..=MAX_TRIES {
        let (_, next) = writer.next(now, true, &words);
        assert_eq!(next, Some(Next::Try { id: IntentId(Uuid::from_u128(1)), again: true }));
        // While they answer nobody it does not count.
        assert!(writer.answered(Verdict::Again { why: "down".into(), alive: false }, now, &words).is_empty());
        now += backoff_ms(2 * MAX_TRIES);
        let said = writer.answered(Verdict::Again { why: "deadlock".into(), alive: true }, now, &words);
        assert_eq!(said.len(), usize::from(attempt == MAX_TRIES));
        now += backoff_ms(2 * MAX_TRIES);
    }
    assert_eq!(writer.held().next().map(|(_, hold)| hold), Some(Hold::Failing));
    assert_eq!(writer.next(now, true, &words).1, Some(Next::Read));
}

#[test]
fn pauses_double_up_to_a_minute() {
    assert_eq!([1, 2, 3, 6, 7, 60, u32::MAX].map(backoff_ms), [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
}

#[test]
fn what_refers_to_something_of_before_the_first_day_is_held_with_what_to_do() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let id = |n| IntentId(Uuid::from_u128(n));
    words.0.insert(id(1), Fate::before(jiff::civil::date(2026, 12, 1)));
    let payment = Work { needs: BTreeSet::from([Need::Posted(id(1))]), ..work(2, BTreeSet::new()) };
    let cancellation = Work { what: What::Cancel(id(1)), ..Work { id: id(3), ..payment.clone() } };
    for (work, remedy) in [(payment, "It refers to no. 1"), (cancellation, "It cancels no. 1")] {
        let said = writer.take(work, &words);
        let [Outcome { fate: Fate::Held { hold: Hold::Waits, why }, .. }] = &said[..] else { panic!("{said:?}") };
        assert!(why.starts_with(remedy) && why.contains("by hand"), "{why}");
    }
    // What stands for it is posted as one of its own, and a last word frees who waits.
    words.0.insert(id(4), Fate::before(jiff::civil::date(2026, 12, 1)));
    let stands_for = Need::Cancelled { document: id(1), by: Some(id(4)) };
    let amended = Work { needs: BTreeSet::from([stands_for]), ..work(5, BTreeSet::new()) };
    assert!(writer.take(amended, &words).is_empty() && writer.is_busy());
    let fate = Fate::before(jiff::civil::date(2026, 12, 1));
    assert_eq!(writer.answered(Verdict::Never(fate.clone()), 0, &words), [Outcome { of: id(5), fate }]);
    assert!(!writer.is_busy());
}

#[test]
fn what_is_gone_from_restored_books_is_tried_only_by_name() {
    let (mut writer, words) = (Writer::default(), Words::default());
    assert_eq!(writer.gone(work(7, BTreeSet::new())).len(), 1);
    assert_eq!(writer.retry(None), 0);
    assert_eq!(writer.retry(Some(IntentId(Uuid::from_u128(7)))), 1);
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { again: true, .. })));
}
