//! Master data on disk: the office's table for all its sites, and what a box has taken of it.
//!
//! Both are in memory, and each change is appended to a log of their own beside the journal ([`log`] has its files), synced before
//! anybody is told. What a row means is absent: whoever needs that gets each row as it changes, through [`Takes`].

mod frames;
pub mod log;
mod office;
mod taken;

pub use office::{Entry, OfficeRows, Told};
pub use taken::{BoxRows, Loaded, SharedRows};

use crate::domain::master::{Row, RowKey};

/// Whoever needs a site's rows by what they mean.
pub trait Takes: Send {
    /// A row is new or changed.
    fn put(&mut self, row: Row);
    /// A row is there no more.
    fn delete(&mut self, key: &RowKey);
    /// All that the office has for this site has come, at least once.
    fn complete(&mut self);
    /// All rows of one change were told: now they are to be looked at together.
    fn settled(&mut self);
}

/// Nobody needs them.
impl Takes for () {
    fn put(&mut self, _: Row) {}
    fn delete(&mut self, _: &RowKey) {}
    fn complete(&mut self) {}
    fn settled(&mut self) {}
}

/// Why rows are not on the disk. What was there before still is.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The disk.
    #[error("{what} {path}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Another process has them.
    #[error("{0} is in use by another process: stop it, or ask it")]
    InUse(String),
    /// A sync failed before: nothing is known about what was written since.
    #[error("the disk failed to keep rows before: look at the disk, then start the program again")]
    Poisoned,
    /// It cannot be kept as it is.
    #[error("a row of {0} bytes cannot be kept: a row has at most {max}, a name {name}", max = crate::wire::rows::MAX_ROW, name = crate::domain::master::MAX_NAME)]
    TooLarge(usize),
    /// No version is left.
    #[error(
        "this table has no version left: the clock of this machine is centuries ahead; set it, then remove the directory rows and load everything again"
    )]
    NoVersion,
}
