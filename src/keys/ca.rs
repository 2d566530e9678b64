//! Private certificate authorities, server certificates, and both ends' TLS configuration: the office's CA signs for its gate and its
//! desk, a box's own for its devices and its pages.
//!
//! In go names and, for checking, the believed time; out come PEM texts, files and rustls configurations over ring.
//! A box trusts the office's CA alone (or that of the company's broker), never the system's roots. Keys here are made from ring's own
//! randomness, the one exception to randomness being handed in. Deliberately absent: client certificates, revocation, renewal in place:
//! a new server certificate from the same CA is one call and no box notices. What a box shows to browsers is renewed beside this
//! ([`super::renewing`]).

use crate::files::{PRIVATE, PUBLIC, ReadPrivateError, read_private, sync_directory, write_atomically};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring::{Ticketer, default_provider};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::time_provider::TimeProvider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A day: year, month, day of the month.
type Day = (i32, u8, u8);
/// The first day of every certificate's validity: before any build of this program, so that a box whose clock stands at its
/// build already trusts a certificate made today.
const FROM: Day = (2024, 1, 1);
/// The day on which they end. A box in a workshop may run that long, and nobody goes there to change a CA.
const UNTIL: Day = (2044, 1, 1);
/// Largest certificate or key file that is read, in bytes.
const MAX_PEM: u64 = 64 * 1024;
/// Names in one certificate.
const MAX_NAMES: usize = 32;

/// The issuer's name in every certificate of an office. It never changes: a certificate is only trusted under the CA's exact name.
const OFFICE_CA: &str = "Outpost office CA";
/// The same of a box, so that whoever looks at what a tablet trusts can tell them apart. Boxes of before have the office's, and keep it.
const BOX_CA: &str = "Outpost box CA";

const CA_CERT: &str = "ca.pem";
const CA_KEY: &str = "ca.key";
const CA_KEY_ASIDE: &str = "ca.key.old";
const SERVER_CERT: &str = "server.pem";
const SERVER_KEY: &str = "server.key";

