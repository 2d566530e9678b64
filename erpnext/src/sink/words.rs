//! ERPNext's refusals in the words of whoever has to put them right, and which of them something else puts right.

use crate::client::Failure;
use outpost_core::domain::outcome::Hold;

/// What is held for what, and the remedy. The rest is told in ERPNext's own words.
const KNOWN: [(&str, Hold, &str); 16] = [
    ("NegativeStockError", Hold::Stock, SHORT),
    ("BatchNegativeStockError", Hold::Stock, SHORT),
    (
        "SerialNoWarehouseError",
        Hold::Stock,
        "The piece is not where the document takes it from: correct that in ERPNext, and retry.",
    ),
    ("OperationSequenceError", Hold::Waits, TOO_EARLY),
    ("OperationsNotCompleteError", Hold::Waits, TOO_EARLY),
    (
        "ClosedAccountingPeriod",
        Hold::Closed,
        "Open the period in ERPNext and retry, let the site post on the first open day, or give it up.",
    ),
    (
        "StockFreezeError",
        Hold::Closed,
        "Stock is frozen up to that day in ERPNext: change that and retry, or give it up.",
    ),
    ("FiscalYearError", Hold::Closed, "Make the fiscal year in ERPNext, and retry."),
    ("PermissionError", Hold::Refused, "The connector may not do that: run `outpost office erpnext check`."),
    ("LinkValidationError", Hold::Unmapped, "Make it in ERPNext or map its name, and retry."),
    ("DoesNotExistError", Hold::Unmapped, "Make it in ERPNext or map its name, and retry."),
    (
        "MandatoryError",
        Hold::Unmapped,
        "ERPNext wants a field that documents from workshops do not have: give it a default there, and retry.",
    ),
    ("DataError", Hold::Unmapped, "ERPNext lacks a field of ours: run `outpost office erpnext setup`, and retry."),
    (
        "UOMMustBeIntegerError",
        Hold::Refused,
        "The unit takes whole numbers only: correct the unit in ERPNext and retry, or cancel the document.",
    ),
    ("StockOverReturnError", Hold::Refused, "More came back than was sold: cancel the document."),
    ("DuplicateEntryError", Hold::Refused, "Something of that name is there already: look at it in ERPNext."),
];

/// ERPNext counts what is on submitted Job Cards alone, and a card is submitted with its last piece.
const TOO_EARLY: &str = "ERPNext counts the pieces of an operation when its Job Card is submitted, with the last of them: it is tried again by itself then.";

/// ERPNext looks at the stock of the document's own time, and of all times since.
const SHORT: &str = "It is tried again by itself when something that brings this stock has been posted. Stock that came after the \
                     document's own time does not help it: correct that time in ERPNext's stock, or give it up.";

/// What ERPNext says of days that have no exception of their own: frozen accounts, and a Period Closing Voucher. Hints of other kinds may
/// stand before it.
const CLOSED: [&str; 2] =
    ["You are not authorized to add or update entries before", "Books have been closed till the period ending on"];

/// How ERPNext begins when it still reckons what a late document has changed, which has no exception of its own: nothing of that is cancelled
/// meanwhile.
const REPOSTING: &str = "Cannot cancel the transaction. Reposting of item valuation on submission is not completed yet";

/// Whether it passes by itself, and soon.
pub(super) fn passes(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { words, .. } if words.contains(REPOSTING))
}

/// Why a document is held.
pub(super) fn of(failure: &Failure) -> (Hold, String) {
    let Failure::Refused { exc_type, words, status, .. } = failure else {
        return (Hold::Failing, failure.to_string());
    };
    let said = match words.as_str() {
        "" if exc_type.is_empty() => format!("ERPNext refused it (HTTP {status})."),
        "" => format!("ERPNext refused it: {exc_type}."),
        words => format!("ERPNext: {}.", words.trim_end_matches('.')),
    };
    if CLOSED.iter().any(|closed| words.contains(closed)) {
        return (Hold::Closed, format!("{said} Change that in ERPNext and retry, or give it up."));
    }
    match KNOWN.iter().find(|(name, ..)| name == exc_type) {
        Some((_, hold, remedy)) => (*hold, format!("{said} {remedy}")),
        None => (Hold::Refused, format!("{said} Put it right in ERPNext and retry, or cancel it.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_day_without_an_exception_of_its_own_is_known_behind_a_hint() {
        let closed = "Books have been closed till the period ending on 31-10-2026";
        for said in [closed, "You are not authorized to add or update entries before 21-11-2026"] {
            let words = format!("Item BUTTON has no price; {said}");
            let failure =
                Failure::Refused { status: 417, exc_type: "ValidationError".into(), words, exception: String::new() };
            assert_eq!(of(&failure).0, Hold::Closed, "{said:?}");
        }
    }
}
