//! The thread that owns the views: opens them, reads the journals, commits, checks, and builds anew on a doubt.

use super::Journals;
use super::fold::{Fold, Line, Listed, Totals};
use super::keys::{SiteNo, Tag};
use super::meta::{Place, Stream};
use super::read::{After, DocumentLine, Found, State};
use super::requests::RequestLine;
use super::store::{self, Disk, Doubt};
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, Position, StoreId};
use crate::domain::number::Number;
use crate::domain::outcome::{Fate, SaidAt};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Records applied under one lock: a reader waits for no more than these, about a millisecond.
const APPLY_AT_ONCE: usize = 128;
/// Records after which what changed is written, unless told otherwise. More means less written and more memory.
const COMMIT_EVERY: u64 = 4_000;
/// After how long it is written at the latest. What is lost by a power cut is read again from the journal.
const COMMIT_AFTER: Duration = Duration::from_secs(3600);
/// The file may grow to this in any case: sled's smallest useful size and some.
const GROWN_FLOOR: u64 = 256 * 1024 * 1024;
/// And beyond it to so many times the bytes that are alive in it.
const GROWN_FACTOR: u64 = 8;
/// How often the file is looked for: views that were removed under the running program are built anew within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The longest pause between two tries to build the views, where the disk is full or worse.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where and how.
#[derive(Clone, Debug)]
pub struct Config {
    /// The directory; beside it `<name>.aside` keeps the one that was last found in doubt.
    pub dir: PathBuf,
    /// Minutes east of UTC: a document without `posting_date` is of the day of its stamp there.
    pub utc_offset_minutes: i32,
    /// Records after which what changed is written.
    pub commit_every: u64,
    /// After how long it is written at the latest.
    pub commit_after: Duration,
    /// Whether what was opened is checked key by key, in the background.
    pub check: bool,
}

impl Config {
    /// The usual settings.
    pub fn new(dir: impl Into<PathBuf>, utc_offset_minutes: i32) -> Self {
        let (commit_every, commit_after) = (COMMIT_EVERY, COMMIT_AFTER);
        Self { dir: dir.into(), utc_offset_minutes, commit_every, commit_after, check: true }
    }
}

/// No answer now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The views are being built.
    #[error("the views are being built: {done} of {total} records are read; ask again")]
    Building {
        /// Records read.
        done: u64,
        /// Records there are.
        total: u64,
    },
    /// They were waited for long enough.
    #[error("the views have not come so far in time; ask again")]
    Late,
    /// The views are shut down.
    #[error("the views are shut down")]
    Down,
}

/// How far the views are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Records applied.
    pub done: u64,
    /// Records there are.
    pub total: u64,
    /// True while they are built from the beginning: questions wait.
    pub building: bool,
    /// True once every key of what was opened was checked, or the views were built by this process.
    pub checked: bool,
    /// How often this process found them in doubt.
    pub doubts: u64,
    /// The latest doubt.
    pub last_doubt: Option<String>,
}

struct Inner {
    fold: Option<Fold>,
    building: bool,
    checked: bool,
    doubts: u64,
    doubt: Option<Doubt>,
    last_doubt: Option<String>,
    notified: bool,
    stop: bool,
    down: bool,
    /// What was asked of the owner by [`Reader::flush`], and what it has done.
    flushes: (u64, u64),
}

struct Shared {
    inner: Mutex<Inner>,
    /// Something is to be done by the owner.
    wake: Condvar,
    /// The owner did something.
    moved: Condvar,
    journals: Arc<dyn Journals>,
    utc_offset_minutes: i32,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self, inner: &Inner) -> (u64, u64) {
        let streams = self.journals.streams();
        let total = streams.iter().map(|stream| self.journals.records(*stream)).sum();
        let reached = |stream: &Stream| Some(inner.fold.as_ref()?.reached(*stream)?.ordinal);
        (streams.iter().filter_map(reached).sum(), total)
    }
}

/// Asks the views. Cheap to clone; each answer is of one moment.
#[derive(Clone)]
pub struct Reader(Arc<Shared>);

/// The owner of the views.
pub struct Views {
    reader: Reader,
    thread: Option<JoinHandle<()>>,
}

