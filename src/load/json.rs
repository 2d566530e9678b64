//! JSON: a list of objects, with ERPNext's field names as keys. A field that is null is absent. Numbers keep their digits.

use super::read::{Line, Reader};
use super::report::Report;
use crate::domain::decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The name under which serde_json, built with exact numbers, hands over a number's digits.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// Reads all rows of a file.
pub(super) fn read(text: &str, reader: &mut Reader<'_>, report: &mut Report) {
    let objects: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(objects) => objects,
        Err(error) => {
            let rule = format!("{}: a file is a list of objects, [{{…}}, {{…}}]", without_place(&error));
            return report.error(reader.at(error.line().max(1) as u64), rule);
        }
    };
    let (mut line, mut counted) = (1, 0);
    for object in objects {
        let begins = object.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text.as_bytes()[counted..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = begins;
        match serde_json::from_str(object.get()) {
            Ok(Strict(Value::Object(fields))) => {
                if !reader.take(Line { line, fields, rows: BTreeMap::new() }, report) {
                    return;
                }
            }
            Ok(_) => report.error(reader.at(line), "a row is an object, {…}"),
            Err(error) => report.error(reader.at(line + error.line().max(1) as u64 - 1), without_place(&error)),
        }
    }
}

/// What is wrong, without the line that is told beside it and would be the wrong one.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rsplit_once(" at line ").map_or_else(|| said.clone(), |(said, _)| said.to_owned())
}

/// A value in which no key stands twice, and no field is null.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Value, E> {
        Ok(yes.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = access.next_element()? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if key == JSON_NUMBER {
                let digits: String = access.next_value()?;
                // What is no decimal of the books stays text, and is refused as one with its reason.
                let number = digits.parse::<Decimal>().ok().and_then(|_| digits.parse::<Number>().ok());
                return Ok(number.map_or_else(|| digits.into(), Value::Number));
            }
            let Strict(value) = access.next_value()?;
            if fields.contains_key(&key) {
                return Err(Error::custom(format!("the field {key:?} stands twice: take one out")));
            }
            if !value.is_null() {
                fields.insert(key, value);
            }
        }
        Ok(fields.into())
    }
}
