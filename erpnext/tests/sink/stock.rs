//! Stock documents as ERPNext books them: what it would value, count or hold against others otherwise than a workshop does.

use crate::common::{Case, done, n, place, post};
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};

const OF: &str = "bandung";
const SHOP: &str = "Bandung - TW";

fn case() -> Case {
    let case = Case::new(OF);
    case.books.erp.add_stock_at("BUTTON", SHOP, 100.0, 500.0, "2026-11-19");
    case.books.erp.add_stock_at("CLOTH-1", SHOP, 100.0, 50_000.0, "2026-11-19");
    case
}

/// Buttons and shirts come in boxes of twelve.
fn boxes(case: &Case) {
    for code in ["BUTTON", "SHIRT"] {
        case.books.office.put(
            Table::Item,
            json!({"item_code": code, "item_name": code, "stock_uom": "Nos", "is_stock_item": 1,
                "uoms": [{"uom": "Box", "conversion_factor": "12"}]}),
        );
    }
}

#[test]
fn what_is_counted_where_it_never_was_has_the_item_s_own_value_or_what_it_is_bought_for() {
    let mut case = case();
    for code in ["NEW", "BOUGHT"] {
        case.books.erp.add_item(code, "Products", "Nos", true);
        let row = json!({"item_code": code, "item_name": code, "stock_uom": "Nos", "is_stock_item": 1});
        case.books.office.put(Table::Item, row);
    }
    let price = json!({"item_code": "BOUGHT", "price_list": "Standard Buying", "uom": "Nos", "price_list_rate": "300"});
    case.books.office.put(Table::ItemPrice, price);
    let rows = json!([{"item_code": "BUTTON", "qty": "90"}, {"item_code": "NEW", "qty": "4"}, {"item_code": "SHIRT", "qty": "0"},
        {"item_code": "BOUGHT", "qty": "2"}]);
    let count = case.shop.make("stock-reconciliation", json!({"set_warehouse": SHOP, "items": rows}));
    let verdict = post(&mut case.sink, &count, &place(OF, false));
    let Verdict::Held(Hold::Unmapped, why) = &verdict else { panic!("{verdict:?}") };
    assert!(why.contains("Valuation Rate required for Item NEW") && why.contains("Give the item one"), "{why}");
    case.books.erp.set("Item", "NEW", "valuation_rate", json!(700.0));
    let name = done(&mut case.sink, OF, &count);
    let booked = Value::Object(case.books.erp.document("Stock Reconciliation", &name).unwrap());
    let rows = booked["items"].as_array().unwrap().iter();
    let worth: Vec<_> = rows.map(|row| (row["item_code"].as_str().unwrap(), row["valuation_rate"].as_f64())).collect();
    assert_eq!(worth, [("BUTTON", Some(500.0)), ("NEW", Some(700.0)), ("BOUGHT", Some(300.0))]);
    // Found again, it has a value there.
    assert!(matches!(post(&mut case.sink, &count, &place(OF, true)), Verdict::Done(_)));
}

#[test]
fn a_batch_that_has_expired_by_the_books_is_held_with_their_words() {
    let mut case = case();
    case.books.erp.seed("Batch", "LOT-1", json!({"batch_id": "LOT-1", "item": "SILK", "expiry_date": "2026-11-19"}));
    let rows = json!([{"item_code": "SILK", "qty": "1", "basic_rate": "900", "batch_no": "LOT-1"}]);
    let come = case
        .shop
        .make("stock-entry", json!({"stock_entry_type": "Material Receipt", "to_warehouse": SHOP, "items": rows}));
    let verdict = post(&mut case.sink, &come, &place(OF, false));
    assert!(matches!(&verdict, Verdict::Held(Hold::Refused, why) if why.contains("already expired")), "{verdict:?}");
}

