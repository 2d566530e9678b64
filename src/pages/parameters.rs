//! Parameters that both pages have.

use crate::domain::document::{Kind, Text};
use crate::show::MOST_DAYS;
use crate::web::{Fault, Query, StatusCode};
use jiff::civil::Date;

/// The rule of a parameter that is a day.
pub const DAY: (&str, &str) = ("a day is written YYYY-MM-DD", "send it like 2026-11-02");

/// A day.
pub fn day(query: &Query, name: &str) -> Result<Option<Date>, Fault> {
    query.read_as(name, DAY.0, DAY.1)
}

/// `from` and `to`, of at most [`MOST_DAYS`].
pub fn days(query: &Query) -> Result<(Date, Date), Fault> {
    let there = |name: &str| day(query, name)?.ok_or_else(|| Fault::bad(name, "it is missing", "send from and to"));
    let (from, to) = (there("from")?, there("to")?);
    if !(1..=MOST_DAYS).contains(&((to - from).get_days() + 1)) {
        let rule = format!("an answer has 1 to {MOST_DAYS} days, the first one first");
        return Err(Fault::bad("to", rule, "ask for fewer at once"));
    }
    Ok((from, to))
}

/// Refuses a file that would lack some documents: who is given one takes it for the whole.
pub fn none_lost(lost: u64) -> Result<(), Fault> {
    if lost == 0 {
        return Ok(());
    }
    let remedy = "have `outpost doctor` run there; `outpost export` writes what is left, and says what is not";
    Err(Fault::new(StatusCode::CONFLICT, None, crate::books::lost_here(lost), remedy))
}

/// The kind that a parameter names.
pub fn kind(query: &Query) -> Result<Option<Kind>, Fault> {
    query.text("kind").map(|text| kind_of("kind", text)).transpose()
}

/// The kind of a slug.
pub fn kind_of(input: &str, slug: &str) -> Result<Kind, Fault> {
    let known = Kind::ALL.iter().copied().find(|kind| kind.slug() == slug);
    known.ok_or_else(|| Fault::bad(input, "no such kind of document", format!("it is one of {}", Kind::slugs())))
}

/// A parameter that names a row.
pub fn name(query: &Query, parameter: &str) -> Result<Option<Text>, Fault> {
    let named =
        |text: &str| Text::try_from(text).map_err(|error| Fault::bad(parameter, error.to_string(), "correct it"));
    query.text(parameter).map(named).transpose()
}
