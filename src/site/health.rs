//! Whether the box records, and if not, why: from the journal's answers, for the light and for `state/box`.

use crate::journal::{Submitting, WriteError};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the journal's last answers were.
#[derive(Debug, Default)]
pub(super) struct Health {
    failing: AtomicBool,
    reason: Mutex<Option<String>>,
    overloads: AtomicU64,
}

impl Health {
    /// A record got in.
    pub(super) fn recorded(&self) {
        if self.failing.load(Ordering::Relaxed) && self.failing.swap(false, Ordering::SeqCst) {
            *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = None;
            tracing::info!("records are taken again");
        }
    }

    /// The disk refused a record.
    pub(super) fn refused(&self, error: &WriteError) {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        if !self.failing.swap(true, Ordering::SeqCst) {
            tracing::error!(%error, "records are refused: devices keep what they have");
        }
    }

    /// The writer's queue was full.
    pub(super) fn overloaded(&self, error: &Submitting) {
        if self.overloads.fetch_add(1, Ordering::Relaxed).is_multiple_of(1000) {
            tracing::warn!(%error, "devices send faster than the disk takes");
        }
    }

    /// Why records are refused now, if they are.
    pub(super) fn reason(&self) -> Option<String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
