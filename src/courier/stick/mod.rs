//! The folder `OUTPOST` on a stick: envelopes that are carried in a pocket.
//!
//! In go names and bytes, out come names and bytes. A file is on the stick whole or not at all, whenever it is pulled;
//! what is left over is swept the next time and stands in nobody's way. Whatever lies on a stick, nothing outside of
//! the folder is touched, nothing that is not ours by its name removed, no link followed, and no more read than a limit
//! says. Deliberately absent: devices, mounting, journals, sync, keys, what an envelope says (only its seal tells whose
//! it is), and a [`Courier`](super::Courier): nothing arrives by itself here, whoever has mounted a stick asks.
//!
//! ```text
//! OUTPOST/README.txt                    for whoever finds it
//! OUTPOST/to-office/SITE/NAME.op        written by the box of that site
//! OUTPOST/to-site/SITE/NAME.op          written by the office
//! OUTPOST/enrol/SITE.enrol              for boxes that are not yet anybody
//! OUTPOST/csv/SITE/FROM_TO/DOCTYPE.csv  for people
//! ```
//!
//! A stick may have any file system that can rename. Nothing here needs links, modes, case, times, or a rename that
//! replaces.

mod change;
mod csv;
mod dir;
mod enrol;
mod error;
mod name;
mod whole;

pub use change::{Hook, Step};
pub use csv::MAX_COPIES;
pub use enrol::{MAX_ENROLMENT_BYTES, MAX_ENROLMENTS};
pub use error::{FileError, StickError, Trouble};
pub use name::{Content, ENDING, LONGEST_NAME, Name};

use super::MAX_ENVELOPE;
use crate::domain::id::SiteId;
use dir::{Dir, Unread};
use name::spellings;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// What the folder is called, at the top of the stick.
pub const FOLDER: &str = "OUTPOST";
/// Names looked at in one folder. A year of a busy workshop is some hundred files, and ten sticks copied onto one are
/// some thousands; this many names are some 20 MB in memory and a few seconds of a slow stick.
pub const MAX_ENTRIES: usize = 100_000;
/// Sites that one stick carries for: ten times the hundred boxes that an office is built for.
pub const MAX_SITES: usize = 1_000;
/// Most bytes of one write: a pulled stick may cut a file between two of them.
pub const PIECE_BYTES: usize = 64 * 1024;

const README: (&str, &str) = ("README.txt", include_str!("README.txt"));

/// Which way an envelope goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// From the box of a site to the office.
    ToOffice,
    /// From the office to the box of a site.
    ToSite,
}

impl Way {
    fn folder(self) -> &'static str {
        match self {
            Self::ToOffice => "to-office",
            Self::ToSite => "to-site",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.folder())
    }
}

/// What lies in one site's folder. Empty files of ours and unfinished ones are not in it: they are what a pulled stick
/// left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files with a name of ours and their sizes in bytes, in the order in which they are to be read, oldest first.
    pub ours: Vec<(Name, u64)>,
    /// Files that end as ours do and have no name of ours, by name: copies that a person made. Their seal says whose
    /// they are.
    pub others: Vec<OsString>,
    /// How many other things there are.
    pub strange: u64,
    /// True where there is more than was looked at: see [`MAX_ENTRIES`].
    pub cut_short: bool,
}

/// How much is looked at: the constants, less in tests.
#[derive(Clone, Copy, Debug)]
struct Limits {
    entries: usize,
    sites: usize,
    enrolments: usize,
}

/// The folder on a stick that is mounted. One at a time writes on a stick.
pub struct Folder {
    root: Dir,
    limits: Limits,
}

impl Folder {
    /// Opens the folder under `mount`, and makes it where there is none. On a stick that can only be read and has none
    /// this is [`StickError::ReadOnly`].
    pub fn open(mount: &Path) -> Result<Self, StickError> {
        Self::opened(mount, None)
    }