impl Views {
    /// Opens the views in a thread of their own and returns at once: what is missing or in doubt is built there.
    pub fn start(config: Config, journals: Arc<dyn Journals>) -> std::io::Result<Self> {
        let inner = Inner {
            fold: None,
            building: true,
            checked: false,
            doubts: 0,
            doubt: None,
            last_doubt: None,
            notified: true,
            stop: false,
            down: false,
            flushes: (0, 0),
        };
        let shared = Arc::new(Shared {
            inner: Mutex::new(inner),
            wake: Condvar::new(),
            moved: Condvar::new(),
            journals,
            utc_offset_minutes: config.utc_offset_minutes,
        });
        let owner = Owner { shared: shared.clone(), config, since: None, check: None };
        let thread = std::thread::Builder::new().name("views".into()).spawn(move || owner.run())?;
        Ok(Self { reader: Reader(shared), thread: Some(thread) })
    }

    /// A handle to ask.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Writes what is not written yet and ends the thread. Blocks.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        self.reader.0.lock().stop = true;
        self.reader.0.wake.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the views panicked; they are built anew at the next start");
        }
    }
}

impl Drop for Views {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Reader {
    /// Word that a journal has more records. Never blocks for long.
    pub fn notify(&self) {
        self.0.lock().notified = true;
        self.0.wake.notify_all();
    }

    /// Word that the views are not to be believed: they are built anew.
    pub fn rebuild(&self, why: &str) {
        self.0.lock().doubt = Some(Doubt(why.to_owned()));
        self.0.wake.notify_all();
    }

    /// How far the views are.
    pub fn progress(&self) -> Progress {
        let inner = self.0.lock();
        let (done, total) = self.0.counts(&inner);
        let Inner { building, checked, doubts, .. } = *inner;
        Progress { done, total, building, checked, doubts, last_doubt: inner.last_doubt.clone() }
    }

    /// The ordinal of the last record of a stream that is in the views; 0 before the first.
    pub fn applied(&self, stream: Stream) -> u64 {
        let inner = self.0.lock();
        inner.fold.as_ref().and_then(|fold| fold.reached(stream)).map_or(0, |place| place.ordinal)
    }

    /// Waits until a record is in the views and they can be asked. Blocks its thread.
    pub fn wait_for(&self, stream: Stream, ordinal: u64, longest: Duration) -> Result<(), NotNow> {
        let there = |inner: &Inner| {
            let reached = inner.fold.as_ref().and_then(|fold| fold.reached(stream));
            !inner.building && (ordinal == 0 || reached.is_some_and(|place| place.ordinal >= ordinal))
        };
        self.wait_until(there, longest)
    }

    /// Waits until all that is applied now is on disk. Blocks its thread.
    pub fn flush(&self, longest: Duration) -> Result<(), NotNow> {
        let mut inner = self.0.lock();
        inner.flushes.0 += 1;
        let mine = inner.flushes.0;
        drop(inner);
        self.0.wake.notify_all();
        self.wait_until(|inner| inner.flushes.1 >= mine, longest)
    }

    /// Waits until what was opened is checked, or built. Blocks its thread.
    pub fn wait_checked(&self, longest: Duration) -> Result<(), NotNow> {
        self.wait_until(|inner| inner.checked && !inner.building, longest)
    }

    fn wait_until(&self, there: impl Fn(&Inner) -> bool, longest: Duration) -> Result<(), NotNow> {
        let inner = self.0.lock();
        let waited = self.0.moved.wait_timeout_while(inner, longest, |inner| !there(inner) && !inner.down);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (there(&inner), inner.down) {
            (true, _) => Ok(()),
            (false, true) => Err(NotNow::Down),
            (false, false) => Err(NotNow::Late),
        }
    }

    fn ask<T>(&self, question: impl FnOnce(&Fold) -> Result<T, Doubt>) -> Result<T, NotNow> {
        let mut inner = self.0.lock();
        if let (Some(fold), false) = (&inner.fold, inner.building) {
            let answer = catch_unwind(AssertUnwindSafe(|| question(fold)));
            match answer.unwrap_or_else(|_| Err(Doubt::new("a question panicked"))) {
                Ok(answer) => return Ok(answer),
                Err(doubt) => {
                    inner.doubt.get_or_insert(doubt);
                    inner.building = true;
                    self.0.wake.notify_all();
                }
            }
        }
        if inner.down {
            return Err(NotNow::Down);
        }
        let (done, total) = self.0.counts(&inner);
        Err(NotNow::Building { done, total })
    }

    /// The minutes east of UTC by which days are told.
    pub fn utc_offset_minutes(&self) -> i32 {
        self.0.utc_offset_minutes
    }

    /// The sites that the views know.
    pub fn sites(&self) -> Result<Vec<SiteNo>, NotNow> {
        self.ask(|fold| Ok(fold.sites()))
    }

