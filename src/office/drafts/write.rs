//! Words and ids written into a draft, on whatever day.
//!
//! In: fields. Out: the draft as ERPNext has saved it. Unless somebody has ticked Edit Posting Date and Time, ERPNext makes the day of each
//! save the draft's own, and refuses an invoice that was due before: whoever wrote it yesterday could be told nothing. So what was due
//! by then is due on the new day, and no other field of it changes. Which day that is ERPNext says: its clock is its own.

use super::At;
use super::said::text;
use crate::domain::document::Kind;
use outpost_erpnext::client::Failure;
use serde_json::{Value, json};

/// What the database has of a row of a table. A row with the name of one that is gone would not be made.
const OF_ROWS: [&str; 10] =
    ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "parent", "parentfield", "parenttype"];

impl At {
    /// Saves a draft with these fields.
    pub(super) fn write(&self, kind: Kind, name: &str, fields: &Value) -> Result<Value, Failure> {
        let refused = match self.client.update(kind.name(), name, fields) {
            Err(failure) if is_due(kind) && failure.is("ValidationError") => failure,
            answer => return answer,
        };
        // Its words are in the language of whoever asks: what the draft says decides whether this may be why.
        let before = self.client.get(kind.name(), name)?;
        let Some(due) = due(&before) else { return Err(refused) };
        let mut undated = fields.clone();
        (undated["due_date"], undated["payment_schedule"]) = (Value::Null, json!([]));
        let saved = self.client.update(kind.name(), name, &undated)?;
        // ERPNext has put the party's own terms in its place, which are no word of whoever wrote the draft.
        let due = due.max(text(&saved, "posting_date"));
        let schedule = schedule(&before, due);
        if text(&saved, "due_date") == due && schedule.len() <= 1 {
            return Ok(saved);
        }
        self.client.update(kind.name(), name, &json!({ "due_date": due, "payment_schedule": schedule }))
    }
}

/// True of what has a day on which it is due.
fn is_due(kind: Kind) -> bool {
    matches!(kind, Kind::SalesInvoice | Kind::PurchaseInvoice)
}

fn rows(draft: &Value) -> impl Iterator<Item = &Value> {
    draft.get("payment_schedule").and_then(Value::as_array).into_iter().flatten()
}

/// The last day on which something of it is due, where its own day moves.
fn due(draft: &Value) -> Option<&str> {
    if draft.get("set_posting_time").and_then(Value::as_u64) == Some(1) {
        return None;
    }
    let all = rows(draft).chain([draft]).map(|of| text(of, "due_date"));
    all.max().filter(|due| !due.is_empty())
}

/// Its rows once more, the last of them due on that day.
fn schedule(draft: &Value, due: &str) -> Vec<Value> {
    let mut all: Vec<Value> = rows(draft).cloned().collect();
    for row in all.iter_mut().filter_map(Value::as_object_mut) {
        row.retain(|field, _| !OF_ROWS.contains(&field.as_str()));
    }
    if let Some(last) = all.iter_mut().max_by_key(|row| text(row, "due_date").to_owned()) {
        last["due_date"] = due.into();
    }
    all
}
