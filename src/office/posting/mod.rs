//! The workshops' documents go into the company's books, and the word on each goes back: one thread for each site that is posted.
//!
//! In: each site's journal as the office has it, `erpnext.toml`, what a person decides about held documents. Out: documents in ERPNext, and
//! outcomes in the office's journal for the site. What comes when is the core's (`outpost_core::posting`), how is the sink's
//! (`outpost_erpnext::sink`). An office without `erpnext.toml` has no books but its own, and none of this runs.
//!
//! A thread says its word, durably, as soon as it has read a document back. What it did not get to say before a power cut it finds in the
//! books under the document's id.

mod asked;
mod by_hand;
mod closed;
mod down;
mod guard;
mod held;
mod in_books;
mod levels;
mod library;
mod reach;
mod remap;
mod settings;
mod turnstile;
mod version;
mod writer;

pub(super) use by_hand::{Entering, NotEntered};
pub(crate) use remap::TABLES;
pub(super) use remap::{Remap, RemapError};
pub use settings::{KEY, NAME, USER, client, key, read, user, zone};

use super::ledger::UnderWay;
use super::sites::Sites;
use crate::books::Shelves;
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use crate::posting::Moved;
use crate::views::{self, Stream};
use anyhow::Context;
use closed::Closed;
use down::Reader;
use guard::Herald;
use held::{Board, page};
use library::Books;
use outpost_erpnext::client::Key;
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::setup::{self, Level};
use serde_json::{Value, json};
use settings::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use turnstile::Turnstile;
use version::Watch;
use writer::SiteWriter;

/// How often it is looked for sites that are to be posted, and for settings that were written.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long a stop waits for documents that are under way: many times what one takes on an ordinary day.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// How often a stop looks whether they are done.
const STOP_LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long a person's decision waits for a document that is under way: as long as one request may take, and a little.
const PATIENCE: Duration = Duration::from_secs(150);

/// What a site's thread hears of another site.
enum Heard {
    /// These documents of it are in the books, and brought this.
    Moved(Arc<Moved>),
    /// It has brought this Work Order on.
    GotOn(Text),
}

/// What a site's thread is told by people.
enum Order {
    /// Held ones are to be tried again: one, or all.
    Retry(Option<IntentId>),
    /// One that is not held is to be looked for, and posted again where it is gone. The answer says why not.
    RetryPosted(IntentId, Sender<Result<(), String>>),
    /// A held one is never to be posted. The answer says what that means.
    GiveUp { id: IntentId, by: Text, reason: String, told: Sender<Result<String, String>> },
    /// One was entered by hand. The answer says as what.
    Entered(Entering, Sender<Result<Vec<String>, NotEntered>>),
}

/// What a site's thread has not heard yet.
#[derive(Default)]
struct Inbox {
    /// Heard at each step, whatever is in the way of the site's own.
    heard: Vec<Heard>,
    /// Obeyed once all words are written down: as few as people give.
    orders: Vec<Order>,
}

/// What the threads share.
#[derive(Default)]
struct Hub {
    /// Of each site that is posted.
    board: Mutex<BTreeMap<SiteId, Arc<Board>>>,
    /// The same. A site that is posted no more has none.
    inboxes: Mutex<BTreeMap<SiteId, Inbox>>,
    /// What wakes the sites' threads: one of them was told something.
    told: Condvar,
    /// What wakes the others, which read the settings whenever they are woken: no document does.
    moved: Condvar,
    stop: Mutex<bool>,
    turnstile: Arc<Turnstile>,
    down: Mutex<down::Progress>,
    guard: Mutex<guard::Told>,
    version: Mutex<version::Seen>,
    /// Somebody wants master data to be gone through now, names too.
    refresh: AtomicBool,
    /// Held while `erpnext.toml` is changed.
    remapping: Mutex<()>,
    /// Held while it is looked whether what was entered by hand is another document's already, and until the word on it is said.
    entering: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    fn tell(&self, site: &SiteId, order: Order) {
        if let Some(inbox) = lock(&self.inboxes).get_mut(site) {
            inbox.orders.push(order);
        }
        self.told.notify_all();
    }

