//! A record's body: CBOR `[stamp, entry]`.
//!
//! The entry is encoded before the writer knows the moment of the record; the body is put together from both, so
//! that the writer's thread encodes nothing but three numbers.

use super::cbor::{self, BadCbor};
use crate::domain::record::{Entry, Record};
use crate::domain::time::Stamp;

/// The head of a CBOR array of two.
const PAIR: u8 = 0x82;

/// An entry's bytes, for [`body`].
pub fn entry(entry: &Entry) -> Vec<u8> {
    cbor::to_vec(entry)
}

/// A record's body from its stamp and its entry's bytes.
pub fn body(stamp: &Stamp, entry: &[u8]) -> Vec<u8> {
    let stamp = cbor::to_vec(stamp);
    let mut body = Vec::with_capacity(1 + stamp.len() + entry.len());
    body.push(PAIR);
    body.extend_from_slice(&stamp);
    body.extend_from_slice(entry);
    body
}

/// Reads a record's body. A kind that this version does not know is an error that names it; its bytes stay whole in
/// the journal for a version that does.
pub fn decode(body: &[u8]) -> Result<Record, BadCbor> {
    let (stamp, entry) = cbor::from_slice(body)?;
    Ok(Record { stamp, entry })
}
