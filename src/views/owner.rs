//! The thread that owns the views: opens them, reads the journals, commits, checks, and builds anew on a doubt.

use super::Journals;
use super::fold::{Fold, Line};
use super::meta::{Place, Stream};
use super::reader::Reader;
use super::shared::{Inner, Shared};
use super::store::{self, Disk, Doubt};
use crate::domain::id::StoreId;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
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
