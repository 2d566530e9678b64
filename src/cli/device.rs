//! `outpost device`: the logins of scanners, scales and tablets.

use super::{Place, device_name, new_device_name};
use crate::control::{self, Ask};
use crate::domain::id::DeviceId;
use crate::gate::logins;
use crate::passwords;
use crate::site::{KINDS, Paths};
use crate::web::qr;
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::Read;

#[derive(Subcommand)]
pub(super) enum What {
    /// Let a device in. Shows its password, once; a running box lets it in within seconds.
    Add {
        #[command(flatten)]
        place: Place,
        /// Its name, of a-z, 0-9 and -: also its MQTT user name and client id.
        #[arg(value_parser = new_device_name)]
        name: DeviceId,
        /// What it is. A tablet may do everything, a scanner only scan, a scale only weigh.
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(KINDS))]
        kind: String,
        /// Read its password from standard input instead of making one up: for devices that can only be told by hand.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let a tablet pair: shows a code, and where to open the page. The code is good once, for ten minutes.
    Pair {
        #[command(flatten)]
        place: Place,
        /// What it is. Only tablets pair.
        #[arg(long, default_value = "tablet", value_parser = ["tablet"])]
        kind: String,
        /// What it is to be called; else tablet-1 and so on.
        #[arg(long, value_parser = new_device_name)]
        name: Option<DeviceId>,
    },
    /// Show the devices that may come in.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Let a device in no more. A running box hangs up on it within seconds.
    Remove {
        #[command(flatten)]
        place: Place,
        /// Its name.
        #[arg(value_parser = device_name)]
        name: DeviceId,
    },
}

impl What {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add { place, name, kind, password_stdin } => {
                let path = devices(&place)?;
                let password = if password_stdin { typed()? } else { passwords::made_up()? };
                logins::add(&path, name.clone(), &kind, &password)?;
                println!("{name} may come in.");
                println!("  user name and client id  {name}");
                if !password_stdin {
                    println!("  password                 {password}");
                    println!("It is shown this once. Remove the device and add it again where it is lost.");
                }
            }
            Self::Pair { place, kind: _, name } => pair(&place, name)?,
            Self::List { place } => {
                let known = logins::list(&devices(&place)?)?;
                if known.is_empty() {
                    println!("No device may come in yet: `outpost device add --help`.");
                }
                for login in known {
                    println!("{:<32} {}", login.name, login.kind);
                }
            }
            Self::Remove { place, name } => {
                logins::remove(&devices(&place)?, &name)?;
                println!("{name} may come in no more.");
            }
        }
        Ok(())
    }
}

fn devices(place: &Place) -> anyhow::Result<std::path::PathBuf> {
    let paths = Paths::new(&place.dir);
    if !paths.identity.exists() || !paths.enrolment.exists() {
        bail!("{} is not a box: devices belong to a box, and it is enrolled first", place.dir.display());
    }
    Ok(paths.devices)
}

fn pair(place: &Place, name: Option<DeviceId>) -> anyhow::Result<()> {
    let mut told = Vec::new();
    control::ask(&place.dir, &Ask::Pair { name }, &mut told)?;
    let told: serde_json::Value = serde_json::from_slice(&told)?;
    let [code, url, until] = ["code", "url", "until"].map(|field| told[field].as_str().unwrap_or_default());
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    println!("{}", qr::terminal(&format!("{url}#pair={digits}")));
    println!("Let the tablet's camera look at this, or open {url} on it and type the code:");
    println!("  {code}");
    println!("It is good once, until {until}.");
    if let Some(sha256) = told["ca_sha256"].as_str() {
        println!(
            "For the secure pages let the tablet trust the box first: open {url}api/ca on it and install that. Its SHA-256 is"
        );
        println!("  {sha256}");
    }
    Ok(())
}

/// A password from standard input.
pub(super) fn typed() -> anyhow::Result<String> {
    let mut password = String::new();
    std::io::stdin().take(1024).read_to_string(&mut password).context("no password came")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
