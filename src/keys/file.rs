//! A file with keys: text that is whole or refused, which only its owner may read, and that is never replaced in silence.

use super::checked::{self, Damage};
use crate::files::{PRIVATE, ReadPrivateError, read_private, write_atomically};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Why such a file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is one already, and it is not replaced.
    #[error("{} exists already: {why}", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
        /// Why it stays.
        why: &'static str,
    },
    /// Missing, readable by others, or not readable at all.
    #[error(transparent)]
    Private(#[from] ReadPrivateError),
    /// Cut short, changed, or for another program.
    #[error("{}: {damage}. {remedy}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
        /// What to do.
        remedy: &'static str,
    },
    /// A later program wrote it.
    #[error("{} has version {found}, this program knows up to {known}: install the newer program", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version of this program's.
        known: u32,
    },
    /// The disk refused; nothing has changed.
    #[error("{} cannot be written: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// One kind of them.
pub(super) struct KeyFile {
    /// The version that this program writes.
    pub(super) version: u32,
    /// Largest file, in bytes.
    pub(super) max_bytes: u64,
    /// For people, above all else.
    pub(super) heading: &'static str,
    /// Why one that is there stays.
    pub(super) stays: &'static str,
    /// What to do about one that is damaged.
    pub(super) remedy: &'static str,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl KeyFile {
    /// There must be none yet.
    pub(super) fn is_new(&self, path: &Path) -> Result<(), KeyFileError> {
        match path.symlink_metadata() {
            Ok(_) => Err(KeyFileError::Exists { path: path.to_owned(), why: self.stays }),
            Err(_) => Ok(()),
        }
    }

    /// What is in it.
    pub(super) fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<T, KeyFileError> {
        let bytes = read_private(path, self.max_bytes)?;
        let damaged = |damage| self.damaged(path, damage);
        let Versioned { version: found } = checked::from_text(&bytes).map_err(damaged)?;
        if found > self.version {
            return Err(KeyFileError::Newer { path: path.to_owned(), found, known: self.version });
        }
        checked::from_text(&bytes).map_err(damaged)
    }

    /// It is not what it should be.
    pub(super) fn damaged(&self, path: &Path, damage: Damage) -> KeyFileError {
        KeyFileError::Damaged { path: path.to_owned(), damage, remedy: self.remedy }
    }

    /// Replaces it whole by this, in which the version stands.
    pub(super) fn write(&self, path: &Path, stored: &impl Serialize) -> Result<(), KeyFileError> {
        let text = checked::to_text(self.heading, stored);
        write_atomically(path, text.as_bytes(), PRIVATE)
            .map_err(|error| KeyFileError::Write { path: path.to_owned(), error })
    }
}
