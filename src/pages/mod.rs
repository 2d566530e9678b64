//! What the pages of a box and of an office have in common: the line of a document, what the books lack without one, a scan, a word on a code, the parameters that name days, kinds and rows.
//!
//! In: records and what the views know of them. Out: JSON as docs/PAGES.md has it, or a refusal. Deliberately absent: who asks, and of
//! which sites.

#[cfg(test)]
pub(crate) mod contract;
pub mod line;
pub mod means;
pub mod parameters;

use crate::domain::document::Text;
use crate::domain::record::Scan;
use crate::domain::shop::{Said, local};
use crate::domain::time::{Quality, rfc3339};
use crate::views;
use crate::web::Fault;
use serde_json::{Value, json};

/// A scan of a day by the workshop's clock, the item that its code stands for, and where the office has none, which the site says it is.
pub fn scan(
    at_ms: i64,
    utc_offset_minutes: i16,
    quality: Quality,
    scan: &Scan,
    (item, said): (Option<&Text>, Option<&Said>),
) -> Value {
    json!({
        "time": local(at_ms, utc_offset_minutes).time().to_string(),
        "sure": quality != Quality::Floor,
        "device": scan.device,
        "code": scan.code,
        "item_code": item,
        "said": said.filter(|_| item.is_none()).map(word),
    })
}

/// What the site says that a code stands for.
fn word(said: &Said) -> Value {
    json!({ "item_code": said.item_code, "uom": said.uom, "user": said.user, "at": rfc3339(said.at_ms) })
}

/// The same as a line of a list.
pub fn said((code, said): (&str, &Said)) -> Value {
    let mut line = word(said);
    line["code"] = json!(code);
    line["device"] = json!(said.device);
    line
}

impl From<views::NotNow> for Fault {
    fn from(not_now: views::NotNow) -> Self {
        Self::not_now(not_now.to_string())
    }
}
