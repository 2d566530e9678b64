//! Units of which the stock unit is a number with more digits than ERPNext keeps of a factor.

use crate::common::{Case, done, n, place, post};
use outpost_core::domain::master::Table;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};

const OF: &str = "bandung";

/// Cloth that is sold and bought in yards as well.
fn case() -> Case {
    let case = Case::new(OF);
    case.books.office.put(
        Table::Item,
        json!({"item_code": "CLOTH-1", "item_name": "CLOTH-1", "stock_uom": "Meter", "is_stock_item": 1,
            "uoms": [{"uom": "Yard", "conversion_factor": "0.9144"}]}),
    );
    case
}

impl Case {
    /// It goes in, with so much of the stock unit, and is found again.
    #[track_caller]
    fn is_booked(&mut self, slug: &str, fields: Value, field: &str, stock: f64) -> String {
        let made = self.shop.make_with(slug, fields, |booked| booked.factors = vec![n("0.9144")]);
        let name = done(&mut self.sink, OF, &made);
        let there = self.books.erp.document(made.document.kind().name(), &name).unwrap();
        assert_eq!(there["items"][0][field].as_f64().map(|qty| (qty * 1000.0).round() / 1000.0), Some(stock), "{slug}");
        let found = post(&mut self.sink, &made, &place(OF, true));
        assert!(matches!(found, Verdict::Done(_)), "{slug}: {found:?}");
        made.id.to_string()
    }
}

/// What is sold or bought is booked by the rounded factor, and what is moved by the whole one.
#[test]
fn a_factor_of_four_digits_is_no_difference() {
    let mut case = case();
    let row = |rate: &str, qty: &str| json!({"item_code": "CLOTH-1", "qty": qty, "uom": "Yard", rate: "1000"});
    let trade = |party: &str, who: &str, qty: &str| json!({party: who, "items": [row("rate", qty)]});
    let stored = |mut fields: Value| {
        fields["set_warehouse"] = json!("Bandung - TW");
        fields
    };
    let entry = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW",
        "items": [row("basic_rate", "2.5")]});
    case.is_booked("stock-entry", entry, "transfer_qty", 2.286);
    case.is_booked("purchase-receipt", stored(trade("supplier", "Toko Kain", "2.5")), "stock_qty", 2.285);
    case.is_booked("purchase-invoice", trade("supplier", "Toko Kain", "2.5"), "stock_qty", 2.285);
    let mut order = stored(trade("customer", "Bu Sari", "2.5"));
    order["delivery_date"] = json!("2026-12-05");
    case.is_booked("sales-order", order, "stock_qty", 2.285);
    case.is_booked("delivery-note", stored(trade("customer", "Bu Sari", "2.5")), "stock_qty", 2.285);
    let sale = case.is_booked("sales-invoice", trade("customer", "Bu Sari", "2.5"), "stock_qty", 2.285);
    let mut back = trade("customer", "Bu Sari", "-2.5");
    back["is_return"] = json!(1);
    back["return_against"] = json!(sale);
    back["items"][0]["sales_invoice_item"] = json!("1");
    case.is_booked("sales-invoice", back, "stock_qty", -2.285);
}
