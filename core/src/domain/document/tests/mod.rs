//! The documents: the examples of the format, facts of each kind, and any document that can be made of the examples.

pub(crate) mod any;
pub(crate) mod examples;
mod money;
mod moves;
mod rows;

use super::{Document, Invalid, Kind};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress};
use serde_json::Value;

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn read(kind: Kind, fields: &Value) -> Result<Document, String> {
    let document = Document::deserialize_as(kind, fields).map_err(|error| error.to_string())?;
    match document.rules().validate() {
        Ok(()) => Ok(document),
        Err(invalid) => Err(invalid.to_string()),
    }
}

fn good(kind: Kind, fields: &Value) -> Document {
    read(kind, fields).unwrap_or_else(|reason| panic!("{reason}: {fields}"))
}

fn refused(kind: Kind, fields: &Value) -> String {
    read(kind, fields).expect_err("taken")
}

/// `base` with other fields: those of a row are named with a pointer, and null takes one away.
fn with(base: &Value, changes: &[(&str, Value)]) -> Value {
    let mut value = base.clone();
    for (pointer, change) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")).as_object_mut().unwrap();
        match change {
            Value::Null => drop(parent.remove(field)),
            change => drop(parent.insert(field.to_owned(), change.clone())),
        }
    }
    value
}

fn effects(document: &Document) -> Effects {
    document.rules().effects(&Booked::default())
}

fn moves(effects: &Effects) -> Vec<String> {
    effects.moves.iter().map(|m| format!("{} {} {}", m.item_code, m.warehouse, m.qty)).collect()
}

fn money(effects: &Effects) -> Vec<String> {
    effects.money.iter().map(|m| format!("{} {}", m.mode_of_payment, m.amount)).collect()
}

fn steps(effects: &Effects) -> Vec<String> {
    let row = |row: &Option<super::Text>| row.as_ref().map_or("all".to_owned(), |row| row.to_string());
    effects.steps.iter().map(|s| format!("{:?} of {} {} by {}", s.what, s.of, row(&s.row), s.by)).collect()
}

fn allows(document: &Document, row: Option<&str>, what: Progress) -> Option<String> {
    let row = row.map(|row| row.try_into().unwrap());
    document.rules().allows(&Booked::default(), row.as_ref(), what).map(|most| most.to_string())
}

fn settles(document: &Document, total: &str) -> Result<(), Invalid> {
    document.rules().settles(n(total))
}
