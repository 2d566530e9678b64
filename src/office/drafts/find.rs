//! A draft read: whose it is, and which document of ours it is.

use super::At;
use super::said::text;
use crate::domain::document::{Document, Kind};
use crate::domain::id::{IntentId, SiteId};
use crate::domain::master::Masters;
use outpost_erpnext::client::{Client, Failure, Query};
use outpost_erpnext::draft::{self, Origin, Origins, Shapes, TABLES, Unsayable};
use outpost_erpnext::map::Settings;
use outpost_erpnext::payload::About;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Fields of rows that name a warehouse: those that the guard's script looks at.
const PLACES: [&str; 6] =
    ["warehouse", "s_warehouse", "t_warehouse", "from_warehouse", "target_warehouse", "rejected_warehouse"];

/// Why a draft is not asked for.
pub(super) enum Odd {
    /// A person has to change it, in words.
    Draft(String),
    /// ERPNext did not answer: it is looked at again.
    Books(String),
}

impl From<Failure> for Odd {
    fn from(failure: Failure) -> Self {
        Self::Books(failure.to_string())
    }
}

/// The one workshop whose warehouses it touches, and that is posted here.
pub(super) fn site(at: &At, settings: &Settings, there: &Value) -> Result<SiteId, Odd> {
    let rows =
        ["items", "packed_items"].iter().filter_map(|table| there.get(*table).and_then(Value::as_array)).flatten();
    let names: BTreeSet<&str> =
        rows.flat_map(|row| PLACES.iter().map(move |field| text(row, field))).filter(|name| !name.is_empty()).collect();
    let query = Query {
        fields: &["name", "outpost_site", "warehouse_type"],
        filters: vec![json!(["name", "in", names])],
        page: names.len().max(1),
        ..Query::default()
    };
    let found = at.client.list("Warehouse", &query)?;
    let sites: BTreeSet<&str> = found
        .iter()
        .filter(|row| text(row, "warehouse_type") != "Transit")
        .map(|row| text(row, "outpost_site"))
        .filter(|site| !site.is_empty())
        .collect();
    let mut sites = sites.into_iter();
    match (sites.next(), sites.next()) {
        (None, _) => Err(Odd::Draft("no warehouse of it is a workshop's: submit it, nobody has to be asked".into())),
        (Some(one), Some(other)) => Err(Odd::Draft(format!(
            "it is for warehouses of {one} and of {other}, and one workshop is asked: send the goods through a transit warehouse"
        ))),
        (Some(name), None) => {
            let site = name.parse().ok().filter(|site| settings.sites.contains_key(site));
            site.ok_or_else(|| {
                Odd::Draft(format!("the office does not post {name}: correct Outpost Site of the warehouse"))
            })
        }
    }
}

/// The document that it is.
pub(super) fn document(
    at: &At,
    settings: &Settings,
    (kind, site): (Kind, &SiteId),
    there: &Value,
    masters: &Masters,
) -> Result<Document, Odd> {
    let map = settings.sites.get(site).cloned().unwrap_or_default();
    let shapes = Shapes::read(&at.client, kind.name(), &TABLES)?;
    let about = About { site, masters, map: &map, erp_zone: &at.zone, post_on: None };
    let read = draft::document(kind, there, &shapes, &about, &mut Named(&at.client));
    read.map_err(|unsayable| match unsayable {
        Unsayable::Books(failure) => failure.into(),
        Unsayable::Field { .. } => Odd::Draft(unsayable.to_string()),
    })
}

/// ERPNext's names of other documents.
struct Named<'a>(&'a Client);

impl Origins for Named<'_> {
    fn origin(&mut self, kind: Kind, name: &str) -> Result<Option<Origin>, Failure> {
        let there = match self.0.get(kind.name(), name) {
            Err(Failure::Refused { status: 404, .. }) => return Ok(None),
            there => there?,
        };
        let rows = there.get("items").and_then(Value::as_array).into_iter().flatten();
        let rows = rows.map(|row| text(row, "name").to_owned()).collect();
        Ok(Some(Origin { id: text(&there, "outpost_id").parse().ok().map(IntentId), rows }))
    }
}
