//! Time for Job Cards.

use super::*;

fn card(logs: Value) -> Value {
    json!({"name": "PO-JOB00001", "docstatus": 0, "modified": "2026-11-23 16:22:23.012604", "for_quantity": 3.0, "time_logs": logs})
}

fn logged() -> Value {
    json!({"name": "egm1glp4qi", "employee": "HR-EMP-00001", "from_time": "2026-11-04 8:00:00", "to_time": "2026-11-04 09:00:00.000000",
        "completed_qty": 1.0, "time_in_mins": 60.0})
}

fn work() -> AddToCard {
    let fields = json!({"work_order": "MFG-WO-1", "operation": "Sew", "time_logs": [
        {"employee": "HR-EMP-00001", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 09:00:00", "completed_qty": "1"},
        {"employee": "HR-EMP-00001", "from_time": "2026-11-04 10:00:00", "to_time": "2026-11-04 11:30:00", "completed_qty": "2"}]});
    match ask(&submitted(Kind::JobCard, &fields, &json!({})), &map(), &mut names(&[])).unwrap() {
        Ask::AddToCard(add) => add,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_are_added_behind_those_that_are_there_and_none_twice() {
    let add = work();
    assert_eq!((add.work_order.as_str(), add.operation.as_str(), add.time_logs.len()), ("MFG-WO-1", "Sew", 2));
    let change = add_to_card(&card(json!([logged()])), &add);
    let put = change.put.unwrap();
    same(
        &put,
        &json!({"modified": "2026-11-23 16:22:23.012604", "time_logs": [logged(), {"employee": "HR-EMP-00001",
        "from_time": "2026-11-04 10:00:00", "to_time": "2026-11-04 11:30:00", "completed_qty": 2}]}),
    );
    assert!(change.complete && !change.submitted);
    // The same again finds all of it there.
    let again = add_to_card(&card(put["time_logs"].clone()), &add);
    assert_eq!((again.put, again.complete), (None, true));
}

#[test]
fn a_card_with_sub_operations_is_left_to_people() {
    let mut parts = card(json!([]));
    parts["sub_operations"] = json!([{"sub_operation": "Hem", "completed_qty": 0.0}]);
    let change = add_to_card(&parts, &work());
    assert!(change.put.is_some() && !change.complete);
    parts["sub_operations"] = json!([]);
    assert!(add_to_card(&parts, &work()).complete);
}

#[test]
fn a_card_is_complete_with_its_last_piece() {
    let mut more = card(json!([]));
    more["for_quantity"] = json!(4);
    assert!(!add_to_card(&more, &work()).complete);
    let mut closed = card(json!([]));
    closed["docstatus"] = json!(1);
    assert!(add_to_card(&closed, &work()).submitted);
    // Somebody else at the same time is another line.
    let mut other = logged();
    other["employee"] = json!("HR-EMP-00002");
    let put = add_to_card(&card(json!([other])), &work()).put.unwrap();
    assert_eq!(put["time_logs"].as_array().unwrap().len(), 3);
}
