//! What it means where a document is never posted, or never cancelled in the books: told before a person decides it, and after, and of one
//! that was cancelled before it was posted, with or without another in its place.
//!
//! In: a document. Out: a line for its sum, and for each of stock, counts, money and hours that it moves.

use crate::domain::effects::StockMove;
use crate::domain::outcome::Fate;
use crate::domain::record::Submitted;

/// Of one that counts in the books, whatever else is said of it.
pub const IS_THERE: &str = "it is in the books: cancel it there first";

/// What is missing in the books without it.
pub fn never_posted(submitted: &Submitted) -> Vec<String> {
    lines(submitted, "not booked")
}

/// The same of a document that never goes there, by the word on it: it was cancelled before, or given up. Of all others nothing.
pub fn not_booked(submitted: &Submitted, fate: Option<&Fate>) -> Vec<String> {
    match fate {
        Some(Fate::Withdrawn) => never_posted(submitted),
        // What is of before the first day the books have by hand.
        Some(fate @ Fate::GivenUp { .. }) if !fate.is_before() => never_posted(submitted),
        _ => Vec::new(),
    }
}

/// What stays in the books of a document whose cancellation is not carried out there.
pub fn never_cancelled(submitted: Option<&Submitted>) -> Vec<String> {
    let stays = "the document stays in the books as it is".to_owned();
    std::iter::once(stays).chain(submitted.into_iter().flat_map(|of| lines(of, "stays booked"))).collect()
}

fn lines(submitted: &Submitted, what: &str) -> Vec<String> {
    let effects = submitted.effects();
    let mut lines = Vec::new();
    if !effects.sum.is_zero() {
        lines.push(format!("{} of {}: {what}", submitted.document.kind().name(), effects.sum));
    }
    let stock = |of: &str, moved: &StockMove| {
        format!("{of} of {} in {}: {} {what}", moved.item_code, moved.warehouse, moved.qty)
    };
    lines.extend(effects.moves.iter().map(|moved| stock("stock", moved)));
    lines.extend(effects.counts.iter().map(|counted| stock("count", counted)));
    lines.extend(effects.money.iter().map(|money| format!("{}: {} {what}", money.mode_of_payment, money.amount)));
    lines.extend(
        effects
            .worked
            .iter()
            .map(|worked| format!("hours of {}: {} to {} {what}", worked.employee, worked.from, worked.to)),
    );
    if lines.is_empty() {
        lines.push("neither stock nor money is touched".into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::{Document, Kind, Text};
    use crate::domain::id::IntentId;
    use crate::domain::outcome::Hold;
    use serde_json::json;

    #[test]
    fn what_was_replaced_and_what_was_given_up_say_what_the_books_lack_and_no_other_does() {
        let fields = json!({"customer": "Bu Sari", "update_stock": true, "set_warehouse": "Stores - TW",
            "items": [{"item_code": "BUTTON", "qty": "3", "rate": "1000"}],
            "payments": [{"mode_of_payment": "Cash", "amount": "3000"}]});
        let document = Document::deserialize_as(Kind::SalesInvoice, &fields).unwrap();
        let submitted = Submitted::new(IntentId(uuid::Uuid::nil()), "till".parse().unwrap(), None, document);
        let text = |text: &str| Text::try_from(text).unwrap();
        let lacks = |fate| not_booked(&submitted, Some(&fate));
        let said = [
            "Sales Invoice of 3000: not booked",
            "stock of BUTTON in Stores - TW: -3 not booked",
            "Cash: 3000 not booked",
        ];
        assert_eq!(lacks(Fate::Withdrawn), said);
        assert_eq!(lacks(Fate::given_up(text("wati"), "torn paper")), said);
        for other in [
            Fate::Posted { name: text("S-1"), day: None, by: None },
            Fate::held(Hold::Stock, "too little"),
            Fate::Kept,
            Fate::before(jiff::civil::date(2026, 12, 1)),
        ] {
            assert!(lacks(other.clone()).is_empty(), "{other:?}");
        }
        assert!(not_booked(&submitted, None).is_empty());
    }
}
