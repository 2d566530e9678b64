//! The imports that are being made: whose each is, its files, how far it is, and when it goes.
//!
//! In: files under names that were read ([`super::name`]). Out: an import's directory, laid out as a stick's is, and what is told of it. Each
//! is a directory in the office's own, gone an hour after it was last used, and at a start. Nothing of it has to survive: what is taken in is
//! in the journals, and what is not is on the stick still. Deliberately absent: taking it ([`super::take`]).

use super::name::{self, Place};
use crate::courier::stick::Way;
use crate::domain::id::SiteId;
use crate::domain::time::rfc3339;
use crate::files::free_mb;
use crate::moment::rough_ms;
use crate::wire::envelope::Header;
use serde::Serialize;
use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// One file: any envelope, and a table of 50,000 rows.
pub(super) const MAX_FILE: usize = 16 * 1024 * 1024;
/// All files of an import: years of a busy workshop.
pub(super) const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Files of an import.
pub(super) const MAX_FILES: usize = 2_000;
/// Imports of one user: the one that is made, and some that a closed page has left.
pub(super) const MAX_OF_ONE: usize = 4;
/// Imports in all: 2 GiB at the most.
pub(super) const MAX_IN_ALL: usize = 8;
/// What is left free on the disk for the journals.
const KEEP_FREE_MB: u64 = 1_000;
/// How long one is kept after its last use.
const LIFE: Duration = Duration::from_secs(3600);
/// How often somebody looks whether one is to go.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// By what an import is named: 128 random bits.
pub(in crate::office::pages) type ImportId = uuid::Uuid;

/// How an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Files may come.
    Open,
    /// It is being taken in.
    Taking,
    /// It was taken in; not each file needs to have been.
    Done,
    /// It was not taken to its end.
    Failed,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Refused {
    pub(super) name: String,
    pub(super) why: String,
}

/// What came of taking it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Came {
    /// Files that were looked at.
    pub(super) done: u64,
    /// Records that are new, and that were known.
    pub(super) new: u64,
    pub(super) known: u64,
    /// Files that are in quarantine now.
    pub(super) set_aside: u64,
    pub(super) refused: Vec<Refused>,
    /// Refused files that are not named one by one.
    pub(super) more_refused: u64,
    /// For whoever waits for it.
    pub(super) notes: Vec<String>,
}

/// Its state, its files, and how many of them were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::office::pages) struct Progress(State, usize, u64);

/// Why a file, or an import, is not taken on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum No {
    #[error("an import has at most {MAX_FILES} files")]
    Files,
    #[error("the files of an import have at most {MAX_BYTES} bytes together")]
    Bytes,
    #[error("another file of this import lies where this one would: {0}")]
    Twice(String),
    #[error("it is nothing that the office takes: neither a stick's (….op) nor a table's (….csv, ….json)")]
    Nothing,
    #[error("it has no folder that says whose it is, and is no envelope of ours itself")]
    Nobodys,
    #[error("this import is {0}, and takes no more files")]
    NotOpen(&'static str),
    #[error("this import is gone")]
    Gone,
    #[error("you have {MAX_OF_ONE} imports already")]
    TooManyOfOne,
    #[error("the office has {MAX_IN_ALL} imports already")]
    TooManyInAll,
    #[error("the office's disk has less than {KEEP_FREE_MB} MB free")]
    Full,
    #[error("the office could not write it: {0}")]
    Disk(String),
}

struct Inner {
    state: State,
    gone: bool,
    used: Instant,
    used_at_ms: u64,
    /// By name: where it lies, and its bytes.
    files: BTreeMap<String, (PathBuf, u64)>,
    came: Came,
}

/// One import.
pub(super) struct Import {
    pub(super) id: ImportId,
    user: String,
    dir: PathBuf,
    inner: Mutex<Inner>,
}

/// What is told of one.
#[derive(Serialize)]
pub(super) struct Told {
    import: ImportId,
    state: State,
    files: usize,
    bytes: u64,
    #[serde(flatten)]
    came: Came,
    until: String,
}

/// All of them.
pub(in crate::office::pages) struct Imports {
    dir: PathBuf,
    all: Mutex<BTreeMap<ImportId, Arc<Import>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn make_dir(dir: &Path) -> Result<(), No> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| No::Disk(error.to_string()))
}

