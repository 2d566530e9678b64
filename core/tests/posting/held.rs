//! What is held, and what gets it going again by itself.

use super::unit::{Words, done, place, work};
use outpost_core::domain::document::Kind;
use outpost_core::domain::document::Text;
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold, Outcome};
use outpost_core::posting::{
    MAX_IN_VAIN, Need, Next, Of, Posted, ROUND_PAUSE_MS, UNDER_WAY, Verdict, What, Work, Writer,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn id(n: u128) -> IntentId {
    IntentId(Uuid::from_u128(n))
}

fn cancellation(n: u128, of: u128) -> Work {
    Work { what: What::Cancel(id(of)), needs: BTreeSet::from([Need::Posted(id(of))]), ..work(n, BTreeSet::new()) }
}

fn too_little() -> Verdict {
    Verdict::Held(Hold::Stock, "too little".into())
}

/// A site's writer, its words, and books that say what is wanted of them.
#[derive(Default)]
struct Desk {
    writer: Writer,
    words: Words,
    now_ms: u64,
    /// What was tried, in order.
    tried: Vec<u128>,
}

impl Desk {
    fn note(&mut self, said: Vec<Outcome>) {
        self.words.0.extend(said.into_iter().map(|word| (word.of, word.fate)));
    }

    /// Takes something, and has the books say this where it is tried.
    fn take(&mut self, work: Work, verdict: Verdict) {
        let said = self.writer.take(work, &self.words);
        self.note(said);
        let tried = self.answer(&mut |_| verdict.clone());
        self.tried.extend(tried);
    }

    /// Goes on until nothing is to be done but later; the clock stands still.
    fn answer(&mut self, books: &mut dyn FnMut(u128) -> Verdict) -> Vec<u128> {
        let mut tried = Vec::new();
        loop {
            let (said, next) = self.writer.next(self.now_ms, false, &self.words);
            self.note(said);
            match next {
                Some(Next::Try { id, .. }) => {
                    tried.push(id.0.as_u128());
                    let said = self.writer.answered(books(id.0.as_u128()), self.now_ms, &self.words);
                    self.note(said);
                }
                Some(Next::Sleep { until_ms }) if until_ms <= self.now_ms => {}
                _ => return tried,
            }
        }
    }

    fn fate(&self, n: u128) -> Option<&Fate> {
        self.words.0.get(&id(n))
    }

    fn is_held(&self, n: u128, hold: Hold) -> bool {
        matches!(self.fate(n), Some(Fate::Held { hold: of, .. }) if *of == hold)
    }

    /// The round has just tried another one.
    fn waits_for_the_round(&mut self) {
        self.words.0.insert(id(100), Fate::held(Hold::Stock, "too little"));
        self.take(work(100, place("needle")), too_little());
    }

    /// The same after a start: the words alone are left, and the journal is gone through again.
    fn restarted(self) -> Self {
        Self { words: self.words, now_ms: self.now_ms, ..Self::default() }
    }
}

fn both(one: &str, other: &str) -> BTreeSet<(Text, Text)> {
    place(one).into_iter().chain(place(other)).collect()
}

#[test]
fn who_lacks_another_item_does_not_keep_stock_from_the_next() {
    let mut desk = Desk::default();
    desk.take(work(1, both("cloth", "thread")), too_little());
    desk.take(work(2, place("cloth")), too_little());
    desk.writer.stock_came(&place("cloth"));
    assert_eq!(desk.answer(&mut |n| if n == 1 { too_little() } else { done() }), [1, 2]);
    assert!(desk.is_held(1, Hold::Stock) && matches!(desk.fate(2), Some(Fate::Posted { .. })));
    // Thread comes at last.
    desk.writer.stock_came(&place("thread"));
    assert_eq!(desk.answer(&mut |_| done()), [1]);
}

#[test]
fn an_arrival_costs_as_many_in_vain_as_there_may_be_and_each_other_gets_its_turn_later() {
    let mut desk = Desk::default();
    for n in 1..=1_000 {
        desk.take(work(n, place("cloth")), too_little());
    }
    // Three of them go through: that is not in vain.
    desk.writer.moved(id(5_000), &place("cloth"));
    let tried = desk.answer(&mut |n| if n <= 3 { done() } else { too_little() });
    // The first of the round is tried at once.
    assert_eq!(tried, (1..=3 + MAX_IN_VAIN as u128 + 1).collect::<Vec<_>>());
    // More comes all the time, of which the first of all make nothing: those behind them have their turn all the same, one each pause.
    let mut in_the_round = Vec::new();
    let first: Vec<u128> = (4..4 + MAX_IN_VAIN as u128).collect();
    while in_the_round.len() < 1_000 - 3 - MAX_IN_VAIN - 1 {
        desk.now_ms += ROUND_PAUSE_MS - 1;
        desk.writer.stock_came(&place("cloth"));
        assert_eq!(desk.answer(&mut |_| too_little()), first, "no more than an arrival may cost");
        desk.now_ms += 1;
        let tried = desk.answer(&mut |_| too_little());
        let [one] = tried[..] else { panic!("{tried:?} at once") };
        in_the_round.push(one);
    }
    assert_eq!(in_the_round, (3 + MAX_IN_VAIN as u128 + 2..=1_000).collect::<Vec<_>>());
}

#[test]
fn one_more_than_an_arrival_has_in_vain_waits_for_the_round() {
    for (hopeless, at_once) in [(MAX_IN_VAIN as u128 - 1, true), (MAX_IN_VAIN as u128, false)] {
        let mut desk = Desk::default();
        desk.waits_for_the_round();
        for n in 1..=hopeless + 1 {
            desk.take(work(n, place("cloth")), too_little());
        }
        desk.writer.stock_came(&place("cloth"));
        let books = &mut |n| if n > hopeless { done() } else { too_little() };
        assert_eq!(desk.answer(books).contains(&(hopeless + 1)), at_once);
        desk.now_ms += ROUND_PAUSE_MS;
        assert_eq!(desk.answer(books).contains(&(hopeless + 1)), !at_once);
    }
}

#[test]
fn after_a_start_each_that_lacked_stock_is_tried_once_slowly() {
    let mut desk = Desk::default();
    for n in 1..=3 {
        desk.take(work(n, place(["cloth", "thread", "yarn"][n as usize - 1])), too_little());
    }
    // The power goes after the word on what has brought stock, and before anybody was tried.
    desk.writer.stock_came(&both("cloth", "thread"));
    let mut desk = desk.restarted();
    for (n, item) in ["cloth", "thread", "yarn"].into_iter().enumerate() {
        assert!(desk.writer.take(work(n as u128 + 1, place(item)), &desk.words).is_empty());
    }
    for n in 1..=3 {
        let tried = desk.answer(&mut |n| if n == 3 { too_little() } else { done() });
        assert_eq!(tried, [n], "one at a time");
        desk.now_ms += ROUND_PAUSE_MS;
    }
    assert_eq!(desk.answer(&mut |_| done()), [], "once");
    assert_eq!(desk.writer.next(desk.now_ms, false, &desk.words).1, None);
}

#[test]
fn what_differs_has_brought_its_stock() {
    let mut desk = Desk::default();
    desk.take(work(1, place("cloth")), too_little());
    let receipt = Work { brings: place("cloth"), ..work(2, BTreeSet::new()) };
    let said = desk.writer.take(receipt, &desk.words);
    desk.note(said);
    let differs = || Verdict::Held(Hold::Differs, "another total".into());
    assert_eq!(desk.answer(&mut |n| if n == 2 { differs() } else { done() }), [2, 1]);
}

#[test]
fn a_cancellation_of_what_is_there_and_differs_is_carried_out_there() {
    for restarts in [false, true] {
        let mut desk = Desk::default();
        desk.take(work(1, BTreeSet::new()), Verdict::Held(Hold::Differs, "another total".into()));
        if restarts {
            desk = desk.restarted();
            desk.take(work(1, BTreeSet::new()), done());
        }
        desk.take(cancellation(2, 1), done());
        assert_eq!(desk.tried.last(), Some(&2));
        assert_eq!(desk.fate(1), Some(&Fate::Withdrawn));
        assert!(matches!(desk.fate(2), Some(Fate::Posted { .. })));
    }
}

#[test]
fn a_cancellation_of_what_may_be_there_since_a_start_is_asked_of_the_books() {
    let refused = || Verdict::Held(Hold::Refused, "no".into());
    let mut desk = Desk::default();
    desk.take(work(1, BTreeSet::new()), refused());
    let mut desk = desk.restarted();
    desk.take(work(1, BTreeSet::new()), done());
    desk.take(cancellation(2, 1), Verdict::Kept);
    assert_eq!(desk.tried, [2]);
    assert_eq!((desk.fate(1), desk.fate(2)), (Some(&Fate::Withdrawn), Some(&Fate::Withdrawn)));
    // Its old word, that it waits for what is held, does not keep it from that either.
    let mut desk = Desk::default();
    let words = [(1, Hold::Gone), (2, Hold::Waits)].map(|(n, hold)| (id(n), Fate::held(hold, "no")));
    desk.words = Words(BTreeMap::from(words));
    desk.take(work(1, BTreeSet::new()), done());
    desk.take(cancellation(2, 1), Verdict::Kept);
    assert_eq!((desk.fate(1), desk.fate(2)), (Some(&Fate::Withdrawn), Some(&Fate::Withdrawn)));
}

#[test]
fn what_the_books_were_still_at_when_they_were_asked_is_cancelled_there() {
    let mut desk = Desk::default();
    desk.words.0.insert(id(1), Fate::held(Hold::Failing, "no answer"));
    desk.take(work(1, BTreeSet::new()), done());
    assert_eq!(desk.writer.in_doubt(9), [(id(1), What::Post(Kind::SalesInvoice))]);
    let said = desk.writer.asked(id(1), false);
    desk.note(said);
    assert!(desk.writer.is_settled());
    desk.take(cancellation(2, 1), done());
    assert_eq!(desk.tried, [2]);
    assert_eq!(desk.fate(1), Some(&Fate::Withdrawn));
    assert!(matches!(desk.fate(2), Some(Fate::Posted { .. })));
    // What was never tried is withdrawn without asking anybody: the first ones may have been under way before a start.
    let mut desk = Desk::default();
    (100..100 + UNDER_WAY as u128).for_each(|n| desk.take(work(n, BTreeSet::new()), done()));
    desk.tried.clear();
    let waits = Work { needs: [Need::Posted(id(9))].into(), ..work(1, BTreeSet::new()) };
    desk.take(waits, done());
    desk.take(cancellation(2, 1), done());
    assert_eq!(desk.tried, [0u128; 0]);
    assert_eq!((desk.fate(1), desk.fate(2)), (Some(&Fate::Withdrawn), Some(&Fate::Withdrawn)));
}

#[test]
fn who_waits_for_another_site_s_document_is_told_when_that_is_given_up() {
    let waits = || Work { needs: [Need::Posted(id(9))].into(), ..work(1, BTreeSet::new()) };
    let why = |desk: &Desk| match desk.fate(1) {
        Some(Fate::Held { hold: Hold::Waits, why }) => why.clone(),
        other => panic!("{other:?}"),
    };
    let mut desk = Desk::default();
    desk.words.0.insert(id(9), Fate::held(Hold::Stock, "too little"));
    desk.take(waits(), done());
    assert!(why(&desk).contains("which is held"), "{}", why(&desk));
    desk.words.0.insert(id(9), Fate::given_up(Text::try_from("wati").unwrap(), "written off"));
    // The office was not told before it ended: it says so at the next start.
    let mut after = Desk { words: Words(desk.words.0.clone()), ..Desk::default() };
    after.take(waits(), done());
    desk.writer.moved(id(9), &BTreeSet::new());
    desk.answer(&mut |_| done());
    for desk in [desk, after] {
        assert!(why(&desk).contains("never went into the books"), "{}", why(&desk));
    }
}

#[test]
fn restored_books_may_have_what_was_cancelled_in_them_or_what_they_said_they_lack() {
    // A person has cancelled it there: the workshop's own cancellation is for the books to carry out.
    let struck = || {
        let mut desk = Desk::default();
        desk.take(work(1, place("cloth")), done());
        let said = desk.writer.struck(work(1, place("cloth")), false, "somebody has cancelled it".into());
        desk.note(said);
        assert!(desk.is_held(1, Hold::Refused) && desk.writer.is_settled());
        desk.tried.clear();
        desk
    };
    let mut desk = struck();
    desk.take(cancellation(2, 1), done());
    assert_eq!(desk.tried, [2]);
    assert!(matches!(desk.fate(2), Some(Fate::Posted { .. })));
    // Whoever retries asks first, also what the books have refused.
    let mut refused = Desk::default();
    refused.take(work(1, BTreeSet::new()), Verdict::Held(Hold::Refused, "no".into()));
    for mut desk in [struck(), refused] {
        assert_eq!(desk.writer.retry(None), 1);
        let next = desk.writer.next(0, false, &desk.words).1;
        assert_eq!(next, Some(Next::Try { id: id(1), again: true }));
    }
}

#[test]
fn what_the_books_did_not_have_may_be_asked_for_once_more() {
    let mut desk = Desk::default();
    for (n, kind) in [(1, Kind::SalesInvoice), (2, Kind::JobCard)] {
        let refused = Verdict::Held(Hold::Refused, "no".into());
        desk.take(Work { what: What::Post(kind), ..work(n, BTreeSet::new()) }, refused);
    }
    assert!(desk.writer.is_settled());
    // Time on a Job Card is not asked for, and what is not held neither.
    (1..=3).for_each(|n| desk.writer.doubt_again(id(n)));
    assert_eq!(desk.writer.in_doubt(9), [(id(1), What::Post(Kind::SalesInvoice))]);
    assert!(desk.writer.asked(id(1), true).is_empty());
    assert_eq!(desk.answer(&mut |_| done()), [1]);
    assert!(matches!(desk.fate(1), Some(Fate::Posted { .. })));
}

#[test]
fn a_cancellation_that_came_before_its_document_withdraws_it_when_it_is_held() {
    let mut desk = Desk::default();
    desk.take(cancellation(2, 1), done());
    assert!(desk.is_held(2, Hold::Waits));
    let said = desk.writer.take(work(1, place("cloth")), &desk.words);
    desk.note(said);
    assert_eq!(desk.answer(&mut |n| if n == 1 { too_little() } else { Verdict::Kept }), [1, 2]);
    assert_eq!((desk.fate(1), desk.fate(2)), (Some(&Fate::Withdrawn), Some(&Fate::Withdrawn)));
    // Where it is posted, what the cancellation brings back lets others through.
    let mut desk = Desk::default();
    desk.waits_for_the_round();
    desk.tried.clear();
    desk.take(work(0, place("cloth")), too_little());
    desk.take(cancellation(2, 1), done());
    desk.take(work(1, place("cloth")), done());
    assert_eq!(desk.tried, [0, 1, 2, 0]);
}

#[test]
fn what_came_before_the_cancellation_that_it_stands_for_waits_for_that() {
    let mut desk = Desk::default();
    let needs = BTreeSet::from([Need::Cancelled { document: id(1), by: None }]);
    desk.take(work(1, BTreeSet::new()), done());
    desk.take(Work { needs: needs.clone(), ..work(2, BTreeSet::new()) }, done());
    assert!(desk.is_held(2, Hold::Waits));
    desk.take(cancellation(3, 1), Verdict::Held(Hold::Closed, "closed".into()));
    assert!(desk.is_held(2, Hold::Waits) && desk.is_held(3, Hold::Closed));
    desk.writer.retry(Some(id(3)));
    assert_eq!(desk.answer(&mut |_| done()), [3, 2]);
    // One that has its last word already is enough.
    let mut desk = Desk::default();
    desk.take(Work { needs, ..work(2, BTreeSet::new()) }, done());
    desk.words.0.insert(id(3), Fate::Withdrawn);
    desk.take(cancellation(3, 1), done());
    assert_eq!(desk.tried, [2]);
}

#[test]
fn what_is_there_and_cannot_be_read_is_tried_twice_and_then_a_person_s() {
    let mut desk = Desk::default();
    let fails = || Verdict::Again { why: "500".into(), alive: true };
    let goes_on = |desk: &mut Desk| {
        let mut tried = 0;
        while desk.writer.is_failing() || tried == 0 {
            desk.now_ms += 3_600_000;
            tried += desk.answer(&mut |_| fails()).len();
        }
        tried
    };
    desk.take(work(1, BTreeSet::new()), fails());
    goes_on(&mut desk);
    assert!(desk.is_held(1, Hold::Failing));
    // It is there: it is read once more, in as many tries.
    let said = desk.writer.asked(id(1), true);
    assert!(said.is_empty());
    assert_eq!(goes_on(&mut desk), 9);
    assert!(desk.is_held(1, Hold::Failing));
    let said = desk.writer.asked(id(1), true);
    desk.note(said);
    assert!(desk.is_held(1, Hold::Differs), "{:?}", desk.fate(1));
    // Nothing waits for it to be asked again, and nothing is tried by itself.
    assert!(desk.writer.in_doubt(9).is_empty());
    desk.now_ms += 3_600_000;
    assert!(desk.answer(&mut |_| fails()).is_empty());
    desk.writer.retry(None);
    assert_eq!(desk.answer(&mut |_| done()), [1]);
    assert!(matches!(desk.fate(1), Some(Fate::Posted { .. })));
}

fn piece(n: u128, order: &str, operation: Option<&str>) -> Work {
    let name = |name| Text::try_from(name).unwrap();
    let what = What::Post(if operation.is_some() { Kind::JobCard } else { Kind::StockEntry });
    let of = Some(Of { order: name(order), operation: operation.map(name) });
    Work { what, of, ..work(n, BTreeSet::new()) }
}

fn too_early() -> Verdict {
    Verdict::Held(Hold::Waits, "too early".into())
}

fn completes() -> Verdict {
    Verdict::Done(Posted { completes: true, ..Posted::new(Text::try_from("PO-JOB00001").unwrap()) })
}

#[test]
fn work_that_is_too_early_goes_on_when_an_operation_of_its_work_order_is_done() {
    let mut desk = Desk::default();
    desk.take(piece(1, "WO-1", None), too_early());
    for n in 2..=20 {
        desk.take(piece(n, "WO-1", Some("Sew")), too_early());
    }
    desk.take(piece(21, "WO-2", Some("Sew")), too_early());
    desk.tried.clear();
    desk.take(piece(30, "WO-1", Some("Cut")), done());
    assert_eq!(desk.tried, [30], "a piece that does not complete its operation lets nobody on");
    let said = desk.writer.take(piece(31, "WO-1", Some("Cut")), &desk.words);
    desk.note(said);
    let mut is_sewn = false;
    let tried = desk.answer(&mut |n| {
        is_sewn |= n == 20;
        match n {
            1 if !is_sewn => too_early(),
            20 | 31 => completes(),
            _ => done(),
        }
    });
    // What waits for the last operation keeps nothing from those that do not.
    assert_eq!(tried, [31, 1].into_iter().chain(2..=20).chain([1]).collect::<Vec<_>>());
    assert_eq!(desk.writer.brought_on(), BTreeSet::from([Text::try_from("WO-1").unwrap()]));
    assert!(desk.is_held(21, Hold::Waits));
    desk.writer.got_on(&Text::try_from("WO-2").unwrap());
    assert_eq!(desk.answer(&mut |_| done()), [21], "another site has brought it on");
}

#[test]
fn what_was_made_and_is_cancelled_leaves_its_pieces_to_others() {
    let mut desk = Desk::default();
    desk.take(piece(1, "WO-1", None), done());
    desk.take(piece(2, "WO-1", None), too_early());
    desk.take(Work { of: piece(1, "WO-1", None).of, ..cancellation(3, 1) }, done());
    assert_eq!(desk.tried, [1, 2, 3, 2]);
}

#[test]
fn after_a_start_work_that_was_too_early_is_tried_once() {
    let mut desk = Desk::default();
    desk.take(piece(1, "WO-1", Some("Sew")), too_early());
    let mut desk = desk.restarted();
    desk.take(piece(1, "WO-1", Some("Sew")), too_early());
    assert_eq!(desk.tried, [1]);
    desk.now_ms += ROUND_PAUSE_MS;
    assert_eq!(desk.answer(&mut |_| done()), []);
}
