//! The file that the office writes for a new box, and that the box takes.
//!
//! It carries what the box must know to reach and trust the office, and one secret by which the office accepts the public
//! key that the box makes for itself: the box's own secret key never leaves the box, and this file is worthless once the
//! office has accepted a key. Until then whoever has the file can be the box. Deliberately absent: the box's keys.

use super::checked::{self, Damage};
use super::key::{PublicKey, Secret};
use super::root::RootKey;
use crate::domain::id::SiteId;
use crate::domain::number::Series;
use crate::files::{PRIVATE, write_atomically};
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Version of the file.
const VERSION: u32 = 1;
/// Largest enrolment file, in bytes; one with a CA has about 1.5 kB.
pub const MAX_ENROLMENT: usize = 64 * 1024;
/// Broker addresses in one file.
const MAX_BROKERS: usize = 8;
const HEADING: &str = "Outpost: enrolment of one box. On the box: outpost enrol --take FILE\n\
                       Secret until the box has been enrolled; delete it afterwards. Do not edit it.";

/// What the file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    version: u32,
    /// The site that the box shall be.
    pub site: SiteId,
    /// The office's public key.
    pub office_key: PublicKey,
    /// Its fingerprint, for people to compare; checked against the key.
    office_fingerprint: String,
    /// Broker addresses, `mqtts://host:port`, in the order in which they are tried.
    pub brokers: Vec<String>,
    /// User name at the broker.
    pub login: String,
    /// Password at the broker.
    pub password: String,
    /// Shared with the office alone: proves, once, that the box's public key comes from whoever got this file.
    pub one_time_secret: Secret,
    /// The office's root: what it has signed an enrolled box takes. None from an office of before there were roots.
    pub office_root: Option<RootKey>,
    /// When it was written, seconds since 1970 by the office's clock: a box takes no move that is older than what it knows.
    #[serde(default)]
    pub written_at: u64,
    /// The letter of the numbers that this box prints: no other box of the site ever prints the same.
    #[serde(default, skip_serializing_if = "Series::is_first")]
    pub series: Series,
    /// The CA to trust for `mqtts://`, PEM; none for brokers without TLS.
    pub ca_pem: Option<String>,
}

/// What the office tells every new box.
#[derive(Debug, Clone)]
pub struct OfficeFacts {
    /// The office's public key.
    pub key: PublicKey,
    /// Its root.
    pub root: Option<RootKey>,
    /// Broker addresses.
    pub brokers: Vec<String>,
    /// Its CA, PEM.
    pub ca_pem: Option<String>,
}

/// The box's login at the broker.
#[derive(Clone)]
pub struct BrokerLogin {
    /// User name; at the office's own gate the site's id.
    pub user: String,
    /// Password.
    pub password: String,
}

/// Why an enrolment file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// Not there or not readable.
    #[error("{} cannot be read: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Cut short or changed.
    #[error("this enrolment cannot be used: {0}. Copy the file from the office again")]
    Damaged(#[from] Damage),
    /// A later office wrote it.
    #[error("this enrolment has version {found}, this box knows up to {VERSION}: update the box first")]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Far too large.
    #[error("this is no enrolment file: it has more than {MAX_ENROLMENT} bytes")]
    TooLarge,
    /// The box is another site already.
    #[error(
        "this box is the site {own}, the file is for {given}: take the file for {own}, or set this box up from new to \
         become {given}"
    )]
    WrongSite {
        /// What the box is.
        own: SiteId,
        /// What the file says.
        given: SiteId,
    },
}

impl Enrolment {
    pub(super) fn new(
        site: SiteId,
        office: &OfficeFacts,
        login: BrokerLogin,
        one_time_secret: Secret,
        (series, written_at): (Series, u64),
    ) -> Self {
        Self {
            version: VERSION,
            site,
            office_key: office.key,
            office_fingerprint: office.key.fingerprint().to_string(),
            brokers: office.brokers.clone(),
            login: login.user,
            password: login.password,
            one_time_secret,
            office_root: office.root,
            written_at,
            series,
            ca_pem: office.ca_pem.clone(),
        }
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        checked::to_text(HEADING, self)
    }

