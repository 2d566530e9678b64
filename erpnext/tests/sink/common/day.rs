//! A tailor's day at two sites: each kind of document at least once, with references, returns, a cancellation and its amendment.

use super::{Office, Workshop, n, text};
use outpost_core::domain::booked::Filled;
use outpost_core::domain::record::{Cancelled, Submitted};
use serde_json::{Value, json};
use std::sync::Arc;

/// One thing that happens.
#[derive(Clone)]
pub enum Act {
    /// A document; what it is, for whoever asks for it by name.
    Post(&'static str, &'static str, Submitted),
    /// One that was posted is cancelled.
    Cancel(&'static str, Cancelled, Submitted),
}

/// The day.
#[derive(Default)]
pub struct Day(pub Vec<Act>);

impl Day {
    fn post(&mut self, shop: &mut Workshop, called: &'static str, slug: &str, fields: Value) -> String {
        let made = shop.make(slug, fields);
        let id = made.id.to_string();
        self.0.push(Act::Post(shop.site, called, made));
        id
    }
}

pub fn ppn(included: u8) -> Value {
    json!([{"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": "11", "description": "PPN 11%",
        "included_in_print_rate": included}])
}

pub fn day(known: &Arc<Office>, orders: &[String; 2]) -> Day {
    let mut bandung = Workshop::new("bandung", known, 1_000);
    let mut garut = Workshop::new("garut", known, 2_000);
    let mut day = Day::default();
    goods(&mut day, &mut bandung, &mut garut);
    bespoke(&mut day, &mut bandung);
    counter(&mut day, &mut bandung);
    bought(&mut day, &mut bandung);
    work(&mut day, &mut bandung, orders);
    people(&mut day, &mut bandung, &mut garut);
    numbered(&mut day, &mut bandung);
    office(&mut day, &mut bandung);
    day
}

/// Goods come, go to another site, become a shirt.
fn goods(day: &mut Day, bandung: &mut Workshop, garut: &mut Workshop) {
    day.post(
        bandung,
        "stock receipt",
        "stock-entry",
        json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW", "items": [
            {"item_code": "CLOTH-1", "qty": "20", "basic_rate": "50000"},
            {"item_code": "BUTTON", "qty": "200", "basic_rate": "500"}]}),
    );
    let sent = day.post(
        bandung,
        "transfer out",
        "stock-entry",
        json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": "Bandung - TW",
            "to_warehouse": "Bandung Transit - TW", "items": [{"item_code": "BUTTON", "qty": "20"}]}),
    );
    // It comes after it went.
    garut.made = bandung.made;
    day.post(
        garut,
        "transfer in",
        "stock-entry",
        json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": sent, "from_warehouse": "Bandung Transit - TW",
            "to_warehouse": "Garut - TW", "items": [{"item_code": "BUTTON", "qty": "18", "ste_detail": "1"}]}),
    );
    let office = bandung.office.clone();
    let made = bandung.make_with(
        "stock-entry",
        json!({"stock_entry_type": "Manufacture", "bom_no": "BOM-SHIRT-001", "fg_completed_qty": "2", "items": [
            {"item_code": "SHIRT", "qty": "2", "t_warehouse": "Bandung - TW", "is_finished_item": 1}]}),
        |booked| {
            let named = |name: &str| text(&office.names.of(name));
            let filled = |item: &str, qty: &str| Filled {
                item_code: named(item),
                warehouse: named("Bandung - TW"),
                qty: n(qty),
            };
            booked.filled = vec![filled("CLOTH-1", "-3"), filled("BUTTON", "-14")];
        },
    );
    day.0.push(Act::Post("bandung", "manufacture", made));
    day.post(
        bandung,
        "issue",
        "stock-entry",
        json!({"stock_entry_type": "Material Issue", "from_warehouse": "Bandung - TW", "remarks": "torn",
            "items": [{"item_code": "CLOTH-1", "qty": "0.5"}]}),
    );
}

