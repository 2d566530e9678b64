//! Which letter the numbers of a site's box bear.

use super::Named;
use super::keep::Parts;
use crate::domain::id::{Position, SiteId};
use crate::domain::number::Series;
use serde::{Deserialize, Serialize};

/// A life of a site's box, and its letter. The office makes these rows where it sees that a card was copied or restored; no file has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Whose.
    pub site: SiteId,
    /// Its first record. A box with that record in its own journal has this life behind it.
    pub first: Position,
    /// The letter, which no other life of the site has.
    pub series: Series,
}

impl Named for Life {
    fn parts(&self) -> Parts<'_> {
        [self.site.as_str().into(), self.first.to_string().into(), "".into(), "".into()]
    }
}
