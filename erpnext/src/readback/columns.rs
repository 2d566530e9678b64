//! Which columns of ERPNext's a comparison looks at: no others have to be read.
//!
//! In: the columns of a doctype, and the names of what was sent. Out: those that can change what [`differences`](super::differences) says.
//! Absent: how they are read. What is not among them may read as it likes; that it says nothing is what the tests of this module try with
//! every field of every recorded document.

use super::{OURS, unsaid};
use std::collections::{BTreeSet, HashSet};

/// What [`Expected`](super::Expected) looks at beyond what was sent, in documents and in their rows.
const FIGURES: [&str; 44] = [
    "amount",
    "batch_no",
    "conversion_factor",
    "difference",
    "difference_amount",
    "discount_amount",
    "docstatus",
    "end_date",
    "from_time",
    "from_warehouse",
    "grand_total",
    "item_code",
    "name",
    "net_amount",
    "net_rate",
    "net_total",
    "outstanding_amount",
    "paid_amount",
    "parent_item",
    "purpose",
    "qty",
    "rate",
    "rounded_total",
    "rounding_adjustment",
    "s_warehouse",
    "start_date",
    "status",
    "stock_qty",
    "stock_uom_rate",
    "t_warehouse",
    "tax_amount_after_discount_amount",
    "to_time",
    "total",
    "total_advance",
    "total_allocated_amount",
    "total_amount",
    "total_credit",
    "total_debit",
    "total_hours",
    "total_qty",
    "total_taxes_and_charges",
    "transfer_qty",
    "unallocated_amount",
    "warehouse",
];

/// Those of `columns` that are looked at where these fields were sent.
pub(crate) fn looked_at<'c>(columns: &'c [String], sent: &BTreeSet<&str>) -> Vec<&'c str> {
    let there: HashSet<&str> = columns.iter().map(String::as_str).collect();
    let is_looked_at = |column: &&str| {
        sent.contains(column)
            || FIGURES.contains(column)
            || OURS.contains(column)
            || unsaid::looks_at(column, |other| there.contains(other))
    };
    columns.iter().map(String::as_str).filter(is_looked_at).collect()
}
