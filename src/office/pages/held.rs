//! Documents that are not in the books yet, and what people decide about them.

use super::sites::no_site;
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::MAX_WHY;
use crate::office::posting::{Entering, NotEntered, Remap, RemapError};
use crate::web::{Fault, Paging, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/held", Whose::Of(Role::Look), Desk::held),
    ("POST", "/api/held/retry", Whose::Of(Role::Work), Desk::retry),
    ("POST", "/api/held/{id}/remap", Whose::Of(Role::Work), Desk::remap),
    ("POST", "/api/held/{id}/give-up", Whose::Of(Role::Work), Desk::give_up),
    ("POST", "/api/held/{id}/entered", Whose::Of(Role::Work), Desk::entered),
];

/// Where a page begins: after a held document of a site.
struct After {
    site: SiteId,
    order: u64,
    id: IntentId,
}

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '/');
        let mut part = || parts.next().ok_or(());
        let site = part()?.parse().map_err(drop)?;
        let order = part()?.parse().map_err(drop)?;
        let id: Uuid = part()?.parse().map_err(drop)?;
        Ok(Self { site, order, id: IntentId(id) })
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.site, self.order, self.id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    site: Option<SiteId>,
    id: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renamed {
    table: String,
    from: String,
    to: String,
    #[serde(default)]
    all_sites: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GiveUp {
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    name: String,
    #[serde(default)]
    anyway: bool,
}

fn conflict(input: Option<&str>, rule: impl Into<String>, remedy: &str) -> Fault {
    Fault::new(StatusCode::CONFLICT, input, rule, remedy)
}

fn not_held(id: IntentId) -> Fault {
    conflict(Some("id"), format!("{id} is not held"), "GET /api/held lists what is")
}

fn id_of_path(question: &Question<'_>) -> Result<IntentId, Fault> {
    let named = question.places.first().copied().unwrap_or_default();
    let id = named.parse().map(IntentId);
    id.map_err(|_| Fault::bad("id", "a document's id is a UUID", "GET /api/held lists them"))
}

impl Desk {
    fn is_enrolled(&self, site: &SiteId) -> Result<(), Fault> {
        let is_known = self.office.sites.numbers().iter().any(|(name, _)| name == site);
        if is_known { Ok(()) } else { Err(no_site(site.as_str())) }
    }

    fn held(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["site", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let rule = "a site's name is of a-z, 0-9 and -";
        let site: Option<SiteId> = query.read_as("site", rule, "GET /api/sites lists them")?;
        site.as_ref().map_or(Ok(()), |site| self.is_enrolled(site))?;
        let after = paging.after::<After>()?.map(|After { site, order, id }| (site, order, id));
        // One more than wanted tells whether there is a next page.
        let clerk = &self.office.clerk;
        let mut items = clerk.held_after(site.as_ref(), after, paging.limit.saturating_add(1));
        let is_more = items.len() > paging.limit;
        items.truncate(paging.limit);
        let place = |last: &Value| {
            let site: SiteId = last["site"].as_str()?.parse().ok()?;
            let id = IntentId(last["id"].as_str()?.parse().ok()?);
            // What was posted meanwhile is the first of its site no more: the page begins there.
            let order = clerk.place(&site, id).unwrap_or(0);
            Some(After { site, order, id }.to_string())
        };
        Ok(Paging::page(&items, items.last().filter(|_| is_more).and_then(place)))
    }

    fn retry(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Retry { site, id } = question.asked.json()?;
        let id = id.map(IntentId);
        site.as_ref().map_or(Ok(()), |site| self.is_enrolled(site))?;
        let retried = self.office.clerk.retry(site.as_ref(), id);
        let retried = retried.map_err(|rule| match id {
            Some(_) => conflict(Some("id"), rule, "GET /api/held lists what is"),
            None => conflict(None, rule, "set up posting first: docs/ERPNEXT.md"),
        })?;
        Ok(Reply::json(&json!({ "retried": retried })))
    }

    /// The held document that stands in the path, and whose it is.
    fn of_path(&self, question: &Question<'_>) -> Result<(IntentId, SiteId), Fault> {
        let id = id_of_path(question)?;
        Ok((id, self.office.clerk.holder(id).ok_or_else(|| not_held(id))?))
    }

    fn remap(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Renamed { table, from, to, all_sites } = question.asked.json()?;
        let (id, site) = self.of_path(question)?;
        let remap = Remap { table: &table, from: &from, to: &to };
        self.office.clerk.remap(Some(&site).filter(|_| !all_sites), &remap).map_err(|error| {
            let (rule, status) = (error.to_string(), StatusCode::UNPROCESSABLE_ENTITY);
            match error {
                RemapError::Table => Fault::new(status, Some("table"), rule, "send one of them"),
                RemapError::Name { field } => Fault::new(status, Some(field), rule, "send the whole name"),
                RemapError::Settings(_) => conflict(None, rule, "have erpnext.toml at the office put in order"),
                RemapError::Disk(error) => {
                    tracing::error!(%error, "a name could not be mapped");
                    Fault::not_now("the map cannot be written now: the office's log says why")
                }
            }
        })?;
        let site = Some(&site).filter(|_| !all_sites);
        tracing::info!(%id, table, "a name was mapped at the desk");
        // All that may wait for the same name are tried again, and not this one alone.
        let retried = self.office.clerk.retry(site, None).map_err(|rule| conflict(None, rule, "try again later"))?;
        Ok(Reply::json(&json!({ "retried": retried })))
    }

    fn give_up(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let GiveUp { reason } = question.asked.json()?;
        let is_said = !reason.trim().is_empty() && !reason.chars().any(|c| c.is_control() && c != '\n');
        if !is_said || reason.len() > MAX_WHY {
            let rule = format!("a reason has 1 to {MAX_WHY} bytes: it stands in the books of both ends for ever");
            return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, Some("reason"), rule, "say why"));
        }
        let (id, _) = self.of_path(question)?;
        let by = Text::try_from(question.member()?.user.clone()).map_err(Fault::not_now)?;
        // It was held a moment ago: what is told now is why it is no more, or that the books do not answer.
        let said = self.office.clerk.give_up(id, by, reason);
        let said = said.map_err(|rule| conflict(Some("id"), rule, "look again whether it is held"))?;
        Ok(Reply::json(&json!({ "said": said.lines().collect::<Vec<_>>() })))
    }

    fn entered(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Entered { name, anyway } = question.asked.json()?;
        let id = id_of_path(question)?;
        let name = Text::try_from(name.trim().to_owned()).map_err(|error| {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Fault::new(status, Some("name"), error.to_string(), "send the name that it has in ERPNext")
        })?;
        let by = Text::try_from(question.member()?.user.clone()).map_err(Fault::not_now)?;
        let said = self.office.clerk.entered(Entering { id, name, by, anyway }).map_err(|error| {
            let (input, remedy) = match &error {
                NotEntered::No(_) => ("id", "look again what became of it"),
                NotEntered::Name(_) => ("name", "look in ERPNext what it is called"),
                NotEntered::Differs { .. } => {
                    ("anyway", "correct it in ERPNext, or say that it was entered so on purpose")
                }
            };
            conflict(Some(input), error.to_string(), remedy)
        })?;
        Ok(Reply::json(&json!({ "said": said })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_was_written_and_as_nothing_else() {
        let text = "bandung/17/01a199c7-0000-7000-8000-000000000001";
        assert_eq!(text.parse::<After>().map(|after| after.to_string()).as_deref(), Ok(text));
        for broken in ["", "bandung", "bandung/17", "bandung/x/01a199c7-0000-7000-8000-000000000001", "bandung/17/x"] {
            assert!(broken.parse::<After>().is_err(), "{broken}");
        }
    }
}
