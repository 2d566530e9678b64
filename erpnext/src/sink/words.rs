//! ERPNext's refusals in the words of whoever has to put them right, and which of them something else puts right.

use super::telling;
use crate::client::Failure;
use outpost_core::domain::outcome::Hold;
use serde_json::Value;

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
    ("StockOverReturnError", Hold::Refused, TOO_MUCH_BACK),
    ("DuplicateEntryError", Hold::Refused, "Something of that name is there already: look at it in ERPNext."),
];

/// ERPNext counts what is on submitted Job Cards alone, and a card is submitted with its last piece.
const TOO_EARLY: &str = "ERPNext counts the pieces of an operation when its Job Card is submitted, with the last of them: it is tried again by itself then.";

/// ERPNext does not round what is left to come back: 1 less 0.9 is less than 0.1 to it.
const TOO_MUCH_BACK: &str = "By ERPNext's sum more came back than was sold. Of goods by weight or length that come back in parts that sum is \
                             off in its last digit: cancel all of these returns at the workshop, and make one of them. Else cancel the document.";

/// ERPNext looks at the stock of the document's own time, and of all times since.
const SHORT: &str = "It is tried again by itself when something that brings this stock has been posted. Stock that came after the \
                     document's own time does not help it: correct that time in ERPNext's stock, or give it up.";

/// What ERPNext says of days that have no exception of their own, in small letters: frozen accounts, a Period Closing Voucher, and stock whose
/// worth would change on such days or before a Stock Closing Entry. Hints of other kinds may stand before it.
const CLOSED: [&str; 4] = [
    "you are not authorized to add or update entries before",
    "books have been closed till the period ending on",
    "you cannot repost item valuation before",
    "due to stock closing entry",
];

/// What the database says of a value that its column does not hold, with HTTP 500. With another status it is Frappe, of a field that it does not know.
const TOO_LONG: &str =
    "Something in it is longer or larger than ERPNext keeps. Cancel it at the workshop, and make it anew with less.";

/// What ERPNext says where goods are there, and kept for somebody else's order; it has no exception of its own either. What comes later does
/// help there.
const RESERVED: &str = "to complete this transaction";

/// Of goods that are counted where it has valued none.
const UNVALUED: &str = "Valuation Rate required for Item";

/// How ERPNext begins when it still reckons what a late document has changed, which has no exception of its own: nothing of that is cancelled
/// meanwhile.
const REPOSTING: &str = "Cannot cancel the transaction. Reposting of item valuation on submission is not completed yet";

/// Whether it passes by itself, and soon.
pub(super) fn passes(failure: &Failure) -> bool {
    failure.is("DocumentLockedError") || matches!(failure, Failure::Refused { words, .. } if words.contains(REPOSTING))
}

/// Why a document is held.
pub(super) fn of(failure: &Failure) -> (Hold, String) {
    let (hold, remedy) = remedy(failure);
    (hold, told("", failure, remedy))
}

/// Why a document is, of which something counts there all the same, as `before` says.
pub(super) fn of_rest(before: &str, failure: &Failure) -> String {
    told(before, failure, remedy(failure).1)
}

/// Why a cancellation is.
pub(super) fn of_cancelling(failure: &Failure) -> (Hold, String) {
    let (hold, remedy) = match remedy(failure) {
        _ if failure.is("LinkExistsError") => (Hold::Refused, "Cancel what stands on it in ERPNext, and retry."),
        (Hold::Closed, _) => (Hold::Closed, "Change that in ERPNext and retry, or give the cancellation up."),
        (Hold::Stock, _) => {
            (Hold::Stock, "What it brought is gone again. It is tried again by itself when that has come.")
        }
        (Hold::Refused, _) if !failure.is("PermissionError") => {
            (Hold::Refused, "Put it right in ERPNext and retry, or give the cancellation up.")
        }
        other => other,
    };
    (hold, told("", failure, remedy))
}

/// What ERPNext has said, and what to do.
fn told(before: &str, failure: &Failure, remedy: &str) -> String {
    let Failure::Refused { exc_type, words, status, .. } = failure else { return format!("{before}{failure}") };
    match words.as_str() {
        "" if exc_type.is_empty() => format!("{before}ERPNext refused it (HTTP {status}). {remedy}"),
        "" => format!("{before}ERPNext refused it: {exc_type}. {remedy}"),
        words => telling::fitted(&format!("{before}ERPNext: "), words.trim_end_matches('.'), remedy),
    }
}

fn remedy(failure: &Failure) -> (Hold, &'static str) {
    let Failure::Refused { exc_type, words, status, .. } = failure else { return (Hold::Failing, "") };
    let small = words.to_lowercase();
    if CLOSED.iter().any(|closed| small.contains(closed)) {
        return (Hold::Closed, "Change that in ERPNext and retry, or give it up.");
    }
    if exc_type == "ValidationError" && words.contains(RESERVED) {
        return (Hold::Stock, "ERPNext keeps that stock for an order. It is tried again by itself when more has come.");
    }
    if words.contains(UNVALUED) {
        return (Hold::Unmapped, "Give the item one in ERPNext (Item, Valuation Rate), and retry.");
    }
    if exc_type == "DataError" && *status >= 500 {
        return (Hold::Refused, TOO_LONG);
    }
    match KNOWN.iter().find(|(name, ..)| name == exc_type) {
        Some((_, hold, remedy)) => (*hold, *remedy),
        None => (Hold::Refused, "Put it right in ERPNext and retry, or cancel it."),
    }
}

