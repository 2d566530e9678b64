//! How references become ERPNext's names: by our id, which every document that we posted has there, or by the name under which somebody has
//! entered it by hand.

use super::{Library, by_hand, masters};
use crate::client::{Client, Failure, Query};
use crate::payload::{Known, Left, Names, Part, Wanted};
use crate::readback::decimal;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Document, Kind, Paid, Ref, Text};
use outpost_core::domain::id::IntentId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Most names of parties that are kept.
const MAX_PARTIES: usize = 10_000;
/// How long a company's cost center is not asked for again.
const CENTER_FOR: Duration = Duration::from_secs(600);

/// Asks ERPNext.
pub(super) struct Erp<'a> {
    pub(super) client: &'a Client,
    pub(super) library: &'a dyn Library,
    pub(super) parties: &'a mut BTreeMap<IntentId, String>,
    pub(super) centers: &'a mut Centers,
    /// The document is there, and its body is only held against it.
    pub(super) later: bool,
}

/// What ERPNext has of a document: under the name by which somebody has entered it by hand, else under our id. Its name, and whether it is a
/// draft (0), submitted (1) or cancelled (2).
pub(super) fn find(
    client: &Client,
    library: &dyn Library,
    kind: Kind,
    id: IntentId,
) -> Result<Option<(String, u8)>, Failure> {
    let Some(name) = library.by_hand(id) else { return client.find(kind.name(), &id.to_string()) };
    match client.get(kind.name(), name.as_str()) {
        Err(failure) if failure.is("DoesNotExistError") => Ok(None),
        Err(failure) => Err(failure),
        Ok(there) => {
            let docstatus = there.get("docstatus").and_then(Value::as_u64).unwrap_or(0);
            Ok(Some((name.to_string(), docstatus as u8)))
        }
    }
}

impl Erp<'_> {
    fn name(&self, kind: Kind, id: IntentId) -> Result<Option<String>, Failure> {
        Ok(find(self.client, self.library, kind, id)?.map(|(name, _)| name))
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
            return Ok(Some(Known { name: name.clone(), rows: Vec::new(), cancelled: false, project: None }));
        }
        let Some((name, docstatus)) = find(self.client, self.library, kind, id)? else {
            let joined = if party { masters::joined(self.client, self.library, kind, id)? } else { None };
            return Ok(joined.map(|name| Known { name, rows: Vec::new(), cancelled: false, project: None }));
        };
        if party {
            if self.parties.len() >= MAX_PARTIES {
                self.parties.clear();
            }
            self.parties.insert(id, name.clone());
            return Ok(Some(Known { name, rows: Vec::new(), cancelled: false, project: None }));
        }
        let table = if kind == Kind::PaymentEntry { "references" } else { "items" };
        let whole = self.client.get(kind.name(), &name)?;
        let rows = whole.get(table).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let row_name = |row: &Value| row.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let rows = match self.library.by_hand(id) {
            Some(_) if table == "items" => by_hand::rows(self.library.document(id).as_ref(), rows),
            _ => rows.iter().map(row_name).collect(),
        };
        let project = project(&whole);
        Ok(Some(Known { name, rows, cancelled: docstatus == 2, project }))
    }

    fn project(&mut self, kind: Kind, name: &str) -> Result<Option<String>, Failure> {
        let query = Query {
            fields: &["name", "project"],
            filters: vec![json!(["name", "=", name])],
            page: 1,
            ..Query::default()
        };
        Ok(self.client.list(kind.name(), &query)?.first().and_then(project))
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
            let amount = whole.get("paid_amount").and_then(decimal).unwrap_or_default();
            return Ok(Some(Left { payment: name, parts: vec![Part { row: None, amount }] }));
        }
        Ok(match (row, &order) {
            (None, _) => Left::of(&whole, Wanted::Unallocated),
            (Some(_), Some(order)) => Left::of(&whole, Wanted::Order(order)),
            (Some(row), None) => Left::of(&whole, Wanted::Row(row.as_str())),
        })
    }

    fn transferable(&mut self, order: &str) -> Result<Option<Decimal>, Failure> {
        let query = Query {
            fields: &["name", "qty", "material_transferred_for_manufacturing"],
            filters: vec![json!(["name", "=", order])],
            page: 1,
            ..Query::default()
        };
        let rows = self.client.list("Work Order", &query)?;
        let number = |field| rows.first()?.get(field).and_then(decimal);
        let moved = number("material_transferred_for_manufacturing").unwrap_or_default();
        Ok(number("qty").and_then(|qty| qty.minus(moved)))
    }

    fn unvalued(&mut self, places: &[[&str; 2]]) -> Result<Vec<Option<Decimal>>, Failure> {
        let text = |row: &Value, field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let worth = |row: &Value| row.get("valuation_rate").and_then(decimal).unwrap_or_default();
        let [items, warehouses] = [0, 1].map(|at| places.iter().map(|place| place[at]).collect::<BTreeSet<_>>());
        let query = Query {
            fields: &["item_code", "warehouse", "valuation_rate"],
            filters: vec![json!(["item_code", "in", items]), json!(["warehouse", "in", warehouses])],
            page: items.len() * warehouses.len(),
            ..Query::default()
        };
        let bins = self.client.list("Bin", &query)?;
        let valued: BTreeSet<_> = bins
            .iter()
            .filter(|bin| !worth(bin).is_zero())
            .map(|bin| [text(bin, "item_code"), text(bin, "warehouse")])
            .collect();
        let is_valued = |place: &[&str; 2]| valued.contains(&place.map(str::to_owned));
        let unvalued: BTreeSet<_> = places.iter().filter(|place| !is_valued(place)).map(|place| place[0]).collect();
        if unvalued.is_empty() {
            return Ok(vec![None; places.len()]);
        }
        let query = Query {
            fields: &["name", "valuation_rate"],
            filters: vec![json!(["name", "in", unvalued])],
            page: unvalued.len(),
            ..Query::default()
        };
        let own = self.client.list("Item", &query)?;
        let own: BTreeMap<String, Decimal> = own.iter().map(|item| (text(item, "name"), worth(item))).collect();
        let of = |place: &[&str; 2]| (!is_valued(place)).then(|| own.get(place[0]).copied().unwrap_or_default());
        Ok(places.iter().map(of).collect())
    }

    fn cost_center(&mut self, company: &str) -> Result<Option<String>, Failure> {
        if let Some(center) = self.centers.get(company) {
            return Ok(Some(center.to_owned()));
        }
        let center = match self.client.get("Company", company) {
            Ok(found) => found.get("cost_center").and_then(Value::as_str).map(str::to_owned),
            // What it says of the document itself says more.
            Err(Failure::Refused { .. }) => None,
            Err(failure) => return Err(failure),
        };
        let center = center.filter(|center| !center.is_empty());
        if let Some(center) = &center {
            self.centers.insert(company, center);
        }
        Ok(center)
    }

    fn later(&self) -> bool {
        self.later
    }
}

