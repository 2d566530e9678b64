//! Which sticks are there, by looking at `/sys/class/block` whenever somebody asks.
//!
//! In comes a look, about once a second; out go the sticks that are present at that moment. Nothing can be missed: what
//! was pulled and put in again between two looks has another number ([`Device::disk_seq`]), and what came and went
//! between them could not have been served. So there is no udev, no netlink socket and no thread here.
//!
//! A stick is what is removable or hangs on USB, and is not in use: a disk is left out as a whole when it, or a
//! partition of it, is mounted somewhere else than in our own directory for sticks, is swap, or is held by another
//! device (LVM, encryption, RAID). That keeps a box which runs from a USB disk from ever taking that for a stick.
//! Deliberately absent: why something that is plugged in is none.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::Device;

/// The kernel counts in sectors of this size, whatever the device's own.
const SECTOR_BYTES: u64 = 512;
/// Less than this is no place for files: the two sectors that the kernel shows for an extended partition, a floppy
/// drive that has not been asked for its size.
const SMALLEST_BYTES: u64 = 1 << 20;
/// Disc and floppy drives are removable but are no sticks; 3G modems show their drivers as a disc.
const NOT_STICKS: [&str; 2] = ["sr", "fd"];
/// The kernel allows 31 characters.
const LONGEST_NAME: usize = 31;

/// Why a look showed nothing. Without the list of what is mounted nothing may be taken for a stick.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}; are /proc and /sys mounted?")]
pub struct LookError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the kernel said.
    pub source: io::Error,
}

/// Looks for sticks.
#[derive(Debug)]
pub struct Watch {
    block: PathBuf,
    mountinfo: PathBuf,
    swaps: PathBuf,
    ours: PathBuf,
    /// Disks that had no partitions at the last look.
    bare: HashSet<(String, Option<u64>)>,
}

impl Watch {
    /// A watch on this machine. `ours` is the directory under which sticks are mounted by whoever asks: a stick that is
    /// mounted there is still told.
    pub fn new(ours: impl Into<PathBuf>) -> Self {
        Watch::in_trees(Path::new("/sys"), Path::new("/proc"), ours)
    }

    /// The same with other trees than the kernel's, for tests.
    pub fn in_trees(sys: &Path, proc: &Path, ours: impl Into<PathBuf>) -> Self {
        Watch {
            block: sys.join("class/block"),
            mountinfo: proc.join("self/mountinfo"),
            swaps: proc.join("swaps"),
            ours: ours.into(),
            bare: HashSet::new(),
        }
    }

    /// The sticks that are there, in the order of their insertion. A disk without partitions is told from the second
    /// look on that sees it so, because at the first the kernel may still be reading its partition table.
    pub fn look(&mut self) -> Result<Vec<Device>, LookError> {
        let in_use = self.in_use()?;
        let (partitions, disks): (Vec<_>, Vec<_>) = self.blocks()?.into_iter().partition(Block::is_partition);
        let mut sticks = Vec::new();
        let mut bare = HashSet::new();
        for disk in disks.iter().filter(|disk| disk.is_plugged_in()) {
            let own: Vec<_> = partitions.iter().filter(|part| part.dir.parent() == Some(&disk.dir)).collect();
            if in_use.holds(disk) || own.iter().any(|part| in_use.holds(part)) {
                continue;
            }
            sticks.extend(own.iter().filter_map(|part| part.device(disk)));
            if own.is_empty() {
                let this = (disk.name.clone(), disk.number("diskseq"));
                sticks.extend(self.bare.contains(&this).then(|| disk.device(disk)).flatten());
                bare.insert(this);
            }
        }
        self.bare = bare;
        sticks.sort_by(|a, b| (a.disk_seq, &a.name).cmp(&(b.disk_seq, &b.name)));
        Ok(sticks)
    }

    /// Every block device that the kernel shows. One that goes away while we look is left out.
    fn blocks(&self) -> Result<Vec<Block>, LookError> {
        let told = |source| LookError { path: self.block.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.block).map_err(told)? {
            let entry = entry.map_err(told)?;
            let (Ok(name), Ok(dir)) = (entry.file_name().into_string(), entry.path().canonicalize()) else { continue };
            if is_plain(&name) {
                found.push(Block { name, dir });
            }
        }
        Ok(found)
    }

