//! What tells an enrolled box something new about its office: an enrolment with the root's signature below it.
//!
//! In go a text and the root's secret, or bytes that came and what the box knows; out comes the text with one line more,
//! or what the box may take. An enrolled box takes nothing else: whoever holds a stick cannot lead it to another office.
//! Deliberately absent: what becomes of the fields (a box keeps its site and its login; its key is not in an enrolment).

use super::enrolment::Enrolment;
use super::root::{RootKey, RootSecret, SIGNATURE_LEN};
use crate::domain::id::{SiteId, hex};

const MARK: &str = "# move ";
/// So that a signature under a move is one under nothing else.
const CONTEXT: &[u8] = b"outpost move v1\0";

/// Why an enrolled box does not take a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMoved {
    /// An ordinary enrolment.
    #[error(
        "this box is {site} already and takes no second enrolment: for a new address or a new key of its office take a \
         move (`outpost enrol {site} --move` there); to become another box it is set up from new, in an empty directory"
    )]
    Enrolled {
        /// What it is.
        site: SiteId,
    },
    /// It was enrolled before there were roots.
    #[error("this box does not know the root of its office, so no move can be proven to it: enrol it from new")]
    NoRoot,
    /// Signed by somebody else, or changed.
    #[error("this move is not signed by the root of the office that this box knows: take it to whoever gave it to you")]
    NotSigned,
    /// It was said before.
    #[error("this move is older than what this box knows already: have the office make a new one")]
    Old,
    /// The box is none yet.
    #[error("this is a move, for a box that is {site} already; for a new box: `outpost enrol {site} --replace`")]
    NotEnrolled {
        /// For which it is.
        site: SiteId,
    },
}

/// The text of a move: `text`, an enrolment's, with the root's word below it.
pub fn sign(text: &str, root: &RootSecret) -> String {
    let signature = hex(&root.sign(&signed(text)));
    format!("{text}{MARK}{signature}\n")
}

fn signed(text: &str) -> Vec<u8> {
    [CONTEXT, text.as_bytes()].concat()
}

/// Bytes as they came: an enrolment's text, and the signature below it where there is one. What is no text stays for the
/// enrolment's reader to refuse.
pub struct Came {
    /// The enrolment.
    pub text: Vec<u8>,
    signature: Option<[u8; SIGNATURE_LEN]>,
}

impl Came {
    /// Splits them.
    pub fn read(bytes: &[u8]) -> Self {
        let unsigned = || Self { text: bytes.to_owned(), signature: None };
        let Ok(text) = std::str::from_utf8(bytes) else { return unsigned() };
        // Whatever carried the file may have changed its line ends.
        let text = text.replace("\r\n", "\n");
        let whole = text.trim_end();
        let last_line = whole.rfind('\n').map_or(0, |end| end + 1);
        let (above, mark) = whole.split_at(last_line);
        match mark.strip_prefix(MARK) {
            Some(digits) => {
                Self { text: above.into(), signature: Some(signature(digits).unwrap_or([0; SIGNATURE_LEN])) }
            }
            None => unsigned(),
        }
    }

    /// True where it says to be a move.
    pub fn is_move(&self) -> bool {
        self.signature.is_some()
    }

    /// Whether a box that knows `known` may take `new`, which [`Came::text`] says. A repeat of what it knows is fine.
    pub fn may_move(&self, known: &Enrolment, new: &Enrolment) -> Result<(), NotMoved> {
        let Some(signature) = &self.signature else {
            return Err(NotMoved::Enrolled { site: known.site.clone() });
        };
        let root: RootKey = known.office_root.ok_or(NotMoved::NoRoot)?;
        if !root.has_signed(&[CONTEXT, &self.text].concat(), signature) {
            return Err(NotMoved::NotSigned);
        }
        if new.written_at <= known.written_at { Err(NotMoved::Old) } else { Ok(()) }
    }
}

fn signature(digits: &str) -> Option<[u8; SIGNATURE_LEN]> {
    if digits.len() != 2 * SIGNATURE_LEN || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::enrolment::{BrokerLogin, OfficeFacts};
    use crate::keys::key::{PublicKey, Secret};

    fn root(n: u8) -> RootSecret {
        RootSecret::from_random([n; 32])
    }

    fn enrolment(root: Option<RootKey>, written_at: u64) -> Enrolment {
        let brokers = vec!["mqtt://office.example:1883".into()];
        let office = OfficeFacts { key: PublicKey([3; 32]), root, brokers, ca_pem: None };
        let login = BrokerLogin { user: "delhi".into(), password: "secret".into() };
        Enrolment::new(
            "delhi".parse().unwrap(),
            &office,
            login,
            Secret([9; 32]),
            (crate::domain::number::Series::FIRST, written_at),
        )
    }

    /// What a box that knows `known` says to `bytes`.
    fn said(known: &Enrolment, bytes: &[u8]) -> Result<(), NotMoved> {
        let came = Came::read(bytes);
        came.may_move(known, &Enrolment::from_bytes(&came.text, Some(&known.site)).unwrap())
    }

    #[test]
    fn a_box_takes_what_its_offices_root_has_signed_even_through_a_mail_program() {
        let known = enrolment(Some(root(7).key()), 5);
        let moved = sign(&enrolment(Some(root(7).key()), 6).to_text(), &root(7));
        assert_eq!(said(&known, moved.as_bytes()), Ok(()));
        assert_eq!(said(&known, moved.replace('\n', "\r\n").as_bytes()), Ok(()));
        assert!(Came::read(moved.as_bytes()).is_move());
    }

    #[test]
    fn a_box_takes_no_second_enrolment_no_other_roots_move_and_no_old_one() {
        let key = Some(root(7).key());
        let (known, text) = (enrolment(key, 5), enrolment(key, 6).to_text());
        let site = known.site.clone();
        assert_eq!(said(&known, text.as_bytes()), Err(NotMoved::Enrolled { site }));
        assert_eq!(said(&known, sign(&text, &root(8)).as_bytes()), Err(NotMoved::NotSigned));
        let other_office = sign(&enrolment(Some(root(8).key()), 6).to_text(), &root(8));
        assert_eq!(said(&known, other_office.as_bytes()), Err(NotMoved::NotSigned), "its own root is no proof");
        for at in [5, 4] {
            let old = sign(&enrolment(key, at).to_text(), &root(7));
            assert_eq!(said(&known, old.as_bytes()), Err(NotMoved::Old));
        }
        assert_eq!(said(&enrolment(None, 5), sign(&text, &root(7)).as_bytes()), Err(NotMoved::NoRoot));
    }

    #[test]
    fn no_changed_and_no_cut_move_is_taken() {
        let key = Some(root(7).key());
        let known = enrolment(key, 5);
        let moved = sign(&enrolment(key, 6).to_text(), &root(7));
        let taken = |bytes: &[u8]| {
            let came = Came::read(bytes);
            Enrolment::from_bytes(&came.text, None).is_ok_and(|new| came.may_move(&known, &new).is_ok())
        };
        assert!(taken(moved.as_bytes()));
        for at in 0..moved.len() - 1 {
            let mut bytes = moved.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(!taken(&bytes), "byte {at}");
            assert!(!taken(&moved.as_bytes()[..at]), "{at} bytes");
        }
    }

    #[test]
    fn what_is_no_text_is_left_for_the_enrolments_reader() {
        for bytes in [&b""[..], b"\xff\xfe", b"# move", b"x\n# mov"] {
            assert!(!Came::read(bytes).is_move() && Came::read(bytes).text == bytes);
        }
        assert!(Came::read(b"# move zz").is_move(), "and signed by nobody");
    }
}
