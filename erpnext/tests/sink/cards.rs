//! Operations with more than one Job Card: split into batches, or done twice.

use crate::common::{Case, done, place, post};
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Sink, Verdict};
use serde_json::{Value, json};

const OF: &str = "bandung";

/// A Work Order of so many shirts with these operations, in batches of five where an operation is split.
fn order(case: &Case, qty: u32, operations: &[&str]) -> String {
    let row = |operation: &&str| json!({"operation": operation, "workstation": "Sewing Table", "time_in_mins": 60, "batch_size": 5, "bom": "BOM-SHIRT-002"});
    let rows: Vec<Value> = operations.iter().map(row).collect();
    case.books.erp.make(
        "Work Order",
        json!({"docstatus": 1, "production_item": "SHIRT", "bom_no": "BOM-SHIRT-002", "qty": qty, "company": "Tailor Works",
            "wip_warehouse": "Work In Progress - TW", "fg_warehouse": "Bandung - TW", "source_warehouse": "Bandung - TW",
            "planned_start_date": "2026-11-20 08:00:00", "operations": rows}),
    )
}

/// So many pieces were done in a minute of their own.
fn pieces(case: &mut Case, order: &str, operation: &str, qty: u32) -> Submitted {
    let minute = case.shop.made * 2;
    let log = json!({"employee": "HR-EMP-00001", "completed_qty": qty.to_string(),
        "from_time": format!("2026-11-20 13:{minute:02}:00"), "to_time": format!("2026-11-20 13:{:02}:00", minute + 1)});
    case.shop.make("job-card", json!({"work_order": order, "operation": operation, "time_logs": [log]}))
}

/// What the order's cards of an operation have: whether they are submitted, and how many pieces.
fn cards(case: &Case, order: &str, operation: &str) -> Vec<(u64, f64)> {
    let all = case.books.erp.documents("Job Card").into_iter();
    let of_it = all.filter(|card| card["work_order"] == order && card["operation"] == operation);
    of_it
        .map(|card| (card["docstatus"].as_u64().unwrap(), card["total_completed_qty"].as_f64().unwrap_or(0.0)))
        .collect()
}

fn split(qty: u32) -> (Case, String) {
    let case = Case::new(OF);
    case.books.erp.seed("Operation", "Cut", json!({"name": "Cut", "create_job_card_based_on_batch_size": 1}));
    let order = order(&case, qty, &["Cut"]);
    (case, order)
}

#[test]
fn pieces_go_onto_the_first_open_card_that_takes_them() {
    let (mut case, order) = split(10);
    let mut after = Vec::new();
    for qty in [3, 3, 2, 2] {
        let made = pieces(&mut case, &order, "Cut", qty);
        done(&mut case.sink, OF, &made);
        after.push(cards(&case, &order, "Cut"));
        // The same again finds them where they are.
        done(&mut case.sink, OF, &made);
        assert_eq!(after.last(), Some(&cards(&case, &order, "Cut")));
    }
    assert_eq!(after[1], [(0, 3.0), (0, 3.0)]);
    assert_eq!(after[2], [(1, 5.0), (0, 3.0)]);
    assert_eq!(after[3], [(1, 5.0), (1, 5.0)]);
}

#[test]
fn the_last_of_more_cards_than_a_page_has_takes_pieces_as_well() {
    let (mut case, order) = split(505);
    let names: Vec<_> =
        case.books.erp.documents("Job Card").into_iter().filter(|card| card["work_order"] == order).collect();
    assert_eq!(names.len(), 101);
    for card in &names[..100] {
        case.books.erp.set("Job Card", card["name"].as_str().unwrap(), "docstatus", json!(1));
    }
    let made = pieces(&mut case, &order, "Cut", 5);
    done(&mut case.sink, OF, &made);
    assert_eq!(cards(&case, &order, "Cut").iter().filter(|(_, pieces)| *pieces > 0.0).count(), 1);
    done(&mut case.sink, OF, &made);
}

