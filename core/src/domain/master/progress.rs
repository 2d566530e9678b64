//! How far one site has brought an order, an invoice or a Work Order that others have as well.

use super::keep::Parts;
use super::{Named, is_default, ref_parts};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text};
use crate::domain::effects::Progress;
use crate::domain::id::SiteId;
use serde::{Deserialize, Serialize};

/// What a site's documents did with an order or invoice, for the other sites that have it. The office makes these rows from the site's
/// journal, whatever became of the documents in the books; no file has them, and the site itself gets none of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteProgress {
    /// The Sales Order, Work Order or invoice.
    pub of: Ref,
    /// Whose documents.
    pub site: SiteId,
    /// Which part of its lines, from 0: an order with many lines has several rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub part: u32,
    /// Paid ahead on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub advance_paid: Decimal,
    /// Paid on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid: Decimal,
    /// Produced of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub produced_qty: Decimal,
    /// Its lines, at most [`MAX_LINES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineProgress>,
}

/// Most lines of one row. With the longest names and figures they fit into a message's row of 64 KiB.
pub const MAX_LINES: usize = 90;

/// How far a line of an order, or an operation of a Work Order, was brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProgress {
    /// The order's row, or the operation.
    pub name: Text,
    /// Delivered of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivered_qty: Decimal,
    /// Billed of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub billed_qty: Decimal,
    /// Completed of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed_qty: Decimal,
}

impl SiteProgress {
    /// How far it was brought in one respect; zero where that is not told between sites.
    pub fn done(&self, row: Option<&Text>, what: Progress) -> Decimal {
        let line = || self.lines.iter().find(|line| Some(&line.name) == row);
        let of_line = |of: fn(&LineProgress) -> Decimal| line().map(of).unwrap_or_default();
        match what {
            Progress::Advanced => self.advance_paid,
            Progress::Paid => self.paid,
            Progress::Produced => self.produced_qty,
            Progress::Delivered => of_line(|line| line.delivered_qty),
            Progress::Billed => of_line(|line| line.billed_qty),
            Progress::Completed => of_line(|line| line.completed_qty),
            _ => Decimal::ZERO,
        }
    }
}

impl Named for SiteProgress {
    fn parts(&self) -> Parts<'_> {
        let [of, ..] = ref_parts(&self.of);
        let part = if self.part == 0 { String::new() } else { self.part.to_string() };
        [of, self.site.as_str().into(), part.into(), "".into()]
    }
}
