//! The reception: what people ask on `me/<device>/…`, and the answers on `session/<device>`.
//!
//! In: an [`Ask`], from the desk. Out: a record of what was done, on the disk before anybody hears of it, and one JSON object to
//! that device alone. One thread works through a short queue, since a PIN costs argon2's memory and time. Absent: any payload
//! in a record, a log or a refusal, since PINs are in them.

mod answer;
mod door;
mod folk;
mod proof;
mod reception;
#[cfg(test)]
mod tests;

pub(super) use door::Door;
pub(super) use folk::{Folk, Settings, Shared};
pub(super) use reception::{Reception, Seat};

/// Asks that wait. A shop's staff logs in one after the other; more at once is no shop's.
const QUEUE: usize = 16;
