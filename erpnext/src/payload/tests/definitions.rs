//! Every field of every body is ERPNext's, of the type that it has there.

use super::bodies;
use super::*;
use serde_json::Map;
use std::path::{Path, PathBuf};

/// Fields that are made in ERPNext for this.
const OURS: [&str; 5] = ["outpost_id", "outpost_no", "outpost_site", "outpost_user", "outpost_date"];
/// Fields of every document that stand in no definition.
const ALWAYS: [&str; 2] = ["docstatus", "name"];

fn definitions() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|dir| dir.join("shared/erpnext/doctypes")).find(|dir| dir.is_dir());
    found.unwrap_or_else(|| panic!("shared/erpnext/doctypes is missing in every directory above {}", here.display()))
}

fn fields(doctype: &str) -> Map<String, Value> {
    let file = definitions().join(format!("{}.json", doctype.to_lowercase().replace(' ', "_")));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let whole: Value = serde_json::from_str(&text).unwrap();
    let field = |field: &Value| (field["fieldname"].as_str().unwrap().to_owned(), field.clone());
    whole["fields"].as_array().unwrap().iter().map(field).collect()
}

fn check(doctype: &str, body: &Map<String, Value>, top: bool) {
    let known = fields(doctype);
    for (name, value) in body {
        let at = format!("{doctype} {name}");
        if top && (ALWAYS.contains(&name.as_str()) || OURS.contains(&name.as_str())) {
            continue;
        }
        let field = known.get(name).unwrap_or_else(|| panic!("{at} is no field there"));
        let word = |key: &str| field[key].as_str().unwrap_or_default();
        let text = value.as_str();
        let good = match word("fieldtype") {
            "Currency" | "Float" | "Percent" | "Int" => value.is_number(),
            "Check" => *value == json!(0) || *value == json!(1),
            "Select" => {
                let options: Vec<&str> = word("options").lines().collect();
                name == "naming_series" || text.is_some_and(|text| options.contains(&text))
            }
            "Date" => text.is_some_and(|text| text.parse::<Date>().is_ok()),
            "Time" => text.is_some_and(|text| text.parse::<jiff::civil::Time>().is_ok()),
            "Datetime" => text.is_some_and(|text| text.parse::<jiff::civil::DateTime>().is_ok()),
            "Table" => {
                let rows = value.as_array().unwrap_or_else(|| panic!("{at}"));
                rows.iter().for_each(|row| check(word("options"), row.as_object().unwrap(), false));
                true
            }
            "Link" | "Dynamic Link" | "Data" | "Text" | "Small Text" | "Long Text" | "Text Editor" | "Read Only" => {
                text.is_some_and(|text| !text.is_empty())
            }
            other => panic!("{at} is a {other}"),
        };
        assert!(good, "{at} takes no {value}");
    }
}

/// What a field links to is what is written there: told by the names that the tests give things.
#[test]
fn what_a_link_names_is_of_the_kind_that_it_links_to() {
    let kinds = [
        ("- TW", &["Warehouse", "Account", "Cost Center"][..]),
        ("ACC-PAY", &["Payment Entry", ""]),
        ("SAL-ORD", &["Sales Order", ""]),
        ("MAT-DN", &["Delivery Note"]),
        ("MAT-PRE", &["Purchase Receipt"]),
        ("MAT-STE", &["Stock Entry"]),
        ("Bu Sari", &["Customer", ""]),
        ("Toko Kain", &["Supplier", ""]),
        ("PROJ-", &["Project"]),
        ("Wire", &["Mode of Payment"]),
    ];
    fn walk(doctype: &str, body: &Map<String, Value>, kinds: &[(&str, &[&str])]) {
        let known = fields(doctype);
        for (name, value) in body {
            let Some(field) = known.get(name) else { continue };
            let options = field["options"].as_str().unwrap_or_default();
            match value {
                Value::Array(rows) => rows.iter().for_each(|row| walk(options, row.as_object().unwrap(), kinds)),
                Value::String(text) if field["fieldtype"] == "Link" => {
                    for (part, links) in kinds.iter().filter(|(part, _)| text.contains(part)) {
                        assert!(
                            links.contains(&options) || options.contains("Template"),
                            "{doctype} {name}: {part} is a {options}"
                        );
                    }
                }
                _ => {}
            }
        }
    }
    for mut case in bodies::all() {
        let body = made(&case.submitted, &mut case.names);
        walk(case.submitted.document.kind().name(), body.as_object().unwrap(), &kinds);
    }
}

#[test]
fn every_field_of_every_body_is_erpnext_s() {
    let mut everything = map();
    everything.cost_center = Some("Main - TW".into());
    everything.pos_profile = Some("Counter 1".into());
    everything.naming = crate::map::Naming::Site;
    for mut case in bodies::all() {
        let doctype = case.submitted.document.kind().name();
        for map in [&map(), &everything] {
            match ask(&case.submitted, map, &mut case.names) {
                Ok(Ask::Insert(Request { body, .. })) => check(doctype, body.as_object().unwrap(), true),
                other => panic!("{other:?}"),
            }
        }
    }
}
