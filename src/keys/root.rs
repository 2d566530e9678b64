//! The office's root: an Ed25519 key that outlives its other keys and signs what no other may decide.
//!
//! In go 32 handed-in random bytes, once; out come the public half, which stands in every enrolment, the paper form of the
//! secret half, and signatures under moves. The secret half belongs on paper: the file can live without it. Deliberately
//! absent: what is signed ([`super::moving`]), and any new root in silence.

use super::checked::Damage;
use super::file::{KeyFile, KeyFileError};
use super::key::{BadKey, PublicKey, Secret};
use crate::domain::id::hex;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Version of the file.
const VERSION: u32 = 1;
const FILE: KeyFile = KeyFile {
    version: VERSION,
    // A whole one has about 400.
    max_bytes: 4096,
    heading: "Outpost: the office's root. Print its secret with `outpost office root`, keep that on paper, and \n\
              take it off this disk with `outpost office root --remove`.",
    stays: "boxes know this root, and it is not replaced",
    remedy: "Restore it from the backup of the office",
};
/// Digits in a group on paper.
const GROUP: usize = 4;

/// Length of a signature, in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// The public half, as boxes know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RootKey(PublicKey);

/// The secret half. Printed by [`RootSecret::to_paper`] only.
#[derive(Clone)]
pub struct RootSecret(Secret);

/// The file: the public half for ever, the secret one until it is on paper.
pub struct Root {
    path: PathBuf,
    /// The public half.
    pub key: RootKey,
    /// The secret half, while it is on this disk.
    pub secret: Option<RootSecret>,
}

/// Why a root is not taken off the disk, or was not the one that was typed.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// Its file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// Not what the paper says.
    #[error(transparent)]
    Paper(#[from] BadPaper),
    /// Another office's paper.
    #[error("this is the root of another office: look for the paper of this one")]
    OtherRoot,
}

/// Why what was typed is no root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPaper {
    /// Not so many digits.
    #[error("a root on paper is 17 groups of four hexadecimal digits: type all of them")]
    Form,
    /// The last group does not fit the others.
    #[error("the last group does not fit the others: a digit was read or typed wrong")]
    Check,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    public: RootKey,
    secret: Option<Secret>,
}

impl RootSecret {
    /// A new one from handed-in randomness.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(Secret(random))
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.0.0).expect("invariant: any 32 bytes are an Ed25519 seed")
    }

    /// The public half.
    pub fn key(&self) -> RootKey {
        let pair = self.pair();
        RootKey(PublicKey(pair.public_key().as_ref().try_into().expect("invariant: a public key has 32 bytes")))
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.pair().sign(message).as_ref().try_into().expect("invariant: a signature has 64 bytes")
    }

    /// What to write down: sixteen groups of four hex digits, and a seventeenth that finds a slip.
    pub fn to_paper(&self) -> String {
        let digits = format!("{}{}", hex(&self.0.0), hex(&check(&self.0.0)));
        let groups: Vec<&str> = (0..digits.len()).step_by(GROUP).map(|at| &digits[at..at + GROUP]).collect();
        groups.chunks(4).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
    }
}

fn check(secret: &[u8; 32]) -> [u8; 2] {
    let digest = Sha256::digest(secret);
    [digest[0], digest[1]]
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret")
    }
}

impl FromStr for RootSecret {
    type Err = BadPaper;

    /// As people type it, in any case and with any blanks and line ends.
    fn from_str(typed: &str) -> Result<Self, BadPaper> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let (key, last) = digits.split_at_checked(64).ok_or(BadPaper::Form)?;
        let key: PublicKey = key.parse().map_err(|_: BadKey| BadPaper::Form)?;
        match last.to_ascii_lowercase() {
            last if last == hex(&check(&key.0)) => Ok(Self(Secret(key.0))),
            last if last.len() == GROUP => Err(BadPaper::Check),
            _ => Err(BadPaper::Form),
        }
    }
}

impl RootKey {
    /// Whether the root has signed `message`.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0.0).verify(message, signature).is_ok()
    }
}

impl Root {
    /// Makes the root from `random` and stores it at `path`, where there must be none.
    pub fn make(path: &Path, random: [u8; 32]) -> Result<Self, KeyFileError> {
        FILE.is_new(path)?;
        let secret = RootSecret::from_random(random);
        let root = Self { path: path.to_owned(), key: secret.key(), secret: Some(secret) };
        root.store()?;
        Ok(root)
    }

