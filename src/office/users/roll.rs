//! The users as a running office has them: read again whenever their file was changed.

use super::{NAME, Users, UsersError, change, read};
use crate::passwords::{Stamp, stamp};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

struct Known {
    stamp: Stamp,
    users: Arc<Users>,
}

/// The file as a running office has it: read again whenever it was changed.
pub(in crate::office) struct Roll {
    dir: PathBuf,
    known: RwLock<Known>,
}

impl Roll {
    /// Reads the file, which need not be there yet.
    pub(in crate::office) fn open(dir: &Path) -> Result<Self, UsersError> {
        let stamp = stamp(&dir.join(NAME));
        let users = Arc::new(read(dir)?);
        Ok(Self { dir: dir.to_owned(), known: RwLock::new(Known { stamp, users }) })
    }

    /// The users as they are now. A file that cannot be read leaves those that were known.
    pub(in crate::office) fn now(&self) -> Arc<Users> {
        let seen = stamp(&self.dir.join(NAME));
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.stamp == seen {
                return known.users.clone();
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.stamp != seen {
            match read(&self.dir) {
                Ok(users) => {
                    tracing::info!(users = users.len(), "the desk's users were read again");
                    known.users = Arc::new(users);
                }
                Err(error) => tracing::warn!(%error, "users were not read again: those known before stay in force"),
            }
            known.stamp = seen;
        }
        known.users.clone()
    }

    /// As [`change`].
    pub(in crate::office) fn change<T>(
        &self,
        what: impl FnOnce(&mut Users) -> Result<T, UsersError>,
    ) -> Result<T, UsersError> {
        change(&self.dir, what)
    }
}
