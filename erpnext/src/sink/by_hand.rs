//! What somebody has entered in ERPNext by hand in the place of a document of a workshop: whether it may stand for it, and what it says
//! otherwise.
//!
//! In: a document, and the name that a person gives. Out: [`ByHand`]. What may stand for it counts in ERPNext, is of the same kind and
//! company, and is nobody else's document. A person may have entered other amounts on purpose: these are told, and decide nothing.
//! Absent: who has said so, and whether the name is another document's already, which ERPNext does not know: both are the office's.

mod paper;

use super::names::{self, Erp};
use super::{Erpnext, masters};
use crate::client::{Client, Failure, Query};
use crate::payload::Names;
use crate::readback::decimal;
use crate::reconcile::columns;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Kind, Ref, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{ByHand, Place, Posted};
use paper::Paper;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Digits of a currency where the site's settings are not known.
const DIGITS: u8 = 2;

impl Erpnext {
    pub(super) fn look_by_hand(&mut self, submitted: &Submitted, name: &Text, at: &Place) -> Result<ByHand, Failure> {
        let (kind, id) = (submitted.document.kind(), submitted.id);
        if let Some(why) = found_otherwise(kind) {
            return Ok(ByHand::No(why.into()));
        }
        let doctype = kind.name();
        let there = match self.client.get(doctype, name.as_str()) {
            Err(failure) if failure.is("DoesNotExistError") => {
                return Ok(ByHand::No(format!("ERPNext has no {doctype} {name}: look there what it is called")));
            }
            there => there?,
        };
        if let Some(why) = self.cannot(submitted, name, &there) {
            return Ok(ByHand::No(why));
        }
        if !names::among(&self.client, kind, &[id])?.is_empty() {
            let why = "it is in ERPNext under its own id as well: cancel that one there, or correct it and retry";
            return Ok(ByHand::No(why.into()));
        }
        // ERPNext finds a name in whichever letters it is written.
        let Some(name) =
            there.get("name").and_then(Value::as_str).and_then(|name| Text::try_from(name.to_owned()).ok())
        else {
            return Ok(ByHand::No(format!("ERPNext's answer to {name} names no document: ask again")));
        };
        if kind.is_master() {
            let differences = masters::otherwise(&submitted.document, &there);
            return Ok(ByHand::There { posted: Posted::new(name), differences });
        }
        let party = submitted.document.rules().party().map(|party| self.party(party)).transpose()?;
        let masters = self.library.masters(&self.site);
        let digits = masters.settings(&self.site).map_or(DIGITS, |settings| settings.currency_precision);
        let own = submitted.day().unwrap_or(at.day);
        let paper = Paper { submitted, own, party, digits: digits.into(), map: &self.map };
        let day = columns::read(kind, paper.digits, &there).and_then(|there| there.day).filter(|day| *day != own);
        Ok(ByHand::There { posted: Posted { day, ..Posted::new(name) }, differences: paper.differences(&there) })
    }

    /// Why what is there cannot stand for it, in whatever sums.
    fn cannot(&self, submitted: &Submitted, name: &Text, there: &Value) -> Option<String> {
        let is_party = submitted.document.kind().is_master();
        match text(there, "outpost_id") {
            "" => {}
            id if id == submitted.id.to_string() => {
                return Some(format!("{name} has this document's own id: retry it, and it is found"));
            }
            // Two that somebody has joined are one.
            _ if is_party => {}
            id => {
                return Some(format!("{name} is another document of a workshop, {id}: name the one entered by hand"));
            }
        }
        match there.get("docstatus").and_then(Value::as_u64) {
            Some(0) if is_party => {}
            Some(1) => {}
            Some(0) => return Some(format!("{name} is a draft: submit it in ERPNext first")),
            _ => return Some(format!("{name} is cancelled in ERPNext: name the one that counts there")),
        }
        let masters = self.library.masters(&self.site);
        let of_site = || masters.settings(&self.site).map(|settings| settings.company.to_string());
        let ours = self.map.company.clone().or_else(of_site)?;
        let theirs = there.get("company").and_then(Value::as_str).filter(|theirs| *theirs != ours)?;
        Some(format!("{name} is of {theirs}, and the site of {ours}: name one of {ours}"))
    }

