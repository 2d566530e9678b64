//! Which fields a table has, and what stands in each: asked of the type itself, so that a new table or field needs no line here.
//!
//! A row's type is made to read itself from [`Probe`], which notes what it is asked for and answers with something that will do.

use crate::domain::master::{Row, Table};
use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text: a name, one of some words.
    Text,
    /// A day.
    Day,
    /// A UUID.
    Id,
    /// A whole number.
    Whole,
    /// A decimal number, or a yes or no.
    Value,
    /// Fields of its own.
    Fields(Fields),
    /// Rows of its own.
    List(Box<Shape>),
}

/// The fields of a row, in the order of its type.
pub(super) type Fields = Vec<(&'static str, Shape)>;

/// The shape of a field.
pub(super) fn shape_of<'a>(fields: &'a Fields, name: &str) -> Option<&'a Shape> {
    fields.iter().find(|field| field.0 == name).map(|field| &field.1)
}

/// The shape at a path like `items[2].qty`.
pub(super) fn shape_at<'a>(fields: &'a Fields, path: &str) -> Option<&'a Shape> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let (name, is_row) = first.split_once('[').map_or((first, false), |(name, _)| (name, true));
    let shape = match shape_of(fields, name)? {
        Shape::List(row) if is_row => row,
        shape => shape,
    };
    match (rest, shape) {
        (None, shape) => Some(shape),
        (Some(rest), Shape::Fields(fields)) => shape_at(fields, rest),
        _ => None,
    }
}

/// The names of fields, for a message.
pub(super) fn names(fields: &Fields) -> String {
    fields.iter().map(|field| field.0).collect::<Vec<_>>().join(", ")
}

/// The fields of a table.
pub(super) fn fields(table: Table) -> Fields {
    let guesses = RefCell::default();
    // One text after the other is answered otherwise until each is taken.
    for _ in 0..MAX_GUESSES {
        let seen = RefCell::new(None);
        let probe = Probe { path: String::new(), guesses: &guesses, seen: &seen };
        if Row::deserialize_as(table, probe).is_ok()
            && let Some(Shape::Fields(fields)) = seen.take()
        {
            return fields;
        }
    }
    unreachable!("invariant: a row of {} can be read from texts that look like names, days or ids", table.slug())
}

/// What is answered where text is asked for, one after the other until one is taken, and what the field is then.
const TEXTS: [(&str, Shape); 3] =
    [("a", Shape::Text), ("2026-11-26", Shape::Day), ("00000000-0000-0000-0000-000000000000", Shape::Id)];
/// More than any table has days, and twice the ids.
const MAX_GUESSES: usize = 32;

struct Probe<'a> {
    path: String,
    guesses: &'a RefCell<BTreeMap<String, usize>>,
    seen: &'a RefCell<Option<Shape>>,
}

impl Probe<'_> {
    fn see(&self, shape: Shape) {
        self.seen.replace(Some(shape));
    }
}

macro_rules! whole {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.see(Shape::Whole);
            visitor.visit_u64(1)
        }
    )* };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    whole! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.see(Shape::Value);
        visitor.visit_u64(1)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.see(Shape::Value);
        visitor.visit_bool(true)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let guess = self.guesses.borrow().get(&self.path).copied().unwrap_or(0);
        let (text, shape) = &TEXTS[guess % TEXTS.len()];
        self.see(shape.clone());
        visitor.visit_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.see(Shape::Text);
        visitor.visit_enum(variants[0].into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let inner = RefCell::new(None);
        let one = One { path: format!("{}.", self.path), guesses: self.guesses, seen: &inner, given: false };
        let read = visitor.visit_seq(one);
        if let Some(shape) = inner.take() {
            self.see(Shape::List(Box::new(shape)));
        }
        read
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let shapes = RefCell::default();
        let each = Each { path: &self.path, guesses: self.guesses, shapes: &shapes, left: fields };
        let read = visitor.visit_map(each);
        self.see(Shape::Fields(shapes.take()));
        read
    }

    serde::forward_to_deserialize_any! { f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map identifier ignored_any }
}

/// A list with one element.
struct One<'a> {
    path: String,
    guesses: &'a RefCell<BTreeMap<String, usize>>,
    seen: &'a RefCell<Option<Shape>>,
    given: bool,
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if std::mem::replace(&mut self.given, true) {
            return Ok(None);
        }
        read_one(seed, self.path.clone(), self.guesses, self.seen).map(Some)
    }
}

/// All fields of a type, one after the other.
struct Each<'a> {
    path: &'a str,
    guesses: &'a RefCell<BTreeMap<String, usize>>,
    shapes: &'a RefCell<Fields>,
    left: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Each<'_> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.left.first().map(|name| seed.deserialize((*name).into_deserializer())).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (name, left) = self.left.split_first().ok_or_else(|| Error::custom("a value without a key"))?;
        self.left = left;
        let seen = RefCell::new(None);
        let value = read_one(seed, format!("{}{name}", self.path), self.guesses, &seen)?;
        let shape = seen.take().ok_or_else(|| Error::custom("a field that asks for nothing"))?;
        self.shapes.borrow_mut().push((name, shape));
        Ok(value)
    }
}

/// Reads one value; where its text was not taken, the next one is tried the next time.
fn read_one<'de, T: DeserializeSeed<'de>>(
    seed: T,
    path: String,
    guesses: &RefCell<BTreeMap<String, usize>>,
    seen: &RefCell<Option<Shape>>,
) -> Result<T::Value, Error> {
    let read = seed.deserialize(Probe { path: path.clone(), guesses, seen });
    if read.is_err() && matches!(*seen.borrow(), Some(Shape::Text | Shape::Day | Shape::Id)) {
        *guesses.borrow_mut().entry(path).or_default() += 1;
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_says_its_fields() {
        for table in Table::loaded() {
            assert!(!fields(table).is_empty(), "{}", table.slug());
        }
        let item = fields(Table::Item);
        assert_eq!(shape_of(&item, "item_code"), Some(&Shape::Text));
        assert_eq!(shape_of(&item, "disabled"), Some(&Shape::Value));
        let barcode = vec![("barcode", Shape::Text), ("uom", Shape::Text)];
        assert_eq!(shape_of(&item, "barcodes"), Some(&Shape::List(Box::new(Shape::Fields(barcode)))));
        assert_eq!(shape_of(&fields(Table::User), "roles"), Some(&Shape::List(Box::new(Shape::Text))));
        assert_eq!(shape_of(&fields(Table::Customer), "outpost_id"), Some(&Shape::Id));
        assert_eq!(shape_of(&fields(Table::ItemPrice), "valid_from"), Some(&Shape::Day));
        assert_eq!(shape_at(&item, "uoms[3].conversion_factor"), Some(&Shape::Value));
        assert_eq!(shape_at(&item, "uoms[3].factor"), None);
        assert_eq!(shape_at(&fields(Table::User), "sites[0]"), Some(&Shape::Text));
        assert_eq!(shape_of(&fields(Table::Settings), "currency_precision"), Some(&Shape::Whole));
        assert_eq!(shape_of(&item, "valuation_rate"), None);
    }
}
