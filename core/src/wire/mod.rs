//! Bytes: what goes on disk and on the wire. FORMAT.md fixes it, golden files hold us to it. Pure: no I/O, no clock.
//!
//! [`record`] is a journal line's body, [`frame`] how a segment holds it, [`message`] what two stores tell each other, [`envelope`] what
//! travels, [`refusal`] what is in one that refuses a key. [`row`] is a row of master data, [`rows`] how rows go from one end to the other.
//! [`cbor`] and [`compress`] are what these are written with.

pub mod cbor;
pub mod compress;
pub mod envelope;
pub mod frame;
pub mod message;
pub mod record;
pub mod refusal;
pub mod row;
pub mod rows;
