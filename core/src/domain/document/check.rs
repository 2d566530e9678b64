//! The rules of form that many kinds share. Each names the field, the rule and the remedy, and is written down once.
//!
//! Ranges are bounded here so that what a document does ([`Effects`](crate::domain::effects::Effects)) stays in the range of the books:
//! [`MAX_QTY`] of a unit that is [`MAX_FACTOR`] of the stock unit is still below 10^12.

use super::{Invalid, LongText, MAX_ROWS, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::{Decimal, MAX_SCALE, MAX_WHOLE};
use jiff::civil::{Date, Time};

/// Largest quantity of a row: ten million, more than any workshop has of a button, and far from the end of the books' range.
pub const MAX_QTY: u32 = 10_000_000;
/// How many of its stock unit a unit of an item may be: ten thousand pins in a box.
pub const MAX_FACTOR: u32 = 10_000;

/// A table that has to have rows.
pub(super) fn some_rows<T>(table: &str, rows: &[T]) -> Result<(), Invalid> {
    if rows.is_empty() {
        return Err(Invalid::at(table, "there must be at least one row"));
    }
    few_rows(table, rows)
}

/// A table that may be empty.
pub(super) fn few_rows<T>(table: &str, rows: &[T]) -> Result<(), Invalid> {
    match rows.len() {
        0..=MAX_ROWS => Ok(()),
        n => Err(Invalid::at(table, format!("{n} rows are more than {MAX_ROWS}: split the document"))),
    }
}

/// A field that this document cannot be without.
pub(super) fn present<T>(field: impl FnOnce() -> String, value: &Option<T>, rule: &str) -> Result<(), Invalid> {
    if value.is_some() { Ok(()) } else { Err(Invalid::at(field(), rule)) }
}

/// A field that means nothing in this document.
pub(super) fn absent<T>(field: impl FnOnce() -> String, value: &Option<T>, rule: &str) -> Result<(), Invalid> {
    if value.is_none() { Ok(()) } else { Err(Invalid::at(field(), rule)) }
}

/// A time of day stands beside its day.
pub(super) fn posted(date: Option<Date>, time: Option<Time>) -> Result<(), Invalid> {
    if time.is_some() {
        present(|| "posting_date".into(), &date, "posting_time needs posting_date beside it")?;
    }
    Ok(())
}

/// A day that is not before another.
pub(super) fn not_before(field: &str, later: Option<Date>, of: &str, earlier: Option<Date>) -> Result<(), Invalid> {
    match (later, earlier) {
        (Some(later), Some(earlier)) if later < earlier => {
            Err(Invalid::at(field, format!("{later} is before {of} {earlier}: correct one of them")))
        }
        _ => Ok(()),
    }
}

/// The name of what is new, which ERPNext takes for its own name of it: what `validate_name` there refuses.
pub(super) fn new_name(field: &str, doctype: &str, name: &Text) -> Result<(), Invalid> {
    let text = name.as_str();
    let wrong = if text.contains(['<', '>']) {
        "has < or > in it, which ERPNext takes in no name: leave them out".into()
    } else if text == doctype {
        format!("is what ERPNext calls every {doctype}: write another name")
    } else if text.starts_with(&format!("New {doctype}")) {
        format!("begins with New {doctype}, as ERPNext calls one that has no name yet: write another name")
    } else {
        return Ok(());
    };
    Err(Invalid::at(field, format!("{name} {wrong}")))
}

/// A currency by its code.
pub(super) fn currency(code: Option<&Text>) -> Result<(), Invalid> {
    match code {
        Some(code) if !(code.as_str().len() == 3 && code.as_str().bytes().all(|b| b.is_ascii_uppercase())) => {
            Err(Invalid::at("currency", format!("{code} is not three capital letters, like IDR")))
        }
        _ => Ok(()),
    }
}

/// An amount or quantity above zero.
pub(super) fn above_zero(field: impl FnOnce() -> String, value: Decimal) -> Result<(), Invalid> {
    if value.is_zero() || value.is_negative() {
        return Err(Invalid::at(field(), format!("{value} is not above zero")));
    }
    Ok(())
}

/// An amount or quantity of zero or more.
pub(super) fn not_below_zero(field: impl FnOnce() -> String, value: Decimal) -> Result<(), Invalid> {
    if value.is_negative() {
        return Err(Invalid::at(field(), format!("{value} is below zero")));
    }
    Ok(())
}

/// An amount or quantity on the side of zero that a sale, or its return, has.
pub(super) fn signed(field: impl FnOnce() -> String, value: Decimal, is_return: bool) -> Result<(), Invalid> {
    if !is_return {
        return above_zero(field, value);
    }
    if !value.is_negative() {
        return Err(Invalid::at(field(), format!("{value} is not below zero: a return takes it back, write -{value}")));
    }
    Ok(())
}

/// A quantity that the sums of stock can bear.
pub(super) fn qty_in_range(field: impl FnOnce() -> String, qty: Decimal) -> Result<(), Invalid> {
    if qty.abs() > Decimal::from(MAX_QTY) {
        return Err(Invalid::at(field(), format!("{qty} is more than {MAX_QTY}: split the row, or use a larger unit")));
    }
    Ok(())
}

/// A quantity of a row, above zero.
pub(super) fn row_qty(field: impl Fn() -> String, qty: Decimal) -> Result<(), Invalid> {
    above_zero(&field, qty)?;
    qty_in_range(field, qty)
}

/// A sum that the books can keep.
pub(super) fn sum(table: &str, amounts: impl Iterator<Item = Decimal>) -> Result<Decimal, Invalid> {
    let mut amounts = amounts;
    let total = amounts.try_fold(Decimal::ZERO, Decimal::plus);
    total.ok_or_else(|| Invalid::at(table, "the total is too large for the books: split the document"))
}

/// Rows that must not say the same thing twice; `key` is what they are told apart by.
pub(super) fn distinct<'a, T, K: Ord>(
    table: &str,
    field: &str,
    rows: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Result<(), Invalid> {
    let mut seen = std::collections::BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        if let Some(first) = seen.insert(key(row), i) {
            return Err(Invalid::at(
                format!("{table}[{i}].{field}"),
                format!("the same as in {table}[{first}]: put both in one row"),
            ));
        }
    }
    Ok(())
}

