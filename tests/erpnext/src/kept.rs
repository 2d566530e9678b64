//! Answers that are kept: the same question once more is answered as before, and nothing is done for it. To measure who asks, on a machine
//! that has both.
//!
//! In: requests as they came, byte by byte, and what was answered. Out: the same bytes again. Absent: whether they are still true.

use hyper::Uri;
use hyper::body::Bytes;
use std::collections::HashMap;

/// A request, as it came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) uri: Uri,
    pub(crate) body: Bytes,
}

/// What was answered: status and JSON; and its kind, for the count.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) kind: String,
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// Nothing is kept until [`Kept::start`].
#[derive(Default)]
pub(crate) struct Kept(Option<HashMap<Asked, Said>>);

impl Kept {
    pub(crate) fn start(&mut self) {
        self.0.get_or_insert_default();
    }

    pub(crate) fn get(&self, asked: &Asked) -> Option<Said> {
        self.0.as_ref()?.get(asked).cloned()
    }

    pub(crate) fn put(&mut self, asked: Asked, said: Said) {
        if let Some(kept) = &mut self.0 {
            kept.insert(asked, said);
        }
    }
}