    /// A document by its id.
    pub fn document(&self, site: SiteNo, id: IntentId) -> Result<Option<DocumentLine>, NotNow> {
        self.ask(|fold| fold.document(site, id))
    }

    /// The documents of a site, kind and day (days since 1970) in journal order, cancelled ones among them: at most `limit` from
    /// the `skip`th on. `None` in place of a kind is all of them.
    pub fn documents(
        &self,
        site: SiteNo,
        kind: impl Into<Option<Kind>>,
        day: i32,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<DocumentLine>, NotNow> {
        let kind = kind.into();
        self.ask(|fold| fold.documents((site, kind, day), skip, limit))
    }

    /// The days from `from` to `to`, both included, that have documents of a kind, or of any, each with how many.
    pub fn days(
        &self,
        site: SiteNo,
        kind: impl Into<Option<Kind>>,
        from: i32,
        to: i32,
    ) -> Result<Vec<(i32, u32)>, NotNow> {
        let kind = kind.into();
        self.ask(|fold| fold.days(site, kind, from, to))
    }

    /// The documents that bear a number on paper: more than one where a copied or restored card gave it twice, the first that came first.
    pub fn numbered(&self, site: SiteNo, kind: Kind, number: Number) -> Result<Vec<DocumentLine>, NotNow> {
        self.ask(|fold| fold.numbered(site, kind, number))
    }

    /// The documents whose number another one bears too, number by number; at most `limit`.
    pub fn shared_numbers(&self, site: SiteNo, limit: usize) -> Result<Vec<DocumentLine>, NotNow> {
        self.ask(|fold| fold.shared_numbers(site, limit))
    }

    /// The documents of a customer or supplier, by exactly that name, of all kinds, the newest first: at most `limit`, from the
    /// newest on or after the page before.
    pub fn documents_of(&self, site: SiteNo, party: &str, after: Option<After>, limit: usize) -> Result<Found, NotNow> {
        self.ask(|fold| fold.of_party(site, party, after, limit))
    }

    /// Where a record of a site is on its way.
    pub fn state(&self, site: SiteNo, position: Position) -> Result<State, NotNow> {
        self.ask(|fold| fold.state(site, position))
    }

    /// The office's latest word on a document or a cancellation of a site.
    pub fn fate(&self, site: SiteNo, id: IntentId) -> Result<Option<Fate>, NotNow> {
        Ok(self.word(site, id)?.map(|(_, fate)| fate))
    }

    /// The same, with when it was said.
    pub fn word(&self, site: SiteNo, id: IntentId) -> Result<Option<(SaidAt, Fate)>, NotNow> {
        self.ask(|fold| fold.word(site, id))
    }

    /// The counters of a site.
    pub fn totals(&self, site: SiteNo) -> Result<Totals, NotNow> {
        self.ask(|fold| Ok(fold.totals(site)))
    }

    /// What the office asked of a site under an id.
    pub fn request(&self, site: SiteNo, id: IntentId) -> Result<Option<RequestLine>, NotNow> {
        self.ask(|fold| fold.request(site, id))
    }

    /// What the office asked of a site and was not answered, the oldest first.
    pub fn pending_requests(&self, site: SiteNo) -> Result<Vec<RequestLine>, NotNow> {
        self.ask(|fold| fold.pending_requests(site))
    }

    /// What the office asked of a site, the newest first, on before that ordinal: at most `limit`.
    pub fn requests(&self, site: SiteNo, before: u64, limit: usize) -> Result<Vec<RequestLine>, NotNow> {
        self.ask(|fold| fold.requests(site, before, limit))
    }

    /// The latest refusals of a site, the newest first, at most [`super::LATEST`].
    pub fn refusals(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Refusal, site, limit))
    }

    /// The latest records under a known id with other content, the newest first.
    pub fn conflicts(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Conflict, site, limit))
    }

    /// The latest holes, the newest first.
    pub fn holes(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Hole, site, limit))
    }
}

struct Owner {
    shared: Arc<Shared>,
    config: Config,
    /// Since when something is not written.
    since: Option<Instant>,
    check: Option<JoinHandle<Result<bool, Doubt>>>,
}

/// Records that were read and not applied yet.
type Waiting = Vec<(Place, Line)>;

/// How far this thread stands back, as of nice(1): under a flood of publishes it has a tenth of what any other thread has,
/// and catches up afterwards. At the same priority its turns of some milliseconds stand in the way of PUBACKs.
const NICE: i32 = 10;

