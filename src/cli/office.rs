//! `outpost office …`: what a person decides at the office, whether it runs or not.

use super::erpnext::Erpnext;
use super::held::Held;
use super::reconcile::Reconcile;
use super::user::Who;
use super::{enrol, load, stick};
use crate::control::{self, Ask, AskError};
use crate::domain::id::SiteId;
use crate::keys::key::Fingerprint;
use crate::keys::register::{Register, RegisterError};
use crate::keys::root::Root;
use crate::load::Order;
use crate::moment::rough_ms;
use crate::office::{self, Premises, Terms};
use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::Value;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Digits of a root on paper.
const ROOT_DIGITS: usize = 68;
/// Longest input that is read as one, in bytes.
const MAX_TYPED: u64 = 1024;

#[derive(Subcommand)]
pub(super) enum What {
    /// Take in what lies on a stick, and write the answers and whatever waits for its workshops back on it.
    Import {
        /// Where the stick is mounted, like /media/joko/KINGSTON.
        #[arg(value_name = "STICK")]
        mount: PathBuf,
        /// Write for every workshop, not only for those that have something on it.
        #[arg(long)]
        all_sites: bool,
    },
    /// Take master data from CSV or JSON files: items, prices, customers, stock levels, users, settings. docs/MASTER-DATA.md
    /// describes the files. All are checked first; if anything is wrong, nothing is changed.
    Load {
        /// Files named after their tables, like item.csv, or directories of them.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Look at the files, and change nothing.
        #[arg(long)]
        check: bool,
        /// Delete what is not in the files, of the tables that they name.
        #[arg(long)]
        replace_table: bool,
        /// Tell what came of it as JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
    /// Bring a workshop up again whose box is dead: take in what is on the stick that stayed in it, and enrol another box.
    ///
    /// The dead box's key counts no more from then on: what still turns up under it, on a stick in some drawer, is kept
    /// aside for `outpost office quarantine`.
    Recover {
        /// The workshop.
        site: SiteId,
        /// Where its stick is mounted.
        #[arg(value_name = "STICK")]
        mount: PathBuf,
        /// Where to write the enrolment of the box that takes its place.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Seal it under a code, which is printed, and asked for at the box.
        #[arg(long)]
        sealed: bool,
        /// Go on though something on the stick was refused.
        #[arg(long)]
        anyway: bool,
    },
    /// Say that a new box shows the same fingerprint as the office. From then on it gets what the office has for it.
    ///
    /// The box shows its fingerprint with `outpost status`, the office the one it has heard with its own.
    Confirm {
        /// The workshop.
        site: SiteId,
        /// What its box shows, with or without blanks.
        #[arg(required = true, num_args = 1..=8)]
        fingerprint: Vec<String>,
    },
    /// Let a lost or stolen box's key count no more. What it had sent stays; what comes from now on is kept aside.
    Revoke {
        /// The workshop.
        site: SiteId,
        /// Which key, where the workshop has more than one that counts.
        #[arg(num_args = 0..=8)]
        fingerprint: Vec<String>,
    },
    /// Show the office's root: with it, and nothing else, an enrolled box can be moved to a new address or a new office key.
    /// Write it down, keep the paper where the deeds are, and take it off this disk.
    Root {
        /// Take it off this disk, for who types it from the paper. Moves are then signed with --root-from-paper.
        #[arg(long)]
        remove: bool,
    },
    /// Post into ERPNext: set it up, check it, see whether it answers. docs/ERPNEXT.md describes it.
    Erpnext {
        #[command(subcommand)]
        what: Erpnext,
    },
    /// Look at documents that are not in the company's books yet, and decide about them. The office has to run.
    Held {
        #[command(subcommand)]
        what: Held,
    },
    /// Hold a workshop's journal, the office's books and ERPNext against each other, day by day. The office has to run.
    ///
    /// Ends with 0 where nothing differs, with 1 where something does, and with 2 where it could not be compared.
    Reconcile(Reconcile),
    /// Say who may log in at the desk, and as what. Whether the office runs or not.
    User {
        #[command(subcommand)]
        what: Who,
    },
    /// Look at what came under keys that count no more, and decide about it. The office has to run.
    Quarantine {
        #[command(subcommand)]
        what: Judgement,
    },
}

#[derive(Subcommand)]
pub(super) enum Judgement {
    /// Show what is kept.
    List {
        /// Only this workshop's.
        site: Option<SiteId>,
    },
    /// Take it in as the workshop's own: each record counts once, whatever came before or comes after.
    Release {
        /// The workshop.
        site: SiteId,
        /// Which envelope, as the list shows it, or `all`.
        id: String,
    },
    /// Throw it away, for good.
    Drop {
        /// The workshop.
        site: SiteId,
        /// Which envelope, as the list shows it, or `all`.
        id: String,
    },
}

impl What {
    pub(super) fn run(self, dir: &Path) -> anyhow::Result<ExitCode> {
        let done: anyhow::Result<()> = match self {
            Self::Reconcile(reconcile) => return Ok(reconcile.run(dir)),
            Self::Import { mount, all_sites } => match stick::import(dir, &mount, all_sites)? {
                true => Ok(()),
                false => bail!("not all of it went well: see above. What was not taken is still on the stick"),
            },
            Self::Load { paths, check, replace_table, json } => {
                load::load(dir, &paths, Order { check, replace: replace_table }, json)
            }
            Self::Recover { site, mount, out, sealed, anyway } => {
                if !stick::import(dir, &mount, false)? && !anyway {
                    bail!("not all of it went well: see above. Try another reader; or go on with --anyway");
                }
                revoke(dir, &site, None)?;
                let terms = Terms { replace: true, ..Terms::default() };
                let wanted = enrol::Wanted { terms, out: Some(&out), sealed, root_from_paper: false };
                enrol::at_office(dir, &site, wanted)
            }
            Self::Confirm { site, fingerprint } => {
                let fingerprint: Fingerprint = fingerprint.concat().parse()?;
                let ask = Ask::Confirm { site: site.clone(), fingerprint };
                decide(dir, &ask, |register| office::confirm(register, &site, fingerprint))
            }
            Self::Revoke { site, fingerprint } => {
                let fingerprint: Option<Fingerprint> = match fingerprint.is_empty() {
                    true => None,
                    false => Some(fingerprint.concat().parse()?),
                };
                revoke(dir, &site, fingerprint)
            }
            Self::Root { remove } => root(dir, remove),
            Self::Quarantine { what } => what.run(dir),
            Self::Held { what } => what.run(dir),
            Self::User { what } => what.run(dir),
            Self::Erpnext { what } => what.run(dir),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}

fn revoke(dir: &Path, site: &SiteId, fingerprint: Option<Fingerprint>) -> anyhow::Result<()> {
    let ask = Ask::Revoke { site: site.clone(), fingerprint };
    decide(dir, &ask, |register| office::revoke(register, site, fingerprint, rough_ms() / 1000))
}

fn root(dir: &Path, remove: bool) -> anyhow::Result<()> {
    let mut root = Root::load(&office::Paths::new(dir).root)?;
    match (&root.secret, remove) {
        (None, _) => bail!("the root is not on this disk any more: it is on its paper"),
        (Some(secret), false) => {
            println!("The root of this office. Write it down; whoever has it can lead its boxes elsewhere.\n");
            println!("{}", secret.to_paper());
            println!("\nThen take it off this disk: outpost office root --remove");
        }
        (Some(_), true) => {
            root.remove_secret(&typed_root()?)?;
            println!("The root is on paper alone now.");
        }
    }
    Ok(())
}

/// The root as somebody types it from the paper: until the last group, which stands alone, or the end of the input.
pub(super) fn typed_root() -> anyhow::Result<String> {
    eprintln!("Type the root from its paper, all 17 groups:");
    let mut typed = String::new();
    let mut input = std::io::stdin().lock().take(MAX_TYPED);
    while typed.split_whitespace().map(str::len).sum::<usize>() < ROOT_DIGITS && input.read_line(&mut typed)? > 0 {}
    Ok(typed)
}

/// Has the running office do it; where none runs this process does it itself.
fn decide(
    dir: &Path,
    ask: &Ask,
    itself: impl FnOnce(&mut Register) -> Result<String, RegisterError>,
) -> anyhow::Result<()> {
    match control::ask(dir, ask, &mut std::io::stdout().lock()) {
        Ok(()) => Ok(()),
        Err(AskError::NotRunning(_)) => {
            // Opened anew, an empty directory would become an office.
            if !office::Paths::new(dir).register.exists() {
                bail!("{} is no office: name its directory with --dir", dir.display());
            }
            let premises = Premises::open(dir)?;
            let mut register = Register::load(&premises.paths.register)?;
            println!("{}", itself(&mut register)?);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

impl Judgement {
    fn run(self, dir: &Path) -> anyhow::Result<()> {
        let one = |id: String| (id != "all").then_some(id);
        match self {
            Self::List { site } => {
                let list = asked(dir, &Ask::Quarantine { site })?;
                if list.is_empty() {
                    println!("Nothing is in quarantine.");
                    return Ok(());
                }
                println!("{:<24} {:<16} {:<20} {:>8} {:>10}", "site", "id", "came", "records", "bytes");
                for kept in list {
                    let [site, id, came] = ["site", "id", "came"].map(|name| kept[name].as_str().unwrap_or("-"));
                    let [records, bytes] = ["records", "bytes"].map(|name| kept[name].to_string());
                    println!("{site:<24} {id:<16} {came:<20} {records:>8} {bytes:>10}");
                }
            }
            Self::Release { site, id } => {
                let released = asked(dir, &Ask::Judge { site, id: one(id), release: true })?;
                for envelope in &released {
                    let id = envelope["id"].as_str().unwrap_or("-");
                    println!("{id} released: {} records were new", envelope["new"]);
                }
                said_nothing(&released);
            }
            Self::Drop { site, id } => {
                let dropped = asked(dir, &Ask::Judge { site, id: one(id), release: false })?;
                for envelope in &dropped {
                    println!("{} dropped", envelope["id"].as_str().unwrap_or("-"));
                }
                said_nothing(&dropped);
            }
        }
        Ok(())
    }
}

fn said_nothing(done: &[Value]) {
    if done.is_empty() {
        println!("Nothing was in quarantine.");
    }
}

fn asked(dir: &Path, ask: &Ask) -> anyhow::Result<Vec<Value>> {
    let mut answer = Vec::new();
    control::ask(dir, ask, &mut answer)?;
    serde_json::from_slice(&answer).context("the answer is cut off: ask again")
}
