//! What came sealed by a key of a site's that counts no more: the lost box's, found on a stick or still on the line.
//!
//! In go authentic envelopes with records that the office does not hold; out they come one by one, when a person has
//! decided. A file each, `quarantine/<id>.op` in the site's directory, whole or not there. Deliberately absent: opening
//! them (the exchange does), and any decision.

use crate::domain::id::hex;
use crate::files::{PRIVATE, sync_directory, write_atomically};
use crate::wire::cbor;
use crate::wire::envelope::MAX_ENVELOPE;
use crate::wire::message::Run;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::UNIX_EPOCH;

/// Most envelopes of one site. A lost box's month is a few; a thief who makes up more fills no disk.
const MAX_ENVELOPES: usize = 512;
/// Their bytes: two years of a busy workshop.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
const SUFFIX: &str = ".op";

/// By what a person names one: sixteen hex digits of the SHA-256 of its records. The same batch sealed again has the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EnvelopeId(String);

/// Not an id.
#[derive(Debug, thiserror::Error)]
#[error("an envelope's id is 16 hexadecimal digits: `outpost office quarantine list` shows them")]
pub(super) struct BadEnvelopeId;

impl EnvelopeId {
    /// Of what is in the envelope.
    pub(super) fn of(batch: &[Run]) -> Self {
        let digest = Sha256::digest(cbor::to_vec(&batch));
        Self(hex(&digest[..8]))
    }
}

impl fmt::Display for EnvelopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EnvelopeId {
    type Err = BadEnvelopeId;
    fn from_str(text: &str) -> Result<Self, BadEnvelopeId> {
        let text = text.to_ascii_lowercase();
        match text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Ok(Self(text)),
            false => Err(BadEnvelopeId),
        }
    }
}

/// One that is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) id: EnvelopeId,
    /// Length, in bytes.
    pub(super) bytes: u64,
    /// When it came, milliseconds since 1970.
    pub(super) since_ms: i64,
}

/// Why one was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    /// A person has to decide first.
    #[error("the quarantine is full ({0} envelopes of {1} bytes): release or drop what is in it")]
    Full(usize, u64),
    /// The disk refused.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// A site's. One owner; whoever else looks sees whole files.
pub(super) struct Quarantine {
    dir: PathBuf,
    count: usize,
    bytes: u64,
}

impl Quarantine {
    /// The one in the site's directory, which need not be there yet.
    pub(super) fn open(site_dir: &Path) -> io::Result<Self> {
        let mut quarantine = Self { dir: site_dir.join("quarantine"), count: 0, bytes: 0 };
        quarantine.count_again()?;
        Ok(quarantine)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Keeps an envelope, durably. `false` if its records were kept before.
    pub(super) fn keep(&mut self, id: &EnvelopeId, envelope: &[u8]) -> Result<bool, NotKept> {
        let path = self.path(id);
        if path.exists() {
            return Ok(false);
        }
        if self.count >= MAX_ENVELOPES || self.bytes + envelope.len() as u64 > MAX_BYTES {
            return Err(NotKept::Full(self.count, self.bytes));
        }
        if !self.dir.exists() {
            std::fs::create_dir(&self.dir)?;
            sync_directory(&self.dir)?;
        }
        write_atomically(&path, envelope, PRIVATE)?;
        self.count += 1;
        self.bytes += envelope.len() as u64;
        Ok(true)
    }

    /// All, the oldest first.
    pub(super) fn list(&self) -> io::Result<Vec<Kept>> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut list = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok()) else { continue };
            let meta = entry.metadata()?;
            let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let since_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
            list.push(Kept { id, bytes: meta.len(), since_ms });
        }
        list.sort_by(|a, b| (a.since_ms, &a.id).cmp(&(b.since_ms, &b.id)));
        Ok(list)
    }

    /// One envelope.
    pub(super) fn read(&self, id: &EnvelopeId) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.path(id))?.take(MAX_ENVELOPE as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Takes one out for good.
    pub(super) fn remove(&mut self, id: &EnvelopeId) -> io::Result<()> {
        std::fs::remove_file(self.path(id))?;
        sync_directory(&self.path(id))?;
        self.count_again()
    }

    fn count_again(&mut self) -> io::Result<()> {
        let list = self.list()?;
        (self.count, self.bytes) = (list.len(), list.iter().map(|kept| kept.bytes).sum());
        Ok(())
    }

    fn path(&self, id: &EnvelopeId) -> PathBuf {
        self.dir.join(format!("{id}{SUFFIX}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn id(n: usize) -> EnvelopeId {
        format!("{n:016x}").parse().unwrap()
    }

    #[test]
    fn what_is_kept_is_private_comes_back_whole_after_a_restart_and_goes_when_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut quarantine = Quarantine::open(dir.path()).unwrap();
        assert_eq!((quarantine.count(), quarantine.list().unwrap()), (0, vec![]));
        assert!(quarantine.keep(&id(7), b"sealed").unwrap());
        assert!(!quarantine.keep(&id(7), b"sealed again").unwrap(), "the same records");
        let file = dir.path().join("quarantine/0000000000000007.op");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // What a power cut left, and what somebody else put there, is none of ours.
        std::fs::write(dir.path().join("quarantine/.0000000000000008.op.new"), b"half").unwrap();
        std::fs::write(dir.path().join("quarantine/notes.txt"), b"?").unwrap();

        let mut quarantine = Quarantine::open(dir.path()).unwrap();
        let list = quarantine.list().unwrap();
        assert_eq!((quarantine.count(), list.len(), &list[0].id, list[0].bytes), (1, 1, &id(7), 6));
        assert_eq!(quarantine.read(&id(7)).unwrap(), b"sealed");
        quarantine.remove(&id(7)).unwrap();
        assert!(quarantine.read(&id(7)).is_err() && quarantine.count() == 0 && !file.exists());
    }

    #[test]
    fn past_its_count_or_its_bytes_nothing_more_is_kept_until_something_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mut quarantine = Quarantine::open(dir.path()).unwrap();
        quarantine.count = MAX_ENVELOPES - 1;
        assert!(quarantine.keep(&id(1), b"x").unwrap());
        assert!(matches!(quarantine.keep(&id(2), b"x"), Err(NotKept::Full(MAX_ENVELOPES, 1))));
        quarantine.remove(&id(1)).unwrap();
        quarantine.bytes = MAX_BYTES - 1;
        assert!(matches!(quarantine.keep(&id(2), b"xx"), Err(NotKept::Full(..))));
        assert!(quarantine.keep(&id(2), b"x").unwrap());
    }

    #[test]
    fn an_id_leads_to_no_other_file() {
        for bad in ["", "../../../../etc/pw", "0000000000000007.op", "000000000000000g", "00000000000000077"] {
            assert!(bad.parse::<EnvelopeId>().is_err(), "{bad}");
        }
        assert_eq!("00000000000000AB".parse::<EnvelopeId>().unwrap(), id(0xab));
    }
}
