//! Sticks: block devices that somebody plugs in, and pulls out whenever they like.
//!
//! - [`Watch`]: which are there, from what the kernel shows in `/sys`;
//! - [`probe`]: which file system is on one, and what its owner calls it, from its first bytes;
//! - [`mount`]: the stick in a directory, as harmless as the kernel can make it; [`Mounted::unmount`] when all is on
//!   it.
//!
//! All that lies on a stick is a stranger's: labels are made printable, and no bytes make [`probe`] panic. What mounts
//! it is the kernel, and there the trust ends: a file system made to break its driver is the kernel's risk, and the
//! drivers of ext4 and NTFS have had more such holes than those of FAT. A box that serves anybody's sticks wants a
//! kernel that is kept up to date.
//!
//! All of it blocks, a dying stick for minutes, so call it beside whatever must go on. Deliberately absent: udev and
//! any other daemon, formatting and repair, and any knowledge of what is written to a stick or read from it.

mod label;
mod mount;
mod probe;
mod watch;

pub use label::printable;
pub use mount::{Mounted, mount};
pub use probe::{Volume, probe};
pub use watch::{LookError, Watch};

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// A partition, or a whole disk without partitions, that somebody plugged in.
///
/// Two that are equal are the same stick in the same insertion, where the kernel counts them (`disk_seq`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// The kernel's name, such as `sda1`: letters and digits only.
    pub name: String,
    /// Its device file, such as `/dev/sda1`.
    pub node: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Whether it cannot be written, by a switch on it for instance.
    pub read_only: bool,
    /// The kernel's number for this insertion: a stick that was pulled and put in again has another, and so has another
    /// stick in the same place. Kernels before 5.15 do not count.
    pub disk_seq: Option<u64>,
}

/// What lies on a stick, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// FAT12, FAT16 or FAT32.
    Vfat,
    /// exFAT.
    Exfat,
    /// ext2, ext3 or ext4: one driver reads them all.
    Ext,
    /// NTFS.
    Ntfs,
    /// Nothing: it was never formatted.
    Blank,
    /// Something else: another file system, an encrypted one, or damage.
    Unknown,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Vfat => "FAT32",
            Format::Exfat => "exFAT",
            Format::Ext => "ext4",
            Format::Ntfs => "NTFS",
            Format::Blank => "an empty stick",
            Format::Unknown => "an unknown file system",
        })
    }
}

impl Format {
    /// What to format a stick as, where this one cannot be read.
    fn instead(self) -> Format {
        if self == Format::Vfat { Format::Ext } else { Format::Vfat }
    }
}

/// Why a stick could not be used. Never a reason to stop working: another stick may do.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// It was never formatted.
    #[error("the stick {node} is not formatted: format it as FAT32 or exFAT on any computer")]
    NotFormatted {
        /// Its device file.
        node: PathBuf,
    },
    /// It has a file system that we do not know.
    #[error(
        "the stick {node} has a file system that is not known here, is encrypted or damaged: use one formatted as \
         FAT32, exFAT, NTFS or ext4"
    )]
    UnknownFormat {
        /// Its device file.
        node: PathBuf,
    },
    /// The kernel has no driver for its file system.
    #[error("this kernel cannot read {format}: use a stick formatted as {}", .format.instead())]
    Kernel {
        /// What is on the stick.
        format: Format,
    },
    /// Its file system is broken.
    #[error(
        "the {format} on the stick {node} is damaged ({cause}): let a computer check or format it, and use another \
         stick if that does not help"
    )]
    Damaged {
        /// Its device file.
        node: PathBuf,
        /// What is on the stick.
        format: Format,
        /// What the kernel said.
        cause: String,
    },
    /// It cannot be read or written.
    #[error("the stick {node} does not read or write: put it in again, and use another stick if that does not help")]
    Dying {
        /// Its device file.
        node: PathBuf,
    },
    /// It is not there.
    #[error("the stick {node} is gone: it was pulled out, or there is no card in the reader; put it in again")]
    Gone {
        /// Its device file.
        node: PathBuf,
    },
    /// We may not.
    #[error("not allowed to use the stick {node}: run as root, or give the service CAP_SYS_ADMIN and the group disk")]
    NotAllowed {
        /// Its device file.
        node: PathBuf,
    },
    /// Something else holds it.
    #[error("the stick {node} is in use by another program: close what has files open on it, then put it in again")]
    Busy {
        /// Its device file.
        node: PathBuf,
    },
    /// Where it was to be mounted is no directory.
    #[error("cannot mount a stick at {target}: {cause}; make it an empty directory that is no symbolic link")]
    Target {
        /// Where it was to be mounted.
        target: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The kernel said something that we have no word for.
    #[error("cannot use the stick {node}: {cause}; put it in again, and use another stick if that does not help")]
    Other {
        /// Its device file.
        node: PathBuf,
        /// What the kernel said.
        cause: String,
    },
}

impl StickError {
    /// What the kernel's word means wherever a stick is opened, read, written or flushed.
    fn of(node: &Path, errno: Errno) -> Self {
        let node = node.to_owned();
        match errno {
            // ROFS and UCLEAN are a driver's word that it met an error and takes no more writes.
            Errno::IO | Errno::REMOTEIO | Errno::TIMEDOUT | Errno::ROFS | Errno::UCLEAN => StickError::Dying { node },
            Errno::NODEV | Errno::NXIO | Errno::NOMEDIUM | Errno::NOENT => StickError::Gone { node },
            Errno::PERM | Errno::ACCESS => StickError::NotAllowed { node },
            Errno::BUSY => StickError::Busy { node },
            errno => StickError::Other { node, cause: errno.to_string() },
        }
    }

    fn of_io(node: &Path, error: &std::io::Error) -> Self {
        match Errno::from_io_error(error) {
            Some(errno) => StickError::of(node, errno),
            None => StickError::Other { node: node.to_owned(), cause: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_kernels_has_one_of_ours() {
        let node = Path::new("/dev/sda1");
        let told = |errno| StickError::of(node, errno).to_string();
        for dying in [Errno::IO, Errno::ROFS] {
            assert!(told(dying).contains("does not read or write"), "{dying}");
        }
        for gone in [Errno::NODEV, Errno::NXIO, Errno::NOMEDIUM, Errno::NOENT] {
            assert!(told(gone).contains("is gone"), "{gone}");
        }
        assert!(told(Errno::PERM).contains("run as root"));
        assert!(told(Errno::BUSY).contains("in use"));
        assert!(told(Errno::NOMEM).contains("another stick"));
    }

    #[test]
    fn a_kernel_without_a_driver_names_a_format_that_it_may_have() {
        let told = |format| StickError::Kernel { format }.to_string();
        assert_eq!(told(Format::Exfat), "this kernel cannot read exFAT: use a stick formatted as FAT32");
        assert_eq!(told(Format::Vfat), "this kernel cannot read FAT32: use a stick formatted as ext4");
    }
}
