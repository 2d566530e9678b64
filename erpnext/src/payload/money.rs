//! Payment Entry and Journal Entry.

use super::Unmappable;
use super::fields::{number, set};
use super::making::Making;
use outpost_core::domain::document::{JournalEntry, Kind, Paid, PartyType, PaymentEntry, PaymentType};

/// Money of a customer or for a supplier.
pub(super) fn payment(making: &mut Making<'_>, payment: &PaymentEntry) -> Result<(), Unmappable> {
    let party = match payment.party_type {
        PartyType::Customer => Kind::Customer,
        PartyType::Supplier => Kind::Supplier,
    };
    making.party("party", party, &payment.party)?;
    making.transaction()?;
    let when = making.posted("posting_date", false)?;
    let mode = making.mode("mode_of_payment", &payment.mode_of_payment)?;
    making.set("mode_of_payment", mode.name);
    let account = match payment.payment_type {
        PaymentType::Receive => "paid_to",
        PaymentType::Pay => "paid_from",
    };
    making.set(account, mode.account);
    making.set("received_amount", number(payment.paid_amount));
    if mode.is_bank && payment.reference_no.is_none() {
        let number = making.number().unwrap_or_else(|| making.submitted.id.to_string());
        making.set("reference_no", number);
        making.set("reference_date", when.date.to_string());
    }
    if payment.remarks.is_some() {
        // Else ERPNext writes its own in their place.
        making.set("custom_remarks", 1);
    }
    for (i, row) in payment.references.iter().enumerate() {
        let kind = match row.reference_doctype {
            Paid::SalesInvoice => Kind::SalesInvoice,
            Paid::SalesOrder => Kind::SalesOrder,
            Paid::PurchaseInvoice => Kind::PurchaseInvoice,
        };
        let name = making.links.document(kind, &row.reference_name)?;
        if let Some(written) = making.rows("references").nth(i) {
            set(written, "reference_name", name);
        }
    }
    making.cost_center(true, &[])
}

/// An expense, or what a till has too much or too little.
pub(super) fn journal(making: &mut Making<'_>, entry: &JournalEntry) -> Result<(), Unmappable> {
    making.transaction()?;
    making.posted("posting_date", false)?;
    making.set("voucher_type", Kind::JournalEntry.name());
    let mode = making.mapped(&making.about.map.modes_of_payment, &entry.mode_of_payment);
    making.set("mode_of_payment", mode);
    for (i, row) in entry.accounts.iter().enumerate() {
        let account = making.account(&row.account);
        if let Some(written) = making.rows("accounts").nth(i) {
            set(written, "account", account);
        }
    }
    making.cost_center(false, &["accounts"])
}
