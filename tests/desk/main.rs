//! The office's desk over real HTTP: what its people ask and decide, what a stranger is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod days;
mod documents;
mod house;
mod http;
mod logins;
mod stock;
mod trade;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
