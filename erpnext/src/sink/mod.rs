//! ERPNext as the books that documents are posted into: asked before it is told again, and never believed before it is read back.
//!
//! In: one document at a time, from one site. Out: a [`Verdict`]. Absent: what comes first, and when to try again: that is the core's.
//!
//! One request a document, draft and submission in one, with everything said that ERPNext would fill in only for drafts: parallel drafts
//! deadlock, and a lost answer between two steps leaves a draft. What came of a request is decided by a question: is there a
//! document with our id?

mod cards;
mod masters;
mod names;
mod words;

use crate::client::{Client, Failure};
use crate::map::{ClosedPeriod, SiteMap};
use crate::payload::{self, About, Ask, Request, Unmappable};
use crate::readback::{Expected, Reading, differences};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use names::Erp;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::domain::master::Masters;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{Place, Posted, Sink, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ids in one question.
const AT_ONCE: usize = 50;
/// Most differences that are told of one document.
const MAX_TOLD: usize = 4;

/// What the office knows of documents, for references that ERPNext alone does not resolve.
pub trait Library: Send + Sync {
    /// A document of any site.
    fn document(&self, id: IntentId) -> Option<Submitted>;
    /// The master data of all sites.
    fn masters(&self) -> Arc<Masters>;
}

/// One site's way into ERPNext.
pub struct Erpnext {
    client: Client,
    site: SiteId,
    map: SiteMap,
    zone: TimeZone,
    library: Arc<dyn Library>,
    /// ERPNext's names of customers and suppliers that sites have made.
    parties: BTreeMap<IntentId, String>,
}

impl Erpnext {
    /// For one site. `zone` is ERPNext's own time zone.
    pub fn new(client: Client, site: SiteId, map: SiteMap, zone: TimeZone, library: Arc<dyn Library>) -> Self {
        Self { client, site, map, zone, library, parties: BTreeMap::new() }
    }

    fn request(&mut self, submitted: &Submitted, post_on: Option<Date>) -> Result<Ask, Unmappable> {
        let masters = self.library.masters();
        let about = About { site: &self.site, masters: &masters, map: &self.map, erp_zone: &self.zone, post_on };
        let mut names = Erp { client: &self.client, library: &*self.library, parties: &mut self.parties };
        payload::body(submitted, &about, &mut names)
    }

    /// What a failure means: for this document, or for all of them.
    fn failed(&self, failure: Failure) -> Verdict {
        match failure {
            Failure::Denied(why) => Verdict::Stopped(why),
            Failure::Again(why) => {
                let alive = self.client.call("ping", &json!({})).is_ok();
                Verdict::Again { why, alive }
            }
            Failure::Refused { .. } => {
                let (hold, why) = words::of(&failure);
                Verdict::Held(hold, why)
            }
        }
    }

    fn unmappable(&self, why: Unmappable) -> Verdict {
        match why {
            Unmappable::Books(failure) => self.failed(failure),
            Unmappable::NotThere(..) | Unmappable::Cancelled(..) => {
                let remedy = "Put it right in ERPNext, or cancel this document and make it anew.";
                Verdict::Held(Hold::Refused, format!("{}. {remedy}", sentence(&why.to_string())))
            }
            Unmappable::Unfit { .. } => Verdict::Held(Hold::Unmapped, format!("{}.", sentence(&why.to_string()))),
        }
    }

    /// The document that has our id is read, and held against what was sent.
    fn read_back(
        &mut self,
        submitted: &Submitted,
        request: &Request,
        name: &str,
        reading: Reading,
        day: Option<Date>,
    ) -> Verdict {
        let got = match self.client.get(request.doctype, name) {
            Ok(got) => got,
            Err(failure) => return self.failed(failure),
        };
        let expected = Expected::of(submitted, &self.library.masters(), &self.site, reading);
        let found = differences(&request.body, &expected, &got);
        if found.is_empty() {
            return match Text::try_from(name.to_owned()) {
                Ok(name) => Verdict::Done(Posted { name, day }),
                Err(_) => Verdict::Held(Hold::Differs, format!("ERPNext calls it {name}, which is too long a name.")),
            };
        }
        let told: Vec<_> = found.iter().take(MAX_TOLD).map(ToString::to_string).collect();
        let more = found.len().saturating_sub(MAX_TOLD);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let remedy = "Correct it there and retry, or cancel it.";
        Verdict::Held(Hold::Differs, format!("{name}: {}{more}. {remedy}", told.join("; ")))
    }

    /// What is there under our id, where there is something: posted, or why it counts as not posted.
    fn found(
        &mut self,
        submitted: &Submitted,
        request: &Request,
        day: Option<Date>,
    ) -> Result<Option<Verdict>, Failure> {
        let id = submitted.id.to_string();
        let Some((name, docstatus)) = self.client.find(request.doctype, &id)? else { return Ok(None) };
        Ok(match docstatus {
            _ if is_master(submitted.document.kind()) => {
                let there = self.client.get(request.doctype, &name)?;
                Some(masters::found(&self.site, request, &there))
            }
            0 => {
                // Somebody has made a draft of it by hand; ours never are.
                self.client.delete(request.doctype, &name)?;
                None
            }
            1 => Some(self.read_back(submitted, request, &name, Reading::Later, day)),
            _ => {
                let why = format!(
                    "Somebody has cancelled it in ERPNext, where it is {name}. Cancel it here as well, or give it up."
                );
                Some(Verdict::Held(Hold::Refused, why))
            }
        })
    }

    fn insert(&mut self, submitted: &Submitted, mut request: Request, again: bool, day: Option<Date>) -> Verdict {
        if again {
            match self.found(submitted, &request, day) {
                Ok(Some(verdict)) => return verdict,
                Ok(None) => {}
                Err(failure) => return self.failed(failure),
            }
        }
        if is_master(submitted.document.kind()) {
            match masters::before(&self.client, &self.site, submitted, &mut request) {
                Ok(None) => {}
                Ok(Some(verdict)) => return verdict,
                Err(failure) => return self.failed(failure),
            }
        }
        match self.client.insert(request.doctype, &request.body) {
            Ok(made) => {
                let name = made.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.read_back(submitted, &request, &name, Reading::First, day)
            }
            // Each row is as the books have it already: there is nothing to book.
            Err(failure) if failure.is("EmptyStockReconciliationItemsError") => Verdict::Kept,
            Err(failure @ Failure::Refused { .. }) => match self.found(submitted, &request, day) {
                Ok(Some(verdict)) => verdict,
                Ok(None) => self.failed(failure),
                Err(other) => self.failed(other),
            },
            Err(failure) => self.failed(failure),
        }
    }

    /// The first day after `day` on which the books take such a document.
    fn first_open_day(&self, kind: Kind, mut day: Date) -> Option<Date> {
        let masters = self.library.masters();
        let closes = |day: Date| {
            masters
                .periods()
                .filter(|period| (period.start_date..=period.end_date).contains(&day))
                .find(|period| period.closed_documents.iter().any(|closed| closed.as_str() == kind.name()))
        };
        for _ in 0..masters.count(outpost_core::domain::master::Table::Period) {
            let Some(period) = closes(day) else { break };
            day = period.end_date.tomorrow().ok()?;
        }
        closes(day).is_none().then_some(day)
    }
}

impl Sink for Erpnext {
    fn post(&mut self, submitted: &Submitted, at: &Place) -> Verdict {
        let post_on = submitted.day().is_none().then_some(at.day);
        let request = match self.request(submitted, post_on) {
            Ok(Ask::Insert(request)) => request,
            Ok(Ask::AddToCard(add)) => return self.card(&add),
            Ok(Ask::Nothing(_)) => return Verdict::Kept,
            Err(why) => return self.unmappable(why),
        };
        let verdict = self.insert(submitted, request, at.again, None);
        let closed = matches!(verdict, Verdict::Held(Hold::Closed, _));
        if !closed || self.map.closed_period == ClosedPeriod::Hold {
            return verdict;
        }
        let kind = submitted.document.kind();
        let Some(open) = self.first_open_day(kind, submitted.day().unwrap_or(at.day)) else { return verdict };
        match self.request(submitted, Some(open)) {
            Ok(Ask::Insert(request)) => self.insert(submitted, request, at.again, Some(open)),
            _ => verdict,
        }
    }

    fn cancel(&mut self, _: &Cancelled, of: &Submitted, _: &Place) -> Verdict {
        let kind = of.document.kind();
        match kind {
            Kind::TillOpening | Kind::TillClosing => return Verdict::Kept,
            Kind::JobCard => return self.take_from_card(of),
            _ => {}
        }
        let found = match self.client.find(kind.name(), &of.id.to_string()) {
            Ok(Some(found)) => found,
            Ok(None) => return Verdict::Kept,
            Err(failure) => return self.failed(failure),
        };
        let done = |name: &str| match Text::try_from(name.to_owned()) {
            Ok(name) => Verdict::Done(Posted { name, day: None }),
            Err(_) => Verdict::Kept,
        };
        let (name, docstatus) = found;
        let tried = match docstatus {
            2 => return done(&name),
            // What has no drafts is in use by other documents: it is put out of use, and stays.
            0 if is_master(kind) => self.client.update(kind.name(), &name, &json!({ "disabled": 1 })).map(|_| ()),
            0 => self.client.delete(kind.name(), &name),
            _ => self.client.cancel(kind.name(), &name),
        };
        match tried {
            Ok(()) => done(&name),
            // Cancelled twice is an error; that it is cancelled is what counts.
            Err(failure) => match self.client.find(kind.name(), &of.id.to_string()) {
                Ok(Some((name, 2))) => done(&name),
                _ => self.failed(failure),
            },
        }
    }

    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, String> {
        let mut by_kind: BTreeMap<Kind, Vec<IntentId>> = BTreeMap::new();
        for (kind, id) in documents {
            by_kind.entry(*kind).or_default().push(*id);
        }
        let mut there = Vec::new();
        for (kind, ids) in by_kind {
            if matches!(kind, Kind::JobCard | Kind::TillOpening | Kind::TillClosing) {
                // A card has no id of ours, and a till's count is not there: neither can be missed.
                there.extend(ids);
                continue;
            }
            for ids in ids.chunks(AT_ONCE) {
                let found = names::among(&self.client, kind, ids).map_err(|failure| failure.to_string())?;
                there.extend(found);
            }
        }
        Ok(there)
    }
}

/// True of what is never submitted.
fn is_master(kind: Kind) -> bool {
    matches!(kind, Kind::Customer | Kind::Supplier | Kind::Item)
}

/// With a capital letter in front.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
