//! The key pair of a site, in a file that only its owner may read.
//!
//! In go 32 handed-in random bytes, once; out comes the same pair at every start. The secret key never leaves this file
//! but to seal and open envelopes. A missing file is an error, never an occasion to make a new key in silence.

use super::checked::{self, Damage};
use super::key::{KEY_LEN, PublicKey, PublicOf, Secret};
use crate::domain::id::SiteId;
use crate::files::{PRIVATE, ReadPrivateError, read_private, write_atomically};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Version of the file.
const VERSION: u32 = 1;
/// Largest file, in bytes; a whole one has about 500.
const MAX_FILE: u64 = 4096;
const HEADING: &str =
    "Outpost: the secret key of this site. Whoever has it is this site. Show it to nobody, copy it nowhere.";

/// Who this site is: its name and its X25519 key pair.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The site.
    pub site: SiteId,
    /// The secret key.
    pub secret: Secret,
    /// Its public key.
    pub public: PublicKey,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A key is there already and is not replaced.
    #[error("{} exists already: move it away first if this site really shall get a new key", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Missing, readable by others, or not readable at all.
    #[error(transparent)]
    Private(#[from] ReadPrivateError),
    /// Cut short, changed, or for another program.
    #[error("{}: {damage}. Restore it from a backup, or enrol this box again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A later program wrote it.
    #[error("{} has version {found}, this program knows up to {VERSION}: install the newer program", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The disk refused.
    #[error("{} cannot be written: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    site: SiteId,
    secret: Secret,
    public: PublicKey,
}

impl Identity {
    /// Makes the key pair of `site` from `random` and stores it at `path`, where there must be none.
    pub fn make(path: &Path, site: SiteId, random: [u8; KEY_LEN], public_of: PublicOf) -> Result<Self, IdentityError> {
        if path.symlink_metadata().is_ok() {
            return Err(IdentityError::Exists { path: path.to_owned() });
        }
        let identity = Self { site, secret: Secret(random), public: PublicKey(public_of(&random)) };
        let Self { site, secret, public } = identity.clone();
        let text = checked::to_text(HEADING, &Stored { version: VERSION, site, secret, public });
        write_atomically(path, text.as_bytes(), PRIVATE)
            .map_err(|error| IdentityError::Write { path: path.to_owned(), error })?;
        Ok(identity)
    }

    /// Reads the key pair back. That the public key belongs to the secret one is checked.
    pub fn load(path: &Path, public_of: PublicOf) -> Result<Self, IdentityError> {
        let bytes = read_private(path, MAX_FILE)?;
        let damaged = |damage| IdentityError::Damaged { path: path.to_owned(), damage };
        let Stored { version, site, secret, public } = checked::from_text(&bytes).map_err(damaged)?;
        if version > VERSION {
            return Err(IdentityError::Newer { path: path.to_owned(), found: version });
        }
        if public_of(&secret.0) != public.0 {
            return Err(damaged(Damage::Content("the public key does not belong to the secret one".into())));
        }
        Ok(Self { site, secret, public })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Stands in for X25519.
    fn public_of(secret: &[u8; 32]) -> [u8; 32] {
        secret.map(|byte| byte.wrapping_mul(3).wrapping_add(1))
    }

    fn made() -> (tempfile::TempDir, PathBuf, Identity) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("identity.toml");
        let identity = Identity::make(&path, "delhi".parse().expect("a name"), [7; 32], public_of).expect("made");
        (dir, path, identity)
    }

    #[test]
    fn a_key_pair_is_the_same_after_a_restart_and_its_file_is_private() {
        let (_dir, path, identity) = made();
        let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let again = Identity::load(&path, public_of).expect("loaded");
        assert_eq!((again.secret.0, again.public, again.site), ([7; 32], identity.public, identity.site));
    }

    #[test]
    fn a_key_is_never_replaced_in_silence_nor_made_in_silence() {
        let (_dir, path, identity) = made();
        let refused = Identity::make(&path, identity.site, [8; 32], public_of);
        assert!(matches!(refused, Err(IdentityError::Exists { .. })));
        std::fs::remove_file(&path).expect("removed");
        let missing = Identity::load(&path, public_of);
        assert!(matches!(missing, Err(IdentityError::Private(ReadPrivateError::Missing { .. }))));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_file_and_remedy() {
        let (_dir, path, _) = made();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        let error = Identity::load(&path, public_of).expect_err("refused").to_string();
        assert!(error.contains("chmod 600") && error.contains("identity.toml"), "{error}");
    }

    #[test]
    fn a_cut_changed_or_mismatched_key_file_is_refused() {
        let (_dir, path, _) = made();
        let text = std::fs::read_to_string(&path).expect("read");
        let put = |text: &str| {
            write_atomically(&path, text.as_bytes(), PRIVATE).expect("written");
            Identity::load(&path, public_of).expect_err("refused").to_string()
        };
        assert!(put(&text[..text.len() / 2]).contains("cut short"));
        assert!(put(&text.replacen("0707", "0708", 1)).contains("changed or damaged"));
        let other = |secret: &[u8; 32]| secret.map(|byte| byte ^ 1);
        write_atomically(&path, text.as_bytes(), PRIVATE).expect("written");
        let error = Identity::load(&path, other).expect_err("refused").to_string();
        assert!(error.contains("does not belong"), "{error}");
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused_as_such() {
        let (_dir, path, identity) = made();
        let Identity { site, secret, public } = identity;
        let text = checked::to_text("", &Stored { version: VERSION + 1, site, secret, public });
        write_atomically(&path, text.as_bytes(), PRIVATE).expect("written");
        assert!(matches!(Identity::load(&path, public_of), Err(IdentityError::Newer { found: 2, .. })));
    }
}