    /// Writes the file, for the owner alone.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_atomically(path, self.to_text().as_bytes(), PRIVATE)
    }

    /// Reads the file at `path` for a box that so far is `own` (or nobody). It comes on a stick, whose file systems know no
    /// owners, so its mode is not looked at.
    pub fn read(path: &Path, own: Option<&SiteId>) -> Result<Self, EnrolmentError> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_ENROLMENT as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| EnrolmentError::Io { path: path.to_owned(), error })?;
        Self::from_bytes(&bytes, own)
    }

    /// The same from bytes.
    pub fn from_bytes(bytes: &[u8], own: Option<&SiteId>) -> Result<Self, EnrolmentError> {
        if bytes.len() > MAX_ENROLMENT {
            return Err(EnrolmentError::TooLarge);
        }
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        // The version first: a later one may have fields that this program does not know.
        let Versioned { version } = checked::from_text(bytes)?;
        if version > VERSION {
            return Err(EnrolmentError::Newer { found: version });
        }
        let enrolment: Self = checked::from_text(bytes)?;
        enrolment.check().map_err(|fault| Damage::Content(fault.into()))?;
        match own {
            Some(own) if *own != enrolment.site => {
                Err(EnrolmentError::WrongSite { own: own.clone(), given: enrolment.site })
            }
            _ => Ok(enrolment),
        }
    }

    /// Whether a box could use it.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.site == SiteId::office() {
            return Err("a box cannot be the office");
        }
        if self.office_fingerprint != self.office_key.fingerprint().to_string() {
            return Err("the fingerprint is not that of the office's key");
        }
        if !(1..=MAX_BROKERS).contains(&self.brokers.len()) {
            return Err("it must name 1 to 8 broker addresses");
        }
        if self.ca_pem.is_none() && self.brokers.iter().any(|broker| broker.starts_with("mqtts:")) {
            return Err("a broker address asks for TLS and no CA is given");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::root::RootSecret;

    fn site(name: &str) -> SiteId {
        name.parse().expect("a name")
    }

    fn enrolment() -> Enrolment {
        let office = OfficeFacts {
            key: PublicKey([3; 32]),
            root: Some(RootSecret::from_random([7; 32]).key()),
            brokers: vec!["mqtts://office.example:8883".into()],
            ca_pem: Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into()),
        };
        let login = BrokerLogin { user: "delhi".into(), password: "secret \"quoted\"".into() };
        Enrolment::new(site("delhi"), &office, login, Secret([9; 32]), (Series::FIRST, 1_793_581_347))
    }

    fn read(text: &str, own: Option<&SiteId>) -> Result<Enrolment, EnrolmentError> {
        Enrolment::from_bytes(text.as_bytes(), own)
    }

    #[test]
    fn the_box_reads_what_the_office_wrote_even_through_a_stick_and_a_mail_program() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("delhi.enrolment");
        enrolment().write(&path).expect("written");
        let taken = Enrolment::read(&path, None).expect("taken");
        assert_eq!(taken.to_text(), enrolment().to_text());
        assert_eq!(taken.one_time_secret.0, [9; 32]);
        assert_eq!((taken.office_root, taken.written_at), (enrolment().office_root, 1_793_581_347));
        let mailed = enrolment().to_text().replace('\n', "\r\n");
        assert_eq!(read(&mailed, Some(&site("delhi"))).expect("taken").ca_pem, enrolment().ca_pem);
    }

    #[test]
    fn a_file_for_another_site_is_refused_with_both_names() {
        let error = read(&enrolment().to_text(), Some(&site("pune"))).expect_err("refused").to_string();
        assert!(error.contains("this box is the site pune, the file is for delhi"), "{error}");
    }

    #[test]
    fn a_cut_or_edited_file_is_refused_and_says_what_to_do() {
        let text = enrolment().to_text();
        for len in (0..text.len() - 1).step_by(7) {
            assert!(read(&text[..len], None).is_err(), "{len} bytes");
        }
        let cut = read(&text[..text.len() - 40], None).expect_err("refused").to_string();
        assert!(cut.contains("cut short") && cut.contains("from the office again"), "{cut}");
        let edited = text.replace("office.example", "thief.example");
        let edited = read(&edited, None).expect_err("refused").to_string();
        assert!(edited.contains("changed"), "{edited}");
    }

    #[test]
    fn a_whole_file_that_contradicts_itself_is_refused() {
        let refused = |change: fn(&mut Enrolment), fault: &str| {
            let mut enrolment = enrolment();
            change(&mut enrolment);
            let error = read(&enrolment.to_text(), None).expect_err(fault).to_string();
            assert!(error.contains(fault), "{error}");
        };
        refused(|it| it.office_key = PublicKey([4; 32]), "fingerprint");
        refused(|it| it.brokers.clear(), "1 to 8 broker");
        refused(|it| it.brokers = vec!["mqtt://a".into(); 9], "1 to 8 broker");
        refused(|it| it.ca_pem = None, "no CA");
        refused(|it| it.site = SiteId::office(), "office");
        refused(|it| it.version = 2, "version 2");
    }

    #[test]
    fn a_file_past_the_size_limit_is_not_read() {
        assert!(matches!(Enrolment::from_bytes(&vec![b'#'; MAX_ENROLMENT + 1], None), Err(EnrolmentError::TooLarge)));
        let at_limit = Enrolment::from_bytes(&vec![b'#'; MAX_ENROLMENT], None);
        assert!(matches!(at_limit, Err(EnrolmentError::Damaged(_))));
    }
}
