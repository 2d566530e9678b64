//! The day on which a document of a closed one is posted.

use super::Erpnext;
use crate::map::ClosedPeriod;
use jiff::civil::Date;
use outpost_core::domain::document::{Document, Kind};
use outpost_core::domain::master::Table;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::Place;
use serde_json::Value;

impl Erpnext {
    /// The first day from `day` on, on which the books take such a document, as far as the office's data says.
    pub(super) fn first_open_day(&self, kind: Kind, mut day: Date) -> Option<Date> {
        let masters = self.library.masters(&self.site);
        let closes = |day: Date| {
            masters
                .periods()
                .filter(|period| (period.start_date..=period.end_date).contains(&day))
                .find(|period| period.closed_documents.iter().any(|closed| closed.as_str() == kind.name()))
        };
        for _ in 0..masters.count(Table::Period) {
            let Some(period) = closes(day) else { break };
            day = period.end_date.tomorrow().ok()?;
        }
        closes(day).is_none().then_some(day)
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
