//! Time for a Job Card that ERPNext has: the Work Order made it, and a workshop adds lines to it.

use crate::readback::{decimal, same_moment};
use outpost_core::domain::decimal::Decimal;
use serde_json::{Map, Value, json};

/// What is to be added, and to which card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddToCard {
    /// The Work Order.
    pub work_order: String,
    /// The operation: of a Work Order's open cards the one with this is meant.
    pub operation: String,
    /// The lines.
    pub time_logs: Vec<Value>,
}

impl AddToCard {
    /// Whether a card's line is one of these.
    pub fn has(&self, line: &Value) -> bool {
        self.time_logs.iter().any(|log| is_same_line(line, log))
    }
}

/// What is to be done with a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardChange {
    /// The PUT that adds the lines that are not there; none where all are. It names the card's `modified`, so that ERPNext refuses it
    /// (`TimestampMismatchError`) where somebody has changed the card since it was read.
    pub put: Option<Value>,
    /// The pieces of the new lines are no more than the card still takes: ERPNext submits a card with neither more nor less.
    pub fits: bool,
    /// With them all pieces are done: the card is submitted, by a second PUT with `docstatus` 1. Never one with sub-operations.
    pub complete: bool,
    /// It is submitted already, and takes no more lines.
    pub submitted: bool,
}

/// What is to be done with the card that was read. A line that is there, by the same person from when until when, is not added again.
pub fn add_to_card(card: &Value, add: &AddToCard) -> CardChange {
    let old = card.get("time_logs").and_then(Value::as_array).cloned().unwrap_or_default();
    let new: Vec<Value> =
        add.time_logs.iter().filter(|log| !old.iter().any(|known| is_same_line(known, log))).cloned().collect();
    let done = |rows: &[Value]| {
        let pieces = rows.iter().filter_map(|row| decimal(row.get("completed_qty")?));
        pieces.fold(Decimal::ZERO, |sum, pieces| sum.plus(pieces).unwrap_or(sum))
    };
    let wanted = card.get("for_quantity").and_then(decimal).unwrap_or_default();
    let pieces = done(&new);
    let all = done(&old).plus(pieces).unwrap_or_default();
    // Lines without pieces are time, which any card takes.
    let fits = pieces.is_zero() || wanted.is_zero() || all <= wanted || has_parts(card);
    let put = (!new.is_empty()).then(|| {
        let mut body = Map::new();
        body.insert("time_logs".into(), Value::Array(old.into_iter().chain(new).collect()));
        if let Some(modified) = card.get("modified") {
            body.insert("modified".into(), modified.clone());
        }
        Value::Object(body)
    });
    CardChange {
        put,
        fits,
        complete: !wanted.is_zero() && all >= wanted && !has_parts(card),
        submitted: card.get("docstatus") == Some(&json!(1)),
    }
}

/// Whether its operation has sub-operations: ERPNext then counts the pieces that each of those has, and a workshop's lines name none.
pub(crate) fn has_parts(card: &Value) -> bool {
    card.get("sub_operations").and_then(Value::as_array).is_some_and(|parts| !parts.is_empty())
}

/// Whether a card's line is this one: the same person's, from when until when.
pub(crate) fn is_same_line(known: &Value, log: &Value) -> bool {
    let text = |row: &Value, field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let at = |field: &str| same_moment(&text(known, field), &text(log, field));
    text(known, "employee") == text(log, "employee") && at("from_time") && at("to_time")
}
