//! What each doctype asks for and does: ERPNext's controllers, as far as the facts show them.
//!
//! In: a document at one of its moments. Out: its fields filled in, and what it does to others. Absent: Frappe's own checks.

mod batches;
mod hours;
mod invoice;
mod journal;
mod ledger;
mod masters;
mod payment;
mod reconciliation;
mod stock;
mod stock_entry;
mod totals;
mod trade;
mod work;

use crate::clock;
use crate::doc::{Doc, fill, is, owned, put, rows, text};
use crate::erp::{ABBR, COMPANY, Erp, User};
use crate::error::{Error, Res};
use crate::lifecycle::Act;
use serde_json::Value;
use std::sync::Arc;

/// What was filled in of the first company's accounts, cost centers and warehouses is another one's.
fn relocate(doc: &mut Doc, abbr: &str) {
    for value in doc.values_mut() {
        match value {
            Value::String(name) => *name = of_company(name, abbr),
            Value::Array(rows) => rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| relocate(row, abbr)),
            _ => {}
        }
    }
}

/// The account, cost center or warehouse of the same name in another company.
fn of_company(name: &str, abbr: &str) -> String {
    match name.strip_suffix(&format!(" - {ABBR}")) {
        Some(plain) => format!("{plain} - {abbr}"),
        None => name.to_owned(),
    }
}

/// A day as ERPNext shows it to people.
pub(crate) fn shown_day(day: &str) -> String {
    let parts: Vec<&str> = day.splitn(3, '-').collect();
    match parts[..] {
        [y, m, d] => format!("{d}-{m}-{y}"),
        _ => day.to_owned(),
    }
}

impl Erp {
    pub(crate) fn validate(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        self.own_centers(doc)?;
        self.validate_kind(doc, act)?;
        let abbr = self.abbr(&Self::company(doc));
        if abbr != ABBR {
            relocate(doc, &abbr);
        }
        Ok(())
    }

    /// The cost centers of rows are the company's own (`validate_item_cost_centers`, and the ledger's `validate_cost_center`).
    fn own_centers(&self, doc: &Doc) -> Res<()> {
        let company = Self::company(doc);
        for table in ["items", "taxes", "accounts"] {
            for (i, row) in rows(doc, table).into_iter().enumerate() {
                let center = text(row, "cost_center");
                let of = self.value("Cost Center", center, "company");
                if !of.is_empty() && of != company {
                    let text = format!("Row #{}: Cost Center {center} does not belong to company {company}", i + 1);
                    return Err(Error::invalid(text));
                }
            }
        }
        Ok(())
    }

    fn validate_kind(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        match text(doc, "doctype") {
            "Sales Invoice" | "Purchase Invoice" => self.validate_invoice(doc, act),
            "Sales Order" | "Purchase Order" => self.validate_order(doc),
            "Delivery Note" | "Purchase Receipt" => self.validate_delivery(doc),
            "Stock Entry" => self.validate_stock_entry(doc),
            "Stock Reconciliation" => self.validate_reconciliation(doc),
            "Payment Entry" => self.validate_payment(doc),
            "Journal Entry" => self.validate_journal(doc),
            "Timesheet" => self.validate_timesheet(doc, act),
            "BOM" => self.validate_bom(doc),
            "Work Order" => self.validate_work_order(doc, act),
            "Job Card" => self.validate_job_card(doc, act),
            "DocType" => Self::validate_doctype(doc, act),
            "User" => self.take_profile(doc),
            "Server Script" => self.validate_script(doc),
            _ => self.validate_master(doc, act),
        }
    }

    /// What a draft is filled in with, and a document that is submitted in one request is not: the trap of the facts, 2.
    pub(crate) fn before_save(&mut self, doc: &mut Doc) -> Res<()> {
        match text(doc, "doctype") {
            "Sales Invoice" => self.before_save_invoice(doc),
            _ => Ok(()),
        }
    }

