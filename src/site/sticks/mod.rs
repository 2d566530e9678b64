//! Sticks at the box: noticed when they are put in, served without a keypress, and told about until they are pulled.
//!
//! One thread looks once a second; each stick is served by a thread of its own, since a dying one may block for minutes.
//! A stick that stays in is a mirror: whenever something changed it is opened again, brought up to date and closed, so that it
//! may be pulled at any other moment. Absent: what is on a stick ([`crate::carry`]) and how it is mounted (`board`).

mod serve;
mod shown;

use super::config::Config;
use super::line::LineState;
use super::start::SITE_NO;
use crate::books::Shelves;
use crate::carry::place::{Looker, Place};
use crate::carry::{self, Hand};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::journal::Reader;
use crate::moment::Moment;
use crate::views;
use board::button::{Button, NoButton, PinButton};
use board::pin::ActiveLevel;
use board::stick::Watch;
use jiff::civil::Date;
pub(in crate::site) use shown::Board;
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often sticks are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long somebody who asked for CSV files is waited for with a stick.
const CSV_PATIENCE: Duration = Duration::from_secs(120);

/// What serving a stick needs.
pub(super) struct Premises {
    pub(super) site: SiteId,
    /// The box's directory.
    pub(super) dir: PathBuf,
    /// Where devices are mounted.
    pub(super) mounts: PathBuf,
    pub(super) asks: tokio::sync::mpsc::Sender<carry::Ask>,
    pub(super) board: Arc<Board>,
    pub(super) line: watch::Receiver<LineState>,
    /// The envelope that makes this box's key known to the office.
    pub(super) introduction: Option<Vec<u8>>,
    pub(super) own: Reader,
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
    pub(super) moment: Arc<Moment>,
    pub(super) utc_offset_minutes: i16,
}

impl Premises {
    fn hand(&self) -> Hand {
        let asks = self.asks.clone();
        Hand::new(move |ask| asks.blocking_send(ask).is_ok())
    }

    fn is_introducing(&self) -> bool {
        self.line.borrow().introducing
    }

    fn export(&self, kind: Kind, days: (Date, Date), out: &mut dyn Write) -> Result<(), String> {
        crate::books::export(&self.views, &*self.shelves, kind, days, vec![SITE_NO], out)
    }

    /// The workshop's day.
    fn today(&self) -> Date {
        let days = views::day_of(self.moment.now_ms(), i32::from(self.utc_offset_minutes));
        jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(days)))
    }

    /// What a stick that stays in has to be brought up to date with.
    fn standing(&self) -> Standing {
        Standing { records: self.own.count(), unacked: self.line.borrow().waiting }
    }
}

/// How much there is, and how much of it the office lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    records: u64,
    unacked: u64,
}

/// Somebody asked for CSV files, and waits.
pub(super) struct Csv {
    /// Tells this request from those before and after it; 0 for the button's.
    number: u64,
    days: (Date, Date),
    reply: mpsc::Sender<Result<String, String>>,
}

impl Csv {
    fn answer(self, served: Result<String, String>) {
        // Whoever went away is not missed.
        let _ = self.reply.send(served);
    }
}

#[derive(Default)]
struct Inner {
    stop: bool,
    csv: Option<Csv>,
    /// The number of the last request.
    asked: u64,
}

/// What the looking thread and those who ask it share.
#[derive(Default)]
struct Desk {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For asking.
#[derive(Clone)]
pub(super) struct Asker(Arc<Desk>);

impl Asker {
    /// Has the next stick, or the one that is in, get CSV files of these days. Returns when they are on it.
    pub(super) fn csv(&self, days: (Date, Date)) -> Result<String, String> {
        let (reply, answer) = mpsc::channel();
        let mut inner = self.0.lock();
        if inner.csv.is_some() {
            return Err("somebody else has just asked for it: ask again when theirs is written".into());
        }
        inner.asked += 1;
        let number = inner.asked;
        inner.csv = Some(Csv { number, days, reply });
        self.0.changed.notify_all();
        drop(inner);
        if let Ok(answered) = answer.recv_timeout(CSV_PATIENCE) {
            return answered;
        }
        let mut inner = self.0.lock();
        if inner.csv.as_ref().is_some_and(|csv| csv.number == number) {
            inner.csv = None;
            return Err("there was no stick: put one in and ask again".into());
        }
        drop(inner);
        // A stick has it, and takes its time.
        answer.recv().unwrap_or_else(|_| Err("the stick was not served to its end: see `outpost status`".into()))
    }
}

/// The thread that looks.
pub(super) struct Sticks {
    desk: Arc<Desk>,
    thread: JoinHandle<()>,
}

impl Sticks {
    /// Starts looking, as `config` says.
    pub(super) fn start(premises: Premises, config: &Config) -> std::io::Result<Self> {
        let watch = config.sticks.then(|| Watch::new(&premises.mounts));
        let looker = Looker::new(watch, config.stick_dirs.clone(), &premises.dir, config.trial_sticks);
        let refresh = Duration::from_secs(config.mirror_every_s.max(1));
        let desk = Arc::new(Desk::default());
        let keeper = Keeper {
            premises: Arc::new(premises),
            looker,
            refresh,
            desk: desk.clone(),
            sticks: BTreeMap::new(),
            button: button(config),
            button_days: config.csv_button_days,
        };
        let thread = std::thread::Builder::new().name("sticks".into()).spawn(move || keeper.run())?;
        Ok(Self { desk, thread })
    }

