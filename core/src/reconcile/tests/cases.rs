//! Worked by hand, one reason at a time.

use super::*;
use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::outcome::Hold;

/// Three sales (one cancelled) and a payment.
fn shop() -> Vec<Document> {
    let mut cancelled = paper(3, Kind::SalesInvoice, 700);
    cancelled.cancelled = Some(id(103));
    vec![
        paper(1, Kind::SalesInvoice, 1000),
        paper(2, Kind::SalesInvoice, 250),
        cancelled,
        paper(4, Kind::PaymentEntry, 90),
    ]
}

/// What is told of the only document that differs: why, whether it counts, and the sheet.
fn told(sources: &Sources, of: u128) -> (Why, Sheet) {
    let sheet = compare(&question(), sources);
    let [one] = &sheet.differences[..] else { panic!("{:#?}", sheet.differences) };
    assert_eq!(one.id, Some(id(of)));
    assert_eq!(sheet.equal, !one.counts);
    (one.why, sheet)
}

#[test]
fn what_all_have_is_counted_and_summed_and_nothing_is_told() {
    let sheet = compare(&question(), &agreed(&shop()));
    assert!(sheet.equal && sheet.differences.is_empty(), "{sheet:#?}");
    let shown: Vec<_> = sheet.rows.iter().map(|row| (row.day, row.kind, row.journal, row.state)).collect();
    assert_eq!(
        shown,
        [
            (DAY, Kind::SalesInvoice, figures(2, 1, 1250), State::Equal),
            (DAY, Kind::PaymentEntry, figures(1, 0, 90), State::Equal)
        ]
    );
    assert!(sheet.rows.iter().all(|row| row.books == row.journal && row.there == Some(row.journal)));
}

#[test]
fn without_the_companys_books_two_are_compared() {
    let mut sources = agreed(&shop());
    sources.there = None;
    let sheet = compare(&question(), &sources);
    assert!(sheet.equal && sheet.rows.iter().all(|row| row.there.is_none()));
    sources.books.remove(1);
    assert_eq!(told(&sources, 2).0, Why::NotInBooks);
}

#[test]
fn what_is_held_says_why_and_is_missing_in_the_sum() {
    let mut sources = agreed(&shop());
    sources.there.as_mut().unwrap().remove(1);
    sources.said.insert(id(2), Fate::held(Hold::Stock, "2 of BUTTON are missing"));
    let (why, sheet) = told(&sources, 2);
    assert_eq!(why, Why::Held(Hold::Stock));
    let [one] = &sheet.differences[..] else { panic!() };
    assert_eq!((one.number.as_deref(), one.words.as_str()), (Some("BDG-SI-A000002"), "2 of BUTTON are missing"));
    assert_eq!((one.ours, one.theirs, &one.name), (Some(250.into()), None, &None));
    assert_eq!((sheet.rows[0].there, sheet.rows[0].state), (Some(figures(1, 1, 1000)), State::Differs));
    assert_eq!(sheet.rows[1].state, State::Equal);
}

#[test]
fn what_is_not_there_is_told_by_the_offices_word() {
    let gone = |fate: Option<Fate>| {
        let mut sources = agreed(&shop());
        sources.there.as_mut().unwrap().remove(1);
        sources.said.remove(&id(2));
        sources.said.extend(fate.map(|fate| (id(2), fate)));
        told(&sources, 2).0
    };
    assert_eq!(gone(None), Why::NotPosted);
    assert_eq!(gone(Some(Fate::Posted { name: name("N-2"), day: None, by: None })), Why::Missing);
    assert_eq!(gone(Some(Fate::given_up(name("wati"), "torn"))), Why::GivenUp);
    // Money that is kept at the office is missing in the sum.
    assert_eq!(gone(Some(Fate::Kept)), Why::Kept);
}

