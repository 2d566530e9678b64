//! Bodies: of each kind held against one that is written by hand, and all of them against ERPNext's own definitions.

pub(crate) mod bodies;
mod cards;
mod definitions;
mod edges;
mod stock;

use super::*;
use crate::map::SiteMap;
use outpost_core::domain::booked::Booked;
use outpost_core::domain::id::DeviceId;
use outpost_core::domain::master::{Row, Table};
use serde_json::json;
use std::collections::BTreeMap;

/// The id of the document that is posted, and of others that it names.
pub(crate) const ID: &str = "01936e5b-5a00-7000-8000-0123456789ff";
pub(crate) const OTHER: &str = "01936e5b-5a00-7000-8000-0123456789ab";

pub(crate) fn site() -> SiteId {
    "bandung".parse().unwrap()
}

pub(crate) fn id(text: &str) -> IntentId {
    serde_json::from_value(json!(text)).unwrap()
}

pub(crate) fn n(text: &str) -> outpost_core::domain::decimal::Decimal {
    text.parse().unwrap()
}

/// The office's data: whole rupiah are paid, and the workshop's till is called otherwise in the books.
pub(crate) fn masters() -> Masters {
    let mut masters = Masters::default();
    let rows = [
        (
            Table::Settings,
            json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "number_prefix": "BDG",
            "smallest_currency_fraction_value": "0"}),
        ),
        (Table::ModeOfPayment, json!({"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"})),
        (
            Table::ModeOfPayment,
            json!({"mode_of_payment": "Wire Transfer", "type": "Bank", "default_account": "Bank Account - TW"}),
        ),
        (
            Table::Item,
            json!({"item_code": "CLOTH-001", "item_name": "Cloth", "stock_uom": "Meter", "is_stock_item": 1,
            "uoms": [{"uom": "Roll", "conversion_factor": "25"}]}),
        ),
        (Table::Item, json!({"item_code": "SEWING", "item_name": "Sewing", "stock_uom": "Nos"})),
        (Table::Item, json!({"item_code": "BUTTON", "item_name": "Button", "stock_uom": "Nos", "is_stock_item": 1})),
        (
            Table::Item,
            json!({"item_code": "MACHINE", "item_name": "Machine", "stock_uom": "Nos", "is_stock_item": 1,
            "has_serial_no": 1}),
        ),
    ];
    for (table, row) in rows {
        masters.put(Row::deserialize_as(table, row).unwrap());
    }
    masters
}

pub(crate) fn map() -> SiteMap {
    let mut map = SiteMap::default();
    map.warehouses.insert("Shop".into(), "Bandung - TW".into());
    map
}

/// A document as a box has recorded it.
pub(crate) fn submitted(kind: Kind, fields: &Value, booked: &Value) -> Submitted {
    let document = Document::deserialize_as(kind, fields).unwrap_or_else(|error| panic!("{error}: {fields}"));
    document.rules().validate().unwrap_or_else(|invalid| panic!("{invalid}: {fields}"));
    let device: DeviceId = "till-1".parse().unwrap();
    let user = Some("wati".try_into().unwrap());
    let booked: Booked = serde_json::from_value(booked.clone()).unwrap();
    Submitted { booked: Some(booked), ..Submitted::new(id(ID), device, user, document) }
}

/// ERPNext's names, without ERPNext.
#[derive(Default)]
pub(crate) struct Names(pub(crate) BTreeMap<(Kind, IntentId), Known>, pub(crate) Vec<Left>);

impl super::Names for Names {
    fn document(&mut self, kind: Kind, id: IntentId) -> Result<Option<Known>, Failure> {
        Ok(self.0.get(&(kind, id)).cloned())
    }

    fn advance(&mut self, _: &Ref, row: Option<&Text>) -> Result<Option<Left>, Failure> {
        let has_row = |left: &&Left| left.parts.iter().any(|part| part.row.is_some());
        Ok(self.1.iter().find(|left| has_row(left) == row.is_some()).cloned())
    }
}

pub(crate) fn names(known: &[(Kind, &str, &str, &[&str])]) -> Names {
    let known = known.iter().map(|(kind, of, name, rows)| {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        ((*kind, id(of)), Known { name: (*name).to_owned(), rows, cancelled: false, project: None })
    });
    Names(known.collect(), Vec::new())
}

pub(crate) fn ask(submitted: &Submitted, map: &SiteMap, names: &mut Names) -> Result<Ask, Unmappable> {
    let (masters, site, zone) = (masters(), site(), TimeZone::UTC);
    let about = About { site: &site, masters: &masters, map, erp_zone: &zone, post_on: None };
    body(submitted, &about, names)
}

pub(crate) fn made(submitted: &Submitted, names: &mut Names) -> Value {
    match ask(submitted, &map(), names) {
        Ok(Ask::Insert(Request { doctype, body })) => {
            assert_eq!(doctype, submitted.document.kind().name());
            body
        }
        other => panic!("{other:?}"),
    }
}

/// What every transaction is told.
pub(crate) fn head(kind: Kind, fields: Value) -> Value {
    let mut head = json!({"docstatus": 1, "company": "Tailor Works", "outpost_id": ID, "outpost_site": "bandung",
        "outpost_user": "wati", "outpost_no": format!("BDG-{}-A000007", kind.abbreviation())});
    let (head_fields, fields) = (head.as_object_mut().unwrap(), fields.as_object().unwrap().clone());
    head_fields.extend(fields);
    head
}

/// As [`head`], of a sale or purchase.
pub(crate) fn trade(kind: Kind, fields: Value) -> Value {
    let mut all = json!({"currency": "IDR", "ignore_pricing_rule": 1, "disable_rounded_total": 0});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    head(kind, all)
}

/// Two bodies whose numbers are the same, however they are written.
#[track_caller]
pub(crate) fn same(ours: &Value, by_hand: &Value) {
    fn plain(value: &Value) -> Value {
        match value {
            Value::Number(number) => Value::String(format!("#{}", n(&number.to_string()))),
            Value::Array(rows) => rows.iter().map(plain).collect(),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
            }
            other => other.clone(),
        }
    }
    let (ours, by_hand) = (plain(ours), plain(by_hand));
    assert!(ours == by_hand, "made:\n{ours:#}\nby hand:\n{by_hand:#}");
}
