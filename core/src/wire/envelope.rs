//! What travels: a message, compressed, then sealed with HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) from
//! the sender's key to the receiver's.
//!
//! The clear header is the associated data; purpose, sender and receiver stand in the info as well, so that nothing
//! can be reflected, moved between sites, or used for another end. A replay is a repeat, and repeats are harmless.
//! The only place that knows `hpke`. Randomness is handed in.

use super::compress::{self, BadCompressed};
use crate::domain::id::SiteId;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, PskBundle, Serializable};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

/// The version of the envelope that is written.
pub const VERSION: u8 = 1;
/// Largest envelope. A full batch that does not compress at all still fits.
pub const MAX_ENVELOPE: usize = 1024 * 1024;

const ENC: usize = 32;
const TAG: usize = 16;

type Kem = X25519HkdfSha256;
type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

/// A site's public key, X25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public(pub [u8; 32]);

/// A site's secret key, X25519. Does not print itself.
#[derive(Clone)]
pub struct Secret(pub [u8; 32]);

/// The first four bytes of a public key's SHA-256: enough to choose among a site's keys, no more.
pub type KeyId = [u8; 4];

impl Public {
    /// By which an envelope names it.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0);
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl Secret {
    /// A new one from handed-in randomness.
    pub fn from_random(random: [u8; 32]) -> Self {
        let (secret, _) = Kem::derive_keypair(&random);
        Self(secret.to_bytes().into())
    }

    /// The public half.
    pub fn public(&self) -> Public {
        let secret = PrivateKey::from_bytes(&self.0).expect("invariant: any 32 bytes are an X25519 secret");
        Public(Kem::sk_to_pk(&secret).to_bytes().into())
    }
}

/// The public half of a secret key, in bytes: for the files that keep keys.
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    Secret(*secret).public().0
}

/// What an envelope is for. It decides the topic, and one purpose's envelope does not open as another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// A [`super::message::Message`], from one site's key to another's.
    Records,
    /// A box's answer to its enrolment: its public key, sealed with the enrolment's one-time secret.
    Enrol,
    /// The office's answer to a key that it does not take: a [`super::refusal::Refusal`], from its key to the offered one.
    Refusal,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::Records => b'r',
            Self::Enrol => b'e',
            Self::Refusal => b'x',
        }
    }
}

/// The clear header. Anybody can read it, and nobody can change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the envelope is for.
    pub purpose: Purpose,
    /// Who says to have sealed it.
    pub sender: SiteId,
    /// For whom.
    pub receiver: SiteId,
    /// Which of the sender's keys; zeros where the purpose is to make it known.
    pub sender_key: KeyId,
    /// Which of the receiver's keys.
    pub receiver_key: KeyId,
    /// The dictionary of the compression.
    pub dictionary: u8,
}

/// Why an envelope was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// Not an envelope.
    #[error("not an envelope of ours")]
    NotOurs,
    /// Too large to be one.
    #[error("{0} bytes are more than an envelope may have ({MAX_ENVELOPE})")]
    TooLarge(usize),
    /// Written by a later version.
    #[error("the envelope has version {0}, this program reads up to {VERSION}: update it")]
    Newer(u8),
    /// Sealed for other keys, by other keys, for another purpose, or damaged: they cannot be told apart.
    #[error("the seal does not fit: another office's or another site's key, or damage on the way")]
    Seal,
    /// The seal fits, but what is inside is wrong.
    #[error(transparent)]
    Compressed(#[from] BadCompressed),
}

