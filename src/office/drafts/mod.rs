//! Drafts that people at ERPNext have ticked Ask the Workshop: each is asked of its workshop's box, as what the desk asks is.
//!
//! In: drafts in ERPNext, looked for every few seconds with the connector's key while `erpnext.toml` has `[guard]` and ERPNext has the
//! field (`setup --guard`). Out: a request of the box under an id that the draft is given first, and in the draft's Outpost Answer where
//! it is. Whatever the office remembers stands in the draft and in its own journal, so that it may be stopped at any step and asks
//! once. Absent: submitting what a box has recorded, which is posting's, as for all documents.
//!
//! Nothing of ERPNext calls the office, and no Webhook nudges it: an office is often not to be reached from there, and a
//! question every few seconds is one short list for each of five doctypes.

mod find;
mod follow;
mod said;
mod write;

use super::answers::Answers;
use super::posting::{self, KEY, NAME};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::moment::up_ms;
use jiff::tz::TimeZone;
use outpost_erpnext::client::{Client, Failure, Query};
use outpost_erpnext::guard::{ANSWER, ASK, ASKABLE};
use outpost_erpnext::map::Settings;
use outpost_erpnext::setup;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// How often it is looked whether the settings wish for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure, and where ERPNext has no such field.
const RETRY: Duration = Duration::from_secs(15);
/// After what should not be.
const AFTER_A_PANIC: Duration = Duration::from_secs(300);
/// Drafts in one list.
const PAGE: usize = 100;
/// Lists of one doctype in one look: so many drafts beside each other are no work of people.
const PAGES: usize = 10;
/// How long a stop waits for what is under way.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// The thread.
pub(super) struct Drafts {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

/// How it goes, for others to see.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    undecided: usize,
    trouble: Option<String>,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        json!({ "undecided": self.undecided, "trouble": self.trouble })
    }
}

/// ERPNext, by the settings of that moment.
struct At {
    made_by: [Option<SystemTime>; 2],
    client: Client,
    zone: TimeZone,
    /// Whose the key is.
    user: String,
}

/// The thread's own.
struct Clerk {
    dir: PathBuf,
    answers: Arc<Answers>,
    at: Option<At>,
    /// Drafts that wait for a box which is not there: as they were then, and whose they are. They are not read again until one changes.
    away: BTreeMap<(Kind, String), (String, SiteId)>,
}

/// Why a look was not carried through.
enum Trouble {
    /// ERPNext has no field to tick: the guard is not there, or in the other mode.
    NotThere,
    /// Something else.
    Other(String),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let said = failure.to_string();
        if said.contains(ASK) { Self::NotThere } else { Self::Other(said) }
    }
}

impl Drafts {
    /// Starts to look.
    pub(super) fn start(dir: &Path, answers: Arc<Answers>) -> std::io::Result<Self> {
        let stop: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let clerk = Clerk { dir: dir.to_owned(), answers, at: None, away: BTreeMap::new() };
        let stopping = stop.clone();
        let thread = std::thread::Builder::new().name("drafts".into()).spawn(move || clerk.run(&stopping))?;
        Ok(Self { stop, thread })
    }

    /// Ends it. What is under way goes on at the next start. Blocks.
    pub(super) fn stop(self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        let end = up_ms() + STOP_WITHIN.as_millis() as u64;
        while !self.thread.is_finished() && up_ms() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.thread.is_finished() && self.thread.join().is_err() {
            tracing::error!("the thread that asks for drafts panicked: tell who maintains outpost");
        }
    }
}

impl Clerk {
    /// Until it is stopped. What panics is told, and begun again.
    fn run(mut self, stop: &(Mutex<bool>, Condvar)) {
        loop {
            let pause = catch_unwind(AssertUnwindSafe(|| self.look())).unwrap_or_else(|_| {
                tracing::error!("asking for drafts has failed, and is begun again: tell who maintains outpost");
                let trouble = Some("asking has failed, and is begun again".into());
                self.answers.tell_drafts(Some(Told { undecided: 0, trouble }));
                AFTER_A_PANIC
            });
            let stopped = stop.0.lock().unwrap_or_else(PoisonError::into_inner);
            if *stopped || *stop.1.wait_timeout(stopped, pause).unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
        }
    }

