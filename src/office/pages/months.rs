//! A month: which of its days are complete at each site, and whether it is closed. An admin closes it, and opens it again.
//!
//! Closing puts a row into the table `period` as a file of master data would, for all sites: boxes refuse what is dated in it, and the
//! posting holds it, or posts it on the first open day.

use super::turn::Site;
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Row};
use crate::domain::time::rfc3339;
use crate::load::{self, Order, Source};
use crate::office::figures::{Day, Figures};
use crate::office::ledger::masters;
use crate::office::months::{Closing, Closings, Month, closed, row};
use crate::pages::parameters::kind_of;
use crate::web::{Fault, Query, Reply, StatusCode};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::PoisonError;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/months/{month}", Whose::Of(Role::Look), Desk::month),
    ("POST", "/api/months/{month}/close", Whose::Of(Role::Admin), Desk::close_month),
    ("POST", "/api/months/{month}/open", Whose::Of(Role::Admin), Desk::open_month),
];

/// Days in the way that a refusal names one by one.
const NAMED: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    documents: Vec<String>,
    #[serde(default)]
    despite: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {}

/// A site's days of a month that are not complete.
#[derive(Default)]
struct Days {
    complete: usize,
    open: Vec<Date>,
    differs: Vec<Date>,
    unknown: Vec<Date>,
}

impl Days {
    fn of(figures: &Figures, (from, to): (Date, Date), lacking: bool) -> Self {
        let mut days = Self::default();
        for day in from.series(1.day()).take_while(|day| *day <= to) {
            match figures.day(day, lacking) {
                Day::Complete | Day::Idle => days.complete += 1,
                Day::Open => days.open.push(day),
                Day::Differs(_) => days.differs.push(day),
                Day::Unknown => days.unknown.push(day),
            }
        }
        days
    }

    fn is_complete(&self) -> bool {
        self.open.is_empty() && self.differs.is_empty() && self.unknown.is_empty()
    }
}

impl Desk {
    fn month(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let month = month(question)?;
        let mut sites = Vec::new();
        for (site, days) in self.days_of(month)? {
            sites.push(json!({
                "site": site.0,
                "complete": days.is_complete(),
                "days_complete": days.complete,
                "open": days.open,
                "differs": days.differs,
                "unknown": days.unknown,
                "held": self.held_in(&site.0, month),
            }));
        }
        let closed = self.closed(&masters(self.office.sites.rows()), month)?;
        Ok(Reply::json(&json!({ "month": month.to_string(), "sites": sites, "closed": closed })))
    }

    fn close_month(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let month = month(question)?;
        let Close { documents, despite } = question.asked.json()?;
        let kinds: Vec<Kind> = documents.iter().map(|slug| kind_of("documents", slug)).collect::<Result<_, Fault>>()?;
        if kinds.is_empty() {
            return Err(Fault::bad("documents", "kinds of documents are missing", "send those that are closed"));
        }
        let _alone = self.office.months.lock().unwrap_or_else(PoisonError::into_inner);
        let in_the_way = in_the_way(&self.days_of(month)?);
        if !despite && let Some(days) = &in_the_way {
            let rule = format!("these days of {month} are not complete: {days}");
            let remedy = "have them closed at the workshop and wait for its records, or close the month despite them";
            return Err(Fault::new(StatusCode::CONFLICT, None, rule, remedy));
        }
        let by = question.who.map(|who| who.user.clone()).unwrap_or_default();
        if let Some(days) = &in_the_way {
            tracing::warn!(%month, by, days, "a month is closed despite days that are not complete");
        }
        let (at, despite) = (rfc3339(self.office.sites.now_ms()), in_the_way.is_some());
        let mut closings = self.closings()?;
        let before = closings.get(month).cloned();
        let despite = despite || before.as_ref().is_some_and(|before| before.despite);
        let period = closed(&masters(self.office.sites.rows()), month, &kinds);
        closings.put(month, Some(Closing { by, at, despite })).map_err(|why| self.unread(why))?;
        let row = json!([period]).to_string();
        if let Err(refused) = self.take(Source { name: "period.json".into(), bytes: row.into_bytes() }) {
            // Nobody has closed it, then; a file's row of that name is not theirs.
            closings.put(month, before).map_err(|why| self.unread(why))?;
            return Err(refused);
        }
        tracing::info!(%month, "a month was closed");
        Ok(Reply::json(&self.closed(&masters(self.office.sites.rows()), month)?))
    }

