//! The day on which a document of a closed one is posted.
//!
//! In: the office's periods, and ERPNext's own where those do not lead to a day that ERPNext takes: what a stick brings may be here before
//! the office has read that its month was closed. Out: the first open day, never one that is still to come.

use super::Erpnext;
use crate::client::{Failure, Query};
use crate::map::ClosedPeriod;
use jiff::Timestamp;
use jiff::civil::Date;
use outpost_core::domain::document::{Document, Kind, Text};
use outpost_core::domain::master::Period;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Place, Verdict};
use serde_json::{Value, json};

/// What is said beside ERPNext's refusal where it does not show its periods.
const UNSEEN: &str = "Its periods are not shown to the connector, so the first open day is not known: run `outpost office erpnext check`.";

impl Erpnext {
    /// Posts one of a closed day on the first open one. `closed` is the word on its own day, which stays where there is no other.
    pub(super) fn post_later(&mut self, submitted: &Submitted, at: &Place, own: Date, closed: Verdict) -> Verdict {
        let (kind, today) = (submitted.document.kind(), self.today());
        let known = self.first_open_day(kind, own);
        let mut verdict = closed;
        if let Some(open) = known.filter(|open| *open > own && *open <= today) {
            verdict = self.tell(submitted, at, Some(open));
            if !is_closed(&verdict) {
                return verdict;
            }
        }
        let open = match self.periods_there(own) {
            Ok(there) => {
                let masters = self.library.masters(&self.site);
                let months = masters.periods().filter(|period| period.is_month());
                first_open(&there.iter().chain(months).collect::<Vec<_>>(), kind, own)
            }
            Err(Failure::Refused { .. }) if known.is_none_or(|known| known == own) => {
                return match verdict {
                    Verdict::Held(hold, why) => Verdict::Held(hold, format!("{why} {UNSEEN}")),
                    other => other,
                };
            }
            Err(Failure::Refused { .. }) => known,
            Err(failure) => return self.failed(failure),
        };
        match open {
            Some(open) if open > today => Verdict::Held(Hold::Closed, to_come(open)),
            Some(open) if open > own && Some(open) != known => self.tell(submitted, at, Some(open)),
            _ => verdict,
        }
    }

    /// The day that it is, where the books are.
    fn today(&self) -> Date {
        self.today.unwrap_or_else(|| self.zone.to_datetime(Timestamp::now()).date())
    }

    /// The first day from `day` on, on which the books take such a document, as far as the office's data says.
    fn first_open_day(&self, kind: Kind, day: Date) -> Option<Date> {
        let masters = self.library.masters(&self.site);
        first_open(&masters.periods().collect::<Vec<_>>(), kind, day)
    }

    /// The periods of the site's company that ERPNext has from `day` on, as it has them now.
    fn periods_there(&self, day: Date) -> Result<Vec<Period>, Failure> {
        let masters = self.library.masters(&self.site);
        let own = self.map.company.as_deref().or_else(|| masters.company(&self.site).map(Text::as_str));
        // Without one nothing is posted.
        let Some(company) = own else { return Ok(Vec::new()) };
        let asked = Query {
            fields: &["name", "start_date", "end_date"],
            filters: vec![json!(["company", "=", company]), json!(["end_date", ">=", day])],
            ..Query::default()
        };
        let periods = self.client.list(PERIOD, &asked)?;
        let names: Vec<&str> = periods.iter().filter_map(|period| period.get("name")?.as_str()).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Query {
            fields: &["parent", "document_type"],
            filters: vec![
                json!(["parent", "in", names]),
                json!(["parenttype", "=", PERIOD]),
                json!(["closed", "=", 1]),
            ],
            parent: Some(PERIOD),
            ..Query::default()
        };
        let closed = self.client.list("Closed Document", &asked)?;
        Ok(periods.iter().filter_map(|period| period_of(period, &closed)).collect())
    }

