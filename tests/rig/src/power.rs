//! A disk whose plug can be pulled: an ext4 in a file, mounted through a loop device of its own.
//!
//! [`Disk::cut`] shuts the file system down without flushing its log (`EXT4_IOC_SHUTDOWN`), which drops every write that
//! had not been handed to the block device, as a power cut does; [`Disk::remount`] replays the journal. Needs root.
//!
//! Weaker than a real power cut: what was handed to the device without a flush is kept, because the file under the loop
//! device forgets nothing. So a missing cache flush is not found here; a missing fdatasync is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::ioctl::{Setter, ioctl, opcode};
use tempfile::TempDir;

/// Drop everything that is not on the device, the log included.
const NO_LOG_FLUSH: u32 = 2;
/// A killed process may hold the mount a moment longer than its parent's wait.
const UNMOUNT_DEADLINE: Duration = Duration::from_secs(10);
const UNMOUNT_POLL: Duration = Duration::from_millis(10);
/// `/sys/block/*/stat`: the seventh number counts sectors written, of 512 bytes each whatever the device.
const SECTORS_WRITTEN: usize = 6;
const SECTOR_BYTES: u64 = 512;

/// An ext4 of its own on a loop device. Unmounted and removed when dropped.
pub struct Disk {
    dir: TempDir,
    /// Such as `/dev/loop3`.
    device: String,
    options: String,
    is_mounted: bool,
}

impl Disk {
    /// Makes and mounts a disk of this size. `options` are mount options such as `lazytime` or `data=ordered`; an empty
    /// string is fine. The image is sparse and lies in the temporary directory.
    pub fn create(mebibytes: u64, options: &str) -> Result<Self> {
        Disk::create_in(&std::env::temp_dir(), mebibytes, options)
    }

    /// The same with the image in another directory, for instance on the disk that is to be measured.
    pub fn create_in(parent: &Path, mebibytes: u64, options: &str) -> Result<Self> {
        Disk::formatted_in(parent, mebibytes, &[], options)
    }

    /// The same with more arguments for mkfs.ext4, such as `-b 1024`.
    pub fn formatted_in(parent: &Path, mebibytes: u64, format: &[&str], options: &str) -> Result<Self> {
        let is_root = rustix::process::geteuid().is_root();
        ensure!(is_root, "a disk whose plug can be pulled needs root (losetup, mount); run this test as root");
        crate::packages::ensure(&["e2fsprogs", "mount"]);
        let dir = tempfile::Builder::new().prefix("rig-disk-").tempdir_in(parent)?;
        let image = dir.path().join("image");
        File::create(&image)?.set_len(mebibytes << 20)?;
        fs::create_dir(dir.path().join("mounted"))?;
        // Nothing is left for the kernel to initialise later: it would be counted as written by whoever is measured.
        let at_once = "lazy_itable_init=0,lazy_journal_init=0";
        run(Command::new("mkfs.ext4").args(["-q", "-F", "-E", at_once]).args(format).arg(&image))?;
        let device = run(Command::new("losetup").args(["--find", "--show"]).arg(&image))?;
        let mut disk = Disk { dir, device, options: options.to_owned(), is_mounted: false };
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted. The same for its whole life.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("mounted")
    }

    /// Pulls the plug: what was not on the device is gone, and every call on an open file of it fails. Then unmounts, for
    /// which every process that uses it must have been killed: before (a machine dies as a whole) or, to see a program
    /// meet a dead disk, between [`Disk::shut_down`] and this.
    pub fn cut(&mut self) -> Result<()> {
        self.shut_down()?;
        self.unmount()
    }

    /// The first half of [`Disk::cut`]: the disk is dead but still mounted.
    pub fn shut_down(&self) -> Result<()> {
        shut_down(&File::open(self.path())?).context("cannot shut the file system down")
    }

    /// Mounts it again, which replays its log, after a cut.
    pub fn remount(&mut self) -> Result<()> {
        ensure!(!self.is_mounted, "the disk is mounted: cut it first");
        self.mount()
    }

    /// What `e2fsck -fn` says about it when it is not mounted; an error when it finds damage. Before the first remount it
    /// complains about the log that is still to be replayed, so ask after one.
    pub fn check(&self) -> Result<String> {
        ensure!(!self.is_mounted, "the disk is mounted: unmount it first");
        run(Command::new("e2fsck").args(["-f", "-n"]).arg(&self.device))
    }

    /// Unmounts it in good order: everything is written.
    pub fn unmount(&mut self) -> Result<()> {
        let until = Instant::now() + UNMOUNT_DEADLINE;
        while let Err(e) = run(Command::new("umount").arg(self.path())) {
            if Instant::now() >= until {
                return Err(e.context("does a process still use the disk?"));
            }
            thread::sleep(UNMOUNT_POLL);
        }
        self.is_mounted = false;
        Ok(())
    }

    /// Bytes written to its block device since it was made, by whoever: data, log, everything.
    pub fn bytes_written(&self) -> Result<u64> {
        let name = self.device.rsplit('/').next().unwrap_or_default();
        let page = fs::read_to_string(format!("/sys/block/{name}/stat"))?;
        let sectors = page.split_whitespace().nth(SECTORS_WRITTEN).and_then(|n| n.parse::<u64>().ok());
        Ok(sectors.with_context(|| format!("/sys/block/{name}/stat has no count of written sectors"))? * SECTOR_BYTES)
    }

    /// Writes out everything that waits to be written (syncfs), so that [`Disk::bytes_written`] is complete.
    pub fn settle(&self) -> Result<()> {
        Ok(rustix::fs::syncfs(File::open(self.path())?)?)
    }

    fn mount(&mut self) -> Result<()> {
        let mut command = Command::new("mount");
        command.args(["-t", "ext4"]);
        if !self.options.is_empty() {
            command.args(["-o", &self.options]);
        }
        run(command.arg(&self.device).arg(self.path()))?;
        self.is_mounted = true;
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Detached lazily if something still holds it: a failing test must not leave a mount behind.
        if self.is_mounted && run(Command::new("umount").arg(self.path())).is_err() {
            run(Command::new("umount").arg("-l").arg(self.path())).ok();
        }
        if let Err(e) = run(Command::new("losetup").args(["-d", &self.device])) {
            eprintln!("rig: {} is left behind: {e:#}", self.device);
        }
    }
}

/// `EXT4_IOC_SHUTDOWN`, `_IOR('X', 125, __u32)`; despite its name it reads the flag.
#[expect(unsafe_code, reason = "rustix has no wrapper for this ioctl")]
fn shut_down(root: &File) -> Result<()> {
    const SHUTDOWN: rustix::ioctl::Opcode = opcode::read::<u32>(b'X', 125);
    // SAFETY: the kernel's `EXT4_IOC_SHUTDOWN` takes a pointer to a `__u32`, which it reads and does not keep; `Setter`
    // passes exactly that. On another file system it is refused with ENOTTY, or means the same (XFS, F2FS).
    unsafe {
        let flag = Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH);
        Ok(ioctl(root, flag)?)
    }
}

/// Runs a command of the system's and returns what it printed, trimmed.
fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    if let Some(found) = crate::packages::program(&name) {
        let args: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        *command = Command::new(found);
        command.args(args);
    }
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{name} failed ({}): {} {}", output.status, err.trim(), out.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
