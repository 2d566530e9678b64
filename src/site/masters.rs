//! The office's data by what it means, for everybody at the box: each change that is on the disk is in the next [`Masters`] that they look
//! at.

use crate::domain::master::{Masters, Row, RowKey};
use crate::rows::Takes;
use std::sync::Arc;
use tokio::sync::watch;

/// Takes rows, and shows all of them at once after each change.
pub(super) struct Shown {
    masters: Masters,
    shown: watch::Sender<Arc<Masters>>,
}

impl Shown {
    /// Nothing yet, and where to look.
    pub(super) fn new() -> (Self, watch::Receiver<Arc<Masters>>) {
        let (shown, look) = watch::channel(Arc::default());
        (Self { masters: Masters::default(), shown }, look)
    }
}

impl Takes for Shown {
    fn put(&mut self, row: Row) {
        self.masters.put(row);
    }

    fn delete(&mut self, key: &RowKey) {
        self.masters.delete(key);
    }

    fn complete(&mut self) {
        self.masters.set_complete(true);
    }

    fn settled(&mut self) {
        self.shown.send_replace(Arc::new(self.masters.clone()));
    }
}
