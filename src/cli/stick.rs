//! `outpost stick …` at a box and `outpost office import` and `recover` at the office: what a person asks of a stick.

use super::run;
use crate::control::{self, Ask, AskError};
use crate::office::{self, For};
use anyhow::Context;
use clap::Subcommand;
use jiff::civil::Date;
use serde_json::Value;
use std::path::Path;

#[derive(Subcommand)]
pub(super) enum What {
    /// Write documents as CSV on the stick that is in, or is put in within two minutes.
    ///
    /// Anybody who finds the stick can read them, so the box never does it by itself. ERPNext's Data Import takes them as
    /// they are; days that were imported before are best left out.
    Csv {
        /// The first day, like 2026-11-02.
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// The last day.
        #[arg(long, value_name = "DAY")]
        to: Date,
    },
}

impl What {
    pub(super) fn run(self, dir: &Path) -> anyhow::Result<()> {
        match self {
            Self::Csv { from, to } => {
                println!("Put a stick in, if none is. Waiting …");
                Ok(control::ask(dir, &Ask::StickCsv { from, to }, &mut std::io::stdout().lock())?)
            }
        }
    }
}

/// Takes in what lies on the stick at `mount`, writes back, and tells of both. True where all of it went well.
pub(super) fn import(dir: &Path, mount: &Path, all_sites: bool) -> anyhow::Result<bool> {
    // A running office has a directory of its own to start from.
    let mount = std::path::absolute(mount)?;
    let mut answer = Vec::new();
    let told: Value = match control::ask(dir, &Ask::Import { mount: mount.clone(), all_sites }, &mut answer) {
        Ok(()) => serde_json::from_slice(&answer).context("the answer is cut off: ask again")?,
        Err(AskError::NotRunning(_)) => {
            let whom = if all_sites { For::Everybody } else { For::ThoseOnIt };
            run::runtime()?.block_on(office::import(dir, &mount, whom))?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(print(&told))
}

/// Prints what came and what was written, and says whether all of it went well.
fn print(told: &Value) -> bool {
    let all = |name: &str| told[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut well = true;
    for site in all("sites") {
        let name = text(&site["site"]);
        if let Some(why) = site["failed"].as_str() {
            println!("{name}: {why}");
            well = false;
            continue;
        }
        println!("{name}: {} new records, {} known, from {} files", site["new"], site["known"], site["files"]);
        for refused in site["refused"].as_array().into_iter().flatten() {
            println!("  refused: {}: {}", text(&refused["file"]), text(&refused["why"]));
            well = false;
        }
        if site["more_refused"].as_u64().is_some_and(|more| more > 0) {
            println!("  and {} more were refused", site["more_refused"]);
        }
        if site["set_aside"].as_u64().is_some_and(|aside| aside > 0) {
            println!(
                "  {} files are under a key that counts no more: see `outpost office quarantine list`",
                site["set_aside"]
            );
        }
        if site["cut_short"] == true {
            println!("  there are more files than are looked at: take out what is not ours, and import it again");
            well = false;
        }
    }
    for written in all("written") {
        let name = text(&written["site"]);
        match written["failed"].as_str() {
            Some(why) => {
                println!("{name}: nothing was written back: {why}");
                well = false;
            }
            None => println!("{name}: the answers are on the stick, with {} records for it", written["records"]),
        }
    }
    all("notes").iter().for_each(|note| println!("{}", text(note)));
    well
}
