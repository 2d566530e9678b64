//! What single rules say.

use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold, Outcome};
use outpost_core::posting::{
    Fates, MAX_TRIES, MAX_UNREAD, Need, Next, Posted, Said, Standing, UNDER_WAY, Verdict, What, Work, Writer,
    backoff_ms,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Default)]
pub struct Words(pub BTreeMap<IntentId, Fate>);

impl Words {
    fn note(&mut self, said: Said) {
        self.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    }
}

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        format!("no. {}", id.0.as_u128())
    }
}

pub fn place(item: &str) -> BTreeSet<(Text, Text)> {
    BTreeSet::from([(Text::try_from(item).unwrap(), Text::try_from("Stores").unwrap())])
}

pub fn work(n: u128, takes: BTreeSet<(Text, Text)>) -> Work {
    let what = What::Post(Kind::SalesInvoice);
    Work {
        id: IntentId(Uuid::from_u128(n)),
        order: n as u64,
        what,
        needs: BTreeSet::new(),
        takes,
        brings: BTreeSet::new(),
        of: None,
    }
}

pub fn done() -> Verdict {
    Verdict::Done(Posted::new(Text::try_from("SI-1").unwrap()))
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
fn what_stands_for_a_document_whose_cancellation_was_given_up_says_what_to_do() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let id = |n| IntentId(Uuid::from_u128(n));
    let by = Text::try_from("Ibu Rina").unwrap();
    words.0.insert(id(2), Fate::given_up(by, "its month is closed"));
    let stands_for = Need::Cancelled { document: id(1), by: Some(id(2)) };
    let said = writer.take(Work { needs: BTreeSet::from([stands_for]), ..work(3, BTreeSet::new()) }, &words);
    let [Outcome { fate: Fate::Held { hold: Hold::Waits, why }, .. }] = &said[..] else { panic!("{said:?}") };
    assert!(
        why.starts_with("It stands for no. 1, whose cancellation was given up") && why.contains("by hand"),
        "{why}"
    );
    // One of before the first day was cancelled by hand first, as its cancellation's word asks for.
    words.0.insert(id(1), Fate::before(jiff::civil::date(2026, 12, 1)));
    let free = Work { needs: BTreeSet::from([stands_for]), ..work(4, BTreeSet::new()) };
    assert!(writer.take(free, &words).is_empty() && writer.is_busy());
}

#[test]
fn what_was_posted_is_gone_struck_or_stands_by_what_counts_in_the_books() {
    let (post, cancel) = (What::Post(Kind::SalesInvoice), What::Cancel(IntentId(Uuid::from_u128(1))));
    let struck = || Some("somebody has cancelled it".to_owned());
    for (what, counts, why, stands) in [
        (post, true, None, Standing::Stands),
        (post, false, None, Standing::Gone),
        (post, false, struck(), Standing::Struck("somebody has cancelled it".into())),
        (cancel, false, None, Standing::Stands),
        (cancel, false, struck(), Standing::Stands),
        (cancel, true, None, Standing::Gone),
    ] {
        assert_eq!(Standing::of(what, counts, why), stands, "{what:?} {counts}");
    }
}

#[test]
fn what_is_gone_from_restored_books_is_tried_only_by_name() {
    let (mut writer, words) = (Writer::default(), Words::default());
    assert_eq!(writer.gone(work(7, BTreeSet::new())).len(), 1);
    assert_eq!(writer.retry(None), 0);
    assert_eq!(writer.retry(Some(IntentId(Uuid::from_u128(7)))), 1);
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { again: true, .. })));
}

#[test]
fn what_is_being_tried_waits_where_what_it_names_is_gone_from_restored_books() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let id = |n| IntentId(Uuid::from_u128(n));
    words.0.insert(id(1), Fate::Posted { name: Text::try_from("ACC-1").unwrap(), day: None, by: None });
    let needs = BTreeSet::from([Need::Posted(id(1))]);
    assert!(writer.take(Work { needs, ..work(2, BTreeSet::new()) }, &words).is_empty());
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { .. })));
    words.note(writer.gone(work(1, BTreeSet::new())));
    let (said, next) = writer.next(0, false, &words);
    assert!(
        matches!(&said[..], [Outcome { of, fate: Fate::Held { hold: Hold::Waits, .. } }] if *of == id(2)),
        "{said:?}"
    );
    assert!(!matches!(next, Some(Next::Try { .. })));
    words.note(said);
    // It goes by itself once a person has had the other one posted again.
    assert_eq!(writer.retry(Some(id(1))), 1);
    for wanted in [id(1), id(2)] {
        let (said, next) = writer.next(0, false, &words);
        words.note(said);
        assert!(matches!(next, Some(Next::Try { id, .. }) if id == wanted), "{next:?}");
        words.note(writer.answered(done(), 0, &words));
    }
}

