//! What nobody has said, and what ERPNext must not have said by itself: fields that are to be empty where they were not sent, and fields
//! that say the same once more.
//!
//! Absent: what is ERPNext's own to fill in: accounts of parties, items and stock, what goods are worth, how far other documents have come.

use super::{Expected, Found, decimal, values};
use outpost_core::domain::decimal::Decimal;
use serde_json::{Map, Value};

/// They make other money, goods, people or references of a document. One of these that was not sent is empty. In order, to be searched by halves:
/// each field of each row is looked for.
pub(crate) const NOTHING: [&str; 130] = [
    "add_to_transit",
    "against_blanket_order",
    "against_pick_list",
    "against_sales_invoice",
    "against_sales_order",
    "against_stock_entry",
    "allocate_advances_automatically",
    "amended_from",
    "asset",
    "asset_repair",
    "batch_no",
    "bill_date",
    "bill_no",
    "billing_hours",
    "blanket_order",
    "cash_bank_account",
    "cheque_date",
    "cheque_no",
    "credit_in_account_currency",
    "credit_note",
    "customer_pos_id",
    "debit_in_account_currency",
    "delivery_note",
    "delivery_note_item",
    "delivery_note_no",
    "disabled",
    "dn_detail",
    "fg_completed_qty",
    "from_date",
    "has_batch_no",
    "has_serial_no",
    "has_variants",
    "included_in_paid_amount",
    "inter_company_invoice_reference",
    "inter_company_journal_entry_reference",
    "inter_company_order_reference",
    "inter_company_reference",
    "is_billable",
    "is_consolidated",
    "is_corrective_job_card",
    "is_debit_note",
    "is_finished_item",
    "is_fixed_asset",
    "is_free_item",
    "is_frozen",
    "is_internal_customer",
    "is_internal_supplier",
    "is_opening",
    "is_paid",
    "is_pos",
    "is_return",
    "is_scrap_item",
    "is_subcontracted",
    "job_card",
    "job_card_item",
    "loyalty_amount",
    "loyalty_points",
    "material_request",
    "material_request_item",
    "mode_of_payment",
    "on_hold",
    "original_item",
    "outgoing_stock_entry",
    "outpost_date",
    "paid_loan",
    "party",
    "party_type",
    "payment_order",
    "payment_request",
    "pick_list",
    "pick_list_item",
    "po_detail",
    "pos_invoice",
    "pos_invoice_item",
    "pr_detail",
    "prevdoc_docname",
    "process_loss_percentage",
    "process_loss_qty",
    "purchase_invoice",
    "purchase_invoice_item",
    "purchase_order",
    "purchase_order_item",
    "purchase_receipt",
    "purchase_receipt_item",
    "purchase_receipt_no",
    "quotation_item",
    "redeem_loyalty_points",
    "reference_date",
    "reference_detail_no",
    "reference_name",
    "reference_no",
    "reference_purchase_receipt",
    "reference_row",
    "reference_type",
    "rejected_qty",
    "rejected_serial_no",
    "rejected_warehouse",
    "return_against",
    "reversal_of",
    "row_id",
    "sales_invoice",
    "sales_invoice_item",
    "sales_invoice_no",
    "sales_order",
    "sales_order_item",
    "sco_rm_detail",
    "serial_no",
    "set_from_warehouse",
    "set_target_warehouse",
    "si_detail",
    "so_detail",
    "ste_detail",
    "stock_entry",
    "subcontracted_item",
    "subcontracting_order",
    "subcontracting_receipt",
    "subcontracting_receipt_item",
    "subscription",
    "supplier_delivery_note",
    "supplier_warehouse",
    "target_warehouse",
    "to_date",
    "total_additional_costs",
    "total_billing_amount",
    "total_billing_hours",
    "variant_of",
    "wip_composite_asset",
    "work_order",
    "write_off_amount",
    "write_off_outstanding_amount_automatically",
];

/// The same once more: a field, and the one that it has to be like.
const LIKE: [(&str, &str); 5] = [
    ("debit", "debit_in_account_currency"),
    ("credit", "credit_in_account_currency"),
    ("paid_amount_after_tax", "paid_amount"),
    ("received_amount_after_tax", "received_amount"),
    ("received_qty", "qty"),
];

/// What ERPNext fetches from something else, said or not: the table, or nothing for the document itself, the field, and the one that names
/// what it is fetched from.
const FETCHED: [(&str, &str, &str); 3] = [
    ("", "is_internal_customer", "customer"),
    ("", "is_internal_supplier", "supplier"),
    ("references", "bill_no", "reference_name"),
];

/// What people may have decided since, of a document that is found later; and which row an invoice has used, which is not known any more.
const SINCE: [&str; 4] = ["disabled", "is_frozen", "on_hold", "reference_row"];

