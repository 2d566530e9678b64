//! Whether the fields that a doctype says it has are columns of its table.
//!
//! ERPNext keeps a custom field before it alters the table. Where that fails or takes too long the field is there without its column, and
//! nobody can save a document of that doctype any more. Out: which field, and the remedy. Absent: mending it.

use crate::client::{Client, Failure, Query};

/// What the database says of a column that there is not.
const UNKNOWN: &str = "1054";

/// A field without its column.
pub(super) struct Lost(pub(super) String);

impl Lost {
    pub(super) const FOUND: &str = "it is there without its column, and nobody can save a document";

    /// One of these fields of a doctype; none where all are columns, or where whoever asks may not list it.
    pub(super) fn among(client: &Client, doctype: &str, fields: &[&str]) -> Result<Option<Self>, Failure> {
        if fields.is_empty() {
            return Ok(None);
        }
        match client.list(doctype, &Query { fields, page: 1, ..Query::default() }) {
            // Where it shows no exception it is known by its class alone.
            Err(Failure::Refused { exc_type, exception, .. })
                if exc_type == "OperationalError" && (exception.is_empty() || exception.contains(UNKNOWN)) =>
            {
                let named = fields.iter().find(|field| exception.contains(**field));
                Ok(Some(Self(named.map_or_else(|| fields.join(", "), |field| (*field).to_owned()))))
            }
            Ok(_) | Err(Failure::Refused { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    pub(super) fn remedy(&self, doctype: &str) -> String {
        format!("Open the Custom Field of {doctype}, {}, in ERPNext and save it again, or run `bench migrate`.", self.0)
    }
}
