//! The real program over a bad line: slow, narrow, stalling, half-open, resetting. What was recorded while there was no
//! line arrives, once, and what it cost on the wire is told.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backlog;
mod faults;
mod lone_sale;
mod shop;

use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine with a good line.
const SOON: Duration = Duration::from_secs(60);
