//! One document's way into ERPNext: told, found, read back.
//!
//! In: a document. Out: a [`Verdict`]. A refusal alone says little: ERPNext looks at much before it looks whether the id is taken, so
//! after each the question is whether the document is there.

use super::confirming::Made;
use super::{Erpnext, masters, names, telling, words};
use crate::client::Failure;
use crate::payload::{Ask, Request, Unmappable};
use crate::readback::{Expected, Reading, differences};
use jiff::civil::Date;
use outpost_core::domain::document::Text;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Place, Posted, Verdict};
use serde_json::Value;

/// What is to be done where it differs.
const REMEDY: &str = "Correct it there and retry, or cancel it. What ERPNext does not let you correct, cancel there, enter anew with Duplicate \
                      (Amend copies the Outpost ID, and ERPNext refuses that), and say so: `outpost office held entered`.";

impl Erpnext {
    /// Tells ERPNext to make it, on another day than its own where one is given.
    pub(super) fn tell(&mut self, submitted: &Submitted, at: &Place, day: Option<Date>) -> Verdict {
        let post_on = day.or_else(|| submitted.day().is_none().then_some(at.day));
        match self.request(submitted, post_on, Reading::First) {
            Ok(Ask::Insert(request)) => self.insert(submitted, at, request, day),
            Ok(Ask::AddToCard(add)) => self.card(&add, self.is_work_closed(submitted)),
            Ok(Ask::Nothing(_)) => Verdict::Kept,
            Err(why @ Unmappable::Books(_)) => self.unmappable(why),
            // What it names may be used up, by itself.
            Err(why) => match self.found(submitted, at) {
                Ok(Some(verdict)) if !self.blind => verdict,
                Ok(_) => self.unmappable(why),
                Err(failure) => self.failed(failure),
            },
        }
    }

    fn insert(&mut self, submitted: &Submitted, at: &Place, mut request: Request, day: Option<Date>) -> Verdict {
        if submitted.document.kind().is_master() {
            match masters::before(&self.client, &self.site, submitted, &mut request) {
                Ok(None) => {}
                Ok(Some(verdict)) => return verdict,
                Err(failure) => return self.failed(failure),
            }
        }
        if let Some(name) = self.drafts.remove(&submitted.id) {
            return match self.submit_draft(submitted, request.clone(), day, name) {
                Ok(verdict) => verdict,
                Err(failure @ Failure::Refused { .. }) => match self.found(submitted, at) {
                    Ok(Some(verdict)) => verdict,
                    Ok(None) if self.drafts.contains_key(&submitted.id) => self.refused(&failure, &request),
                    // Somebody has deleted it meanwhile.
                    Ok(None) => self.insert(submitted, at, request, day),
                    Err(other) => self.failed(other),
                },
                Err(failure) => self.failed(failure),
            };
        }
        match self.client.make(request.doctype, &request.body) {
            Ok(Some(name)) if submitted.document.kind().is_master() => self.made(submitted, &request, &name),
            Ok(Some(name)) => {
                let expected = self.expected(submitted, Reading::First);
                self.made.insert(submitted.id, Made { request, expected, name, day });
                Verdict::Made
            }
            Ok(None) => Verdict::Again { why: "ERPNext's answer names no document".into(), alive: true },
            Err(failure @ Failure::Refused { .. }) if !self.blind => match self.found(submitted, at) {
                Ok(Some(verdict)) => verdict,
                // It was refused since its draft is there.
                Ok(None) if self.drafts.contains_key(&submitted.id) => self.insert(submitted, at, request, day),
                Ok(None) => self.refused(&failure, &request),
                Err(other) => self.failed(other),
            },
            Err(failure) => self.failed(failure),
        }
    }

    /// It was refused, and is not there.
    fn refused(&mut self, failure: &Failure, request: &Request) -> Verdict {
        // Each row is as the books have it already: there is nothing to book.
        if failure.is("EmptyStockReconciliationItemsError") {
            return Verdict::Kept;
        }
        if failure.came_between() {
            return Verdict::Again { why: failure.to_string(), alive: true };
        }
        if failure.is("DuplicateEntryError") {
            // Somebody else was quicker with the same name: the next try finds that one.
            if matches!(request.doctype, "Customer" | "Supplier" | "Item") {
                return Verdict::Again { why: "ERPNext has had one of that name for a moment".into(), alive: true };
            }
            // It names itself by its number.
            if let Some(name) = request.body.get("name").and_then(Value::as_str)
                && let Ok(other) = self.client.get(request.doctype, name)
            {
                return Verdict::Held(Hold::Refused, words::of_name(request.doctype, name, &other));
            }
            if let Some(from) = request.body.get("amended_from").and_then(Value::as_str) {
                let why = format!(
                    "Somebody has amended {from} in ERPNext by hand, and ERPNext takes no second amendment of it. Cancel and delete that \
                     one there and retry, or give this one up and say that it is entered."
                );
                return Verdict::Held(Hold::Refused, why);
            }
        }
        // The id was a draft's, which somebody has deleted meanwhile, or it is on its way.
        if failure.is_taken("outpost_id", "Outpost ID") {
            return Verdict::Again { why: "ERPNext had something else under its id".into(), alive: true };
        }
        match masters::missing(&self.client, request) {
            // Somebody has given it another name there, under which it is found by our id.
            Ok(Some(what)) if self.forget(&what) => Verdict::Again {
                why: format!("ERPNext has no {what} any more: its name is asked for anew"),
                alive: true,
            },
            Ok(Some(what)) => {
                let why = format!("ERPNext has no {what}. Make it there or map its name, and retry.");
                Verdict::Held(Hold::Unmapped, why)
            }
            // A slip of ERPNext's own (500) says nothing to anybody, and it may be ill by now.
            Err(other) if matches!(failure, Failure::Refused { status: 500.., .. }) => self.failed(other),
            // Whether something is missing is not known: ERPNext's own words will do.
            Ok(None) | Err(_) => self.refusal(failure),
        }
    }

