//! The office's desk over real HTTP: what its people ask and decide, what a stranger is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod caller;
mod house;
mod http;
mod imports;
mod keys;
mod limits;
mod logins;
mod master;
#[path = "../stick/pocket.rs"]
mod pocket;
mod quarantine;
mod transactions;
mod unpack;

use http::SOON;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
