//! The bytes of a journal segment: one header block, then frames.
//!
//! In come positions, hashes and bodies; out go bytes, and back. [`Scan`] walks the bytes of a segment, or of a window
//! of one, and tells whole frames from damage: a place where no frame checks is no end, since whole frames may
//! follow it, so it searches on at every offset. What a body means, files, and which store a record is on are
//! deliberately absent. FORMAT.md has the byte diagrams.

mod scan;

pub use scan::{Found, Scan};

use crate::domain::id::{Epoch, Position, RecordHash, Seq, SiteId, StoreId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The version of the segment format that this program writes, and the newest that it reads.
pub const FORMAT_VERSION: u16 = 1;
/// Bytes of a segment's header, and the unit of padding: one block of the file system, so that a damaged header
/// takes no frame with it and a small group touches one block.
pub const BLOCK: usize = 4096;
/// Bytes before a frame's body.
pub const FRAME_HEAD: usize = 64;
/// Largest body. Four times the largest document that the gate takes, so that a wrapping never makes it too large.
pub const MAX_BODY: usize = 256 * 1024;
/// Largest sequence number: two zero bytes that garbage rarely has make the search for the next frame cheap, and
/// 2^48 records are 8,900 years at a thousand a second.
pub const MAX_SEQ: u64 = Seq::MAX.0;

const MAGIC: [u8; 8] = *b"OUTPOSTJ";
const HEADER_SITE: usize = 12;
const HEADER_STORE: usize = 44;
const HEADER_ORDINAL: usize = 60;
const HEADER_NUMBER: usize = 68;
const HEADER_CRC: usize = 72;

/// Keeps a record's hash apart from any other use of SHA-256.
const HASH_DOMAIN: &[u8] = b"outpost record v1\0";

const KIND_RECORD: u8 = 1;
const KIND_LOST: u8 = 2;

/// The head of a segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Whose journal this is.
    pub site: SiteId,
    /// The store that wrote the segment.
    pub store: StoreId,
    /// How many frames all earlier segments of this journal have.
    pub ordinal: u64,
    /// The segment's number, from 1, as in its file name.
    pub number: u32,
}

/// Why a header was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// Written by a newer program; nothing is wrong with it.
    #[error("the segment has format version {0}, this program reads up to {FORMAT_VERSION}")]
    Newer(u16),
    /// Its bytes do not check.
    #[error("the segment's header block is damaged")]
    Damaged,
}

impl SegmentHeader {
    /// The header block: [`BLOCK`] bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        let site = self.site.as_str().as_bytes();
        block[..8].copy_from_slice(&MAGIC);
        block[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        block[10] = site.len() as u8;
        block[HEADER_SITE..HEADER_SITE + site.len()].copy_from_slice(site);
        block[HEADER_STORE..HEADER_ORDINAL].copy_from_slice(self.store.0.as_bytes());
        block[HEADER_ORDINAL..HEADER_NUMBER].copy_from_slice(&self.ordinal.to_le_bytes());
        block[HEADER_NUMBER..HEADER_CRC].copy_from_slice(&self.number.to_le_bytes());
        let crc = crc32fast::hash(&block[..HEADER_CRC]);
        block[HEADER_CRC..HEADER_CRC + 4].copy_from_slice(&crc.to_le_bytes());
        block
    }

    /// Reads a header block. Every later version keeps the magic, the version's place and the crc's place and
    /// range, so that a newer segment is told from a damaged one.
    pub fn decode(block: &[u8]) -> Result<Self, BadHeader> {
        let head = block.get(..HEADER_CRC + 4).ok_or(BadHeader::Damaged)?;
        if head[..8] != MAGIC || u32_at(head, HEADER_CRC) != crc32fast::hash(&head[..HEADER_CRC]) {
            return Err(BadHeader::Damaged);
        }
        let version = u16::from_le_bytes([head[8], head[9]]);
        if version > FORMAT_VERSION {
            return Err(BadHeader::Newer(version));
        }
        let site = head.get(HEADER_SITE..HEADER_SITE + usize::from(head[10])).ok_or(BadHeader::Damaged)?;
        let site = std::str::from_utf8(site).ok().and_then(|s| s.parse().ok()).ok_or(BadHeader::Damaged)?;
        Ok(Self {
            site,
            store: StoreId(uuid_at(head, HEADER_STORE)),
            ordinal: u64_at(head, HEADER_ORDINAL),
            number: u32_at(head, HEADER_NUMBER),
        })
    }
}

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A record.
    Record,
    /// Word that the record at this position is lost for ever; the body is the hash by which its successor names it.
    Lost,
}

/// One frame. `prev` is the hash of the record before it; a lost one's is [`RecordHash::NONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it holds.
    pub kind: Kind,
    /// Where the record stands in its site's journal.
    pub position: Position,
    /// The hash of the record before.
    pub prev: RecordHash,
    /// The record's bytes, or a lost record's hash.
    pub body: &'a [u8],
}

