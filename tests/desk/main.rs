//! The office's desk over real HTTP: what its people ask and decide, what a stranger is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod caller;
mod days;
mod documents;
mod events;
mod held;
mod house;
mod imports;
mod keys;
mod limits;
mod logins;
#[allow(dead_code, reason = "the tests of the books need all of it")]
#[path = "../books/shop.rs"]
mod shop;
mod sites;
mod stock;
mod tls;
mod trade;
mod users;

mod master;
#[path = "../stick/pocket.rs"]
mod pocket;
mod quarantine;
mod transactions;
mod unpack;

use std::time::{Duration, Instant};

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");

/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(120);

/// Asks until the answer holds.
fn until<T: std::fmt::Debug>(what: &str, mut ask: impl FnMut() -> T, holds: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + SOON;
    loop {
        let answer = ask();
        if holds(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "waited {SOON:?} for {what}; last: {answer:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Asks until there is something.
fn found<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let mut found = None;
    until(what, || (found = ask(), found.is_some()).1, |is_there| *is_there);
    found.unwrap()
}
