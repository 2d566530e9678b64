//! What a row of goods says beside its item and quantity.

use super::*;

fn rows(kind: Kind, fields: &Value, booked: &Value) -> Value {
    made(&submitted(kind, fields, booked), &mut names(&[]))["items"].clone()
}

#[test]
fn the_worth_of_goods_that_come_in_is_of_one_in_the_stock_unit_whatever_their_own() {
    let fields = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Shop",
        "items": [{"item_code": "CLOTH-001", "qty": "2", "uom": "Roll", "basic_rate": "50000"}]});
    let made = rows(Kind::StockEntry, &fields, &json!({"day": "2026-11-20", "time": "09:30:15", "factors": ["25"]}));
    let row = (&made[0]["qty"], &made[0]["conversion_factor"], &made[0]["basic_rate"]);
    assert_eq!(row, (&json!(2), &json!(25), &json!(50_000)));
}

#[test]
fn a_counted_item_with_serial_numbers_or_batches_says_that_its_fields_or_all_are_meant() {
    let items = json!([{"item_code": "MACHINE", "qty": "0"}, {"item_code": "BUTTON", "qty": "3"},
        {"item_code": "MACHINE", "qty": "1", "serial_no": "M-1", "warehouse": "Else - TW"}]);
    let fields = json!({"set_warehouse": "Shop", "items": items});
    let made = rows(Kind::StockReconciliation, &fields, &json!({"day": "2026-11-20", "time": "09:30:15"}));
    let said = |field: &str| made.as_array().unwrap().iter().map(|row| row[field] == json!(1)).collect::<Vec<_>>();
    assert_eq!(said("use_serial_batch_fields"), [false, false, true]);
    assert_eq!(said("reconcile_all_serial_batch"), [true, false, false]);
}

/// An ERPNext that has counted materials for some pieces of each Work Order.
struct Counted {
    left: Option<&'static str>,
    later: bool,
}

impl super::super::Names for Counted {
    fn document(&mut self, _: Kind, _: IntentId) -> Result<Option<Known>, Failure> {
        Ok(None)
    }

    fn advance(&mut self, _: &Ref, _: Option<&Text>) -> Result<Option<Left>, Failure> {
        Ok(None)
    }

    fn transferable(&mut self, order: &str) -> Result<Option<outpost_core::domain::decimal::Decimal>, Failure> {
        assert!(order == "MFG-WO-1" && !self.later, "nobody knows what was left then");
        Ok(self.left.map(n))
    }

    fn later(&self) -> bool {
        self.later
    }
}

fn for_pieces(purpose: &str, mut names: Counted) -> Value {
    let made = purpose == "Manufacture";
    let mut row = json!({"item_code": "CLOTH-001", "qty": "5", "t_warehouse": "WIP - TW"});
    row[if made { "is_finished_item" } else { "s_warehouse" }] = if made { json!(1) } else { json!("Shop") };
    let fields =
        json!({"stock_entry_type": purpose, "work_order": "MFG-WO-1", "fg_completed_qty": "5", "items": [row]});
    let (masters, site, map, zone) = (masters(), site(), map(), TimeZone::UTC);
    let about = About { site: &site, masters: &masters, map: &map, erp_zone: &zone, post_on: None };
    let booked = json!({"day": "2026-11-20", "time": "09:30:15"});
    match body(&submitted(Kind::StockEntry, &fields, &booked), &about, &mut names).unwrap() {
        Ask::Insert(request) => {
            assert_eq!(request.body["from_bom"], json!(1));
            request.body["fg_completed_qty"].clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn materials_are_transferred_for_no_more_pieces_than_erpnext_still_counts() {
    let to_work = |left, later| for_pieces("Material Transfer for Manufacture", Counted { left, later });
    let cases =
        [(Some("7"), "5"), (Some("5"), "5"), (Some("2"), "2"), (Some("0"), "0"), (Some("-1"), "0"), (None, "5")];
    for (left, pieces) in cases {
        same(&to_work(left, false), &json!(pieces.parse::<u32>().unwrap()));
    }
    same(&to_work(Some("2"), true), &json!(5));
    same(&for_pieces("Manufacture", Counted { left: Some("2"), later: false }), &json!(5));
}

#[test]
fn what_erpnext_holds_against_others_by_the_number_alone_is_in_the_stock_unit() {
    let row = json!({"item_code": "CLOTH-001", "qty": "2", "uom": "Roll"});
    let with = |more: Value| {
        let mut row = row.clone();
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let moved = |more: Value, row: &Value| {
        let mut fields = json!({"stock_entry_type": "Material Transfer", "from_warehouse": "Shop", "to_warehouse": "T",
            "items": [row]});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let sent = moved(json!({"add_to_transit": 1}), &row);
    let came = moved(json!({"outgoing_stock_entry": "MAT-STE-7"}), &with(json!({"ste_detail": "a1"})));
    let made = json!({"stock_entry_type": "Manufacture", "bom_no": "BOM-1", "fg_completed_qty": "50",
        "items": [with(json!({"is_finished_item": 1, "t_warehouse": "Shop"}))]});
    let here = moved(json!({}), &row);
    for (fields, in_stock_unit) in [(sent, true), (came, true), (made, true), (here, false)] {
        let booked = json!({"day": "2026-11-20", "time": "09:30:15", "factors": ["25"]});
        let made = rows(Kind::StockEntry, &fields, &booked);
        let said = (made[0]["qty"].clone(), made[0]["uom"].clone(), made[0]["conversion_factor"].clone());
        let roll = (json!(2), json!("Roll"), json!(25));
        let meter = (json!(50), json!("Meter"), json!(1));
        assert_eq!(said, if in_stock_unit { meter } else { roll }, "{fields}");
    }
}

#[test]
fn scrap_whose_worth_is_told_says_the_whole_of_it_and_what_is_made_stands_behind_it() {
    let fields = json!({"stock_entry_type": "Manufacture", "bom_no": "BOM-1", "fg_completed_qty": "1", "items": [
        {"item_code": "BUTTON", "qty": "1", "t_warehouse": "Shop", "is_finished_item": 1},
        {"item_code": "CLOTH-001", "qty": "0.1", "uom": "Roll", "t_warehouse": "Shop", "is_scrap_item": 1,
            "basic_rate": "400.5"}]});
    let made =
        rows(Kind::StockEntry, &fields, &json!({"day": "2026-11-20", "time": "09:30:15", "factors": ["1", "25"]}));
    let scrap = (&made[0]["set_basic_rate_manually"], &made[0]["basic_rate"], &made[0]["basic_amount"]);
    assert_eq!(scrap, (&json!(1), &json!(400.5), &json!(1001.25)));
    assert_eq!(made[1]["is_finished_item"], json!(1));
}
