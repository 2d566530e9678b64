//! Takes an import in as if it were a stick, and packs what the stick is to have.
//!
//! In: an import's directory. Out: records in the sites' journals, each once however often it comes; what is told of it; the answers.
//! Deliberately absent: how a stick is served ([`crate::office::stick`]).

use super::shelf::{Came, Import, Refused, State};
use super::zip;
use crate::carry::{Folder, Way};
use crate::courier::stick::{Content, FOLDER};
use crate::office::sites::Sites;
use crate::office::stick::{self, For};
use serde_json::Value;
use std::sync::Arc;

/// Most bytes of answers at once, which are held in memory: what does not fit comes the next time.
const MAX_ANSWERS: usize = 64 * 1024 * 1024;
/// Most files among them; a zip counts to 65,535.
const MAX_ANSWER_FILES: usize = 10_000;

/// Set to failed where nothing else was said.
struct Taking(Arc<Import>);

impl Drop for Taking {
    fn drop(&mut self) {
        if self.0.state() == State::Taking {
            let notes = vec!["taking it in has failed: the office's log says why; take it again".to_owned()];
            self.0.taken(State::Failed, Came { notes, ..Came::default() });
        }
    }
}

/// Takes it in. Blocks.
pub(super) fn take(import: Arc<Import>, sites: &Sites, whom: For) {
    let taking = Taking(import);
    let import = &taking.0;
    let served = std::fs::create_dir_all(import.stick()).map_err(|error| error.to_string());
    let served = served.and_then(|()| stick::serve(sites, &import.stick(), whom, &mut |files| import.looked_at(files)));
    let (state, came) = match served {
        Ok(served) => came(import, &served),
        Err(word) => (State::Failed, Came { notes: vec![word], ..Came::default() }),
    };
    tracing::info!(import = %import.id, ?state, files = came.done, new = came.new, known = came.known, "an import was taken in");
    import.taken(state, came);
}

/// What a stick's service told, for the import that it was.
fn came(import: &Import, served: &Value) -> (State, Came) {
    let mut came = Came::default();
    let mut state = State::Done;
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    for site in all(&served["sites"]) {
        let name = text(&site["site"]);
        if let Some(why) = site["failed"].as_str() {
            state = State::Failed;
            came.notes.push(format!("{name}: {why}"));
            continue;
        }
        let count = |what: &str| site[what].as_u64().unwrap_or(0);
        let refused = all(&site["refused"]);
        came.done += count("files") + refused.len() as u64 + count("more_refused");
        came.new += count("new");
        came.known += count("known");
        came.set_aside += count("set_aside");
        came.more_refused += count("more_refused");
        let named = refused
            .iter()
            .map(|refused| Refused { name: import.called(&name, &text(&refused["file"])), why: text(&refused["why"]) });
        came.refused.extend(named);
    }
    let why = "is no file of a stick: master data is taken with POST /api/master";
    came.refused.extend(import.master().into_iter().map(|(name, _)| Refused { name, why: why.to_owned() }));
    came.notes.extend(all(&served["notes"]).iter().map(text));
    for site in all(&served["written"]) {
        if let Some(why) = site["failed"].as_str() {
            came.notes.push(format!("no answers for {}: {why}", text(&site["site"])));
        }
    }
    (state, came)
}

/// What the stick is to have, as a zip to unpack on it. The acks come first, so that a large rest can wait.
pub(super) fn answers(import: &Import) -> Result<Vec<u8>, String> {
    let folder = Folder::open(&import.stick()).map_err(|error| error.to_string())?;
    Ok(zip::zip(&fitting(&folder, MAX_ANSWERS)?))
}

/// Those of a folder's answers that come to `left` bytes together.
fn fitting(folder: &Folder, mut left: usize) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut files = Vec::new();
    for site in folder.sites(Way::ToSite).map_err(|error| error.to_string())? {
        let mut names = folder.list(Way::ToSite, &site).map_err(|error| error.to_string())?.ours;
        names.sort_by_key(|(name, _)| (matches!(name.content, Content::Parcel(_) | Content::Rows(..)), *name));
        for (name, _) in names {
            let file = name.to_string();
            let bytes = folder.read(Way::ToSite, &site, file.as_ref()).map_err(|error| error.to_string())?;
            if bytes.len() > left || files.len() >= MAX_ANSWER_FILES {
                break;
            }
            left -= bytes.len();
            files.push((format!("{FOLDER}/{}/{site}/{file}", Way::ToSite), bytes));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Generation;

    #[test]
    fn answers_come_to_64_mib_and_the_acks_come_first() {
        assert_eq!(MAX_ANSWERS, 67_108_864);
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let site = "solo".parse().unwrap();
        let rows = |n| Content::Rows(Generation::new(1_790_000_000_000, [3; 10]), n, n + 1);
        for (content, bytes) in [(rows(0), 60), (rows(1), 40), (Content::Word(1), 10)] {
            folder.write(Way::ToSite, &site, &content, &vec![7; bytes]).unwrap();
        }
        let lengths = |most| fitting(&folder, most).unwrap().iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>();
        assert_eq!(lengths(110), [10, 60, 40]);
        assert_eq!(lengths(109), [10, 60]);
        assert_eq!(lengths(69), [10], "what does not fit comes the next time, with what is after it");
    }
}