impl Imports {
    /// Those below `dir`; what an earlier run has left there goes.
    pub(in crate::office::pages) fn open(office: &Path) -> Arc<Self> {
        let dir = office.join("imports");
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(dir = %dir.display(), %error, "imports of an earlier run could not be cleared away");
            }
            _ => {}
        }
        Arc::new(Self { dir, all: Mutex::default() })
    }

    /// How far each is.
    pub(in crate::office::pages) fn progress(&self) -> BTreeMap<ImportId, Progress> {
        let all = lock(&self.all);
        let progress = |import: &Import| {
            let inner = lock(&import.inner);
            Progress(inner.state, inner.files.len(), inner.came.done)
        };
        all.iter().map(|(id, import)| (*id, progress(import))).collect()
    }

    /// Lets go what nobody has used for an hour, for as long as anybody has the imports.
    pub(in crate::office::pages) async fn tend(imports: Weak<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Some(imports) = imports.upgrade() else { return };
            let _ = tokio::task::spawn_blocking(move || imports.sweep(Instant::now())).await;
        }
    }

    fn sweep(&self, now: Instant) {
        let gone: Vec<Arc<Import>> = {
            let mut all = lock(&self.all);
            let is_over = |import: &Arc<Import>| {
                let inner = lock(&import.inner);
                inner.state != State::Taking && now.saturating_duration_since(inner.used) >= LIFE
            };
            let over: Vec<ImportId> = all.iter().filter(|(_, import)| is_over(import)).map(|(id, _)| *id).collect();
            over.iter().filter_map(|id| all.remove(id)).collect()
        };
        gone.iter().for_each(|import| import.clear());
    }

    /// Begins one.
    pub(super) fn begin(&self, user: &str) -> Result<Arc<Import>, No> {
        self.sweep(Instant::now());
        let random = [getrandom::u64(), getrandom::u64()];
        let [Ok(high), Ok(low)] = random else { return Err(No::Disk("there is no randomness".into())) };
        let id =
            uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid();
        let mut all = lock(&self.all);
        if all.len() >= MAX_IN_ALL {
            return Err(No::TooManyInAll);
        }
        if all.values().filter(|import| import.user == user).count() >= MAX_OF_ONE {
            return Err(No::TooManyOfOne);
        }
        let dir = self.dir.join(id.to_string());
        make_dir(&dir)?;
        let inner = Inner {
            state: State::Open,
            gone: false,
            used: Instant::now(),
            used_at_ms: rough_ms(),
            files: BTreeMap::new(),
            came: Came::default(),
        };
        let import = Arc::new(Import { id, user: user.to_owned(), dir, inner: Mutex::new(inner) });
        all.insert(id, import.clone());
        Ok(import)
    }

    /// The one of that id, where it is this user's.
    pub(super) fn of(&self, user: &str, id: ImportId) -> Option<Arc<Import>> {
        lock(&self.all).get(&id).filter(|import| import.user == user).cloned()
    }

    /// Lets one go, unless it is being taken in.
    pub(super) fn drop_one(&self, import: &Import) -> Result<(), No> {
        let mut all = lock(&self.all);
        import.is_at_rest()?;
        all.remove(&import.id);
        drop(all);
        import.clear();
        Ok(())
    }
}

impl Import {
    fn clear(&self) {
        // Whoever writes into it at this moment is done before.
        lock(&self.inner).gone = true;
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            tracing::warn!(import = %self.id, %error, "an import could not be cleared away");
        }
    }

    fn is_at_rest(&self) -> Result<(), No> {
        match lock(&self.inner).state {
            State::Taking => Err(No::NotOpen("being taken in")),
            _ => Ok(()),
        }
    }

    /// Takes on a file, in the place of one of the same name.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), No> {
        if is_full(free_mb(&self.dir)) {
            return Err(No::Full);
        }
        let place = match name::place(name).ok_or(No::Nothing)? {
            Place::Loose(file) => {
                let (header, _, _) = Header::read(bytes).map_err(|_| No::Nobodys)?;
                let (way, site) = match header.receiver == SiteId::office() {
                    true => (Way::ToOffice, header.sender),
                    false => (Way::ToSite, header.receiver),
                };
                Place::Stick { way, site, file }
            }
            place => place,
        };
        let path = self.dir.join(place.path());
        let mut inner = lock(&self.inner);
        match inner.state {
            _ if inner.gone => return Err(No::Gone),
            State::Open => {}
            State::Taking => return Err(No::NotOpen("being taken in")),
            State::Done | State::Failed => return Err(No::NotOpen("taken in already")),
        }
        let others = || inner.files.iter().filter(|(other, _)| *other != name);
        if others().count() >= MAX_FILES {
            return Err(No::Files);
        }
        if others().map(|(_, (_, bytes))| bytes).sum::<u64>() + bytes.len() as u64 > MAX_BYTES {
            return Err(No::Bytes);
        }
        if let Some((other, _)) = others().find(|(_, (other, _))| *other == path) {
            return Err(No::Twice(other.clone()));
        }
        inner.used();
        // What went by this name before may lie elsewhere: its header said so.
        if let Some((former, _)) = inner.files.remove(name).filter(|(former, _)| *former != path) {
            std::fs::remove_file(&former).map_err(|error| No::Disk(error.to_string()))?;
        }
        path.parent().map_or(Ok(()), make_dir)?;
        if let Err(error) = std::fs::write(&path, bytes) {
            let _ = std::fs::remove_file(&path);
            return Err(No::Disk(error.to_string()));
        }
        inner.files.insert(name.to_owned(), (path, bytes.len() as u64));
        Ok(())
    }

    /// It is being taken in from now on, from its beginning.
    pub(super) fn begin_taking(&self) -> Result<(), No> {
        let mut inner = lock(&self.inner);
        if inner.gone {
            return Err(No::Gone);
        }
        if inner.state == State::Taking {
            return Err(No::NotOpen("being taken in"));
        }
        inner.state = State::Taking;
        inner.came = Came::default();
        inner.used();
        Ok(())
    }

    /// So many files have been looked at.
    pub(super) fn looked_at(&self, files: u64) {
        lock(&self.inner).came.done = files;
    }

    /// It was taken in.
    pub(super) fn taken(&self, state: State, came: Came) {
        let mut inner = lock(&self.inner);
        inner.state = state;
        inner.came = came;
        inner.used();
    }

    /// What stands for a stick.
    pub(super) fn stick(&self) -> PathBuf {
        self.dir.join(name::STICK)
    }

    /// Its files of master data, with what they were called.
    pub(super) fn master(&self) -> Vec<(String, PathBuf)> {
        let own = self.dir.join(name::MASTER);
        let inner = lock(&self.inner);
        let files = inner.files.iter().filter(|(_, (path, _))| path.starts_with(&own));
        files.map(|(name, (path, _))| (name.clone(), path.clone())).collect()
    }

    /// What a file on the stick was called when it came; its name there where it did not.
    pub(super) fn called(&self, site: &str, file: &str) -> String {
        let path =
            self.stick().join(crate::courier::stick::FOLDER).join(Way::ToOffice.to_string()).join(site).join(file);
        let inner = lock(&self.inner);
        let found = inner.files.iter().find(|(_, (other, _))| *other == path);
        found.map_or_else(|| format!("{}/{site}/{file}", Way::ToOffice), |(name, _)| name.clone())
    }

    pub(super) fn state(&self) -> State {
        lock(&self.inner).state
    }

    pub(super) fn told(&self) -> Told {
        let inner = lock(&self.inner);
        let until = inner.used_at_ms.saturating_add(u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX));
        Told {
            import: self.id,
            state: inner.state,
            files: inner.files.len(),
            bytes: inner.files.values().map(|(_, bytes)| bytes).sum(),
            came: inner.came.clone(),
            until: rfc3339(i64::try_from(until).unwrap_or(i64::MAX)),
        }
    }
}

