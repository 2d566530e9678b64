//! Master data comes from ERPNext, where `erpnext.toml` says so: one thread reads it round by round into the office's rows.
//!
//! In: ERPNext, page by page (`outpost_erpnext::down`). Out: rows, each with who gets it, and how far reading has come, in a file that is
//! written after the rows: what was read and not noted is read again and changes nothing. Figures that sites' documents are in (orders,
//! what is left of invoices) are read between two of those (`turnstile`). Stock is each site's own thread's (`levels`). Absent: what a row
//! is made of, and what is not ERPNext's.

mod apart;
mod keep;
mod own;
mod place;

use super::library::Books;
use super::settings::{self, KEY};
use super::{Hub, lock};
use crate::domain::document::Text;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Table};
use crate::domain::time::rfc3339;
use crate::moment::{rough_ms, up_ms};
use crate::office::ledger::UnderWay;
use crate::rows::OfficeRows;
use apart::Apart;
use outpost_erpnext::client::Client;
use outpost_erpnext::down::{Came, Feed, Round, Scope};
use outpost_erpnext::map::{MasterData, Settings};
use own::Own;
pub(super) use own::each;
use place::{Place, Whole};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How often it is looked whether a round is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The first pause after a failure; it doubles.
const RETRY: Duration = Duration::from_secs(2);
/// The longest.
const RETRY_MAX: Duration = Duration::from_secs(300);
/// How long figures wait for documents that are on their way.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often all is read anew, seconds.
const ALL_EVERY_S: u64 = 24 * 3600;
/// What is told that people may still see.
const TOLD: usize = 20;

/// How reading goes, for others to see.
#[derive(Default)]
pub(super) struct Progress {
    reading: Option<String>,
    rounds: u64,
    finished: Option<String>,
    changed: u64,
    trouble: Option<String>,
    told: VecDeque<String>,
}

impl Progress {
    fn came(&mut self, came: &Came, changed: usize) {
        self.changed += changed as u64;
        self.trouble = None;
        // What cannot be read is told in each round.
        for words in came.told.iter().filter(|words| !self.told.contains(words)).collect::<Vec<_>>() {
            tracing::warn!(words, "master data from ERPNext");
            self.told.push_front(words.clone());
        }
        self.told.truncate(TOLD);
        if !came.more {
            self.reading = None;
            self.rounds += 1;
            self.finished = i64::try_from(rough_ms()).ok().map(rfc3339);
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "reading": self.reading,
            "rounds": self.rounds,
            "finished": self.finished,
            "changed": self.changed,
            "trouble": self.trouble,
            "told": self.told,
        })
    }
}

/// One ERPNext, and how far it was read.
struct At {
    client: Client,
    feed: Feed,
    place: Place,
}

/// The thread's own.
pub(super) struct Reader {
    dir: PathBuf,
    hub: Arc<Hub>,
    books: Arc<Books>,
    under_way: UnderWay,
    apart: Apart,
}

impl Reader {
    pub(super) fn new(dir: &Path, hub: Arc<Hub>, books: Arc<Books>, under_way: UnderWay) -> Self {
        Self { dir: dir.to_owned(), hub, books, under_way, apart: Apart::default() }
    }

    /// Runs until the office stops. What panics is told, and begun again.
    pub(super) fn run(self) {
        while catch_unwind(AssertUnwindSafe(|| self.rounds())).is_err() {
            tracing::error!("reading master data has failed, and is started again: tell who maintains outpost");
            self.tell(|progress| progress.trouble = Some("reading has failed, and is started again".into()));
            self.hub.wait(RETRY_MAX);
        }
    }

