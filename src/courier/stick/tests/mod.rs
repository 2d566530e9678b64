//! The folder against pulled, full, dying, hostile and crowded sticks.

mod files;
mod hostile;
mod limits;
mod names;
mod pulled;

use super::name::Extent;
use super::*;
use crate::domain::id::{Epoch, Position, Seq};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use uuid::Uuid;

/// A stick, with something on it that is none of our business.
struct Plugged {
    dir: tempfile::TempDir,
}

impl Plugged {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("holiday.jpg"), b"a beach").expect("written");
        std::fs::create_dir(dir.path().join("music")).expect("made");
        Self { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn open(&self) -> Folder {
        Folder::open(self.path()).expect("opened")
    }

    fn at(&self, below: &str) -> PathBuf {
        self.path().join(FOLDER).join(below)
    }

    fn put(&self, below: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(below);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// The names in a folder of ours, sorted; none where there is no folder.
    fn names(&self, below: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.at(below)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn assert_nothing_outside_was_touched(&self) {
        let found = everything_in(self.path(), &[FOLDER]);
        let expected = [("holiday.jpg".into(), b"a beach".to_vec()), ("music".into(), Vec::new())];
        assert_eq!(found, BTreeMap::from(expected));
    }
}

fn everything_in(top: &Path, except: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(top).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = PathBuf::from(entry.file_name());
        if except.iter().any(|except| name == Path::new(except)) {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            found.extend(everything_in(&entry.path(), &[]).into_iter().map(|(below, bytes)| (name.join(below), bytes)));
            found.insert(name, Vec::new());
        } else {
            found.insert(name, std::fs::read(entry.path()).unwrap_or_default());
        }
    }
    found
}

fn delhi() -> SiteId {
    "delhi".parse().expect("a name")
}

fn at(epoch: u128, seq: u64) -> Position {
    Position { epoch: Epoch(Uuid::from_u128(epoch)), seq: Seq(seq) }
}

fn parcel(first: u64, last: u64) -> Content {
    Content::Parcel(Extent { first: at(7, first), last: at(7, last) })
}

/// Three pieces and a bit.
fn long() -> Vec<u8> {
    (0..3 * PIECE_BYTES + 77).map(|i| (i * i % 251) as u8).collect()
}

fn errno(errno: Errno) -> io::Error {
    errno.into()
}

/// A hook that notes each step and lets it pass, unless `verdict` says otherwise for the step's number, from 0.
fn noting(
    verdict: impl Fn(usize, Step) -> io::Result<()> + Send + Sync + 'static,
) -> (Arc<Hook>, Arc<Mutex<Vec<Step>>>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let noted = steps.clone();
    let hook = move |step| {
        let number = {
            let mut noted = noted.lock().expect("not poisoned");
            noted.push(step);
            noted.len() - 1
        };
        verdict(number, step)
    };
    (Arc::new(hook), steps)
}

/// A folder whose steps of that kind fail.
fn failing(stick: &Plugged, kind: Step, with: Errno) -> Folder {
    stick.open();
    let (hook, _) = noting(move |_, step| if step == kind { Err(with.into()) } else { Ok(()) });
    Folder::open_with(stick.path(), hook).expect("opened")
}