    /// Documents of a site are in the books, all that it has written down at a time.
    fn tell_others(&self, site: &SiteId, moved: Moved) {
        let moved = Arc::new(moved);
        self.let_hear(site, || Heard::Moved(moved.clone()));
    }

    /// A site has brought a Work Order on.
    fn tell_others_of_work(&self, site: &SiteId, order: &Text) {
        self.let_hear(site, || Heard::GotOn(order.clone()));
    }

    fn let_hear(&self, of: &SiteId, what: impl Fn() -> Heard) {
        let mut inboxes = lock(&self.inboxes);
        for (_, inbox) in inboxes.iter_mut().filter(|(other, _)| *other != of) {
            inbox.heard.push(what());
        }
        self.told.notify_all();
    }

    fn heard(&self, site: &SiteId) -> Vec<Heard> {
        lock(&self.inboxes).get_mut(site).map(|inbox| std::mem::take(&mut inbox.heard)).unwrap_or_default()
    }

    fn orders(&self, site: &SiteId) -> Vec<Order> {
        lock(&self.inboxes).get_mut(site).map(|inbox| std::mem::take(&mut inbox.orders)).unwrap_or_default()
    }

    /// A site is posted from now on.
    fn begin(&self, site: &SiteId) -> Arc<Board> {
        lock(&self.inboxes).entry(site.clone()).or_default();
        lock(&self.board).entry(site.clone()).or_default().clone()
    }

    /// A site is posted no more.
    fn end(&self, site: &SiteId) {
        lock(&self.board).remove(site);
        lock(&self.inboxes).remove(site);
    }

    fn stopped(&self) -> bool {
        *lock(&self.stop)
    }

    /// Waits for as long as that, or until the office stops or somebody wants something now.
    fn wait(&self, longest: Duration) {
        self.wait_for(&self.moved, longest);
    }

    /// A site's thread waits for as long as that, or until it may have been told something.
    fn wait_to_hear(&self, longest: Duration) {
        self.wait_for(&self.told, longest);
    }

    fn wait_for(&self, what: &Condvar, longest: Duration) {
        let stop = lock(&self.stop);
        if !*stop {
            drop(what.wait_timeout(stop, longest));
        }
    }

    /// The office stops.
    fn stop(&self) {
        *lock(&self.stop) = true;
        self.told.notify_all();
        self.moved.notify_all();
    }
}

/// The threads: the one that starts those of the sites, the one that reads master data, the one that tells the guard whom it hears, the one
/// that asks ERPNext for its version.
pub(super) struct Posting {
    hub: Arc<Hub>,
    threads: Vec<JoinHandle<()>>,
}

/// For asking, and for what a person decides. Cheap to clone.
#[derive(Clone)]
pub(in crate::office) struct Clerk {
    hub: Arc<Hub>,
    books: Arc<Books>,
    dir: PathBuf,
}

impl Posting {
    /// Starts to post what `erpnext.toml` in `dir` names, now or whenever it is written.
    pub(super) fn start(
        dir: &Path,
        sites: Arc<Sites>,
        shelves: Arc<Shelves>,
        views: views::Reader,
        under_way: UnderWay,
    ) -> std::io::Result<(Self, Clerk)> {
        let hub = Arc::new(Hub::default());
        let books = Arc::new(Books::new(sites, shelves, views, hub.clone()));
        let clerk = Clerk { hub: hub.clone(), books: books.clone(), dir: dir.to_owned() };
        let reader = Reader::new(dir, hub.clone(), books.clone(), under_way);
        let herald = Herald::new(dir, hub.clone(), books.sites.clone());
        let watch = Watch::new(dir, hub.clone());
        let dir = dir.to_owned();
        let own = hub.clone();
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        let threads = vec![
            thread("posting").spawn(move || tend(&dir, &own, &books))?,
            thread("master data").spawn(move || reader.run())?,
            thread("guard").spawn(move || herald.run())?,
            thread("version").spawn(move || watch.run())?,
        ];
        Ok((Self { hub, threads }, clerk))
    }

