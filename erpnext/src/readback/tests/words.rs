//! When two values say the same.

use super::values::same;
use super::*;

#[test]
fn what_means_the_same_is_the_same() {
    let equal = |name: &str, ours: Value, theirs: Value| same(name, &ours, Some(&theirs), 2);
    for (name, ours, theirs) in [
        ("posting_time", json!("07:15:00"), json!("7:15:00")),
        ("posting_time", json!("07:15:00.250000"), json!("07:15:00.25")),
        ("from_time", json!("2026-11-04 08:00:00"), json!("2026-11-04 08:00:00.000000")),
        ("due_date", json!("2026-11-04"), json!("2026-11-04 00:00:00")),
        ("is_pos", json!(1), json!(true)),
        ("rate", json!(1000.55), json!("1000.550")),
        ("rate", json!(0.1), json!("0.10000000000000002")),
        ("rate", json!(33.33), json!("33.329999999999998")),
        ("row_id", json!("1"), json!(1)),
        ("serial_no", json!("A\nB"), json!("B\nA\n")),
        ("description", json!("a < b"), json!("a &lt; b")),
        ("customer", json!("Bu <Sari>"), json!("Bu &lt;Sari&gt;")),
        ("qty", json!(0), Value::Null),
        ("remarks", json!(""), Value::Null),
    ] {
        assert!(equal(name, ours.clone(), theirs.clone()), "{name} {ours} {theirs}");
    }
    assert!(same("is_return", &json!(0), None, 2));
    for (name, ours, theirs) in [
        ("posting_time", json!("07:15:00"), json!("07:15:00.000001")),
        ("posting_date", json!("2026-11-02"), json!("2026-11-23")),
        ("remarks", json!("7:15:00"), json!("07:15:00")),
        ("rate", json!(1000.55), json!(1000.56)),
        ("rate", json!(0), json!(1)),
        ("rate", json!(1), Value::Null),
        ("is_pos", json!(1), json!(0)),
        ("customer", json!("Bu Sari"), json!("Bu Sari - 1")),
        ("serial_no", json!("A\nB"), json!("A")),
        ("description", json!("a < b"), json!("")),
        ("description", json!("a < b"), json!("a < c")),
        ("customer", json!("Bu <Sari>"), json!("Bu <Sari> - 1")),
        ("customer", json!("Bu <Sari>"), json!("Pak Joko")),
        ("warehouse", json!("Shop > 2"), json!("Shop > 3")),
    ] {
        assert!(!equal(name, ours.clone(), theirs.clone()), "{name} {ours} {theirs}");
    }
}

#[test]
fn floats_are_read_to_nine_digits() {
    let read = |text: &str| decimal(&serde_json::from_str(text).unwrap());
    assert_eq!(read("65.42217696300001"), Some(n("65.422176963")));
    assert_eq!(read("1.4999999999999998"), Some(n("1.5")));
    assert_eq!(read("-0.9999999999"), Some(n("-1")));
    assert_eq!(read("1e-12"), Some(n("0")));
    assert_eq!(read("1e3"), Some(n("1000")));
    assert_eq!(read("\"x\""), None);
}

#[test]
fn a_row_that_was_counted_as_it_stood_is_left_out_there() {
    let rows = json!([{"item_code": "A", "warehouse": "W", "qty": "3"}, {"item_code": "B", "warehouse": "W", "qty": "5"},
        {"item_code": "B", "warehouse": "W", "qty": "7", "batch_no": "L"}]);
    let expected = expected(Kind::StockReconciliation, &json!({"items": rows.clone()}), &json!({}), Reading::First);
    let sent = json!({"docstatus": 1, "items": rows});
    let found = |items: Value| said(&differences(&sent, &expected, &json!({"docstatus": 1, "items": items})));
    let row = |item: &str, qty: f64, batch: Value| json!({"item_code": item, "warehouse": "W", "qty": qty, "batch_no": batch});
    assert!(found(json!([row("B", 5.0, Value::Null), row("B", 7.0, json!("L"))])).is_empty());
    assert_eq!(found(json!([row("B", 7.0, json!("L")), row("A", 4.0, json!(""))])).len(), 1, "out of order");
    assert_eq!(found(json!([row("A", 4.0, json!(""))])), ["items[0].qty is 4 in ERPNext, and not 3"]);
    assert_eq!(found(json!([row("C", 4.0, json!(""))])), ["items is 1 rows in ERPNext, and not 0 rows"]);
}
