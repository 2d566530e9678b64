//! What an office may be told in `office.toml`. Every setting has a default; an unknown one is refused.

use crate::files::{self, BadToml};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file's name in the office's directory.
pub const NAME: &str = "office.toml";

/// An office's settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where boxes connect with MQTT over TLS, with a certificate of the office's own CA.
    pub tls: Vec<SocketAddr>,
    /// Where boxes connect with plain MQTT: for a private network or a VPN only. What they say is sealed all the same.
    pub tcp: Vec<SocketAddr>,
    /// Where the desk is, over plain HTTP: on this machine alone, unless a network is trusted.
    pub http: Vec<SocketAddr>,
    /// Where the desk is, over TLS, with a certificate of the office's own CA.
    pub https: Vec<SocketAddr>,
    /// Names and addresses under which boxes and browsers reach the office; they stand in its certificate.
    pub names: Vec<String>,
    /// What new boxes are told to connect to. Without it: the broker's URL, or the first name and the port of `tls`.
    pub public_urls: Vec<String>,
    /// The office's time zone, in minutes east of UTC: it decides the day of what came without one.
    pub utc_offset_minutes: i16,
    /// Sticks that are plugged in are mounted and served, for an office that runs on a box. Needs root or CAP_SYS_ADMIN.
    pub sticks: bool,
    /// Directories in which each folder is a stick that somebody else mounts, as a desktop does.
    pub stick_dirs: Vec<PathBuf>,
    /// For trying out: folders in `stick_dirs` count as sticks though they lie on the office's own disk.
    pub trial_sticks: bool,
    /// An MQTT broker that the company already has. With it the office opens no port for boxes, and is a client there.
    pub broker: Option<Broker>,
}

/// A broker of somebody else's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broker {
    /// `mqtts://host:port` or `mqtt://host:port`.
    pub url: String,
    /// The office's user there.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The CA of the broker's certificate, a PEM file; boxes are given it as well.
    pub ca_file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tls: vec![([0, 0, 0, 0], 8883).into()],
            tcp: Vec::new(),
            http: vec![([127, 0, 0, 1], 8081).into()],
            https: Vec::new(),
            names: vec!["localhost".into()],
            public_urls: Vec::new(),
            utc_offset_minutes: 0,
            sticks: false,
            stick_dirs: Vec::new(),
            trial_sticks: false,
            broker: None,
        }
    }
}

/// What a new office's file says: the defaults, explained.
pub const TEMPLATE: &str = include_str!("office.toml");

/// Reads `office.toml` in `dir`; the defaults where there is none.
pub fn read(dir: &Path) -> Result<Config, BadToml> {
    files::read_toml(&dir.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_shows_the_defaults_and_nothing_unknown() {
        let silent: Config = toml::from_str(TEMPLATE).unwrap();
        assert_eq!(format!("{silent:?}"), format!("{:?}", Config::default()));
        let told: Config = toml::from_str(&TEMPLATE.replace("#= ", "")).unwrap();
        assert!(told.broker.is_some_and(|broker| broker.url.starts_with("mqtts")));
    }
}
