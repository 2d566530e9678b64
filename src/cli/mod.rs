//! What a person types.

mod device;
mod doctor;
mod enrol;
mod erpnext;
mod export;
mod held;
mod load;
mod office;
mod reconcile;
mod run;
mod show;
mod status;
mod stick;
mod user;

use crate::courier::mqtt::BrokerUrl;
use crate::domain::document::Kind;
use crate::domain::id::{DeviceId, SiteId};
use crate::keys::sealed::Code;
use crate::office::Terms;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;
use std::process::ExitCode;

/// Takes a workshop's sales, stock movements, scans and weights over MQTT, keeps them through power cuts, and carries
/// them to the main office over a bad line. The same program is the box in the workshop and the office in the city.
#[derive(Parser)]
#[command(name = "outpost", version, about, long_about = None, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where a box or an office keeps everything.
#[derive(Args, Clone)]
struct Place {
    /// The directory of the box or office: everything it keeps is in there.
    #[arg(long, value_name = "DIRECTORY", env = "OUTPOST_DIR", default_value = "/var/lib/outpost", global = true)]
    dir: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Run the box of a workshop. It has to be enrolled once: see `outpost enrol --help`.
    Box {
        #[command(flatten)]
        place: Place,
    },
    /// Run the main office, or tell it what a person has decided. In an empty directory it sets itself up first.
    Office {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        what: Option<office::What>,
    },
    /// Bring a new workshop in: the office writes a file, the box takes it.
    ///
    /// At the office:   outpost enrol --dir OFFICE bandung --out bandung.toml
    /// At the box:      outpost enrol --dir BOX --take bandung.toml
    ///
    /// The file is secret until the box has been heard of at the office; delete it then. With --sealed it is worthless
    /// without a code, which is printed and travels by another way. Afterwards compare the fingerprint that both show,
    /// and confirm it with `outpost office confirm`.
    #[command(verbatim_doc_comment)]
    Enrol {
        #[command(flatten)]
        place: Place,
        /// At the office: the new workshop's name, of a-z, 0-9 and -, at most 32.
        #[arg(value_name = "SITE", required_unless_present_any = ["take", "code"], conflicts_with_all = ["take", "code"])]
        site: Option<SiteId>,
        /// At the office: where to write the file. To the screen where it is left out.
        #[arg(long, value_name = "FILE", requires = "site")]
        out: Option<PathBuf>,
        /// At the office: the workshop has a box already, and this is for the one that takes its place.
        #[arg(long, requires = "site")]
        replace: bool,
        /// At the office: seal the file under a code, which is printed, and asked for at the box.
        #[arg(long, requires = "site", requires = "out")]
        sealed: bool,
        /// At the office: write it on the stick that is mounted there, sealed under a code. A new box takes it when the stick is
        /// put in, and asks for the code: `outpost enrol --code CODE`.
        #[arg(long, value_name = "STICK", requires = "site", conflicts_with = "out")]
        stick: Option<PathBuf>,
        /// At the office: for a box on the same table: no comparison of fingerprints, its first key counts at once.
        #[arg(long, requires = "site")]
        trust: bool,
        /// At the office: the workshop's box stays, and learns anew where its office is and by which key. Signed by the
        /// office's root; an enrolled box takes nothing else.
        #[arg(long = "move", requires = "site", conflicts_with_all = ["replace", "trust"])]
        moves: bool,
        /// At the office: type the root from its paper, instead of having it on the office's disk.
        #[arg(long, requires = "moves")]
        root_from_paper: bool,
        /// At the office: where this box is to connect, like mqtts://office.example:8883; instead of what the office's
        /// settings say. May be given more than once.
        #[arg(long = "url", value_name = "URL", requires = "site")]
        urls: Vec<BrokerUrl>,
        /// At the box: the file that the office wrote.
        #[arg(long, value_name = "FILE")]
        take: Option<PathBuf>,
        /// At the box: the code of a sealed file, instead of being asked for it; alone: of what a stick has brought.
        #[arg(long, value_name = "CODE")]
        code: Option<Code>,
    },
    /// Add, list or remove the scanners, scales and tablets of a box.
    Device {
        #[command(subcommand)]
        what: device::What,
    },
    /// Show how a running box or office is: the line, what waits, what is missing.
    Status {
        #[command(flatten)]
        place: Place,
        /// Show one document's way instead, by its id.
        #[arg(long, value_name = "ID")]
        document: Option<uuid::Uuid>,
        /// Everything, as JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
    /// Show stock, goods under way, the till, a day or documents of a running box or office.
    Show {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        what: show::What,
        /// As JSON, for other programs.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Write documents as CSV that ERPNext's Data Import takes.
    Export {
        #[command(flatten)]
        place: Place,
        /// Which documents: sales-invoice, stock-entry, payment-entry, or any other kind.
        #[arg(long, value_name = "KIND", value_parser = kind)]
        kind: Kind,
        /// The first day, like 2026-11-02.
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// The last day.
        #[arg(long, value_name = "DAY")]
        to: Date,
        /// At the office: only this workshop's.
        #[arg(long, value_name = "SITE")]
        site: Option<SiteId>,
        /// Where to write it. To the screen where it is left out.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Ask the box for something on its stick. Sticks that are put in are served without any command.
    Stick {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        what: stick::What,
    },
    /// Look for what is wrong, and say what to do: the records, the disk, the clock, the line.
    Doctor {
        #[command(flatten)]
        place: Place,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::named(text).ok_or_else(|| format!("there is no such kind: use {}", Kind::slugs()))
}

fn device_name(text: &str) -> Result<DeviceId, String> {
    text.parse().map_err(|error: crate::domain::id::BadName| error.to_string())
}

/// A name for a device that is new: documents that the office asks for are recorded as sent by `office`.
fn new_device_name(text: &str) -> Result<DeviceId, String> {
    let name = device_name(text)?;
    if name == DeviceId::office() {
        return Err("office stands for the main office: choose another name, like tablet-1".into());
    }
    Ok(name)
}

impl Cli {
    /// Whether it runs a box or an office, and does not end by itself.
    pub fn serves(&self) -> bool {
        matches!(self.command, Command::Box { .. } | Command::Office { what: None, .. })
    }

    /// Does what was typed. What it ends with is success, but for a comparison.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let done: anyhow::Result<()> = match self.command {
            Command::Office { place, what: Some(what) } => return what.run(&place.dir),
            Command::Box { place } => run::run_box(&place.dir),
            Command::Office { place, what: None } => run::run_office(&place.dir),
            Command::Enrol {
                place,
                site: Some(site),
                out,
                replace,
                sealed,
                stick,
                trust,
                moves,
                root_from_paper,
                urls,
                ..
            } => {
                let urls = urls.iter().map(ToString::to_string).collect();
                let terms = Terms { replace, trust, moves, urls };
                let wanted = enrol::Wanted { terms, out: out.as_deref(), sealed, root_from_paper };
                match stick {
                    Some(mount) => enrol::on_stick(&place.dir, &site, wanted, &mount),
                    None => enrol::at_office(&place.dir, &site, wanted),
                }
            }
            Command::Enrol { place, take: Some(file), code, .. } => enrol::at_box(&place.dir, &file, code),
            Command::Enrol { place, code: Some(code), .. } => enrol::by_code(&place.dir, &code),
            Command::Enrol { .. } => unreachable!("invariant: clap asks for a site or a file"),
            Command::Device { what } => what.run(),
            Command::Status { place, document, json } => status::status(&place.dir, document, json),
            Command::Show { place, what, json } => what.run(&place.dir, json),
            Command::Export { place, kind, from, to, site, out } => {
                export::export(&place.dir, kind, (from, to), site, out.as_deref())
            }
            Command::Stick { place, what } => what.run(&place.dir),
            Command::Doctor { place } => doctor::doctor(&place.dir),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}
