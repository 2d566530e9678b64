//! `OUTPOST/enrol/SITE.enrol`: enrolments, sealed, for boxes that are not yet anybody.
//!
//! In goes what the office sealed, one for each site; out comes all that there is, for the box cannot know which is its
//! own before a code opens it. Deliberately absent: what is in one.

use super::Folder;
use super::dir::Unread;
use super::error::{StickError, check_length};
use crate::domain::id::SiteId;

/// Most bytes of one; with a CA and several brokers it has some 2 kB.
pub const MAX_ENROLMENT_BYTES: usize = 64 * 1024;
/// Most on one stick. A code is tried on each of them, which is slow on purpose; an office that enrols a hundred boxes
/// on one day has room.
pub const MAX_ENROLMENTS: usize = 256;

const DIRECTORY: &str = "enrol";
const ENDING: &str = ".enrol";

impl Folder {
    /// Writes a site's enrolment, at most [`MAX_ENROLMENT_BYTES`]. One that was there before is no longer of use and
    /// makes room.
    pub fn write_enrolment(&self, site: &SiteId, bytes: &[u8]) -> Result<(), StickError> {
        check_length(bytes, MAX_ENROLMENT_BYTES)?;
        let dir = self.root.child_or_new(DIRECTORY)?;
        dir.sweep(self.limits.entries, |name| site_of(name).is_some())?;
        dir.put(&format!("{site}{ENDING}"), bytes)
    }

    /// All enrolments, by site. A file that cannot be one is passed over and logged.
    pub fn enrolments(&self) -> Result<Vec<(SiteId, Vec<u8>)>, StickError> {
        let Some(dir) = self.root.child(DIRECTORY)? else { return Ok(Vec::new()) };
        let too_many = |what, limit| StickError::TooMany { place: dir.place.clone(), what, limit };
        let (names, cut_short) = dir.names(self.limits.entries)?;
        if cut_short {
            return Err(too_many("entries", self.limits.entries));
        }
        let mut found = Vec::new();
        for name in names {
            let Some(site) = name.to_str().and_then(site_of) else { continue };
            let reason = match dir.read(&name, MAX_ENROLMENT_BYTES) {
                Ok(bytes) if !bytes.is_empty() => {
                    found.push((site, bytes));
                    if found.len() > self.limits.enrolments {
                        return Err(too_many("enrolments", self.limits.enrolments));
                    }
                    continue;
                }
                Ok(_) => "it is empty".to_owned(),
                Err(Unread::Missing) => continue,
                Err(Unread::NotAFile(found)) => format!("it is {found}"),
                Err(Unread::TooLarge(bytes)) => format!("{bytes} bytes are more than an enrolment has"),
                Err(Unread::Failed(error @ StickError::Dying(_))) => error.to_string(),
                Err(Unread::Failed(error)) => return Err(error),
            };
            tracing::warn!(%site, %reason, "an enrolment on the stick was not read: let the office write it again");
        }
        found.sort();
        found.dedup_by(|next, first| next.0 == first.0);
        Ok(found)
    }
}

fn site_of(name: &str) -> Option<SiteId> {
    name.to_ascii_lowercase().strip_suffix(ENDING)?.parse().ok()
}
