//! How far reading has come, in a file of its own: lost or of something else, all is read anew, which changes no row that is as it was.

use crate::domain::id::{Generation, SiteId};
use crate::files;
use outpost_erpnext::down::{Progress, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The file, in the office's directory.
pub(super) const NAME: &str = "erpnext.progress";

/// What was read for whom, into which rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whole {
    url: String,
    company: String,
    sites: Vec<SiteId>,
    warehouses: BTreeMap<String, SiteId>,
    generation: Generation,
}

impl Whole {
    pub(super) fn of(url: &str, scope: &Scope, generation: Generation) -> Self {
        let Scope { company, sites, warehouses } = scope.clone();
        Self { url: url.into(), company, sites, warehouses, generation }
    }
}

/// How far reading has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) whole: Whole,
    pub(super) progress: Progress,
    /// The round under way reads all anew.
    pub(super) all: bool,
    /// When the latest such round ended, seconds since 1970.
    pub(super) all_at_s: Option<u64>,
}

impl Place {
    /// The place in the file, where it is of the same.
    pub(super) fn read(dir: &Path, whole: Whole) -> Self {
        let bytes = std::fs::read(dir.join(NAME)).unwrap_or_default();
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(place) if place.whole == whole => place,
            _ => Self { whole, progress: Progress::default(), all: true, all_at_s: None },
        }
    }

    /// Writes it down, durably.
    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        files::write_atomically(&dir.join(NAME), &serde_json::to_vec(self)?, files::PUBLIC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_and_not_for_something_else() {
        let dir = tempfile::tempdir().unwrap();
        let scope = Scope {
            company: "Tailor Works".into(),
            sites: vec!["bandung".parse().unwrap()],
            warehouses: BTreeMap::new(),
        };
        let generation = |n| Generation(uuid::Uuid::from_u128(n));
        let whole = Whole::of("https://books.example", &scope, generation(1));
        let mut place = Place::read(dir.path(), whole.clone());
        place.all_at_s = Some(7);
        place.write(dir.path()).unwrap();
        assert_eq!(Place::read(dir.path(), whole.clone()), place);
        let other = Place::read(dir.path(), Whole::of("https://books.example", &scope, generation(2)));
        assert_eq!(other.all_at_s, None, "other rows: nothing of it was read into them");
        std::fs::write(dir.path().join(NAME), b"{").unwrap();
        assert_eq!(Place::read(dir.path(), whole).all_at_s, None);
    }
}