/// The believed time in seconds since 1970: a box gives the later of its build and what it believes, so that a wrong
/// clock does not stop TLS. May jump.
pub type BelievedTime = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Why a certificate was not made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A name that no certificate can carry.
    #[error("{name:?} cannot stand in a certificate: give host names like office.example, or IP addresses")]
    BadName {
        /// As given.
        name: String,
    },
    /// None, or too many.
    #[error("a server certificate needs 1 to 32 names: give every name and address by which boxes reach it")]
    NameCount,
    /// There is one already, and boxes trust it.
    #[error("{} exists already: every enrolled box trusts it; move it away only to start a new office", path.display())]
    Exists {
        /// The CA's file.
        path: PathBuf,
    },
    /// A secret file was not read.
    #[error(transparent)]
    Private(#[from] ReadPrivateError),
    /// A file was not read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file that is no certificate or key.
    #[error("{what} is damaged ({detail}): restore it from the backup of the office")]
    Damaged {
        /// Which one.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Making keys or configurations failed.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// The certificate authority of an office or of a box, with its secret key.
pub struct Ca {
    cert_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A server's certificate chain and secret key, as PEM.
#[derive(Clone)]
pub struct ServerCert {
    /// The certificate.
    pub cert_pem: String,
    /// Its secret key (PKCS #8).
    pub key_pem: String,
}

impl fmt::Debug for ServerCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCert").finish_non_exhaustive()
    }
}

impl Ca {
    /// A new CA of an office in memory.
    pub fn make() -> Result<Self, CaError> {
        Self::named(OFFICE_CA)
    }

    fn named(name: &str) -> Result<Self, CaError> {
        let key = KeyPair::generate().map_err(tls)?;
        let cert_pem = ca_params(name).self_signed(&key).map_err(tls)?.pem();
        Ok(Self { cert_pem, issuer: Issuer::new(ca_params(name), key) })
    }

    /// Makes an office's and stores it as `ca.key` and `ca.pem` in `dir`, where there must be no `ca.pem` yet. The certificate comes last, since it alone is
    /// given to anybody: a key without one is what a power cut has left of an earlier call, and nobody trusts it; or somebody has lost the
    /// certificate, so it is put aside as `ca.key.old`.
    pub fn create(dir: &Path) -> Result<Self, CaError> {
        Self::create_called(OFFICE_CA, dir)
    }

    /// The same for a box.
    pub fn create_for_box(dir: &Path) -> Result<Self, CaError> {
        Self::create_called(BOX_CA, dir)
    }

    fn create_called(name: &str, dir: &Path) -> Result<Self, CaError> {
        let cert = dir.join(CA_CERT);
        if cert.exists() {
            return Err(CaError::Exists { path: cert });
        }
        let (ca, key) = (Self::named(name)?, dir.join(CA_KEY));
        if key.exists() {
            let aside = dir.join(CA_KEY_ASIDE);
            tracing::warn!(aside = %aside.display(), "a CA's key without its certificate is put aside");
            std::fs::rename(&key, &aside).map_err(|error| CaError::Io { path: aside, error })?;
        }
        write(&key, &ca.issuer.key().serialize_pem(), PRIVATE)?;
        // The directory may be as new as what is in it.
        sync_directory(dir).map_err(|error| CaError::Io { path: dir.to_owned(), error })?;
        write(&cert, &ca.cert_pem, PUBLIC)?;
        Ok(ca)
    }

    /// Reads it back, under the name that its certificate has.
    pub fn load(dir: &Path) -> Result<Self, CaError> {
        let key_path = dir.join(CA_KEY);
        let key_pem = read_secret_pem(&key_path)?;
        let cert_pem = read_pem(&dir.join(CA_CERT))?;
        let key = KeyPair::from_pem(&key_pem)
            .map_err(|error| CaError::Damaged { what: key_path.display().to_string(), detail: error.to_string() })?;
        let [der, ..] = &certificates(&cert_pem, CA_CERT)?[..] else {
            return Err(CaError::Damaged { what: CA_CERT.into(), detail: "there is no certificate in it".into() });
        };
        let is_of_box = der.windows(BOX_CA.len()).any(|bytes| bytes == BOX_CA.as_bytes());
        let name = if is_of_box { BOX_CA } else { OFFICE_CA };
        let ca = Self { cert_pem, issuer: Issuer::new(ca_params(name), key) };
        // The wrong key beside the right certificate would be noticed only by every box at once.
        let probe = ca.issue(&["probe.invalid".into()])?;
        verify_chain(&ca.cert_pem, &probe).map_err(|detail| CaError::Damaged {
            what: key_path.display().to_string(),
            detail: format!("it is not the key of {CA_CERT}: {detail}"),
        })?;
        Ok(ca)
    }

    /// The SHA-256 of a CA's certificate, as systems show it to whoever is asked to trust it: `AB:CD:…`.
    pub fn fingerprint(cert_pem: &str) -> Result<String, CaError> {
        let [der, ..] = &certificates(cert_pem, "the CA certificate")?[..] else { return Ok(String::new()) };
        let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(pairs.join(":"))
    }

    /// The certificate that boxes are given.
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// A server certificate for these DNS names and IP addresses.
    pub fn issue(&self, names: &[String]) -> Result<ServerCert, CaError> {
        self.issue_dated(names, FROM, UNTIL)
    }

    /// The same, good from the day of one moment to the day of another, in seconds since 1970; never for longer than those of [`Self::issue`].
    pub fn issue_between(&self, names: &[String], from_s: u64, until_s: u64) -> Result<ServerCert, CaError> {
        let day = |at_s: u64| {
            let at = i64::try_from(at_s).ok().and_then(|at| jiff::Timestamp::from_second(at).ok()).unwrap_or_default();
            let day = jiff::tz::Offset::UTC.to_datetime(at).date();
            (i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs())
        };
        self.issue_dated(names, day(from_s).clamp(FROM, UNTIL), day(until_s).clamp(FROM, UNTIL))
    }

    fn issue_dated(&self, names: &[String], from: Day, until: Day) -> Result<ServerCert, CaError> {
        if !(1..=MAX_NAMES).contains(&names.len()) {
            return Err(CaError::NameCount);
        }
        if let Some(name) = names.iter().find(|name| !is_server_name(name)) {
            return Err(CaError::BadName { name: name.clone() });
        }
        let key = KeyPair::generate().map_err(tls)?;
        let mut params = called(CertificateParams::new(names).map_err(tls)?, &names[0]);
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let cert = params.signed_by(&key, &self.issuer).map_err(tls)?;
        Ok(ServerCert { cert_pem: cert.pem(), key_pem: key.serialize_pem() })
    }
}

impl ServerCert {
    /// Stores it as `server.pem` and `server.key` in `dir`, in place of what was there.
    pub fn store(&self, dir: &Path) -> Result<(), CaError> {
        write(&dir.join(SERVER_KEY), &self.key_pem, PRIVATE)?;
        write(&dir.join(SERVER_CERT), &self.cert_pem, PUBLIC)
    }

    /// Reads it back.
    pub fn load(dir: &Path) -> Result<Self, CaError> {
        let key_pem = read_secret_pem(&dir.join(SERVER_KEY))?;
        Ok(Self { cert_pem: read_pem(&dir.join(SERVER_CERT))?, key_pem })
    }

    /// What a TLS listener needs.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, CaError> {
        serving(Arc::new(SingleCertAndKey::from(self.certified()?)))
    }

    /// Chain and key, as they are shown.
    pub(super) fn certified(&self) -> Result<CertifiedKey, CaError> {
        let chain = certificates(&self.cert_pem, "the server certificate")?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())
            .map_err(|error| CaError::Damaged { what: "the server's key".into(), detail: error.to_string() })?;
        CertifiedKey::from_der(chain, key, &default_provider()).map_err(|error| CaError::Damaged {
            what: "the server certificate or its key".into(),
            detail: error.to_string(),
        })
    }
}

