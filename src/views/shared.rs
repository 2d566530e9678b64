//! What the owner of the views and those who ask them share: the fold under its lock, and how far it is.

use super::Journals;
use super::fold::Fold;
use super::meta::Stream;
use super::store::Doubt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// No answer now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The views are being built.
    #[error("the views are being built: {done} of {total} records are read; ask again")]
    Building {
        /// Records read.
        done: u64,
        /// Records there are.
        total: u64,
    },
    /// They were waited for long enough.
    #[error("the views have not come so far in time; ask again")]
    Late,
    /// The views are shut down.
    #[error("the views are shut down")]
    Down,
}

/// How far the views are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Records applied.
    pub done: u64,
    /// Records there are.
    pub total: u64,
    /// True while they are built from the beginning: questions wait.
    pub building: bool,
    /// True once every key of what was opened was checked, or the views were built by this process.
    pub checked: bool,
    /// How often this process found them in doubt.
    pub doubts: u64,
    /// The latest doubt.
    pub last_doubt: Option<String>,
}

pub(super) struct Inner {
    pub(super) fold: Option<Fold>,
    pub(super) building: bool,
    pub(super) checked: bool,
    pub(super) doubts: u64,
    pub(super) doubt: Option<Doubt>,
    pub(super) last_doubt: Option<String>,
    pub(super) notified: bool,
    pub(super) stop: bool,
    pub(super) down: bool,
    /// What was asked of the owner by [`Reader::flush`], and what it has done.
    pub(super) flushes: (u64, u64),
}

pub(super) struct Shared {
    pub(super) inner: Mutex<Inner>,
    /// Something is to be done by the owner.
    pub(super) wake: Condvar,
    /// The owner did something.
    pub(super) moved: Condvar,
    pub(super) journals: Arc<dyn Journals>,
    pub(super) utc_offset_minutes: i32,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counts(&self, inner: &Inner) -> (u64, u64) {
        let streams = self.journals.streams();
        let total = streams.iter().map(|stream| self.journals.records(*stream)).sum();
        let reached = |stream: &Stream| Some(inner.fold.as_ref()?.reached(*stream)?.ordinal);
        (streams.iter().filter_map(reached).sum(), total)
    }
}
