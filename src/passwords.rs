//! Passwords, PINs and badges as hashes: argon2id in PHC form, and few of them computed at once.
//!
//! In: a secret, and the hash that it is to have. Out: yes or no, in the same time for a name that nobody has. Deliberately absent: whose
//! secrets they are, where hashes are kept, and what becomes of whoever guesses.

use crate::domain::id::hex;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// Memory of one hash in KiB, and passes with it: of the choices for argon2id that OWASP calls equally strong the one with the least
/// memory, about 50 ms on a Raspberry Pi 4. A hash in a file names its own, so older ones with 19 MiB go on being good.
const ARGON2_MEMORY_KIB: u32 = 7 * 1024;
const ARGON2_PASSES: u32 = 5;
/// Hashes at once of one kind of login: two cost 14 MiB and leave a Pi's other cores to the devices.
const AT_ONCE: usize = 2;
/// Longest password, in bytes; the codec of MQTT could carry more.
pub const MAX_PASSWORD: usize = 128;

/// No randomness, or argon2 refused.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct NoHash(String);

/// It is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("passwords cannot be checked now")]
pub(crate) struct Unavailable;

fn argon2() -> Argon2<'static> {
    let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, None).expect("invariant: the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoHash> {
    let mut random = [0; N];
    getrandom::fill(&mut random).map_err(|error| NoHash(error.to_string()))?;
    Ok(random)
}

/// Twenty characters that are read out over the phone without doubt: 100 bits.
pub fn made_up() -> Result<String, NoHash> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 20] = random()?;
    Ok(random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// The hash of a secret of any length.
pub(crate) fn phc(secret: &str) -> Result<String, NoHash> {
    let salt: [u8; 16] = random()?;
    let hashed = argon2().hash_password_with_salt(secret.as_bytes(), &salt);
    let hash: PasswordHash = hashed.map_err(|error| NoHash(error.to_string()))?;
    Ok(hash.to_string())
}

/// The hash of a secret that nobody knows: what an unknown name is compared with.
pub(crate) fn decoy() -> Result<String, NoHash> {
    let nothing: [u8; 16] = random()?;
    phc(&hex(&nothing))
}

/// What is wrong with the form of a hash, if something is.
pub(crate) fn objection(hash: &str) -> Option<String> {
    PasswordHash::new(hash).err().map(|error| error.to_string())
}

/// Whether a secret has this hash, argon2 in PHC form.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| matches(password, &hash).unwrap_or(false))
}

/// `None` where the hash is none that can be computed here.
fn matches(password: &str, hash: &PasswordHash) -> Option<bool> {
    let params = Params::try_from(hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let mut blocks = vec![Block::new(); params.block_count()];
    let mut out = vec![0; expected.len()];
    let argon2 = Argon2::new(algorithm, version, params);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut blocks).ok()?;
    // Comparing outputs takes the same time whatever differs.
    Some(Output::new(&out).ok()? == *expected)
}

/// Checks passwords, few at once.
pub(crate) struct Checker {
    turns: Arc<Semaphore>,
    /// So that an unknown name takes as long as a wrong password.
    decoy: String,
}

impl Checker {
    pub(crate) fn new() -> Result<Self, NoHash> {
        Ok(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), decoy: decoy()? })
    }

    /// Whether a password has this hash; it has none where nobody has the name.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool, Unavailable> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Unavailable)?;
        let (password, is_known) = (password.to_owned(), hash.is_some());
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let check = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            verify(&password, &hash)
        });
        Ok(check.await.map_err(|_| Unavailable)? && is_known)
    }
}

/// When a file was written, how long it is, and which: another one means reading it again.
pub(crate) type Stamp = Option<(SystemTime, u64, u64)>;

/// The stamp of a file that may be there.
pub(crate) fn stamp(path: &Path) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len(), meta.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_by_its_own_hash_alone() {
        let (checker, hash) = (Checker::new().unwrap(), phc("correct horse").unwrap());
        assert_eq!(checker.is_right("correct horse", Some(&hash)).await, Ok(true));
        assert_eq!(checker.is_right("correct horsf", Some(&hash)).await, Ok(false));
        assert_eq!(checker.is_right("correct horse", None).await, Ok(false));
        assert_eq!(checker.is_right("correct horse", Some("no hash")).await, Ok(false));
    }

    #[test]
    fn a_hash_with_the_memory_that_was_asked_for_earlier_still_opens() {
        let params = Params::new(19 * 1024, 2, 1, None).unwrap();
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash: PasswordHash = older.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap();
        assert!(verify("correct horse", &hash.to_string()));
        assert!(!verify("wrong horse", &hash.to_string()));
    }
}