    fn in_use(&self) -> Result<InUse, LookError> {
        let mut in_use = InUse::default();
        for line in read(&self.mountinfo)?.lines() {
            in_use.note_mount(line, &self.ours);
        }
        // A kernel without swap has no such file.
        let swaps = if self.swaps.exists() { read(&self.swaps)? } else { String::new() };
        in_use.names.extend(swaps.lines().filter_map(|line| device_name(line.split_whitespace().next()?)));
        Ok(in_use)
    }
}

/// What is mounted or is swap.
#[derive(Default)]
struct InUse {
    /// `MAJOR:MINOR`, as mountinfo and the file `dev` have it.
    numbers: HashSet<String>,
    /// For file systems with a number of their own, as btrfs, and for swap.
    names: HashSet<String>,
}

impl InUse {
    /// A line is `id parent MAJOR:MINOR root POINT options [optional …] - type SOURCE options`.
    fn note_mount(&mut self, line: &str, ours: &Path) {
        let mut fields = line.split(' ').skip(2);
        let (Some(number), Some(point)) = (fields.next(), fields.nth(1)) else { return };
        let point = unescaped(point);
        if point != ours && point.starts_with(ours) {
            return;
        }
        self.numbers.insert(number.to_owned());
        let source = fields.skip_while(|field| *field != "-").nth(2);
        self.names.extend(source.and_then(device_name));
    }

    fn holds(&self, block: &Block) -> bool {
        let has_holder = fs::read_dir(block.dir.join("holders")).is_ok_and(|mut holders| holders.next().is_some());
        let number = block.text("dev");
        has_holder || self.names.contains(&block.name) || number.is_none_or(|number| self.numbers.contains(&number))
    }
}

/// The kernel's name behind `/dev/sda1` or a link to it such as `/dev/disk/by-uuid/…`.
fn device_name(source: &str) -> Option<String> {
    let source = unescaped(source);
    let source = source.starts_with("/dev").then(|| source.canonicalize().unwrap_or(source))?;
    Some(source.file_name()?.to_str()?.to_owned())
}

/// The kernel writes blanks and the like in paths as three octal digits, `\040`.
fn unescaped(path: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                bytes.push(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    OsString::from_vec(bytes).into()
}

/// A disk or a partition.
struct Block {
    name: String,
    /// Its directory under `/sys/devices`; a partition's lies in that of its disk.
    dir: PathBuf,
}

impl Block {
    fn is_partition(&self) -> bool {
        self.dir.join("partition").exists()
    }

    /// Whether somebody can have put this disk in.
    fn is_plugged_in(&self) -> bool {
        let is_other_drive = NOT_STICKS.iter().any(|kind| is_numbered(&self.name, kind));
        let is_on_usb = || self.dir.iter().filter_map(|part| part.to_str()).any(|part| is_numbered(part, "usb"));
        !is_other_drive && (self.number("removable") == Some(1) || is_on_usb())
    }

    /// As a stick; none when it is too small, empty (a card reader without a card), or gone by now.
    fn device(&self, disk: &Block) -> Option<Device> {
        let bytes = self.number("size")?.saturating_mul(SECTOR_BYTES);
        let read_only = self.number("ro")? != 0 || disk.number("ro")? != 0;
        (bytes >= SMALLEST_BYTES).then(|| Device {
            name: self.name.clone(),
            node: Path::new("/dev").join(&self.name),
            bytes,
            read_only,
            disk_seq: disk.number("diskseq"),
        })
    }

    fn number(&self, file: &str) -> Option<u64> {
        self.text(file)?.parse().ok()
    }

    fn text(&self, file: &str) -> Option<String> {
        Some(fs::read_to_string(self.dir.join(file)).ok()?.trim().to_owned())
    }
}

/// `usb1` is a numbered `usb`; `usbmisc` is none.
fn is_numbered(name: &str, kind: &str) -> bool {
    let number = name.strip_prefix(kind).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// What a name must be to become part of a path and of a word to people.
fn is_plain(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn read(path: &Path) -> Result<String, LookError> {
    // Names of mount points need not be UTF-8.
    let bytes = fs::read(path).map_err(|source| LookError { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
