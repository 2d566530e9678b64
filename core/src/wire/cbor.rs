//! CBOR, named fields: the only place that knows `serde_cbor`, which is archived and to be replaced one day.
//! `tests/fences.rs` holds it to that, and checks that ciborium reads and writes the same bytes.
//!
//! What is decoded here was sealed, crc'd or is a device's payload; each caller caps its size first.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct BadCbor {
    /// The path of the field, `.` for the whole.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

/// The bytes of `value`, with its fields named and in their order.
pub fn to_vec<T: Serialize>(value: &T) -> Vec<u8> {
    serde_cbor::to_vec(value).expect("invariant: our types hold nothing that CBOR cannot say")
}

/// Reads one value that fills `bytes` to the last.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BadCbor> {
    read(bytes, |deserializer| serde_path_to_error::deserialize::<_, T>(deserializer))
}

/// As [`from_slice`], for a reader that is not a type's own.
pub fn read<'a, T>(
    bytes: &'a [u8],
    reader: impl FnOnce(
        &mut serde_cbor::Deserializer<serde_cbor::de::SliceRead<'a>>,
    ) -> Result<T, serde_path_to_error::Error<serde_cbor::Error>>,
) -> Result<T, BadCbor> {
    let mut deserializer = serde_cbor::Deserializer::from_slice(bytes);
    let value = reader(&mut deserializer)
        .map_err(|error| BadCbor { path: error.path().to_string(), what: error.inner().to_string() })?;
    let ended = deserializer.end();
    ended.map_err(|_| BadCbor { path: ".".into(), what: "bytes follow the value: send one value only".into() })?;
    Ok(value)
}
