//! Facts of the rows in memory and of who gets them.

use super::segment::{Audience, affected, audience, depends_on};
use super::*;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

fn row(table: Table, json: serde_json::Value) -> Row {
    Row::deserialize_as(table, json).unwrap()
}

fn text(text: &str) -> Text {
    text.try_into().unwrap()
}

fn site(name: &str) -> SiteId {
    name.parse().unwrap()
}

fn amount(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

fn item(code: &str, barcodes: &[&str]) -> Row {
    let barcodes: Vec<_> = barcodes.iter().map(|code| serde_json::json!({"barcode": code, "uom": "Box"})).collect();
    let uoms = serde_json::json!([{"uom": "Box", "conversion_factor": "12"}]);
    row(
        Table::Item,
        serde_json::json!({"item_code": code, "item_name": code, "stock_uom": "Nos", "barcodes": barcodes, "uoms": uoms}),
    )
}

fn price(item: &str, rate: &str, from: Option<Date>, upto: Option<Date>) -> Row {
    let fields = serde_json::json!({
        "item_code": item, "price_list": "Retail", "uom": "Nos", "price_list_rate": rate, "valid_from": from, "valid_upto": upto,
    });
    row(Table::ItemPrice, fields)
}

fn warehouse(name: &str, site: Option<&str>) -> Row {
    row(Table::Warehouse, serde_json::json!({"name": name, "site": site}))
}

fn holding(rows: impl IntoIterator<Item = Row>) -> Masters {
    let mut masters = Masters::default();
    rows.into_iter().for_each(|row| masters.put(row));
    masters
}

#[test]
fn a_barcode_finds_its_item_and_unit_until_the_item_loses_it() {
    let mut masters = holding([item("SHIRT", &["111", "222"])]);
    let (found, uom) = masters.item_of_barcode("222").unwrap();
    assert_eq!((found.item_code.as_str(), uom.unwrap().as_str()), ("SHIRT", "Box"));
    masters.put(item("SHIRT", &["111"]));
    assert!(masters.item_of_barcode("222").is_none());
    assert!(masters.item_of_barcode("111").is_some());
    masters.delete(&item("SHIRT", &[]).key());
    assert!(masters.item_of_barcode("111").is_none());
}

#[test]
fn a_barcode_of_two_items_finds_the_one_in_use() {
    let Row::Item(mut old) = item("A-OLD", &["111"]) else { panic!() };
    old.disabled = true;
    let masters = holding([Row::Item(old), item("B-NEW", &["111"])]);
    assert_eq!(masters.item_of_barcode("111").unwrap().0.item_code.as_str(), "B-NEW");
}

#[test]
fn a_variant_without_a_price_has_that_of_what_it_is_a_variant_of() {
    let Row::Item(mut small) = item("SHIRT-S", &[]) else { panic!() };
    small.variant_of = Some(Text::try_from("SHIRT").unwrap());
    let mut masters = holding([Row::Item(small), price("SHIRT", "100", None, None)]);
    let of = |masters: &Masters, uom| masters.price("SHIRT-S", "Retail", uom, date(2026, 11, 1));
    assert_eq!(of(&masters, "Nos"), amount("100"));
    assert_eq!(of(&masters, "Box"), amount("1200"));
    masters.put(price("SHIRT-S", "90", None, None));
    assert_eq!(of(&masters, "Nos"), amount("90"));
    assert_eq!(of(&masters, "Box"), amount("1080"));
}

#[test]
fn a_price_is_the_latest_that_has_begun_and_not_ended() {
    let masters = holding([
        item("SHIRT", &[]),
        price("SHIRT", "100", None, None),
        price("SHIRT", "90", Some(date(2026, 11, 1)), Some(date(2026, 11, 10))),
        price("SHIRT", "120", Some(date(2027, 1, 1)), None),
    ]);
    let on = |day| masters.price("SHIRT", "Retail", "Nos", day);
    assert_eq!(on(date(2026, 10, 31)), amount("100"));
    assert_eq!(on(date(2026, 11, 1)), amount("90"));
    assert_eq!(on(date(2026, 11, 10)), amount("90"));
    assert_eq!(on(date(2026, 11, 11)), amount("100"));
    assert_eq!(on(date(2027, 1, 1)), amount("120"));
    assert_eq!(masters.price("SHIRT", "Retail", "Box", date(2026, 11, 11)), amount("1200"));
    assert_eq!(masters.price("SHIRT", "Retail", "Meter", date(2026, 11, 11)), None);
    assert_eq!(masters.price("SHIRT", "Wholesale", "Nos", date(2026, 11, 11)), None);
}

#[test]
fn a_customer_is_found_by_name_and_by_its_site_s_own_id() {
    let id = IntentId(Uuid::from_u128(7));
    let fields = serde_json::json!({"name": "CUST-1", "customer_name": "Bu Sari", "outpost_id": id});
    let mut masters = holding([row(Table::Customer, fields)]);
    assert_eq!(masters.customer(&id.to_string()).unwrap().name.as_str(), "CUST-1");
    masters.put(row(Table::Customer, serde_json::json!({"name": "CUST-1", "customer_name": "Bu Sari"})));
    assert!(masters.customer(&id.to_string()).is_none());
    assert!(masters.customer("CUST-1").is_some());
}

#[test]
fn a_customer_that_was_renamed_keeps_its_id_whichever_comes_first() {
    let id = IntentId(Uuid::from_u128(7));
    let named = |name: &str| {
        row(Table::Customer, serde_json::json!({"name": name, "customer_name": "Bu Sari", "outpost_id": id}))
    };
    let mut masters = holding([named("CUST-1"), named("CUST-2")]);
    assert_eq!(masters.customer(&id.to_string()).unwrap().name.as_str(), "CUST-2");
    masters.delete(&named("CUST-1").key());
    assert_eq!(masters.customer(&id.to_string()).unwrap().name.as_str(), "CUST-2");
    masters.delete(&named("CUST-2").key());
    assert!(masters.customer(&id.to_string()).is_none());
}

#[test]
fn a_bill_of_materials_is_that_of_the_item_that_it_names_now() {
    let bom = |name: &str, item: &str| {
        let fields = serde_json::json!({
            "name": name, "item": item, "quantity": 1, "items": [{"item_code": "CLOTH", "stock_qty": "1.5"}],
        });
        row(Table::Bom, fields)
    };
    let mut masters = holding([bom("BOM-1", "SHIRT"), bom("BOM-2", "SHIRT"), bom("BOM-3", "PANTS")]);
    let count = |masters: &Masters, item| masters.boms_of(item).count();
    assert_eq!((count(&masters, "SHIRT"), count(&masters, "PANTS")), (2, 1));
    masters.put(bom("BOM-2", "PANTS"));
    assert_eq!((count(&masters, "SHIRT"), count(&masters, "PANTS")), (1, 2));
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let permission =
        |role: &str| row(Table::Permission, serde_json::json!({"role": role, "document": "Sales Invoice", "read": 1}));
    let masters = holding([permission("Sales"), permission("Sales User"), permission("Sale")]);
    assert_eq!(masters.permissions_of("Sales").count(), 1);
    assert_eq!(masters.permissions_of("Sal").count(), 0);
}

#[test]
fn every_flag_of_erpnext_is_read_as_0_and_1() {
    let order = serde_json::json!({
        "name": "WO-1", "production_item": "SHIRT", "bom_no": "BOM-1", "qty": 1, "fg_warehouse": "A", "skip_transfer": 1, "required_items": [],
    });
    let Row::WorkOrder(order) = row(Table::WorkOrder, order) else { panic!() };
    assert!(order.skip_transfer);
}

#[test]
fn stock_and_orders_go_to_the_site_whose_warehouse_they_name() {
    let level = row(
        Table::Level,
        serde_json::json!({"item_code": "SHIRT", "warehouse": "Bandung", "actual_qty": 1, "included": 0}),
    );
    let line = |warehouse: Option<&str>| {
        let items = serde_json::json!([{"name": "1", "item_code": "SHIRT", "qty": 1, "uom": "Nos", "rate": 1, "warehouse": warehouse}]);
        row(
            Table::SalesOrderRow,
            serde_json::json!({"order": "SO-1", "customer": "Bu Sari", "grand_total": 1, "items": items}),
        )
    };
    let masters = holding([
        warehouse("Bandung", Some("bandung")),
        warehouse("Bogor", Some("bogor")),
        warehouse("Central", None),
        level.clone(),
        line(Some("Bandung")),
    ]);
    let only = |names: &[&str]| Audience::Sites(names.iter().map(|name| site(name)).collect());
    assert_eq!(audience(&level, &masters), only(&["bandung"]));
    assert_eq!(audience(&line(Some("Bogor")), &masters), only(&["bogor"]));
    assert_eq!(audience(&line(Some("Central")), &masters), only(&[]));
    assert_eq!(audience(&line(Some("Nowhere")), &masters), only(&[]));
    assert_eq!(audience(&line(None), &masters), Audience::All);
    assert_eq!(audience(&warehouse("Bogor", Some("bogor")), &masters), Audience::All);
    assert_eq!(depends_on(&level), [&text("Bandung")]);
}

#[test]
fn people_settings_and_transfers_go_where_they_belong() {
    let masters = Masters::default();
    let user =
        |sites: &[&str]| row(Table::User, serde_json::json!({"name": "joko@tw", "full_name": "Joko", "sites": sites}));
    assert!(audience(&user(&["bogor"]), &masters).includes(&site("bogor")));
    assert!(!audience(&user(&["bogor"]), &masters).includes(&site("bandung")));
    assert_eq!(audience(&user(&[]), &masters), Audience::All);
    let transit = serde_json::json!({
        "entry": "STE-1", "from": "bogor", "to": "bandung", "warehouse": "Transit", "sent_on": "2026-11-26",
        "items": [{"name": "1", "item_code": "SHIRT", "qty": 1}],
    });
    let readers = audience(&row(Table::Transit, transit), &masters);
    assert!(readers.includes(&site("bogor")) && readers.includes(&site("bandung")) && !readers.includes(&site("solo")));
    let settings = row(Table::Settings, serde_json::json!({"site": "bogor", "company": "TW", "currency": "IDR"}));
    assert_eq!(audience(&settings, &masters), Audience::Sites([site("bogor")].into()));
}

#[test]
fn a_warehouse_that_moves_to_another_site_takes_its_rows_along() {
    let level = |warehouse: &str| {
        row(
            Table::Level,
            serde_json::json!({"item_code": "SHIRT", "warehouse": warehouse, "actual_qty": 1, "included": 0}),
        )
    };
    let work = row(
        Table::WorkOrder,
        serde_json::json!({
            "name": "WO-1", "production_item": "SHIRT", "bom_no": "BOM-1", "qty": 1, "fg_warehouse": "Bogor",
            "required_items": [{"item_code": "CLOTH", "required_qty": 1, "source_warehouse": "Bandung"}],
        }),
    );
    let masters = holding([level("Bandung"), level("Bogor"), work.clone()]);
    assert_eq!(affected(&warehouse("Bandung", None).key(), &masters), [level("Bandung").key(), work.key()]);
    assert_eq!(affected(&warehouse("Bogor", None).key(), &masters), [level("Bogor").key(), work.key()]);
    assert!(affected(&level("Bogor").key(), &masters).is_empty());
}

#[test]
fn what_a_site_did_with_an_order_goes_to_the_others_that_have_it_and_never_to_itself() {
    let order = |warehouses: &[Option<&str>]| {
        let line = |(n, at): (usize, &Option<&str>)| serde_json::json!({"name": n.to_string(), "item_code": "SHIRT", "qty": 1, "uom": "Nos", "rate": 1, "warehouse": at});
        let items: Vec<_> = warehouses.iter().enumerate().map(line).collect();
        row(
            Table::SalesOrderRow,
            serde_json::json!({"order": "SO-1", "customer": "Bu Sari", "grand_total": 1, "items": items}),
        )
    };
    let done = |by: &str| row(Table::SiteProgress, serde_json::json!({"of": "SO-1", "site": by}));
    let settings = row(Table::Settings, serde_json::json!({"site": "solo", "company": "TW", "currency": "IDR"}));
    let mut masters = holding([warehouse("Bandung", Some("bandung")), warehouse("Bogor", Some("bogor")), settings]);
    let only = |names: &[&str]| Audience::Sites(names.iter().map(|name| site(name)).collect());
    assert_eq!(audience(&done("solo"), &masters), only(&[]), "an order that is not open");
    masters.put(order(&[Some("Bandung"), Some("Bogor")]));
    assert_eq!(audience(&done("bandung"), &masters), only(&["bogor"]));
    // One that had the order once.
    assert_eq!(audience(&done("solo"), &masters), only(&["bandung", "bogor"]));
    masters.put(order(&[Some("Bandung")]));
    assert_eq!(audience(&done("bandung"), &masters), only(&[]), "nobody else has it");
    masters.put(order(&[None]));
    assert_eq!(audience(&done("bandung"), &masters), only(&["bogor", "solo"]));
}

/// No row may hold these: a site sees neither what stock is worth nor what is earned on it nor what people earn.
#[test]
fn no_row_has_a_field_for_valuation_margin_or_wages() {
    let sources = [
        include_str!("accounts.rs"),
        include_str!("goods.rs"),
        include_str!("item_taxes.rs"),
        include_str!("orders.rs"),
        include_str!("people.rs"),
        include_str!("places.rs"),
        include_str!("progress.rs"),
        include_str!("settings.rs"),
    ];
    let secret = [
        "valuation",
        "margin",
        "profit",
        "cost",
        "wage",
        "salary",
        "payroll",
        "stock_value",
        "incoming",
        "basic_rate",
        "billing",
    ];
    let mut fields = 0;
    for source in sources {
        for line in source.lines() {
            let Some((field, _)) = line.trim().strip_prefix("pub ").and_then(|rest| rest.split_once(": ")) else {
                continue;
            };
            fields += 1;
            assert!(!secret.iter().any(|word| field.contains(word)), "{field} must not reach a site");
        }
    }
    assert!(fields > 100, "the fields were not found: {fields}");
}

fn any_row() -> impl Strategy<Value = Row> {
    let code = || prop::sample::select(vec!["A", "B", "AB", "C"]);
    prop_oneof![
        (code(), prop::collection::btree_set(prop::sample::select(vec!["1", "2", "3"]), 0..3))
            .prop_map(|(code, barcodes)| item(code, &barcodes.into_iter().collect::<Vec<_>>())),
        (code(), 1u32..4, prop::option::of(1i8..4))
            .prop_map(|(code, rate, day)| { price(code, &rate.to_string(), day.map(|day| date(2026, 1, day)), None) }),
        (code(), code(), any::<bool>()).prop_map(|(name, item, is_default)| {
            let fields =
                serde_json::json!({"name": name, "item": item, "quantity": 1, "is_default": is_default, "items": []});
            row(Table::Bom, fields)
        }),
        (code(), prop::option::of(0u128..3)).prop_map(|(name, id)| {
            let id = id.map(Uuid::from_u128);
            row(Table::Customer, serde_json::json!({"name": name, "customer_name": name, "outpost_id": id}))
        }),
        (code(), code()).prop_map(|(warehouse, item)| {
            row(
                Table::Level,
                serde_json::json!({"item_code": item, "warehouse": warehouse, "actual_qty": 1, "included": 0}),
            )
        }),
    ]
}

proptest! {
    #[test]
    fn any_puts_and_deletes_leave_what_a_plain_map_holds(steps in prop::collection::vec((any_row(), any::<bool>()), 0..60)) {
        let mut masters = Masters::default();
        let mut model = BTreeMap::new();
        for (row, put) in steps {
            let key = row.key();
            if put {
                model.insert(key.clone(), row.clone());
                masters.put(row);
            } else {
                prop_assert_eq!(masters.delete(&key), model.remove(&key).is_some());
            }
            prop_assert_eq!(masters.get(&key), model.get(&key).cloned());
        }
        prop_assert_eq!(masters.iter().map(|row| (row.key(), row)).collect::<Vec<_>>(), model.clone().into_iter().collect::<Vec<_>>());
        for code in ["1", "2", "3"] {
            let first = model.values().find_map(|row| match row {
                Row::Item(item) if item.barcodes.iter().any(|row| row.barcode.as_str() == code) => Some(item),
                _ => None,
            });
            prop_assert_eq!(masters.item_of_barcode(code).map(|found| found.0), first);
        }
        for name in ["A", "B", "AB", "C"] {
            let makes = |row: &&Row| matches!(row, Row::Bom(bom) if bom.item.as_str() == name);
            prop_assert_eq!(masters.boms_of(name).count(), model.values().filter(makes).count());
        }
    }
}
