//! The real program through kills, power cuts, full disks, damaged and restored directories: every receipted sale is in
//! the office's books exactly once.
//!
//! The small counts run with the ordinary tests; the full ones are the ignored tests named `soak_power_…`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod cards;
mod cuts;
mod full;
mod kills;
mod packets;
mod refusals;
mod shop;
mod strangers;
mod views;

use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine. A line that was cut often waits up to two minutes
/// before it is tried again.
const SOON: Duration = Duration::from_secs(180);