    /// Whether the office's desk has closed a day's month for such documents. ERPNext does not know of that, and would take them.
    pub(super) fn is_closed_here(&self, kind: Kind, day: Date) -> bool {
        let masters = self.library.masters(&self.site);
        let mut months = masters.periods().filter(|period| period.is_month());
        months.any(|month| {
            (month.start_date..=month.end_date).contains(&day)
                && month.closed_documents.iter().any(|closed| closed.as_str() == kind.name())
        })
    }

    /// The same of any of the days on which hours were worked.
    pub(super) fn is_work_closed(&self, submitted: &Submitted) -> bool {
        let kind = submitted.document.kind();
        days_of_work(&submitted.document).into_iter().flatten().any(|day| self.is_closed_here(kind, day))
    }

    /// The day on which a document that was found is posted, where we have moved it there: the field for the true day says so, or it is
    /// the day that we would move it to now.
    pub(super) fn moved_to(&self, submitted: &Submitted, at: &Place, there: &Value) -> Option<Date> {
        if self.map.closed_period != ClosedPeriod::FirstOpenDay {
            return None;
        }
        let own = submitted.day().unwrap_or(at.day);
        let posted = posted_on(there).filter(|posted| *posted > own)?;
        let ours = day(there, "outpost_date") == Some(own)
            || self.first_open_day(submitted.document.kind(), own) == Some(posted);
        ours.then_some(posted)
    }
}

/// ERPNext's doctype.
const PERIOD: &str = "Accounting Period";

/// A period and the documents that are closed in it.
fn period_of(period: &Value, closed: &[Value]) -> Option<Period> {
    let text = |row: &Value, field: &str| Text::try_from(row.get(field)?.as_str()?).ok();
    let name = text(period, "name")?;
    let own = closed.iter().filter(|row| row.get("parent").and_then(Value::as_str) == Some(name.as_str()));
    Some(Period {
        start_date: day(period, "start_date")?,
        end_date: day(period, "end_date")?,
        closed_documents: own.filter_map(|row| text(row, "document_type")).collect(),
        period_name: name,
        company: None,
    })
}

/// The first day from `day` on that none of these closes for such a document.
fn first_open(periods: &[&Period], kind: Kind, mut day: Date) -> Option<Date> {
    let closes = |day: Date| {
        let mut those = periods.iter().filter(|period| (period.start_date..=period.end_date).contains(&day));
        those.find(|period| period.closed_documents.iter().any(|closed| closed.as_str() == kind.name()))
    };
    for _ in periods {
        let Some(period) = closes(day) else { break };
        day = period.end_date.tomorrow().ok()?;
    }
    closes(day).is_none().then_some(day)
}

/// Whether it is held since its day is closed.
pub(super) fn is_closed(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Held(Hold::Closed, _))
}

/// Why it is held where nothing is open before a day that is still to come: what is posted ahead of its time is in nobody's sums.
fn to_come(open: Date) -> String {
    format!(
        "Its day is closed, and the first open one, {open}, is still to come: it is tried again by itself then. To have it in the books \
         before, open its period or its month and retry; or give it up."
    )
}

/// The days on which hours were worked: from when, to when. Empty of a document that is none of hours.
fn days_of_work(document: &Document) -> Vec<[Date; 2]> {
    match document {
        Document::Timesheet(sheet) => {
            sheet.time_logs.iter().map(|log| [log.from_time.day(), log.to_time.day()]).collect()
        }
        Document::JobCard(card) => card.time_logs.iter().map(|log| [log.from_time.day(), log.to_time.day()]).collect(),
        _ => Vec::new(),
    }
}

fn day(there: &Value, field: &str) -> Option<Date> {
    there.get(field)?.as_str()?.get(..10)?.parse().ok()
}

/// The day of a document in the books.
pub(super) fn posted_on(there: &Value) -> Option<Date> {
    day(there, "posting_date").or_else(|| day(there, "transaction_date"))
}