    /// Reads it back. That the halves belong together is checked where both are there.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let Stored { public, secret, .. } = FILE.read(path)?;
        let secret = secret.map(RootSecret);
        if secret.as_ref().is_some_and(|secret| secret.key() != public) {
            return Err(FILE.damaged(path, Damage::Content("the public key does not belong to the secret one".into())));
        }
        Ok(Self { path: path.to_owned(), key: public, secret })
    }

    /// The secret half as somebody has typed it from the paper, if it is this root's.
    pub fn from_paper(&self, typed: &str) -> Result<RootSecret, RootError> {
        let secret: RootSecret = typed.parse()?;
        if secret.key() == self.key { Ok(secret) } else { Err(RootError::OtherRoot) }
    }

    /// Takes the secret half off the disk, for who has just typed it from the paper.
    pub fn remove_secret(&mut self, typed: &str) -> Result<(), RootError> {
        self.from_paper(typed)?;
        self.secret = None;
        Ok(self.store()?)
    }

    fn store(&self) -> Result<(), KeyFileError> {
        let secret = self.secret.clone().map(|secret| secret.0);
        FILE.write(&self.path, &Stored { version: VERSION, public: self.key, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{PRIVATE, ReadPrivateError, write_atomically};
    use crate::keys::checked;

    fn made() -> (tempfile::TempDir, PathBuf, Root) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.toml");
        let root = Root::make(&path, [7; 32]).unwrap();
        (dir, path, root)
    }

    #[test]
    fn the_root_signs_as_the_standard_says() {
        // RFC 8032, section 7.1, test 2.
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        let secret = RootSecret::from_random(seed.parse::<PublicKey>().unwrap().0);
        assert_eq!(secret.key(), RootKey(key.parse().unwrap()));
        assert_eq!(hex(&secret.sign(&[0x72])), signature);
        assert!(secret.key().has_signed(&[0x72], &secret.sign(&[0x72])));
        assert!(!secret.key().has_signed(&[0x73], &secret.sign(&[0x72])));
        assert!(!RootSecret::from_random([8; 32]).key().has_signed(&[0x72], &secret.sign(&[0x72])));
    }

    #[test]
    fn what_is_on_paper_is_read_back_however_it_is_typed_and_a_slip_is_found() {
        let (_dir, _, root) = made();
        let secret = root.secret.clone().unwrap();
        let paper = secret.to_paper();
        assert_eq!(paper.lines().map(|line| line.split(' ').count()).collect::<Vec<_>>(), [4, 4, 4, 4, 1], "{paper}");
        for typed in [paper.clone(), paper.to_uppercase(), paper.replace(['\n', ' '], ""), format!("\n{paper}\n")] {
            assert_eq!(typed.parse::<RootSecret>().unwrap().key(), root.key, "{typed}");
        }
        assert_eq!(paper.replacen('0', "1", 1).parse::<RootSecret>().unwrap_err(), BadPaper::Check);
        for bad in ["", &paper[..40], &paper[..paper.len() - 1], &format!("{paper}0"), &paper.replace('0', "g"), "ß"] {
            assert_eq!(bad.parse::<RootSecret>().unwrap_err(), BadPaper::Form, "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "RootSecret");
    }

    #[test]
    fn the_secret_leaves_the_disk_only_for_who_has_it_on_paper_and_the_public_half_stays() {
        let (_dir, path, mut root) = made();
        let other = RootSecret::from_random([8; 32]).to_paper();
        assert!(matches!(root.remove_secret(&other), Err(RootError::OtherRoot)));
        assert!(matches!(root.remove_secret("?"), Err(RootError::Paper(_))));
        assert!(Root::load(&path).unwrap().secret.is_some());
        let paper = root.secret.as_ref().unwrap().to_paper();
        root.remove_secret(&paper).unwrap();
        let again = Root::load(&path).unwrap();
        assert_eq!((again.key, again.secret.is_none()), (root.key, true));
        assert!(!std::fs::read_to_string(&path).unwrap().contains("secret ="));
        assert_eq!(again.from_paper(&paper).unwrap().key(), root.key);
    }

    #[test]
    fn a_root_is_never_replaced_nor_made_in_silence_and_a_damaged_one_is_refused() {
        let (_dir, path, root) = made();
        assert!(matches!(Root::make(&path, [8; 32]), Err(KeyFileError::Exists { .. })));
        let text = std::fs::read_to_string(&path).unwrap();
        write_atomically(&path, &text.as_bytes()[..text.len() / 2], PRIVATE).unwrap();
        assert!(matches!(Root::load(&path), Err(KeyFileError::Damaged { .. })));
        let crossed = Stored { version: 1, public: root.key, secret: Some(Secret([8; 32])) };
        write_atomically(&path, checked::to_text("", &crossed).as_bytes(), PRIVATE).unwrap();
        assert!(matches!(Root::load(&path), Err(KeyFileError::Damaged { .. })));
        let newer = Stored { version: 2, public: root.key, secret: None };
        write_atomically(&path, checked::to_text("", &newer).as_bytes(), PRIVATE).unwrap();
        assert!(matches!(Root::load(&path), Err(KeyFileError::Newer { found: 2, .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(Root::load(&path), Err(KeyFileError::Private(ReadPrivateError::Missing { .. }))));
    }
}
