//! The columns of a kind of document, found from its type: every field it could have, in the type's order, whether or
//! not any document has it. So a new kind needs no list of columns.
//!
//! A type's reader is run on a made-up document that only listens: an object is asked which fields it takes, each field is
//! given in turn, and one that asks for a list is a table. Nothing is ever read from it to the end.

use crate::domain::document::{Document, Kind};
use serde::de::value::{Error, MapDeserializer};
use serde::de::{self, IntoDeserializer, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use std::cell::RefCell;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The table that it is in; none for a field of the document itself.
    pub table: Option<&'static str>,
    /// The field.
    pub field: &'static str,
}

/// Every column of a kind, those of the document first, then each table's.
pub fn columns(kind: Kind) -> Vec<Column> {
    let heard = Heard::default();
    listen(kind, Probe { heard: &heard, open: None, level: 0 });
    let fields = heard.fields.take();
    let mut columns = Vec::new();
    let mut tables = Vec::new();
    for field in fields {
        let heard = Heard::default();
        listen(kind, Probe { heard: &heard, open: Some(field), level: 0 });
        let cells = heard.fields.take();
        if cells.is_empty() {
            columns.push(Column { table: None, field });
        }
        tables.extend(cells.into_iter().map(|cell| Column { table: Some(field), field: cell }));
    }
    columns.append(&mut tables);
    columns
}

fn listen(kind: Kind, probe: Probe<'_>) {
    // It always ends in an error: the made-up document holds nothing.
    let _ = Document::deserialize_as(kind, probe);
}

#[derive(Default)]
struct Heard {
    fields: RefCell<Vec<&'static str>>,
}

/// A made-up value.
#[derive(Clone, Copy)]
struct Probe<'a> {
    heard: &'a Heard,
    /// The field of the document to look into; with none, the document's own fields are listened for.
    open: Option<&'static str>,
    /// 0 for the document, 1 for the field, 2 for a row of it.
    level: u8,
}

impl<'a> Probe<'a> {
    fn below(self) -> Self {
        Self { level: self.level + 1, ..self }
    }
}

fn enough<T>() -> Result<T, Error> {
    Err(de::Error::custom("heard enough"))
}

impl<'de> IntoDeserializer<'de, Error> for Probe<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (self.level, self.open) {
            (0, Some(open)) => visitor.visit_map(MapDeserializer::new(std::iter::once((open, self.below())))),
            (0, None) | (2, _) => {
                *self.heard.fields.borrow_mut() = fields.to_vec();
                enough()
            }
            _ => enough(),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.level != 1 {
            return enough();
        }
        visitor.visit_seq(de::value::SeqDeserializer::new(std::iter::once(self.below())))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        enough()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map enum identifier ignored_any
    }
}