/// An order, its deposit, its delivery, its invoice, its balance.
fn bespoke(day: &mut Day, shop: &mut Workshop) {
    let customer = day.post(
        shop,
        "customer",
        "customer",
        json!({"customer_name": "Pak Joko", "customer_type": "Individual", "mobile_no": "+62 812 0000 000",
            "customer_details": "Chest 104\nlikes wide sleeves"}),
    );
    let order = day.post(
        shop,
        "order",
        "sales-order",
        json!({"customer": customer, "delivery_date": "2026-12-05", "set_warehouse": "Bandung - TW", "po_no": "7",
            "items": [{"item_code": "SHIRT", "qty": "2", "rate": "250000", "description": "Chest 96\nWaist 80"}]}),
    );
    let deposit = day.post(
        shop,
        "deposit",
        "payment-entry",
        json!({"payment_type": "Receive", "party_type": "Customer", "party": customer, "mode_of_payment": "Wire Transfer",
            "paid_amount": "100000", "references": [
                {"reference_doctype": "Sales Order", "reference_name": order, "allocated_amount": "100000"}]}),
    );
    let note = day.post(
        shop,
        "delivery",
        "delivery-note",
        json!({"customer": customer, "set_warehouse": "Bandung - TW", "items": [
            {"item_code": "SHIRT", "qty": "2", "rate": "250000", "against_sales_order": order, "so_detail": "1"}]}),
    );
    let invoice = day.post(
        shop,
        "invoice with advance",
        "sales-invoice",
        json!({"customer": customer, "remarks": "collected by her brother", "items": [
            {"item_code": "SHIRT", "qty": "2", "rate": "250000", "sales_order": order, "so_detail": "1",
                "delivery_note": note, "dn_detail": "1"}],
            "advances": [{"reference_name": deposit, "reference_row": "1", "allocated_amount": "100000"}]}),
    );
    day.post(
        shop,
        "balance",
        "payment-entry",
        json!({"payment_type": "Receive", "party_type": "Customer", "party": customer, "mode_of_payment": "Cash",
            "paid_amount": "400000", "references": [
                {"reference_doctype": "Sales Invoice", "reference_name": invoice, "allocated_amount": "400000"}]}),
    );
    let on_account = day.post(
        shop,
        "payment on account",
        "payment-entry",
        json!({"payment_type": "Receive", "party_type": "Customer", "party": customer, "mode_of_payment": "Cash",
            "paid_amount": "30000", "remarks": "for the next one"}),
    );
    day.post(
        shop,
        "invoice with what was on account",
        "sales-invoice",
        json!({"customer": customer, "items": [{"item_code": "SEWING", "qty": "1", "rate": "50000"}],
            "advances": [{"reference_name": on_account, "allocated_amount": "30000"}]}),
    );
}

