//! What the pages of a box and of an office have in common: the line of a document, a scan, the parameters that name days, kinds and rows.
//!
//! In: records and what the views know of them. Out: JSON as docs/PAGES.md has it, or a refusal. Deliberately absent: who asks, and of
//! which sites.

#[cfg(test)]
pub(crate) mod contract;
pub mod line;
pub mod parameters;

use crate::domain::document::Text;
use crate::domain::record::Scan;
use crate::domain::shop::local;
use crate::domain::time::Quality;
use crate::views;
use crate::web::Fault;
use serde_json::{Value, json};

/// A scan of a day by the workshop's clock, and the item that its code stands for.
pub fn scan(at_ms: i64, utc_offset_minutes: i16, quality: Quality, scan: &Scan, item: Option<&Text>) -> Value {
    json!({
        "time": local(at_ms, utc_offset_minutes).time().to_string(),
        "sure": quality != Quality::Floor,
        "device": scan.device,
        "code": scan.code,
        "item_code": item,
    })
}

impl From<views::NotNow> for Fault {
    fn from(not_now: views::NotNow) -> Self {
        Self::not_now(not_now.to_string())
    }
}
