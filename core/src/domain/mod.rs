//! What the shop floor knows: names, times, amounts, documents, records. Pure: no I/O, no clock, no randomness.

pub mod admit;
pub mod booked;
pub mod decimal;
pub mod document;
pub mod effects;
pub mod id;
pub mod letters;
pub mod master;
pub mod number;
pub mod outcome;
pub mod people;
pub mod person;
pub mod record;
pub mod repeats;
pub mod request;
pub mod rights;
pub mod shop;
pub mod sites_progress;
pub mod time;
pub mod totals;
pub mod transfers;
