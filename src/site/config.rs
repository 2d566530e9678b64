//! What a box may be told in `box.toml`. Every setting has a default; an unknown one is refused.

use crate::files::{self, BadToml};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file's name in the box's directory.
pub const NAME: &str = "box.toml";

/// A box's settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where devices connect with plain MQTT; empty for nowhere.
    pub tcp: Vec<SocketAddr>,
    /// Where devices connect with MQTT over TLS, with the box's own certificate.
    pub tls: Vec<SocketAddr>,
    /// Where tablets connect with MQTT over WebSocket.
    pub websocket: Vec<SocketAddr>,
    /// Where the pages are, with plain HTTP; empty for nowhere.
    pub http: Vec<SocketAddr>,
    /// Where the pages are, with the box's own certificate.
    pub https: Vec<SocketAddr>,
    /// Names under which devices reach the box, for its certificate and for pages that may open a WebSocket.
    pub names: Vec<String>,
    /// Origins of web pages that may open a WebSocket, beside those that the box itself serves.
    pub allowed_origins: Vec<String>,
    /// The workshop's time zone, in minutes east of UTC: 420 for Jakarta. It decides the day of what came without one.
    pub utc_offset_minutes: i16,
    /// How often the line is probed while nothing is said, in seconds. Each time costs about 250 bytes.
    pub keepalive_s: u16,
    /// What the line may cost in a month, in megabytes. Past it the box warns; sales still go.
    pub monthly_budget_mb: Option<u64>,
    /// The status light: the name of an LED under /sys/class/leds.
    pub led: Option<String>,
    /// The box mounts sticks that are plugged in, and serves them. Needs root or CAP_SYS_ADMIN.
    pub sticks: bool,
    /// Directories in which each folder is a stick that somebody else mounts, as a desktop does.
    pub stick_dirs: Vec<PathBuf>,
    /// For trying out: folders in `stick_dirs` count as sticks though they lie on the box's own disk.
    pub trial_sticks: bool,
    /// How often a stick that stays in is brought up to date, in seconds, where something changed.
    pub mirror_every_s: u64,
    /// The buzzer: a pin of a GPIO chip that is high while it sounds.
    pub buzzer: Option<Pin>,
    /// A button that, held while a stick goes in, asks for CSV files; it is low while pressed.
    pub csv_button: Option<Pin>,
    /// The days that the button asks for, up to today.
    pub csv_button_days: u16,
    /// A receipt printer that understands ESC/POS: a device file like /dev/usb/lp0, or an address like 192.168.1.9:9100.
    pub printer: Option<String>,
    /// A DS3231 clock chip: its I2C bus, like /dev/i2c-1.
    pub clock_chip: Option<PathBuf>,
    /// The kernel's clock counts as right while the network disciplines it. Off where the network's time is not to be trusted.
    pub network_time: bool,
    /// Below this many megabytes free the box warns on state/box. It records until the disk is really full.
    pub warn_free_mb: u64,
}

/// A line of a GPIO chip.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Like /dev/gpiochip0.
    pub chip: PathBuf,
    /// The line's number on that chip.
    pub line: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tcp: vec![([0, 0, 0, 0], 1883).into()],
            tls: Vec::new(),
            websocket: vec![([0, 0, 0, 0], 9001).into()],
            http: vec![([0, 0, 0, 0], 8080).into()],
            https: Vec::new(),
            names: vec!["outpost.local".into()],
            allowed_origins: Vec::new(),
            utc_offset_minutes: 0,
            keepalive_s: 60,
            monthly_budget_mb: None,
            led: None,
            sticks: true,
            stick_dirs: Vec::new(),
            trial_sticks: false,
            mirror_every_s: 300,
            buzzer: None,
            csv_button: None,
            csv_button_days: 31,
            printer: None,
            clock_chip: None,
            network_time: true,
            warn_free_mb: 256,
        }
    }
}

/// What a new box's file says: the defaults, explained.
pub const TEMPLATE: &str = include_str!("box.toml");

/// Reads `box.toml` in `dir`; the defaults where there is none.
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
        assert_eq!((told.tcp, told.keepalive_s), (silent.tcp, silent.keepalive_s));
        assert!(toml::from_str::<Config>("colour = 1").unwrap_err().to_string().contains("unknown field"));
    }
}
