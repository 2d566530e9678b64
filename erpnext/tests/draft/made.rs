//! Our document → payload → a draft in ERPNext → our document: the same is posted of it.

use super::Desk;
use outpost_core::domain::document::{Document, Kind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Documents that are tried: each is two requests and some of definitions.
const CASES: u32 = 120;

fn maybe(field: &'static str, values: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Vec<(String, Value)>> {
    prop_oneof![Just(Vec::new()), values.prop_map(move |value| vec![(field.to_owned(), value)])].boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    proptest::sample::select(values).prop_map(Value::from).boxed()
}

fn with(base: Value, parts: Vec<Vec<(String, Value)>>) -> Value {
    let mut all: Map<String, Value> = base.as_object().unwrap().clone();
    all.extend(parts.into_iter().flatten());
    Value::Object(all)
}

fn when() -> BoxedStrategy<Vec<(String, Value)>> {
    let hours = one_of(&["08:00:00", "01:00:01", "22:59:59", "13:30:00.25"]);
    let said = hours
        .prop_map(|hour| vec![("posting_date".to_owned(), json!("2026-11-20")), ("posting_time".to_owned(), hour)]);
    prop_oneof![Just(Vec::new()), said].boxed()
}

fn entry() -> BoxedStrategy<(Kind, Value)> {
    let row =
        (one_of(&["BUTTON", "SHIRT"]), one_of(&["1", "3", "12"]), maybe("basic_rate", one_of(&["0", "500", "12.5"])));
    let purpose = one_of(&["Material Issue", "Material Receipt", "Material Transfer"]);
    let rows = proptest::collection::vec(row, 1..4);
    (purpose, rows, when(), maybe("remarks", one_of(&["for the fair"])), maybe("project", one_of(&["PROJ-0001"])))
        .prop_map(|(purpose, rows, when, remarks, project)| {
            let (takes, brings) = (purpose != "Material Receipt", purpose != "Material Issue");
            let rows: Vec<Value> = rows
                .into_iter()
                .map(|(code, qty, rate)| {
                    let mut row = json!({ "item_code": code, "qty": qty });
                    if takes {
                        row["s_warehouse"] = json!("Shop");
                    } else {
                        row = with(row, vec![rate]);
                    }
                    if brings {
                        row["t_warehouse"] = json!(if takes { "Finished Goods - TW" } else { "Shop" });
                    }
                    row
                })
                .collect();
            (
                Kind::StockEntry,
                with(json!({ "stock_entry_type": purpose, "items": rows }), vec![when, remarks, project]),
            )
        })
        .boxed()
}

fn trade() -> BoxedStrategy<(Kind, Value)> {
    let kinds = [Kind::DeliveryNote, Kind::SalesInvoice, Kind::PurchaseReceipt, Kind::PurchaseInvoice];
    let list = prop_oneof![
        Just(vec![]),
        Just(vec![
            ("price_list_rate".to_owned(), json!("1000")),
            ("rate".to_owned(), json!("900")),
            ("discount_percentage".to_owned(), json!("10"))
        ]),
        Just(vec![("price_list_rate".to_owned(), json!("800"))]),
        // A rate that is typed: ERPNext keeps three digits of the percentage.
        Just(vec![
            ("price_list_rate".to_owned(), json!("90000")),
            ("rate".to_owned(), json!("85000")),
            ("discount_percentage".to_owned(), json!("5.555555556"))
        ]),
    ];
    let row =
        (one_of(&["BUTTON", "SHIRT"]), one_of(&["1", "3", "12"]), list, maybe("description", one_of(&["blue thread"])));
    let discount = prop_oneof![
        Just(vec![]),
        Just(vec![("additional_discount_percentage".to_owned(), json!("10"))]),
        Just(vec![("discount_amount".to_owned(), json!("100")), ("apply_discount_on".to_owned(), json!("Net Total"))]),
    ];
    let tax = json!({ "charge_type": "On Net Total", "account_head": "Miscellaneous Expenses - TW", "rate": "11", "description": "PPN 11%" });
    let taxes = maybe("taxes", Just(json!([tax])));
    let rows = proptest::collection::vec(row, 1..4);
    (proptest::sample::select(kinds.to_vec()), rows, when(), discount, taxes, maybe("project", one_of(&["PROJ-0001"])))
        .prop_map(|(kind, rows, when, discount, taxes, project)| {
            let row = |(code, qty, list, described): (Value, Value, Vec<_>, Vec<_>)| {
                with(
                    json!({ "item_code": code, "qty": qty, "rate": "1000", "warehouse": "Shop" }),
                    vec![list, described],
                )
            };
            let rows: Vec<Value> = rows.into_iter().map(row).collect();
            let mut document = json!({ "items": rows });
            let buying = matches!(kind, Kind::PurchaseReceipt | Kind::PurchaseInvoice);
            document[if buying { "supplier" } else { "customer" }] =
                json!(if buying { "Toko Kain" } else { "Bu Sari" });
            if !buying {
                document["selling_price_list"] = json!("Counter");
            }
            if matches!(kind, Kind::SalesInvoice | Kind::PurchaseInvoice) {
                document["update_stock"] = json!(1);
            }
            (kind, with(document, vec![when, discount, taxes, project]))
        })
        .boxed()
}

#[test]
fn what_our_documents_become_is_read_as_them() {
    let desk = Desk::open();
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let documents = prop_oneof![entry(), trade()];
    let ran = runner.run(&documents, |(kind, fields)| {
        let document = Document::deserialize_as(kind, &fields).unwrap_or_else(|error| panic!("{error}: {fields}"));
        document.rules().validate().unwrap_or_else(|invalid| panic!("{invalid}: {fields}"));
        let body = desk.body(&document);
        let draft = desk.draft(kind, &body);
        let back = desk.read(kind, &draft).map_err(|why| TestCaseError::fail(format!("{why}\n{fields:#}")))?;
        let again = desk.body(&back);
        // What ERPNext has filled in and nobody has said: when it is due, and its own list of purchase prices.
        let plain = |mut body: Value| {
            for field in ["due_date", "buying_price_list"] {
                if !fields.as_object().unwrap().contains_key(field) {
                    body.as_object_mut().unwrap().remove(field);
                }
            }
            numbers(body)
        };
        prop_assert_eq!(plain(again), plain(body), "{:#}", fields);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
}

/// `12` and `12.0` are the same number.
fn numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap().to_string()),
        Value::Array(rows) => rows.into_iter().map(numbers).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, numbers(value))).collect(),
        value => value,
    }
}
