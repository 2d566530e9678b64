//! What can go wrong with a journal, and what to do then.

use crate::domain::id::{Position, SiteId};
use crate::wire::frame::BadFrame;
use std::io;
use std::path::{Path, PathBuf};

/// Why a journal was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another part of this one, has it.
    #[error("the journal {dir} is in use: stop the other outpost that runs on it")]
    Locked {
        /// The journal's directory.
        dir: PathBuf,
    },
    /// A file or the directory cannot be read or written.
    #[error(
        "cannot {doing} {path}: {source}; check that the disk is mounted and that this user may read and write there"
    )]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Written by a newer program.
    #[error("{path} was written by a newer outpost (format {version}): install that version or a later one")]
    Newer {
        /// The segment.
        path: PathBuf,
        /// Its format version.
        version: u16,
    },
    /// Another site's.
    #[error(
        "{path} belongs to the journal of site {found}, this is the one of {expected}: put the right directory here"
    )]
    OtherSite {
        /// The segment.
        path: PathBuf,
        /// The site asked for.
        expected: SiteId,
        /// The site that the segment names.
        found: SiteId,
    },
    /// A segment is not where its number says.
    #[error("{path} says that it is segment {says}: give every segment its own name back")]
    Renamed {
        /// The segment.
        path: PathBuf,
        /// The number in its header.
        says: u32,
    },
    /// A segment is missing while later ones, or its index, are there.
    #[error(
        "{path} is missing, though what belongs after it is there: copy it back from a backup; without one, restore \
         this site (docs: a card dies) so that the office sends what it has"
    )]
    Missing {
        /// Where the segment should be.
        path: PathBuf,
    },
}

/// Why records are not in the journal. None of those of the call are: of an append, none of its records; of a sync, none
/// of its group.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A record cannot be written at all.
    #[error(transparent)]
    Frame(#[from] BadFrame),
    /// A journal of one's own is begun ([`super::Own::begin`]) before it is appended to.
    #[error("invariant: a journal is begun before it is appended to")]
    NotBegun,
    /// The position is held already.
    #[error("record {0} is held already")]
    Held(Position),
    /// More at once than a group can have.
    #[error("the group is full: sync before more is appended")]
    GroupFull,
    /// No room. Later groups are taken as soon as there is.
    #[error("the disk is full: free some space; records are taken again as soon as there is room")]
    Full,
    /// The disk refused the bytes; the journal is as it was before.
    #[error("the disk refused the records: {0}; check the disk and its cable, a card that does this is dying")]
    Refused(io::Error),
    /// The disk took the bytes and failed to keep them. Reopen.
    #[error(transparent)]
    Poisoned(#[from] Poisoned),
}

/// The disk failed to sync: what the system has in memory is not to be trusted. The journal takes nothing until it is
/// reopened.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the disk failed to keep records ({reason}): the journal has to be read again; a card that does this is dying")]
pub struct Poisoned {
    /// What the system said.
    pub reason: String,
}

/// Why something was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("cannot read {path}: {source}; check that the disk is mounted and readable")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No record is there, or not any more.
    #[error("no whole record at offset {offset} of {path}: run `outpost doctor`")]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where in it.
        offset: u64,
    },
    /// No such record.
    #[error("the journal has no record there")]
    Nothing,
}

impl WriteError {
    /// What a failed write means.
    pub(crate) fn of_write(error: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full,
            _ => Self::Refused(error),
        }
    }
}

impl OpenError {
    /// For `map_err`: names what was tried on which file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}
