//! What things are called: as at the recorded ERPNext, or as in a company that the suite has made for itself.
//!
//! In: a name or a day of the recorded system. Out: the one to send. Absent: who makes what is named.

use super::{DAY, day_of};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;

/// Masters that the suite makes for itself, under names that nobody else has.
pub const MARKED: [&str; 24] = [
    "BTN-099",
    "BUTTON",
    "Bu Ani",
    "Bu Sari Dua",
    "Bu Sari",
    "CLOTH-1",
    "Cash",
    "Execution",
    "LOT-7",
    "M-1",
    "M-2",
    "MACHINE",
    "Pak Joko",
    "Raw Material",
    "SEWING",
    "SHIRT",
    "SILK",
    "Sew",
    "Sewing Table",
    "Standard Buying",
    "Standard Selling",
    "THREAD-RED",
    "Toko Benang",
    "Toko Kain",
];

/// A company of the suite's own.
#[derive(Clone, Debug)]
pub struct Own {
    pub company: String,
    pub abbr: String,
    /// In front of each master's name.
    pub mark: String,
    pub day: Date,
    /// What ERPNext has named itself.
    pub given: BTreeMap<String, String>,
    /// Ids of this run begin here.
    pub first: u128,
}

/// What things are called.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Option<Own>);

impl Names {
    /// The day of all documents that say none.
    pub fn day(&self) -> Date {
        self.0.as_ref().map_or_else(|| day_of(DAY), |own| own.day)
    }

    pub fn first(&self) -> u128 {
        self.0.as_ref().map_or(0, |own| own.first)
    }

    /// One name, or one day.
    pub fn of(&self, text: &str) -> String {
        let Some(own) = &self.0 else { return text.to_owned() };
        if let Some(given) = own.given.get(text) {
            return given.clone();
        }
        if let Some((first, rest)) = text.split_once('\n').filter(|(first, _)| MARKED.contains(first)) {
            return format!("{}\n{}", self.of(first), self.of(rest));
        }
        if MARKED.contains(&text) || text == "Wire Transfer" {
            return format!("{} {text}", own.mark);
        }
        if let Some(plain) = text.strip_suffix(" - TW") {
            return format!("{plain} - {}", own.abbr);
        }
        match text.get(..10).map(str::parse::<Date>) {
            Some(Ok(day)) => format!("{}{}", day + (own.day - day_of(DAY)), &text[10..]),
            _ => text.to_owned(),
        }
    }

    /// All that stands in a document.
    pub fn all(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.of(&text).into(),
            Value::Array(rows) => rows.into_iter().map(|row| self.all(row)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, self.all(value))).collect(),
            other => other,
        }
    }
}