    /// What ERPNext calls a customer or supplier; as the paper does where the one that a site has made is not there.
    fn party(&mut self, party: &Text) -> Result<String, Failure> {
        let Ref::Own(id) = Ref::from(party.clone()) else { return Ok(party.to_string()) };
        let (parties, centers) = (&mut self.parties, &mut self.centers);
        let mut names = Erp { client: &self.client, library: &*self.library, parties, centers, later: true };
        for kind in [Kind::Customer, Kind::Supplier] {
            if let Some(known) = names.document(kind, id)? {
                return Ok(known.name);
            }
        }
        Ok(party.to_string())
    }
}

/// Why a kind needs nobody to say under which name it is.
fn found_otherwise(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::JobCard => Some("time is found on its Job Card by its lines: add them there, and retry"),
        kind if !kind.has_id() => Some("ERPNext has no place for a till's count: it is the office's alone"),
        Kind::Item => Some("an item is found by its code and unit: make it so in ERPNext, and retry"),
        _ => None,
    }
}

/// Which of these are there under the names that people have given, and count.
pub(super) fn among(client: &Client, kind: Kind, named: &[(IntentId, Text)]) -> Result<Vec<IntentId>, Failure> {
    let found = states(client, kind, named)?;
    let counts = |name: &Text| found.get(name.as_str()).is_some_and(|state| kind.is_master() || *state == Some(1));
    Ok(named.iter().filter(|(_, name)| counts(name)).map(|(id, _)| *id).collect())
}

/// Which of these are cancelled in ERPNext, with what to say of each that the site has not cancelled.
pub(super) fn cancelled_among(
    client: &Client,
    kind: Kind,
    named: &[(IntentId, Text)],
) -> Result<Vec<(IntentId, String)>, Failure> {
    let found = states(client, kind, named)?;
    let is_cancelled = |name: &Text| found.get(name.as_str()) == Some(&Some(2));
    Ok(named.iter().filter(|(_, name)| is_cancelled(name)).map(|(id, name)| (*id, cancelled_there(name))).collect())
}

/// What to do about one that somebody has cancelled there.
fn cancelled_there(name: &Text) -> String {
    format!(
        "Somebody has cancelled it in ERPNext, where it was entered by hand as {name}. Cancel it here as well, give it up, say under which \
         name it was entered anew: `outpost office held entered`, or retry it to have it posted as its paper says."
    )
}

/// The docstatus of each name that ERPNext has.
fn states(client: &Client, kind: Kind, named: &[(IntentId, Text)]) -> Result<BTreeMap<String, Option<u64>>, Failure> {
    let names: BTreeSet<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
    let query = Query {
        fields: &["name", "docstatus"],
        filters: vec![json!(["name", "in", names])],
        page: named.len(),
        ..Query::default()
    };
    let state = |row: &Value| (text(row, "name").to_owned(), row.get("docstatus").and_then(Value::as_u64));
    Ok(client.list(kind.name(), &query)?.iter().map(state).collect())
}

/// ERPNext's names of the rows of one that was entered by hand, in the order of the paper's: people enter them in any order. Empty where it
/// has no such row.
pub(super) fn rows(paper: Option<&Submitted>, theirs: &[Value]) -> Vec<String> {
    let rules = paper.map(|paper| paper.document.rules());
    let ours = rules.map(|rules| rules.item_rows()).unwrap_or_default();
    let mut left: Vec<&Value> = theirs.iter().collect();
    let mut take = |code: &str, qty: Option<Decimal>| {
        let is = |row: &&Value| text(row, "item_code") == code && (qty.is_none() || amount(row, "qty") == qty);
        left.iter().position(is).map(|at| text(left.remove(at), "name").to_owned())
    };
    let mut rows: Vec<Option<String>> =
        ours.iter().map(|row| take(row.item_code.as_str(), Some(row.qty.abs()))).collect();
    for (name, row) in rows.iter_mut().zip(&ours).filter(|(name, _)| name.is_none()) {
        *name = take(row.item_code.as_str(), None);
    }
    rows.into_iter().map(Option::unwrap_or_default).collect()
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A number without its sign: what comes back is negative in ERPNext.
fn amount(row: &Value, field: &str) -> Option<Decimal> {
    row.get(field).and_then(decimal).map(Decimal::abs)
}
