//! The list of tables in docs/MASTER-DATA.md is what the code takes. With `OUTPOST_WRITE_DOCS=1` it is written anew.

use super::*;
use crate::load::defaults;
use crate::load::shape::{self, Fields, Shape};
use serde_json::{Map, Value, json};

const BEGIN: &str = "<!-- tables -->\n";
const END: &str = "<!-- end of tables -->";

/// Something that stands in each field.
fn example(fields: &Fields) -> Map<String, Value> {
    fields.iter().map(|(name, shape)| ((*name).to_owned(), value(shape, name))).collect()
}

fn value(shape: &Shape, name: &str) -> Value {
    match shape {
        Shape::Text if name == "document" => json!("Sales Invoice"),
        Shape::Text if name == "shortage" => json!("warn"),
        Shape::Text => json!("a"),
        Shape::Day => json!("2026-11-26"),
        Shape::Id => json!("00000000-0000-0000-0000-000000000000"),
        Shape::Whole | Shape::Value => json!(1),
        Shape::Fields(fields) => example(fields).into(),
        Shape::List(row) => json!([value(row, name)]),
    }
}

fn read(table: Table, mut fields: Map<String, Value>) -> Option<Row> {
    defaults::fill(table, &mut fields, &nothing_included);
    Row::deserialize_as(table, Value::Object(fields)).ok()
}

fn must(table: Table, without: impl FnOnce(&mut Map<String, Value>)) -> bool {
    let mut fields = example(&shape::fields(table));
    without(&mut fields);
    read(table, fields).is_none()
}

fn shown(name: &str, must: bool) -> String {
    if must { format!("**{name}**") } else { name.to_owned() }
}

fn fields_of(table: Table) -> String {
    let mut all = Vec::new();
    for (name, shape) in shape::fields(table) {
        let is_list = matches!(shape, Shape::List(_));
        let inner = match &shape {
            Shape::Fields(fields) => Some(fields.clone()),
            Shape::List(row) => match &**row {
                Shape::Fields(fields) => Some(fields.clone()),
                _ => None,
            },
            _ => None,
        };
        let whole = must(table, |fields| drop(fields.remove(name)));
        let Some(inner) = inner else {
            all.push(shown(name, whole));
            continue;
        };
        let fields = inner.iter().map(|(field, _)| {
            let must = must(table, |fields| {
                let row = if is_list { &mut fields[name][0] } else { &mut fields[name] };
                row.as_object_mut().unwrap().remove(*field);
            });
            shown(field, must)
        });
        all.push(format!("{} ({})", shown(name, whole), fields.collect::<Vec<_>>().join(", ")));
    }
    if table == Table::User {
        all.extend(["pin".into(), "badge".into()]);
    }
    all.join(", ")
}

/// The fields that make the key: those that change it.
fn key_of(table: Table) -> String {
    let fields = shape::fields(table);
    let key = read(table, example(&fields)).unwrap().key();
    let other = |shape: &Shape, name: &str| match shape {
        Shape::Text if name == "document" => json!("Stock Entry"),
        Shape::Text if name != "shortage" => json!("b"),
        Shape::Day => json!("2026-11-27"),
        shape => value(shape, name),
    };
    let changes = |(name, shape): &&(&str, Shape)| {
        let mut changed = example(&fields);
        changed.insert((*name).into(), other(shape, name));
        read(table, changed).unwrap().key() != key
    };
    fields.iter().filter(changes).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_lists_every_table_with_its_key_and_fields() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/MASTER-DATA.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (listed, after) = rest.split_once(END).unwrap();
    let mut list = String::from("| table | key | fields |\n|---|---|---|\n");
    for table in Table::loaded() {
        list.push_str(&format!("| `{}` | {} | {} |\n", table.slug(), key_of(table), fields_of(table)));
    }
    if std::env::var_os("OUTPOST_WRITE_DOCS").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{list}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(listed, list, "run this test once with OUTPOST_WRITE_DOCS=1");
}

#[test]
fn the_sample_workshop_is_taken_without_a_word() {
    let mut rows = Memory::default();
    for dir in ["examples/master", "examples/master/people"] {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
        let mut sources = Vec::new();
        for entry in dir.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                sources.push(Source { name, bytes: std::fs::read(&path).unwrap() });
            }
        }
        let report = load(&sources, Order::default(), &mut rows, &nothing_included).unwrap();
        assert!(report.taken && report.warnings.is_empty(), "{report}");
    }
    assert!(rows.rows().len() > 50);
}