impl Header {
    /// Splits an envelope into its header, the header's bytes, and the sealed rest. Opens nothing.
    pub fn read(envelope: &[u8]) -> Result<(Self, &[u8], &[u8]), Unopened> {
        if envelope.len() > MAX_ENVELOPE {
            return Err(Unopened::TooLarge(envelope.len()));
        }
        let mut rest = envelope;
        let mut take = |n: usize| rest.split_off(..n).ok_or(Unopened::NotOurs);
        let &[b'O', version] = take(2)? else { return Err(Unopened::NotOurs) };
        if version != VERSION {
            return Err(if version > VERSION { Unopened::Newer(version) } else { Unopened::NotOurs });
        }
        let purpose = match take(1)?[0] {
            b'r' => Purpose::Records,
            b'e' => Purpose::Enrol,
            b'x' => Purpose::Refusal,
            _ => return Err(Unopened::NotOurs),
        };
        let mut name = || {
            let length = take(1)?[0] as usize;
            std::str::from_utf8(take(length)?).ok().and_then(|name| name.parse().ok()).ok_or(Unopened::NotOurs)
        };
        let (sender, receiver) = (name()?, name()?);
        let mut key = || Ok::<_, Unopened>(take(4)?.try_into().expect("invariant: four bytes were taken"));
        let (sender_key, receiver_key) = (key()?, key()?);
        let dictionary = take(1)?[0];
        if rest.len() < ENC + TAG {
            return Err(Unopened::NotOurs);
        }
        let header = Self { purpose, sender, receiver, sender_key, receiver_key, dictionary };
        Ok((header, &envelope[..envelope.len() - rest.len()], rest))
    }

    fn write(&self) -> Vec<u8> {
        let mut out = vec![b'O', VERSION, self.purpose.byte()];
        for name in [&self.sender, &self.receiver] {
            out.push(name.as_str().len() as u8);
            out.extend_from_slice(name.as_str().as_bytes());
        }
        out.extend_from_slice(&self.sender_key);
        out.extend_from_slice(&self.receiver_key);
        out.push(self.dictionary);
        out
    }

    fn info(&self) -> Vec<u8> {
        format!("outpost/{VERSION} {} {}>{}", char::from(self.purpose.byte()), self.sender, self.receiver).into_bytes()
    }
}