    /// Ends the threads; each finishes what it is at, where ERPNext answers soon. One that does not is left behind, and ends with the
    /// process: what came of its request is found under the document's id at the next start. Blocks.
    pub(super) fn stop(self) {
        self.hub.stop();
        let end = Instant::now() + STOP_WITHIN;
        for thread in self.threads {
            while !thread.is_finished() && Instant::now() < end {
                std::thread::sleep(STOP_LOOK_EVERY);
            }
            if !thread.is_finished() {
                tracing::info!("ERPNext has not answered yet: what is under way is looked for at the next start");
            } else if thread.join().is_err() {
                tracing::error!("a thread that talks to ERPNext panicked: tell who maintains outpost");
            }
        }
    }
}

/// Starts a thread for each site that is posted and has none. One whose site is posted no more ends by itself.
fn tend(dir: &Path, hub: &Arc<Hub>, books: &Arc<Books>) {
    let mut running: BTreeMap<SiteId, JoinHandle<()>> = BTreeMap::new();
    let source = Arc::new(Source::new(dir.to_owned(), books.clone()));
    let (mut complained, mut closed) = (None, Closed::default());
    while !hub.stopped() {
        let ended: Vec<SiteId> =
            running.iter().filter(|(_, thread)| thread.is_finished()).map(|(site, _)| site.clone()).collect();
        // Those that end since the office does are posted the next time.
        for site in ended.into_iter().filter(|_| !hub.stopped()) {
            match running.remove(&site).map(JoinHandle::join) {
                None => {}
                Some(Ok(())) => {
                    tracing::info!(%site, "this site is posted no more: {NAME} does not name it");
                    hub.end(&site);
                }
                Some(Err(_)) => {
                    tracing::error!(%site, "posting this site has failed, and is started again: tell who maintains outpost");
                }
            }
        }
        match settings::read(dir) {
            Ok(None) => {}
            Ok(Some(settings)) => {
                complained = None;
                let numbers: BTreeMap<_, _> = books.sites.numbers().into_iter().collect();
                for site in settings.sites.keys() {
                    let Some(number) = numbers.get(site).filter(|_| !running.contains_key(site)) else { continue };
                    let writer =
                        SiteWriter::new((site.clone(), *number), books.clone(), source.clone(), hub.begin(site));
                    let thread = std::thread::Builder::new().name(format!("post {site}")).spawn(move || writer.run());
                    match thread {
                        Ok(thread) => drop(running.insert(site.clone(), thread)),
                        Err(error) => tracing::error!(%site, %error, "no thread to post this site: tried again"),
                    }
                }
                closed.look(hub, &books.sites, &settings);
            }
            Err(error) => {
                let error = format!("{error:#}");
                if complained.as_ref() != Some(&error) {
                    tracing::error!(error, "nothing is posted");
                    complained = Some(error);
                }
            }
        }
        hub.wait(LOOK_EVERY);
    }
    for (site, thread) in running {
        if thread.join().is_err() {
            tracing::error!(%site, "posting this site panicked: tell who maintains outpost");
        }
    }
}

impl Clerk {
    /// How posting goes, site by site; `null` where there are no books.
    pub(super) fn status(&self) -> Value {
        match settings::read(&self.dir) {
            Ok(None) => Value::Null,
            Ok(Some(settings)) => {
                let boards = lock(&self.hub.board).clone();
                let status = |(name, map): (&SiteId, &SiteMap)| {
                    let mut status = boards.get(name).map_or(Value::Null, |board| board.status());
                    self.reach(name, map).iter().for_each(|reach| reach.add_to(&mut status));
                    (name.clone(), status)
                };
                let sites: BTreeMap<_, _> = settings.sites.iter().map(status).collect();
                let down = settings.master_data.is_some().then(|| lock(&self.hub.down).json());
                let guard = settings.guard.is_some().then(|| lock(&self.hub.guard).json());
                let version = lock(&self.hub.version).json(&settings.url);
                json!({ "url": settings.url, "version": version, "sites": sites, "master_data": down, "guard": guard })
            }
            Err(error) => json!({ "error": format!("{error:#}") }),
        }
    }

