//! Which fields of a draft may have something in them.
//!
//! In: a draft. Out: nothing, or the first field that our document could not say. It begins with what is certain to be something else: fields
//! that make other money, goods, people or references ([`crate::readback::NOTHING`]). Of the rest a field is let stand where ERPNext
//! alone fills it in, where it is people's own, or where it is listed here. What is not known is refused.

use super::{Shape, Shapes, Unsayable};
use crate::readback::{self, decimal};
use outpost_core::domain::document::{Field, Form, Kind};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The fields of the database.
const STANDARD: [&str; 11] = [
    "name",
    "owner",
    "creation",
    "modified",
    "modified_by",
    "docstatus",
    "idx",
    "parent",
    "parentfield",
    "parenttype",
    "doctype",
];

/// They stay on the draft as they are: accounts and cost centers, which ERPNext fills in, people and places to write to, terms, print,
/// transport, what the goods are called and look like, and how ERPNext is to work out what is compared afterwards.
const KEPT: &str = " account_for_change_amount additional_discount_account address_display against_expense_account against_income_account \
    allow_zero_valuation_rate apply_discount_on barcode base_rate_with_margin billing_address brand campaign commission_rate company \
    company_address company_contact_person contact_person conversion_factor conversion_rate cost_center credit_to currency customer_address \
    customer_group debit_to deferred_expense_account deferred_revenue_account description discount_account discount_amount dispatch_address \
    dispatch_address_name disable_rounded_total distributed_discount_amount driver driver_name due_date excise_page expense_account \
    finance_book group_same_items ignore_pricing_rule image income_account incoming_rate incoterm installation_status instructions \
    is_return item_code item_group item_name language letter_head loyalty_redemption_account loyalty_redemption_cost_center lr_date lr_no \
    manufacturer manufacturer_part_no margin_rate_or_amount margin_type named_place naming_series page_break payment_schedule plc_conversion_rate po_date po_no \
    posting_date posting_time price_list_rate print_without_amount project provisional_expense_account purpose quality_inspection range remarks \
    sales_incoming_rate sales_partner sales_team scan_barcode select_print_heading set_basic_rate_manually set_posting_time shipping_address \
    shipping_address_name source source_warehouse_address status stock_qty supplier_address supplier_group target_warehouse_address \
    tax_category tc_name terms territory title total_commission transfer_qty transporter transporter_name \
    unrealized_profit_loss_account update_billed_amount_in_delivery_note update_billed_amount_in_purchase_order \
    update_billed_amount_in_purchase_receipt update_billed_amount_in_sales_order update_outstanding_for_self use_company_roundoff_cost_center \
    use_multi_level_bom use_serial_batch_fields vehicle_no weight_per_unit weight_uom write_off_account write_off_cost_center basic_rate \
    apply_tds account_currency add_deduct_tax category rate tax_amount ";

/// Of these the head alone may not: a row has them from its item or its list of prices.
const IN_ROWS: [&str; 1] = ["apply_tds"];

/// What our document says of money and goods. Beside one that was recorded without it, it would be booked along.
const SAID: [&str; 7] = [
    "account_head",
    "additional_discount_percentage",
    "advances",
    "discount_amount",
    "discount_percentage",
    "payments",
    "taxes_and_charges",
];

/// Which fields of ours may have something in them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    /// All: the draft is read.
    Any,
    /// None that makes other money or goods: what the document says was taken off it.
    None,
}

/// The tables whose rows are looked at.
pub const TABLES: [&str; 2] = ["items", "taxes"];

/// Looks at all of a draft.
pub(super) fn check(kind: Kind, draft: &Map<String, Value>, shapes: &Shapes, ours: Ours) -> Result<(), Unsayable> {
    let known = kind.fields();
    let none = BTreeMap::new();
    for (name, value) in draft.iter().filter(|(_, value)| !is_nothing(value)) {
        match value {
            Value::Array(rows) if TABLES.contains(&name.as_str()) => {
                let cells = cells(&known, name);
                let shapes = shapes.tables.get(name).unwrap_or(&none);
                for (i, row) in rows.iter().enumerate().filter_map(|(i, row)| Some((i, row.as_object()?))) {
                    let at = format!("{name}[{i}].");
                    for (name, value) in row.iter().filter(|(_, value)| !is_nothing(value)) {
                        field((&at, name), value, &cells, shapes, ours)?;
                    }
                }
            }
            // ERPNext makes one row of each invoice's own day.
            Value::Array(rows) if name == "payment_schedule" && rows.len() == 1 => {}
            Value::Array(_) if name == "payment_schedule" => {
                return Err(refused(
                    "payment_schedule",
                    None,
                    "it has more than one row, and a workshop knows one day alone",
                ));
            }
            _ => field(("", name), value, &known, &shapes.head, ours)?,
        }
    }
    Ok(())
}

fn cells(known: &[Field], table: &str) -> Vec<Field> {
    let form = known.iter().find(|field| field.name == table).map(|field| field.form);
    if let Some(Form::Table(cells)) = form { cells() } else { Vec::new() }
}

fn field(
    (at, name): (&str, &str),
    value: &Value,
    known: &[Field],
    shapes: &BTreeMap<String, Shape>,
    ours: Ours,
) -> Result<(), Unsayable> {
    let is_ours = name.starts_with("outpost_") || name.starts_with('_') || STANDARD.contains(&name);
    let path = format!("{at}{name}");
    let shape = shapes.get(name);
    // A row's discount in money follows from its prices.
    let counts =
        readback::NOTHING.contains(&name) || SAID.contains(&name) && (name != "discount_amount" || at.is_empty());
    if ours == Ours::None && counts && known.iter().any(|field| field.name == name) {
        return Err(refused(&path, shape, "the workshop has recorded it without"));
    }
    if is_ours || known.iter().any(|field| field.name == name) {
        return Ok(());
    }
    if value == "No" {
        return Ok(());
    }
    if readback::NOTHING.contains(&name) {
        return Err(refused(&path, shape, "a workshop's document cannot say it"));
    }
    if name == "conversion_rate" && decimal(value) != Some(1.into()) {
        return Err(refused(&path, shape, "a workshop sells and buys in the currency of the books alone"));
    }
    let is_kept = KEPT.split(' ').any(|kept| kept == name) && (!at.is_empty() || !IN_ROWS.contains(&name));
    // Rows of a table that is not ours are goods or money of their own.
    let is_table = value.is_array();
    match shape {
        _ if is_kept && (!is_table || name == "sales_team") => Ok(()),
        Some(shape) if shape.custom || (shape.read_only && !is_table) => Ok(()),
        // The same in the currency of the books, which is the same currency.
        _ if name.starts_with("base_") && !is_table => Ok(()),
        // Nobody can have written what the doctype has no field for.
        None if !is_table && !shapes.is_empty() => Ok(()),
        _ => Err(refused(&path, shape, "a workshop's document cannot say it")),
    }
}

fn refused(path: &str, shape: Option<&Shape>, rule: &str) -> Unsayable {
    let label = shape.map(|shape| shape.label.as_str()).filter(|label| !label.is_empty());
    let label = label.map(|label| format!(" ({label})")).unwrap_or_default();
    Unsayable::at(format!("{path}{label}"), format!("{rule}. Leave it empty, or let the workshop enter the document"))
}

/// Nothing, zero, an empty text or table.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.is_empty(),
        Value::Number(_) => decimal(value).is_some_and(|number| number.is_zero()),
        _ => false,
    }
}
