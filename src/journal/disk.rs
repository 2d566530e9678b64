//! What the journal asks of a disk, and the disk of the operating system.
//!
//! A trait, so that crash tests can stop a disk at any operation and keep only what was synced. No buffering, no
//! retries: each call is one operation, and what is durable is what the sync calls say.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// The directory's side of a disk.
pub trait Disk: Send + Sync + 'static {
    /// Makes a directory and those above it. That they are durable is part of it.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// The names of a directory's files; `NotFound` where there is no directory.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Opens a file, for reading alone or for both.
    fn open(&self, path: &Path, write: bool) -> io::Result<Arc<dyn DiskFile>>;
    /// Makes a file, or empties the one of that name. Durable after `sync_all` of it and [`Disk::sync_dir`].
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;
    /// Makes the directory's entries durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Takes the lock of that name, until the value is dropped; `WouldBlock` while another has it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send + Sync>>;
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Reads at `offset` until `buf` is full or the file ends; returns how many bytes were read.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes all of `bytes` at `offset`. After an error any part of them may be there.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Cuts or lengthens (with zeros) the file.
    fn set_size(&self, size: u64) -> io::Result<()>;
    /// Makes bytes and size durable. After an error nothing is known about what was written since the last success.
    fn sync_data(&self) -> io::Result<()>;
    /// As [`DiskFile::sync_data`], and all about the file.
    fn sync_all(&self) -> io::Result<()>;
    /// Forgets what is cached, so that the next read comes from the disk. A hint.
    fn forget_cache(&self) {}
}

/// The disk of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        // The entry of a fresh directory is in the one above it. Further up nothing was made in the usual case.
        match dir.parent().filter(|above| !above.as_os_str().is_empty()) {
            Some(above) => self.sync_dir(above),
            None => Ok(()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let names = std::fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect()
    }

    fn open(&self, path: &Path, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(RealFile(File::options().read(true).write(write).open(path)?)))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        Ok(Arc::new(RealFile(file)))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send + Sync>> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(file)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

struct RealFile(File);

impl DiskFile for RealFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.0.read_at(&mut buf[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()?;
        self.still_lives()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.0.sync_all()?;
        self.still_lives()
    }

    fn forget_cache(&self) {
        // A hint: where the system does not take it, the cache is read, as it is everywhere else.
        let _ = rustix::fs::fadvise(&self.0, 0, None, rustix::fs::Advice::DontNeed);
    }
}

impl RealFile {
    /// Fails where the file system has died. A sync that waits for a commit while ext4 aborts its log finds the commit gone
    /// and returns well, though nothing of it is on the disk (seen in 7 of 250 cuts, Linux 6.18). From then on ext4 refuses
    /// every write, also one of no bytes, which costs a call and nothing else.
    fn still_lives(&self) -> io::Result<()> {
        self.0.write_at(&[], 0).map(|_| ())
    }
}

/// The block in which an unreadable place of a disk is given up.
const UNREADABLE_BLOCK: usize = 4096;

/// Reads `len` bytes at `offset`, or up to the file's end. Blocks that the disk cannot read come as zeros, so that a bad sector costs
/// the records on it and no more: no frame checks there.
pub(crate) fn read_what_can_be(file: &dyn DiskFile, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let len = len.min(file.size()?.saturating_sub(offset) as usize);
    let mut bytes = vec![0; len];
    let Err(error) = file.read_at(&mut bytes, offset) else { return Ok(bytes) };
    // EIO has no kind of its own.
    if error.raw_os_error() != Some(rustix::io::Errno::IO.raw_os_error()) {
        return Err(error);
    }
    tracing::warn!(offset, len, %error, "the disk cannot read a part of the journal: reading around it");
    let mut at = 0;
    while at < len {
        let file_offset = offset + at as u64;
        let to_boundary = UNREADABLE_BLOCK - (file_offset % UNREADABLE_BLOCK as u64) as usize;
        let part = &mut bytes[at..(at + to_boundary).min(len)];
        if file.read_at(part, file_offset).is_err() {
            part.fill(0);
        }
        at += to_boundary;
    }
    Ok(bytes)
}
