//! What has become of what was posted, as the books show it: they are restored from backups, and people cancel and delete there.

use super::work::What;

/// How one stands that is said to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it was said.
    Stands,
    /// A document that the books have no more; of a cancellation: its document counts there again. [`Writer::gone`](super::Writer::gone).
    Gone,
    /// A document that somebody has cancelled there, and what to say of it. [`Writer::struck`](super::Writer::struck).
    Struck(String),
}

impl Standing {
    /// `counts` where the document, or the one that was cancelled, counts in the books; `struck` where it is there cancelled, and what to say of
    /// that.
    pub fn of(what: What, counts: bool, struck: Option<String>) -> Self {
        match (what, struck) {
            (What::Post(_), Some(why)) if !counts => Self::Struck(why),
            (What::Post(_), _) if !counts => Self::Gone,
            (What::Cancel(_), _) if counts => Self::Gone,
            _ => Self::Stands,
        }
    }
}