    /// Has all master data read anew at once.
    pub(super) fn refresh(&self) -> Result<(), String> {
        let settings = settings::read(&self.dir).map_err(|error| format!("{error:#}"))?;
        if settings.is_none_or(|settings| settings.master_data.is_none()) {
            return Err(format!("master data does not come from ERPNext here: {NAME} has no [master_data]"));
        }
        self.hub.refresh.store(true, Relaxed);
        self.hub.moved.notify_all();
        Ok(())
    }

    /// Where `erpnext.toml` and the key are.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The office is being stopped: a long question ends.
    pub(super) fn is_stopped(&self) -> bool {
        self.hub.stopped()
    }

    /// Looks whether ERPNext has what documents will need: a line for each thing.
    pub(super) fn check(&self, admin: Option<(String, String)>) -> Result<String, String> {
        let look = || {
            let settings = settings::read(&self.dir)?.with_context(|| format!("there is no {NAME}"))?;
            let own = settings::client(&self.dir, &settings, &settings::key(&self.dir.join(KEY))?)?;
            let looked_at = version::ask(&own);
            self.books.forget_masters();
            let masters = self.books.all_masters();
            let mut findings = setup::check(&own, &settings, &masters);
            findings.extend(settings.sites.iter().filter_map(|(site, map)| Some(self.reach(site, map)?.finding(site))));
            if let Some((key, secret)) = admin {
                let admin = settings::client(&self.dir, &settings, &Key { key, secret })?;
                findings.extend(setup::check_settings(&admin, &settings, &masters));
                findings.extend(setup::check_sight(&admin, &own));
            }
            if findings.iter().all(|finding| finding.level != Level::Error) {
                version::checked(&self.dir, &self.hub, &settings.url, looked_at);
            }
            anyhow::Ok(findings.iter().map(|finding| format!("{finding}\n")).collect())
        };
        look().map_err(|error| format!("{error:#}"))
    }

    fn boards(&self, site: Option<&SiteId>) -> Result<Vec<(SiteId, Arc<Board>)>, String> {
        let board = lock(&self.hub.board);
        let chosen = board.iter().filter(|(name, _)| site.is_none_or(|site| site == *name));
        let chosen: Vec<_> = chosen.map(|(name, board)| (name.clone(), board.clone())).collect();
        match (chosen.is_empty(), site) {
            (true, Some(site)) => Err(format!("{site} is not posted: {NAME} names the sites that are")),
            (true, None) => Err(format!("nothing is posted here: there is no {NAME}, or it names no site")),
            _ => Ok(chosen),
        }
    }

    /// What is held, the oldest first of each site, behind one of them: how many there are in all, so many of them, and after which one to ask
    /// for more.
    pub(super) fn held(&self, site: Option<&SiteId>, after: Option<IntentId>, most: usize) -> Result<Value, String> {
        let boards = self.boards(site)?;
        let place = |id| self.place_of(&boards, id).ok_or_else(|| format!("{id} is not held: begin without --after"));
        let after = after.map(place).transpose()?;
        let count: usize = boards.iter().map(|(_, board)| board.held_count()).sum();
        let (listed, more) = page(&boards, after.as_ref(), most);
        Ok(json!({ "count": count, "held": listed, "after": more }))
    }

    /// Where a held one stands. A document that is held no more stands where it stood.
    fn place_of(&self, boards: &[(SiteId, Arc<Board>)], id: IntentId) -> Option<held::Place> {
        let held = |(site, board): &(SiteId, Arc<Board>)| Some((site.clone(), board.order(id)?, id));
        boards.iter().find_map(held).or_else(|| {
            let (site, line) = self.books.line(None, id)?;
            let (_, number) = self.books.sites.numbers().into_iter().find(|(name, _)| *name == site)?;
            Some((site, self.books.shelves.ordinal(Stream::Up(number), line.locator)?, id))
        })
    }

