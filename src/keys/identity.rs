//! The key pair of a site, in a file that only its owner may read.
//!
//! In go 32 handed-in random bytes, once; out comes the same pair at every start. The secret key never leaves this file
//! but to seal and open envelopes. A missing file is an error, never an occasion to make a new key in silence.

use super::checked::Damage;
use super::file::{KeyFile, KeyFileError};
use super::key::{KEY_LEN, PublicKey, PublicOf, Secret};
use crate::domain::id::SiteId;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Version of the file.
const VERSION: u32 = 1;
const FILE: KeyFile = KeyFile {
    version: VERSION,
    // A whole one has about 500.
    max_bytes: 4096,
    heading: "Outpost: the secret key of this site. Whoever has it is this site. Show it to nobody, copy it nowhere.",
    stays: "move it away first if this site really shall get a new key",
    remedy: "Restore it from a backup, or enrol this box again",
};

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
    pub fn make(path: &Path, site: SiteId, random: [u8; KEY_LEN], public_of: PublicOf) -> Result<Self, KeyFileError> {
        FILE.is_new(path)?;
        let identity = Self { site, secret: Secret(random), public: PublicKey(public_of(&random)) };
        let Self { site, secret, public } = identity.clone();
        FILE.write(path, &Stored { version: VERSION, site, secret, public })?;
        Ok(identity)
    }

    /// Reads the key pair back. That the public key belongs to the secret one is checked.
    pub fn load(path: &Path, public_of: PublicOf) -> Result<Self, KeyFileError> {
        let Stored { site, secret, public, .. } = FILE.read(path)?;
        if public_of(&secret.0) != public.0 {
            return Err(FILE.damaged(path, Damage::Content("the public key does not belong to the secret one".into())));
        }
        Ok(Self { site, secret, public })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{PRIVATE, ReadPrivateError, write_atomically};
    use crate::keys::checked;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

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
        assert!(matches!(refused, Err(KeyFileError::Exists { .. })));
        std::fs::remove_file(&path).expect("removed");
        let missing = Identity::load(&path, public_of);
        assert!(matches!(missing, Err(KeyFileError::Private(ReadPrivateError::Missing { .. }))));
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
        assert!(matches!(Identity::load(&path, public_of), Err(KeyFileError::Newer { found: 2, .. })));
        // One that has in it what this program does not know.
        #[derive(Serialize)]
        struct Later {
            version: u32,
            more: bool,
        }
        let text = checked::to_text("", &Later { version: VERSION + 1, more: true });
        write_atomically(&path, text.as_bytes(), PRIVATE).expect("written");
        assert!(matches!(Identity::load(&path, public_of), Err(KeyFileError::Newer { found: 2, .. })));
    }
}