#[test]
fn a_cancellation_that_restored_books_have_lost_is_tried_only_by_name() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let id = |n| IntentId(Uuid::from_u128(n));
    words.0.insert(id(1), Fate::Posted { name: Text::try_from("ACC-1").unwrap(), day: None, by: None });
    let needs = BTreeSet::from([Need::Posted(id(1))]);
    let cancel = Work { what: What::Cancel(id(1)), needs, ..work(2, BTreeSet::new()) };
    let said = writer.gone(cancel);
    let [Outcome { fate: Fate::Held { hold: Hold::Gone, why }, .. }] = &said[..] else { panic!("{said:?}") };
    assert!(why.contains("counts there again"), "{why}");
    words.note(said);
    assert_eq!(writer.retry(None), 0);
    assert_eq!(writer.retry(Some(id(2))), 1);
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { again: true, .. })));
}

/// Takes and makes documents `from..` of a journal of `count` that has no needs, until something else is to be done.
fn make(writer: &mut Writer, words: &Words, mut from: u128, count: u128) -> Option<Next> {
    loop {
        match writer.next(0, from <= count, words).1 {
            Some(Next::Read) => {
                assert!(writer.take(work(from, BTreeSet::new()), words).is_empty());
                from += 1;
            }
            Some(Next::Try { .. }) => assert!(writer.answered(Verdict::Made, 0, words).is_empty()),
            next => return next,
        }
    }
}

#[test]
fn no_more_are_made_than_may_be_unread_and_each_gets_its_word_by_what_was_read() {
    let (mut writer, words) = (Writer::default(), Words::default());
    let Some(Next::Confirm(made)) = make(&mut writer, &words, 1, 500) else { panic!("nothing to confirm") };
    assert_eq!(made.len(), MAX_UNREAD);
    let verdict = |id: &IntentId| match id.0.as_u128() {
        3 => Verdict::Held(Hold::Differs, "grand_total is 1 in ERPNext, and not 2".into()),
        5 => Verdict::Again { why: "gone".into(), alive: true },
        7 => Verdict::Again { why: "not asked".into(), alive: false },
        _ => done(),
    };
    let (said, moved) = writer.confirmed(made.iter().map(verdict).collect(), 0, &words);
    // What differs is there as well, with its stock.
    assert_eq!((said.len(), moved.len()), (MAX_UNREAD - 2, MAX_UNREAD - 2));
    assert!(said.iter().all(|outcome| matches!(outcome.fate, Fate::Posted { .. }) || outcome.of == made[2]));
    // What was lost again waits as after any failure; both are asked for before anything more is taken.
    assert_eq!(writer.next(0, true, &words).1, Some(Next::Sleep { until_ms: backoff_ms(1) }));
    assert_eq!(writer.next(backoff_ms(1), true, &words).1, Some(Next::Try { id: made[4], again: true }));
    writer.answered(done(), 0, &words);
    assert_eq!(writer.next(0, true, &words).1, Some(Next::Try { id: made[6], again: true }));
    writer.answered(done(), 0, &words);
    assert_eq!(writer.next(0, true, &words).1, Some(Next::Read));
}

#[test]
fn a_lone_one_is_read_back_at_once_and_others_wait_a_second_at_most() {
    let (mut writer, words) = (Writer::default(), Words::default());
    assert_eq!(make(&mut writer, &words, 1, 1), Some(Next::Confirm(vec![IntentId(Uuid::from_u128(1))])));
    assert_eq!(writer.next(999, true, &words).1, Some(Next::Read));
    assert!(matches!(writer.next(1_000, true, &words).1, Some(Next::Confirm(_))));
}

#[test]
fn what_names_one_that_is_not_read_back_is_tried_after_it_has_its_word() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    make(&mut writer, &words, 1, 2);
    let mut next = work(3, BTreeSet::new());
    next.needs.insert(Need::Posted(IntentId(Uuid::from_u128(2))));
    assert!(writer.take(next.clone(), &words).is_empty());
    let Some(Next::Confirm(made)) = writer.next(0, true, &words).1 else { panic!("not read back first") };
    let (said, _) = writer.confirmed(vec![done(); made.len()], 0, &words);
    words.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    assert!(matches!(writer.next(0, true, &words).1, Some(Next::Try { id, .. }) if id == next.id));
}

