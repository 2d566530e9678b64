//! Payments: what they need, what they pay, and what of them is free.
//!
//! In: a Payment Entry. Out: its accounts and sums; invoices and orders that are paid. Absent: other currencies, deductions.

use super::ledger::{Line, line};
use super::totals::payable;
use crate::doc::{Doc, blank, fill, money, num, owned, put, putf, rows, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};
use serde_json::{Value, json};

impl Erp {
    pub(crate) fn validate_payment(&mut self, doc: &mut Doc) -> Res<()> {
        fill(doc, "company", COMPANY);
        fill(doc, "posting_date", self.clock.today());
        let kind = owned(doc, "payment_type");
        let (party_type, party) = (owned(doc, "party_type"), owned(doc, "party"));
        if !party.is_empty() {
            let own = if party_type == "Supplier" { "Creditors - TW" } else { "Debtors - TW" };
            match kind.as_str() {
                "Receive" => fill(doc, "paid_from", own),
                "Pay" => fill(doc, "paid_to", own),
                _ => {}
            }
            let name = self.value(&party_type, &party, &format!("{}_name", party_type.to_lowercase()));
            put(doc, "party_name", name.clone());
            put(doc, "title", name);
        } else if kind == "Internal Transfer" {
            let title = format!("{} - {}", text(doc, "paid_from"), text(doc, "paid_to"));
            put(doc, "title", title);
        } else {
            return Err(Error::invalid("Party is mandatory"));
        }
        self.of_deposits(doc);
        for side in ["paid_from", "paid_to"] {
            let account = owned(doc, side);
            if let Some(found) = self.db.get("Account", &account) {
                put(doc, &format!("{side}_account_type"), owned(&found, "account_type"));
                put(doc, &format!("{side}_account_currency"), "IDR");
                putf(doc, if side == "paid_from" { "source_exchange_rate" } else { "target_exchange_rate" }, 1.0);
            }
        }
        for (field, label) in [
            ("paid_amount", "Paid Amount"),
            ("received_amount", "Received Amount"),
            ("source_exchange_rate", "Source Exchange Rate"),
            ("target_exchange_rate", "Target Exchange Rate"),
        ] {
            if num(doc, field) == 0.0 {
                return Err(Error::invalid(format!("{label} is mandatory")));
            }
        }
        let bank = ["paid_from", "paid_to"].iter().any(|s| text(doc, &format!("{s}_account_type")) == "Bank");
        if bank && (blank(doc, "reference_no") || blank(doc, "reference_date")) {
            return Err(Error::invalid("Reference No and Reference Date is mandatory for Bank transaction"));
        }
        self.open_day(doc, "posting_date")?;
        self.references(doc)?;
        let allocated = money(rows(doc, "references").into_iter().map(|r| num(r, "allocated_amount")).sum());
        let paid = num(doc, "paid_amount");
        if allocated > paid + 0.005 {
            return Err(Error::invalid("Difference Amount must be zero"));
        }
        for (field, value) in [
            ("base_paid_amount", paid),
            ("base_received_amount", num(doc, "received_amount")),
            ("total_allocated_amount", allocated),
            ("base_total_allocated_amount", allocated),
            ("unallocated_amount", if party.is_empty() { 0.0 } else { money(paid - allocated) }),
            ("difference_amount", 0.0),
            ("paid_amount_after_tax", paid),
            ("base_paid_amount_after_tax", paid),
            ("received_amount_after_tax", num(doc, "received_amount")),
            ("base_received_amount_after_tax", num(doc, "received_amount")),
        ] {
            putf(doc, field, value);
        }
        let said = match kind.as_str() {
            "Receive" => format!("Amount IDR {paid} received from {party}"),
            "Pay" => format!("Amount IDR {paid} to {party}"),
            _ => format!("Amount IDR {paid} transferred from {} to {}", text(doc, "paid_from"), text(doc, "paid_to")),
        };
        let of_bank =
            format!("Transaction reference no {} dated {}", text(doc, "reference_no"), text(doc, "reference_date"));
        let against = rows(doc, "references").into_iter().map(|r| {
            let (doctype, name) = (text(r, "reference_doctype"), text(r, "reference_name"));
            format!("Amount IDR {} against {doctype} {name}", num(r, "allocated_amount"))
        });
        let bank_line = (!blank(doc, "reference_no")).then_some(of_bank);
        let lines: Vec<String> = [said].into_iter().chain(bank_line).chain(against).collect();
        if !crate::doc::is(doc, "custom_remarks") {
            put(doc, "remarks", lines.join("\n"));
        }
        put(doc, "status", if Self::state(doc) == 1 { "Submitted" } else { "Draft" });
        Ok(())
    }

