//! By which road a site's records came, where that was not the line: a small log beside the site's journals. FORMAT.md has its bytes.
//!
//! In: stretches of records, once they are durable. Out: the road of one. When they came is not here: the office's word on them says so.
//! What came before the log was begun, or where it is damaged, has no road that anybody knows. The log is for people: it may be lost.

use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::record::Span;
use crate::files;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use uuid::Uuid;

/// The file's name in a site's directory.
const NAME: &str = "roads";
const MAGIC: [u8; 8] = *b"OUTROADS";
const VERSION: u16 = 1;
/// Bytes of the header: magic, version, two zeros, how many words the office had said to the site then, crc.
const HEADER: usize = 24;
/// Bytes of a stretch: epoch, first, last, road, three zeros, crc.
const STRETCH: usize = 40;

/// How something came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CameBy {
    /// By line, which is not written down.
    Line,
    /// On a stick.
    Stick,
    /// Nobody knows: it lay in quarantine, or the power went before it was written down.
    Unknown,
}

/// One site's log.
pub(super) struct Roads {
    file: File,
}

impl Roads {
    /// Opens the log in a site's directory; a new one begins behind `words`, what the office has said to the site before.
    pub(super) fn open(dir: &Path, words: u64) -> io::Result<Self> {
        let path = dir.join(NAME);
        let is_begun = match std::fs::read(&path) {
            Ok(bytes) => read_header(&bytes).is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if !is_begun {
            files::write_atomically(&path, &header(words), files::PUBLIC)?;
        }
        let file = OpenOptions::new().append(true).open(&path)?;
        let (size, whole) = (file.metadata()?.len(), HEADER as u64);
        // What a power cut has torn is cut off, so that the next stretch stands in its place.
        file.set_len(whole + size.saturating_sub(whole) / STRETCH as u64 * STRETCH as u64)?;
        Ok(Self { file })
    }

    /// Writes down how these came.
    pub(super) fn came(&mut self, spans: &[Span], road: CameBy) -> io::Result<()> {
        if road == CameBy::Line || spans.is_empty() {
            return Ok(());
        }
        let bytes: Vec<u8> = spans.iter().flat_map(|span| stretch(span, road)).collect();
        let end = self.file.metadata()?.len();
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Half a stretch would hide those behind it.
            let _ = self.file.set_len(end);
        }
        written
    }
}

/// How a record came that the office's word of that ordinal is on, by the log in a site's directory.
pub(super) fn of(dir: &Path, at: Position, word: u64) -> CameBy {
    let mut bytes = Vec::new();
    let read = File::open(dir.join(NAME)).and_then(|mut file| file.read_to_end(&mut bytes));
    let Some(words) = read.ok().and_then(|_| read_header(&bytes)) else { return CameBy::Unknown };
    let mut road = if word < words { CameBy::Unknown } else { CameBy::Line };
    for stretch in bytes[HEADER..].chunks_exact(STRETCH) {
        match read_stretch(stretch) {
            Some((span, by)) if span.epoch == at.epoch && (span.first..=span.last).contains(&at.seq) => return by,
            Some(_) => {}
            // It may have been on this one.
            None => road = CameBy::Unknown,
        }
    }
    road
}

fn with_crc(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&bytes);
    bytes.extend(crc.to_le_bytes());
    bytes
}

fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    (crc32fast::hash(body).to_le_bytes() == *crc).then_some(body)
}

fn header(words: u64) -> Vec<u8> {
    with_crc([&MAGIC[..], &VERSION.to_le_bytes(), &[0; 2], &words.to_le_bytes()].concat())
}

fn read_header(bytes: &[u8]) -> Option<u64> {
    let body = checked(bytes.get(..HEADER)?)?;
    let is_ours = body[..8] == MAGIC && body[8..10] == VERSION.to_le_bytes();
    is_ours.then(|| body[12..].try_into().ok().map(u64::from_le_bytes)).flatten()
}

fn stretch(span: &Span, road: CameBy) -> Vec<u8> {
    let by = u8::from(road == CameBy::Stick);
    let Span { epoch, first, last } = span;
    with_crc([epoch.0.as_bytes(), &first.0.to_le_bytes()[..], &last.0.to_le_bytes(), &[by, 0, 0, 0]].concat())
}

fn read_stretch(bytes: &[u8]) -> Option<(Span, CameBy)> {
    let body = checked(bytes)?;
    let long = |at: usize| body[at..at + 8].try_into().ok().map(u64::from_le_bytes);
    let epoch = Epoch(Uuid::from_slice(&body[..16]).ok()?);
    let road = if body[32] == 1 { CameBy::Stick } else { CameBy::Unknown };
    Some((Span { epoch, first: Seq(long(16)?), last: Seq(long(24)?) }, road))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: u64, last: u64) -> Span {
        Span { epoch: Epoch::new(7, [3; 10]), first: Seq(first), last: Seq(last) }
    }

    fn at(seq: u64) -> Position {
        Position { epoch: Epoch::new(7, [3; 10]), seq: Seq(seq) }
    }

    #[test]
    fn the_road_of_a_record_is_known_after_a_restart_and_a_torn_end() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(of(dir.path(), at(1), 9), CameBy::Unknown, "there is no log");
        let mut roads = Roads::open(dir.path(), 5).unwrap();
        roads.came(&[span(1, 3)], CameBy::Line).unwrap();
        roads.came(&[span(4, 6), span(8, 8)], CameBy::Stick).unwrap();
        roads.came(&[span(7, 7)], CameBy::Unknown).unwrap();
        let path = dir.path().join(NAME);
        let golden = include_bytes!("../../tests/golden/v1/site.roads");
        assert_eq!(std::fs::read(&path).unwrap(), golden);
        let told = |seq: u64| of(dir.path(), at(seq), 9);
        let all = [3, 4, 6, 7, 8, 9].map(told);
        use CameBy::{Line, Stick, Unknown};
        assert_eq!(all, [Line, Stick, Stick, Unknown, Stick, Line]);
        assert_eq!(of(dir.path(), at(3), 4), Unknown, "that word is older than the log");

        let mut torn = golden.to_vec();
        torn.extend([1, 2, 3]);
        std::fs::write(&path, torn).unwrap();
        let mut roads = Roads::open(dir.path(), 99).unwrap();
        roads.came(&[span(9, 9)], CameBy::Stick).unwrap();
        assert_eq!([3, 9].map(told), [Line, Stick]);

        let mut damaged = std::fs::read(&path).unwrap();
        damaged[HEADER + 20] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        assert_eq!([3, 4, 8].map(told), [Unknown, Unknown, Stick], "what is damaged may have been on it");
    }
}
