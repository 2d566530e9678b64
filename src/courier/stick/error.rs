//! What can go wrong on a stick, in the words that somebody in front of the box needs.
//!
//! What is not on the stick stays where it came from: none of these loses anything, and the words say so where a person
//! could fear it. Names from a stick are printed escaped: whoever wrote them may mean a terminal harm.

use super::Way;
use crate::domain::id::SiteId;
use rustix::fs::FileType;
use rustix::io::Errno;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// What was tried where, and what the system said.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {place:?} ({source})")]
pub struct Trouble {
    /// What was tried.
    pub doing: &'static str,
    /// On what, from the top of the stick.
    pub place: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Why something was not done on a stick.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// Its switch, or its file system after an error, allows reading alone.
    #[error("{0}: the stick can only be read; slide its switch to unlocked, or take another stick")]
    ReadOnly(Trouble),
    /// The stick would let others write, but not us.
    #[error("{0}: mount the stick so that the user who runs outpost may read and write on it")]
    NotAllowed(Trouble),
    /// No room, or no room in its directory.
    #[error("{0}: the stick is full; delete something of your own from it or take another, what is left stays here")]
    Full(Trouble),
    /// It fails to read or write, or its file system is damaged.
    #[error("{0}: the stick is failing; take another one, nothing is lost, what is not acked goes on that one")]
    Dying(Trouble),
    /// It is not there, or not any more.
    #[error("{0}: there is no stick, or it was pulled too early; put it in and wait until the box says so")]
    Pulled(Trouble),
    /// A symbolic link, a file, a mount point where a folder of ours has to be. Nothing was followed.
    #[error("{place:?} on the stick is {found} where a folder has to be: rename or delete it, or take another stick")]
    NotAFolder {
        /// Where, from the top of the stick.
        place: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// Something that is no file bears the name of one of ours. It was not touched.
    #[error("{place:?} on the stick is {found} where a file has to be: rename or delete it, or take another stick")]
    NotAFile {
        /// Where, from the top of the stick.
        place: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// More than is looked at.
    #[error("{place:?} on the stick has more than {limit} {what}: take an empty stick, or move some of it elsewhere")]
    TooMany {
        /// Where, from the top of the stick.
        place: PathBuf,
        /// What there are too many of.
        what: &'static str,
        /// How many are looked at.
        limit: usize,
    },
    /// More than any reader takes. Nothing of it was written.
    #[error("{bytes} bytes are more than a file on a stick may have ({limit}): make it smaller")]
    TooLarge {
        /// How many there were.
        bytes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A CSV file's content could not be made. Nothing of it is on the stick.
    #[error("{place:?} was not written, its content could not be made: {source}")]
    NoContent {
        /// Which, from the top of the stick.
        place: PathBuf,
        /// What its maker said.
        source: io::Error,
    },
    /// Anything else.
    #[error("{0}: try again, then with another stick")]
    Other(Trouble),
}

impl StickError {
    /// What the system's word means. `is_gone` says whether the device is no longer there: a pulled stick and a dying
    /// one both answer with EIO.
    pub(super) fn of(trouble: Trouble, is_gone: impl FnOnce() -> bool) -> Self {
        let errno = trouble.source.raw_os_error().map(Errno::from_raw_os_error);
        match errno {
            Some(Errno::ROFS) => Self::ReadOnly(trouble),
            Some(Errno::ACCESS | Errno::PERM) => Self::NotAllowed(trouble),
            Some(Errno::NOSPC | Errno::DQUOT) => Self::Full(trouble),
            Some(Errno::NODEV | Errno::NXIO | Errno::STALE | Errno::NOTCONN | Errno::SHUTDOWN | Errno::NOMEDIUM) => {
                Self::Pulled(trouble)
            }
            Some(Errno::IO) if is_gone() => Self::Pulled(trouble),
            Some(Errno::IO | Errno::UCLEAN | Errno::BADMSG) => Self::Dying(trouble),
            _ => Self::Other(trouble),
        }
    }
}

/// Why a file on a stick was not read. Others may be whole.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none of that name.
    #[error("there is no file {file:?} in {way} of {site}: it was removed meanwhile")]
    Missing {
        /// Which way it should lie.
        way: Way,
        /// Whose it should be.
        site: SiteId,
        /// The name asked for.
        file: OsString,
    },
    /// A folder, a symbolic link, a pipe, a device. It was not opened.
    #[error("{place:?} on the stick is {found} and no file: nothing was read from it")]
    NotAFile {
        /// Where, from the top of the stick.
        place: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// Nobody of us wrote it. Nothing of it was read.
    #[error("{place:?} has {bytes} bytes, more than a file of ours may have ({limit}): it was not read")]
    TooLarge {
        /// Where, from the top of the stick.
        place: PathBuf,
        /// Its size.
        bytes: u64,
        /// The most that is read.
        limit: usize,
    },
    /// Its bytes are not those that it is named after.
    #[error("{place:?} is cut short or damaged: it was not taken; what was in it comes again until it is acked")]
    Damaged {
        /// Where, from the top of the stick.
        place: PathBuf,
    },
    /// The stick refused.
    #[error(transparent)]
    Stick(#[from] StickError),
}

/// For [`StickError::TooLarge`]: refuses what no reader would take.
pub(super) fn check_length(bytes: &[u8], limit: usize) -> Result<(), StickError> {
    if bytes.len() > limit {
        return Err(StickError::TooLarge { bytes: bytes.len(), limit });
    }
    Ok(())
}

/// What a thing is, for people.
pub(super) fn called(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Directory => "a folder",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "something unknown",
    }
}
