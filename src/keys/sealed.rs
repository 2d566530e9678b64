//! An enrolment that may lie about on a stick: its text sealed under a code that travels by another way.
//!
//! In go the enrolment's text, a code and a salt that were handed in; out come bytes, and from those bytes and the typed
//! code the very same text. Anybody can read for which site it is, nobody without the code what it says. Deliberately
//! absent: what the text means ([`super::enrolment`]), asking for the code, and any count of wrong ones: whoever has the
//! bytes guesses at home, so the code alone has to hold.

use super::enrolment::MAX_ENROLMENT;
use crate::domain::id::SiteId;
use argon2::{Algorithm, Argon2, Params};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use std::fmt;
use std::str::FromStr;

const MAGIC: &[u8; 8] = b"OUTPOSTE";
/// The version that is written.
const VERSION: u8 = 1;
const SALT: usize = 16;
const TAG: usize = 16;
const CRC: usize = 4;
/// Largest sealed enrolment: the largest text and what stands around it.
pub const MAX_SEALED: usize = MAX_ENROLMENT + 256;

/// What one guess costs: RFC 9106's choice where memory is short. A box needs it once in its life, the smallest Pi has the
/// room, and blocks of this size go back to the system. The 60 bits of a code would hold with less.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3 };
/// What a file may ask for: a box of 512 MB still runs beside it, and is done within seconds.
const DEAREST: Cost = Cost { memory_kib: 128 * 1024, passes: 8 };

/// Characters of a code.
const CODE_LEN: usize = 12;
/// Crockford's base32: no I, L, O or U, so that what was heard or read wrong is still right.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What the office prints and somebody types at the box: 60 random bits. Printed by its `Display` only.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; CODE_LEN]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
}

/// Why what was typed is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// A letter that no code has.
    #[error("no code has the character {0:?}: it has digits and letters, but no U")]
    Letter(char),
    /// Too few or too many.
    #[error("a code has {CODE_LEN} characters, like 7KQM-2X9V-R4TD; these are {0}")]
    Length(usize),
}

/// Why a sealed enrolment was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Something else.
    #[error("this is no sealed enrolment: take the file that the office wrote")]
    NotSealed,
    /// Far too large.
    #[error("this is no sealed enrolment: it has more than {MAX_SEALED} bytes")]
    TooLarge,
    /// A later office wrote it.
    #[error("this enrolment has version {found}, this box knows up to {VERSION}: update the box first")]
    Newer {
        /// Its version.
        found: u8,
    },
    /// Cut short or changed.
    #[error("the file is cut short or damaged, whatever the code: copy it from the office again")]
    Damaged,
    /// It would need more memory or time than a box has to give.
    #[error("the file asks for {memory_kib} KiB and {passes} passes, more than any of ours: do not trust who gave it")]
    TooDear {
        /// Memory.
        memory_kib: u32,
        /// Passes.
        passes: u32,
    },
    /// The file is whole, so it is the code.
    #[error(
        "this code does not open the enrolment of {site}: type the code that the office printed for this very file"
    )]
    WrongCode {
        /// For which site it is.
        site: SiteId,
    },
}