    pub(crate) fn after_insert(&mut self, doc: &Doc) -> Res<()> {
        match text(doc, "doctype") {
            "Custom Field" => self.add_field(doc),
            "DocType" => self.add_doctype(doc),
            "User" => self.keep_user(doc),
            "Item" => self.after_insert_item(doc),
            "Customer" | "Supplier" => Self::reach(doc)?,
            "Company" => self.furnish(text(doc, "name")),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn after_save(&mut self, doc: &Doc) {
        match text(doc, "doctype") {
            "User" => self.keep_user(doc),
            "Custom Field" => self.change_field(doc),
            "DocType" => self.add_doctype(doc),
            _ => {}
        }
    }

    /// What does not let itself be deleted.
    pub(crate) fn on_trash(user: &User, doc: &Doc) -> Res<()> {
        const ADMINISTRATOR: &str = "Administrator";
        let is_theirs = text(doc, "doctype") == "Custom Field" && text(doc, "owner") == ADMINISTRATOR;
        if is_theirs && user.name != ADMINISTRATOR {
            let label = text(doc, "label");
            return Err(Error::invalid(format!(
                "Custom Field <strong>{label}</strong> is created by the Administrator and can only be deleted through the Administrator account."
            )));
        }
        Ok(())
    }

    pub(crate) fn after_delete(&mut self, doc: &Doc) {
        match text(doc, "doctype") {
            "Custom Field" => self.drop_field(doc),
            "DocType" => drop(self.schema.types.remove(text(doc, "name"))),
            _ => {}
        }
    }

    /// Does what a submitted document does. True where the answer is what is stored then, and not what was there before.
    pub(crate) fn on_submit(&mut self, doc: &Doc) -> Res<bool> {
        match text(doc, "doctype") {
            "Sales Invoice" | "Purchase Invoice" => self.submit_invoice(doc).map(|()| false),
            "Sales Order" | "Purchase Order" => self.submit_order(doc).map(|()| false),
            "Delivery Note" | "Purchase Receipt" => self.submit_delivery(doc).map(|()| true),
            "Stock Entry" => self.submit_stock_entry(doc).map(|()| false),
            "Stock Reconciliation" => self.submit_reconciliation(doc).map(|()| false),
            "Payment Entry" => self.submit_payment(doc).map(|()| true),
            "Journal Entry" => self.submit_journal(doc).map(|()| false),
            "Work Order" => self.submit_work_order(doc).map(|()| true),
            "Job Card" => self.submit_job_card(doc).map(|()| true),
            _ => Ok(false),
        }
    }

    pub(crate) fn on_cancel(&mut self, doc: &Doc) -> Res<()> {
        let doctype = text(doc, "doctype").to_owned();
        self.no_links_back(&doctype, text(doc, "name"))?;
        // By ERPNext's source, while a Repost Item Valuation of it is in progress.
        if is(doc, "__reposting") {
            return Err(Error::invalid(
                "Cannot cancel the transaction. Reposting of item valuation on submission is not completed yet.",
            ));
        }
        match doctype.as_str() {
            "Sales Invoice" | "Purchase Invoice" => self.cancel_invoice(doc)?,
            "Sales Order" | "Purchase Order" => self.cancel_order(doc),
            "Delivery Note" | "Purchase Receipt" => self.cancel_delivery(doc)?,
            "Stock Entry" => self.cancel_stock_entry(doc),
            "Payment Entry" => self.cancel_payment(doc),
            "Job Card" => self.cancel_job_card(doc),
            "Journal Entry" => self.journal_pays(doc, -1.0),
            _ => {}
        }
        self.unpost_stock(doc)?;
        self.ungl(doc);
        Ok(())
    }

    /// A submitted document that builds on this one keeps it from being cancelled.
    fn no_links_back(&self, doctype: &str, name: &str) -> Res<()> {
        let by: &[(&str, &str, &str)] = match doctype {
            "Sales Order" => &[
                ("Delivery Note", "items", "against_sales_order"),
                ("Sales Invoice", "items", "sales_order"),
                ("Work Order", "", "sales_order"),
            ],
            "Purchase Order" => {
                &[("Purchase Receipt", "items", "purchase_order"), ("Purchase Invoice", "items", "purchase_order")]
            }
            "Delivery Note" => &[("Sales Invoice", "items", "delivery_note"), ("Delivery Note", "", "return_against")],
            "Purchase Receipt" => {
                &[("Purchase Invoice", "items", "purchase_receipt"), ("Purchase Receipt", "", "return_against")]
            }
            "Sales Invoice" | "Purchase Invoice" => {
                &[(if doctype == "Sales Invoice" { "Sales Invoice" } else { "Purchase Invoice" }, "", "return_against")]
            }
            "Stock Entry" => &[("Stock Entry", "", "outgoing_stock_entry")],
            "Work Order" => &[("Stock Entry", "", "work_order")],
            "BOM" => &[("Work Order", "", "bom_no")],
            _ => &[],
        };
        for (other, table, field) in by {
            let hit = self.db.rows(other).filter(|d| Self::state(d) == 1).find(|d| match *table {
                "" => text(d, field) == name,
                table => rows(d, table).iter().any(|row| text(row, field) == name),
            });
            if let Some(hit) = hit {
                let by = text(hit, "name");
                let text = format!("Cannot delete or cancel because {doctype} {name} is linked with {other} {by}");
                return Err(Error::refused("LinkExistsError", text));
            }
        }
        Ok(())
    }

    /// Date and time: now, unless the document says that it sets them.
    pub(crate) fn posting_time(&mut self, doc: &mut Doc) {
        if !is(doc, "set_posting_time") {
            let now = self.clock.now();
            put(doc, "posting_date", &now[..10]);
            put(doc, "posting_time", &now[11..]);
        }
        fill(doc, "company", COMPANY);
    }

    /// The fiscal year and the accounting period of a day.
    pub(crate) fn open_day(&self, doc: &Doc, field: &str) -> Res<()> {
        let day = owned(doc, field);
        if clock::date(&day).is_none() {
            return Ok(());
        }
        let within = |d: &Doc, from: &str, to: &str| *day >= *text(d, from) && *day <= *text(d, to);
        if !self.db.rows("Fiscal Year").any(|y| !is(y, "disabled") && within(y, "year_start_date", "year_end_date")) {
            let text =
                format!("Date {} is not in any active Fiscal Year for <strong>{COMPANY}</strong>", shown_day(&day));
            return Err(Error::refused("FiscalYearError", text));
        }
        let doctype = text(doc, "doctype");
        let company = Self::company(doc);
        let ours = |p: &&Arc<Doc>| within(p, "start_date", "end_date") && text(p, "company") == company;
        for period in self.db.rows("Accounting Period").filter(ours) {
            let closed = |row: &&Doc| text(row, "document_type") == doctype && is(row, "closed");
            if rows(period, "closed_documents").iter().any(closed) {
                let name = text(period, "name");
                let text = format!(
                    "You cannot create a {doctype} within the closed Accounting Period <strong>{name}</strong>"
                );
                return Err(Error::refused("ClosedAccountingPeriod", text));
            }
        }
        Ok(())
    }

    /// Whole numbers of what is counted.
    pub(crate) fn whole_number(&self, idx: usize, uom: &str, qty: f64) -> Res<()> {
        let whole = self.db.get("UOM", uom).is_some_and(|u| is(&u, "must_be_whole_number"));
        if whole && (qty - qty.round()).abs() > 1e-7 {
            let text = format!(
                "Row {idx}: Quantity ({qty}) cannot be a fraction. To allow this, disable '<strong>Must be Whole Number</strong>' in UOM <strong>{uom}</strong>."
            );
            return Err(Error::refused("UOMMustBeIntegerError", text));
        }
        Ok(())
    }

    /// How many stock units one of these units is.
    pub(crate) fn factor(&self, item: &Doc, uom: &str) -> f64 {
        let row = rows(item, "uoms").into_iter().find(|r| text(r, "uom") == uom);
        row.map(|r| crate::doc::num(r, "conversion_factor")).filter(|f| *f > 0.0).unwrap_or(1.0)
    }

    /// Where an item is kept by default.
    pub(crate) fn home(&self, item: &Doc) -> String {
        let row = rows(item, "item_defaults").into_iter().find(|r| text(r, "company") == COMPANY);
        let home = row.map(|r| owned(r, "default_warehouse")).unwrap_or_default();
        if home.is_empty() { "Stores - TW".into() } else { home }
    }
}