impl Inner {
    fn used(&mut self) {
        self.used = Instant::now();
        self.used_at_ms = rough_ms();
    }
}

/// Whether what is free, in MB, is the journals' alone. A disk that does not say it is taken at its word when it is.
fn is_full(free_mb: Option<u64>) -> bool {
    free_mb.is_some_and(|free| free < KEEP_FREE_MB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gigabyte_is_left_to_the_journals() {
        assert_eq!([None, Some(1_000), Some(999), Some(0)].map(is_full), [false, false, true, true]);
    }

    #[test]
    fn an_import_has_its_files_and_bytes_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let imports = Imports::open(dir.path());
        let import = imports.begin("sari").unwrap();
        let name = |n: usize| format!("to-office/solo/{n}.op");
        for n in 0..MAX_FILES {
            import.put(&name(n), b"x").unwrap();
        }
        assert_eq!(import.put(&name(MAX_FILES), b"x"), Err(No::Files));
        assert_eq!(import.put(&name(0), b"again"), Ok(()), "the same name counts once");
        assert_eq!(import.put("else/to-office/solo/1.op", b"x"), Err(No::Files));

        let import = imports.begin("sari").unwrap();
        let large = vec![0; MAX_FILE];
        for n in 0..15 {
            import.put(&name(n), &large).unwrap();
        }
        import.put(&name(15), &large[1..]).unwrap();
        assert_eq!(import.put(&name(16), b"xx"), Err(No::Bytes));
        import.put(&name(16), b"x").unwrap();
        assert_eq!(import.put("else/to-office/solo/1.op", b""), Err(No::Twice(name(1))));
    }

    #[test]
    fn imports_are_whose_they_are_and_go_when_nobody_uses_them_and_at_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let imports = Imports::open(dir.path());
        let first = imports.begin("sari").unwrap();
        assert!(imports.of("sari", first.id).is_some() && imports.of("joko", first.id).is_none());
        (1..MAX_OF_ONE).for_each(|_| drop(imports.begin("sari").unwrap()));
        assert_eq!(imports.begin("sari").err(), Some(No::TooManyOfOne));
        (0..MAX_IN_ALL - MAX_OF_ONE).for_each(|_| drop(imports.begin("joko").unwrap()));
        assert_eq!(imports.begin("wati").err(), Some(No::TooManyInAll));
        imports.drop_one(&first).unwrap();
        assert!(!first.dir.exists() && imports.begin("wati").is_ok());

        let taking = lock(&imports.all).values().next().unwrap().clone();
        taking.begin_taking().unwrap();
        assert_eq!((taking.begin_taking(), imports.drop_one(&taking)).0, Err(No::NotOpen("being taken in")));
        imports.sweep(Instant::now() + LIFE - Duration::from_secs(60));
        assert_eq!(lock(&imports.all).len(), MAX_IN_ALL);
        imports.sweep(Instant::now() + LIFE);
        assert_eq!(lock(&imports.all).len(), 1, "the one that is being taken stays");
        assert!(taking.dir.exists());
        drop(Imports::open(dir.path()));
        assert!(!dir.path().join("imports").exists());
    }
}