    /// As [`Folder::open`], for proofs: `hook` is asked before each call that changes the stick.
    pub fn open_with(mount: &Path, hook: Arc<Hook>) -> Result<Self, StickError> {
        Self::opened(mount, Some(hook))
    }

    fn opened(mount: &Path, hook: Option<Arc<Hook>>) -> Result<Self, StickError> {
        let root = Dir::top(mount, hook)?.child_or_new(FOLDER)?;
        let limits = Limits { entries: MAX_ENTRIES, sites: MAX_SITES, enrolments: MAX_ENROLMENTS };
        let folder = Self { root, limits };
        if folder.is_writable()
            && let Err(error) = folder.explain()
        {
            // A full stick may still bring something: the text for the finder is no reason not to read it.
            tracing::info!(%error, "the stick has no README.txt");
        }
        Ok(folder)
    }

    /// Writes the text for whoever finds the stick, where nothing has its name.
    fn explain(&self) -> Result<(), StickError> {
        let (name, text) = README;
        for spelled in spellings(name) {
            if self.root.found(spelled.as_ref())?.is_some_and(|found| !found.is_file() || found.bytes > 0) {
                return Ok(());
            }
        }
        self.root.put(name, text.as_bytes())
    }

    /// True where the stick can be written on, as far as it says so now.
    pub fn is_writable(&self) -> bool {
        use rustix::fs::{Access, AtFlags, StatVfsMountFlags};
        let read_only = |stat: rustix::fs::StatVfs| stat.f_flag.contains(StatVfsMountFlags::RDONLY);
        !rustix::fs::fstatvfs(&self.root.fd).is_ok_and(read_only)
            && rustix::fs::accessat(&self.root.fd, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty()).is_ok()
    }

    /// The sites that have a folder, by name. Other things beside them are passed over.
    pub fn sites(&self, way: Way) -> Result<Vec<SiteId>, StickError> {
        let Some(above) = self.root.child(way.folder())? else { return Ok(Vec::new()) };
        let too_many = |what, limit| StickError::TooMany { place: above.place.clone(), what, limit };
        let (names, cut_short) = above.names(self.limits.entries)?;
        if cut_short {
            return Err(too_many("entries", self.limits.entries));
        }
        let names = names.iter().filter_map(|name| name.to_str()?.to_ascii_lowercase().parse::<SiteId>().ok());
        let mut sites = Vec::new();
        for site in names {
            match above.child(site.as_str()) {
                Ok(None) | Err(StickError::NotAFolder { .. }) => continue,
                Ok(Some(_)) => sites.push(site),
                // One damaged folder does not hide the others.
                Err(error @ StickError::Dying(_)) => tracing::warn!(%site, %error, "a site's folder is not read"),
                Err(error) => return Err(error),
            }
            if sites.len() > self.limits.sites {
                return Err(too_many("sites", self.limits.sites));
            }
        }
        sites.sort();
        sites.dedup();
        Ok(sites)
    }

    /// What lies there for, or from, a site.
    pub fn list(&self, way: Way, site: &SiteId) -> Result<Listing, StickError> {
        let Some(dir) = self.of_site(way, site)? else { return Ok(Listing::default()) };
        let (names, cut_short) = dir.names(self.limits.entries)?;
        let mut listing = Listing { cut_short, ..Listing::default() };
        for name in names {
            match sort_out(&dir, &name) {
                Ok(Sort::Ours(name, bytes)) => listing.ours.push((name, bytes)),
                Ok(Sort::Other) => listing.others.push(name),
                Ok(Sort::LeftOver) => {}
                // One damaged entry does not hide the others.
                Ok(Sort::Strange) | Err(StickError::Dying(_)) => listing.strange += 1,
                Err(error) => return Err(error),
            }
        }
        listing.ours.sort();
        listing.ours.dedup_by_key(|(name, _)| *name);
        listing.others.sort();
        Ok(listing)
    }

