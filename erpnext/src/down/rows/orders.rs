//! Sales Orders with something left to deliver or to bill.

use super::{Doc, Made, Scene, less};
use outpost_core::domain::decimal::{Decimal, MAX_SCALE};
use outpost_core::domain::document::{Ref, Text};
use outpost_core::domain::master::{OrderRow, Row, SalesOrderRow};

/// States of an order on which nobody works.
pub(in crate::down) const NOT_OPEN: [&str; 4] = ["Closed", "Completed", "On Hold", "Cancelled"];

pub(in crate::down) fn sales_order(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let open = doc.number("docstatus")? == 1.into() && !NOT_OPEN.contains(&doc.str("status"));
    if !open || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    scene.in_books_currency(doc, "currency")?;
    let order = doc.reference()?;
    let items: Vec<_> =
        doc.rows("Sales Order Item").map(|row| line(row, &order, scene)).collect::<Result<_, String>>()?;
    if items.is_empty() {
        return Err("no items".into());
    }
    // As ERPNext, which takes so much ahead and no more: what is paid is rounded, unless that is switched off or comes to nothing.
    let rounded = Some(doc.number("rounded_total")?).filter(|total| !total.is_zero());
    let total = rounded.map_or_else(|| doc.number("grand_total"), Ok)?;
    Ok(Some(Row::SalesOrderRow(SalesOrderRow {
        customer: doc.text("customer")?,
        delivery_date: doc.maybe_day("delivery_date")?,
        items,
        grand_total: total,
        advance_paid: less(doc.number("advance_paid")?, scene.known.advance(&order)),
        company: doc.company(scene.scope)?,
        order,
    })))
}

fn line(row: Doc<'_>, order: &Ref, scene: Scene<'_>) -> Result<OrderRow, String> {
    // A site names the rows of its own orders by their number.
    let name = match order {
        Ref::Own(_) => Text::try_from(row.number("idx")?.to_string())?,
        Ref::Office(_) => row.text("name")?,
    };
    let (qty, rate) = (row.positive("qty")?, row.number("rate")?);
    let (delivered, billed) = scene.known.done(order, &name);
    let billed_qty = less(billed_of(qty, rate, row.number("amount")?, row.number("billed_amt")?), billed);
    Ok(OrderRow {
        item_code: row.text("item_code")?,
        qty,
        uom: row.text("uom")?,
        rate,
        warehouse: row.maybe("warehouse")?,
        delivered_qty: less(row.number("delivered_qty")?, delivered),
        billed_qty,
        name,
    })
}

/// ERPNext keeps what was billed as an amount. What costs nothing is never billed by it.
fn billed_of(qty: Decimal, rate: Decimal, amount: Decimal, billed: Decimal) -> Decimal {
    if billed.is_zero() || billed.is_negative() {
        return Decimal::ZERO;
    }
    if billed >= amount {
        return qty;
    }
    // The amount is rounded, so the last digits say nothing.
    let digits = MAX_SCALE / 3;
    billed.over(rate, digits).unwrap_or(Decimal::ZERO).min(qty)
}