#[test]
fn after_a_start_as_many_are_asked_for_as_may_have_been_under_way() {
    let words = Words::default();
    make(&mut Writer::default(), &words, 1, 500);
    // The power went. One in between was held before, and has its word.
    let mut words = Words::default();
    words.0.insert(IntentId(Uuid::from_u128(9)), Fate::held(Hold::Refused, "no"));
    let mut writer = Writer::default();
    for n in 1..=UNDER_WAY as u128 + 3 {
        writer.take(work(n, BTreeSet::new()), &words);
        let next = writer.next(0, true, &words).1;
        let again = n <= UNDER_WAY as u128 + 1;
        match n {
            9 => assert_eq!(next, Some(Next::Read)),
            _ => assert_eq!(next, Some(Next::Try { id: IntentId(Uuid::from_u128(n)), again }), "{n}"),
        }
        if n != 9 {
            writer.answered(done(), 0, &words);
        }
    }
}

#[test]
fn one_whose_word_is_that_it_is_held_is_read_back_at_once() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    writer.take(work(1, BTreeSet::new()), &words);
    let said = writer.answered(Verdict::Held(Hold::Refused, "no".into()), 0, &words);
    words.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    writer.retry(None);
    assert!(matches!(writer.next(0, true, &words).1, Some(Next::Try { .. })));
    writer.answered(Verdict::Made, 0, &words);
    assert!(matches!(writer.next(0, true, &words).1, Some(Next::Confirm(_))));
}

#[test]
fn figures_may_be_read_only_where_nothing_can_be_in_the_books_without_a_word() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    writer.next(0, true, &words);
    assert!(!writer.is_settled(), "what the journal still has may have been under way when the program ended");
    writer.take(work(1, BTreeSet::new()), &words);
    writer.next(0, false, &words);
    assert!(!writer.is_settled(), "it is being tried");
    writer.answered(Verdict::Made, 0, &words);
    assert!(!writer.is_settled(), "it was not read back");
    let (said, _) = writer.confirmed(vec![done()], 0, &words);
    words.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    writer.next(0, false, &words);
    assert!(writer.is_settled());
}

#[test]
fn what_was_entered_by_hand_is_posted_under_its_name_and_lets_through_what_waits_for_it() {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let note =
        |words: &mut Words, said: Vec<Outcome>| words.0.extend(said.into_iter().map(|word| (word.of, word.fate)));
    let there = || Posted::new(Text::try_from("ACC-1").unwrap());
    let by = || Text::try_from("wati").unwrap();
    let invoice = work(1, BTreeSet::new());
    let mut payment = work(2, BTreeSet::new());
    payment.needs.insert(Need::Posted(invoice.id));
    // It is being tried: whether it gets there nobody knows.
    writer.take(invoice.clone(), &words);
    assert_eq!(writer.entered(&invoice, there(), by(), &words), None);
    let said = writer.answered(Verdict::Held(Hold::Refused, "no".into()), 0, &words);
    note(&mut words, said);
    writer.retry(Some(invoice.id));
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { .. })));
    assert_eq!(writer.entered(&invoice, there(), by(), &words), None);
    let said = writer.answered(Verdict::Held(Hold::Refused, "still no".into()), 0, &words);
    note(&mut words, said);
    let said = writer.give_up(invoice.id, by(), "torn".into()).unwrap();
    note(&mut words, said);
    let said = writer.take(payment.clone(), &words);
    note(&mut words, said);
    assert!(matches!(words.fate(payment.id), Some(Fate::Held { hold: Hold::Waits, .. })));
    let said = writer.entered(&invoice, there(), by(), &words).unwrap();
    note(&mut words, said);
    assert_eq!(words.fate(invoice.id).unwrap().by_hand().map(Text::as_str), Some("ACC-1"));
    assert!(matches!(writer.next(0, false, &words).1, Some(Next::Try { id, .. }) if id == payment.id));
    // It is the last word: nobody enters it again, and nobody gives it up.
    assert_eq!(writer.entered(&invoice, there(), by(), &words), None);
    assert_eq!(writer.give_up(invoice.id, by(), "no".into()), None);
}
