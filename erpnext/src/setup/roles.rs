//! The connector's roles, and the rights that it has to have by them.
//!
//! Which role may do what is from ERPNext's own definitions (`permissions` of each doctype). System Manager is never among them: who has
//! that may change fields, users and rights, and the key lies in a file.

use super::fields::made;

/// Each role and what it is for.
///
/// Accounts User and Stock User give nothing that the two managers do not: they are there because the system on which everything was
/// tried had them. Without any of the others something below is missing.
pub const ROLES: [(&str, &str); 11] = [
    (
        "Accounts User",
        "books Sales and Purchase Invoices, Payment Entries, Journal Entries; reads accounts and closed periods",
    ),
    ("Accounts Manager", "cancels Sales Invoices, which Accounts User may not"),
    ("Sales User", "makes Sales Orders, Delivery Notes and customers"),
    ("Sales Manager", "keeps ERPNext's pricing rules from Sales Orders, which Sales User may not"),
    ("Stock User", "makes Stock Entries, Delivery Notes, Purchase Receipts; reads warehouses and stock"),
    ("Stock Manager", "makes Stock Reconciliations, which nobody else may; reads Stock Settings"),
    ("Item Manager", "makes items"),
    (
        "Purchase Master Manager",
        "makes suppliers and reads prices (Item Price), which Purchase User and Sales User may not",
    ),
    ("Manufacturing User", "adds time to Job Cards; reads bills of materials and their Work Orders"),
    ("Projects User", "reads projects and makes Timesheets"),
    ("HR User", "reads employees, whose hours a Timesheet is of"),
];

/// Roles that the connector must not have.
pub(super) const NEVER: [&str; 2] = ["System Manager", "Administrator"];

/// What is only read.
const READ: [&str; 19] = [
    "Account",
    "Accounting Period",
    "Activity Type",
    "BOM",
    "Bin",
    "Company",
    "Cost Center",
    "Employee",
    "Fiscal Year",
    "Item Group",
    "Item Price",
    "Mode of Payment",
    "POS Profile",
    "Price List",
    "Project",
    "Stock Ledger Entry",
    "UOM",
    "Warehouse",
    "Work Order",
];

/// What is sent of every sale and purchase, and stands above level 0 in ERPNext's definitions: without it prices are ERPNext's.
pub(super) const UNPRICED: &str = "ignore_pricing_rule";

/// Each doctype and what the connector has to be allowed there.
pub(super) fn rights() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let posted = made().map(|kind| {
        let rights: &[&str] = match kind.is_master() {
            true => &["read", "write", "create"],
            false => &["read", "write", "create", "submit", "cancel"],
        };
        (kind.name(), rights)
    });
    let card: &[&str] = &["read", "write", "submit"];
    let read: &[&str] = &["read"];
    posted.chain([("Job Card", card)]).chain(READ.map(|doctype| (doctype, read)))
}
