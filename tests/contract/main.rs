//! The contracts of the box's pages and of the office's desk, as they are served, held to what the real programs answer.
//!
//! In: a town with something in it: documents that are posted and one that is held, a scan, master data, an import, users. Out: what
//! schemathesis finds when it asks every operation what the contract allows and what it does not. `hooks.py` is who asks, `schemathesis.toml`
//! how. Deliberately absent: what answers mean, which the tests of pages and desk know; `GET /api/events`, which has no end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

#[allow(dead_code, reason = "the tests of the desk need all of it")]
#[path = "../desk/caller.rs"]
mod caller;
#[allow(dead_code, reason = "the tests of the desk need all of it")]
#[path = "../desk/house.rs"]
mod house;
mod printer;
#[allow(dead_code, reason = "the tests of the books need all of it")]
#[path = "../books/shop.rs"]
mod shop;
mod street;
mod trial;

use house::Office;
use rig::wait::{SOON, found, until};
use serde_json::{Value, json};
use street::Street;
use trial::{Trial, served};

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
#[test]
fn the_box_and_the_desk_answer_as_their_contracts_say() {
    let street = Street::open();
    let (shop, office) = (street.shop.boxes[0].pages().unwrap(), street.shop.town.office.pages().unwrap());
    Trial::new("box", shop, "till").passes(&[]);
    // What wrong passwords close is closed to everything else, so it comes last.
    let last = ["/api/login", "/api/password"];
    let desk = Trial::new("desk", office, "ani").with_imports(street.imports.clone());
    desk.passes(&["--exclude-path-regex", "^/api/(events|login|password)$"]);
    desk.passes(&["--include-path", last[0], "--include-path", last[1]]);
    street.shop.close();
}

/// A path whose GET is told wrong, what is found of it, and how it is told wrong.
type Sabotage = (&'static str, &'static str, fn(&mut Value));

#[test]
fn a_contract_that_says_otherwise_is_found_out() {
    let office = Office::open("");
    let sabotages: [Sabotage; 5] = [
        ("/api/hello", "Response violates schema", |told| {
            answer(told)["properties"]["version"]["type"] = json!("integer");
        }),
        ("/api/hello", "Response violates schema", |told| {
            let schema = answer(told);
            schema["properties"].as_object_mut().unwrap().remove("role");
            schema["required"] = json!(["api", "version"]);
        }),
        ("/api/sites/{site}", "Undocumented status code", |told| {
            told["responses"].as_object_mut().unwrap().remove("404");
        }),
        ("/api/sites", "Schema-violating request accepted", |told| {
            told["parameters"][0]["schema"]["maximum"] = json!(10);
        }),
        ("/api/sites", "Schema-valid request rejected", |told| {
            told["parameters"][0]["schema"] = json!({ "type": "string" });
        }),
    ];
    for (n, (path, found, sabotage)) in sabotages.into_iter().enumerate() {
        let mut contract = served(office.at);
        sabotage(&mut contract["paths"][path]["get"]);
        let said = Trial::new("desk", office.at, "ani").of(&contract, &["--include-path", path]);
        assert!(!said.passed && said.text.contains(found), "{n}: {}", said.text);
    }
}

/// The schema of what is answered where all is well.
fn answer(told: &mut Value) -> &mut Value {
    &mut told["responses"]["200"]["content"]["application/json"]["schema"]
}