    /// A draft of what is paid ahead goes into the company's account for that, where it keeps one (`set_liability_account`); what is
    /// submitted at once stays where it is.
    fn of_deposits(&self, doc: &mut Doc) {
        let (side, default) = match text(doc, "payment_type") {
            "Receive" => ("paid_from", "default_advance_received_account"),
            "Pay" => ("paid_to", "default_advance_paid_account"),
            _ => return,
        };
        let Some(company) = self.db.get("Company", &Self::company(doc)) else { return };
        let ahead = rows(doc, "references").into_iter().all(|row| text(row, "reference_doctype").ends_with("Order"));
        let keeps = crate::doc::is(&company, "book_advance_payments_in_separate_party_account");
        if Self::state(doc) == 0 && keeps && ahead && !blank(doc, "party") {
            put(doc, "book_advance_payments_in_separate_party_account", 1);
            put(doc, side, owned(&company, default));
        }
    }

    fn references(&mut self, doc: &mut Doc) -> Res<()> {
        let (party_type, party) = (owned(doc, "party_type"), owned(doc, "party"));
        let mut table = crate::doc::take(doc, "references");
        for (i, row) in table.iter_mut().enumerate() {
            let (doctype, name) = (owned(row, "reference_doctype"), owned(row, "reference_name"));
            let Some(found) = self.db.get(&doctype, &name) else { continue };
            if Self::state(&found) != 1 {
                return Err(Error::invalid(format!("{doctype} {name} must be submitted")));
            }
            let field = party_type.to_lowercase();
            if found.contains_key(&field) && text(&found, &field) != party {
                return Err(Error::invalid(format!("{doctype} {name} is not associated with {party_type} {party}")));
            }
            let open = self.open_amount(&doctype, &found);
            let allocated = num(row, "allocated_amount");
            if doctype.ends_with("Invoice") || doctype.ends_with("Order") {
                // An order of which all is billed is none that is to be billed (`get_orders_to_be_billed`).
                let billed = doctype.ends_with("Order") && (100.0 - num(&found, "per_billed")).abs() <= 0.01;
                if open == 0.0 || billed {
                    return Err(Error::invalid(format!("{doctype} {name} has already been fully paid.")));
                }
                if (open > 0.0 && allocated > open + 0.005) || (open < 0.0 && allocated < open - 0.005) {
                    let text = format!("Row #{}: Allocated Amount cannot be greater than outstanding amount.", i + 1);
                    return Err(Error::invalid(text));
                }
            }
            putf(row, "total_amount", payable(&found));
            putf(row, "outstanding_amount", open);
            putf(row, "exchange_rate", 1.0);
            if !blank(&found, "due_date") {
                put(row, "due_date", owned(&found, "due_date"));
            }
            if !blank(&found, "bill_no") {
                put(row, "bill_no", owned(&found, "bill_no"));
            }
            put(row, "account", if party_type == "Supplier" { "Creditors - TW" } else { "Debtors - TW" });
        }
        crate::doc::give(doc, "references", table);
        Ok(())
    }

    fn open_amount(&self, doctype: &str, doc: &Doc) -> f64 {
        match doctype {
            "Sales Invoice" | "Purchase Invoice" => num(doc, "outstanding_amount"),
            "Sales Order" | "Purchase Order" => money(payable(doc) - num(doc, "advance_paid")),
            _ => num(doc, "total_debit"),
        }
    }

    pub(crate) fn submit_payment(&mut self, doc: &Doc) -> Res<()> {
        let name = owned(doc, "name");
        let party = (owned(doc, "party_type"), owned(doc, "party"));
        let party = (!party.1.is_empty()).then_some(party);
        let of = |side: &str| {
            let kind = owned(doc, &format!("{side}_account_type"));
            matches!(kind.as_str(), "Receivable" | "Payable").then(|| party.clone()).flatten()
        };
        let to = Line { party: of("paid_to"), ..line(owned(doc, "paid_to"), num(doc, "received_amount")) };
        let from = Line { party: of("paid_from"), ..line(owned(doc, "paid_from"), -num(doc, "paid_amount")) };
        self.gl(doc, vec![to, from])?;
        for row in rows(doc, "references") {
            self.allocate(row, 1.0);
        }
        self.touch("Payment Entry", &name, |doc| {
            put(doc, "status", "Submitted");
            let paid = crate::doc::rows_mut(doc, "references");
            for row in paid.into_iter().filter(|r| text(r, "reference_doctype").ends_with("Invoice")) {
                let left = money(num(row, "outstanding_amount") - num(row, "allocated_amount"));
                putf(row, "outstanding_amount", left);
            }
        });
        Ok(())
    }

