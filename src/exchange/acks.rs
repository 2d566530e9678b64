//! What the peer has acked, and how far it is with master data, each in a small file with its crc. A damaged or absent one means that nothing is known; the peer
//! says what it holds when it connects.

use crate::files;
use crate::wire::cbor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads the file.
pub(super) fn load<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = std::fs::read(path).ok()?;
    let (crc, body) = bytes.split_first_chunk::<4>()?;
    let read = (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then(|| cbor::from_slice(body).ok()).flatten();
    if read.is_none() {
        tracing::warn!(path = %path.display(), "what was acked is not known: the file is damaged; the peer will say");
    }
    read
}

/// Writes the file.
pub(super) fn save<T: Serialize>(path: &Path, ack: &T) -> std::io::Result<()> {
    let body = cbor::to_vec(ack);
    let mut bytes = crc32fast::hash(&body).to_le_bytes().to_vec();
    bytes.extend_from_slice(&body);
    files::write_atomically(path, &bytes, files::PUBLIC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::StoreId;
    use crate::wire::message::{Ack, Held};

    #[test]
    fn a_damaged_file_of_acks_is_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("acks");
        assert_eq!(load::<Ack>(&path), None);
        let ack = Ack { store: StoreId::new(1, [2; 10]), held: Held::default() };
        save(&path, &ack).unwrap();
        assert_eq!(load(&path), Some(ack));
        let mut bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 4;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(load::<Ack>(&path), None, "byte {at}");
            bytes[at] ^= 4;
        }
    }
}
