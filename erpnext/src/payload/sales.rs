//! Sales Invoice, Sales Order, Delivery Note.

use super::fields::{flag, number, text};
use super::making::{Making, not_before};
use super::trade::trade;
use super::{Left, Part, Unmappable};
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

/// What was paid ahead, each row outright: ERPNext's own allocation takes whatever the customer has paid. What is used of one part of a
/// payment is one row, however many of ours it is of.
fn advances(making: &mut Making<'_>, invoice: &SalesInvoice) -> Result<(), Unmappable> {
    if invoice.advances.is_empty() {
        return Ok(());
    }
    let mut used: Vec<Used> = Vec::new();
    for (i, row) in invoice.advances.iter().enumerate() {
        let field = format!("advances[{i}].reference_name");
        let left = making.links.advance(&row.reference_name, row.reference_row.as_ref())?;
        let left = match (left, &row.reference_name) {
            (None, Ref::Own(id)) => return Err(Unmappable::NotThere(Kind::PaymentEntry, *id)),
            (None, Ref::Office(name)) => Left { payment: name.to_string(), parts: Vec::new() },
            (Some(left), _) => left,
        };
        if !take(&mut used, &left, row.allocated_amount) {
            let rule = match sum(left.parts.iter().map(|part| part.amount)) {
                all if all.is_zero() => format!("nothing of {} is left in ERPNext", left.payment),
                all => format!("{} has {all} left, and {} is used of it", left.payment, row.allocated_amount),
            };
            return Err(Unmappable::unfit(field, rule));
        }
    }
    let remarks = making.number().unwrap_or_else(|| making.submitted.id.to_string());
    let rows = used.into_iter().map(|used| {
        let mut advance = json!({
            "reference_type": Kind::PaymentEntry.name(),
            "reference_name": used.payment,
            "advance_amount": number(used.part.amount),
            "allocated_amount": number(used.amount),
            "remarks": remarks,
        });
        if let Some(name) = used.part.row {
            advance["reference_row"] = name.into();
        }
        advance
    });
    making.set("advances", Value::Array(rows.collect()));
    Ok(())
}

/// What an invoice uses of a part of a payment.
struct Used {
    payment: String,
    part: Part,
    amount: Decimal,
}

/// Uses so much of a payment, beside what is used of it already; false where that is more than is left.
fn take(used: &mut Vec<Used>, left: &Left, mut wanted: Decimal) -> bool {
    for part in &left.parts {
        let is_it = |used: &&mut Used| used.payment == left.payment && used.part.row == part.row;
        let before = used.iter_mut().find(is_it);
        let free = part.amount.minus(before.as_ref().map_or(Decimal::ZERO, |used| used.amount)).unwrap_or_default();
        let amount = free.min(wanted);
        if amount <= Decimal::ZERO {
            continue;
        }
        match before {
            Some(used) => used.amount = sum([used.amount, amount]),
            None => used.push(Used { payment: left.payment.clone(), part: part.clone(), amount }),
        }
        wanted = wanted.minus(amount).unwrap_or_default();
    }
    wanted <= Decimal::ZERO
}

/// Of amounts of one payment: what ERPNext keeps is far from what would be too large.
fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    amounts.into_iter().try_fold(Decimal::ZERO, Decimal::plus).unwrap_or_default()
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
