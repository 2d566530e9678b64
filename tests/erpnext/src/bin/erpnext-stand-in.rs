//! A stand-in ERPNext to try things on: prints where it is and its keys, and runs until it is stopped.
//!
//! In: `--delay-ms 5`, `--bare`, `--now "2026-11-23 16:15:00"`; then, line by line, what somebody does in its database past all rules:
//! `["set", "Sales Invoice", "ACC-SINV-2026-00001", "grand_total", 1]`. Out: JSON on one line; then `done` for each line, or why not.
//! Absent: a disk; what was stored goes with it.
#![expect(clippy::print_stdout, reason = "it says where it is")]

use erpnext_stand_in::{Options, StandIn, Start};
use serde_json::Value;
use std::time::Duration;

fn main() -> std::io::Result<()> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bare" => options.start = Start::Bare,
            "--now" => options.now = arguments.next(),
            "--delay-ms" => {
                let given = arguments.next().and_then(|n| n.parse().ok());
                options.delay = Duration::from_millis(given.unwrap_or(0));
            }
            other => return Err(std::io::Error::other(format!("what is {other}? --bare, --now MOMENT, --delay-ms N"))),
        }
    }
    let erp = StandIn::start(options)?;
    let keys: Vec<String> = ["connector", "admin-api", "reader"]
        .into_iter()
        .map(|name| erp.user(name))
        .map(|user| format!(r#"{{"user":"{}","key":"{}","secret":"{}"}}"#, user.name, user.key, user.secret))
        .collect();
    println!(r#"{{"url":"{}","users":[{}]}}"#, erp.url(), keys.join(","));
    for line in std::io::stdin().lines() {
        match do_it(&erp, &line?) {
            Ok(()) => println!("done"),
            Err(why) => println!("{why}"),
        }
    }
    // Whoever has started it may have closed its input at once.
    loop {
        std::thread::park();
    }
}

/// What a line says.
fn do_it(erp: &StandIn, line: &str) -> Result<(), String> {
    let rule = || format!("what is {line}? [\"set\", DOCTYPE, NAME, FIELD, VALUE]");
    let (act, doctype, name, field, value): (String, String, String, String, Value) =
        serde_json::from_str(line).map_err(|_| rule())?;
    if act != "set" {
        return Err(rule());
    }
    if erp.document(&doctype, &name).is_none() {
        return Err(format!("there is no {doctype} {name}: name one that is stored"));
    }
    erp.set(&doctype, &name, &field, value);
    Ok(())
}
