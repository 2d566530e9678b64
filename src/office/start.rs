//! What an office is made of: its directory, its keys, the sites it knows; opened and checked before anything runs.

use super::config::{self, Config};
use crate::domain::id::SiteId;
use crate::keys::ca::{Ca, ServerCert};
use crate::keys::enrolment::OfficeFacts;
use crate::keys::identity::Identity;
use crate::keys::register::Register;
use crate::keys::root::Root;
use crate::moment::rough_ms;
use crate::wire::envelope::{Secret, public_of};
use crate::{files, store};
use anyhow::{Context, bail};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where things are in an office's directory.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The directory.
    pub dir: PathBuf,
    /// The office's key.
    pub identity: PathBuf,
    /// The office's root, or its public half alone.
    pub root: PathBuf,
    /// The register of sites.
    pub register: PathBuf,
    /// The logins of boxes at the office's own gate.
    pub logins: PathBuf,
    /// Its CA and its certificate.
    pub tls: PathBuf,
    /// A directory for each site.
    pub sites: PathBuf,
    /// Master data for all sites.
    pub rows: PathBuf,
    /// The views.
    pub views: PathBuf,
    /// Held by the one process that works in the directory.
    pub lock: PathBuf,
}

impl Paths {
    /// In `dir`.
    pub fn new(dir: &Path) -> Self {
        let at = |name| dir.join(name);
        Self {
            dir: dir.to_owned(),
            identity: at("identity.toml"),
            root: at("root.toml"),
            register: at("sites.toml"),
            logins: at("logins.toml"),
            tls: at("tls"),
            sites: at("sites"),
            rows: at("rows"),
            views: at("views"),
            lock: at("lock"),
        }
    }
}

/// An office's directory, held by this process alone.
pub struct Premises {
    /// Where things are.
    pub paths: Paths,
    /// The settings.
    pub config: Config,
    /// Who it is.
    pub identity: Identity,
    _lock: File,
}

impl Premises {
    /// Opens the office in `dir`; makes one where there is nothing: a key, a root, a CA, an empty register.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let paths = Paths::new(dir);
        std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        if dir.join("box.toml").exists() || dir.join("enrolment.toml").exists() {
            bail!("{} is a box's directory: give the office one of its own", dir.display());
        }
        let lock = File::create(&paths.lock).with_context(|| paths.lock.display().to_string())?;
        if lock.try_lock().is_err() {
            bail!("{} is in use: stop the other outpost that runs there", dir.display());
        }
        let is_new = !paths.identity.exists() && !paths.register.exists();
        let config_path = dir.join(config::NAME);
        if is_new && !config_path.exists() {
            files::write_atomically(&config_path, config::TEMPLATE.as_bytes(), files::PUBLIC)?;
        }
        let config = config::read(dir)?;
        if is_new {
            let mut random = [0; 32];
            getrandom::fill(&mut random)?;
            std::fs::create_dir_all(&paths.tls)?;
            if !paths.tls.join("ca.pem").exists() {
                Ca::create(&paths.tls)?;
            }
            store::open(dir, &SiteId::office(), true, rough_ms())?;
            if !paths.root.exists() {
                let mut random = [0; 32];
                getrandom::fill(&mut random)?;
                Root::make(&paths.root, random)?;
            }
            Register::create(&paths.register)?;
            // The identity comes last: with it the office is made.
            Identity::make(&paths.identity, SiteId::office(), Secret::from_random(random).0, public_of)?;
        }
        let identity = Identity::load(&paths.identity, public_of)?;
        std::fs::create_dir_all(&paths.sites)?;
        Ok(Self { paths, config, identity, _lock: lock })
    }

    /// What every new box is told. `port` is where the gate really listens, where it was left to the system.
    pub fn facts(&self, port: Option<u16>) -> anyhow::Result<OfficeFacts> {
        let Config { names, public_urls, broker, tls, tcp, .. } = &self.config;
        let port_of = |at: &std::net::SocketAddr| port.filter(|_| at.port() == 0).unwrap_or(at.port());
        let name = names.first().map_or("localhost", String::as_str);
        let brokers = match (&public_urls[..], broker) {
            ([], Some(broker)) => vec![broker.url.clone()],
            ([], None) => match (tls.first(), tcp.first()) {
                (Some(at), _) => vec![format!("mqtts://{name}:{}", port_of(at))],
                (None, Some(at)) => vec![format!("mqtt://{name}:{}", port_of(at))],
                (None, None) => bail!("the office listens nowhere: set tls, tcp or broker in {}", config::NAME),
            },
            (urls, _) => urls.to_vec(),
        };
        let ca_pem = match broker {
            Some(broker) => broker.ca_file.as_ref().map(std::fs::read_to_string).transpose()?,
            None => Some(Ca::load(&self.paths.tls)?.cert_pem().to_owned()),
        };
        // Offices from before there were roots have none, and one is never made in silence.
        let root = self.paths.root.exists().then(|| Root::load(&self.paths.root)).transpose()?;
        Ok(OfficeFacts { key: self.identity.public, root: root.map(|root| root.key), brokers, ca_pem })
    }

    /// The certificate of the office's gate: made anew where its names have changed, so that it always fits the settings.
    pub fn certificate(&self) -> anyhow::Result<ServerCert> {
        let names_file = self.paths.tls.join("server.names");
        let names = self.config.names.join("\n");
        if std::fs::read_to_string(&names_file).is_ok_and(|made_for| made_for == names)
            && let Ok(cert) = ServerCert::load(&self.paths.tls)
        {
            return Ok(cert);
        }
        let cert = Ca::load(&self.paths.tls)?.issue(&self.config.names)?;
        cert.store(&self.paths.tls)?;
        files::write_atomically(&names_file, names.as_bytes(), files::PUBLIC)?;
        Ok(cert)
    }
}