/// What to do where ERPNext has `other` under the name that a document's number is.
pub(super) fn of_name(doctype: &str, name: &str, other: &Value) -> String {
    let site = other.get("outpost_site").and_then(Value::as_str).unwrap_or_default();
    if site.is_empty() {
        return format!(
            "ERPNext has another {doctype} of the name {name}, and takes no second one. Cancel and delete that one there and retry; or, where it \
             was entered for this document, give this one up and say that it is entered."
        );
    }
    format!(
        "ERPNext has a {doctype} of {site} under the name {name}, and takes no second one: two workshops have printed the same numbers. Leave that \
         one, enter this one there by hand under another name, and say under which: `outpost office held entered`. Give one of the two \
         another number_prefix for what comes."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use outpost_core::domain::outcome::MAX_WHY;

    fn refused(exc_type: &str, words: &str) -> Failure {
        Failure::Refused { status: 417, exc_type: exc_type.into(), words: words.into(), exception: String::new() }
    }

    #[test]
    fn however_much_erpnext_says_the_remedy_is_told_whole() {
        for (exc_type, _, remedy) in KNOWN {
            let failure = refused(exc_type, &"Kain ꦲ ".repeat(90));
            let before = format!("{} has this time in it, and is not submitted. ", "PO-JOB00012".repeat(6));
            for told in [of(&failure).1, of_cancelling(&failure).1, of_rest(&before, &failure)] {
                assert!(told.len() <= MAX_WHY && told.ends_with('.') && told.contains("Kain"), "{exc_type}: {told}");
            }
            assert!(of(&failure).1.ends_with(&format!("…. {remedy}")), "{exc_type}");
        }
    }

    #[test]
    fn a_cancellation_is_told_what_helps_a_cancellation() {
        let linked = refused("LinkExistsError", "Cannot delete or cancel because Delivery Note DN-1 is linked");
        let (_, why) = of_cancelling(&linked);
        assert!(why.ends_with("DN-1 is linked. Cancel what stands on it in ERPNext, and retry."), "{why}");
        for (exc_type, hold) in [
            ("ClosedAccountingPeriod", Hold::Closed),
            ("NegativeStockError", Hold::Stock),
            ("ValidationError", Hold::Refused),
        ] {
            let ((held, why), (posted, other)) = (of_cancelling(&refused(exc_type, "x")), of(&refused(exc_type, "x")));
            assert_eq!((held, posted), (hold, hold), "{exc_type}");
            assert!(why != other && !why.contains("cancel it") && !why.contains("first open day"), "{why}");
        }
    }

    #[test]
    fn stock_that_is_kept_for_an_order_is_waited_for() {
        let words =
            "2.0 units of Item BUTTON needed in Bandung - TW on 2026-11-20 09:00:00 to complete this transaction.";
        assert_eq!(of(&refused("ValidationError", words)).0, Hold::Stock);
        assert_eq!(of(&refused("ValidationError", "Rate is needed")).0, Hold::Refused);
    }

    #[test]
    fn what_is_too_long_is_told_from_a_field_that_is_missing() {
        let long = "(1406, \"Data too long for column 'name' at row 1\")";
        let failure = Failure::Refused {
            status: 500,
            exc_type: "DataError".into(),
            words: long.into(),
            exception: String::new(),
        };
        assert_eq!(of(&failure), (Hold::Refused, format!("ERPNext: {long}. {TOO_LONG}")));
        let (hold, why) = of(&refused("DataError", "Field not permitted in query: outpost_id"));
        assert_eq!(hold, Hold::Unmapped);
        assert!(why.contains("outpost office erpnext setup"), "{why}");
    }

    #[test]
    fn a_document_that_is_locked_is_let_go_soon() {
        assert!(passes(&refused("DocumentLockedError", "This document is currently locked")));
    }

    #[test]
    fn a_closed_day_without_an_exception_of_its_own_is_known_behind_a_hint() {
        for said in [
            "Books have been closed till the period ending on 31-10-2026",
            "You are not authorized to add or update entries before 21-11-2026",
            "You cannot repost item valuation before 31-10-2026",
            "Due to period closing, you cannot repost item valuation before 31-10-2026",
            "Due to Stock Closing Entry CBAL-00001, item valuation cannot be reposted on or before 31-10-2026",
        ] {
            let words = format!("Item BUTTON has no price; {said}");
            assert_eq!(of(&refused("ValidationError", &words)).0, Hold::Closed, "{said:?}");
        }
    }
}
