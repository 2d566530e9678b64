//! A stick at the office: what sites sent is taken in, then the acks and whatever waits for them is written back.

use super::sites::Sites;
use crate::carry::{self, Exported, Folder, Import, Progress, Refused, Stopped, Way};
use crate::courier::stick::Content;
use crate::domain::id::SiteId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Whom a stick is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The sites that have a folder on it.
    ThoseOnIt,
    /// Every enrolled site: for somebody who goes round.
    Everybody,
}

/// Does all that a stick at `mount` asks for, and tells of it: `sites`, each with what came from it and what was written
/// for it, and `notes` for whoever stands there. What fails stops nothing but itself, as long as the stick is there. `looked_at` is
/// told how many files have been looked at so far.
pub(super) fn serve(sites: &Sites, mount: &Path, whom: For, looked_at: &mut dyn FnMut(u64)) -> Result<Value, String> {
    let words = |error: carry::StickError| error.to_string();
    let folder = Folder::open(mount).map_err(words)?;
    let came = folder.sites(Way::ToOffice).map_err(words)?;
    let mut notes = Vec::new();
    let mut older = None;
    let mut read = Vec::new();
    let mut refusals = Vec::new();
    let mut files = 0;
    for site in &came {
        let before = files;
        let mut progress = |progress: Progress| {
            files = before + progress.done;
            looked_at(files);
        };
        let take = &mut |bytes| sites.take(bytes, &mut refusals);
        match carry::import(&folder, (Way::ToOffice, site), take, &mut progress) {
            Ok(import) => {
                older = older.max(import.older);
                read.push((site.clone(), Ok(import)));
            }
            Err(stopped) => read.push((site.clone(), Err(stopped.to_string()))),
        }
    }
    if let Some(older) = older {
        sites.renew_now(older);
        notes.push("this office was restored from a backup: its sites are asked for the rest".to_owned());
    }
    if came.is_empty() {
        notes.push("there is nothing from any site on this stick".to_owned());
    }
    // What came may part a journal: the letters go back on the same stick.
    sites.give_letters();
    let known: BTreeSet<SiteId> = sites.names().into_iter().collect();
    let for_whom: BTreeSet<SiteId> = match whom {
        _ if !folder.is_writable() => {
            notes.push("it cannot be written: the sites get their answers by line or on another stick".to_owned());
            BTreeSet::new()
        }
        For::ThoseOnIt => came.iter().filter(|site| known.contains(*site)).cloned().collect(),
        For::Everybody => known,
    };
    if folder.is_writable() {
        for (site, refusal) in &refusals {
            refuse(&folder, site, refusal).map_err(words)?;
        }
    }
    let written: Vec<(SiteId, Result<Exported, String>)> = for_whom
        .into_iter()
        .map(|site| {
            let exported = write_back(sites, &folder, &site).map_err(|stopped| stopped.to_string());
            (site, exported)
        })
        .collect();
    Ok(json!({
        "sites": read.iter().map(|(site, import)| told(site, import)).collect::<Vec<_>>(),
        "written": written.iter().map(|(site, exported)| match exported {
            Ok(Exported { records, .. }) => json!({ "site": site, "records": records }),
            Err(why) => json!({ "site": site, "failed": why }),
        }).collect::<Vec<_>>(),
        "notes": notes,
    }))
}

fn nothing(_: Progress) {}

/// For whoever waits until all is done.
pub(super) fn untold(_: u64) {}

/// Lets a box that is not taken know it, in place of what it was told before.
fn refuse(folder: &Folder, site: &SiteId, refusal: &[u8]) -> Result<(), carry::StickError> {
    let before = folder.list(Way::ToSite, site)?.ours;
    for (name, _) in before.iter().filter(|(name, _)| name.content == Content::Refusal) {
        folder.remove(Way::ToSite, site, name)?;
    }
    folder.write(Way::ToSite, site, &Content::Refusal, refusal).map(|_| ())
}

fn write_back(sites: &Sites, folder: &Folder, site: &SiteId) -> Result<Exported, Stopped> {
    let hand = sites.hand(site).ok_or(Stopped::Ending)?;
    carry::export(folder, (Way::ToSite, site), &hand, &mut nothing)
}

fn told(site: &SiteId, import: &Result<Import, String>) -> Value {
    match import {
        Ok(Import { files, new, known, set_aside, refused, more_refused, cut_short, .. }) => json!({
            "site": site,
            "files": files,
            "new": new,
            "known": known,
            "set_aside": set_aside,
            "refused": refused.iter().map(|Refused { file, why }| json!({ "file": file, "why": why })).collect::<Vec<_>>(),
            "more_refused": more_refused,
            "cut_short": cut_short,
        }),
        Err(why) => json!({ "site": site, "failed": why }),
    }
}
