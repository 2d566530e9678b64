//! When two values say the same.

use super::html;
use jiff::civil::DateTime;
use outpost_core::domain::decimal::{BadDecimal, Decimal, MAX_SCALE};
use serde_json::Value;

/// A number, to nine digits: ERPNext's floats have more. Yes is 1.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => digits(number.as_str()),
        Value::String(text) => digits(text),
        Value::Bool(yes) => Some(u32::from(*yes).into()),
        _ => None,
    }
}

fn digits(text: &str) -> Option<Decimal> {
    match text.parse() {
        Ok(number) => Some(number),
        Err(BadDecimal::TooFine(_)) => fine(text),
        Err(_) => None,
    }
}

/// One with more digits than the books keep, rounded by hand.
fn fine(text: &str) -> Option<Decimal> {
    let Some((whole, fraction)) = text.split_once('.').filter(|_| !text.contains(['e', 'E'])) else {
        // `1e-12`, or as small.
        return text.contains("e-").then_some(Decimal::ZERO);
    };
    let (kept, rest) = fraction.split_at_checked(MAX_SCALE as usize)?;
    let near: Decimal = format!("{whole}.{kept}").parse().ok()?;
    if rest.starts_with(['0', '1', '2', '3', '4']) {
        return Some(near);
    }
    let least: Decimal = "0.000000001".parse().ok()?;
    if whole.starts_with('-') { near.minus(least) } else { near.plus(least) }
}

/// Whether a field that was sent is as ERPNext has it. `precision` are the digits of a number.
pub(crate) fn same(name: &str, ours: &Value, theirs: Option<&Value>, precision: u32) -> bool {
    let theirs = theirs.unwrap_or(&Value::Null);
    if is_nothing(theirs) {
        return is_nothing(ours);
    }
    match ours {
        Value::Number(_) | Value::Bool(_) => {
            let rounded = |value: &Value| decimal(value)?.rounded(precision);
            rounded(ours).is_some() && rounded(ours) == rounded(theirs)
        }
        Value::String(ours) => match theirs {
            Value::String(theirs) => same_text(name, ours, theirs),
            Value::Number(theirs) => digits(ours).is_some() && digits(ours) == digits(theirs.as_str()),
            _ => false,
        },
        _ => false,
    }
}

fn same_text(name: &str, ours: &str, theirs: &str) -> bool {
    if ours == theirs || html::is_cleaned(name, ours, theirs) {
        return true;
    }
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        lines.sort_unstable();
        lines
    };
    match name {
        "serial_no" => lines(ours) == lines(theirs),
        "item_group" => ours.to_lowercase() == theirs.to_lowercase(),
        _ if name.ends_with("_date") || name.ends_with("_time") => same_moment(ours, theirs),
        _ => false,
    }
}

/// Null, zero, no, and an empty text.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        // As ERPNext writes most of them.
        Value::Number(number) if matches!(number.as_str(), "0" | "0.0") => true,
        other => decimal(other).is_some_and(|number| number.is_zero()),
    }
}

/// Whether two texts are the same day, time of day, or both: `7:15:00` is `07:15:00.000000`.
pub(crate) fn same_moment(ours: &str, theirs: &str) -> bool {
    ours == theirs || (moment(ours).is_some() && moment(ours) == moment(theirs))
}

fn moment(text: &str) -> Option<DateTime> {
    // A time alone is one of a day that no document has; a day alone is its midnight, as Frappe writes some.
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, time),
        None if text.contains(':') => ("1900-01-01", text),
        None => (text, "00:00:00"),
    };
    let zero = if time.find(':') == Some(1) { "0" } else { "" };
    format!("{day}T{zero}{time}").parse().ok()
}

/// A value for a person.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(rows)) => format!("{} rows", rows.len()),
        Some(other) => decimal(other).map_or_else(|| other.to_string(), |number| number.to_string()),
    }
}
