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

use rig::wait::{SOON, found, until};

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
