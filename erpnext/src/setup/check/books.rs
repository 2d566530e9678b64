//! What is looked up in ERPNext by name, each once.
//!
//! In: a doctype and names. Out: the documents that there are. Absent: what is good and what is not.

use super::super::meta::{get, number, text};
use crate::client::{Client, Failure, Query};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Names in one question: they stand in its address.
const AT_ONCE: usize = 50;

/// ERPNext, looked up.
pub(super) struct Books<'a> {
    pub(super) client: &'a Client,
    whole: BTreeMap<(&'static str, String), Option<Value>>,
}

impl<'a> Books<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, whole: BTreeMap::new() }
    }

    /// A whole document, with its tables; nothing where there is none.
    pub(super) fn whole(&mut self, doctype: &'static str, name: &str) -> Result<Option<Value>, Failure> {
        let key = (doctype, name.to_owned());
        if let Some(known) = self.whole.get(&key) {
            return Ok(known.clone());
        }
        let found = get(self.client, doctype, name)?;
        self.whole.insert(key, found.clone());
        Ok(found)
    }

    /// Some fields of the documents of these names that there are.
    pub(super) fn some(
        &self,
        doctype: &str,
        fields: &[&str],
        names: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let names: Vec<&String> = names.iter().collect();
        let mut found = BTreeMap::new();
        for names in names.chunks(AT_ONCE) {
            let filters = vec![json!(["name", "in", names])];
            let query = Query { fields, filters, page: AT_ONCE, ..Query::default() };
            let rows = self.client.list(doctype, &query)?;
            found.extend(rows.into_iter().map(|row| (text(&row, "name").to_owned(), row)));
        }
        Ok(found)
    }

    /// Rows of a short list.
    pub(super) fn list(&self, doctype: &str, fields: &[&str], filters: Vec<Value>) -> Result<Vec<Value>, Failure> {
        self.client.list(doctype, &Query { fields, filters, page: 100, ..Query::default() })
    }
}

/// Why nothing can be booked on a document of a company: it is a group, it is disabled, it is another company's.
pub(super) fn unusable(doc: &Value, company: &str) -> Option<String> {
    let of = text(doc, "company");
    if number(doc, "is_group") == 1 {
        Some("is a group, on which nothing is booked".into())
    } else if number(doc, "disabled") == 1 {
        Some("is disabled".into())
    } else if of != company {
        Some(format!("is of the company {of:?}, and the site of {company:?}"))
    } else {
        None
    }
}
