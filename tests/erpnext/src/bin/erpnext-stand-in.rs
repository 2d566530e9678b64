//! A stand-in ERPNext to try things on: prints where it is and its keys, and runs until it is stopped.
//!
//! In: `--delay-ms 5`, `--bare`, `--now "2026-11-23 16:15:00"`. Out: JSON on one line. Absent: a disk; what was stored goes with it.
#![expect(clippy::print_stdout, reason = "it says where it is")]

use erpnext_stand_in::{Options, StandIn, Start};
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
    loop {
        std::thread::park();
    }
}
