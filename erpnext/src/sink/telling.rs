//! What is told of a document that is held, within what a record takes ([`MAX_WHY`]): the remedy is never what is cut off.
//!
//! In: what ERPNext has said, or has otherwise, and what to do. Out: words for a person. Absent: what is held, and for what.

use crate::readback::Difference;
use outpost_core::domain::outcome::MAX_WHY;

/// Most bytes of a value. Two of them, the longest name of ERPNext's and the longest remedy are fewer than a record takes.
const MAX_VALUE: usize = 56;
/// Most bytes of a document's name.
const MAX_NAME: usize = 140;
/// Most bytes of a field's path.
const MAX_PATH: usize = 80;
/// Bytes of what two values have alike in front that are shown.
const ALIKE: usize = 8;
/// What stands for what is left out.
const CUT: &str = "…";

/// What the receipt comes to, and what is paid of it. These are told first: rows that are wrong say less.
const TOTALS: [&str; 14] = [
    "grand_total",
    "rounded_total",
    "outstanding_amount",
    "paid_amount",
    "total_taxes_and_charges",
    "net_total",
    "total",
    "discount_amount",
    "total_advance",
    "total_allocated_amount",
    "unallocated_amount",
    "total_debit",
    "total_credit",
    "total_hours",
];

/// `said` between what stands before it and the remedy, cut where all of it is too long.
pub(super) fn fitted(before: &str, said: &str, remedy: &str) -> String {
    let room = MAX_WHY.saturating_sub(before.len() + remedy.len() + ". ".len());
    format!("{before}{}. {remedy}", cut(said, room))
}

/// What a document has otherwise: totals first, then its own fields, then its rows; as many as there is room for, each with both values.
pub(super) fn differences(name: &str, found: &[Difference], remedy: &str) -> String {
    let name = cut(name, MAX_NAME);
    let mut sorted: Vec<&Difference> = found.iter().collect();
    sorted.sort_by_key(|difference| match difference.field.as_str() {
        field if TOTALS.contains(&field) => 0,
        field if !field.contains('[') => 1,
        _ => 2,
    });
    let more = |count: usize| if count > 0 { format!(", and {count} more") } else { String::new() };
    let around = name.len() + ": ".len() + more(found.len()).len() + ". ".len() + remedy.len();
    let room = MAX_WHY.saturating_sub(around);
    let mut told = String::new();
    let mut count = 0;
    for difference in sorted {
        let between = if told.is_empty() { "" } else { "; " };
        let next = format!("{between}{}", short(difference));
        if count > 0 && told.len() + next.len() > room {
            break;
        }
        told.push_str(&next);
        count += 1;
    }
    format!("{name}: {told}{}. {remedy}", more(found.len() - count))
}

/// With long values cut, where they differ left.
fn short(difference: &Difference) -> Difference {
    let Difference { field, ours, theirs } = difference;
    let alike = ours.char_indices().zip(theirs.chars()).take_while(|((_, a), b)| a == b);
    let alike = alike.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
    let is_long = ours.len().max(theirs.len()) > MAX_VALUE;
    let from =
        if is_long { (0..=alike.saturating_sub(ALIKE)).rev().find(|at| ours.is_char_boundary(*at)) } else { None };
    let value = |text: &str| match from.filter(|from| *from > CUT.len()) {
        Some(from) => format!("{CUT}{}", cut(&text[from..], MAX_VALUE - CUT.len())),
        None => cut(text, MAX_VALUE),
    };
    Difference { field: cut(field, MAX_PATH), ours: value(ours), theirs: value(theirs) }
}

/// No more than so many bytes of a text.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most.saturating_sub(CUT.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{CUT}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMEDY: &str = "Correct it there and retry.";

    fn difference(field: &str, ours: &str, theirs: &str) -> Difference {
        Difference { field: field.into(), ours: ours.into(), theirs: theirs.into() }
    }

    #[test]
    fn totals_are_told_before_any_rows_and_the_rest_is_counted() {
        let mut found: Vec<_> =
            (0..30).map(|row| difference(&format!("items[{row}].rate"), "1000.00", "2000.00")).collect();
        found.push(difference("remarks", "a", "b"));
        found.push(difference("grand_total", "7774", "9999"));
        let told = differences("ACC-SINV-2026-00012", &found, REMEDY);
        let first = "ACC-SINV-2026-00012: grand_total is 9999 in ERPNext, and not 7774; remarks is b in ERPNext, and not a; items[0].rate";
        assert!(told.starts_with(first), "{told}");
        assert!(told.ends_with(&format!(" more. {REMEDY}")) && told.len() <= MAX_WHY, "{told}");
        let shown = told.matches("in ERPNext").count();
        assert!(shown > 4 && told.contains(&format!(", and {} more. ", found.len() - shown)), "{told}");
        let one = differences("X", &found[..1], REMEDY);
        assert_eq!(one, format!("X: items[0].rate is 2000.00 in ERPNext, and not 1000.00. {REMEDY}"));
    }

    #[test]
    fn of_long_values_both_are_told_from_where_they_differ_and_the_remedy_is_whole() {
        let long = |end: &str| format!("{}{end}", "Kain batik tulis ".repeat(40));
        let remedy = "x".repeat(230);
        for letters in ["a", "ä", "ꦲ"] {
            let name = letters.repeat(140);
            let told =
                differences(&name, &[difference("items[0].description", &long("merah"), &long("biru"))], &remedy);
            assert!(told.len() <= MAX_WHY && told.ends_with(&remedy), "{}: {told}", told.len());
            assert!(told.contains("tulis biru in ERPNext, and not …") && told.contains("tulis merah. "), "{told}");
            let told = differences(&name, &[difference("remarks", &letters.repeat(900), "")], &remedy);
            assert!(told.len() <= MAX_WHY && told.ends_with(&remedy), "{}: {told}", told.len());
        }
    }

    #[test]
    fn of_what_erpnext_has_said_as_much_is_told_as_leaves_the_remedy_whole() {
        assert_eq!(fitted("ERPNext: ", "No", REMEDY), format!("ERPNext: No. {REMEDY}"));
        for word in ["word ", "ꦲ"] {
            let told = fitted("ERPNext: ", &word.repeat(300), REMEDY);
            assert!(told.len() <= MAX_WHY && told.len() > MAX_WHY - 8, "{}", told.len());
            assert!(told.starts_with("ERPNext: ") && told.ends_with(&format!("…. {REMEDY}")), "{told}");
        }
    }
}
