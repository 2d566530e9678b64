//! A disk on paper: knows what was synced, stops at any operation, fills up, fails to sync, and can be crashed.

use outpost::journal::disk::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

/// What a disk writes or loses as one.
const SECTOR: usize = 512;

#[derive(Clone, Default)]
struct Inode {
    now: Vec<u8>,
    durable: Vec<u8>,
    entry_is_durable: bool,
}

#[derive(Default)]
struct State {
    files: BTreeMap<PathBuf, Inode>,
    dir: bool,
    locked: bool,
    /// Operations that change something.
    ops: u64,
    frozen: bool,
}

/// Faults to come.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    /// At this operation the machine stops; half of a write gets through.
    pub(crate) freeze_at: Option<u64>,
    /// Bytes of all files together.
    pub(crate) room: Option<usize>,
    /// Syncs of data fail.
    pub(crate) sync_fails: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Paper {
    state: Arc<Mutex<State>>,
    faults: Arc<Mutex<Faults>>,
    /// Blocks of 4 KiB in writes, syncs of data, syncs of everything or a directory.
    counts: Arc<Mutex<[u64; 3]>>,
}

fn frozen() -> io::Error {
    io::Error::other("the machine is off")
}

impl Paper {
    pub(crate) fn set(&self, faults: Faults) {
        *self.faults.lock().unwrap() = faults;
    }

    pub(crate) fn counts(&self) -> [u64; 3] {
        *self.counts.lock().unwrap()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Counts an operation; true where the machine stops in it.
    fn operate(&self, state: &mut State) -> io::Result<bool> {
        if state.frozen {
            return Err(frozen());
        }
        state.ops += 1;
        state.frozen = self.faults.lock().unwrap().freeze_at == Some(state.ops);
        Ok(state.frozen)
    }

    /// The disk after a power cut: what was synced, and any part of what was not.
    pub(crate) fn crash(&self, seed: u64) -> Self {
        let state = self.state();
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut after = State { dir: state.dir, ..State::default() };
        for (path, inode) in &state.files {
            if !inode.entry_is_durable && dice.throw(2) == 0 {
                continue;
            }
            let (durable, now) = (&inode.durable, &inode.now);
            let (short, long) = (durable.len().min(now.len()), durable.len().max(now.len()));
            let size = short + dice.throw(long - short + 1);
            let mut bytes = vec![0; size];
            for (number, sector) in bytes.chunks_mut(SECTOR).enumerate() {
                let from = if dice.throw(2) == 0 { durable } else { now };
                let start = (number * SECTOR).min(from.len());
                let part = &from[start..from.len().min(number * SECTOR + sector.len())];
                sector[..part.len()].copy_from_slice(part);
            }
            after.files.insert(path.clone(), Inode { now: bytes.clone(), durable: bytes, entry_is_durable: true });
        }
        Self { state: Arc::new(Mutex::new(after)), ..Self::default() }
    }

    /// Changes a file behind everybody's back.
    pub(crate) fn tamper(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let inode = state.files.get_mut(path).unwrap();
        change(&mut inode.now);
        inode.durable = inode.now.clone();
    }

    pub(crate) fn remove(&self, path: &Path) {
        self.state().files.remove(path).unwrap();
    }

    pub(crate) fn names(&self, extension: &str) -> Vec<PathBuf> {
        let ends = |path: &&PathBuf| path.extension().is_some_and(|found| found == extension);
        self.state().files.keys().filter(ends).cloned().collect()
    }

    pub(crate) fn bytes(&self, path: &Path) -> Vec<u8> {
        self.state().files[path].now.clone()
    }
}

struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }
}

struct PaperFile {
    paper: Paper,
    path: PathBuf,
}

struct PaperLock(Arc<Mutex<State>>);

impl Drop for PaperLock {
    fn drop(&mut self) {
        self.0.lock().unwrap().locked = false;
    }
}

impl Disk for Paper {
    fn make_dir(&self, _: &Path) -> io::Result<()> {
        self.state().dir = true;
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        if !state.dir {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = state.files.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }

    fn open(&self, path: &Path, _: bool) -> io::Result<Arc<dyn DiskFile>> {
        match self.state().files.contains_key(path) {
            true => Ok(Arc::new(PaperFile { paper: self.clone(), path: path.to_owned() })),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        if self.operate(&mut state)? {
            return Err(frozen());
        }
        state.files.entry(path.to_owned()).or_default().now.clear();
        Ok(Arc::new(PaperFile { paper: self.clone(), path: path.to_owned() }))
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        let mut state = self.state();
        if self.operate(&mut state)? {
            return Err(frozen());
        }
        self.counts.lock().unwrap()[2] += 1;
        state.files.values_mut().for_each(|inode| inode.entry_is_durable = true);
        Ok(())
    }

    fn lock(&self, _: &Path) -> io::Result<Box<dyn Send + Sync>> {
        let mut state = self.state();
        if std::mem::replace(&mut state.locked, true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(PaperLock(self.state.clone())))
    }
}

impl PaperFile {
    fn sync(&self, count: usize) -> io::Result<()> {
        let mut state = self.paper.state();
        if self.paper.operate(&mut state)? {
            return Err(frozen());
        }
        self.paper.counts.lock().unwrap()[count] += 1;
        let inode = state.files.get_mut(&self.path).unwrap();
        if self.paper.faults.lock().unwrap().sync_fails {
            // As the system does it: what could not be written is forgotten, and the next sync knows nothing of it.
            inode.now = inode.durable.clone();
            return Err(io::Error::other("the card is dying"));
        }
        inode.durable = inode.now.clone();
        Ok(())
    }
}

impl DiskFile for PaperFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.paper.state().files[&self.path].now.len() as u64)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.paper.state();
        let bytes = &state.files[&self.path].now;
        let rest = &bytes[bytes.len().min(offset as usize)..];
        let read = rest.len().min(buf.len());
        buf[..read].copy_from_slice(&rest[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.paper.state();
        let stops = self.paper.operate(&mut state)?;
        let used: usize = state.files.values().map(|inode| inode.now.len()).sum();
        let inode = state.files.get_mut(&self.path).unwrap();
        let offset = offset as usize;
        let grows = (offset + bytes.len()).saturating_sub(inode.now.len());
        let room = self.paper.faults.lock().unwrap().room.unwrap_or(usize::MAX).saturating_sub(used);
        let through = match (stops, grows <= room) {
            (true, _) => bytes.len() / 2,
            (false, true) => bytes.len(),
            (false, false) => bytes.len() - (grows - room).min(bytes.len()),
        };
        if inode.now.len() < offset + through {
            inode.now.resize(offset + through, 0);
        }
        inode.now[offset..offset + through].copy_from_slice(&bytes[..through]);
        let blocks = (offset + through).div_ceil(4096) - offset / 4096;
        self.paper.counts.lock().unwrap()[0] += blocks as u64;
        match (stops, through == bytes.len()) {
            (true, _) => Err(frozen()),
            (false, true) => Ok(()),
            (false, false) => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        let mut state = self.paper.state();
        if self.paper.operate(&mut state)? {
            return Err(frozen());
        }
        state.files.get_mut(&self.path).unwrap().now.resize(size as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync(1)
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync(2)
    }
}
