//! Purchase Receipt and Purchase Invoice.

use super::Unmappable;
use super::fields::{flag, number};
use super::making::Making;
use super::trade::trade;
use outpost_core::domain::document::{Flag, Kind, PurchaseInvoice, PurchaseReceipt};

/// Goods that come, or go back.
pub(super) fn receipt(making: &mut Making<'_>, receipt: &PurchaseReceipt) -> Result<(), Unmappable> {
    making.party("supplier", Kind::Supplier, &receipt.supplier)?;
    making.transaction()?;
    making.posted("posting_date", true)?;
    trade(making)?;
    let named = receipt.items.iter().map(|row| row.purchase_receipt_item.as_ref());
    making.returned(receipt.return_against.as_ref(), "purchase_receipt_item", named)
}

/// A supplier's bill, paid at once or not; or what is taken off one.
pub(super) fn invoice(making: &mut Making<'_>, bill: &PurchaseInvoice) -> Result<(), Unmappable> {
    making.party("supplier", Kind::Supplier, &bill.supplier)?;
    making.transaction()?;
    let when = making.posted("posting_date", true)?;
    making.not_before("due_date", &when);
    trade(making)?;
    making.set("update_stock", flag(bill.update_stock));
    let named = bill.items.iter().map(|row| row.purchase_invoice_item.as_ref());
    making.returned(bill.return_against.as_ref(), "purchase_invoice_item", named)?;
    if bill.is_return {
        let Flag(for_self) = bill.update_outstanding_for_self.unwrap_or(Flag(true));
        making.set("update_outstanding_for_self", flag(for_self));
    }
    for (i, row) in bill.items.iter().enumerate() {
        let receipt = (row.purchase_receipt.as_ref(), row.pr_detail.as_ref());
        making.built_on(i, ("purchase_receipt", Kind::PurchaseReceipt), "pr_detail", receipt)?;
    }
    if let (true, Some(mode)) = (bill.is_paid, &bill.mode_of_payment) {
        let mode = making.mode("mode_of_payment", mode)?;
        making.set("mode_of_payment", mode.name);
        making.set("cash_bank_account", mode.account);
        making.set("base_paid_amount", number(bill.paid_amount.unwrap_or_default()));
    }
    Ok(())
}
