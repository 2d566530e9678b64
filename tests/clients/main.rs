//! Clients and brokers of others against the real program: whatever speaks MQTT can sell, and any broker can carry.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod broker;
mod javascript;
mod mosquitto;
mod over_tls;
mod python;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(60);

/// A directory that outlives the tests, for what is installed once.
fn installed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A script of ours beside this file.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}
