//! The real program as people run it: an office, boxes, devices, and what happens to them.

mod first_sale;

use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(60);
