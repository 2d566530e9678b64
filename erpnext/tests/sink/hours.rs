//! Time of people: a Job Card that takes the lines and not its submission, and hours of a month that the desk has closed.

use crate::common::{Books, Workshop, place, post};
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Sink, Verdict};
use outpost_erpnext::map::{ClosedPeriod, SiteMap};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};

const OF: &str = "bandung";

struct Case {
    books: Books,
    shop: Workshop,
    sink: Erpnext,
}

impl Case {
    fn new(closed_period: ClosedPeriod) -> Self {
        let books = Books::with_fields();
        let shop = Workshop::new(OF, &books.office, 1_000);
        let sink = books.sink_with(OF, SiteMap { closed_period, ..Books::map(OF) });
        Self { books, shop, sink }
    }

    fn on_card(&mut self, day: &str, pieces: &str) -> Submitted {
        let log = json!({"employee": "HR-EMP-00001", "completed_qty": pieces,
            "from_time": format!("{day} 13:00:00"), "to_time": format!("{day} 14:10:00")});
        self.shop.make("job-card", json!({"work_order": self.books.orders[0], "operation": "Sew", "time_logs": [log]}))
    }

    fn sheet(&mut self, day: &str) -> Submitted {
        let log = json!({"activity_type": "Execution",
            "from_time": format!("{day} 08:00:00"), "to_time": format!("{day} 09:10:00")});
        self.shop.make("timesheet", json!({"employee": "HR-EMP-00001", "time_logs": [log]}))
    }

    /// So many pieces of the card are lost, for ERPNext: with all others done it is not submitted.
    fn reckons_a_loss(&self, pieces: f64) {
        let name = self.books.erp.documents("Job Card")[0]["name"].as_str().unwrap().to_owned();
        self.books.erp.set("Job Card", &name, "process_loss_qty", json!(pieces));
    }

    /// The one Job Card, with its lines.
    fn card(&self) -> (Value, usize) {
        let card = self.books.erp.documents("Job Card").into_iter().next().unwrap();
        let lines = card.get("time_logs").and_then(Value::as_array).map_or(0, Vec::len);
        (card["docstatus"].clone(), lines)
    }

    fn month(&self, name: &str, last: &str, closed: bool) {
        let documents = if closed { json!(["Timesheet", "Job Card"]) } else { json!([]) };
        let row = json!({"period_name": name, "start_date": format!("{name}-01"), "end_date": format!("{name}-{last}"),
            "closed_documents": documents});
        self.books.office.put(Table::Period, row);
    }
}