    /// The bytes of a file, at most [`MAX_ENVELOPE`]; of one of ours only those that it is named after.
    pub fn read(&self, way: Way, site: &SiteId, file: &OsStr) -> Result<Vec<u8>, FileError> {
        let missing = || FileError::Missing { way, site: site.clone(), file: file.to_owned() };
        let dir = self.of_site(way, site)?.ok_or_else(missing)?;
        let name = Name::parse(file);
        let spelled = name.into_iter().flat_map(|name| spellings(&name.to_string())).map(OsString::from);
        for spelled in std::iter::once(file.to_owned()).chain(spelled) {
            let place = dir.place.join(&spelled);
            return match dir.read(&spelled, MAX_ENVELOPE) {
                Ok(bytes) if name.is_none_or(|name| name.fits(&bytes)) => Ok(bytes),
                Ok(_) => Err(FileError::Damaged { place }),
                Err(Unread::Missing) => continue,
                Err(Unread::NotAFile(found)) => Err(FileError::NotAFile { place, found }),
                Err(Unread::TooLarge(bytes)) => Err(FileError::TooLarge { place, bytes, limit: MAX_ENVELOPE }),
                Err(Unread::Failed(error)) => Err(error.into()),
            };
        }
        Err(missing())
    }

    /// Writes a file of at most [`MAX_ENVELOPE`] bytes and returns its name when it is on the stick, whole. If it is
    /// there already it is left as it is; a damaged one of that name makes room.
    pub fn write(&self, way: Way, site: &SiteId, content: &Content, bytes: &[u8]) -> Result<Name, StickError> {
        debug_assert!(content.is_sound(), "invariant: an extent goes from a record to the same or a later one");
        error::check_length(bytes, MAX_ENVELOPE)?;
        let name = Name::of(*content, bytes);
        let dir = self.root.child_or_new(way.folder())?.child_or_new(site.as_str())?;
        dir.put(&name.to_string(), bytes)?;
        Ok(name)
    }

    /// Removes a file of ours. That it is gone is durable after [`Folder::sync`]. One whose removal could damage
    /// another file (`whole.rs` says which) stays.
    pub fn remove(&self, way: Way, site: &SiteId, name: &Name) -> Result<(), StickError> {
        let Some(dir) = self.of_site(way, site)? else { return Ok(()) };
        dir.remove(&name.to_string())
    }

    /// Removes what a pulled stick left behind: unfinished and empty files of ours. Returns how many.
    pub fn sweep(&self, way: Way, site: &SiteId) -> Result<u64, StickError> {
        let Some(dir) = self.of_site(way, site)? else { return Ok(0) };
        dir.sweep(self.limits.entries, |name| Name::parse(name.as_ref()).is_some())
    }

    /// Returns when all that was done is on the stick.
    pub fn sync(&self) -> Result<(), StickError> {
        self.root.sync_all()
    }

    fn of_site(&self, way: Way, site: &SiteId) -> Result<Option<Dir>, StickError> {
        let Some(above) = self.root.child(way.folder())? else { return Ok(None) };
        above.child(site.as_str())
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

enum Sort {
    Ours(Name, u64),
    Other,
    LeftOver,
    Strange,
}

/// What an entry of a site's folder is.
fn sort_out(dir: &Dir, name: &OsStr) -> Result<Sort, StickError> {
    let Some(found) = dir.found(name)?.filter(|found| found.is_file()) else { return Ok(Sort::Strange) };
    let is_ours = |name: &str| Name::parse(name.as_ref()).is_some();
    if let Some(ours) = Name::parse(name).filter(|ours| whole::is_spelled_plainly(name, &ours.to_string())) {
        return Ok(if found.bytes == 0 { Sort::LeftOver } else { Sort::Ours(ours, found.bytes) });
    }
    let name = name.to_string_lossy();
    match name.to_ascii_lowercase().ends_with(ENDING) {
        true => Ok(Sort::Other),
        false if whole::finished(&name).is_some_and(is_ours) => Ok(Sort::LeftOver),
        false => Ok(Sort::Strange),
    }
}

#[cfg(test)]
mod tests;
