//! A stick in a directory, and out of it again when everything is on it.
//!
//! In come a [`Device`], the [`Format`] that `probe` found and an empty directory; out comes a [`Mounted`] stick,
//! read-only where it, its file system or the caller insists. Nothing on it is run, is a device, gives rights or is a
//! link that leads away. Deliberately absent: repair, and removal of the stick from the bus, which needs no word from
//! us.

use std::ffi::CStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{StatVfsMountFlags, fstatvfs, statvfs, syncfs};
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags};

use super::{Device, Format, StickError};

/// A kernel before 5.10 does not know NOSYMFOLLOW and passes over it in silence, so whoever opens files of a stick
/// still takes care of links. NOATIME: a stick that is only read is not written to.
const HARMLESS: MountFlags = MountFlags::NOSUID
    .union(MountFlags::NODEV)
    .union(MountFlags::NOEXEC)
    .union(MountFlags::NOSYMFOLLOW)
    .union(MountFlags::NOATIME);
/// A stick's own files belong to nobody we know: only we see them.
const NO_OTHER_USERS: &CStr = c"umask=0077";
/// Names as UTF-8 whatever the kernel was built with. Without `flush`, which makes every close wait a tenth of a second
/// and promises nothing that a sync does not.
const VFAT: &CStr = c"utf8=1,umask=0077";
/// The superblock of ext can ask the kernel to halt the machine at the first error; this overrides it.
const NEVER_PANIC: &CStr = c"errors=remount-ro";

/// A child process that our own program starts holds a copy of every open file until it is the other program, and so
/// does a desktop's indexer that just looked in: neither is worth a word to a person.
const BUSY_PATIENCE: Duration = Duration::from_secs(1);
const BUSY_POLL: Duration = Duration::from_millis(10);

/// A stick that is mounted. Dropped without [`Mounted::unmount`], it is detached, and nobody may say that it can be
/// pulled.
#[derive(Debug)]
pub struct Mounted {
    node: PathBuf,
    target: PathBuf,
    is_read_only: bool,
    is_mounted: bool,
}

/// Mounts a stick at `target`, an empty directory that is there. Needs root (CAP_SYS_ADMIN). Where the device or the
/// file system does not let itself be written, it is mounted read-only all the same; [`Mounted::is_read_only`] says so.
/// An ext file system with a log is brought up to date by its driver even then.
pub fn mount(device: &Device, format: Format, target: &Path, read_only: bool) -> Result<Mounted, StickError> {
    let node = &device.node;
    let (driver, data) = match format {
        Format::Vfat => ("vfat", VFAT),
        Format::Exfat => ("exfat", NO_OTHER_USERS),
        Format::Ext => ("ext4", NEVER_PANIC),
        Format::Ntfs => ("ntfs3", NO_OTHER_USERS),
        Format::Blank => return Err(StickError::NotFormatted { node: node.clone() }),
        Format::Unknown => return Err(StickError::UnknownFormat { node: node.clone() }),
    };
    check(target)?;
    let attempt = |flags: MountFlags| rustix::mount::mount(node, target, driver, flags, data);
    let asked = if read_only || device.read_only { HARMLESS | MountFlags::RDONLY } else { HARMLESS };
    let done = match attempt(asked) {
        // INVAL is among them because ntfs3 says so of a volume that was not taken out cleanly, and ext4 of features
        // that it can only read.
        Err(Errno::ROFS | Errno::ACCESS | Errno::INVAL) if !asked.contains(MountFlags::RDONLY) => {
            attempt(asked | MountFlags::RDONLY)
        }
        done => done,
    };
    done.map_err(|errno| refused(node, format, errno, || knows(driver)))?;
    let mut mounted = Mounted { node: node.clone(), target: target.to_owned(), is_read_only: true, is_mounted: true };
    // Asked rather than concluded: some drivers mount read-only without a word.
    let state = statvfs(target).map_err(|errno| StickError::of(node, errno))?;
    mounted.is_read_only = state.f_flag.contains(StatVfsMountFlags::RDONLY);
    Ok(mounted)
}

fn check(target: &Path) -> Result<(), StickError> {
    let told = |cause: String| StickError::Target { target: target.to_owned(), cause };
    let found = fs::symlink_metadata(target).map_err(|e| told(e.to_string()))?;
    if found.is_dir() { Ok(()) } else { Err(told("it is not a directory".to_owned())) }
}

/// What the kernel's word means when it comes from mount(2). `is_known` says whether it has a driver for this format.
fn refused(node: &Path, format: Format, errno: Errno, is_known: impl Fn() -> bool) -> StickError {
    match errno {
        Errno::NODEV if !is_known() => StickError::Kernel { format },
        // The superblock, a checksum or the log is wrong, or the log cannot be replayed on a stick that cannot be
        // written.
        Errno::INVAL | Errno::UCLEAN | Errno::BADMSG | Errno::ROFS => {
            StickError::Damaged { node: node.to_owned(), format, cause: errno.to_string() }
        }
        errno => StickError::of(node, errno),
    }
}