impl Owner {
    fn run(mut self) {
        // Linux takes "this process" for the calling thread here.
        if let Err(error) = rustix::process::setpriority_process(None, NICE) {
            tracing::debug!(%error, "the views work at the priority of everything else");
        }
        let mut pause = Duration::from_millis(100);
        let mut fresh = false;
        loop {
            let result = catch_unwind(AssertUnwindSafe(|| self.session(fresh)));
            let result = result.unwrap_or_else(|_| Err(Doubt::new("the thread of the views panicked")));
            let Err(doubt) = result else { break };
            let moved = self.set_aside(&doubt);
            // A doubt about what was just built will not go away by building it at once again.
            if fresh || moved.is_err() {
                if self.sleep(pause) {
                    break;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            fresh = true;
        }
        let mut inner = self.shared.lock();
        inner.fold = None;
        inner.down = true;
        self.shared.moved.notify_all();
    }

    /// True where the views are to stop.
    fn sleep(&self, pause: Duration) -> bool {
        let inner = self.shared.lock();
        let waited = self.shared.wake.wait_timeout_while(inner, pause, |inner| !inner.stop);
        waited.unwrap_or_else(PoisonError::into_inner).0.stop
    }

    fn set_aside(&mut self, doubt: &Doubt) -> std::io::Result<()> {
        tracing::warn!(dir = %self.config.dir.display(), %doubt, "the views are moved aside and built anew");
        let mut inner = self.shared.lock();
        inner.building = true;
        inner.checked = false;
        inner.doubts += 1;
        inner.doubt = None;
        inner.last_doubt = Some(doubt.0.clone());
        let fold = inner.fold.take();
        drop(inner);
        self.check = None;
        self.since = None;
        // Dropping a handle that panicked may panic or hang; it holds nothing but what is moved aside.
        let _ = std::thread::Builder::new().spawn(move || drop(fold));
        let moved = store::move_aside(&self.config.dir);
        if let Err(error) = &moved {
            let dir = self.config.dir.display();
            tracing::error!(%dir, %error, "the views cannot be moved aside: remove the directory or free the disk");
        }
        moved
    }

    /// From opening to shutdown, or to a doubt.
    fn session(&mut self, fresh: bool) -> Result<(), Doubt> {
        let disk = Disk::open(&self.config.dir)?;
        let journals = self.shared.journals.clone();
        let fold = Fold::over(disk.clone(), self.config.utc_offset_minutes, journals)?;
        let empty = fold.meta.reached.is_empty();
        self.shared.lock().fold = Some(fold);
        if empty || fresh {
            tracing::info!("the views are built from the journals");
        }
        self.catch_up()?;
        if empty {
            self.commit()?;
            self.stop_building(true);
        } else {
            self.stop_building(!self.config.check);
            if self.config.check {
                let shared = self.shared.clone();
                // Commits go on counting from what they found, so that a key that was missing before stays missed.
                let sums = shared.lock().fold.as_ref().map(|fold| fold.meta.sums);
                let sums = sums.ok_or_else(|| Doubt::new("they are closed"))?;
                let checked = disk.clone();
                let check = move || checked.verify(sums, || shared.lock().stop);
                let thread = std::thread::Builder::new().name("views-check".into()).spawn(check);
                self.check = Some(thread.map_err(|error| Doubt(format!("no thread to check with: {error}")))?);
            }
        }
        while self.wait()? {
            disk.look()?;
            self.catch_up()?;
            self.commit_if_due()?;
        }
        self.end_check(true)?;
        self.commit()
    }

    fn stop_building(&self, checked: bool) {
        let mut inner = self.shared.lock();
        // A question may have raised a doubt meanwhile; then they are not fit to be asked.
        inner.building = inner.doubt.is_some();
        inner.checked = checked;
        drop(inner);
        self.shared.moved.notify_all();
    }

    /// Waits for something to do; false where it is to stop.
    fn wait(&mut self) -> Result<bool, Doubt> {
        // While a check runs it is looked after; else there is nothing to do before the next commit is due.
        let longest = match (&self.check, self.since) {
            (Some(_), _) => Duration::from_millis(200),
            (None, Some(since)) => self.config.commit_after.saturating_sub(since.elapsed()),
            (None, None) => self.config.commit_after,
        };
        let longest = longest.min(LOOK_EVERY);
        let inner = self.shared.lock();
        let idle = |inner: &mut Inner| {
            !inner.notified && !inner.stop && inner.doubt.is_none() && inner.flushes.0 == inner.flushes.1
        };
        let waited = self.shared.wake.wait_timeout_while(inner, longest, idle);
        let mut inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        inner.notified = false;
        if let Some(doubt) = inner.doubt.take() {
            return Err(doubt);
        }
        let (stop, asked) = (inner.stop, inner.flushes);
        drop(inner);
        self.end_check(false)?;
        if asked.0 != asked.1 {
            self.catch_up()?;
            self.end_check(true)?;
            self.commit()?;
            self.shared.lock().flushes.1 = asked.0;
            self.shared.moved.notify_all();
        }
        Ok(!stop)
    }

    /// Takes the result of a check that has ended, or of any if it is to be waited for.
    fn end_check(&mut self, wait: bool) -> Result<(), Doubt> {
        if !self.check.as_ref().is_some_and(|check| wait || check.is_finished()) {
            return Ok(());
        }
        let Some(check) = self.check.take() else { return Ok(()) };
        let whole = check.join().unwrap_or_else(|_| Err(Doubt::new("the check panicked")))?;
        self.shared.lock().checked = whole;
        self.shared.moved.notify_all();
        Ok(())
    }

    /// Applies all that the journals have.
    fn catch_up(&mut self) -> Result<(), Doubt> {
        let journals = self.shared.journals.clone();
        for stream in journals.streams() {
            let reached = self.shared.lock().fold.as_ref().and_then(|fold| fold.reached(stream));
            if reached.map_or(0, |place| place.ordinal) >= journals.records(stream) {
                continue;
            }
            let Some(store) = journals.store_id(stream) else { continue };
            let mut waiting = Waiting::with_capacity(APPLY_AT_ONCE);
            let mut doubt = None;
            let scanned = journals.scan(stream, reached, &mut |place, body| {
                waiting.push((place, Line::read(body)));
                if waiting.len() < APPLY_AT_ONCE {
                    return ControlFlow::Continue(());
                }
                match self.apply(stream, store, &mut waiting) {
                    Ok(true) => ControlFlow::Continue(()),
                    Ok(false) => ControlFlow::Break(()),
                    Err(found) => {
                        doubt = Some(found);
                        ControlFlow::Break(())
                    }
                }
            });
            if let Some(doubt) = doubt {
                return Err(doubt);
            }
            if let Err(error) = scanned {
                // The journal tells of its own damage; the views go on with what they have.
                tracing::warn!(?stream, %error, "a journal cannot be read to its end; the views stay behind");
            }
            self.apply(stream, store, &mut waiting)?;
        }
        Ok(())
    }

    /// Applies what was read; false where it is to stop.
    fn apply(&mut self, stream: Stream, store: StoreId, waiting: &mut Waiting) -> Result<bool, Doubt> {
        let mut inner = self.shared.lock();
        if let Some(doubt) = inner.doubt.take() {
            return Err(doubt);
        }
        let stop = inner.stop;
        let fold = inner.fold.as_mut().ok_or_else(|| Doubt::new("they are closed"))?;
        for (place, line) in waiting.drain(..) {
            fold.apply(stream, store, place, &line)?;
        }
        drop(inner);
        self.shared.moved.notify_all();
        self.since.get_or_insert_with(Instant::now);
        self.commit_if_due()?;
        Ok(!stop)
    }

    fn commit_if_due(&mut self) -> Result<(), Doubt> {
        let uncommitted = self.shared.lock().fold.as_ref().map_or(0, |fold| fold.uncommitted);
        let late = self.since.is_some_and(|since| since.elapsed() >= self.config.commit_after);
        if uncommitted < self.config.commit_every && !(late && uncommitted > 0) {
            return Ok(());
        }
        // A commit under a check would change what it counts; a check takes about a second for a million records.
        self.end_check(true)?;
        self.commit()
    }

    fn commit(&mut self) -> Result<(), Doubt> {
        let mut inner = self.shared.lock();
        let Some(fold) = inner.fold.as_mut().filter(|fold| fold.uncommitted > 0) else { return Ok(()) };
        let commit = fold.commit()?;
        drop(inner);
        let disk = commit.disk.clone();
        let sums = commit.write()?;
        let mut inner = self.shared.lock();
        if let Some(fold) = inner.fold.as_mut() {
            fold.written(sums);
        }
        drop(inner);
        self.since = None;
        let (file, limit) = (disk.file_bytes(), GROWN_FLOOR + GROWN_FACTOR * sums.bytes);
        if file > limit {
            return Err(Doubt(format!("the file has grown to {file} bytes for {} alive", sums.bytes)));
        }
        Ok(())
    }
}
