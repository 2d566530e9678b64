//! What one fdatasync costs in a directory: the yardstick beside every number about durable records.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::latency::Latency;

/// What is appended before each sync: one page, as small as a disk writes.
const PAGE: usize = 4_096;

/// What was measured.
#[derive(Debug, Clone)]
pub struct SyncCost {
    /// Appends with fdatasync per second, one after the other.
    pub syncs_per_s: f64,
    /// How long each took.
    pub latency: Latency,
}

impl std::fmt::Display for SyncCost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} fdatasyncs/s of 4 KiB appended, {}", self.syncs_per_s, self.latency)
    }
}

/// Appends 4 KiB and syncs, over and over, for this long, in a file of its own in `dir` that is removed afterwards.
pub fn sync_cost(dir: &Path, lasting: Duration) -> io::Result<SyncCost> {
    let path = dir.join(format!("sync-cost-{}", std::process::id()));
    let measured = measure(&path, lasting);
    fs::remove_file(&path).ok();
    measured
}

fn measure(path: &Path, lasting: Duration) -> io::Result<SyncCost> {
    let mut file = OpenOptions::new().create_new(true).append(true).open(path)?;
    let page = [0x5a; PAGE];
    let mut latency = Latency::default();
    let start = Instant::now();
    let mut before = start;
    while before - start < lasting {
        file.write_all(&page)?;
        file.sync_data()?;
        let after = Instant::now();
        latency.add(after - before);
        before = after;
    }
    let syncs_per_s = latency.count() as f64 / (before - start).as_secs_f64();
    Ok(SyncCost { syncs_per_s, latency })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_a_sync_cost_and_keeps_nothing_of_the_measuring() {
        let dir = tempfile::tempdir().unwrap();
        let cost = sync_cost(dir.path(), Duration::from_millis(100)).unwrap();
        assert!(cost.latency.count() > 0 && cost.syncs_per_s > 0.0, "{cost}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error() {
        assert!(sync_cost(Path::new("/proc/nowhere"), Duration::ZERO).is_err());
    }
}