/// The cost centers of companies, each for a while: an accountant may choose another, and nobody tells us.
#[derive(Default)]
pub(super) struct Centers(BTreeMap<String, (String, Instant)>);

impl Centers {
    fn get(&self, company: &str) -> Option<&str> {
        let (center, since) = self.0.get(company)?;
        (since.elapsed() < CENTER_FOR).then_some(center)
    }

    fn insert(&mut self, company: &str, center: &str) {
        self.0.insert(company.to_owned(), (center.to_owned(), Instant::now()));
    }
}

fn project(document: &Value) -> Option<String> {
    document.get("project").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Which of these ids ERPNext has: submitted, or a master.
pub(super) fn among(client: &Client, kind: Kind, ids: &[IntentId]) -> Result<Vec<IntentId>, Failure> {
    let master = kind.is_master();
    let counts = |row: &&Row| master || row.docstatus == Some(1);
    let found: Vec<IntentId> = rows(client, kind, ids)?.iter().filter(counts).map(|row| row.id).collect();
    Ok(ids.iter().filter(|id| found.contains(id)).copied().collect())
}

/// Which of these ids are cancelled in ERPNext, with what to say of each that the site has not cancelled.
pub(super) fn cancelled_among(
    client: &Client,
    kind: Kind,
    ids: &[IntentId],
) -> Result<Vec<(IntentId, String)>, Failure> {
    let rows = rows(client, kind, ids)?;
    let cancelled = rows.into_iter().filter(|row| row.docstatus == Some(2));
    Ok(cancelled.map(|row| (row.id, cancelled_there(&row.name))).collect())
}

/// What to do about one that somebody has cancelled there.
pub(super) fn cancelled_there(name: &str) -> String {
    format!(
        "Somebody has cancelled it in ERPNext, where it is {name}. Cancel it here as well, give it up, or say under which name it was entered \
         anew: `outpost office held entered`."
    )
}

/// What ERPNext has under an id of ours.
struct Row {
    id: IntentId,
    name: String,
    docstatus: Option<u64>,
}

fn rows(client: &Client, kind: Kind, ids: &[IntentId]) -> Result<Vec<Row>, Failure> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let query = Query {
        fields: &["outpost_id", "name", "docstatus"],
        filters: vec![json!(["outpost_id", "in", texts])],
        page: ids.len(),
        ..Query::default()
    };
    let row = |row: &Value| {
        let text = |field| row.get(field).and_then(Value::as_str);
        let at = texts.iter().position(|id| Some(id.as_str()) == text("outpost_id"))?;
        let name = text("name").unwrap_or_default().to_owned();
        Some(Row { id: ids[at], name, docstatus: row.get("docstatus").and_then(Value::as_u64) })
    };
    Ok(client.list(kind.name(), &query)?.iter().filter_map(row).collect())
}
