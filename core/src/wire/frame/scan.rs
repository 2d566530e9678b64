//! Walking over a segment's bytes: whole frames, damage between them, and the true end.

use super::{BLOCK, FRAME_HEAD, Frame, decode};

/// What [`Scan`] came upon. Offsets are of the file, not of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A whole frame.
    Record {
        /// Where it starts.
        offset: u64,
        /// What it says.
        frame: Frame<'a>,
    },
    /// Bytes in which no frame checks, with a whole frame after them.
    Damaged {
        /// The first of them.
        from: u64,
        /// Where the next whole frame starts.
        to: u64,
    },
    /// Nothing whole follows.
    End {
        /// Where the next frame goes: the end of the last whole one.
        offset: u64,
        /// Bytes after it that are not zero, counted to the last such: a torn tail. 0 when all is well.
        torn: u64,
    },
}

/// Iterates over the frames of a segment, or of a window of one. [`Found::End`] comes last, once.
///
/// The cost: every byte is looked at a constant number of times, except that a place which looks like the head of a
/// frame (kind, length, version 7 epoch, number below 2^48) is summed once over its length, at most 256 KiB.
/// Random bytes look so once in 2^36 offsets and zeros never do; at worst a damaged record of 256 KiB, made of such
/// heads by somebody hostile, costs about 1 GiB of summing, a fraction of a second.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    bytes: &'a [u8],
    base: u64,
    at: usize,
    /// The end of the last byte that is not zero: no frame starts behind it.
    used: usize,
    /// A frame that was found by searching, to be given after the damage before it.
    found: Option<usize>,
    ended: bool,
}

impl<'a> Scan<'a> {
    /// Walks over `bytes`, which start at offset `base` of the file. The first frame is expected at their start.
    pub fn new(bytes: &'a [u8], base: u64) -> Self {
        let used = bytes.len() - zeros_at_end(bytes);
        Self { bytes, base, at: 0, used, found: None, ended: false }
    }

    fn file_offset(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    /// Where the padding at `at` ends, if there is padding: zeros up to the next block of the file.
    fn padding_end(&self, at: usize) -> Option<usize> {
        let block = BLOCK as u64;
        let end = at + (block - self.file_offset(at) % block) as usize;
        let padding = self.bytes.get(at..end)?;
        (!self.file_offset(at).is_multiple_of(block) && all_zero(padding)).then_some(end)
    }

    fn record(&mut self, at: usize, frame: Frame<'a>) -> Found<'a> {
        self.at = at + frame.size();
        Found::Record { offset: self.file_offset(at), frame }
    }

    fn end(&mut self) -> Found<'a> {
        self.ended = true;
        Found::End { offset: self.file_offset(self.at), torn: self.used.saturating_sub(self.at) as u64 }
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        if self.ended {
            return None;
        }
        if let Some(at) = self.found.take() {
            let frame = decode(&self.bytes[at..]).expect("invariant: the search found a whole frame here");
            return Some(self.record(at, frame));
        }
        if self.at >= self.used {
            return Some(self.end());
        }
        if let Some(frame) = decode(&self.bytes[self.at..]) {
            return Some(self.record(self.at, frame));
        }
        if let Some(padded) = self.padding_end(self.at)
            && let Some(frame) = decode(&self.bytes[padded..])
        {
            return Some(self.record(padded, frame));
        }
        let Some(to) = (self.at + 1..self.used).find(|&at| starts_frame(self.bytes, at)) else {
            return Some(self.end());
        };
        self.found = Some(to);
        Some(Found::Damaged { from: self.file_offset(self.at), to: self.file_offset(to) })
    }
}

fn starts_frame(bytes: &[u8], at: usize) -> bool {
    // The kind alone rules out nearly every offset, most of all zeros.
    matches!(bytes[at], 1 | 2) && at + FRAME_HEAD < bytes.len() && decode(&bytes[at..]).is_some()
}

fn all_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&b| b == 0)
}

fn zeros_at_end(bytes: &[u8]) -> usize {
    let blocks = bytes.rchunks(BLOCK).take_while(|block| all_zero(block)).map(<[u8]>::len).sum::<usize>();
    let rest = &bytes[..bytes.len() - blocks];
    blocks + rest.iter().rev().take_while(|&&b| b == 0).count()
}