    pub(super) fn asker(&self) -> Asker {
        Asker(self.desk.clone())
    }

    /// Stops looking, and waits for sticks that are being served. Their conversations have ended by now, so they end soon.
    pub(super) fn stop(self) {
        self.desk.lock().stop = true;
        self.desk.changed.notify_all();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the sticks panicked");
        }
    }
}

/// The button, where the box has one.
fn button(config: &Config) -> Box<dyn Button> {
    let Some(pin) = &config.csv_button else { return Box::new(NoButton) };
    match PinButton::open(&pin.chip, pin.line, ActiveLevel::Low) {
        Ok(button) => Box::new(button),
        Err(error) => {
            tracing::warn!(%error, "the button cannot be used");
            Box::new(NoButton)
        }
    }
}

/// A stick that is there.
struct Known {
    /// The thread that serves it, or served it last.
    job: Option<JoinHandle<()>>,
    served_at: Instant,
    standing: Standing,
}

struct Keeper {
    premises: Arc<Premises>,
    looker: Looker,
    refresh: Duration,
    desk: Arc<Desk>,
    sticks: BTreeMap<String, Known>,
    button: Box<dyn Button>,
    button_days: u16,
}

impl Keeper {
    fn run(mut self) {
        loop {
            let places = self.looker.look();
            let places: BTreeMap<String, Place> = places.into_iter().map(|place| (place.key(), place)).collect();
            self.sticks.retain(|key, known| places.contains_key(key) || !known.is_done());
            self.premises.board.keep(|key| self.sticks.contains_key(key));
            for (key, place) in &places {
                self.tend(key, place);
            }
            let inner = self.desk.lock();
            let is_idle = |inner: &mut Inner| !inner.stop && inner.csv.is_none();
            let has_csv = inner.csv.is_some();
            let waited = match has_csv {
                // It was not taken: there is no stick, or every one is busy.
                true => self.desk.changed.wait_timeout_while(inner, LOOK_EVERY, |inner| !inner.stop),
                false => self.desk.changed.wait_timeout_while(inner, LOOK_EVERY, is_idle),
            };
            if waited.unwrap_or_else(PoisonError::into_inner).0.stop {
                break;
            }
        }
        for known in self.sticks.into_values() {
            let _ = known.job.map(JoinHandle::join);
        }
    }

    /// Has a stick served that is new, that somebody wants something on, or that has stayed in while something changed.
    fn tend(&mut self, key: &str, place: &Place) {
        let standing = self.premises.standing();
        if let Some(known) = self.sticks.get(key) {
            let is_due = known.served_at.elapsed() >= self.refresh && known.standing != standing;
            if !known.is_done() || !(is_due || self.desk.lock().csv.is_some()) {
                return;
            }
        }
        let is_new = !self.sticks.contains_key(key);
        let asked = self.desk.lock().csv.take();
        let csv = if asked.is_none() && is_new { self.pressed() } else { asked };
        let aloud = is_new || csv.is_some();
        let (premises, place, named) = (self.premises.clone(), place.clone(), key.to_owned());
        let job = move || {
            let served = || serve::serve(&premises, &place, &named, csv, aloud);
            if catch_unwind(AssertUnwindSafe(served)).is_err() {
                serve::fallen(&premises, &place, &named);
            }
        };
        match std::thread::Builder::new().name("stick".into()).spawn(job) {
            Ok(job) => {
                self.sticks.insert(key.to_owned(), Known { job: Some(job), served_at: Instant::now(), standing });
            }
            Err(error) => tracing::error!(%error, "a stick cannot be served"),
        }
    }

    /// What the button asks for, if somebody holds it.
    fn pressed(&mut self) -> Option<Csv> {
        let is_pressed =
            self.button.is_pressed().inspect_err(|error| tracing::warn!(%error, "the button does not answer"));
        if !is_pressed.unwrap_or(false) {
            return None;
        }
        let today = self.premises.today();
        let from = today.checked_sub(jiff::Span::new().days(i64::from(self.button_days))).unwrap_or(today);
        let (reply, _) = mpsc::channel();
        Some(Csv { number: 0, days: (from, today), reply })
    }
}

impl Known {
    fn is_done(&self) -> bool {
        self.job.as_ref().is_none_or(JoinHandle::is_finished)
    }
}