#[test]
fn what_is_made_in_another_unit_than_the_stock_s_loses_nothing() {
    let mut case = case();
    boxes(&case);
    let rows = json!([{"item_code": "CLOTH-1", "qty": "18", "s_warehouse": SHOP},
        {"item_code": "SHIRT", "qty": "1", "uom": "Box", "t_warehouse": SHOP, "is_finished_item": 1}]);
    let fields = json!({"stock_entry_type": "Manufacture", "bom_no": "BOM-SHIRT-001", "fg_completed_qty": "12",
        "items": rows});
    let made = case.shop.make_with("stock-entry", fields, |booked| booked.factors = vec![n("1"), n("12")]);
    let name = done(&mut case.sink, OF, &made);
    assert_eq!(case.books.erp.stock("SHIRT", SHOP), 12.0);
    let booked = case.books.erp.document("Stock Entry", &name).unwrap();
    assert!(booked.get("process_loss_qty").is_none_or(|lost| *lost == json!(0.0)), "{booked:?}");
}

/// Of cloth for 100,000 some scrap comes out: what that is worth is taken off the shirt, whoever says how much it is.
#[test]
fn what_scrap_is_worth_is_taken_off_what_is_made() {
    for (told, worth) in [(true, 90_000.0), (false, 95_000.0)] {
        let mut case = case();
        case.books.erp.add_stock_at("THREAD-RED", SHOP, 1.0, 5_000.0, "2026-11-19");
        let mut rows = json!([{"item_code": "CLOTH-1", "qty": "2", "s_warehouse": SHOP},
            {"item_code": "SHIRT", "qty": "1", "t_warehouse": SHOP, "is_finished_item": 1},
            {"item_code": "THREAD-RED", "qty": "1", "t_warehouse": SHOP, "is_scrap_item": 1}]);
        if told {
            rows[2]["basic_rate"] = json!("10000");
        }
        let fields = json!({"stock_entry_type": "Manufacture", "bom_no": "BOM-SHIRT-001", "fg_completed_qty": "1",
            "items": rows});
        let made = case.shop.make("stock-entry", fields);
        let name = done(&mut case.sink, OF, &made);
        let booked = Value::Object(case.books.erp.document("Stock Entry", &name).unwrap());
        let shirt = booked["items"].as_array().unwrap().iter().find(|row| row["item_code"] == "SHIRT").unwrap();
        assert_eq!(shirt["valuation_rate"], json!(worth), "{booked}");
        assert_eq!(booked["value_difference"], json!(0.0), "{booked}");
    }
}

#[test]
fn half_of_a_box_that_came_is_half_of_what_was_sent() {
    let mut case = case();
    boxes(&case);
    case.books.erp.add_warehouse("Transit");
    let transit = "Transit - TW";
    let rows = json!([{"item_code": "BUTTON", "qty": "1", "uom": "Box"}]);
    let fields = json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": SHOP,
        "to_warehouse": transit, "items": rows});
    let sent = case.shop.make_with("stock-entry", fields, |booked| booked.factors = vec![n("12")]);
    let name = done(&mut case.sink, OF, &sent);
    let rows = json!([{"item_code": "BUTTON", "qty": "6", "ste_detail": "1"}]);
    let fields = json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": sent.id.to_string(),
        "from_warehouse": transit, "to_warehouse": "Garut - TW", "items": rows});
    let came = case.shop.make("stock-entry", fields);
    done(&mut case.sink, OF, &came);
    let booked = case.books.erp.document("Stock Entry", &name).unwrap();
    assert_eq!(booked["per_transferred"], json!(50.0), "{booked:?}");
}

#[test]
fn hours_of_a_project_say_it_in_each_row() {
    let mut case = case();
    let log = |from: u32| {
        json!({"activity_type": "Execution", "from_time": format!("2026-11-20 {from:02}:00:00"),
        "to_time": format!("2026-11-20 {from:02}:30:00")})
    };
    let fields = json!({"employee": "HR-EMP-00001", "parent_project": "PROJ-0001", "time_logs": [log(8), log(9)]});
    let sheet = case.shop.make("timesheet", fields);
    done(&mut case.sink, OF, &sheet);
}
