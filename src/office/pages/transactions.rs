//! Documents for sites' warehouses that people at the office want to enter: each is asked of its site's box, and undecided until that has
//! answered.
//!
//! In: a document as a tablet would send it. Out: where the request is, by [`crate::office::asking`]; or the rule that refuses it before
//! anybody is asked.

use super::turn::{Site, Turn};
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::document::{Document, Text};
use crate::domain::id::{DeviceId, IntentId, SiteId};
use crate::domain::master::Masters;
use crate::domain::record::{Entry, Sent};
use crate::domain::request::Requested;
use crate::domain::time::rfc3339;
use crate::intake::{self, Code};
use crate::office::asking::{Answer, NotAsked, Standing};
use crate::office::ledger::masters;
use crate::pages::line;
use crate::web::{Fault, Paging, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/transactions", Whose::Of(Role::Look), Desk::transactions),
    ("POST", "/api/transactions", Whose::Of(Role::Work), Desk::enter),
    ("POST", "/api/transactions/{id}/take-back", Whose::Of(Role::Work), Desk::take_back),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enter {
    site: SiteId,
    kind: String,
    document: Map<String, Value>,
    #[serde(default)]
    waits: bool,
}

fn against(input: Option<&str>, rule: impl Into<String>, remedy: &str) -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, input, rule, remedy)
}

impl From<NotAsked> for Fault {
    fn from(not: NotAsked) -> Self {
        let rule = not.to_string();
        match not {
            NotAsked::Rule { field, .. } => {
                against(Some(&field), rule, "change the warehouse, or send it to the site whose it is")
            }
            NotAsked::Away { .. } => {
                let remedy = "send it again with \"waits\": true, and it goes when the line is up or a stick is carried; \
                              or send the goods through a transit warehouse, or let the site enter it";
                against(Some("site"), rule, remedy)
            }
            NotAsked::Known(_) => {
                Fault::new(StatusCode::CONFLICT, Some("document.id"), rule, "make a new UUID for each document")
            }
            NotAsked::Full(_) => against(Some("site"), rule, "wait for its answers, or take some back"),
            NotAsked::NotNow(_) => Fault::not_now(rule),
        }
    }
}

/// Reads a document as a tablet sends it.
fn read(kind: &str, document: Map<String, Value>) -> Result<(IntentId, Document), Fault> {
    let device = DeviceId::office();
    let payload = Value::Object(document).to_string();
    let sent = Sent { session: 0, packet: 1, dup: false };
    let entry = intake::read(&device, &format!("tx/{device}/{kind}"), payload.as_bytes(), sent);
    let entry = entry.map_err(|reason| {
        let input = if reason.code == Code::UnknownDocument { "kind" } else { "document" };
        against(Some(input), reason.to_string(), "correct it, and send it again")
    })?;
    match entry {
        Entry::Submitted(submitted) if submitted.amends.is_some() => {
            let rule = "amends: what a site has cancelled is corrected there";
            Err(against(Some("document.amends"), rule, "leave it out, or let the site correct it"))
        }
        Entry::Submitted(submitted) if submitted.user.is_some() => {
            Err(against(Some("document.user"), "user: it is yours, by your login", "leave it out"))
        }
        Entry::Submitted(submitted) => Ok((submitted.id, submitted.document)),
        _ => {
            let rule = "only documents are entered here";
            Err(against(Some("kind"), rule, "send a kind of document, like stock-entry"))
        }
    }
}

impl Desk {
    fn enter(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Enter { site, kind, document, waits } = question.asked.json()?;
        let sites = self.office.sites.numbers();
        let site = sites
            .into_iter()
            .find(|(name, _)| *name == site)
            .ok_or_else(|| Fault::absent(Some("site"), format!("{site} is not served here"), "look at /api/sites"))?;
        let (id, document) = read(&kind, document)?;
        let by = Text::try_from(question.member()?.user.clone()).map_err(Fault::not_now)?;
        self.office.request(&site, Requested { id, by, document }, waits)?;
        let standing = self.office.standing(site.1, id)?;
        let standing = standing.ok_or_else(|| Fault::not_now("the request is written, and not read yet"))?;
        Ok(Reply::of_json(StatusCode::ACCEPTED, &self.told(&masters(self.office.sites.rows()), &site, &standing)?))
    }

    fn take_back(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let named = question.places.first().copied().unwrap_or_default();
        let id = named.parse::<Uuid>().map(IntentId);
        let id = id.map_err(|_| Fault::bad("id", "a request's id is a UUID", "GET /api/transactions lists them"))?;
        let by = Text::try_from(question.member()?.user.clone()).map_err(Fault::not_now)?;
        for site in self.office.sites.numbers() {
            if self.office.views.request(site.1, id)?.is_none() {
                continue;
            }
            if self.office.take_back(&site, id, by)? {
                let rule = format!("the box of {} has answered: it is decided", site.0);
                let remedy = "let the site cancel the document, where it recorded one";
                return Err(Fault::new(StatusCode::CONFLICT, Some("id"), rule, remedy));
            }
            let standing = self.office.standing(site.1, id)?;
            let standing = standing.ok_or_else(|| Fault::not_now("the request is not read yet"))?;
            return Ok(Reply::json(&self.told(&masters(self.office.sites.rows()), &site, &standing)?));
        }
        Err(Fault::absent(Some("id"), "nothing was asked under this id", "GET /api/transactions lists what was"))
    }

    fn transactions(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site"])?;
        let (sites, masters) = (self.sites_asked(&turn.query)?, masters(self.office.sites.rows()));
        turn.of_sites(&sites, |site, after, most| {
            let before = after.map_or(Ok(u64::MAX), |after| after.parse().map_err(|_| Paging::gone()))?;
            let mut standings = self.office.standings(site.1, before, most.saturating_add(1))?;
            let is_more = standings.len() > most;
            standings.truncate(most);
            let on = standings.last().filter(|_| is_more).map(|last| last.line.place.ordinal.to_string());
            let items = standings.iter().map(|standing| self.told(&masters, site, standing));
            Ok((items.collect::<Result<_, _>>()?, on))
        })
    }

    /// One request, and what became of it.
    fn told(&self, masters: &Masters, site: &Site, standing: &Standing) -> Result<Value, Fault> {
        let (state, why) = match &standing.answer {
            None => ("undecided", None),
            Some(Answer::Recorded) => ("recorded", None),
            Some(Answer::Declined(why)) => ("declined", Some(why)),
        };
        let requested = standing.requested.as_ref();
        let recorded = (state == "recorded").then(|| self.office.views.document(site.1, standing.line.id));
        let document = match recorded.transpose()? {
            Some(Some(found)) => {
                Some(self.line(site, &masters.number_prefix(&site.0), &found, self.read(site, &found).as_ref())?)
            }
            _ => None,
        };
        Ok(json!({
            "id": standing.line.id,
            "site": site.0,
            "kind": requested.map(|requested| requested.document.kind().slug()),
            "by": requested.map(|requested| &requested.by),
            "asked": standing.at_ms.map(rfc3339),
            "fields": requested.map(|requested| line::document(&requested.document)),
            "state": state,
            "answered": standing.answered_ms.map(rfc3339),
            "why": why,
            "taken_back_by": standing.taken_back,
            "line": document,
        }))
    }
}
