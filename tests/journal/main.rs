//! The journal, as its owners use it: through power cuts, damage, full disks.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod crash;
mod damage;
mod golden;
mod paper;
mod roles;
mod scribing;
mod speed;

use outpost::domain::id::{Epoch, Position, Seq, SiteId, StoreId};
use outpost::journal::disk::Disk;
use outpost::journal::{Durability, Key, Options, Own, Reader, Slot, Stored};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn site() -> SiteId {
    "harbour".parse().unwrap()
}

fn store(n: u8) -> StoreId {
    StoreId::new(1_790_000_000_000 + u64::from(n), [n; 10])
}

fn epoch(n: u8) -> Epoch {
    Epoch::new(1_790_000_000_000 + u64::from(n), [n; 10])
}

fn at(epoch_number: u8, seq: u64) -> Position {
    Position { epoch: epoch(epoch_number), seq: Seq(seq) }
}

/// Bodies here begin with their key, where they begin with `K`.
fn key_of(body: &[u8]) -> Option<Key> {
    body.strip_prefix(b"K")?.get(..16)?.try_into().ok()
}

fn key(n: u64) -> Key {
    (u128::from(n) << 40 | 0x7777).to_be_bytes()
}

fn keyed(n: u64, size: usize) -> Vec<u8> {
    let mut body = vec![b'K'];
    body.extend_from_slice(&key(n));
    body.resize(size.max(17), (n * 31 % 251) as u8);
    body
}

/// Segments of 8 KiB, so that a few records roll them.
fn small_segments(disk: Arc<dyn Disk>) -> Options {
    Options { segment_bytes: 8 * 1024, disk, durability: Durability::Synced, ..Options::new(site(), store(1), key_of) }
}

fn in_dir(dir: &Path) -> PathBuf {
    dir.join("journal")
}

/// Appends and syncs one group.
fn group(own: &mut Own, bodies: &[Vec<u8>]) -> Vec<outpost::journal::Written> {
    for body in bodies {
        own.append_one(body, key_of(body)).unwrap();
    }
    own.sync().unwrap()
}

fn everything(reader: &Reader) -> Vec<Stored> {
    reader.scan(0).map(|stored| stored.unwrap()).collect()
}

fn record(slot: Option<Slot>) -> Option<Stored> {
    match slot? {
        Slot::Record(stored) => Some(stored),
        Slot::Lost { .. } => None,
    }
}
