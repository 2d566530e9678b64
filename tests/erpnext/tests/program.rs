//! The stand-in as a program: what it prints, and what it does in its database when it is told to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// Stopped when it is dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_line_changes_one_stored_document_and_one_that_means_nothing_says_why() {
    let program = Command::new(env!("CARGO_BIN_EXE_erpnext-stand-in"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(Program);
    let mut program = program.unwrap();
    let mut said = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut typed = program.0.stdin.take().unwrap();
    let told: Value = serde_json::from_str(&said.next().unwrap()).unwrap();
    let url = told["url"].as_str().unwrap();
    let reader = &told["users"][1];
    let token = format!("token {}:{}", reader["key"].as_str().unwrap(), reader["secret"].as_str().unwrap());
    let name_of = || {
        let path = format!("{url}/api/resource/Item/BUTTON");
        let answer = ureq::get(&path).header("Authorization", &token).call().unwrap().body_mut().read_to_string();
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        answer["data"]["item_name"].clone()
    };
    let mut ask = |line: Value| {
        writeln!(typed, "{line}").unwrap();
        said.next().unwrap()
    };
    assert_eq!(name_of(), "BUTTON");
    assert_eq!(ask(json!(["set", "Item", "BUTTON", "item_name", "Button, bone"])), "done");
    assert_eq!(name_of(), "Button, bone");
    let nobody = ask(json!(["set", "Item", "ZIP", "item_name", "Zip"]));
    assert!(nobody.contains("there is no Item ZIP"), "{nobody}");
    for wrong in [json!(["drop", "Item", "BUTTON", "item_name", "x"]), json!(["set", "Item"]), json!("set")] {
        let why = ask(wrong);
        assert!(why.contains("[\"set\", DOCTYPE, NAME, FIELD, VALUE]"), "{why}");
    }
}
