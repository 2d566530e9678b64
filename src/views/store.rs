//! The only place that knows sled: keys and values on disk, with what is not written yet in memory above them.
//!
//! What changes stays in memory until [`Store::freeze`] and [`write`], so that a record a minute costs no write of
//! its own: the journal replays what is missing. Every value carries a checksum over its key and itself, and the meta record
//! carries how many keys there are and a sum over all of them, so that a value sled lost without a word is found by
//! [`verify`]. sled panics on damage; each call into it is guarded, and a panic is a [`Doubt`] like any other.
//! Absent: what keys mean, and what to do about a doubt.

use super::keys::{Key, Tag};
use crate::domain::id::hex;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// sled's page cache, in bytes. It is no cap (FACTS); what keeps memory small is few and large values.
const CACHE_BYTES: u64 = 1024 * 1024;
/// How often opening is tried: sled's lock on a directory outlives the handle by a moment.
const OPEN_TRIES: u32 = 20;
/// sled drops cached pages of one of its 256 shards only when that shard was asked 64 times. A pass over all keys asks each page
/// 16 times at most, so that nothing would be dropped and all be in memory at its end: 80 MB for a million documents.
const TOUCHES: u32 = 4;
/// Between tries.
const OPEN_RETRY: Duration = Duration::from_millis(50);
/// Largest key and value. Beyond it something is wrong with us, not with sled.
const MAX_VALUE: usize = 256 * 1024;

/// A reason to believe nothing that the views hold: they are moved aside and built anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the views are in doubt: {0}")]
pub struct Doubt(pub String);

impl Doubt {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// How many keys there are, how many bytes in them, and the sum over all: what [`verify`] finds again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Sums {
    pub(super) keys: u64,
    pub(super) bytes: u64,
    pub(super) sum: u64,
}

impl Sums {
    fn add(&mut self, key: &[u8], sealed: &[u8]) {
        self.keys = self.keys.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add((key.len() + sealed.len()) as u64);
        self.sum = self.sum.wrapping_add(fingerprint(key, sealed));
    }

    fn remove(&mut self, key: &[u8], sealed: &[u8]) {
        self.keys = self.keys.wrapping_sub(1);
        self.bytes = self.bytes.wrapping_sub((key.len() + sealed.len()) as u64);
        self.sum = self.sum.wrapping_sub(fingerprint(key, sealed));
    }
}

/// Two crcs of different beginnings: 64 bits against chance, not against malice; whoever can write here can write anything.
fn fingerprint(key: &[u8], sealed: &[u8]) -> u64 {
    let crc = |seed: &[u8]| {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(seed);
        hasher.update(&(key.len() as u32).to_le_bytes());
        hasher.update(key);
        hasher.update(sealed);
        u64::from(hasher.finalize())
    };
    crc(b"a") << 32 | crc(b"other").rotate_left(5) ^ sealed.len() as u64
}

fn checksum(key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(4 + value.len());
    sealed.extend_from_slice(&checksum(key, value));
    sealed.extend_from_slice(value);
    sealed
}