/// By what the sender proves itself.
pub enum Proof<'a> {
    /// Its own key.
    Key(&'a Secret),
    /// A one-time secret of 32 random bytes that both know, when its key is not known yet.
    OneTime(&'a [u8; 32]),
}

/// Seals `plain` from `sender` to `receiver`, whose key is `to` and who reads dictionaries up to `newest_dictionary`.
pub fn seal(
    purpose: Purpose,
    (sender, proof): (&SiteId, Proof<'_>),
    (receiver, to): (&SiteId, &Public),
    newest_dictionary: u8,
    plain: &[u8],
    random: &mut impl CryptoRng,
) -> Result<Vec<u8>, Unopened> {
    let sender_key = match &proof {
        Proof::Key(secret) => secret.public().id(),
        Proof::OneTime(_) => [0; 4],
    };
    let (sender, receiver) = (sender.clone(), receiver.clone());
    let (dictionary, packed) = compress::pack(newest_dictionary, plain);
    let header = Header { purpose, sender, receiver, sender_key, receiver_key: to.id(), dictionary };
    let mode = match proof {
        Proof::Key(secret) => {
            let secret = PrivateKey::from_bytes(&secret.0).map_err(|_| Unopened::Seal)?;
            let public = Kem::sk_to_pk(&secret);
            OpModeS::Auth((secret, public))
        }
        Proof::OneTime(once) => OpModeS::Psk(PskBundle::new(once, b"enrolment").map_err(|_| Unopened::Seal)?),
    };
    let to = PublicKey::from_bytes(&to.0).map_err(|_| Unopened::Seal)?;
    let mut out = header.write();
    let (enc, mut context) =
        hpke::setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(&mode, &to, &header.info(), random)
            .map_err(|_| Unopened::Seal)?;
    let sealed = context.seal(&packed, &out).map_err(|_| Unopened::Seal)?;
    out.extend_from_slice(&enc.to_bytes());
    out.extend_from_slice(&sealed);
    if out.len() > MAX_ENVELOPE { Err(Unopened::TooLarge(out.len())) } else { Ok(out) }
}

/// By what the receiver knows the sender.
pub enum Known<'a> {
    /// The sender's key.
    Key(&'a Public),
    /// The one-time secret.
    OneTime(&'a [u8; 32]),
}

/// Opens an envelope with the receiver's secret key. Who the receiver is and what the purpose is, is for the caller
/// to check against the header; the seal holds them to what the sender meant.
pub fn open(envelope: &[u8], receiver: &Secret, sender: Known<'_>) -> Result<Vec<u8>, Unopened> {
    let (header, clear, rest) = Header::read(envelope)?;
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&rest[..ENC]).map_err(|_| Unopened::Seal)?;
    let mode = match sender {
        Known::Key(key) => OpModeR::Auth(PublicKey::from_bytes(&key.0).map_err(|_| Unopened::Seal)?),
        Known::OneTime(once) => OpModeR::Psk(PskBundle::new(once, b"enrolment").map_err(|_| Unopened::Seal)?),
    };
    let secret = PrivateKey::from_bytes(&receiver.0).map_err(|_| Unopened::Seal)?;
    let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(&mode, &secret, &enc, &header.info())
        .map_err(|_| Unopened::Seal)?;
    let packed = context.open(&rest[ENC..], clear).map_err(|_| Unopened::Seal)?;
    Ok(compress::decompress(header.dictionary, &packed)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn names() -> (SiteId, SiteId) {
        ("bdg".parse().unwrap(), SiteId::office())
    }

    fn sealed(plain: &[u8]) -> (Vec<u8>, Secret, Secret) {
        let (site, office) = (Secret::from_random([1; 32]), Secret::from_random([2; 32]));
        let (from, to) = names();
        let mut random = ChaCha8Rng::from_seed([7; 32]);
        let whom = (&to, &office.public());
        let envelope = seal(Purpose::Records, (&from, Proof::Key(&site)), whom, 1, plain, &mut random).unwrap();
        (envelope, site, office)
    }

    #[test]
    fn what_was_sealed_opens_for_the_receiver_alone() {
        let (envelope, site, office) = sealed(b"hello");
        assert_eq!(open(&envelope, &office, Known::Key(&site.public())).unwrap(), b"hello");
        let other = Secret::from_random([3; 32]);
        assert_eq!(open(&envelope, &other, Known::Key(&site.public())), Err(Unopened::Seal));
        assert_eq!(open(&envelope, &office, Known::Key(&other.public())), Err(Unopened::Seal));
        assert_eq!(open(&envelope, &site, Known::Key(&office.public())), Err(Unopened::Seal), "reflected");
        assert_eq!(open(&envelope, &office, Known::OneTime(&[0; 32])), Err(Unopened::Seal), "another purpose");
    }

    #[test]
    fn no_flipped_bit_and_no_cut_opens() {
        let (envelope, site, office) = sealed(&b"a sale ".repeat(20));
        for at in 0..envelope.len() {
            assert!(open(&envelope[..at], &office, Known::Key(&site.public())).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut flipped = envelope.clone();
                flipped[at] ^= 1 << bit;
                assert!(open(&flipped, &office, Known::Key(&site.public())).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_header_can_be_read_by_anybody_and_says_what_is_newer() {
        let (mut envelope, site, office) = sealed(b"x");
        let (header, _, _) = Header::read(&envelope).unwrap();
        assert_eq!((header.sender, header.receiver), names());
        assert_eq!((header.sender_key, header.receiver_key), (site.public().id(), office.public().id()));
        envelope[1] = VERSION + 1;
        assert_eq!(Header::read(&envelope), Err(Unopened::Newer(VERSION + 1)));
    }

    #[test]
    fn an_enrolment_is_proven_by_its_one_time_secret() {
        let office = Secret::from_random([2; 32]);
        let (from, to) = names();
        let mut random = ChaCha8Rng::from_seed([7; 32]);
        let whom = (&to, &office.public());
        let proof = Proof::OneTime(&[5; 32]);
        let envelope = seal(Purpose::Enrol, (&from, proof), whom, 0, b"my key", &mut random).unwrap();
        assert_eq!(open(&envelope, &office, Known::OneTime(&[5; 32])).unwrap(), b"my key");
        assert_eq!(open(&envelope, &office, Known::OneTime(&[6; 32])), Err(Unopened::Seal));
    }

    #[test]
    fn an_envelope_is_taken_at_its_limit_and_refused_past_it() {
        let (envelope, ..) = sealed(b"x");
        let mut large = envelope.clone();
        large.resize(MAX_ENVELOPE, 0);
        assert!(Header::read(&large).is_ok());
        large.push(0);
        assert_eq!(Header::read(&large), Err(Unopened::TooLarge(MAX_ENVELOPE + 1)));
    }
}
