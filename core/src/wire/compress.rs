//! zstd with numbered dictionaries that never change.
//!
//! Number 0 is no dictionary. A sender uses the newest that both ends know; a lone sale is small only by it.
//! The four bytes by which a zstd frame is known are left out: an envelope's version says what is in it.

use std::cell::RefCell;

/// The newest dictionary that this version knows.
pub const NEWEST: u8 = 2;
/// Largest message after decompression: what a batch may hold, and room for all that is said beside it.
pub const MAX_PLAIN: usize = 2 * super::message::MAX_BATCH_BYTES;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The level for what goes over a paid line: the best that keeps a batch under a second on a Pi.
const LEVEL: i32 = 19;

/// Why bytes could not be decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCompressed {
    /// Written with a dictionary of a later version.
    #[error("dictionary {0} is newer than this program: update it")]
    UnknownDictionary(u8),
    /// Not zstd, damaged, or larger than a message may be.
    #[error("the bytes do not decompress to a message of at most {MAX_PLAIN} bytes")]
    Damaged,
}

fn dictionary(number: u8) -> Result<&'static [u8], BadCompressed> {
    match number {
        0 => Ok(&[]),
        1 => Ok(include_bytes!("dictionary/1.zdict")),
        2 => Ok(include_bytes!("dictionary/2.zdict")),
        unknown => Err(BadCompressed::UnknownDictionary(unknown)),
    }
}

/// From this size on a message brings shapes enough of its own, and a dictionary made for small ones only costs.
const LARGE: usize = 32 * 1024;

/// Compresses with whatever is best of the dictionaries up to `newest`, and says which.
pub fn pack(newest: u8, plain: &[u8]) -> (u8, Vec<u8>) {
    let number = if plain.len() < LARGE { newest.min(NEWEST) } else { 0 };
    (number, compress(number, plain))
}

/// Compresses with dictionary `number`, which must be one of ours.
fn compress(number: u8, plain: &[u8]) -> Vec<u8> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<(u8, zstd::bulk::Compressor<'static>)>> = const { RefCell::new(None) };
    }
    let make = || {
        let dictionary = dictionary(number).ok()?;
        let mut made = zstd::bulk::Compressor::with_dictionary(LEVEL, dictionary).ok()?;
        made.include_checksum(false).ok()?;
        made.include_contentsize(false).ok()?;
        made.include_dictid(false).ok()?;
        Some((number, made))
    };
    COMPRESSOR.with_borrow_mut(|slot| {
        if slot.as_ref().is_none_or(|(held, _)| *held != number) {
            *slot = Some(make().expect("invariant: the dictionary is one of ours, and zstd takes its own parameters"));
        }
        let (_, compressor) = slot.as_mut().expect("invariant: just made");
        let bytes = compressor.compress(plain).expect("invariant: compress bounds its own buffer");
        debug_assert_eq!(bytes[..4], MAGIC);
        bytes[4..].to_vec()
    })
}

/// Decompresses what [`compress`] made, into at most [`MAX_PLAIN`] bytes whatever the input says.
pub fn decompress(number: u8, packed: &[u8]) -> Result<Vec<u8>, BadCompressed> {
    let dictionary = dictionary(number)?;
    let mut framed = Vec::with_capacity(4 + packed.len());
    framed.extend_from_slice(&MAGIC);
    framed.extend_from_slice(packed);
    let mut decompressor = zstd::bulk::Decompressor::with_dictionary(dictionary).map_err(|_| BadCompressed::Damaged)?;
    decompressor.decompress(&framed, MAX_PLAIN).map_err(|_| BadCompressed::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let fits = compress(0, &vec![7; MAX_PLAIN]);
        assert_eq!(decompress(0, &fits).unwrap().len(), MAX_PLAIN);
        let bomb = compress(0, &vec![7; 64 * MAX_PLAIN]);
        assert!(bomb.len() < 10_000);
        assert_eq!(decompress(0, &bomb), Err(BadCompressed::Damaged));
    }

    #[test]
    fn each_dictionary_reads_what_it_wrote() {
        for number in 0..=NEWEST {
            let plain = b"item_code KAIN-001 warehouse Solo - TW".repeat(3);
            assert_eq!(decompress(number, &compress(number, &plain)).unwrap(), plain);
        }
    }

    #[test]
    fn an_unknown_dictionary_is_named() {
        assert_eq!(decompress(200, b"x"), Err(BadCompressed::UnknownDictionary(200)));
    }
}
