//! Who gets which row.

use crate::domain::id::SiteId;
use std::collections::BTreeSet;

/// The sites that get a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every site.
    All,
    /// These alone; nobody but the office where empty.
    Sites(BTreeSet<SiteId>),
}

impl Audience {
    /// Whether a site is among them.
    pub fn includes(&self, site: &SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Sites(sites) => sites.contains(site),
        }
    }
}
