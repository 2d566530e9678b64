//! The hash by which a record's successor names it.

use crate::domain::id::{Epoch, RecordHash, Seq, SiteId};
use sha2::{Digest, Sha256};

/// SHA-256 over `outpost record 1`, the site (its length in one byte, then its name), the epoch, the number (8 bytes,
/// little-endian), the predecessor's hash, and the body as stored. No record of another site or place has it.
pub fn record_hash(site: &SiteId, epoch: Epoch, seq: Seq, prev: RecordHash, body: &[u8]) -> RecordHash {
    let mut hash = Sha256::new();
    hash.update(b"outpost record 1");
    hash.update([site.as_str().len() as u8]);
    hash.update(site.as_str());
    hash.update(epoch.0.as_bytes());
    hash.update(seq.0.to_le_bytes());
    hash.update(prev.0);
    hash.update(body);
    RecordHash(hash.finalize().into())
}