#[test]
fn more_pieces_than_any_open_card_takes_are_held_before_anything_is_in_one() {
    let (mut case, order) = split(10);
    let all = pieces(&mut case, &order, "Cut", 10);
    let verdict = post(&mut case.sink, &all, &place(OF, false));
    let Verdict::Held(Hold::Refused, why) = &verdict else { panic!("{verdict:?}") };
    assert!(why.contains("takes 10 more at once") && why.matches("takes 5").count() == 2, "{why}");
    assert_eq!(cards(&case, &order, "Cut"), [(0, 0.0), (0, 0.0)]);
    // Nothing of it is there, so its cancellation has nothing to do.
    let cancelled = case.shop.cancel(&all);
    let verdict = case.sink.cancel(&cancelled, &all, &place(OF, false));
    assert_eq!(verdict, Verdict::Kept);
}

#[test]
fn what_a_card_has_kept_a_part_of_goes_onto_no_other_card() {
    let (mut case, order) = split(10);
    let log = |minute: u32| {
        json!({"employee": "HR-EMP-00001", "completed_qty": "2", "from_time": format!("2026-11-20 13:{minute:02}:00"),
            "to_time": format!("2026-11-20 13:{:02}:00", minute + 1)})
    };
    let both = json!({"work_order": order, "operation": "Cut", "time_logs": [log(0), log(2)]});
    let both = case.shop.make("job-card", both);
    done(&mut case.sink, OF, &both);
    let mine = |case: &Case| -> Vec<(String, usize)> {
        let all = case.books.erp.documents("Job Card").into_iter().filter(|card| card["work_order"] == order);
        let lines = |card: &Value| card["time_logs"].as_array().map_or(0, Vec::len);
        all.map(|card| (card["name"].as_str().unwrap().to_owned(), lines(&Value::Object(card)))).collect()
    };
    let name = mine(&case).remove(0).0;
    let kept = case.books.erp.document("Job Card", &name).unwrap()["time_logs"][0].clone();
    case.books.erp.set("Job Card", &name, "time_logs", json!([kept]));
    case.books.erp.set("Job Card", &name, "docstatus", json!(1));
    let verdict = post(&mut case.sink, &both, &place(OF, true));
    let Verdict::Held(Hold::Refused, why) = &verdict else { panic!("{verdict:?}") };
    assert!(why.starts_with(&format!("{name} has some of these lines")), "{why}");
    assert_eq!(mine(&case).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [1, 0]);
    let cancelled = case.shop.cancel(&both);
    let verdict = case.sink.cancel(&cancelled, &both, &place(OF, false));
    assert!(matches!(&verdict, Verdict::Held(Hold::Refused, why) if why.contains("is submitted")), "{verdict:?}");
}

#[test]
fn pieces_are_taken_out_of_the_card_that_has_them() {
    let (mut case, order) = split(10);
    let (first, second) = (pieces(&mut case, &order, "Cut", 3), pieces(&mut case, &order, "Cut", 4));
    done(&mut case.sink, OF, &first);
    done(&mut case.sink, OF, &second);
    let cancelled = case.shop.cancel(&second);
    let verdict = case.sink.cancel(&cancelled, &second, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(cards(&case, &order, "Cut"), [(0, 3.0), (0, 0.0)]);
}

#[test]
fn an_operation_that_is_done_twice_has_its_pieces_on_both_cards_in_turn() {
    let mut case = Case::new(OF);
    for operation in ["Cut", "Press"] {
        case.books.erp.seed("Operation", operation, json!({"name": operation}));
    }
    let order = order(&case, 5, &["Cut", "Press", "Sew", "Press"]);
    for operation in ["Cut", "Press", "Sew", "Press"] {
        let made = pieces(&mut case, &order, operation, 5);
        done(&mut case.sink, OF, &made);
    }
    assert_eq!(cards(&case, &order, "Press"), [(1, 5.0), (1, 5.0)]);
    let done = |row: &Value| row["completed_qty"] == json!(5.0);
    assert!(case.books.erp.document("Work Order", &order).unwrap()["operations"].as_array().unwrap().iter().all(done));
}
