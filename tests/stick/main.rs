//! The stick against the real programs: whatever is carried by hand, in whatever order, each sale is in the books once.
//!
//! A directory stands for a stick here, which is pulled by moving it away; `board` tests mounting, and
//! `courier::stick` what a stick does that is full, dying or hostile.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

mod end;
mod ends;
mod enrolment;
mod journeys;
mod mirror;
mod pocket;
mod slow;
mod strangers;
mod yank;

use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// How long anything that should happen soon may take on a loaded machine.
const SOON: Duration = Duration::from_secs(60);