/// Sales over the counter, and what comes back.
fn counter(day: &mut Day, shop: &mut Workshop) {
    let sale = day.post(
        shop,
        "sale with change",
        "sales-invoice",
        json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "BUTTON", "qty": "3", "rate": "11100"}], "taxes": ppn(1),
            "payments": [{"mode_of_payment": "Cash", "amount": "50000"}], "change_amount": "16700"}),
    );
    day.post(
        shop,
        "return with refund",
        "sales-invoice",
        json!({"customer": "Bu Sari", "is_return": 1, "return_against": sale, "update_stock": 1,
            "set_warehouse": "Bandung - TW", "taxes": ppn(1),
            "items": [{"item_code": "BUTTON", "qty": "-1", "rate": "11100", "sales_invoice_item": "1"}],
            "payments": [{"mode_of_payment": "Cash", "amount": "-11100"}]}),
    );
    day.post(
        shop,
        "tax on top and discount",
        "sales-invoice",
        json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}], "taxes": ppn(0),
            "additional_discount_percentage": "10", "apply_discount_on": "Grand Total"}),
    );
    day.post(
        shop,
        "rounded sale of two modes",
        "sales-invoice",
        json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "7", "rate": "1000.55"},
                {"item_code": "SEWING", "qty": "1", "rate": "127500", "price_list_rate": "150000", "discount_percentage": "15"}],
            "payments": [{"mode_of_payment": "Wire Transfer", "amount": "34504"}, {"mode_of_payment": "Cash", "amount": "100000"}]}),
    );
    let owed = day.post(
        shop,
        "sale on account",
        "sales-invoice",
        json!({"customer": "Bu Sari", "due_date": "2026-12-20", "items": [{"item_code": "SEWING", "qty": "2", "rate": "75000"}]}),
    );
    day.post(
        shop,
        "credit note",
        "sales-invoice",
        json!({"customer": "Bu Sari", "is_return": 1, "return_against": owed, "update_outstanding_for_self": 0,
            "items": [{"item_code": "SEWING", "qty": "-1", "rate": "75000", "sales_invoice_item": "1"}]}),
    );
    let wrong = day.post(
        shop,
        "slip",
        "sales-invoice",
        json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "BUTTON", "qty": "5", "rate": "1000"}],
            "payments": [{"mode_of_payment": "Cash", "amount": "5000"}]}),
    );
    let Some(Act::Post(_, _, slip)) = day.0.last().cloned() else { panic!() };
    day.0.push(Act::Cancel(shop.site, shop.cancel(&slip), slip));
    day.post(
        shop,
        "amendment",
        "sales-invoice",
        json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Bandung - TW", "amends": wrong,
            "items": [{"item_code": "BUTTON", "qty": "4", "rate": "1000"}],
            "payments": [{"mode_of_payment": "Cash", "amount": "4000"}]}),
    );
    let taken = day.post(
        shop,
        "plain delivery",
        "delivery-note",
        json!({"customer": "Bu Sari Dua", "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "BUTTON", "qty": "6", "rate": "1000"}]}),
    );
    day.post(
        shop,
        "delivery back",
        "delivery-note",
        json!({"customer": "Bu Sari Dua", "set_warehouse": "Bandung - TW", "is_return": 1, "return_against": taken,
            "items": [{"item_code": "BUTTON", "qty": "-2", "rate": "1000", "dn_detail": "1"}]}),
    );
}

/// A new supplier, what is bought there, what goes back, what is paid.
fn bought(day: &mut Day, shop: &mut Workshop) {
    let supplier =
        day.post(shop, "supplier", "supplier", json!({"supplier_name": "Toko Benang", "supplier_type": "Individual"}));
    let receipt = day.post(
        shop,
        "purchase receipt",
        "purchase-receipt",
        json!({"supplier": supplier, "supplier_delivery_note": "SJ-991", "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "THREAD-RED", "qty": "10", "rate": "3000"}]}),
    );
    day.post(
        shop,
        "bill that is paid",
        "purchase-invoice",
        json!({"supplier": supplier, "bill_no": "B-1", "bill_date": DAY_BEFORE, "items": [
            {"item_code": "THREAD-RED", "qty": "10", "rate": "3000", "purchase_receipt": receipt, "pr_detail": "1"}],
            "is_paid": 1, "mode_of_payment": "Cash", "paid_amount": "30000"}),
    );
    let second = day.post(
        shop,
        "second purchase receipt",
        "purchase-receipt",
        json!({"supplier": "Toko Kain", "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "CLOTH-1", "qty": "4", "rate": "48000"}]}),
    );
    day.post(
        shop,
        "goods sent back",
        "purchase-receipt",
        json!({"supplier": "Toko Kain", "set_warehouse": "Bandung - TW", "is_return": 1, "return_against": second,
            "items": [{"item_code": "CLOTH-1", "qty": "-1", "rate": "48000", "purchase_receipt_item": "1"}]}),
    );
    let bill = day.post(
        shop,
        "bill of goods",
        "purchase-invoice",
        json!({"supplier": supplier, "bill_no": "B-2", "update_stock": 1, "set_warehouse": "Bandung - TW",
            "items": [{"item_code": "THREAD-RED", "qty": "5", "rate": "4000"}]}),
    );
    day.post(
        shop,
        "debit note",
        "purchase-invoice",
        json!({"supplier": supplier, "is_return": 1, "return_against": bill, "update_stock": 1, "set_warehouse": "Bandung - TW",
            "update_outstanding_for_self": 0,
            "items": [{"item_code": "THREAD-RED", "qty": "-1", "rate": "4000", "purchase_invoice_item": "1"}]}),
    );
    day.post(
        shop,
        "payment to supplier",
        "payment-entry",
        json!({"payment_type": "Pay", "party_type": "Supplier", "party": supplier, "mode_of_payment": "Cash",
            "paid_amount": "10000", "references": [
                {"reference_doctype": "Purchase Invoice", "reference_name": bill, "allocated_amount": "10000"}]}),
    );
}

const DAY_BEFORE: &str = "2026-11-19";

/// Work: on a card, by the hour, and a Work Order's materials.
fn work(day: &mut Day, shop: &mut Workshop, orders: &[String; 2]) {
    day.post(
        shop,
        "job card",
        "job-card",
        json!({"work_order": orders[0], "operation": "Sew", "time_logs": [{"employee": "HR-EMP-00001",
            "from_time": "2026-11-20 13:00:00", "to_time": "2026-11-20 14:10:00", "completed_qty": "1"}]}),
    );
    day.post(
        shop,
        "timesheet",
        "timesheet",
        json!({"employee": "HR-EMP-00001", "note": "overtime", "time_logs": [{"activity_type": "Execution",
            "from_time": "2026-11-20 08:00:00", "to_time": "2026-11-20 09:10:00", "project": "PROJ-0001", "description": "hems"}]}),
    );
    day.post(
        shop,
        "materials to work",
        "stock-entry",
        json!({"stock_entry_type": "Material Transfer for Manufacture", "work_order": orders[1],
            "bom_no": "BOM-SHIRT-001", "fg_completed_qty": "1", "from_warehouse": "Bandung - TW",
            "to_warehouse": "Work In Progress - TW",
            "items": [{"item_code": "CLOTH-1", "qty": "1.5"}, {"item_code": "BUTTON", "qty": "7"}]}),
    );
    day.post(
        shop,
        "manufacture of a work order",
        "stock-entry",
        json!({"stock_entry_type": "Manufacture", "work_order": orders[1], "bom_no": "BOM-SHIRT-001",
            "fg_completed_qty": "1", "items": [
            {"item_code": "CLOTH-1", "qty": "1.5", "s_warehouse": "Work In Progress - TW"},
            {"item_code": "BUTTON", "qty": "7", "s_warehouse": "Work In Progress - TW"},
            {"item_code": "THREAD-RED", "qty": "1", "t_warehouse": "Bandung - TW", "is_scrap_item": 1, "basic_rate": "100"},
            {"item_code": "SHIRT", "qty": "1", "t_warehouse": "Bandung - TW", "is_finished_item": 1}]}),
    );
}

/// The same person at two sites, and two of one name.
fn people(day: &mut Day, bandung: &mut Workshop, garut: &mut Workshop) {
    let customer = |phone: &str| json!({"customer_name": "Bu Ani", "customer_type": "Individual", "mobile_no": phone});
    let first = day.post(bandung, "Bu Ani", "customer", customer("0812-3456 789"));
    let same = day.post(garut, "the same Bu Ani", "customer", customer("0812 3456-789"));
    let other = day.post(garut, "another Bu Ani", "customer", customer("0899"));
    day.post(bandung, "a third Bu Ani", "customer", customer("0877"));
    let sale =
        |whose: String| json!({"customer": whose, "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]});
    day.post(bandung, "sale to Bu Ani", "sales-invoice", sale(first));
    day.post(garut, "sale to the same Bu Ani", "sales-invoice", sale(same));
    day.post(garut, "sale to another Bu Ani", "sales-invoice", sale(other));
    let item = json!({"item_code": "BTN-099", "item_name": "Button, horn", "item_group": "Raw Material", "stock_uom": "Nos",
        "barcodes": [{"barcode": "8991234567890"}], "uoms": [{"uom": "Box", "conversion_factor": "144"}], "standard_rate": "1500"});
    day.post(bandung, "item", "item", item.clone());
    day.post(garut, "the same item", "item", item);
}

/// Batches and pieces with numbers.
fn numbered(day: &mut Day, shop: &mut Workshop) {
    day.post(
        shop,
        "numbered receipt",
        "stock-entry",
        json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW", "items": [
            {"item_code": "SILK", "qty": "5.5", "basic_rate": "90000", "batch_no": "LOT-7"},
            {"item_code": "MACHINE", "qty": "2", "basic_rate": "900000", "serial_no": "M-1\nM-2"}]}),
    );
    day.post(
        shop,
        "numbered sale",
        "sales-invoice",
        json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Bandung - TW", "items": [
            {"item_code": "SILK", "qty": "1.5", "rate": "120000", "batch_no": "LOT-7"},
            {"item_code": "MACHINE", "qty": "1", "rate": "1500000", "serial_no": "M-2"}]}),
    );
}

/// An expense, a count, and a till.
fn office(day: &mut Day, shop: &mut Workshop) {
    day.post(
        shop,
        "expense",
        "journal-entry",
        json!({"mode_of_payment": "Cash", "user_remark": "needles", "bill_no": "7", "bill_date": DAY_BEFORE, "accounts": [
            {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000"},
            {"account": "Cash - TW", "credit_in_account_currency": "20000"}]}),
    );
    day.post(
        shop,
        "count",
        "stock-reconciliation",
        json!({"set_warehouse": "Bandung - TW", "items": [{"item_code": "BUTTON", "qty": "140"}, {"item_code": "SHIRT", "qty": "1"}]}),
    );
    let opening = json!({"balance_details": [{"mode_of_payment": "Cash", "opening_amount": "200000"}]});
    let opening = day.post(shop, "till opening", "till-opening", opening);
    let closing = json!({"pos_opening_entry": opening,
        "payment_reconciliation": [{"mode_of_payment": "Cash", "closing_amount": "541500"}]});
    day.post(shop, "till closing", "till-closing", closing);
}
