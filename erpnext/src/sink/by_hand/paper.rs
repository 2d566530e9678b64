//! What ERPNext has otherwise than the paper, where somebody has entered it by hand: what a person would look at, and no more. Accounts, cost
//! centers, rates and taxes by row are the person's own affair; the sum shows what came of them.

use super::{amount, text};
use crate::map::SiteMap;
use crate::readback::{decimal, same};
use crate::reconcile::columns;
use jiff::civil::Date;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Kind;
use outpost_core::domain::record::Submitted;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that say what is done at all.
const SENSE: [&str; 3] = ["payment_type", "stock_entry_type", "is_return"];
/// Where a document and its rows say warehouses.
const WAREHOUSES: [&str; 6] =
    ["warehouse", "s_warehouse", "t_warehouse", "set_warehouse", "from_warehouse", "to_warehouse"];

/// A document as its paper has it.
pub(super) struct Paper<'a> {
    pub(super) submitted: &'a Submitted,
    /// Its day.
    pub(super) own: Date,
    /// Its customer or supplier, by ERPNext's name.
    pub(super) party: Option<String>,
    /// Digits of the company's currency.
    pub(super) digits: u32,
    pub(super) map: &'a SiteMap,
}

impl Paper<'_> {
    /// What is otherwise in ERPNext, for people.
    pub(super) fn differences(&self, there: &Value) -> Vec<String> {
        let mut told = Vec::new();
        let kind = self.submitted.document.kind();
        let effects = self.submitted.effects();
        let read = columns::read(kind, self.digits, there);
        let mut tell = |what: &str, theirs: String, ours: String| {
            if theirs != ours {
                told.push(format!("{what}: {theirs} there, and {ours} by its paper"));
            }
        };
        if let Some(read) = &read {
            if let Some(sum) = read.sum {
                tell("sum", sum.to_string(), effects.sum.rounded(self.digits).unwrap_or(effects.sum).to_string());
            }
            tell("day", read.day.map_or("none".into(), |day| day.to_string()), self.own.to_string());
        }
        if let Some(ours) = &self.party {
            let theirs = ["customer", "supplier", "party"].map(|field| text(there, field));
            tell("party", theirs.into_iter().find(|theirs| !theirs.is_empty()).unwrap_or("none").into(), ours.clone());
        }
        let fields = self.submitted.document.serialize_fields(serde_json::value::Serializer).unwrap_or_default();
        for name in SENSE {
            let ours = fields.get(name).unwrap_or(&Value::Null);
            if !same(name, ours, there.get(name), self.digits) {
                tell(name, shown(there.get(name)), shown(Some(ours)));
            }
        }
        if is_invoice(kind) {
            let paid = effects.money.iter().try_fold(Decimal::ZERO, |all, money| all.plus(money.amount));
            let back = amount(there, "change_amount").unwrap_or_default();
            let theirs = amount(there, "paid_amount").unwrap_or_default().minus(back).unwrap_or_default();
            tell("paid at once", theirs.to_string(), paid.unwrap_or_default().abs().to_string());
        }
        self.goods(there, &mut told);
        told
    }

    /// Pieces of each item, and where they come from or go to.
    fn goods(&self, there: &Value, told: &mut Vec<String>) {
        let effects = self.submitted.effects();
        let theirs = there.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut pieces: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
        let add = |sum: &mut Decimal, by: Option<Decimal>| *sum = sum.plus(by.unwrap_or_default()).unwrap_or(*sum);
        let rules = self.submitted.document.rules();
        for row in rules.item_rows() {
            add(&mut pieces.entry(row.item_code.as_str()).or_default().0, Some(row.qty.abs()));
        }
        // Materials that the box has filled in stand in no row of the paper.
        let filled = |code: &str| {
            self.submitted.booked.iter().flat_map(|booked| &booked.filled).any(|row| row.item_code.as_str() == code)
        };
        for row in theirs.iter().filter(|row| !filled(text(row, "item_code"))) {
            add(&mut pieces.entry(text(row, "item_code")).or_default().1, amount(row, "qty"));
        }
        for (code, (ours, theirs)) in pieces.iter().filter(|(_, (ours, theirs))| ours != theirs) {
            told.push(format!("{code}: {theirs} there, and {ours} by its paper"));
        }
        let invoice = is_invoice(self.submitted.document.kind());
        let moves = !invoice || there.get("update_stock").and_then(Value::as_u64) == Some(1);
        let places = theirs.iter().chain([there]);
        let places = places.flat_map(|row| WAREHOUSES.map(|field| text(row, field)));
        let places: BTreeSet<&str> = places.filter(|place| moves && !place.is_empty()).collect();
        let ours = effects.moves.iter().chain(&effects.counts);
        let ours: BTreeSet<&str> =
            ours.map(|moved| SiteMap::name(&self.map.warehouses, moved.warehouse.as_str())).collect();
        for place in ours.iter().filter(|place| !places.contains(*place)) {
            told.push(format!("stock: none is moved there in {place}, and by its paper it is"));
        }
        if invoice && moves && ours.is_empty() {
            told.push("stock: it is moved there, and by its paper it is not".into());
        }
    }
}

fn is_invoice(kind: Kind) -> bool {
    matches!(kind, Kind::SalesInvoice | Kind::PurchaseInvoice)
}

/// A field of [`SENSE`]: a word, or yes and no.
fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) if decimal(value).is_some_and(|number| !number.is_zero()) => "yes".into(),
        _ => "no".into(),
    }
}
