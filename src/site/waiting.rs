//! A box that is nobody yet: it waits for its enrolment, by a command or on a stick, and shows so by its light.
//!
//! What a stick brings is sealed under a code; it is kept, named, and worthless until somebody types the code. Nothing else
//! is read from a stick, and nothing is written on it.

use super::config;
use super::start::{self, Paths};
use crate::carry::Folder;
use crate::carry::place::{Looker, Place};
use crate::domain::id::SiteId;
use crate::files::{self, PRIVATE};
use crate::moment::up_ms;
use anyhow::Context;
use board::stick::Watch;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How often sticks, and the directory, are looked at.
const LOOK_EVERY_TICKS: u64 = 10;
/// Where sealed enrolments are kept.
const KEPT: &str = "enrolments";

/// The sealed enrolments that sticks have brought, with the sites that they are for.
pub fn brought(dir: &Path) -> io::Result<Vec<(SiteId, Vec<u8>)>> {
    let mut brought = Vec::new();
    let entries = match std::fs::read_dir(dir.join(KEPT)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(brought),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if let Some(site) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            brought.push((site, std::fs::read(entry.path())?));
        }
    }
    brought.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(brought)
}

/// They have served.
pub fn forget(dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(dir.join(KEPT)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits until the directory is a box. May be dropped at any await.
pub async fn wait(dir: &Path) -> anyhow::Result<()> {
    let paths = Paths::new(dir);
    if paths.identity.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let config = config::read(dir)?;
    let watch = config.sticks.then(|| Watch::new(&paths.sticks));
    let mut looker = Looker::new(watch, config.stick_dirs.clone(), dir, config.trial_sticks);
    let (mut light, _) = start::signs(&config);
    println!("this box is nobody yet: put in the stick from the office, or take its file:");
    println!("  outpost enrol --dir {} --take FILE", dir.display());
    let mut tick = tokio::time::interval(Duration::from_millis(board::light::TICK_MS));
    let mut seen = BTreeSet::new();
    for n in 0_u64.. {
        tick.tick().await;
        // A light that does not answer is no reason not to be enrolled.
        let _ = light.show(board::light::State::Attention, up_ms());
        if n.is_multiple_of(LOOK_EVERY_TICKS) {
            if paths.identity.exists() {
                break;
            }
            tokio::task::block_in_place(|| look(dir, &paths.sticks, &mut looker, &mut seen));
        }
    }
    Ok(())
}

fn look(dir: &Path, mounts: &Path, looker: &mut Looker, seen: &mut BTreeSet<String>) {
    let places = looker.look();
    let keys: BTreeSet<String> = places.iter().map(Place::key).collect();
    for place in places.iter().filter(|place| !seen.contains(&place.key())) {
        match keep(dir, mounts, place) {
            Ok(sites) if sites.is_empty() => println!("the stick {} brings no enrolment", place.name()),
            Ok(sites) => {
                println!(
                    "the stick {} lets this box become {}; it may be pulled. Type:",
                    place.name(),
                    sites.join(" or ")
                );
                println!("  outpost enrol --dir {} --code CODE", dir.display());
            }
            Err(why) => println!("the stick {} cannot be read: {why}", place.name()),
        }
    }
    *seen = keys;
}

/// Keeps the enrolments that lie on a stick; for whom they are.
fn keep(dir: &Path, mounts: &Path, place: &Place) -> Result<Vec<String>, String> {
    let open = place.open(mounts)?;
    let kept =
        Folder::open(&open.path).map_err(|error| error.to_string()).and_then(|folder| keep_from(&folder, dir, None));
    open.close()?;
    Ok(kept?.into_iter().map(|site| site.to_string()).collect())
}

/// Keeps the enrolments of `folder`, or only that for `own`: a box that is somebody already can still be moved. Whether it
/// takes one is decided when the code is typed.
pub(super) fn keep_from(folder: &Folder, dir: &Path, own: Option<&SiteId>) -> Result<Vec<SiteId>, String> {
    let words = |error: io::Error| error.to_string();
    let mut sites = Vec::new();
    for (site, bytes) in folder.enrolments().map_err(|error| error.to_string())? {
        if own.is_some_and(|own| *own != site) {
            continue;
        }
        std::fs::create_dir_all(dir.join(KEPT)).map_err(words)?;
        files::write_atomically(&dir.join(KEPT).join(site.as_str()), &bytes, PRIVATE).map_err(words)?;
        sites.push(site);
    }
    Ok(sites)
}
