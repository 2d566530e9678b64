//! Which disk this is: the store id, in a small file of its own.
//!
//! Made once when the store is created; made anew, and greater, when the store turns out to be restored from a
//! backup. A store without the file is refused, unless it is empty: acks name the id, and a made-up one would tell
//! senders that a disk holds nothing.

use crate::domain::id::{SiteId, StoreId};
use crate::files;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const NAME: &str = "store.toml";

/// Why the store's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not what was written.
    #[error("{}: {what}; put the file back from a backup, or move the whole directory aside to start anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The directory is another site's.
    #[error("{} belongs to the site {found}, not to {wanted}: check which directory was given", path.display())]
    OtherSite {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: SiteId,
        /// Whose it should be.
        wanted: SiteId,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    site: SiteId,
    store: StoreId,
}

/// The id of the store in `dir`, which belongs to `site`; made now where `dir` has none yet and `is_new` says that
/// nothing else is in it either.
pub fn open(dir: &Path, site: &SiteId, is_new: bool, now_ms: u64) -> Result<StoreId, StoreError> {
    let path = dir.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_new => return renew(dir, site, None, now_ms),
        Err(source) => return Err(StoreError::Io { path, source }),
    };
    let written: Written = match toml::from_str(&text) {
        Ok(written) => written,
        Err(error) => return Err(StoreError::Damaged { path, what: error.message().into() }),
    };
    if written.site != *site {
        return Err(StoreError::OtherSite { path, found: written.site, wanted: site.clone() });
    }
    Ok(written.store)
}

/// Gives the store in `dir` a new id, greater than `before`.
pub fn renew(dir: &Path, site: &SiteId, before: Option<StoreId>, now_ms: u64) -> Result<StoreId, StoreError> {
    let path = dir.join(NAME);
    let mut random = [0; 10];
    let io = |source| StoreError::Io { path: path.clone(), source };
    getrandom::fill(&mut random).map_err(|error| io(std::io::Error::other(error.to_string())))?;
    let store = StoreId::successor(before, now_ms, random);
    let text = toml::to_string(&Written { site: site.clone(), store })
        .map_err(|error| StoreError::Damaged { path: path.clone(), what: error.to_string() })?;
    files::write_atomically(&path, text.as_bytes(), 0o644).map_err(io)?;
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_keeps_its_id_and_never_starts_empty_by_mistake() {
        let dir = tempfile::tempdir().unwrap();
        let site: SiteId = "bdg".parse().unwrap();
        assert!(matches!(open(dir.path(), &site, false, 5), Err(StoreError::Io { .. })));
        let store = open(dir.path(), &site, true, 5).unwrap();
        assert_eq!(open(dir.path(), &site, false, 6).unwrap(), store);
        assert!(matches!(open(dir.path(), &SiteId::office(), false, 6), Err(StoreError::OtherSite { .. })));
        assert!(renew(dir.path(), &site, Some(store), 0).unwrap() > store);
        std::fs::write(dir.path().join(NAME), "site = \"bdg\"\nsto").unwrap();
        let error = open(dir.path(), &site, true, 6).unwrap_err().to_string();
        assert!(error.contains("store.toml") && error.contains("backup"), "{error}");
    }
}
