//! Journal Entries: two sides that are the same.
//!
//! In: rows with debit and credit. Out: their sums, what they book, invoices that they pay. Absent: other currencies.

use super::ledger::{Line, line};
use crate::doc::{Doc, blank, fill, money, num, owned, put, putf, rows, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};

impl Erp {
    pub(crate) fn validate_journal(&mut self, doc: &mut Doc) -> Res<()> {
        fill(doc, "company", COMPANY);
        fill(doc, "voucher_type", "Journal Entry");
        self.open_day(doc, "posting_date")?;
        let (mut debit, mut credit) = (0.0, 0.0);
        let mut table = crate::doc::take(doc, "accounts");
        for row in &mut table {
            let (d, c) = (num(row, "debit_in_account_currency"), num(row, "credit_in_account_currency"));
            let (d, c) = (if d == 0.0 { num(row, "debit") } else { d }, if c == 0.0 { num(row, "credit") } else { c });
            for (field, value) in [
                ("debit_in_account_currency", d),
                ("debit", d),
                ("credit_in_account_currency", c),
                ("credit", c),
                ("exchange_rate", 1.0),
            ] {
                putf(row, field, money(value));
            }
            fill(row, "account_currency", "IDR");
            fill(row, "cost_center", "Main - TW");
            let kind = self.value("Account", text(row, "account"), "account_type");
            if matches!(kind.as_str(), "Receivable" | "Payable") && (blank(row, "party") || blank(row, "party_type")) {
                let text = format!(
                    "Row 1: Party Type and Party is required for Receivable / Payable account {}",
                    text(row, "account")
                );
                return Err(Error::invalid(text));
            }
            put(row, "account_type", kind);
            debit += d;
            credit += c;
        }
        let first = table.first().map(|r| owned(r, "account")).unwrap_or_default();
        crate::doc::give(doc, "accounts", table);
        fill(doc, "title", first);
        let difference = money(debit - credit);
        for (field, value) in [("total_debit", debit), ("total_credit", credit), ("difference", difference)] {
            putf(doc, field, money(value));
        }
        if difference != 0.0 {
            let text = format!("Total Debit must be equal to Total Credit. The difference is {:?}", difference.abs());
            return Err(Error::invalid(text));
        }
        if text(doc, "voucher_type") == "Bank Entry" && (blank(doc, "cheque_no") || blank(doc, "cheque_date")) {
            return Err(Error::invalid("Reference No & Reference Date is required for Bank Entry"));
        }
        Ok(())
    }

    pub(crate) fn submit_journal(&mut self, doc: &Doc) -> Res<()> {
        let of = |row: &Doc| {
            let party = (!blank(row, "party")).then(|| (owned(row, "party_type"), owned(row, "party")));
            Line { party, ..line(owned(row, "account"), num(row, "debit") - num(row, "credit")) }
        };
        let lines = rows(doc, "accounts").into_iter().map(of).collect();
        self.gl(doc, lines)?;
        self.journal_pays(doc, 1.0);
        Ok(())
    }

    /// Rows that name an invoice pay it.
    pub(crate) fn journal_pays(&mut self, doc: &Doc, sign: f64) {
        for row in rows(doc, "accounts") {
            let (doctype, name) = (owned(row, "reference_type"), owned(row, "reference_name"));
            let less = (num(row, "credit") - num(row, "debit")) * sign;
            match doctype.as_str() {
                "Sales Invoice" => self.pay_invoice(&doctype, &name, less),
                "Purchase Invoice" => self.pay_invoice(&doctype, &name, -less),
                _ => {}
            }
        }
    }
}
