//! A row of master data: CBOR, named fields; its table is told beside it.

use super::cbor::{self, BadCbor};
use crate::domain::master::{Row, Table};
use serde::de::DeserializeSeed;
use serde::{Deserializer, Serialize, Serializer};

/// A row's bytes.
pub fn encode(row: &Row) -> Vec<u8> {
    cbor::to_vec(&Fields(row))
}

/// Reads a row's bytes.
pub fn decode(table: Table, bytes: &[u8]) -> Result<Row, BadCbor> {
    cbor::read(bytes, |deserializer| {
        let mut track = serde_path_to_error::Track::new();
        let read = OfTable(table).deserialize(serde_path_to_error::Deserializer::new(deserializer, &mut track));
        read.map_err(|error| serde_path_to_error::Error::new(track.path(), error))
    })
}

struct Fields<'a>(&'a Row);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_fields(serializer)
    }
}

struct OfTable(Table);

impl<'de> DeserializeSeed<'de> for OfTable {
    type Value = Row;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        Row::deserialize_as(self.0, deserializer)
    }
}
