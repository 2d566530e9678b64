//! Bare text, as dumb scanners and scales send it: a code, or a number with its unit.

use super::reason::{Code, Reason};
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;

/// Units in which scales of this trade tell three places, so that `1,250` is one and a quarter and not thousands.
const THREE_PLACES: [&str; 4] = ["kg", "KG", "Kg", "t"];

/// The payload as text.
pub(super) fn text(payload: &[u8]) -> Result<&str, Reason> {
    std::str::from_utf8(payload).map_err(|_| {
        let remedy = "neither UTF-8 text nor a JSON object nor a CBOR map: set the device to UTF-8";
        Reason::new(Code::Format, remedy)
    })
}

/// Without the line end that a scanner puts after a code. Group separators and other control characters are part of it.
pub(super) fn trimmed(code: &str) -> &str {
    code.trim_end_matches(['\r', '\n'])
}

/// A number and its unit: `1.250 kg`, `0,5kg`, `-12 g`.
pub(super) fn weight(text: &str) -> Result<(Decimal, Text), Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Reason::new(
            Code::Empty,
            "no weight: set the scale to send the number and its unit, like 1.250 kg",
        ));
    }
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | ',' | '+' | '-')).unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    if number.is_empty() {
        return Err(Reason::new(
            Code::Field,
            "weight: starts with no number: send the number and its unit, like 1.250 kg",
        ));
    }
    if unit.is_empty() {
        return Err(Reason::new(
            Code::Field,
            "unit: missing: set the scale to send it after the number, like 1.250 kg",
        ));
    }
    // "1.2 3 kg" is a number that was cut or two that ran together, not a unit.
    if unit.chars().any(|c| c.is_ascii_digit()) {
        return Err(Reason::new(Code::Field, "unit: holds digits: send one number and its unit, like 1.250 kg"));
    }
    let unit = Text::try_from(unit).map_err(|rule| Reason::new(Code::Field, format!("unit: {rule}")))?;
    let digits = with_point(number, unit.as_str())?;
    let weight = digits.parse().map_err(|error| Reason::new(Code::Field, format!("weight: {error}")))?;
    Ok((weight, unit))
}

/// The number with a point where it has a decimal comma. A comma counts as one where it is the only separator, and
/// where it cannot as well be part of thousands: three digits after it and a whole number of one to three digits
/// before it are ambiguous in any unit but those of [`THREE_PLACES`].
fn with_point(number: &str, unit: &str) -> Result<String, Reason> {
    let ambiguous = || {
        let remedy = "may be a decimal comma or thousands: set the scale to send a decimal point and no thousands";
        Reason::new(Code::Ambiguous, format!("weight: the comma in {:?} {remedy}", shown(number)))
    };
    let Some((whole, fraction)) = number.split_once(',') else { return Ok(number.to_owned()) };
    if fraction.contains([',', '.']) || whole.contains('.') {
        return Err(ambiguous());
    }
    let whole_digits = whole.trim_start_matches(['+', '-']);
    let like_thousands = fraction.len() == 3 && (1..=3).contains(&whole_digits.len()) && !whole_digits.starts_with('0');
    if like_thousands && !THREE_PLACES.contains(&unit) {
        return Err(ambiguous());
    }
    Ok(number.replace(',', "."))
}

fn shown(number: &str) -> &str {
    &number[..number.len().min(24)]
}