#[test]
fn more_pieces_than_a_card_takes_are_held_before_anything_is_in_it() {
    let mut case = Case::new(ClosedPeriod::Hold);
    let logged = case.on_card("2026-11-20", "2");
    let verdict = post(&mut case.sink, &logged, &place(OF, false));
    let Verdict::Held(Hold::Refused, why) = &verdict else { panic!("{verdict:?}") };
    for words in ["No open Job Card", "for Sew takes 2 more at once", "PO-JOB00001 takes 1", "card by card"] {
        assert!(why.contains(words), "no {words:?} in {why:?}");
    }
    assert_eq!(case.card(), (json!(0), 0));
    assert_eq!(case.sink.has(&logged), Ok(false));
    // Time is no piece.
    let time = case.on_card("2026-11-19", "0");
    let verdict = post(&mut case.sink, &time, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
}

#[test]
fn pieces_on_a_card_that_is_not_submitted_are_in_it_and_are_held_as_such() {
    let mut case = Case::new(ClosedPeriod::Hold);
    case.reckons_a_loss(1.0);
    let logged = case.on_card("2026-11-20", "1");
    for again in [false, true] {
        let verdict = post(&mut case.sink, &logged, &place(OF, again));
        let Verdict::Held(Hold::Differs, why) = &verdict else { panic!("{verdict:?}") };
        for words in ["PO-JOB0", "has this time in it", "not submitted", "must be equal to Qty to Manufacture"] {
            assert!(why.contains(words), "no {words:?} in {why:?}");
        }
        assert_eq!(case.card(), (json!(0), 1), "the hours are there, once");
    }
    // Somebody puts the card right there.
    case.reckons_a_loss(0.0);
    let verdict = post(&mut case.sink, &logged, &place(OF, true));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(case.card(), (json!(1), 1));
}

#[test]
fn what_is_held_so_is_taken_out_of_the_card_when_it_is_cancelled() {
    let mut case = Case::new(ClosedPeriod::Hold);
    case.reckons_a_loss(1.0);
    let logged = case.on_card("2026-11-20", "1");
    assert_eq!(case.sink.has(&logged), Ok(false));
    let verdict = post(&mut case.sink, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Held(Hold::Differs, _)), "{verdict:?}");
    assert_eq!(case.sink.has(&logged), Ok(true), "nobody can give up what is in the card");
    let cancelled = case.shop.cancel(&logged);
    let verdict = case.sink.cancel(&cancelled, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(case.sink.has(&logged), Ok(false));
    assert_eq!(case.card(), (json!(0), 0));
}

#[test]
fn hours_of_which_a_card_has_kept_some_are_there() {
    let mut case = Case::new(ClosedPeriod::Hold);
    let log = |from: &str, to: &str| {
        json!({"employee": "HR-EMP-00001", "completed_qty": "0", "from_time": format!("2026-11-20 {from}"),
            "to_time": format!("2026-11-20 {to}")})
    };
    let logs = json!([log("13:00:00", "14:10:00"), log("15:00:00", "15:30:00")]);
    let fields = json!({"work_order": case.books.orders[0], "operation": "Sew", "time_logs": logs});
    let logged = case.shop.make("job-card", fields);
    let verdict = post(&mut case.sink, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    // Somebody takes one of the lines out of it.
    let card = case.books.erp.documents("Job Card").into_iter().next().unwrap();
    case.books.erp.set("Job Card", card["name"].as_str().unwrap(), "time_logs", json!([card["time_logs"][1]]));
    assert_eq!(case.sink.has(&logged), Ok(true));
    case.books.erp.set("Job Card", card["name"].as_str().unwrap(), "time_logs", json!([]));
    assert_eq!(case.sink.has(&logged), Ok(false));
}

#[test]
fn time_on_a_card_with_sub_operations_is_posted_and_a_person_submits_the_card() {
    let mut case = Case::new(ClosedPeriod::Hold);
    let name = case.books.erp.documents("Job Card")[0]["name"].as_str().unwrap().to_owned();
    let part = json!({"name": "hem-1", "sub_operation": "Sew", "status": "Pending", "completed_qty": 0.0});
    case.books.erp.set("Job Card", &name, "sub_operations", json!([part]));
    let logged = case.on_card("2026-11-20", "1");
    let verdict = post(&mut case.sink, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(Posted { completes: false, .. })), "{verdict:?}");
    assert_eq!(case.card(), (json!(0), 1));
    let there = &case.books.erp.documents("Job Card")[0];
    assert_eq!(there["total_completed_qty"], json!(0.0), "the lines name no sub-operation");
    // Submitted there since, it is what it was.
    case.books.erp.set("Job Card", &name, "docstatus", json!(1));
    let verdict = post(&mut case.sink, &logged, &place(OF, true));
    assert!(matches!(verdict, Verdict::Done(Posted { completes: true, .. })), "{verdict:?}");
}

#[test]
fn hours_of_a_closed_month_are_never_moved_to_an_open_day() {
    for closed_period in [ClosedPeriod::FirstOpenDay, ClosedPeriod::Hold] {
        let mut case = Case::new(closed_period);
        case.month("2026-11", "30", true);
        let (sheet, card) = (case.sheet("2026-11-20"), case.on_card("2026-11-20", "1"));
        for document in [&sheet, &card] {
            for again in [false, true] {
                let verdict = post(&mut case.sink, document, &place(OF, again));
                let Verdict::Held(Hold::Closed, why) = &verdict else { panic!("{verdict:?}") };
                assert!(why.contains("closed at the office's desk") && why.contains("never on another"), "{why}");
            }
        }
        assert!(case.books.erp.documents("Timesheet").is_empty());
        assert_eq!(case.card(), (json!(0), 0));
        case.month("2026-11", "30", false);
        for document in [&sheet, &card] {
            let verdict = post(&mut case.sink, document, &place(OF, true));
            assert!(matches!(verdict, Verdict::Done(Posted { day: None, .. })), "{verdict:?}");
        }
    }
}

#[test]
fn hours_count_in_the_month_in_which_they_were_worked_whatever_the_day_on_paper() {
    let mut case = Case::new(ClosedPeriod::FirstOpenDay);
    case.month("2026-10", "31", true);
    // Written up in November, as all is here.
    for late in [case.sheet("2026-10-31"), case.on_card("2026-10-31", "1")] {
        let verdict = post(&mut case.sink, &late, &place(OF, false));
        assert!(matches!(verdict, Verdict::Held(Hold::Closed, _)), "{verdict:?}");
    }
    assert_eq!((case.books.erp.documents("Timesheet").len(), case.card()), (0, (json!(0), 0)));
    for now in [case.sheet("2026-11-01"), case.on_card("2026-11-01", "1")] {
        let verdict = post(&mut case.sink, &now, &place(OF, false));
        assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    }
}

#[test]
fn hours_that_are_in_the_card_stay_a_difference_when_their_month_is_closed_since() {
    let mut case = Case::new(ClosedPeriod::Hold);
    case.reckons_a_loss(1.0);
    let logged = case.on_card("2026-11-20", "1");
    post(&mut case.sink, &logged, &place(OF, false));
    case.month("2026-11", "30", true);
    let verdict = post(&mut case.sink, &logged, &place(OF, true));
    assert!(matches!(verdict, Verdict::Held(Hold::Differs, _)), "{verdict:?}");
    let cancelled = case.shop.cancel(&logged);
    let verdict = case.sink.cancel(&cancelled, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(case.card(), (json!(0), 0));
}
