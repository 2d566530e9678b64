//! How references become ERPNext's names: by our id, which every document that we posted has there.

use super::{Library, masters};
use crate::client::{Client, Failure, Query};
use crate::payload::{Known, Left, Names, Wanted};
use outpost_core::domain::document::{Document, Kind, Paid, Ref, Text};
use outpost_core::domain::id::IntentId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most names of parties that are kept.
const MAX_PARTIES: usize = 10_000;

/// Asks ERPNext.
pub(super) struct Erp<'a> {
    pub(super) client: &'a Client,
    pub(super) library: &'a dyn Library,
    pub(super) parties: &'a mut BTreeMap<IntentId, String>,
    /// The document is there, and its body is only held against it.
    pub(super) later: bool,
}

impl Erp<'_> {
    fn name(&self, kind: Kind, id: IntentId) -> Result<Option<String>, Failure> {
        Ok(self.client.find(kind.name(), &id.to_string())?.map(|(name, _)| name))
    }

    /// The Sales Order that stood in a row of a site's own payment.
    fn order(&self, payment: IntentId, row: &Text) -> Result<Option<String>, Failure> {
        let Some(Document::PaymentEntry(payment)) = self.library.document(payment).map(|made| made.document) else {
            return Ok(None);
        };
        let index = row.as_str().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let Some(paid) = index.and_then(|index| payment.references.get(index)) else { return Ok(None) };
        match (&paid.reference_doctype, &paid.reference_name) {
            (Paid::SalesOrder, Ref::Office(name)) => Ok(Some(name.to_string())),
            (Paid::SalesOrder, Ref::Own(id)) => self.name(Kind::SalesOrder, *id),
            _ => Ok(None),
        }
    }
}

impl Names for Erp<'_> {
    fn document(&mut self, kind: Kind, id: IntentId) -> Result<Option<Known>, Failure> {
        let party = matches!(kind, Kind::Customer | Kind::Supplier);
        // What is there already was renamed with its party, if that was.
        if party
            && !self.later
            && let Some(name) = self.parties.get(&id)
        {
            return Ok(Some(Known { name: name.clone(), rows: Vec::new(), cancelled: false }));
        }
        let Some((name, docstatus)) = self.client.find(kind.name(), &id.to_string())? else {
            let joined = if party { masters::joined(self.client, self.library, kind, id)? } else { None };
            return Ok(joined.map(|name| Known { name, rows: Vec::new(), cancelled: false }));
        };
        if party {
            if self.parties.len() >= MAX_PARTIES {
                self.parties.clear();
            }
            self.parties.insert(id, name.clone());
            return Ok(Some(Known { name, rows: Vec::new(), cancelled: false }));
        }
        let table = if kind == Kind::PaymentEntry { "references" } else { "items" };
        let whole = self.client.get(kind.name(), &name)?;
        let rows = whole.get(table).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let row_name = |row: &Value| row.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Some(Known { name, rows: rows.iter().map(row_name).collect(), cancelled: docstatus == 2 }))
    }

    fn advance(&mut self, payment: &Ref, row: Option<&Text>) -> Result<Option<Left>, Failure> {
        let (name, order) = match payment {
            Ref::Office(name) => (Some(name.to_string()), None),
            Ref::Own(id) => {
                let order = row.map(|row| self.order(*id, row)).transpose()?.flatten();
                (self.name(Kind::PaymentEntry, *id)?, order)
            }
        };
        let Some(name) = name else { return Ok(None) };
        let whole = self.client.get(Kind::PaymentEntry.name(), &name)?;
        if self.later {
            // The invoice has used it: what is left now says nothing of what was left then.
            let amount = whole.get("paid_amount").and_then(crate::readback::decimal).unwrap_or_default();
            return Ok(Some(Left { payment: name, row: None, amount }));
        }
        Ok(match (row, &order) {
            (None, _) => Left::of(&whole, Wanted::Unallocated),
            (Some(_), Some(order)) => Left::of(&whole, Wanted::Order(order)),
            (Some(row), None) => Left::of(&whole, Wanted::Row(row.as_str())),
        })
    }

    fn later(&self) -> bool {
        self.later
    }
}

/// Which of these ids ERPNext has: submitted, or a master.
pub(super) fn among(client: &Client, kind: Kind, ids: &[IntentId]) -> Result<Vec<IntentId>, Failure> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let master = super::is_master(kind);
    let query = Query {
        fields: &["outpost_id", "docstatus"],
        filters: vec![json!(["outpost_id", "in", texts])],
        page: ids.len(),
        ..Query::default()
    };
    let rows = client.list(kind.name(), &query)?;
    let counts = |row: &&Value| master || row.get("docstatus").and_then(Value::as_u64) == Some(1);
    let found: Vec<&str> =
        rows.iter().filter(counts).filter_map(|row| row.get("outpost_id").and_then(Value::as_str)).collect();
    Ok(ids.iter().zip(&texts).filter(|(_, text)| found.contains(&text.as_str())).map(|(id, _)| *id).collect())
}