    fn rounds(&self) {
        let (mut place, mut due_ms, mut pause, mut has_failed) = (None, 0, RETRY, false);
        while !self.hub.stopped() {
            // What is wrong with the file is said by whoever posts.
            let settings = settings::read(&self.dir).ok().flatten();
            let Some((settings, wanted)) = settings.and_then(|all| all.master_data.clone().map(|own| (all, own)))
            else {
                place = None;
                self.hub.wait(LOOK_EVERY);
                continue;
            };
            // Whoever wants it at once waits as well while ERPNext does not answer.
            if up_ms() < due_ms && (has_failed || !self.hub.refresh.load(Relaxed)) {
                self.hub.wait(LOOK_EVERY);
                continue;
            }
            let came = self.step(&mut place, &settings, &wanted);
            has_failed = came.is_err();
            let wait = match came {
                Ok(true) => Duration::ZERO,
                Ok(false) => Duration::from_secs(wanted.changes_every_s),
                Err(why) => {
                    // The next round begins with what the files say then.
                    place = None;
                    self.tell(|progress| progress.trouble = Some(why));
                    let now = pause;
                    pause = (pause * 2).min(RETRY_MAX);
                    due_ms = up_ms() + millis(now);
                    continue;
                }
            };
            pause = RETRY;
            due_ms = up_ms() + millis(wait);
        }
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut lock(&self.hub.down));
    }

    /// One page; whether the round goes on. Where the first page of all that somebody wants anew fails, it is wanted still.
    fn step(&self, at: &mut Option<At>, settings: &Settings, wanted: &MasterData) -> Result<bool, String> {
        let mut is_wanted = false;
        let came = self.page(at, settings, wanted, &mut is_wanted);
        if is_wanted && came.is_err() {
            self.hub.refresh.store(true, Relaxed);
        }
        came
    }

    fn page(
        &self,
        at: &mut Option<At>,
        settings: &Settings,
        wanted: &MasterData,
        is_wanted: &mut bool,
    ) -> Result<bool, String> {
        let rows = &**self.books.sites.rows();
        let scope = self.scope(rows, settings, wanted);
        let whole = Whole::of(&settings.url, &scope, rows.generation());
        if at.as_ref().is_none_or(|at| at.place.whole != whole) {
            let key = settings::key(&self.dir.join(KEY)).map_err(|error| format!("{error:#}"))?;
            let client = settings::client(&self.dir, settings, &key).map_err(|error| format!("{error:#}"))?;
            *at = Some(At { client, feed: Feed::new(scope), place: Place::read(&self.dir, whole) });
        }
        let Some(At { client, feed, place }) = at else { return Ok(false) };
        let before = place.clone();
        let now_s = rough_ms() / 1000;
        if !place.progress.is_under_way() {
            let is_due = place.all_at_s.is_none_or(|at_s| !(at_s..at_s + ALL_EVERY_S).contains(&now_s));
            *is_wanted = self.hub.refresh.swap(false, Relaxed);
            place.all = *is_wanted || is_due;
        }
        let round = if place.all { Round::All } else { Round::Changes };
        self.tell(|progress| progress.reading = Some(place.progress.at().to_owned()));
        let has_figures = place.progress.has_figures();
        let mut read = |boards| {
            let own = Own::new(rows, boards, &self.under_way);
            feed.step(client, &own, &mut place.progress, round).map_err(|failure| failure.to_string())
        };
        let came = if has_figures {
            let boards = || self.apart.all(&self.books, settings);
            // Journals may be long: nobody is kept waiting for them.
            boards()?;
            let late = "documents are on their way into the books, and figures wait for them";
            self.hub.turnstile.alone(PATIENCE, || read(boards()?)).ok_or(late)??
        } else {
            read(Vec::new())?
        };
        let changed = keep::keep(rows, &came).map_err(|error| error.to_string())?;
        if !came.more && place.all {
            place.all_at_s = Some(now_s);
        }
        if *place != before {
            place.write(&self.dir).map_err(|error| format!("{}: {error}", place::NAME))?;
        }
        self.tell(|progress| progress.came(&came, changed));
        Ok(came.more)
    }

    /// What is read for whom: each company with its sites. One that no site is of is left out, but for the usual one.
    fn scope(&self, rows: &OfficeRows, settings: &Settings, wanted: &MasterData) -> Scope {
        let mut masters = Masters::default();
        each(rows, Table::Settings, &mut |row| masters.put(row));
        let mut companies = BTreeMap::from([(wanted.company.clone(), Vec::new())]);
        let mut sites: Vec<SiteId> = self.books.sites.numbers().into_iter().map(|(site, _)| site).collect();
        sites.sort_unstable();
        for site in sites {
            if let Some(company) = settings.company_of(&site, masters.company(&site).map(Text::as_str)) {
                companies.entry(company.to_owned()).or_default().push(site);
            }
        }
        Scope { company: wanted.company.clone(), companies, warehouses: wanted.warehouses.clone() }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