    /// Whether this (`Customer Pak Joko`) was a name of one that a site has made; it is asked for by its id the next time.
    fn forget(&mut self, what: &str) -> bool {
        let before = self.parties.len();
        self.parties.retain(|_, name| what.split_once(' ').is_none_or(|(_, missing)| missing != name));
        self.parties.len() < before
    }

    /// A master was made. Where another site was quicker, ERPNext has given it another name than the people's: so it is called what it
    /// would have been called a moment later.
    fn made(&mut self, submitted: &Submitted, request: &Request, name: &str) -> Verdict {
        match masters::apart(&self.client, &self.site, request, name) {
            Ok(None) => {
                let expected = self.expected(submitted, Reading::First);
                let (request, name) = (request.clone(), name.to_owned());
                self.read_alone(&Made { request, expected, name, day: None })
            }
            Ok(Some(verdict)) => verdict,
            Err(failure) => self.failed(failure),
        }
    }

    /// What is there under our id, where there is something: posted, or why it counts as not posted.
    /// A draft is not there yet, and is kept in mind.
    pub(super) fn found(&mut self, submitted: &Submitted, at: &Place) -> Result<Option<Verdict>, Failure> {
        let kind = submitted.document.kind();
        self.drafts.remove(&submitted.id);
        let Some((name, docstatus)) = self.client.find(kind.name(), &submitted.id.to_string())? else {
            return Ok(None);
        };
        Ok(match docstatus {
            0 if !kind.is_master() => {
                // A box was asked of it, or somebody has made it by hand: it becomes the document.
                self.drafts.insert(submitted.id, name);
                None
            }
            0 | 1 => {
                let there = self.client.get(kind.name(), &name)?;
                Some(self.hold_against(submitted, at, &name, &there))
            }
            _ => Some(Verdict::Held(Hold::Refused, names::cancelled_there(&name))),
        })
    }

    /// What was found is held against what would be sent on the day on which it was posted.
    fn hold_against(&mut self, submitted: &Submitted, at: &Place, name: &str, there: &Value) -> Verdict {
        let day = self.moved_to(submitted, at, there);
        let post_on = day.or_else(|| submitted.day().is_none().then_some(at.day));
        match self.request(submitted, post_on, Reading::Later) {
            Ok(Ask::Insert(request)) if submitted.document.kind().is_master() => {
                masters::found(&self.site, &request, there)
            }
            Ok(Ask::Insert(mut request)) => {
                if let Some(fields) = request.body.as_object_mut() {
                    // It is on no paper, and another where the prefix or the naming has been changed since.
                    fields.remove("naming_series");
                    if submitted.booked.as_ref().is_none_or(|booked| booked.prefix.is_none()) {
                        // What its number begins with on paper nobody has recorded.
                        fields.remove("outpost_no");
                        fields.remove("name");
                    }
                    if submitted.is_requested() {
                        // Its draft has a name of its own, and keeps it.
                        fields.remove("name");
                    }
                }
                let expected = self.expected(submitted, Reading::Later);
                compare(&Made { request, expected, name: name.to_owned(), day }, there)
            }
            Ok(Ask::AddToCard(_) | Ask::Nothing(_)) => Verdict::Kept,
            // It counts there, and what it should say cannot be made any more.
            Err(why) => match self.unmappable(why) {
                Verdict::Held(_, why) => Verdict::Held(
                    Hold::Differs,
                    format!("{name} is in ERPNext, and cannot be held against its paper. {why}"),
                ),
                other => other,
            },
        }
    }

    pub(super) fn expected(&self, submitted: &Submitted, reading: Reading) -> Expected {
        Expected::of(submitted, &self.library.masters(&self.site), &self.site, reading)
    }

    /// Reads one back, whole.
    pub(super) fn read_alone(&self, made: &Made) -> Verdict {
        let name = &made.name;
        match self.client.get(made.request.doctype, name) {
            Ok(there) => compare(made, &there),
            Err(failure) if failure.is("DoesNotExistError") => {
                Verdict::Again { why: format!("{name} is gone from ERPNext again"), alive: true }
            }
            // It counts there, and nobody has seen as what.
            Err(failure @ Failure::Refused { .. }) => {
                let before = format!("{name} is in ERPNext, and is not shown: ");
                let why = telling::fitted(&before, &failure.to_string(), "Let the connector read it, and retry.");
                Verdict::Held(Hold::Differs, why)
            }
            Err(failure) => self.failed(failure),
        }
    }
}

/// Holds what is there against what was sent and what the paper says.
fn compare(made: &Made, there: &Value) -> Verdict {
    let found = differences(&made.request.body, &made.expected, there);
    if found.is_empty() {
        return done(made);
    }
    Verdict::Held(Hold::Differs, telling::differences(&made.name, &found, REMEDY))
}

/// It reads as it should.
pub(super) fn done(made: &Made) -> Verdict {
    match Text::try_from(made.name.clone()) {
        Ok(name) => Verdict::Done(Posted { day: made.day, ..Posted::new(name) }),
        Err(_) => Verdict::Held(Hold::Differs, format!("ERPNext calls it {}, which is too long a name.", made.name)),
    }
}
