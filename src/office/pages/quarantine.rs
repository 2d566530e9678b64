//! What came under keys that count no more: shown, and decided by an admin.
//!
//! Deliberately absent: what is in it, and what becomes of it ([`crate::office::quarantine`], each site's line).

use super::keys::site_of;
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::id::SiteId;
use crate::office::line::Order;
use crate::office::quarantine::EnvelopeId;
use crate::web::{Fault, Paging, Query, Reply};
use serde::Deserialize;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/quarantine", Whose::Of(Role::Admin), Desk::quarantine),
    ("POST", "/api/quarantine/{site}", Whose::Of(Role::Admin), Desk::judge),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judge {
    #[serde(default)]
    id: Option<String>,
    release: bool,
}

impl Desk {
    fn served(&self, site: SiteId) -> Result<SiteId, Fault> {
        match self.office.sites.names().contains(&site) {
            true => Ok(site),
            false => Err(Fault::absent(Some("site"), format!("{site} is not served here"), "look at /api/sites")),
        }
    }

    fn quarantine(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &[&Paging::KNOWN[..], &["site"]].concat())?;
        let paging = Paging::read(&query)?;
        let site = query.text("site").map(|site| self.served(site_of(site)?)).transpose()?;
        let kept = self.office.sites.quarantine(site.as_ref(), &Order::List).map_err(Fault::not_now)?;
        paging.of_all(&kept)
    }

    fn judge(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let site = site_of(question.places[0])?;
        let Judge { id, release } = question.asked.json()?;
        let site = self.served(site)?;
        let bad = |_| Fault::bad("id", "an envelope's id is 16 hexadecimal digits", "look at /api/quarantine");
        let id: Option<EnvelopeId> = id.map(|id| id.parse().map_err(bad)).transpose()?;
        if let Some(id) = &id {
            let kept = self.office.sites.quarantine(Some(&site), &Order::List).map_err(Fault::not_now)?;
            if !kept.iter().any(|kept| kept["id"] == *id.to_string()) {
                let rule = format!("{site} has nothing of the id {id} in quarantine");
                return Err(Fault::absent(
                    Some("id"),
                    rule,
                    "look at /api/quarantine: somebody may have decided before",
                ));
            }
        }
        let order = if release { Order::Release(id) } else { Order::Drop(id) };
        let done = self.office.sites.quarantine(Some(&site), &order).map_err(Fault::not_now)?;
        tracing::info!(%site, release, count = done.len(), by = question.user(), "a quarantine was judged at the desk");
        Ok(Reply::json(&json!({ "done": done })))
    }
}