    fn allocate(&mut self, row: &Doc, sign: f64) {
        let (doctype, name) = (owned(row, "reference_doctype"), owned(row, "reference_name"));
        let amount = num(row, "allocated_amount") * sign;
        match doctype.as_str() {
            "Sales Invoice" | "Purchase Invoice" => self.pay_invoice(&doctype, &name, amount),
            "Sales Order" | "Purchase Order" => self.touch(&doctype, &name, |doc| {
                let paid = num(doc, "advance_paid");
                putf(doc, "advance_paid", money(paid + amount));
            }),
            _ => {}
        }
    }

    pub(crate) fn cancel_payment(&mut self, doc: &Doc) {
        for row in rows(doc, "references") {
            self.allocate(row, -1.0);
        }
    }

    /// An invoice takes an advance: the payment's row turns from the order, or from nothing, to the invoice.
    pub(crate) fn use_advance(&mut self, row: &Doc, doctype: &str, invoice: &str) -> Res<()> {
        let name = owned(row, "reference_name");
        let amount = num(row, "allocated_amount");
        if amount == 0.0 || text(row, "reference_type") != "Payment Entry" {
            return Ok(());
        }
        let stale = || Error::invalid("Payment Entry has been modified after you pulled it. Please pull it again.");
        let entry = self.db.get("Payment Entry", &name).filter(|e| Self::state(e) == 1).ok_or_else(stale)?;
        let of_row = owned(row, "reference_row");
        let mut references: Vec<Doc> = rows(&entry, "references").into_iter().cloned().collect();
        let mut free = num(&entry, "unallocated_amount");
        let fresh = json!({
            "name": self.hash(), "doctype": "Payment Entry Reference", "reference_doctype": doctype, "reference_name": invoice,
            "allocated_amount": amount, "total_amount": amount, "outstanding_amount": 0.0, "exchange_rate": 1.0,
            "parent": name, "parenttype": "Payment Entry", "parentfield": "references", "docstatus": 1,
        });
        // It has to be told what is left of exactly this part.
        let is_left = |there: f64| (num(row, "advance_amount") - there).abs() < 0.005 && amount <= there + 0.005;
        if of_row.is_empty() {
            if !is_left(free) {
                return Err(stale());
            }
            free = money(free - amount);
        } else {
            let old = references.iter_mut().find(|r| text(r, "name") == of_row).ok_or_else(stale)?;
            let there = num(old, "allocated_amount");
            if text(old, "reference_doctype").ends_with("Invoice") || !is_left(there) {
                return Err(stale());
            }
            putf(old, "allocated_amount", money(there - amount));
        }
        references.retain(|r| num(r, "allocated_amount") != 0.0);
        if let Value::Object(fresh) = fresh {
            references.push(fresh);
        }
        self.touch("Payment Entry", &name, |entry| {
            for (i, row) in references.iter_mut().enumerate() {
                put(row, "idx", i as i64 + 1);
            }
            let allocated = money(references.iter().map(|row| num(row, "allocated_amount")).sum());
            crate::doc::give(entry, "references", references);
            putf(entry, "unallocated_amount", free);
            putf(entry, "total_allocated_amount", allocated);
            putf(entry, "base_total_allocated_amount", allocated);
        });
        Ok(())
    }

    /// An invoice is cancelled: what payments had for it is free again.
    pub(crate) fn free_payments(&mut self, doctype: &str, invoice: &str) {
        let points = |r: &&Doc| text(r, "reference_doctype") == doctype && text(r, "reference_name") == invoice;
        let party = self
            .db
            .get(doctype, invoice)
            .map(|d| owned(&d, if doctype == "Sales Invoice" { "customer" } else { "supplier" }));
        let entries = self.db.having("Payment Entry", "party", &party.unwrap_or_default());
        for name in entries {
            let Some(entry) = self.db.get("Payment Entry", &name) else { continue };
            let freed: f64 =
                rows(&entry, "references").into_iter().filter(points).map(|r| num(r, "allocated_amount")).sum();
            if freed == 0.0 || Self::state(&entry) != 1 {
                continue;
            }
            self.touch("Payment Entry", &name, |entry| {
                let mut kept = crate::doc::take(entry, "references");
                kept.retain(|r| !points(&r));
                crate::doc::give(entry, "references", kept);
                let (free, total) = (num(entry, "unallocated_amount"), num(entry, "total_allocated_amount"));
                putf(entry, "unallocated_amount", money(free + freed));
                putf(entry, "total_allocated_amount", money(total - freed));
                putf(entry, "base_total_allocated_amount", money(total - freed));
            });
        }
    }
}
