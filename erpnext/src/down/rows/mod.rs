//! Rows of ERPNext's documents: pure.
//!
//! In: a document of a list and the child rows that belong to it. Out: a row, nothing where workshops have no use for it, or a reason why
//! none can be made. Amounts and quantities are read by their digits. Absent: where documents come from.

mod accounts;
mod goods;
mod invoices;
mod orders;
mod people;
mod places;
mod prices;
mod sent;
mod taxes;
mod work;

pub(super) use accounts::{account, fiscal_year, mode_of_payment, period};
pub(super) use goods::{batch, bom, item, item_tax_template, uom};
pub(super) use invoices::{purchase_invoice, sales_invoice};
pub(super) use orders::{NOT_OPEN as ORDERS_NOT_OPEN, sales_order};
pub(super) use people::{activity_type, customer, employee, project, supplier, user};
pub(super) use places::warehouse;
pub(super) use prices::{item_price, price_list};
pub(super) use sent::sent;
pub(super) use taxes::{purchase_taxes, sales_taxes};
pub(super) use work::{NOT_OPEN as WORK_NOT_OPEN, work_order};

use super::Scope;
use super::known::Known;
use jiff::civil::Date;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Ref, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::{Row, RowKey, Table};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row, none, or why not.
pub(super) type Made = Result<Option<Row>, String>;

/// What rows are made with.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) scope: &'a Scope,
    pub(super) known: &'a dyn Known,
    /// By ERPNext's clock.
    pub(super) today: Date,
}

impl Scene<'_> {
    /// What a company's books are kept in, as its sites' settings have it from ERPNext.
    fn currency(self, company: &str) -> Option<Text> {
        self.scope.companies.get(company)?.iter().find_map(|site| {
            let key = RowKey { table: Table::Settings, name: site.as_str().into() };
            match self.known.row(&key) {
                Some(Row::Settings(row)) => Some(row.currency),
                _ => None,
            }
        })
    }

    /// An error where a field of a document names another currency than its company's books are kept in: a row's amounts have none.
    fn in_books_currency(self, doc: Doc<'_>, field: &str) -> Result<(), String> {
        let (company, theirs) = (doc.str("company"), doc.str(field));
        match self.currency(company) {
            Some(own) if !theirs.is_empty() && own.as_str() != theirs => Err(format!(
                "it is in {theirs}, and the books of {company} are in {own}: workshops reckon in that alone, so it does not come down"
            )),
            _ => Ok(()),
        }
    }
}

/// A document, or a row of one.
#[derive(Clone, Copy)]
pub(super) struct Doc<'a> {
    pub(super) fields: &'a Value,
    pub(super) with: &'a BTreeMap<&'static str, Vec<Value>>,
}

impl<'a> Doc<'a> {
    /// The rows of a doctype that belong to it.
    pub(super) fn rows(self, doctype: &str) -> impl Iterator<Item = Doc<'a>> {
        let rows = self.with.get(doctype).map_or(&[][..], Vec::as_slice);
        rows.iter().map(move |fields| Doc { fields, with: self.with })
    }

    pub(super) fn str(self, field: &str) -> &'a str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// A text that has to be there.
    pub(super) fn text(self, field: &str) -> Result<Text, String> {
        Text::try_from(self.str(field)).map_err(|why| format!("{field}: {why}"))
    }

    /// A text, where there is one.
    pub(super) fn maybe(self, field: &str) -> Result<Option<Text>, String> {
        if self.str(field).is_empty() { Ok(None) } else { self.text(field).map(Some) }
    }

    /// A text for people: lines become one, and what is too long is cut.
    pub(super) fn loose(self, field: &str) -> Option<Text> {
        let words: Vec<_> = self.str(field).split(|c: char| c.is_whitespace() || c.is_control()).collect();
        let line: String = words.join(" ").chars().take(140).collect();
        Text::try_from(line.trim()).ok()
    }

    /// A number; 0 where there is none.
    pub(super) fn number(self, field: &str) -> Result<Decimal, String> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(Decimal::ZERO),
            Some(Value::Number(number)) => number.to_string().parse().map_err(|why| format!("{field}: {why}")),
            Some(Value::String(text)) => text.trim().parse().map_err(|why| format!("{field}: {why}")),
            Some(other) => Err(format!("{field}: {other} is no number")),
        }
    }

    /// A number above 0.
    pub(super) fn positive(self, field: &str) -> Result<Decimal, String> {
        let number = self.number(field)?;
        if number > Decimal::ZERO { Ok(number) } else { Err(format!("{field}: {number} is not above 0")) }
    }

    pub(super) fn flag(self, field: &str) -> bool {
        match self.fields.get(field) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Number(number)) => number.as_i64().is_some_and(|number| number != 0),
            Some(Value::String(text)) => text == "1",
            _ => false,
        }
    }

    /// A day that has to be there.
    pub(super) fn day(self, field: &str) -> Result<Date, String> {
        self.maybe_day(field)?.ok_or_else(|| format!("{field}: no day"))
    }

    /// A day, where there is one.
    pub(super) fn maybe_day(self, field: &str) -> Result<Option<Date>, String> {
        let text = self.str(field);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| format!("{field}: {text:?} is no day"))
    }

    /// A site's own id of it, where a site made it.
    pub(super) fn intent(self) -> Option<IntentId> {
        let text = Text::try_from(self.str("outpost_id")).ok()?;
        match Ref::from(text) {
            Ref::Own(id) => Some(id),
            Ref::Office(_) => None,
        }
    }

    /// What documents name it by.
    pub(super) fn reference(self) -> Result<Ref, String> {
        Ok(match self.intent() {
            Some(id) => Ref::Own(id),
            None => self.text("name")?.into(),
        })
    }

    /// It is of one of the companies.
    pub(super) fn is_of(self, scope: &Scope) -> bool {
        scope.companies.contains_key(self.str("company"))
    }

    /// What its row says of its company.
    pub(super) fn company(self, scope: &Scope) -> Result<Option<Text>, String> {
        scope.said(self.str("company"))
    }
}

/// What is left where a part is taken away; never below 0.
pub(super) fn less(all: Decimal, part: Decimal) -> Decimal {
    all.minus(part).filter(|rest| !rest.is_negative()).unwrap_or(Decimal::ZERO)
}
