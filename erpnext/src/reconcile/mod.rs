//! What ERPNext has of a site, line by line, to be held against what the office has.
//!
//! In: a site and days, or ids, or names, or warehouses. Out: [`There`]s, and what was [`Moved`], a page at a time. Absent: what they are
//! held against: that is the core's (`reconcile`).
//!
//! A document belongs to the day that its paper says: `outpost_date` where it was posted on another. So both fields are asked for, and
//! whoever takes the lines looks which it is. Pages go by name, from the last one on: what is posted meanwhile shifts none of them.

pub(crate) mod columns;
mod moved;

pub use moved::Moved;

use crate::client::{Client, Failure, Query};
use jiff::civil::Date;
use outpost_core::domain::document::Kind;
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::reconcile::There;
use serde_json::{Value, json};

/// Lines of a page.
const PAGE: usize = 500;
/// Ids or names in one question.
pub const AT_ONCE: usize = 50;

/// ERPNext, as it is read for a comparison.
pub struct Reader<'a> {
    /// Under the connector's key.
    pub client: &'a Client,
    /// The digits of the company's currency.
    pub digits: u32,
}

impl Reader<'_> {
    /// Hands over what is said to be a site's and is of these days, by either of its two; `take` says whether to go on.
    pub fn of_days(
        &self,
        site: &SiteId,
        kind: Kind,
        (from, to): (Date, Date),
        take: &mut dyn FnMut(There) -> bool,
    ) -> Result<(), Failure> {
        if !kind.has_id() {
            return Ok(());
        }
        // A moment of the last day is later than its date.
        let end = if kind.is_master() { format!("{to} 23:59:59.999999") } else { to.to_string() };
        let mut or_filters = vec![json!([columns::day(kind), "between", [from.to_string(), end]])];
        if columns::has_true_day(kind) {
            or_filters.push(json!(["outpost_date", "between", [from.to_string(), to.to_string()]]));
        }
        let mut last = String::new();
        loop {
            let filters = vec![json!(["outpost_site", "=", site.as_str()]), json!(["name", ">", last])];
            let rows = self.rows(kind, filters, or_filters.clone(), PAGE)?;
            let whole = rows.len() == PAGE;
            for row in &rows {
                let Some(there) = columns::read(kind, self.digits, row) else { continue };
                last.clone_from(&there.name);
                if !take(there) {
                    return Ok(());
                }
            }
            if !whole {
                return Ok(());
            }
        }
    }

    /// What has these ids, at most [`AT_ONCE`] of them, of whichever day and site.
    pub fn of_ids(&self, kind: Kind, ids: &[IntentId]) -> Result<Vec<There>, Failure> {
        if !kind.has_id() || ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        // One that is there twice is seen twice.
        let rows = self.rows(kind, vec![json!(["outpost_id", "in", ids])], Vec::new(), 2 * AT_ONCE)?;
        Ok(rows.iter().filter_map(|row| columns::read(kind, self.digits, row)).collect())
    }

    /// What has these names, at most [`AT_ONCE`] of them: a Job Card, or a customer that is another site's as well, has no id of ours.
    pub fn of_names(&self, kind: Kind, names: &[String]) -> Result<Vec<There>, Failure> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows(kind, vec![json!(["name", "in", names])], Vec::new(), AT_ONCE)?;
        Ok(rows.iter().filter_map(|row| columns::read(kind, self.digits, row)).collect())
    }

    fn rows(
        &self,
        kind: Kind,
        filters: Vec<Value>,
        or_filters: Vec<Value>,
        page: usize,
    ) -> Result<Vec<Value>, Failure> {
        let fields = columns::of(kind);
        let query = Query { fields: &fields, filters, or_filters, order_by: "name asc", page, ..Query::default() };
        self.client.list(kind.name(), &query)
    }
}
