//! What a file of ours on a stick is called, so that order, extent and wholeness can be told by the name.
//!
//! In goes what a file holds and its bytes; out comes a name, and back from any name on a stick what it says. Lower
//! case ASCII, at most [`LONGEST_NAME`] bytes; read in any case, since some file systems keep none. Deliberately
//! absent: files, and any belief in what a name says: whoever can write on a stick can write any name, and only a seal
//! proves anything.

use crate::domain::id::{Epoch, Generation, Position, Seq};
pub(super) use crate::domain::record::Extent;
use crate::wire::rows::MAX_VERSION;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fmt;
use uuid::Uuid;

/// How the name of every file of ours ends.
pub const ENDING: &str = ".op";
/// The longest name, a parcel's, in bytes: far under the 255 that a stick's file system has.
pub const LONGEST_NAME: usize = 2 * (32 + 1 + 15 + 1) + 8 + ENDING.len();

/// What a file of ours holds, in the order in which files are read: a key before what was sealed with it, parcels
/// oldest first, a word after the parcels that it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// A box's answer to its enrolment: its public key.
    Key,
    /// Records, from the first to the last of the extent.
    Parcel(Extent),
    /// Rows of master data: of which table, after which version, up to which.
    Rows(Generation, u64, u64),
    /// What its writer holds, and a number that says which of two words is the later one.
    Word(u32),
    /// A key was not taken.
    Refusal,
}

/// The name of a file of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// What it holds.
    pub content: Content,
    /// The first four bytes of the SHA-256 of the file's bytes: a cut or damaged file is told from a whole one without
    /// any key.
    pub digest: [u8; 4],
}

impl Content {
    /// True where a name can say it: numbers from 1 to [`Seq::MAX`], and no run within an epoch that ends before it
    /// begins.
    pub(super) fn is_sound(&self) -> bool {
        if let Self::Rows(_, from, through) = self {
            return from <= through && *through <= MAX_VERSION;
        }
        let Self::Parcel(Extent { first, last }) = self else { return true };
        let numbered = |at: &Position| (1..=Seq::MAX.0).contains(&at.seq.0);
        numbered(first) && numbered(last) && (first.epoch != last.epoch || first.seq <= last.seq)
    }
}

impl Name {
    /// The name of a file with that content and those bytes.
    pub fn of(content: Content, bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self { content, digest: [digest[0], digest[1], digest[2], digest[3]] }
    }

    /// True where these are the bytes that the name was made for.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        *self == Self::of(self.content, bytes)
    }

    /// What a name says, in whatever case it is written; nothing where it is none of ours.
    pub fn parse(name: &OsStr) -> Option<Self> {
        let name = name.to_str().filter(|name| name.len() <= LONGEST_NAME)?.to_ascii_lowercase();
        let (content, digest) = name.strip_suffix(ENDING)?.rsplit_once('_')?;
        let digest = u32::try_from(hex(digest, 8)?).ok()?.to_be_bytes();
        let content = match content.split_once('_') {
            None if content == "key" => Content::Key,
            None if content == "refusal" => Content::Refusal,
            None => return None,
            Some(("rows", extent)) => {
                let (generation, extent) = extent.split_once('_')?;
                let (from, through) = extent.split_once('-')?;
                let generation = Generation(Uuid::from_u128(hex(generation, 32)?));
                Content::Rows(generation, decimal(from, 16)?, decimal(through, 16)?)
            }
            Some(("word", number)) => Content::Word(decimal(number, 10)?.try_into().ok()?),
            Some((first, last)) => Content::Parcel(Extent { first: position(first)?, last: position(last)? }),
        };
        content.is_sound().then_some(Self { content, digest })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |position: Position| format!("{}-{:015}", position.epoch.0.simple(), position.seq.0);
        match self.content {
            Content::Key => f.write_str("key")?,
            Content::Parcel(Extent { first, last }) => write!(f, "{}_{}", at(first), at(last))?,
            Content::Rows(generation, from, through) => {
                write!(f, "rows_{}_{from:016}-{through:016}", generation.0.simple())?
            }
            Content::Word(number) => write!(f, "word_{number:010}")?,
            Content::Refusal => f.write_str("refusal")?,
        }
        write!(f, "_{:08x}{ENDING}", u32::from_be_bytes(self.digest))
    }
}

fn position(text: &str) -> Option<Position> {
    let (epoch, seq) = text.split_once('-')?;
    Some(Position { epoch: Epoch(Uuid::from_u128(hex(epoch, 32)?)), seq: Seq(decimal(seq, 15)?) })
}

/// Exactly so many hex digits. The standard library alone would take a sign as well.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let strict = text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
    strict.then(|| u128::from_str_radix(text, 16).ok())?
}

fn decimal(text: &str, digits: usize) -> Option<u64> {
    let strict = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    strict.then(|| text.parse().ok())?
}

/// How `name` may be spelled on a stick: as it is, or all in one case, as a file system or a copy may have made it.
pub(super) fn spellings(name: &str) -> impl Iterator<Item = String> + use<> {
    let (lower, upper) = (name.to_ascii_lowercase(), name.to_ascii_uppercase());
    let more = [lower, upper].into_iter().filter(|other| other != name).collect::<Vec<_>>();
    std::iter::once(name.to_owned()).chain(more)
}
