//! What the shop floor knows: names, times, amounts, documents, records. Pure: no I/O, no clock, no randomness.

pub mod id;
