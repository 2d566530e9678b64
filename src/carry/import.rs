//! What lies on a stick for this end is taken in, file by file; one that is refused stops no other.

use super::{Folder, Progress, Stopped, Way};
use crate::courier::stick::FileError;
use crate::domain::id::{SiteId, StoreId};
use std::ffi::OsString;

/// Refused files that are named one by one; more are counted.
const NAMED: usize = 50;

/// What one envelope brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Records that were not held before, durable now.
    pub new: u64,
    /// Records that were held already.
    pub known: u64,
    /// Rows of master data that changed, durable now.
    pub rows: u64,
    /// It is kept apart until a person has decided: its key was revoked.
    pub set_aside: bool,
    /// This disk turned out to be restored from a backup: the latest of its ids that the other end knows.
    pub older: Option<StoreId>,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name, as far as it can be shown.
    pub file: String,
    /// Why, and what to do.
    pub why: String,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Files that were taken in.
    pub files: u64,
    /// Records that are new.
    pub new: u64,
    /// Records that were known.
    pub known: u64,
    /// Rows of master data that changed.
    pub rows: u64,
    /// Files that are kept apart until a person has decided.
    pub set_aside: u64,
    /// Files that were refused, the first of them.
    pub refused: Vec<Refused>,
    /// How many were refused beside those.
    pub more_refused: u64,
    /// There are more files than are looked at in one go.
    pub cut_short: bool,
    /// This disk turned out to be restored from a backup: the latest of its ids that the other end knows.
    pub older: Option<StoreId>,
}

impl Import {
    fn refuse(&mut self, file: String, why: String) {
        match self.refused.len() < NAMED {
            true => self.refused.push(Refused { file, why }),
            false => self.more_refused += 1,
        }
    }
}

/// Takes in what lies for this end in the folder of `site`. Progress counts files. Nothing is removed: who wrote a file
/// clears it when it knows that it was taken.
pub fn import(
    folder: &Folder,
    (way, site): (Way, &SiteId),
    take: &mut dyn FnMut(Vec<u8>) -> Result<Result<Took, String>, Stopped>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Import, Stopped> {
    let listing = folder.list(way, site)?;
    let ours = listing.ours.iter().map(|(name, _)| OsString::from(name.to_string()));
    let files: Vec<OsString> = ours.chain(listing.others).collect();
    let mut import = Import { cut_short: listing.cut_short, ..Import::default() };
    let total = files.len() as u64;
    for (file, done) in files.into_iter().zip(1..) {
        // Whoever named it may mean a terminal harm.
        let name = file.to_string_lossy().escape_debug().to_string();
        match folder.read(way, site, &file) {
            Ok(bytes) => match take(bytes)? {
                Ok(took) => {
                    import.files += 1;
                    import.new += took.new;
                    import.known += took.known;
                    import.rows += took.rows;
                    import.set_aside += u64::from(took.set_aside);
                    import.older = import.older.max(took.older);
                }
                Err(why) => import.refuse(name, why),
            },
            Err(FileError::Stick(error)) => return Err(error.into()),
            Err(error) => import.refuse(name, error.to_string()),
        }
        progress(Progress { done, total });
    }
    Ok(import)
}
