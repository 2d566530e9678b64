//! A workshop on a bench: documents as devices send them, admitted and folded as the journal's writer does.

mod admission;
mod back;
mod beside;
mod codes;
mod folding;
mod in_books;
mod item_taxes;
mod model;
mod requests;
mod stock;
mod till;
mod trade;

use super::{Apply, Refusal, Shop, Why, World};
use crate::domain::booked::Booked;
use crate::domain::document::{Document, Kind, Ref, Text};
use crate::domain::id::{Epoch, IntentId, Position, Seq, SiteId};
use crate::domain::master::{Masters, Row, Table};
use crate::domain::number::Series;
use crate::domain::record::{Cancelled, Entry, Record, Submitted};
use crate::domain::time::{Quality, Stamp};
use jiff::civil::{Date, date, time};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) const TODAY: Date = date(2026, 11, 2);

pub(super) fn id(n: u128) -> IntentId {
    IntentId(Uuid::from_u128(n))
}

pub(super) fn text(text: &str) -> Text {
    text.try_into().unwrap()
}

pub(super) fn document(kind: &str, fields: Value) -> Document {
    let document = Document::deserialize_as(Kind::named(kind).unwrap(), fields).unwrap();
    document.rules().validate().unwrap();
    document
}

pub(super) struct Bench {
    pub(super) shop: Shop,
    pub(super) masters: Masters,
    site: SiteId,
    documents: BTreeMap<IntentId, (Position, Submitted)>,
    seq: u64,
    pub(super) today: Date,
}

impl Bench {
    /// Without the office's data.
    pub(super) fn bare() -> Self {
        let (shop, masters, site) = (Shop::new(0), Masters::default(), "bandung".parse().unwrap());
        Self { shop, masters, site, documents: BTreeMap::new(), seq: 0, today: TODAY }
    }

    /// A tailor's, with cloth in metres, buttons in whole numbers and dozens, sewing.
    pub(super) fn tailor() -> Self {
        let mut bench = Self::bare();
        let rows = [
            (
                Table::Settings,
                json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR",
                "smallest_currency_fraction_value": "0", "number_prefix": "BDG"}),
            ),
            (Table::Warehouse, json!({"name": "Stores", "site": "bandung"})),
            (Table::Warehouse, json!({"name": "Finished", "site": "bandung"})),
            (Table::Warehouse, json!({"name": "Transit", "is_transit": 1})),
            (Table::Uom, json!({"uom_name": "Nos", "must_be_whole_number": 1})),
            (Table::Uom, json!({"uom_name": "Dozen", "must_be_whole_number": 0})),
            (Table::Uom, json!({"uom_name": "Meter"})),
            (
                Table::Item,
                json!({"item_code": "CLOTH", "item_name": "Cloth", "stock_uom": "Meter", "is_stock_item": 1}),
            ),
            (
                Table::Item,
                json!({"item_code": "BUTTON", "item_name": "Button", "stock_uom": "Nos", "is_stock_item": 1,
                "uoms": [{"uom": "Dozen", "conversion_factor": "12"}]}),
            ),
            (Table::Item, json!({"item_code": "SEWING", "item_name": "Sewing", "stock_uom": "Nos"})),
            (Table::Item, json!({"item_code": "OLD", "item_name": "Old", "stock_uom": "Nos", "disabled": 1})),
            (Table::Customer, json!({"name": "Bu Sari", "customer_name": "Bu Sari"})),
            (Table::Supplier, json!({"name": "Toko Kain", "supplier_name": "Toko Kain"})),
            (Table::ModeOfPayment, json!({"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"})),
            (Table::Account, json!({"name": "Cash - TW", "account_type": "Cash"})),
            (Table::Account, json!({"name": "Till Difference - TW", "is_expense": 1})),
            (
                Table::FiscalYear,
                json!({"year": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31"}),
            ),
            (
                Table::Period,
                json!({"period_name": "October", "start_date": "2026-10-01", "end_date": "2026-10-31",
                "closed_documents": ["Sales Invoice"]}),
            ),
            (Table::Level, json!({"item_code": "CLOTH", "warehouse": "Stores", "actual_qty": "100", "included": "0"})),
            (Table::Level, json!({"item_code": "BUTTON", "warehouse": "Stores", "actual_qty": "500", "included": "0"})),
        ];
        rows.into_iter().for_each(|(table, fields)| bench.put(table, fields));
        bench.masters.set_complete(true);
        bench
    }

    pub(super) fn put(&mut self, table: Table, fields: Value) {
        self.masters.put(Row::deserialize_as(table, fields).unwrap());
    }

    fn world<R>(&self, use_it: impl FnOnce(&World<'_>) -> R) -> R {
        let lookup = |id: IntentId| self.documents.get(&id).cloned();
        use_it(&World {
            masters: &self.masters,
            site: &self.site,
            series: Series::FIRST,
            today: self.today,
            now: time(9, 0, 0, 0),
            clock_known: true,
            lookup: &lookup,
        })
    }

    pub(super) fn admit(&self, entry: Entry) -> Result<Entry, Refusal> {
        self.world(|world| self.shop.admit(world, entry))
    }

    /// Folds an entry as it is.
    pub(super) fn append(&mut self, entry: Entry) -> Apply {
        self.seq += 1;
        let at = Position { epoch: Epoch(Uuid::from_u128(1)), seq: Seq(self.seq) };
        if let Entry::Submitted(submitted) = &entry {
            self.documents.insert(submitted.id, (at, submitted.clone()));
        }
        let noon = jiff::tz::Offset::UTC.to_timestamp(self.today.at(12, 0, 0, 0)).unwrap().as_millisecond();
        let stamp = Stamp { boot_at_ms: noon, up_ms: 0, quality: Quality::Network };
        let documents = &self.documents;
        self.shop.apply(at, &Record { stamp, entry }, &|id| documents.get(&id).cloned())
    }

    pub(super) fn take(&mut self, submitted: Submitted) -> Result<Booked, Refusal> {
        let entry = self.admit(Entry::Submitted(submitted))?;
        let Entry::Submitted(submitted) = &entry else { unreachable!("invariant: a document stays one") };
        let booked = submitted.booked.clone().unwrap();
        assert_eq!(self.append(entry), Apply::Done);
        Ok(booked)
    }

    pub(super) fn submit(&mut self, n: u128, kind: &str, fields: Value) -> Result<Booked, Refusal> {
        self.take(Submitted::new(id(n), "tablet-1".parse().unwrap(), None, document(kind, fields)))
    }

    pub(super) fn cancel(&mut self, n: u128, which: u128) -> Result<(), Refusal> {
        let cancelled = Cancelled {
            id: id(n),
            device: "tablet-1".parse().unwrap(),
            user: None,
            document: id(which),
            reason: text("mistyped"),
            approved_by: None,
        };
        let entry = self.admit(Entry::Cancelled(cancelled))?;
        assert_eq!(self.append(entry), Apply::Done);
        Ok(())
    }

    pub(super) fn stock(&self, warehouse: &str, item: &str) -> String {
        let standing = self.shop.stock(&self.masters, &text(warehouse), &text(item));
        standing.map_or_else(|| "-".into(), |standing| standing.qty.to_string())
    }
}

/// What was refused, and where.
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (Why, String) {
    let refusal = result.expect_err("refused");
    assert!(refusal.rule.len() > 10, "{refusal}");
    (refusal.why, refusal.field)
}

pub(super) fn sale(rows: Value) -> Value {
    json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores", "items": rows})
}
