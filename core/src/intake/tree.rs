//! A payload as a tree, the same for JSON and CBOR, before it becomes a typed document.
//!
//! One step between the bytes and the types, because serde's own ways are laxer than a contract may be: they take lists for
//! objects, the last of two equal keys, numbers for CBOR field names, and flattening makes floats of numbers. Here a
//! key is text and comes once, a number keeps its digits, a float is refused, and depth has a limit.

use super::reason::{Code, Reason};
use crate::wire::cbor;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Deepest nesting: a document holds tables of rows of fields, which is three.
pub(super) const MAX_DEPTH: usize = 8;
/// Most fields of one object. It keeps the search for a field given twice short.
pub(super) const MAX_FIELDS: usize = 128;

/// The name under which serde_json, built with exact numbers, hands over a number's digits.
const JSON_NUMBER: &str = "$serde_json::private::Number";
/// By this the depth limit's error is known among the others.
const TOO_DEEP: &str = "nested too deep";
/// By this a float's.
const FLOAT: &str = "a float is not exact";
/// By this a double field's.
const TWICE: &str = "a field is given twice";

/// What serde's readers of a tree say.
type Wrong = de::value::Error;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Flag(bool),
    /// Its digits, as they came.
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads a payload that begins as a JSON object or a CBOR map; `None` where it begins as neither.
    pub(super) fn read(payload: &[u8]) -> Option<Result<Self, Reason>> {
        let first = payload.iter().find(|byte| !byte.is_ascii_whitespace())?;
        // 0xa0 to 0xbf begin a CBOR map; no UTF-8 text begins so, nor with the 0xd9 0xd9 0xf7 that marks CBOR.
        let marked = payload.strip_prefix(&[0xd9, 0xd9, 0xf7]);
        match first {
            b'{' => Some(from_json(payload)),
            _ if matches!(payload[0], 0xa0..=0xbf) || marked.is_some() => Some(from_cbor(marked.unwrap_or(payload))),
            _ => None,
        }
    }

    /// Takes a field out of an object.
    pub(super) fn take(&mut self, name: &str) -> Option<Tree> {
        let Self::Map(fields) = self else { return None };
        let at = fields.iter().position(|(key, _)| key == name)?;
        Some(fields.remove(at).1)
    }

    /// The typed fields of an object.
    pub(super) fn fields<T: DeserializeOwned>(&self) -> Result<T, Reason> {
        self.read_as(PhantomData::<T>)
    }

    /// As [`Tree::fields`], for a reader that is not a type's own. The path of a field is only tracked once it is
    /// known that something is wrong, since tracking costs more than reading.
    pub(super) fn read_as<'de, S: DeserializeSeed<'de> + Copy>(&'de self, reader: S) -> Result<S::Value, Reason> {
        if let Ok(value) = reader.deserialize(self) {
            return Ok(value);
        }
        let mut track = serde_path_to_error::Track::new();
        match reader.deserialize(serde_path_to_error::Deserializer::new(self, &mut track)) {
            Ok(value) => Ok(value),
            Err(wrong) => Err(at_path(&track.path().to_string(), &wrong.to_string())),
        }
    }
}

fn at_path(path: &str, wrong: &str) -> Reason {
    let code = if wrong.contains(TOO_DEEP) { Code::TooDeep } else { Code::Field };
    let path = path.trim_end_matches(JSON_NUMBER).trim_end_matches('.');
    Reason::new(code, if path.is_empty() { wrong.to_owned() } else { format!("{path}: {wrong}") })
}

fn from_json(payload: &[u8]) -> Result<Tree, Reason> {
    if let Ok(tree) = serde_json::from_slice(payload) {
        return Ok(tree);
    }
    let mut json = serde_json::Deserializer::from_slice(payload);
    let mut track = serde_path_to_error::Track::new();
    let read = Tree::deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let wrong = match read {
        Err(wrong) if wrong.is_data() => return Err(at_path(&track.path().to_string(), &wrong.to_string())),
        Err(wrong) => wrong.to_string(),
        Ok(_) => "something follows the object".to_owned(),
    };
    Err(Reason::new(Code::Format, format!("not JSON: {wrong}: send one JSON object")))
}

fn from_cbor(payload: &[u8]) -> Result<Tree, Reason> {
    cbor::from_slice(payload).map_err(|bad| match bad.what.as_str() {
        what if what.contains(TOO_DEEP) || what.contains(FLOAT) || what.contains(TWICE) => at_path(&bad.path, what),
        what => Reason::new(Code::Format, format!("not CBOR: {what}: send one map with text for its keys")),
    })
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Node { depth: 0 }.deserialize(deserializer)
    }
}

/// Reads one value at its depth.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn below<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("{TOO_DEEP}: more than {MAX_DEPTH} levels: flatten it")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Tree;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true, false, null, a list or an object")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Tree, E> {
        Err(E::custom(format_args!("{FLOAT}: send the number as text, like \"12.50\"")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Tree, E> {
        Ok(Tree::Bytes(bytes.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let below = self.below()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(below)? {
            values.push(value);
        }
        Ok(Tree::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields: Vec<(String, Tree)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == JSON_NUMBER && fields.is_empty() {
                let digits = map.next_value::<String>()?;
                return Ok(Tree::Number(digits));
            }
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(de::Error::custom(format_args!("{TWICE}: leave one `{key}` out")));
            }
            if fields.len() == MAX_FIELDS {
                return Err(de::Error::custom(format_args!("more than {MAX_FIELDS} fields: no document has as many")));
            }
            // A number in digits is an object to serde_json, so depth is only judged once a field is known to be one.
            let below = self.below()?;
            fields.push((key, map.next_value_seed(below)?));
        }
        Ok(Tree::Map(fields))
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for &'de Tree {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl Tree {
    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Other("null"),
            Self::Flag(flag) => Unexpected::Bool(*flag),
            Self::Number(_) => Unexpected::Other("a number"),
            Self::Text(text) => Unexpected::Str(text),
            Self::Bytes(_) => Unexpected::Other("bytes"),
            Self::List(_) => Unexpected::Other("a list"),
            Self::Map(_) => Unexpected::Other("an object"),
        }
    }
}

/// What each kind of field takes: text is text, an object is an object, and an enum is the text that names it.
impl<'de> Deserializer<'de> for &'de Tree {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Flag(flag) => visitor.visit_bool(*flag),
            Tree::Number(digits) => match (digits.parse::<i64>(), digits.parse::<u64>()) {
                (Ok(whole), _) => visitor.visit_i64(whole),
                (_, Ok(whole)) => visitor.visit_u64(whole),
                _ => {
                    // As serde_json hands over digits: no reader of ours sees a float.
                    let digits = std::iter::once((JSON_NUMBER, digits.as_str()));
                    visitor.visit_map(de::value::MapDeserializer::new(digits))
                }
            },
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            Tree::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Tree::List(values) => visitor.visit_seq(de::value::SeqDeserializer::new(values.iter())),
            Tree::Map(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.as_str(), value));
                visitor.visit_map(de::value::MapDeserializer::new(fields))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if *self == Tree::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let Tree::Text(text) = self else { return Err(de::Error::invalid_type(self.unexpected(), &visitor)) };
        visitor.visit_borrowed_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let Tree::List(_) = self else { return Err(de::Error::invalid_type(self.unexpected(), &"a list")) };
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let Tree::Map(_) = self else { return Err(de::Error::invalid_type(self.unexpected(), &"an object")) };
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let Tree::Text(text) = self else { return Err(de::Error::invalid_type(self.unexpected(), &"text")) };
        visitor.visit_enum(text.as_str().into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct map identifier ignored_any
    }
}