    fn open_month(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let month = month(question)?;
        let Open {} = question.asked.json()?;
        let _alone = self.office.months.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = self.office.sites.rows();
        let known = masters(rows);
        let mut closings = self.closings()?;
        let rule = format!("{month} is not closed here");
        let period = row(&known, month).filter(|_| closings.get(month).is_some()).cloned().ok_or_else(|| {
            Fault::new(StatusCode::CONFLICT, None, rule, "what ERPNext or a file has closed is opened there")
        })?;
        {
            let _alone = self.office.loads.lock().unwrap_or_else(PoisonError::into_inner);
            rows.put(vec![(Row::Period(period).key(), None)]).map_err(|error| self.unread(error))?;
        }
        closings.put(month, None).map_err(|why| self.unread(why))?;
        tracing::info!(%month, by = question.who.map(|who| &*who.user), "a month was opened again");
        Ok(Reply::nothing())
    }

    /// Takes rows as files are taken: all of them, or none and why.
    fn take(&self, source: Source) -> Result<(), Fault> {
        let _alone = self.office.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = &mut &**self.office.sites.rows();
        let report =
            load::load(&[source], Order::default(), rows, &load::nothing_included).map_err(|why| self.unread(why))?;
        match report.errors.first() {
            Some(_) => {
                let rule = "the office's master data does not take it";
                Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, Some("documents"), rule, report.to_string()))
            }
            None => Ok(()),
        }
    }

    fn closings(&self) -> Result<Closings, Fault> {
        let dir = self.office.sites.with_premises(|premises| premises.paths.dir.clone());
        Closings::read(&dir).map_err(|why| self.unread(why))
    }

    /// Who closed a month, where its row is there.
    fn closed(&self, masters: &Masters, month: Month) -> Result<Value, Fault> {
        let Some(row) = row(masters, month) else { return Ok(Value::Null) };
        let closings = self.closings()?;
        let closing = closings.get(month);
        let kind = |name: &crate::domain::document::Text| {
            Kind::ALL.iter().find(|kind| kind.name() == name.as_str()).map(|kind| kind.slug())
        };
        Ok(json!({
            "by": closing.map(|closing| &closing.by),
            "at": closing.map(|closing| &closing.at),
            "despite": closing.map(|closing| closing.despite),
            "documents": row.closed_documents.iter().filter_map(kind).collect::<Vec<_>>(),
        }))
    }

    fn days_of(&self, month: Month) -> Result<Vec<(Site, Days)>, Fault> {
        let lacking = self.lacking();
        let mut all = Vec::new();
        for site in self.office.sites.numbers() {
            let days = Days::of(&*self.figures(&site.0)?, month.days(), lacking.contains(&site.0));
            all.push((site, days));
        }
        Ok(all)
    }

    /// How many documents of the month are held; none of a site that is not posted.
    fn held_in(&self, site: &SiteId, month: Month) -> usize {
        let (from, to) = month.days();
        let held = self.office.clerk.held(Some(site), None, usize::MAX).unwrap_or_default();
        let day = |line: &Value| line["day"].as_str()?.parse::<Date>().ok();
        let lines = held["held"].as_array().map(Vec::as_slice).unwrap_or_default();
        lines.iter().filter_map(day).filter(|day| (from..=to).contains(day)).count()
    }
}

fn month(question: &Question<'_>) -> Result<Month, Fault> {
    let read = question.places.first().and_then(|text| text.parse().ok());
    read.ok_or_else(|| Fault::bad("month", "a month is written YYYY-MM", "send it like 2026-11"))
}

/// The days in the way of closing, in words.
fn in_the_way(all: &[(Site, Days)]) -> Option<String> {
    let mut named = Vec::new();
    for (site, days) in all {
        let of_site: BTreeSet<Date> =
            [&days.open, &days.differs, &days.unknown].into_iter().flatten().copied().collect();
        named.extend(of_site.into_iter().map(|day| format!("{} {day}", site.0)));
    }
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    let beyond = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| named.join(", ") + &beyond)
}