/// Serial numbers: one a line, each once.
pub(super) fn serials(field: impl Fn() -> String, text: Option<&LongText>) -> Result<(), Invalid> {
    let Some(text) = text else { return Ok(()) };
    let mut seen = std::collections::BTreeSet::new();
    for line in text.as_str().split('\n') {
        if Text::try_from(line).is_err() {
            return Err(Invalid::at(
                field(),
                format!("{line:?} is no serial number: write one a line, without blanks"),
            ));
        }
        if !seen.insert(line) {
            return Err(Invalid::at(field(), format!("{line} is there twice: name each piece once")));
        }
    }
    Ok(())
}

/// How many of its stock unit one of row `i` is.
pub(super) fn factor(booked: &Booked, i: usize) -> Decimal {
    booked.factors.get(i).copied().unwrap_or_else(|| Decimal::from(1))
}

/// A quantity of row `i` in the item's stock unit, to the nine digits that the books keep. Rows are valid and factors at most
/// [`MAX_FACTOR`], so the product is in range; if neither were, a figure at the end of the range is seen, while a
/// movement left out would not be.
pub(super) fn in_stock_unit(qty: Decimal, booked: &Booked, i: usize) -> Decimal {
    let exact = qty.times(factor(booked, i)).and_then(|exact| exact.rounded(MAX_SCALE));
    exact.unwrap_or_else(|| {
        let end = i128::from(MAX_WHOLE) - 1;
        let end = if qty.is_negative() { -end } else { end };
        Decimal::of_parts(end, 0).expect("invariant: one before the end is in range")
    })
}

/// The row that another document names: its number from 1, in one form only, since progress is summed by this text.
pub(super) fn row_named<'a, T>(rows: &'a [T], row: Option<&Text>) -> Option<(usize, &'a T)> {
    let text = row?.as_str();
    let number: usize = text.parse().ok()?;
    let i = number.checked_sub(1).filter(|_| number.to_string() == text)?;
    Some((i, rows.get(i)?))
}
