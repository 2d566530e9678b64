//! Invoices that no site made, with something to pay, and not blocked.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{OpenInvoice, Row};

pub(in crate::down) fn sales_invoice(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    invoice(doc, scene, false, "customer")
}

pub(in crate::down) fn purchase_invoice(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    invoice(doc, scene, true, "supplier")
}

fn invoice(doc: Doc<'_>, scene: Scene<'_>, buying: bool, party: &str) -> Made {
    let left = doc.number("outstanding_amount")?;
    let open = doc.number("docstatus")? == 1.into() && !left.is_zero() && !left.is_negative();
    // ERPNext refuses a payment of one that is on hold.
    if !open || doc.flag("on_hold") || doc.intent().is_some() || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    // What is owed is in the currency of the party's account, whatever the invoice is in.
    let owed_in = if doc.str("party_account_currency").is_empty() { "currency" } else { "party_account_currency" };
    scene.in_books_currency(doc, owed_in)?;
    let invoice = doc.text("name")?.into();
    Ok(Some(Row::OpenInvoice(OpenInvoice {
        buying,
        party: doc.text(party)?,
        posting_date: doc.day("posting_date")?,
        outstanding_amount: left,
        included: scene.known.paid(&invoice),
        company: doc.company(scene.scope)?,
        invoice,
    })))
}
