//! The general ledger: what a document books, and that it is taken back.
//!
//! In: lines of account, debit, credit. Out: `GL Entry` documents. Absent: outstanding amounts; those are the invoices' own.

use crate::doc::{Doc, float, money, owned, text};
use crate::erp::Erp;
use crate::error::{Error, Res};
use serde_json::json;

/// One line: more than 0 is debit, less is credit.
pub(crate) struct Line {
    pub(crate) account: String,
    pub(crate) amount: f64,
    pub(crate) party: Option<(String, String)>,
}

/// A line without a party.
pub(crate) fn line(account: impl Into<String>, amount: f64) -> Line {
    Line { account: account.into(), amount, party: None }
}

impl Erp {
    /// Whether who saves a document has the role that a setting names.
    pub(crate) fn is_exempt(&self, doc: &Doc, single: &str, field: &str) -> bool {
        let role = self.value(single, single, field);
        let user = self.users.iter().find(|user| user.name == text(doc, "modified_by"));
        user.is_some_and(|user| user.roles.contains(&role))
    }

    /// Books a document's lines.
    pub(crate) fn gl(&mut self, doc: &Doc, lines: Vec<Line>) -> Res<()> {
        let date = owned(doc, "posting_date");
        let frozen = self.value("Accounts Settings", "Accounts Settings", "acc_frozen_upto");
        let is_frozen = !frozen.is_empty() && date <= frozen;
        if is_frozen && !self.is_exempt(doc, "Accounts Settings", "frozen_accounts_modifier") {
            let text = format!("You are not authorized to add or update entries before {}", super::shown_day(&frozen));
            return Err(Error::invalid(text));
        }
        let now = self.clock.now();
        let abbr = self.abbr(&Self::company(doc));
        let own = |line: Line| Line { account: super::of_company(&line.account, &abbr), ..line };
        for line in lines.into_iter().map(own).filter(|l| money(l.amount) != 0.0) {
            if !self.db.has("Account", &line.account) {
                return Err(Error::invalid(format!("Account {} does not exist", line.account)));
            }
            let (debit, credit) = if line.amount > 0.0 { (line.amount, 0.0) } else { (0.0, -line.amount) };
            let (party_type, party) = line.party.map_or((None, None), |(t, p)| (Some(t), Some(p)));
            let entry = json!({
                "name": self.hash(), "doctype": "GL Entry", "docstatus": 1, "owner": text(doc, "owner"), "creation": now, "modified": now,
                "posting_date": date, "account": line.account, "debit": float(money(debit)), "credit": float(money(credit)),
                "party_type": party_type, "party": party, "voucher_type": text(doc, "doctype"), "voucher_no": text(doc, "name"),
                "company": Self::company(doc), "is_cancelled": 0,
            });
            if let serde_json::Value::Object(entry) = entry {
                self.db.store("GL Entry", entry);
            }
        }
        Ok(())
    }

    /// Takes back what a document booked.
    pub(crate) fn ungl(&mut self, doc: &Doc) {
        for name in self.db.having("GL Entry", "voucher_no", text(doc, "name")) {
            if self.value("GL Entry", &name, "voucher_type") == text(doc, "doctype") {
                self.touch("GL Entry", &name, |entry| drop(entry.insert("is_cancelled".into(), json!(1))));
            }
        }
    }
}
