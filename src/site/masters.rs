//! The office's data by what it means, for everybody at the box: each change that is on the disk is in the next [`Masters`] that they look
//! at.

use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Row, RowKey};
use crate::rows::Takes;
use std::sync::Arc;
use tokio::sync::watch;

/// Takes rows, and shows all of them at once after each change.
pub(super) struct Shown {
    site: SiteId,
    masters: Masters,
    /// All that the office has for this site has come.
    whole: bool,
    shown: watch::Sender<Arc<Masters>>,
}

impl Shown {
    /// Nothing yet, and where to look.
    pub(super) fn new(site: SiteId) -> (Self, watch::Receiver<Arc<Masters>>) {
        let (shown, look) = watch::channel(Arc::default());
        (Self { site, masters: Masters::default(), whole: false, shown }, look)
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
        self.whole = true;
    }

    fn settled(&mut self) {
        // All that an office without data has for a site is nothing: only its settings say that it has begun.
        let complete = self.whole && self.masters.settings(&self.site).is_some();
        self.masters.set_complete(complete);
        self.shown.send_replace(Arc::new(self.masters.clone()));
    }
}
