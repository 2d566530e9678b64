//! On which days the books are open.

use super::super::{Refusal, Why, World};
use crate::domain::document::Kind;
use jiff::civil::Date;

/// Refuses a day that is ahead, in a closed period, or outside of every year of the books.
pub(super) fn open(world: &World<'_>, kind: Kind, day: Date) -> Result<(), Refusal> {
    let refused = |rule: String| Err(Refusal::new(Why::Period, "posting_date", rule));
    let World { masters, today, clock_known, .. } = *world;
    if clock_known && day > today {
        return refused(format!("{day} is ahead of today, {today}: nothing is booked before its day"));
    }
    if !masters.is_complete() || kind.is_master() {
        return Ok(());
    }
    let closes = |names: &[crate::domain::document::Text]| names.iter().any(|name| name.as_str() == kind.name());
    let mut periods = masters.periods();
    if let Some(period) =
        periods.find(|period| period.start_date <= day && day <= period.end_date && closes(&period.closed_documents))
    {
        let (first, last, kind) = (period.start_date, period.end_date, kind.name());
        return refused(format!(
            "the books are closed for a {kind} from {first} to {last}: give a later day, or ask the office"
        ));
    }
    let mut years = masters.fiscal_years().peekable();
    if years.peek().is_some() && !years.any(|year| year.year_start_date <= day && day <= year.year_end_date) {
        return refused(format!("{day} is in no year of the books: give another day, or ask the office"));
    }
    Ok(())
}
