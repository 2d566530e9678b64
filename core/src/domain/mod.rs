//! What the shop floor knows: names, times, amounts, documents, records. Pure: no I/O, no clock, no randomness.

pub mod admit;
pub mod decimal;
pub mod document;
pub mod id;
pub mod record;
pub mod repeats;
pub mod time;
