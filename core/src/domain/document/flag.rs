//! A yes or no as ERPNext writes it: `1` and `0`, or `true` and `false`.

use crate::domain::decimal::Decimal;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A yes or no whose absence means neither: the office's default then counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        flag(deserializer).map(Self)
    }
}

/// Reads `true`, `false`, `1` or `0`; for `#[serde(deserialize_with)]`.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(FlagVisitor)
}

struct FlagVisitor;

fn of_number<E: de::Error>(number: Decimal) -> Result<bool, E> {
    match number {
        n if n.is_zero() => Ok(false),
        n if n == Decimal::from(1) => Ok(true),
        n => Err(E::custom(format!("{n} is neither 0 nor 1"))),
    }
}

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0, 1, true or false")
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<bool, E> {
        Ok(yes)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<bool, E> {
        of_number(number.to_string().parse().map_err(E::custom)?)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<bool, E> {
        of_number(number.to_string().parse().map_err(E::custom)?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        of_number(Decimal::deserialize(de::value::MapAccessDeserializer::new(map))?)
    }
}
