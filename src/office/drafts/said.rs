//! What people read in a draft: Outpost Answer, in plain words.

use crate::domain::id::SiteId;
use crate::domain::outcome::Fate;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The text of a field; empty where it has none.
pub(super) fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A moment as ERPNext's people read it: `2026-11-23 16:15`.
pub(super) fn moment(at_ms: Option<i64>, zone: &TimeZone) -> String {
    let at = at_ms.and_then(|at_ms| Timestamp::from_millisecond(at_ms).ok());
    at.map(|at| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_else(|| "an unknown time".into())
}

pub(super) fn asked(site: &SiteId, when: &str) -> String {
    format!(
        "{site}'s box is asked since {when}. Nothing is decided yet. To take it back, untick Ask the Workshop and save."
    )
}

pub(super) fn away(site: &SiteId, since: &str) -> String {
    format!(
        "The link to {site} is down: its box {since}. It is asked once the link is up; until then this draft is yours."
    )
}

pub(super) fn asked_and_away(site: &SiteId, since: &str) -> String {
    format!(
        "{site}'s box is asked, and nothing is decided: the link is down, it {since}. To take it back, untick Ask the Workshop and save."
    )
}

pub(super) fn full(site: &SiteId) -> String {
    format!("Too much waits for {site}'s box already: it is asked once that is answered.")
}

pub(super) fn taken_back(site: &SiteId) -> String {
    format!("Taken back. {site}'s box may have recorded it before: that is known once it has answered.")
}

pub(super) fn recorded(site: &SiteId, when: &str, is_held: bool) -> String {
    let then = match is_held {
        true => "ERPNext does not take it as it was recorded: the office's list of what is held says why",
        false => "This is submitted by itself",
    };
    format!("{site}'s box has recorded it on {when}. {then}.")
}

/// Why what the box has recorded never comes here; nothing where it does.
pub(super) fn never_posted(site: &SiteId, fate: &Fate) -> Option<String> {
    let why = match fate {
        Fate::Posted { .. } | Fate::Held { .. } => return None,
        Fate::Withdrawn => "it was cancelled there before it was posted".to_owned(),
        Fate::Kept => "ERPNext has no place for it".to_owned(),
        Fate::GivenUp { by, reason } => format!("{by} has decided that it is never posted: {reason}"),
    };
    Some(format!("{site}'s box has recorded it, and {why}. This draft is yours again."))
}

pub(super) fn declined(site: &SiteId, when: &str, why: &str) -> String {
    format!("{site}'s box has declined on {when}: {why}. Change it, or not, and tick Ask the Workshop again.")
}

pub(super) fn not_asked(when: &str, why: &str) -> String {
    let why = why.trim_end_matches('.');
    format!("Not asked ({when}): {why}. Correct it and tick Ask the Workshop again.")
}