#[test]
fn what_is_settled_is_told_and_the_sheet_is_equal() {
    let mut documents = shop();
    documents.push(paper(5, Kind::TillClosing, 0));
    let mut sources = agreed(&documents);
    sources.there.as_mut().unwrap().retain(|line| line.kind != Kind::TillClosing);
    sources.said.insert(id(5), Fate::Kept);
    let (why, sheet) = told(&sources, 5);
    assert_eq!((why, sheet.equal, sheet.rows[2].state), (Why::Kept, true, State::Settled));
    let mut sources = agreed(&shop());
    sources.there.as_mut().unwrap().remove(1);
    sources.said.insert(id(2), Fate::before(NEXT));
    let (why, sheet) = told(&sources, 2);
    assert_eq!((why, sheet.equal, sheet.rows[0].state), (Why::Before, true, State::Settled));
    let mut sources = agreed(&shop());
    sources.there.as_mut().unwrap().remove(2);
    sources.said.extend([(id(3), Fate::Withdrawn), (id(103), Fate::Withdrawn)]);
    let (why, sheet) = told(&sources, 3);
    assert_eq!((why, sheet.equal), (Why::Withdrawn, true));
    assert_eq!(sheet.differences[0].words, "It was cancelled before it was posted.");
    sources.instead.insert(id(3), paper(8, Kind::SalesInvoice, 0).number.unwrap());
    let words = &told(&sources, 3).1.differences[0].words;
    assert_eq!(words, "It was cancelled before it was posted, and BDG-SI-A000008 stands for it.");
}

#[test]
fn one_that_is_there_before_the_word_on_it_is_told() {
    let mut sources = agreed(&shop());
    sources.said.remove(&id(2));
    assert_eq!(told(&sources, 2).0, Why::Unsaid);
}

#[test]
fn cancellations_are_compared_as_well() {
    let mut sources = agreed(&shop());
    there(&mut sources, 2).standing = Standing::Cancelled;
    let (why, sheet) = told(&sources, 2);
    assert_eq!((why, sheet.rows[0].there), (Why::CancelledThere, Some(figures(1, 2, 1000))));

    let live = |fate: Option<Fate>| {
        let mut sources = agreed(&shop());
        there(&mut sources, 3).standing = Standing::Submitted;
        sources.said.remove(&id(103));
        sources.said.extend(fate.map(|fate| (id(103), fate)));
        told(&sources, 3).0
    };
    assert_eq!(live(None), Why::NotPosted);
    assert_eq!(live(Some(Fate::held(Hold::Closed, "closed"))), Why::Held(Hold::Closed));
    assert_eq!(live(Some(Fate::Posted { name: name("N-3"), day: None, by: None })), Why::NotCancelled);
    assert_eq!(live(Some(Fate::given_up(name("wati"), "filed"))), Why::GivenUp);
}

#[test]
fn a_day_is_its_own_wherever_it_was_posted() {
    let mut sources = agreed(&shop());
    let moved = there(&mut sources, 1);
    (moved.day, moved.truly) = (Some(date(2026, 12, 1)), Some(DAY));
    let (why, sheet) = told(&sources, 1);
    assert_eq!((why, sheet.equal, sheet.rows[0].state), (Why::OpenDay, true, State::Settled));
    assert_eq!(sheet.rows[0].there, Some(sheet.rows[0].journal));
    assert_eq!(sheet.differences[0].posted_on, Some(date(2026, 12, 1)));
    // By the office's word alone, where the field is not set up.
    there(&mut sources, 1).truly = None;
    sources.said.insert(id(1), Fate::Posted { name: name("N-1"), day: Some(date(2026, 12, 1)), by: None });
    assert_eq!(told(&sources, 1).0, Why::OpenDay);
    // Nobody has said so: it is missing on its day, and turns up on another.
    sources.said.insert(id(1), Fate::Posted { name: name("N-1"), day: None, by: None });
    there(&mut sources, 1).day = Some(NEXT);
    let (why, sheet) = told(&sources, 1);
    assert_eq!((why, sheet.equal), (Why::Day, false));
    assert!(sheet.rows.iter().filter(|row| row.kind == Kind::SalesInvoice).all(|row| row.state == State::Differs));
}

#[test]
fn one_of_another_day_is_told_where_it_turns_up_and_not_where_nobody_asks() {
    let mut outside = paper(9, Kind::SalesInvoice, 5);
    outside.day = date(2026, 11, 2);
    let mut documents = shop();
    documents.push(outside);
    let mut sources = agreed(&documents);
    assert!(compare(&question(), &sources).differences.is_empty());
    there(&mut sources, 9).day = Some(NEXT);
    assert_eq!(told(&sources, 9).0, Why::Day);
}

#[test]
fn another_sum_is_told_with_both_values() {
    let mut sources = agreed(&shop());
    there(&mut sources, 4).sum = Some(91.into());
    let (why, sheet) = told(&sources, 4);
    assert_eq!(
        (why, sheet.differences[0].ours, sheet.differences[0].theirs),
        (Why::Sum, Some(90.into()), Some(91.into()))
    );
}