impl Code {
    /// A new one from handed-in randomness, of which it uses 60 bits.
    pub fn from_random(random: [u8; 8]) -> Self {
        let bits = u64::from_le_bytes(random);
        Self(std::array::from_fn(|at| LETTERS[(bits >> (5 * at) & 31) as usize]))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.iter().enumerate() {
            let gap = if at % 4 == 0 && at > 0 { "-" } else { "" };
            write!(f, "{gap}{}", char::from(*letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

impl FromStr for Code {
    type Err = BadCode;

    /// As people type it: in any case, with or without dashes and blanks, O for 0, I and L for 1.
    fn from_str(typed: &str) -> Result<Self, BadCode> {
        let mut letters = Vec::new();
        for typed in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let letter = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(letter).ok().filter(|letter| LETTERS.contains(letter));
            letters.push(known.ok_or(BadCode::Letter(typed))?);
        }
        let length = letters.len();
        letters.try_into().map(Self).map_err(|_| BadCode::Length(length))
    }
}

/// The sealed form of `text`, the enrolment of `site`. `salt` is random and never used twice.
pub fn seal(site: &SiteId, text: &str, code: &Code, salt: [u8; SALT]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.push(VERSION);
    out.push(site.as_str().len() as u8);
    out.extend_from_slice(site.as_str().as_bytes());
    out.extend_from_slice(&salt);
    out.extend_from_slice(&COST.memory_kib.to_le_bytes());
    out.extend_from_slice(&COST.passes.to_le_bytes());
    let payload = Payload { msg: text.as_bytes(), aad: &out };
    let sealed = cipher(code, &salt, COST).encrypt(&Nonce::default(), payload);
    out.extend_from_slice(&sealed.expect("invariant: an enrolment's text is far below the cipher's limit"));
    out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
    out
}

/// Each salt makes a key of its own, which seals once: the nonce may be zeros.
fn cipher(code: &Code, salt: &[u8; SALT], cost: Cost) -> ChaCha20Poly1305 {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None).expect("invariant: costs were checked");
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(&code.0, salt, &mut key)
        .expect("invariant: code, salt and key have lengths that argon2 takes");
    ChaCha20Poly1305::new(&Key::from(key))
}

/// True for bytes that begin as a sealed enrolment, of any version.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// A sealed enrolment, whole, not opened yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// For which site it says it is. Only [`Sealed::open`] proves it.
    pub site: SiteId,
    salt: [u8; SALT],
    cost: Cost,
    clear: &'a [u8],
    sealed: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Reads what stands in clear. Costs nothing, whatever the bytes are.
    pub fn read(bytes: &'a [u8]) -> Result<Self, SealedError> {
        if !is_sealed(bytes) {
            return Err(SealedError::NotSealed);
        }
        if bytes.len() > MAX_SEALED {
            return Err(SealedError::TooLarge);
        }
        // A later version may check itself otherwise: it is told from a damaged one by its number alone.
        match bytes.get(MAGIC.len()) {
            Some(&found) if found > VERSION => return Err(SealedError::Newer { found }),
            Some(&VERSION) => {}
            _ => return Err(SealedError::Damaged),
        }
        let (whole, crc) = bytes.split_last_chunk::<CRC>().ok_or(SealedError::Damaged)?;
        if u32::from_le_bytes(*crc) != crc32fast::hash(whole) {
            return Err(SealedError::Damaged);
        }
        let mut rest = &whole[MAGIC.len() + 1..];
        let mut take = |n: usize| rest.split_off(..n).ok_or(SealedError::Damaged);
        let length = take(1)?[0].into();
        let site = std::str::from_utf8(take(length)?).ok().and_then(|name| name.parse().ok());
        let site = site.ok_or(SealedError::Damaged)?;
        let salt = take(SALT)?.try_into().expect("invariant: so many bytes were taken");
        let mut number = || {
            let bytes = take(4)?.try_into().expect("invariant: four bytes were taken");
            Ok::<_, SealedError>(u32::from_le_bytes(bytes))
        };
        let cost = Cost { memory_kib: number()?, passes: number()? };
        let Cost { memory_kib, passes } = cost;
        if memory_kib > DEAREST.memory_kib || passes > DEAREST.passes {
            return Err(SealedError::TooDear { memory_kib, passes });
        }
        if memory_kib < Params::MIN_M_COST || passes < Params::MIN_T_COST || rest.len() < TAG {
            return Err(SealedError::Damaged);
        }
        Ok(Self { site, salt, cost, clear: &whole[..whole.len() - rest.len()], sealed: rest })
    }

    /// The enrolment's text, for who has the code. Takes a good part of a second and 64 MiB.
    pub fn open(&self, code: &Code) -> Result<Vec<u8>, SealedError> {
        let payload = Payload { msg: self.sealed, aad: self.clear };
        let opened = cipher(code, &self.salt, self.cost).decrypt(&Nonce::default(), payload);
        opened.map_err(|_| SealedError::WrongCode { site: self.site.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        "7KQM-2X9V-R4TD".parse().unwrap()
    }

    fn sealed() -> Vec<u8> {
        seal(&"delhi".parse().unwrap(), "the enrolment's text", &code(), [4; SALT])
    }

    /// The bytes with a change, and a crc that fits them again.
    fn forged(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = sealed();
        bytes.truncate(bytes.len() - CRC);
        change(&mut bytes);
        let crc = crc32fast::hash(&bytes).to_le_bytes();
        bytes.extend_from_slice(&crc);
        bytes
    }

    /// Where the costs stand in `sealed()`.
    const MEMORY: usize = 8 + 1 + 1 + 5 + SALT;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_a_slip_is_named() {
        assert_eq!(code().to_string(), "7KQM-2X9V-R4TD");
        for typed in ["7kqm2x9vr4td", " 7KQM 2X9V R4TD\n", "7k-qm2x-9vr4-td"] {
            assert_eq!(typed.parse(), Ok(code()), "{typed:?}");
        }
        assert_eq!("oil0-OIL0-0000".parse::<Code>(), "0110-0110-0000".parse());
        assert_eq!("7KQM-2X9V-R4TU".parse::<Code>(), Err(BadCode::Letter('U')));
        assert_eq!("7KQM-2X9V-R4Tß".parse::<Code>(), Err(BadCode::Letter('ß')));
        assert_eq!("7KQM-2X9V-R4T".parse::<Code>(), Err(BadCode::Length(11)));
        assert_eq!("7KQM-2X9V-R4TDD".parse::<Code>(), Err(BadCode::Length(13)));
        assert_eq!(format!("{:?}", code()), "Code", "a code is no word for a log");
    }

    #[test]
    fn each_of_sixty_bits_makes_another_code() {
        let mut made: Vec<_> = (0..60).map(|bit| Code::from_random((1_u64 << bit).to_le_bytes()).to_string()).collect();
        made.push(Code::from_random([0; 8]).to_string());
        made.sort();
        made.dedup();
        assert_eq!(made.len(), 61);
    }

    #[test]
    fn the_code_opens_the_very_text_and_the_site_can_be_read_without_it() {
        let bytes = sealed();
        let sealed = Sealed::read(&bytes).unwrap();
        assert_eq!(sealed.site.as_str(), "delhi");
        assert_eq!(sealed.open(&code()).unwrap(), b"the enrolment's text");
        let wrong = sealed.open(&"7KQM-2X9V-R4TE".parse().unwrap());
        assert_eq!(wrong, Err(SealedError::WrongCode { site: "delhi".parse().unwrap() }));
        assert!(wrong.unwrap_err().to_string().contains("delhi"));
    }

    #[test]
    fn no_cut_and_no_flipped_bit_is_taken_for_a_wrong_code() {
        let bytes = sealed();
        for len in MAGIC.len()..bytes.len() {
            assert_eq!(Sealed::read(&bytes[..len]).unwrap_err(), SealedError::Damaged, "{len} bytes");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(matches!(Sealed::read(&flipped), Err(SealedError::Damaged | SealedError::NotSealed)), "byte {at}");
        }
    }

    #[test]
    fn what_stands_in_clear_is_held_by_the_seal() {
        let bytes = forged(|bytes| bytes[10..15].copy_from_slice(b"delhj"));
        let sealed = Sealed::read(&bytes).unwrap();
        assert_eq!(sealed.open(&code()), Err(SealedError::WrongCode { site: "delhj".parse().unwrap() }));
    }

    #[test]
    fn a_file_cannot_ask_for_more_than_a_box_has() {
        let asks = |memory: u32, passes: u32| {
            let bytes = forged(|bytes| {
                bytes[MEMORY..MEMORY + 4].copy_from_slice(&memory.to_le_bytes());
                bytes[MEMORY + 4..MEMORY + 8].copy_from_slice(&passes.to_le_bytes());
            });
            Sealed::read(&bytes).map(|_| ())
        };
        assert_eq!(asks(DEAREST.memory_kib, DEAREST.passes), Ok(()));
        let four_gb = 4 * 1024 * 1024;
        assert_eq!(asks(four_gb, 3), Err(SealedError::TooDear { memory_kib: four_gb, passes: 3 }));
        assert!(matches!(asks(8, DEAREST.passes + 1), Err(SealedError::TooDear { .. })));
        assert_eq!(asks(7, 1), Err(SealedError::Damaged));
        assert_eq!(asks(8, 0), Err(SealedError::Damaged));
    }

    #[test]
    fn a_newer_a_larger_and_a_foreign_file_each_have_their_word() {
        let mut newer = sealed();
        newer[8] = VERSION + 1;
        assert_eq!(Sealed::read(&newer), Err(SealedError::Newer { found: 2 }));
        let mut large = sealed();
        large.resize(MAX_SEALED + 1, 0);
        assert_eq!(Sealed::read(&large), Err(SealedError::TooLarge));
        assert_eq!(Sealed::read(b"# Outpost: enrolment"), Err(SealedError::NotSealed));
        assert_eq!(Sealed::read(b""), Err(SealedError::NotSealed));
        let empty = forged(|bytes| bytes.truncate(MEMORY + 8));
        assert_eq!(Sealed::read(&empty), Err(SealedError::Damaged), "no room for a seal");
    }
}