/// A listener's TLS 1.2 and 1.3, and stateless tickets, so that any number of boxes resume.
pub(super) fn serving(shown: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, CaError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.ticketer = Ticketer::new().map_err(tls)?;
    // Each ticket is 100 to 200 bytes down; a box keeps one connection, so one is enough.
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

/// What a box needs to trust the office: this CA and no other, checked at the believed time; TLS 1.3, or 1.2 for a
/// broker that has nothing newer. Keep the one configuration for as long as the process runs: the tickets for resuming
/// sessions are in it.
pub fn client_config(ca_pem: &str, time: BelievedTime) -> Result<Arc<ClientConfig>, CaError> {
    let mut roots = RootCertStore::empty();
    for cert in certificates(ca_pem, "the CA certificate")? {
        roots
            .add(cert)
            .map_err(|error| CaError::Damaged { what: "the CA certificate".into(), detail: error.to_string() })?;
    }
    let time = Arc::new(Believed(time));
    let mut config = ClientConfig::builder_with_details(Arc::new(default_provider()), time)
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(4);
    Ok(Arc::new(config))
}

struct Believed(BelievedTime);

impl fmt::Debug for Believed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the believed time")
    }
}

impl TimeProvider for Believed {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs((self.0)())))
    }
}

/// Everything about a CA that is not its key, and so the same at its making and at each later start.
fn ca_params(name: &str) -> CertificateParams {
    let mut params = called(CertificateParams::default(), name);
    params.not_before = date_time_ymd(FROM.0, FROM.1, FROM.2);
    params.not_after = date_time_ymd(UNTIL.0, UNTIL.1, UNTIL.2);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn called(mut params: CertificateParams, common_name: &str) -> CertificateParams {
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn is_server_name(name: &str) -> bool {
    tokio_rustls::rustls::pki_types::ServerName::try_from(name).is_ok()
}

fn certificates(pem: &str, what: &str) -> Result<Vec<CertificateDer<'static>>, CaError> {
    let damaged = |detail: String| CaError::Damaged { what: what.into(), detail };
    let certs: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| damaged(error.to_string()))?;
    if certs.is_empty() {
        return Err(damaged("there is no certificate in it".into()));
    }
    Ok(certs)
}

/// Whether a client that trusts `ca_pem` takes `server` for `probe.invalid`.
fn verify_chain(ca_pem: &str, server: &ServerCert) -> Result<(), String> {
    use tokio_rustls::rustls::client::WebPkiServerVerifier;
    use tokio_rustls::rustls::client::danger::ServerCertVerifier;
    use tokio_rustls::rustls::pki_types::ServerName;
    let text = |error: &dyn fmt::Display| error.to_string();
    let mut roots = RootCertStore::empty();
    for cert in certificates(ca_pem, CA_CERT).map_err(|e| text(&e))? {
        roots.add(cert).map_err(|e| text(&e))?;
    }
    let chain = certificates(&server.cert_pem, "probe").map_err(|e| text(&e))?;
    let provider = Arc::new(default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(|e| text(&e))?;
    let name = ServerName::try_from("probe.invalid").map_err(|e| text(&e))?;
    // Any moment within the fixed validity: only the signature is in question.
    let within = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    verifier.verify_server_cert(&chain[0], &chain[1..], &name, &[], within).map(|_| ()).map_err(|e| text(&e))
}

fn tls(error: impl fmt::Display) -> CaError {
    CaError::Tls(error.to_string())
}

fn write(path: &Path, pem: &str, mode: u32) -> Result<(), CaError> {
    write_atomically(path, pem.as_bytes(), mode).map_err(|error| CaError::Io { path: path.to_owned(), error })
}

fn read_pem(path: &Path) -> Result<String, CaError> {
    std::fs::read_to_string(path).map_err(|error| CaError::Io { path: path.to_owned(), error })
}

fn read_secret_pem(path: &Path) -> Result<String, CaError> {
    let bytes = read_private(path, MAX_PEM)?;
    String::from_utf8(bytes)
        .map_err(|error| CaError::Damaged { what: path.display().to_string(), detail: error.to_string() })
}

#[cfg(test)]
mod tests;