#[test]
fn what_is_there_twice_or_from_elsewhere_is_told_by_its_name() {
    let mut sources = agreed(&shop());
    let mut again = posted(&shop()[0]);
    again.name = "N-1-1".into();
    sources.there.as_mut().unwrap().push(again.clone());
    let (why, sheet) = told(&sources, 1);
    assert_eq!((why, sheet.differences[0].name.as_deref()), (Why::Twice, Some("N-1-1")));
    assert_eq!(sheet.rows[0].there, Some(figures(3, 1, 2250)));

    let foreign = |id| {
        let mut sources = agreed(&shop());
        sources.there.as_mut().unwrap().push(There { id, ..again.clone() });
        let sheet = compare(&question(), &sources);
        let [one] = &sheet.differences[..] else { panic!("{sheet:#?}") };
        (one.why, one.name.clone().unwrap(), one.counts)
    };
    assert_eq!(foreign(Some(id(77))), (Why::Foreign, "N-1-1".into(), true));
    assert_eq!(foreign(None), (Why::Foreign, "N-1-1".into(), true));
}

#[test]
fn a_draft_counts_for_nothing() {
    let mut sources = agreed(&shop());
    there(&mut sources, 2).standing = Standing::Draft;
    let (why, sheet) = told(&sources, 2);
    assert!(why == Why::Missing && sheet.differences[0].words.contains("a draft only"), "{sheet:#?}");
    assert_eq!(sheet.differences[0].theirs, None);
}

#[test]
fn a_customer_lives_on_in_the_companys_books() {
    let mut made = paper(6, Kind::Customer, 0);
    let mut sources = agreed(&[made.clone()]);
    let line = there(&mut sources, 6);
    (line.day, line.sum, line.standing) = (None, None, Standing::Cancelled);
    assert!(compare(&question(), &sources).differences.is_empty(), "somebody has put it out of use there");
    there(&mut sources, 6).day = Some(NEXT);
    assert!(compare(&question(), &sources).differences.is_empty(), "it was posted on the day after");
    made.cancelled = Some(id(106));
    let mut sources = agreed(&[made]);
    let line = there(&mut sources, 6);
    (line.day, line.sum, line.standing) = (None, None, Standing::Submitted);
    assert!(compare(&question(), &sources).differences.is_empty(), "somebody has put it in use again");
    sources.said.insert(id(106), Fate::Kept);
    assert!(compare(&question(), &sources).differences.is_empty(), "it is others' as well, and was left as it is");
    sources.said.remove(&id(106));
    assert_eq!(told(&sources, 6).0, Why::NotPosted);
}

#[test]
fn time_that_was_taken_off_a_job_card_is_cancelled_while_the_card_counts_for_others() {
    let (mut ani, budi) = (paper(8, Kind::JobCard, 0), paper(9, Kind::JobCard, 0));
    ani.cancelled = Some(id(108));
    let mut sources = agreed(&[ani, budi]);
    for line in sources.there.as_mut().unwrap() {
        line.name = "PO-JOB00012".into();
        (line.day, line.sum, line.standing) = (None, None, Standing::Submitted);
    }
    sources.said.insert(id(108), Fate::Posted { name: name("PO-JOB00012"), day: None, by: None });
    let sheet = compare(&question(), &sources);
    assert!(sheet.differences.is_empty(), "{sheet:#?}");
    assert_eq!((sheet.rows[0].there, sheet.rows[0].state), (Some(figures(1, 1, 0)), State::Equal));
    sources.said.insert(id(108), Fate::Kept);
    assert!(compare(&question(), &sources).differences.is_empty(), "somebody had taken it out there before");
    sources.said.insert(id(108), Fate::held(Hold::Refused, "submitted"));
    assert_eq!(told(&sources, 8).0, Why::Held(Hold::Refused));
    sources.said.remove(&id(108));
    assert_eq!(told(&sources, 8).0, Why::NotPosted);
}

#[test]
fn hours_may_begin_on_the_day_before_in_another_time_zone() {
    let sheet = paper(7, Kind::Timesheet, 0);
    let mut sources = agreed(&[sheet]);
    there(&mut sources, 7).day = Some(date(2026, 11, 19));
    assert!(compare(&question(), &sources).differences.is_empty());
    there(&mut sources, 7).day = Some(date(2026, 11, 18));
    assert_eq!(told(&sources, 7).0, Why::Day);
}

