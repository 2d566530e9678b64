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
    /// The usual company, and its sites.
    company: String,
    sites: Vec<SiteId>,
    /// The other companies with theirs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<String, Vec<SiteId>>,
    warehouses: BTreeMap<String, SiteId>,
    generation: Generation,
}

impl Whole {
    pub(super) fn of(url: &str, scope: &Scope, generation: Generation) -> Self {
        let Scope { company, companies: mut others, warehouses } = scope.clone();
        let sites = others.remove(&company).unwrap_or_default();
        Self { url: url.into(), company, sites, others, warehouses, generation }
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
            companies: [("Tailor Works".into(), vec!["bandung".parse().unwrap()])].into(),
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
        let mut several = scope.clone();
        several.companies.insert("Cutter Works".into(), vec!["solo".parse().unwrap()]);
        let other = Place::read(dir.path(), Whole::of("https://books.example", &several, generation(1)));
        assert_eq!(
            other.all_at_s, None,
            "another company: its rows were not read, and those of the first do not say whose they are"
        );
        std::fs::write(dir.path().join(NAME), b"{").unwrap();
        assert_eq!(Place::read(dir.path(), whole).all_at_s, None);
    }

    /// What an office of one company has written goes on counting.
    #[test]
    fn a_place_of_one_company_is_written_as_ever() {
        let text = r#"{"url":"https://books.example","company":"Tailor Works","sites":["bandung","bogor"],"warehouses":{},"generation":"00000000-0000-0000-0000-000000000001"}"#;
        let sites = ["bandung", "bogor"].map(|site| site.parse().unwrap());
        let scope = Scope {
            company: "Tailor Works".into(),
            companies: [("Tailor Works".into(), sites.into())].into(),
            warehouses: BTreeMap::new(),
        };
        let whole = Whole::of("https://books.example", &scope, Generation(uuid::Uuid::from_u128(1)));
        assert_eq!(serde_json::to_string(&whole).unwrap(), text);
        assert_eq!(serde_json::from_str::<Whole>(text).unwrap(), whole);
    }
}
