//! The box's pages over real HTTP: what a tablet asks, what a stranger is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod codes;
mod documents;
mod figures;
mod house;
mod http;
mod limits;
mod logins;
mod page;
mod pairing;
mod print;
mod rows;
mod socket;
mod state;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// PINs that stand in no other bytes.
const WATIS_PIN: &str = "730198460273";
const JOKOS_PIN: &str = "918273640518";
