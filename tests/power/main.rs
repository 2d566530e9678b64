//! Power cuts and kills of the real program under load: what was acknowledged is in the books, once.
//!
//! The ordinary tests play a few of each; `soak_power_…` plays the counts that are promised (`scripts/soak`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cut;
mod damage;
mod kill;
mod restored;
mod shop;

use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(120);