/// Why a frame cannot be written. Nothing was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The body is empty or too large, or a lost record's is no hash.
    #[error("a record of {0} bytes cannot be kept: it must have 1 to {MAX_BODY}; send it in parts")]
    Body(usize),
    /// The epoch is no version 7 UUID.
    #[error("epoch {0} is not a version 7 UUID: an epoch is made by opening a journal")]
    Epoch(Epoch),
    /// The number is out of range.
    #[error("record number {0} is out of range: numbers run from 1 to {MAX_SEQ}")]
    Seq(Seq),
}

impl<'a> Frame<'a> {
    /// A record's frame.
    pub fn record(position: Position, prev: RecordHash, body: &'a [u8]) -> Self {
        Self { kind: Kind::Record, position, prev, body }
    }

    /// A lost record's frame; `hash` is how its successor names it.
    pub fn lost(position: Position, hash: &'a RecordHash) -> Self {
        Self { kind: Kind::Lost, position, prev: RecordHash::NONE, body: &hash.0 }
    }

    /// Bytes of the whole frame.
    pub fn size(&self) -> usize {
        FRAME_HEAD + self.body.len()
    }

    /// The hash by which the next record names this one.
    pub fn hash(&self, site: &SiteId) -> RecordHash {
        match (self.kind, <[u8; 32]>::try_from(self.body)) {
            (Kind::Lost, Ok(hash)) => RecordHash(hash),
            _ => record_hash(site, self.position, &self.prev, self.body),
        }
    }
}

/// Appends a frame's bytes to `out`.
pub fn encode(out: &mut Vec<u8>, frame: &Frame<'_>) -> Result<(), BadFrame> {
    let Position { epoch, seq } = frame.position;
    let size = frame.body.len();
    let size_fits = match frame.kind {
        Kind::Record => (1..=MAX_BODY).contains(&size),
        Kind::Lost => size == 32,
    };
    if !size_fits {
        return Err(BadFrame::Body(size));
    }
    if !is_v7(epoch.0.as_bytes()) {
        return Err(BadFrame::Epoch(epoch));
    }
    if !(1..=MAX_SEQ).contains(&seq.0) {
        return Err(BadFrame::Seq(seq));
    }
    let kind = match frame.kind {
        Kind::Record => KIND_RECORD,
        Kind::Lost => KIND_LOST,
    };
    let at = out.len();
    out.extend_from_slice(&(u32::from(kind) | (size as u32) << 8).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(epoch.0.as_bytes());
    out.extend_from_slice(&seq.0.to_le_bytes());
    out.extend_from_slice(&frame.prev.0);
    out.extend_from_slice(frame.body);
    let crc = crc_of(&out[at..]);
    out[at + 4..at + 8].copy_from_slice(&crc.to_le_bytes());
    Ok(())
}

/// The whole frame at the start of `bytes`, if there is one.
pub fn decode(bytes: &[u8]) -> Option<Frame<'_>> {
    let size = plausible(bytes)?;
    let whole = bytes.get(..size)?;
    if u32_at(whole, 4) != crc_of(whole) {
        return None;
    }
    Some(Frame {
        kind: if whole[0] == KIND_RECORD { Kind::Record } else { Kind::Lost },
        position: Position { epoch: Epoch(uuid_at(whole, 8)), seq: Seq(u64_at(whole, 24)) },
        prev: RecordHash(whole[32..64].try_into().expect("invariant: the slice has 32 bytes")),
        body: &whole[FRAME_HEAD..],
    })
}

/// The size of the frame whose first [`FRAME_HEAD`] bytes these are, if they can be a frame's: kind, length, the
/// epoch's version and the number's range. All that is looked at before anything is summed.
pub fn plausible(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..FRAME_HEAD)?;
    let size = (u32_at(head, 0) >> 8) as usize;
    let kind_fits = match head[0] {
        KIND_RECORD => (1..=MAX_BODY).contains(&size),
        KIND_LOST => size == 32,
        _ => false,
    };
    let fits = kind_fits && is_v7(&head[8..24]) && (1..=MAX_SEQ).contains(&u64_at(head, 24));
    fits.then_some(FRAME_HEAD + size)
}

/// The hash of a record: SHA-256 over a prefix that says what is hashed, the site's name with its length, the
/// epoch, the number, the hash before, and the body.
pub fn record_hash(site: &SiteId, position: Position, prev: &RecordHash, body: &[u8]) -> RecordHash {
    let name = site.as_str().as_bytes();
    let digest = Sha256::new()
        .chain_update(HASH_DOMAIN)
        .chain_update([name.len() as u8])
        .chain_update(name)
        .chain_update(position.epoch.0.as_bytes())
        .chain_update(position.seq.0.to_le_bytes())
        .chain_update(prev.0)
        .chain_update(body)
        .finalize();
    RecordHash(digest.into())
}

fn crc_of(frame: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&frame[..4]);
    crc.update(&frame[8..]);
    crc.finalize()
}

fn is_v7(uuid: &[u8]) -> bool {
    uuid[6] >> 4 == 7 && uuid[8] >> 6 == 0b10
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("invariant: the slice has 4 bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("invariant: the slice has 8 bytes"))
}

fn uuid_at(bytes: &[u8], at: usize) -> Uuid {
    Uuid::from_bytes(bytes[at..at + 16].try_into().expect("invariant: the slice has 16 bytes"))
}

#[cfg(test)]
mod tests;
