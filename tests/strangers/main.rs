//! Strangers, crowds and floods against the real box: it stays up, and serves its own devices all the while.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod crashes;
mod crowd;
mod device;

use rig::town::{House, Town};
use std::time::Duration;
use tempfile::TempDir;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(60);

/// A box whose office is there, with these tablets. The office is kept so that nothing here is about its absence.
fn open(tablets: &[&str], more: &str) -> (House, Town, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut till = town.settle("bandung", None, tablets, more).unwrap();
    till.start().unwrap();
    (till, town, dir)
}
