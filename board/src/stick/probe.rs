//! Which file system is on a stick, and what its owner calls it.
//!
//! In come the stick's first 70 KiB and, for FAT and exFAT, the beginning of its root directory, where the label is;
//! out goes a [`Volume`]. The bytes are a stranger's: every field is read with bounds, every sum fits. Deliberately
//! absent: whether the file system is whole, which its driver finds out, and the label of NTFS, which lies deep in it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::{Format, StickError, printable};

/// What all magic numbers lie in, with room for those of file systems we may want to name one day (btrfs: 64 KiB).
const HEAD_BYTES: usize = 70 * 1024;
/// How much of a root directory is searched for a label. Whoever formats a stick writes it first.
const ROOT_BYTES: usize = 4096;
/// An entry of a directory, in FAT and in exFAT.
const ENTRY_BYTES: usize = 32;
/// Where the superblock of ext begins.
const EXT_AT: usize = 1024;

/// What [`probe`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The file system.
    pub format: Format,
    /// What its owner calls it, fit to be shown to people.
    pub label: Option<String>,
}

/// Reads a stick's first bytes. Changes nothing on it.
pub fn probe(node: &Path) -> Result<Volume, StickError> {
    let told = |error: io::Error| StickError::of_io(node, &error);
    let stick = File::open(node).map_err(told)?;
    let head = read_at(&stick, 0, HEAD_BYTES).map_err(told)?;
    if head.is_empty() {
        return Err(StickError::Gone { node: node.to_owned() });
    }
    let format = format_of(&head);
    // A label that cannot be read is no reason to refuse a stick that can.
    let root = root_at(format, &head).and_then(|at| read_at(&stick, at, ROOT_BYTES).ok()).unwrap_or_default();
    Ok(Volume { format, label: label_of(format, &head, &root) })
}

/// As many bytes as are there, up to `len`.
fn read_at(stick: &File, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let mut done = 0;
    while done < len {
        match stick.read_at(&mut bytes[done..], at.saturating_add(done as u64)) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}

/// Boot sectors come first: who makes an ext file system wipes them, who formats for Windows may leave an old ext
/// superblock.
fn format_of(head: &[u8]) -> Format {
    let has_boot_mark = bytes::<2>(head, 510) == [0x55, 0xaa];
    match &bytes::<8>(head, 3) {
        b"EXFAT   " if has_boot_mark => Format::Exfat,
        b"NTFS    " if has_boot_mark => Format::Ntfs,
        _ if has_boot_mark && is_fat(head) => Format::Vfat,
        _ if le16(head, EXT_AT + 56) == 0xef53 => Format::Ext,
        _ if head.iter().all(|b| *b == 0) || head.iter().all(|b| *b == 0xff) => Format::Blank,
        _ => Format::Unknown,
    }
}

/// What the kernel's driver asks of a FAT before it looks further. A boot sector of FAT has no reliable name in it.
fn is_fat(head: &[u8]) -> bool {
    let (sector, per_cluster, media) = (le16(head, 11), byte(head, 13), byte(head, 21));
    let (reserved, tables) = (le16(head, 14), byte(head, 16));
    let is_sector = sector.is_power_of_two() && (512..=4096).contains(&sector);
    is_sector && per_cluster.is_power_of_two() && reserved > 0 && tables > 0 && (media == 0xf0 || media >= 0xf8)
}

/// Where the root directory begins, in bytes.
fn root_at(format: Format, head: &[u8]) -> Option<u64> {
    match format {
        Format::Vfat => {
            let (sector, per_cluster) = (u64::from(le16(head, 11)), u64::from(byte(head, 13)));
            let (reserved, tables) = (u64::from(le16(head, 14)), u64::from(byte(head, 16)));
            if !is_fat32(head) {
                return Some((reserved + tables * u64::from(le16(head, 22))) * sector);
            }
            let clusters_before = u64::from(le32(head, 44)).checked_sub(2)?;
            let tables_sectors = tables * u64::from(le32(head, 36));
            Some((reserved + tables_sectors + clusters_before * per_cluster) * sector)
        }
        Format::Exfat => {
            let (sector_shift, cluster_shift) = (u32::from(byte(head, 108)), u32::from(byte(head, 109)));
            let clusters_before = u64::from(le32(head, 96)).checked_sub(2)?;
            // Sectors have 512 to 4096 bytes and clusters at most 32 MiB: nothing overflows below.
            let is_sane = (9..=12).contains(&sector_shift) && sector_shift + cluster_shift <= 25;
            let heap = u64::from(le32(head, 88)) << sector_shift.min(12);
            is_sane.then(|| heap + (clusters_before << (sector_shift + cluster_shift)))
        }
        _ => None,
    }
}

fn is_fat32(head: &[u8]) -> bool {
    le16(head, 22) == 0
}

fn label_of(format: Format, head: &[u8], root: &[u8]) -> Option<String> {
    let label = match format {
        Format::Vfat => fat_label(head, root)?,
        Format::Exfat => exfat_label(root)?,
        Format::Ext => {
            let label = bytes::<16>(head, EXT_AT + 120);
            String::from_utf8_lossy(label.split(|b| *b == 0).next()?).into_owned()
        }
        Format::Ntfs | Format::Blank | Format::Unknown => return None,
    };
    Some(printable(&label)).filter(|label| !label.is_empty())
}

/// The root directory's label, which Windows changes, or else the boot sector's, which it leaves behind.
fn fat_label(head: &[u8], root: &[u8]) -> Option<String> {
    const IS_LABEL: u8 = 0x08;
    /// Set beside [`IS_LABEL`] in the parts of a long name, and in directories.
    const IS_OTHER: u8 = 0x17;
    const DELETED: u8 = 0xe5;
    let mut entries = root.chunks_exact(ENTRY_BYTES).take_while(|entry| entry[0] != 0);
    let in_root = entries.find(|entry| entry[0] != DELETED && entry[11] & (IS_LABEL | IS_OTHER) == IS_LABEL);
    let boot_at = if is_fat32(head) { 66 } else { 38 };
    let in_boot = || (byte(head, boot_at) == 0x29).then(|| bytes::<11>(head, boot_at + 5));
    let label = in_root.map(|entry| bytes::<11>(entry, 0)).or_else(in_boot)?;
    // The code page is not known, so only ASCII is.
    let label: String = label.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '\u{fffd}' }).collect();
    (label != "NO NAME    ").then_some(label)
}

fn exfat_label(root: &[u8]) -> Option<String> {
    const LABEL: u8 = 0x83;
    const LONGEST: usize = 11;
    let mut entries = root.chunks_exact(ENTRY_BYTES).take_while(|entry| entry[0] != 0);
    let entry = entries.find(|entry| entry[0] == LABEL)?;
    let len = usize::from(entry[1]).min(LONGEST);
    let units: Vec<u16> = (0..len).map(|i| le16(entry, 2 + 2 * i)).collect();
    Some(String::from_utf16_lossy(&units))
}

/// These bytes, with zeros where there are none.
fn bytes<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|i| from.get(at + i).copied().unwrap_or(0))
}

fn byte(from: &[u8], at: usize) -> u8 {
    u8::from_le_bytes(bytes(from, at))
}

fn le16(from: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(from, at))
}

fn le32(from: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(from, at))
}

#[cfg(test)]
mod tests;
