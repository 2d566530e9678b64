//! What was decided at the desk: written down as it is answered, and shown to admins.

use super::{Desk, Question, Role, Route, Whose};
use crate::domain::time::rfc3339;
use crate::moment::rough_ms;
use crate::office::audit::{Line, Wanted};
use crate::office::users::UserName;
use crate::views::days_since_1970;
use crate::web::{Asked, Fault, Paging, Query, Reply, StatusCode};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Fields of a body that are told: names and ids, and what was chosen. Whatever else is sent is not.
const FIELDS: [&str; 15] = [
    "site",
    "id",
    "name",
    "role",
    "disabled",
    "table",
    "from",
    "to",
    "all_sites",
    "fingerprint",
    "import",
    "kind",
    "release",
    "despite",
    "waits",
];

pub(super) const ROUTES: &[Route] = &[("GET", "/api/audit", Whose::Of(Role::Admin), Desk::audit_lines)];

/// The status that an answer has.
fn status(answer: &Result<Reply, Fault>) -> StatusCode {
    match answer {
        Ok(reply) => reply.status(),
        Err(fault) => fault.status(),
    }
}

/// What a request was about.
fn what(asked: &Asked, pattern: &str, places: &[&str]) -> Map<String, Value> {
    let names = pattern.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let placed = names.zip(places).map(|(name, place)| (name.to_owned(), Value::from(*place)));
    let body: Map<String, Value> = asked.json().unwrap_or_default();
    let told = |(name, value): &(String, Value)| {
        FIELDS.contains(&name.as_str()) && (value.is_string() || value.is_boolean() || value.is_number())
    };
    // Which document was asked of a site; what is in it, the request says.
    let document = body.get("document").and_then(|document| document.get("id")).cloned();
    let document = document.filter(Value::is_string).map(|id| ("document".to_owned(), id));
    // What stands in the path is what it is about, whatever a field says.
    body.into_iter().filter(told).chain(document).chain(placed).collect()
}

impl Desk {
    /// Writes down what a user asked for that changes something. What cannot be written is in the log.
    pub(super) fn write_down(
        &self,
        (asked, user): (&Asked, &str),
        (pattern, places): (&str, &[&str]),
        answer: &Result<Reply, Fault>,
    ) {
        let line = Line {
            n: 0,
            at: rfc3339(i64::try_from(rough_ms()).unwrap_or(i64::MAX)),
            user: user.to_owned(),
            address: asked.from.to_canonical().to_string(),
            act: format!("{} {pattern}", asked.method),
            what: what(asked, pattern, places),
            outcome: status(answer).as_u16(),
        };
        if let Err(error) = self.audit.write(line) {
            tracing::error!(%error, user, pattern, "what was done at the desk cannot be written into the audit");
        }
    }

    fn audit_lines(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["from", "to", "user", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let day = |name: &str| -> Result<Option<i32>, Fault> {
            let day: Option<Date> = query.read_as(name, "a day is written YYYY-MM-DD", "send it like 2026-11-02")?;
            Ok(day.map(days_since_1970))
        };
        let user: Option<UserName> =
            query.read_as("user", "it is no user's name", "GET /api/users lists who there is")?;
        let wanted = Wanted {
            days: (day("from")?, day("to")?),
            utc_offset_minutes: self.office.sites.with_premises(|premises| premises.config.utc_offset_minutes).into(),
            user: user.map(String::from),
            before: paging.after()?,
        };
        let found = self.audit.latest(&wanted, paging.limit.saturating_add(1)).map_err(|error| {
            tracing::error!(%error, "the audit cannot be read");
            Fault::not_now("the audit cannot be read now: the office's log says why")
        })?;
        let page = &found[..found.len().min(paging.limit)];
        let next = page.last().filter(|_| found.len() > page.len()).map(|last| last.n.to_string());
        let item = |Line { at, user, address, act, what, outcome, .. }: &Line| json!({ "at": at, "user": user, "address": address, "act": act, "what": what, "outcome": outcome });
        Ok(Paging::page(&page.iter().map(item).collect::<Vec<_>>(), next))
    }
}
