//! Raw keys and secrets as the rest of the program hands them about: bytes, hex, and words for people.
//!
//! Only `wire` knows what they are used for.

use crate::domain::id::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Length of every key and secret here, in bytes.
pub const KEY_LEN: usize = 32;

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key is written as 64 hexadecimal digits")]
pub struct BadKey;

/// Why a text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is eight groups of four hexadecimal digits, like 6668 7aad f862 bd77 6c8f c18b 8e9f 8e20")]
pub struct BadFingerprint;

/// A site's X25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(pub [u8; KEY_LEN]);

/// A secret of 32 bytes: an X25519 secret key, or what a new box and the office share. Never printed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(pub [u8; KEY_LEN]);

/// What two people compare over the telephone: eight groups of four hex digits, the first half of a key's SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 16]);

/// How a secret key becomes a public one; `wire` has the real one.
pub type PublicOf = fn(&[u8; KEY_LEN]) -> [u8; KEY_LEN];

impl PublicKey {
    /// For people to compare.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        Fingerprint(std::array::from_fn(|at| digest[at]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, pair) in self.0.chunks(2).enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{:02x}{:02x}", pair[0], pair[1])?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    /// As people type it: in any case, with or without blanks, colons or dashes.
    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let digits = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'));
        let digits: Option<Vec<u8>> = digits.map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let digits: [u8; 32] = digits.and_then(|digits| digits.try_into().ok()).ok_or(BadFingerprint)?;
        Ok(Self(std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1])))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = BadFingerprint;
    fn try_from(text: String) -> Result<Self, BadFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        fingerprint.to_string()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl FromStr for PublicKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        from_hex(text).map(Self)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for Secret {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        from_hex(&text).map(Self)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> String {
        hex(&secret.0)
    }
}

fn from_hex(text: &str) -> Result<[u8; KEY_LEN], BadKey> {
    if text.len() != 2 * KEY_LEN || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(BadKey);
    }
    let mut key = [0; KEY_LEN];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| BadKey)?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_hex_and_nothing_else_is_a_key() {
        let key = PublicKey(std::array::from_fn(|at| at as u8 * 7));
        assert_eq!(key.to_string().parse(), Ok(key));
        let text = key.to_string();
        for bad in ["", &text[..63], &format!("{text}0"), &text.replace('0', "g"), &format!("+{}", &text[1..])] {
            assert_eq!(bad.parse::<PublicKey>(), Err(BadKey), "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_is_eight_groups_of_four_digits_and_never_changes() {
        // SHA-256 of 32 zero bytes begins 66687aad f862bd77 6c8fc18b 8e9f8e20.
        let fingerprint = PublicKey([0; 32]).fingerprint().to_string();
        assert_eq!(fingerprint, "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20");
    }

    #[test]
    fn a_fingerprint_is_read_back_however_it_is_typed() {
        let fingerprint = PublicKey([0; 32]).fingerprint();
        let text = fingerprint.to_string();
        for typed in [text.clone(), text.replace(' ', ""), text.to_uppercase(), text.replace(' ', ":")] {
            assert_eq!(typed.parse(), Ok(fingerprint), "{typed}");
        }
        for bad in ["", &text[1..], &format!("{text}0"), &text.replace('6', "g")] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(BadFingerprint), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret([0xab; 32])), "Secret");
    }
}