/// Whether the kernel has this driver, which it has tried to load by now.
fn knows(driver: &str) -> bool {
    let list = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    list.lines().any(|line| line.split_whitespace().last() == Some(driver))
}

impl Mounted {
    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// Whether it could only be mounted read-only.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// Writes everything out and takes the stick out of the directory. After `Ok`, and only then, it may be pulled: the
    /// file system and the stick's own cache are flushed and no write has failed unseen. After an error it is detached
    /// as by a drop; [`StickError::Busy`] says that all is written but another program has kept files open on it for a
    /// second.
    pub fn unmount(mut self) -> Result<(), StickError> {
        let written = if self.is_read_only { Ok(()) } else { self.write_out() };
        match self.let_go() {
            Ok(()) => self.is_mounted = false,
            Err(errno) => return Err(written.err().unwrap_or_else(|| StickError::of(&self.node, errno))),
        }
        written?;
        // Letting go of it writes a last word, that the file system is clean.
        if self.is_read_only { Ok(()) } else { self.flush() }
    }

    fn let_go(&self) -> Result<(), Errno> {
        let until = Instant::now() + BUSY_PATIENCE;
        loop {
            match rustix::mount::unmount(&self.target, UnmountFlags::NOFOLLOW) {
                Err(Errno::BUSY) if Instant::now() < until => thread::sleep(BUSY_POLL),
                done => return done,
            }
        }
    }

    fn write_out(&self) -> Result<(), StickError> {
        let root = File::open(&self.target).map_err(|error| self.told(&error))?;
        syncfs(&root).map_err(|errno| StickError::of(&self.node, errno))?;
        // A driver that met an error goes read-only, and some then sync nothing without complaint.
        let state = fstatvfs(&root).map_err(|errno| StickError::of(&self.node, errno))?;
        let has_failed = state.f_flag.contains(StatVfsMountFlags::RDONLY);
        if has_failed { Err(StickError::Dying { node: self.node.clone() }) } else { self.flush() }
    }

    /// The disk's own cache, which not every file system's driver flushes.
    fn flush(&self) -> Result<(), StickError> {
        File::open(&self.node).and_then(|disk| disk.sync_all()).map_err(|error| self.told(&error))
    }

    fn told(&self, error: &io::Error) -> StickError {
        StickError::of_io(&self.node, error)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.is_mounted {
            // Out of sight at once, gone when the last file is closed. Nobody is left to be told.
            let _ = rustix::mount::unmount(&self.target, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(errno: Errno, is_known: bool) -> StickError {
        refused(Path::new("/dev/sda1"), Format::Exfat, errno, || is_known)
    }

    #[test]
    fn a_missing_driver_is_told_apart_from_a_missing_stick() {
        assert!(matches!(told(Errno::NODEV, false), StickError::Kernel { format: Format::Exfat }));
        assert!(matches!(told(Errno::NODEV, true), StickError::Gone { .. }));
        assert!(matches!(told(Errno::NXIO, true), StickError::Gone { .. }));
    }

    #[test]
    fn a_broken_file_system_is_told_apart_from_a_broken_stick() {
        for errno in [Errno::INVAL, Errno::UCLEAN, Errno::BADMSG] {
            let told = told(errno, true).to_string();
            assert!(told.starts_with("the exFAT on the stick /dev/sda1 is damaged"), "{told}");
        }
        assert!(matches!(told(Errno::IO, true), StickError::Dying { .. }));
    }

    #[test]
    fn the_kernels_own_list_is_understood() {
        assert!(knows("proc"));
        assert!(!knows("proc-that-is-not-there"));
    }

    #[test]
    fn what_carries_no_file_system_is_not_even_tried() {
        let device =
            Device { name: "sda".into(), node: "/dev/sda".into(), bytes: 1, read_only: false, disk_seq: Some(1) };
        let nowhere = Path::new("/");
        let blank = mount(&device, Format::Blank, nowhere, false).unwrap_err();
        assert!(matches!(blank, StickError::NotFormatted { .. }), "{blank}");
        let unknown = mount(&device, Format::Unknown, nowhere, false).unwrap_err();
        assert!(matches!(unknown, StickError::UnknownFormat { .. }), "{unknown}");
    }

    #[test]
    fn a_stick_goes_only_into_a_directory_that_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let device =
            Device { name: "sda".into(), node: "/dev/sda".into(), bytes: 1, read_only: false, disk_seq: Some(1) };
        fs::write(dir.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("link")).unwrap();
        for target in ["file", "link", "missing"] {
            let refused = mount(&device, Format::Ext, &dir.path().join(target), false).unwrap_err();
            assert!(matches!(refused, StickError::Target { .. }), "{target}: {refused}");
        }
    }
}