fn unseal(key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Doubt> {
    match sealed.split_at_checked(4) {
        Some((sum, value)) if *sum == checksum(key, value) => Ok(value.to_vec()),
        _ => Err(Doubt::new(format!("the checksum of key {} is wrong", hex(key)))),
    }
}

/// A key and its value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// What is not on disk yet; `None` is a key that is gone.
pub(super) type Layer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Keys and values, on disk and above it.
pub(super) struct Store {
    disk: Disk,
    /// Being written; still read.
    frozen: Option<Arc<Layer>>,
    fresh: Layer,
}

impl Store {
    pub(super) fn over(disk: Disk) -> Self {
        Self { disk, frozen: None, fresh: Layer::new() }
    }

    pub(super) fn disk(&self) -> Disk {
        self.disk.clone()
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Doubt> {
        if let Some(value) = self.fresh.get(key) {
            return Ok(value.clone());
        }
        if let Some(value) = self.frozen.as_ref().and_then(|frozen| frozen.get(key)) {
            return Ok(value.clone());
        }
        self.disk.get(key)
    }

    /// The value of a key, to be changed; empty where there was none.
    pub(super) fn edit(&mut self, key: &[u8]) -> Result<&mut Vec<u8>, Doubt> {
        if !matches!(self.fresh.get(key), Some(Some(_))) {
            let value = self.get(key)?.unwrap_or_default();
            self.fresh.insert(key.to_vec(), Some(value));
        }
        let value = self.fresh.get_mut(key).and_then(Option::as_mut);
        Ok(value.expect("invariant: it was put in just now"))
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        debug_assert!(key.len() + value.len() <= MAX_VALUE);
        self.fresh.insert(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.fresh.insert(key, None);
    }

    /// The greatest key from `from` to `to`, both included, and its value.
    pub(super) fn last_in(&self, from: &[u8], to: &[u8]) -> Result<Option<Pair>, Doubt> {
        let mut upper: Bound<Vec<u8>> = Bound::Included(to.to_vec());
        loop {
            let above = |layer: &Layer| {
                let range = (Bound::Included(from.to_vec()), upper.clone());
                layer.range(range).next_back().map(|(key, _)| key.clone())
            };
            let fresh = above(&self.fresh);
            let frozen = self.frozen.as_ref().and_then(|frozen| above(frozen));
            let disk = self.disk.last_key(from, &upper)?;
            let Some(key) = [fresh, frozen, disk].into_iter().flatten().max() else { return Ok(None) };
            if let Some(value) = self.get(&key)? {
                return Ok(Some((key, value)));
            }
            // It is gone in a layer above the disk.
            if key.as_slice() == from {
                return Ok(None);
            }
            upper = Bound::Excluded(key);
        }
    }

    /// All keys from `from` to `to`, both included, in order.
    pub(super) fn scan(&self, from: &[u8], to: &[u8]) -> Result<Vec<Pair>, Doubt> {
        let mut found: BTreeMap<Vec<u8>, Option<Vec<u8>>> = self.disk.scan(from, to)?;
        for layer in self.frozen.iter().map(|frozen| &**frozen).chain([&self.fresh]) {
            let range = (Bound::Included(from), Bound::Included(to));
            found.extend(layer.range::<[u8], _>(range).map(|(key, value)| (key.clone(), value.clone())));
        }
        Ok(found.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
    }

    /// All keys that begin with `prefix`, in order.
    pub(super) fn scan_prefix(&self, prefix: &[u8]) -> Result<Vec<Pair>, Doubt> {
        let to = [prefix, &[0xff; 64][..]].concat();
        self.scan(prefix, &to)
    }

    /// Sets apart what is to be written now. It goes on being read until [`Store::thaw`].
    pub(super) fn freeze(&mut self) -> Arc<Layer> {
        debug_assert!(self.frozen.is_none());
        let frozen = Arc::new(std::mem::take(&mut self.fresh));
        self.frozen = Some(frozen.clone());
        frozen
    }

    /// What was set apart is on disk.
    pub(super) fn thaw(&mut self) {
        self.frozen = None;
    }
}

/// An open sled directory.
#[derive(Clone)]
pub(super) struct Disk {
    db: sled::Db,
    path: Arc<PathBuf>,
    file_id: u64,
}

fn guarded<T>(what: &str, call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, Doubt> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Doubt(format!("{what}: {error}"))),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(Doubt(format!("{what}: sled panicked: {text}")))
        }
    }
}

impl Disk {
    /// Opens a directory, or makes it. Removes a snapshot whose writing was cut, which would keep sled from opening.
    pub(super) fn open(path: &Path) -> Result<Self, Doubt> {
        std::fs::create_dir_all(path).map_err(|error| Doubt(format!("{}: {error}", path.display())))?;
        remove_torn_snapshots(path);
        let config = || {
            let config = sled::Config::new().path(path).mode(sled::Mode::LowSpace);
            config.cache_capacity(CACHE_BYTES).flush_every_ms(None)
        };
        let mut tries = 0;
        let db = loop {
            tries += 1;
            match guarded("opening", || config().open()) {
                Ok(db) => break db,
                Err(doubt) if tries == OPEN_TRIES || !doubt.0.contains("lock") => return Err(doubt),
                Err(_) => std::thread::sleep(OPEN_RETRY),
            }
        };
        let file_id = file_id(path)?;
        Ok(Self { db, path: Arc::new(path.to_owned()), file_id })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Doubt> {
        let sealed = guarded("reading", || self.db.get(key))?;
        sealed.map(|sealed| unseal(key, &sealed)).transpose()
    }

    fn last_key(&self, from: &[u8], upper: &Bound<Vec<u8>>) -> Result<Option<Vec<u8>>, Doubt> {
        let range = (Bound::Included(from.to_vec()), upper.clone());
        let last = guarded("reading", || self.db.range(range).next_back().transpose())?;
        Ok(last.map(|(key, _)| key.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8]) -> Result<Layer, Doubt> {
        let found = guarded("reading", || self.db.range(from..=to).collect::<Result<Vec<_>, _>>())?;
        found.into_iter().map(|(key, sealed)| Ok((key.to_vec(), Some(unseal(&key, &sealed)?)))).collect()
    }

    /// The meta record.
    pub(super) fn meta(&self) -> Result<Option<Vec<u8>>, Doubt> {
        self.get(&Key::of(Tag::Meta).0)
    }

    /// Writes a layer and the meta record that `meta` makes of the new sums, all or nothing, and waits for the disk.
    pub(super) fn write(
        &self,
        layer: &Layer,
        sums: &mut Sums,
        meta: impl FnOnce(Sums) -> Vec<u8>,
    ) -> Result<(), Doubt> {
        let mut batch = sled::Batch::default();
        let mut after = *sums;
        for (key, value) in layer {
            if let Some(old) = guarded("reading", || self.db.get(key))? {
                after.remove(key, &old);
            }
            match value {
                Some(value) => {
                    let sealed = seal(key, value);
                    after.add(key, &sealed);
                    batch.insert(key.as_slice(), sealed);
                }
                None => batch.remove(key.as_slice()),
            }
        }
        let key = Key::of(Tag::Meta).0;
        batch.insert(key.as_slice(), seal(&key, &meta(after)));
        guarded("writing", || self.db.apply_batch(batch))?;
        guarded("flushing", || self.db.flush())?;
        self.sync()?;
        *sums = after;
        Ok(())
    }

    /// sled's flush neither flushes the device's cache nor writes the file's size; this does. And it sees whether the
    /// file is still the one that was opened.
    fn sync(&self) -> Result<(), Doubt> {
        self.look()?;
        let file = std::fs::File::open(self.path.join("db"));
        let synced = file.and_then(|file| file.sync_data());
        synced.map_err(|error| Doubt(format!("syncing {}: {error}", self.path.display())))
    }

    /// Looks whether the file is still the one that was opened.
    pub(super) fn look(&self) -> Result<(), Doubt> {
        match file_id(&self.path)? == self.file_id {
            true => Ok(()),
            false => Err(Doubt::new("the file was replaced while it was open")),
        }
    }

    /// Bytes of the file.
    pub(super) fn file_bytes(&self) -> u64 {
        std::fs::metadata(self.path.join("db")).map(|found| found.len()).unwrap_or(0)
    }

    /// Reads every key and finds out whether they are those that the meta record sums up. `stop` ends it early.
    pub(super) fn verify(&self, expected: Sums, mut stop: impl FnMut() -> bool) -> Result<bool, Doubt> {
        let mut found = Sums::default();
        let mut iter = self.db.iter();
        loop {
            let step = guarded("verifying", || iter.next().transpose())?;
            let Some((key, sealed)) = step else { break };
            if key.first() == Some(&(Tag::Meta as u8)) {
                continue;
            }
            unseal(&key, &sealed)?;
            found.add(&key, &sealed);
            for _ in 0..TOUCHES {
                guarded("verifying", || self.db.get(&key))?;
            }
            if found.keys % 1024 == 0 && stop() {
                return Ok(false);
            }
        }
        if found != expected {
            return Err(Doubt(format!("{} keys should be there, {} are, or not the same", expected.keys, found.keys)));
        }
        Ok(true)
    }
}

#[cfg(unix)]
fn file_id(path: &Path) -> Result<u64, Doubt> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path.join("db"));
    found.map(|found| found.ino()).map_err(|error| Doubt(format!("{}: {error}", path.display())))
}

fn remove_torn_snapshots(path: &Path) {
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            // What cannot be removed keeps sled from opening, which is seen there.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Moves the directory to `<name>.aside`, in the place of an older one: one is kept for whoever wants to know.
pub(super) fn move_aside(path: &Path) -> std::io::Result<()> {
    let aside = path.with_extension("aside");
    match std::fs::remove_dir_all(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match std::fs::rename(path, &aside) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)
    }
}
