//! Sales Invoice, Sales Order, Delivery Note.

use super::Unmappable;
use super::fields::{flag, number, text};
use super::making::{Making, not_before};
use super::trade::trade;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{DeliveryNote, Flag, Kind, Ref, SalesInvoice, SalesOrder};
use serde_json::{Value, json};

/// A sale, with what was paid for it at once or ahead; or what came back.
pub(super) fn invoice(making: &mut Making<'_>, invoice: &SalesInvoice) -> Result<(), Unmappable> {
    making.party("customer", Kind::Customer, &invoice.customer)?;
    making.transaction()?;
    let when = making.posted("posting_date", true)?;
    making.not_before("due_date", &when);
    trade(making)?;
    making.set("update_stock", flag(invoice.update_stock));
    let named = invoice.items.iter().map(|row| row.sales_invoice_item.as_ref());
    making.returned(invoice.return_against.as_ref(), "sales_invoice_item", named)?;
    if invoice.is_return {
        let Flag(for_self) = invoice.update_outstanding_for_self.unwrap_or(Flag(true));
        making.set("update_outstanding_for_self", flag(for_self));
    }
    for (i, row) in invoice.items.iter().enumerate() {
        let order = (row.sales_order.as_ref(), row.so_detail.as_ref());
        making.built_on(i, ("sales_order", Kind::SalesOrder), "so_detail", order)?;
        let note = (row.delivery_note.as_ref(), row.dn_detail.as_ref());
        making.built_on(i, ("delivery_note", Kind::DeliveryNote), "dn_detail", note)?;
    }
    paid(making, invoice)?;
    advances(making, invoice)
}

/// What was paid at once, with all that ERPNext works out of it only where a draft is saved first.
fn paid(making: &mut Making<'_>, invoice: &SalesInvoice) -> Result<(), Unmappable> {
    making.take("change_amount");
    let Some(last) = invoice.payments.last() else { return Ok(()) };
    if !invoice.advances.is_empty() {
        // As ERPNext has it: of a POS sale the advances are taken off, but never matched with the payment.
        let rule = "what is paid at once and what was paid ahead do not go into one document of ERPNext: what is paid at \
                    once has to be a Payment Entry";
        return Err(Unmappable::unfit("advances", rule));
    }
    let too_large = || Unmappable::unfit("payments", "the payments are too large for the books");
    let sum = invoice.payments.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.amount)).ok_or_else(too_large)?;
    let mut rows = Vec::new();
    for (i, row) in invoice.payments.iter().enumerate() {
        let mode = making.mode(&format!("payments[{i}].mode_of_payment"), &row.mode_of_payment)?;
        let amount = number(row.amount);
        let mut paid =
            json!({ "mode_of_payment": mode.name, "amount": amount, "base_amount": amount, "account": mode.account });
        if let Some(kind) = mode.kind {
            paid["type"] = kind.into();
        }
        rows.push(paid);
    }
    making.set("is_pos", 1);
    if let Some(profile) = &making.about.map.pos_profile {
        making.set("pos_profile", profile.as_str());
    }
    making.set("payments", rows);
    making.set("paid_amount", number(sum));
    making.set("base_paid_amount", number(sum));
    let change = invoice.change_amount.unwrap_or_default();
    if !change.is_zero() {
        let cash = making.mode("change_amount", &last.mode_of_payment)?;
        making.set("change_amount", number(change));
        making.set("base_change_amount", number(change));
        making.set("account_for_change_amount", cash.account);
    }
    Ok(())
}

/// What was paid ahead, each row outright: ERPNext's own allocation takes whatever the customer has paid.
fn advances(making: &mut Making<'_>, invoice: &SalesInvoice) -> Result<(), Unmappable> {
    if invoice.advances.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    for (i, row) in invoice.advances.iter().enumerate() {
        let field = format!("advances[{i}].reference_name");
        let Some(left) = making.links.advance(&row.reference_name, row.reference_row.as_ref())? else {
            return Err(match &row.reference_name {
                Ref::Own(id) => Unmappable::NotThere(Kind::PaymentEntry, *id),
                Ref::Office(name) => Unmappable::unfit(field, format!("nothing of {name} is left in ERPNext")),
            });
        };
        if left.amount < row.allocated_amount {
            let rule = format!("{} has {} left, and {} is used of it", left.payment, left.amount, row.allocated_amount);
            return Err(Unmappable::unfit(field, rule));
        }
        let remarks = making.number().unwrap_or_else(|| making.submitted.id.to_string());
        let mut advance = json!({
            "reference_type": Kind::PaymentEntry.name(),
            "reference_name": left.payment,
            "advance_amount": number(left.amount),
            "allocated_amount": number(row.allocated_amount),
            "remarks": remarks,
        });
        if let Some(name) = left.row {
            advance["reference_row"] = name.into();
        }
        rows.push(advance);
    }
    making.set("advances", Value::Array(rows));
    Ok(())
}

/// An order. ERPNext sets the promised day of the whole to the last of its rows', and that of rows without one to the whole's then, so
/// each row says its own.
pub(super) fn order(making: &mut Making<'_>, order: &SalesOrder) -> Result<(), Unmappable> {
    making.party("customer", Kind::Customer, &order.customer)?;
    making.transaction()?;
    let when = making.posted("transaction_date", false)?;
    trade(making)?;
    let promised = order.delivery_date.to_string();
    let mut last = String::new();
    for row in making.rows("items") {
        row.entry("delivery_date").or_insert_with(|| promised.clone().into());
        not_before(row, "delivery_date", &when);
        let day = text(row, "delivery_date").unwrap_or_default().to_owned();
        last = last.max(day);
    }
    making.set("delivery_date", last);
    Ok(())
}

/// Goods that leave, or come back.
pub(super) fn delivery(making: &mut Making<'_>, note: &DeliveryNote) -> Result<(), Unmappable> {
    making.party("customer", Kind::Customer, &note.customer)?;
    making.transaction()?;
    making.posted("posting_date", true)?;
    trade(making)?;
    let named = note.items.iter().map(|row| row.dn_detail.as_ref());
    making.returned(note.return_against.as_ref(), "dn_detail", named)?;
    for (i, row) in note.items.iter().enumerate() {
        let order = (row.against_sales_order.as_ref(), row.so_detail.as_ref());
        making.built_on(i, ("against_sales_order", Kind::SalesOrder), "so_detail", order)?;
    }
    Ok(())
}