    /// Looks once, and says how long to wait.
    fn look(&mut self) -> Duration {
        // What is wrong with the file is said by whoever posts.
        let settings = posting::read(&self.dir).ok().flatten();
        let Some((settings, every_s)) = settings.and_then(|all| all.guard.clone().map(|own| (all, own.asks_every_s)))
        else {
            self.answers.tell_drafts(None);
            return LOOK_EVERY;
        };
        let every = Duration::from_secs(every_s);
        match self.round(&settings) {
            Ok(told) => {
                self.answers.tell_drafts(Some(told));
                every
            }
            Err(Trouble::NotThere) => {
                self.answers.tell_drafts(None);
                every.max(RETRY)
            }
            Err(Trouble::Other(why)) => {
                self.answers.tell_drafts(Some(Told { undecided: 0, trouble: Some(why) }));
                every.max(RETRY)
            }
        }
    }

    /// All drafts that are ticked, or that have an id: how many are not decided, and what is wrong with one.
    fn round(&mut self, settings: &Settings) -> Result<Told, Trouble> {
        let at = self.books(settings).map_err(Trouble::Other)?;
        let told = self.all(&at, settings)?;
        self.at = Some(at);
        Ok(told)
    }

    fn all(&mut self, at: &At, settings: &Settings) -> Result<Told, Trouble> {
        let (mut undecided, mut trouble, mut seen) = (0, None, Vec::new());
        for kind in ASKABLE.iter().filter_map(|name| Kind::ALL.iter().copied().find(|kind| kind.name() == *name)) {
            for row in listed(&at.client, kind)? {
                seen.push((kind, said::text(&row, "name").to_owned()));
                match self.one(at, settings, kind, &row) {
                    Ok(waits) => undecided += usize::from(waits),
                    // One draft that cannot be written keeps no other from its answer.
                    Err(why) => {
                        undecided += 1;
                        trouble = Some(format!("{} {}: {why}", kind.name(), said::text(&row, "name")));
                    }
                }
            }
        }
        self.away.retain(|draft, _| seen.contains(draft));
        Ok(Told { undecided, trouble })
    }

    fn books(&mut self, settings: &Settings) -> Result<At, String> {
        let made_by =
            [NAME, KEY].map(|name| std::fs::metadata(self.dir.join(name)).and_then(|found| found.modified()).ok());
        if let Some(known) = self.at.take().filter(|known| known.made_by == made_by) {
            return Ok(known);
        }
        let key = posting::key(&self.dir.join(KEY)).map_err(|error| format!("{error:#}"))?;
        let client = posting::client(&self.dir, settings, &key).map_err(|error| format!("{error:#}"))?;
        let zone = posting::zone(&client)?;
        let user = setup::who(&client).map_err(|failure| failure.to_string())?;
        Ok(At { made_by, client, zone, user })
    }
}

/// The drafts of a doctype that concern somebody here; none where the connector may not read it.
fn listed(client: &Client, kind: Kind) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    for page in 0..PAGES {
        let query = Query {
            fields: &["name", "owner", "modified", "modified_by", "outpost_id", "outpost_site", ASK, ANSWER],
            filters: vec![json!(["docstatus", "=", 0])],
            or_filters: vec![json!([ASK, "=", 1]), json!(["outpost_id", "is", "set"])],
            order_by: "creation asc",
            start: page * PAGE,
            page: PAGE,
            ..Query::default()
        };
        let rows = match client.list(kind.name(), &query) {
            Err(failure) if failure.is("PermissionError") => return Ok(all),
            rows => rows?,
        };
        let last = rows.len() < PAGE;
        all.extend(rows);
        if last {
            break;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use erpnext_stand_in::{Options, StandIn};
    use outpost_erpnext::client::Key;
    use outpost_erpnext::guard::Mode;
    use outpost_erpnext::setup::{Wish, Wishes};

    #[test]
    fn of_a_doctype_the_first_1000_drafts_are_looked_at() {
        let stand_in = StandIn::start(Options::default()).unwrap();
        let admin = stand_in.admin();
        let client = Client::new(&stand_in.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
        stand_in.set_server_scripts(true);
        let guard = Wish::There(Mode::Asking);
        let wishes = Wishes { email: "outpost@tailor.local".into(), guard, ..Wishes::default() };
        setup::plan(&client, &wishes).unwrap().carry_out(&client, &mut |_| {}, &mut |_| Ok(())).unwrap();
        let draft = |n: usize| {
            let name = format!("MAT-STE-{n:04}");
            let created = format!("2026-11-02 10:{:02}:{:02}", n / 60, n % 60);
            let doc =
                json!({ "name": name, "docstatus": 0, "outpost_id": name, "creation": created, "modified": created });
            stand_in.seed("Stock Entry", &name, doc);
        };
        (0..1_000).for_each(draft);
        let names = || -> Vec<String> {
            let rows = listed(&client, Kind::StockEntry).unwrap();
            rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names().len(), 1_000);
        draft(1_000);
        let names = names();
        assert_eq!((names.len(), &*names[999]), (1_000, "MAT-STE-0999"), "the latest waits");
    }
}
