//! A JSON object: fields by their names. serde takes an array as well, and has its items for the fields by their places, which no contract says.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// See the module.
#[derive(Clone, Debug)]
pub struct Named<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with its fields by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Login {
        user: String,
        tries: Option<u64>,
    }

    fn read(text: &str) -> Result<Login, String> {
        serde_json::from_str(text).map(|Named(login)| login).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_have_names_and_an_array_is_no_object() {
        let login = read(r#"{"tries": 3, "user": "ani"}"#).unwrap();
        assert_eq!((&*login.user, login.tries), ("ani", Some(3)));
        for text in [r#"["ani", 3]"#, r#"["ani"]"#, "[]", "null", r#""ani""#, "3"] {
            assert!(read(text).is_err_and(|error| error.contains("an object with its fields by name")), "{text}");
        }
        assert!(read(r#"{"user": "ani", "more": 1}"#).is_err_and(|error| error.contains("unknown field")));
    }
}