    /// Has held ones tried again, by the settings as they are now; how many are. One that is posted and gone from the books is posted again.
    pub(super) fn retry(&self, site: Option<&SiteId>, id: Option<IntentId>) -> Result<usize, String> {
        let boards = self.boards(site)?;
        let Some(id) = id else {
            let tell = |(site, _): &(SiteId, Arc<Board>)| self.hub.tell(site, Order::Retry(None));
            boards.iter().for_each(tell);
            return Ok(boards.iter().map(|(_, board)| board.retried_count()).sum());
        };
        if let Some((site, _)) = boards.iter().find(|(_, board)| board.holds(id)) {
            self.hub.tell(site, Order::Retry(Some(id)));
            return Ok(1);
        }
        let of = self.books.line(None, id).map(|(site, _)| site);
        let Some(of) = of.filter(|of| boards.iter().any(|(site, _)| site == of)) else {
            return Err(format!("{id} is not held: `outpost office held list` lists what is"));
        };
        let (told, heard) = std::sync::mpsc::channel();
        self.hub.tell(&of, Order::RetryPosted(id, told));
        let late =
            |_| "the books have not answered yet: `outpost status --document` shows what becomes of it".to_owned();
        heard.recv_timeout(PATIENCE).map_err(late)?.map(|()| 1)
    }

    /// Decides that a held one is never posted. Says what that means for stock and cash.
    pub(super) fn give_up(&self, id: IntentId, by: Text, reason: String) -> Result<String, String> {
        let boards = self.boards(None)?;
        let Some((site, _)) = boards.iter().find(|(_, board)| board.holds(id)) else {
            return Err(format!("{id} is not held: `outpost office held list` lists what is"));
        };
        let (told, heard) = std::sync::mpsc::channel();
        self.hub.tell(site, Order::GiveUp { id, by, reason, told });
        let late =
            |_| "the books have not answered yet: `outpost office held list` shows whether it was done".to_owned();
        heard.recv_timeout(PATIENCE).map_err(late)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_told_to_a_site_s_thread_wakes_no_other_thread() {
        let (hub, sites) = (Arc::new(Hub::default()), ["bandung", "garut"].map(|site| site.parse::<SiteId>().unwrap()));
        sites.iter().for_each(|site| drop(hub.begin(site)));
        let waits = |site: bool| {
            let hub = hub.clone();
            std::thread::spawn(move || match site {
                true => hub.wait_to_hear(Duration::from_secs(600)),
                false => hub.wait(Duration::from_secs(600)),
            })
        };
        let (site, other) = (waits(true), waits(false));
        let tell = || {
            hub.tell_others(&sites[0], vec![(IntentId::new(1, [1; 10]), BTreeSet::new())]);
            hub.tell(&sites[1], Order::Retry(None));
            std::thread::sleep(STOP_LOOK_EVERY);
        };
        // They may not wait yet when they are told.
        while !site.is_finished() {
            tell();
        }
        tell();
        assert!(!other.is_finished());
        hub.stop();
        other.join().unwrap();
    }

    #[test]
    fn what_others_bring_is_heard_apart_and_piles_up_for_nobody_who_is_posted_no_more() {
        let (hub, sites) = (Hub::default(), ["bandung", "garut"].map(|site| site.parse::<SiteId>().unwrap()));
        sites.iter().for_each(|site| drop(hub.begin(site)));
        hub.tell(&sites[1], Order::Retry(None));
        hub.tell_others(&sites[0], vec![(IntentId::new(1, [1; 10]), BTreeSet::new())]);
        // It cannot write its own words down: it hears all the same.
        assert!(matches!(hub.heard(&sites[1])[..], [Heard::Moved(..)]));
        assert!(hub.heard(&sites[0]).is_empty() && hub.heard(&sites[1]).is_empty());
        assert!(matches!(hub.orders(&sites[1])[..], [Order::Retry(None)]));
        hub.end(&sites[1]);
        hub.tell(&sites[1], Order::Retry(None));
        hub.tell_others_of_work(&sites[0], &Text::try_from("MFG-WO-2026-00001").unwrap());
        assert!(hub.heard(&sites[1]).is_empty() && hub.orders(&sites[1]).is_empty());
        assert!(lock(&hub.inboxes).keys().eq([&sites[0]]) && lock(&hub.board).keys().eq([&sites[0]]));
    }
}
