//! A fold on disk, so that a start does not read all of the journal: a file with its crc, of one fold at one place of its journal. It may
//! be deleted at any time; one that is damaged, of another version or of another journal is as none.

use crate::domain::id::{Position, SiteId};
use crate::files;
use crate::journal::{Reader, Slot};
use crate::wire::cbor;
use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// A fold that is kept.
pub(super) trait Kept: Serialize + DeserializeOwned {
    /// The version of what is in the file. Raised with every change of the fold: an older file is not read, and the fold is made anew.
    const VERSION: u32;
    /// What the fold is called in the file; [`Read`] knows it too.
    const FIELD: &'static str;
    /// Who may read the file.
    const MODE: u32;
}

struct Write<'a, T> {
    site: &'a SiteId,
    next_ordinal: u64,
    last: Position,
    fold: &'a T,
}

impl<T: Kept> Serialize for Write<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut file = serializer.serialize_struct("Checkpoint", 5)?;
        file.serialize_field("version", &T::VERSION)?;
        file.serialize_field("site", self.site)?;
        file.serialize_field("next_ordinal", &self.next_ordinal)?;
        file.serialize_field("last", &self.last)?;
        file.serialize_field(T::FIELD, self.fold)?;
        file.end()
    }
}

#[derive(Deserialize)]
struct Read<T> {
    site: SiteId,
    next_ordinal: u64,
    last: Position,
    #[serde(alias = "shop", alias = "people")]
    fold: T,
}

/// What is read before the rest is: the version alone.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Reads the file: the fold, and the ordinal of the first record that is not in it. `None` where there is none for this journal, or where
/// the fold is not one that `fits`.
pub(super) fn load<T: Kept>(path: &Path, reader: &Reader, fits: impl FnOnce(&T) -> bool) -> Option<(T, u64)> {
    let bytes = std::fs::read(path).ok()?;
    let read = read(&bytes).filter(|read: &Read<T>| {
        let there = matches!(reader.read_position(read.last), Ok(Some(Slot::Record(stored)))
            if stored.ordinal + 1 == read.next_ordinal);
        there && read.site == *reader.site() && fits(&read.fold)
    });
    if read.is_none() {
        tracing::warn!(path = %path.display(), "the checkpoint is not of this journal: what it would say is made from the journal");
    }
    read.map(|read| (read.fold, read.next_ordinal))
}

fn read<T: Kept>(bytes: &[u8]) -> Option<Read<T>> {
    let (crc, body) = bytes.split_first_chunk::<4>()?;
    (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then_some(())?;
    let Version { version } = cbor::from_slice(body).ok()?;
    (version == T::VERSION).then_some(())?;
    cbor::from_slice(body).ok()
}

fn bytes(file: &Write<'_, impl Kept>) -> Vec<u8> {
    let body = cbor::to_vec(file);
    let mut bytes = crc32fast::hash(&body).to_le_bytes().to_vec();
    bytes.extend_from_slice(&body);
    bytes
}

fn put(path: &Path, bytes: &[u8], mode: u32) {
    if let Err(error) = files::write_atomically(path, bytes, mode) {
        tracing::warn!(path = %path.display(), %error, "no checkpoint is written: the next start reads more of the journal");
    }
}

/// Writes the file: now and then on a thread of its own, so that nobody waits for it, and once more at the end. Dropping it waits until it
/// is written.
pub(super) struct Checkpoint {
    path: PathBuf,
    site: SiteId,
    /// The ordinal up to which the last file goes.
    written: u64,
    writing: Option<JoinHandle<()>>,
}

impl Checkpoint {
    /// The file at `path`, which goes up to `written`.
    pub(super) fn new(path: PathBuf, site: SiteId, written: u64) -> Self {
        Self { path, site, written, writing: None }
    }

    /// Whether it is time for the file, with `every` records between two. One that is still being written puts it off.
    pub(super) fn is_due(&self, next_ordinal: u64, every: u64) -> bool {
        next_ordinal >= self.written + every && self.writing.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Whether there is something that the file does not have.
    pub(super) fn is_behind(&self, next_ordinal: u64) -> bool {
        next_ordinal > self.written
    }

    /// Writes the fold as it is after the record at `last`, on a thread of its own.
    pub(super) fn write_aside<T: Kept>(&mut self, fold: &T, last: Position, next_ordinal: u64) {
        let bytes = bytes(&Write { site: &self.site, next_ordinal, last, fold });
        let path = self.path.clone();
        let thread = std::thread::Builder::new().name("checkpoint".into());
        match thread.spawn(move || put(&path, &bytes, T::MODE)) {
            Ok(thread) => (self.written, self.writing) = (next_ordinal, Some(thread)),
            Err(error) => tracing::warn!(%error, "no thread writes the checkpoint"),
        }
    }

    fn wait(&mut self) {
        if let Some(writing) = self.writing.take() {
            let _ = writing.join();
        }
    }

    /// Writes the fold before it returns.
    pub(super) fn write<T: Kept>(&mut self, fold: &T, last: Position, next_ordinal: u64) {
        self.wait();
        put(&self.path, &bytes(&Write { site: &self.site, next_ordinal, last, fold }), T::MODE);
        self.written = next_ordinal;
    }
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        self.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Seq};
    use crate::domain::people::People;

    fn made() -> Vec<u8> {
        let site = "bdg".parse().expect("a name");
        let last = Position { epoch: Epoch::new(1, [1; 10]), seq: Seq(1) };
        bytes(&Write { site: &site, next_ordinal: 1, last, fold: &People::default() })
    }

    #[test]
    fn a_damaged_file_is_as_none() {
        let mut bytes = made();
        assert!(read(&bytes).is_some_and(|read: Read<People>| read.fold == People::default()));
        for at in 0..bytes.len() {
            bytes[at] ^= 4;
            assert!(read::<People>(&bytes).is_none(), "byte {at}");
            bytes[at] ^= 4;
        }
    }

    #[test]
    fn a_file_has_the_same_bytes_as_ever() {
        #[derive(Serialize)]
        struct Earlier {
            version: u32,
            site: SiteId,
            next_ordinal: u64,
            last: Position,
            people: People,
        }
        let last = Position { epoch: Epoch::new(1, [1; 10]), seq: Seq(1) };
        let site = "bdg".parse().expect("a name");
        let earlier = Earlier { version: 1, site, next_ordinal: 1, last, people: People::default() };
        assert_eq!(made()[4..], cbor::to_vec(&earlier));
    }
}
