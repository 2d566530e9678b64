//! Workflows on what workshops post: people's approval, which a document that comes from a workshop does not wait for.
//!
//! ERPNext books at once what is submitted as it is made, whatever state its Workflow shows then: by Frappe's source one that says that somebody
//! has approved it. Out: which there are. Only a System Manager may list them.

use super::fields::made;
use super::meta::text;
use crate::client::{Client, Failure, Query};
use outpost_core::domain::document::Kind;
use serde_json::json;
use std::fmt;

/// More than anybody has.
const PAGE: usize = 200;

/// One that is active.
pub(super) struct Workflow {
    pub(super) name: String,
    doctype: String,
}

impl Workflow {
    pub(super) const REMEDY: &str = "Switch it off (Is Active) in ERPNext: who may make what is decided at the workshop, and what is posted counts at once.";

    /// Those that are active on what is submitted for workshops; nothing where whoever asks may not list them.
    pub(super) fn active(admin: &Client) -> Result<Option<Vec<Self>>, Failure> {
        let submitted = made().filter(|kind| !kind.is_master()).chain([Kind::JobCard]);
        let doctypes: Vec<_> = submitted.map(Kind::name).collect();
        let query = Query {
            fields: &["name", "document_type"],
            filters: vec![json!(["is_active", "=", 1]), json!(["document_type", "in", doctypes])],
            order_by: "document_type asc",
            page: PAGE,
            ..Query::default()
        };
        let rows = match admin.list("Workflow", &query) {
            Err(failure) if failure.is("PermissionError") => return Ok(None),
            rows => rows?,
        };
        let of = |field: &str, row| text(row, field).to_owned();
        Ok(Some(rows.iter().map(|row| Self { name: of("name", row), doctype: of("document_type", row) }).collect()))
    }
}

impl fmt::Display for Workflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, doctype } = self;
        write!(
            f,
            "{doctype} has the active Workflow {name}: what a workshop has made is booked at once, whatever state it shows, and nobody has approved it"
        )
    }
}
