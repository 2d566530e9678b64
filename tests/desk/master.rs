//! Master data through the desk: as `outpost office load`, and all or nothing.

use crate::EXE;
use crate::caller::Caller;
use rig::town::Town;
use serde_json::{Value, json};

#[test]
fn files_are_looked_at_taken_and_take_a_tables_place_where_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let ani = Caller::at(&town.office, "ani", "admin");
    let load = |files: &[(&str, &str)], more: Value| {
        let import = ani.import();
        for (name, text) in files {
            assert_eq!(ani.put(&import, name, text.as_bytes()).status, 201, "{name}");
        }
        let mut body = json!({ "import": import });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let heard = ani.post("/api/master", &body);
        ani.drop_import(&import);
        heard
    };
    let uoms = [("folder/UOM.csv", "uom_name\nNos\nPair\n")];
    let wrong = load(&[("uom.csv", "uom_name\nNos\nNos\n")], json!({}));
    assert_eq!(wrong.status, 200);
    let wrong = wrong.json();
    assert_eq!(
        (&wrong["taken"], &wrong["errors"][0]["file"], &wrong["errors"][0]["line"]),
        (&json!(false), &json!("uom.csv"), &json!(3)),
        "{wrong}"
    );

    let counts = |report: &Value| {
        let uom = report["tables"].as_array().unwrap().iter().find(|table| table["table"] == "uom").cloned().unwrap();
        ["new", "unchanged", "deleted"].map(|what| uom[what].as_u64().unwrap())
    };
    let checked = load(&uoms, json!({ "check": true })).json();
    assert_eq!((&checked["taken"], counts(&checked)), (&json!(false), [2, 0, 0]), "{checked}");
    let taken = load(&uoms, json!({})).json();
    assert_eq!((&taken["taken"], counts(&taken)), (&json!(true), [2, 0, 0]), "{taken}");
    let less = load(&[("uom.csv", "uom_name\nNos\n")], json!({})).json();
    assert_eq!(counts(&less), [0, 1, 0], "{less}");
    let replaced = load(&[("uom.csv", "uom_name\nNos\n")], json!({ "replace_tables": ["uom"] })).json();
    assert_eq!(counts(&replaced), [0, 1, 1], "{replaced}");

    assert_eq!(load(&uoms, json!({ "replace_tables": ["item"] })).refused(422), "replace_tables");
    assert_eq!(load(&[], json!({})).refused(422), "import");
    assert_eq!(load(&uoms, json!({ "all": true })).refused(400), "all");
    let many: Vec<(String, &str)> = (0..101).map(|n| (format!("uom.{n}.csv"), "uom_name\n")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert_eq!(load(&many, json!({})).refused(422), "import");
    assert!(load(&many[..100], json!({ "check": true })).json()["errors"].as_array().unwrap().is_empty());
}

#[test]
fn tables_among_a_sticks_files_are_named_and_not_taken_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let sari = Caller::at(&town.office, "sari", "work");
    let import = sari.import();
    assert_eq!(sari.put(&import, "prices/uom.csv", b"uom_name\nNos\n").status, 201);
    let told = sari.take(&import);
    assert_eq!((&told["refused"][0]["name"], &told["new"]), (&json!("prices/uom.csv"), &json!(0)), "{told}");
}