/// What is still due of a term: ERPNext does not always bring it up to date in the books' currency as well.
const APART: (&str, &str) = ("payment_schedule", "base_outstanding");

/// Rates of exchange: the books have one currency.
const RATES: [&str; 4] = ["conversion_rate", "exchange_rate", "source_exchange_rate", "target_exchange_rate"];

/// Whether [`fields`] looks at a field for what it says, of a document or row that has these.
pub(super) fn looks_at(field: &str, has: impl Fn(&str) -> bool) -> bool {
    let twice = |other: &str| has(other) && (other.strip_prefix("base_") == Some(field) || like(other) == Some(field));
    let again = field.strip_prefix("base_").or(like(field)).is_some_and(&has);
    let doubled = || twice(&format!("base_{field}")) || LIKE.iter().any(|(other, _)| twice(other));
    is_to_be_empty(field) || RATES.contains(&field) || again || doubled()
}

fn is_to_be_empty(field: &str) -> bool {
    NOTHING.binary_search(&field).is_ok()
}

/// What a field has to be like.
fn like(field: &str) -> Option<&'static str> {
    LIKE.iter().find(|(name, _)| *name == field).map(|(_, other)| *other)
}

/// Looks at the document and at each row.
pub(super) fn check(expected: &Expected, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
    let whole = got;
    let Some(got) = got.as_object() else { return };
    fields("", "", Some(sent), got, found);
    for (table, rows) in got.iter().filter_map(|(name, value)| Some((name, value.as_array()?))) {
        // Rows of a table that was not sent are told as such.
        let ours = sent.get(table).filter(|_| expected.compares(table)).map(|ours| expected.kept(table, ours, whole));
        let ours = ours.as_ref().and_then(|ours| ours.as_array()).map_or(&[][..], Vec::as_slice);
        for (i, row) in rows.iter().enumerate().filter_map(|(i, row)| Some((i, row.as_object()?))) {
            let path = format!("{table}[{i}].");
            let ours = ours.get(i).and_then(Value::as_object);
            fields(table, &path, ours, row, found);
            // A row is what its document is.
            if let Some(state) = row.get("docstatus") {
                let of = sent.get("docstatus").or_else(|| got.get("docstatus")).unwrap_or(&Value::Null);
                found.field("", "docstatus", &format!("{path}docstatus"), of, Some(state));
            }
        }
    }
}

/// `table` is nothing where the fields are the document's own.
fn fields(table: &str, path: &str, sent: Option<&Map<String, Value>>, got: &Map<String, Value>, found: &mut Found) {
    let digits = outpost_core::domain::decimal::MAX_SCALE;
    for (name, value) in got {
        let at = || format!("{path}{name}");
        // Most of what a document has is nothing.
        let nothing = values::is_nothing(value);
        let is = |(of, field): (&str, &str)| (of, field) == (table, name.as_str());
        let fetched = || FETCHED.iter().any(|(of, field, from)| is((of, field)) && got.contains_key(*from));
        let unsaid = || sent.is_some_and(|sent| !sent.contains_key(name)) && is_to_be_empty(name) && !fetched();
        let since = found.later && SINCE.contains(&name.as_str());
        if !nothing && value != "No" && !since && unsaid() {
            found.differ(&at(), "nothing", values::shown(Some(value)));
        }
        if !nothing && RATES.contains(&name.as_str()) {
            found.amount(&at(), 1.into(), Some(value), digits);
        }
        let is_apart = !found.doubles || is(APART);
        let other = name.strip_prefix("base_").or(like(name)).and_then(|other| got.get(other)).filter(|_| !is_apart);
        if let (Some(ours), Some(_)) = (other.and_then(decimal), decimal(value)) {
            let near = found.precision;
            let quantity = name == "received_qty";
            if !(quantity && nothing) {
                found.amount(&at(), ours, Some(value), near);
            }
        }
    }
}

/// Whether a rate and what it was made of fit, to half of the smallest unit for each piece: ERPNext has rounded the rate.
pub(super) fn fits(rate: Decimal, pieces: Decimal, amount: Decimal, precision: u32) -> bool {
    let unit = Decimal::from(1).over(Decimal::from(10u32.pow(precision.min(9))), 9).unwrap_or_default();
    let slack = pieces.abs().plus(1.into()).and_then(|pieces| pieces.times(unit)).unwrap_or_default();
    let off = rate.times(pieces).and_then(|made| made.minus(amount));
    off.is_none_or(|off| off.abs() <= slack)
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_that_are_to_be_empty_are_in_order() {
        assert!(super::NOTHING.is_sorted_by(|a, b| a < b));
    }
}