#[test]
fn the_books_of_the_office_are_held_against_the_journal() {
    let mut sources = agreed(&shop());
    sources.journal.remove(0);
    assert_eq!(told(&sources, 1).0, Why::NotInJournal);
    let mut sources = agreed(&shop());
    sources.books[1].day = NEXT;
    let (why, sheet) = told(&sources, 2);
    assert_eq!((why, sheet.rows.len()), (Why::BooksDiffer, 3));
    assert_eq!(sheet.rows.iter().filter(|row| row.state == State::Differs).count(), 2);
    assert_eq!(sheet.rows[2].journal.sum, zero());
}

#[test]
fn what_was_entered_by_hand_otherwise_than_its_paper_says_is_told_and_is_no_work() {
    let by_hand = |day| Fate::Posted { name: name("N-1"), day, by: Some(name("wati")) };
    let mut sources = agreed(&shop());
    there(&mut sources, 1).sum = Some(91.into());
    assert!(!told(&sources, 1).1.equal);
    sources.said.insert(id(1), by_hand(None));
    let (why, sheet) = told(&sources, 1);
    assert_eq!((why, sheet.equal, sheet.rows[0].state), (Why::Sum, true, State::Settled));
    assert!(sheet.differences[0].words.contains("entered so by hand, says wati"), "{:?}", sheet.differences);

    let mut sources = agreed(&shop());
    let later = there(&mut sources, 1);
    (later.id, later.day, later.truly) = (Some(id(1)), Some(date(2026, 12, 1)), None);
    sources.said.insert(id(1), by_hand(Some(date(2026, 12, 1))));
    let (why, sheet) = told(&sources, 1);
    assert_eq!((why, sheet.equal, sheet.rows[0].there), (Why::Day, true, Some(sheet.rows[0].journal)));
    // Lost from there, it is missing as any other.
    sources.there.as_mut().unwrap().retain(|line| line.id != Some(id(1)));
    assert_eq!(told(&sources, 1).0, Why::Missing);
}

#[test]
fn what_others_have_moved_of_the_sites_stock_is_told_and_is_no_work_for_the_site() {
    let goods = |item: &str, qty: i32| Goods {
        item: item.into(),
        warehouse: "Bandung - TW".into(),
        qty: qty.to_string().parse().unwrap(),
    };
    let mut sources = agreed(&shop());
    let of =
        |doctype: &str, day, goods, more| Foreign { doctype: doctype.into(), name: "N-900".into(), day, goods, more };
    sources.foreign = vec![
        of("Purchase Receipt", NEXT, vec![goods("CLOTH", 10), goods("BUTTON", -2), goods("THREAD", 0)], 4),
        of("Asset Capitalization", DAY, vec![goods("CLOTH", -1)], 0),
    ];
    let sheet = compare(&question(), &sources);
    assert!(sheet.equal && sheet.rows == compare(&question(), &agreed(&shop())).rows, "{sheet:#?}");
    let [asset, receipt] = &sheet.differences[..] else { panic!("{:#?}", sheet.differences) };
    assert_eq!((receipt.kind, receipt.day, receipt.why), (Some(Kind::PurchaseReceipt), NEXT, Why::Foreign));
    assert_eq!((receipt.id, receipt.name.as_deref(), receipt.counts), (None, Some("N-900"), false));
    let said = "Purchase Receipt N-900 was made in ERPNext and is no workshop's: 10 of CLOTH into Bandung - TW, \
                2 of BUTTON out of Bandung - TW, THREAD in Bandung - TW and 4 more.";
    assert!(receipt.words.starts_with(said), "{}", receipt.words);
    assert!(asset.kind.is_none() && asset.words.starts_with("Asset Capitalization N-900"), "{asset:?}");
}

#[test]
fn no_sheet_is_equal_while_a_record_cannot_be_read() {
    let mut sources = agreed(&shop());
    let first = Position { epoch: Epoch(Uuid::from_u128(7)), seq: Seq(12) };
    sources.unread = Unread { count: 3, first: vec![first] };
    let sheet = compare(&question(), &sources);
    assert!(!sheet.equal && sheet.differences.is_empty(), "{sheet:#?}");
    assert_eq!((sheet.unread, sheet.unread_first), (3, vec![first.to_string()]));
}
