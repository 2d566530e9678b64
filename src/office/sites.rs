//! The sites of an office: their lines, their numbers in the books, and how a new one comes in. Whose word counts for a
//! site's is in `trust`, which letters its boxes have in `letters`.

mod letters;
mod trust;

pub use trust::{confirm, revoke};

use super::line::{Event, Foundation, Keys, SiteLine, SiteState};
use super::parting::Parted;
use super::road::{Came, KIND, Road};
use super::start::Premises;
use crate::books::Shelves;
use crate::carry::{Hand, Stopped, Took};
use crate::courier::Purpose;
use crate::domain::id::{DeviceId, SiteId, StoreId, hex};
use crate::domain::record::Entry;
use crate::files;
use crate::gate::logins;
use crate::keys::enrolment::BrokerLogin;
use crate::keys::register::Register;
use crate::moment::{Moment, up_ms};
use crate::rows::OfficeRows;
use crate::store;
use crate::views::{self, SiteNo, Stream};
use crate::wire::envelope::{Header, Secret};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use trust::Refused;

/// Events that wait for one site's line. What does not fit is lost, and sent again by its box.
const QUEUE: usize = 32;
/// Through somebody else's broker a box that has said nothing for so long counts as away, for who asks it and for the guard in ERPNext.
const QUIET_MS: u64 = 120_000;
/// The file with a site's number, in its directory.
const NUMBER: &str = "number";

/// A running line.
pub(super) struct Running {
    pub(super) number: SiteNo,
    pub(super) state: watch::Receiver<SiteState>,
    /// Where its journal parts.
    parted: watch::Receiver<Parted>,
    events: mpsc::Sender<Event>,
    task: JoinHandle<()>,
    /// The keys that the line was last told.
    keys: Keys,
}

/// What changes as sites come and go.
struct Inner {
    premises: Premises,
    register: Register,
    running: BTreeMap<SiteId, Running>,
    store: StoreId,
    road_up: bool,
    refused: Refused,
    /// Sites of which a life has no letter, since there is none left.
    out_of_letters: BTreeSet<SiteId>,
}

/// Every site.
pub(super) struct Sites {
    inner: Mutex<Inner>,
    moment: Arc<Moment>,
    shelves: Arc<Shelves>,
    views: views::Reader,
    rows: Arc<OfficeRows>,
    road: Arc<Road>,
    older: mpsc::Sender<StoreId>,
    parted: Arc<Notify>,
    /// Where lines run, also when an operator's question starts one.
    runtime: tokio::runtime::Handle,
    /// The port of the gate, where the system chose it; 0 before.
    port: AtomicU16,
    strangers: AtomicU64,
}

impl Sites {
    /// Opens every enrolled site's journals and starts its line.
    pub(super) fn open(
        premises: Premises,
        store: StoreId,
        moment: Arc<Moment>,
        shelves: Arc<Shelves>,
        views: views::Reader,
        road: Arc<Road>,
        older: mpsc::Sender<StoreId>,
    ) -> anyhow::Result<Self> {
        let register = Register::load(&premises.paths.register)?;
        let rows = Arc::new(OfficeRows::open(&premises.paths.rows).context("the office's master data")?);
        let known: Vec<SiteId> = register.sites().map(|(site, _)| site.clone()).collect();
        let refused = Refused::default();
        let (running, out_of_letters) = (BTreeMap::new(), BTreeSet::new());
        let inner = Inner { premises, register, running, store, road_up: false, refused, out_of_letters };
        let (port, strangers) = (AtomicU16::new(0), AtomicU64::new(0));
        let runtime = tokio::runtime::Handle::current();
        let (inner, parted) = (Mutex::new(inner), Arc::default());
        let sites = Self { inner, moment, shelves, views, rows, road, older, parted, runtime, port, strangers };
        for site in known {
            // One site's damaged journal must not keep the others from being served.
            if let Err(error) = sites.start_line(&mut sites.lock(), &site) {
                tracing::error!(%site, error = format!("{error:#}"), "this site cannot be served");
            }
        }
        sites.give_letters();
        Ok(sites)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the lines that are down. One site's trouble stays its own: the others are served all the while.
    pub(super) fn tend(&self) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        inner.running.retain(|site, running| {
            let ended = running.task.is_finished();
            if ended {
                tracing::error!(%site, "the line of this site has failed, and is started again: tell who maintains outpost");
            }
            !ended
        });
        for site in Self::unserved_of(inner) {
            if let Err(error) = self.start_line(inner, &site) {
                tracing::error!(%site, error = format!("{error:#}"), "this site cannot be served");
            }
        }
        // Keys end by the clock, too.
        let sites: Vec<SiteId> = inner.running.keys().cloned().collect();
        sites.iter().for_each(|site| self.tell_keys(inner, site));
    }

    fn unserved_of(inner: &Inner) -> Vec<SiteId> {
        let known = inner.register.sites().map(|(site, _)| site);
        known.filter(|site| !inner.running.contains_key(*site)).cloned().collect()
    }

    /// Enrolled sites whose line does not run; the log says why.
    pub(super) fn unserved(&self) -> Vec<SiteId> {
        Self::unserved_of(&self.lock())
    }

    /// Master data for all sites.
    pub(super) fn rows(&self) -> &Arc<OfficeRows> {
        &self.rows
    }

    /// Looks at the premises.
    pub(super) fn with_premises<T>(&self, look: impl FnOnce(&Premises) -> T) -> T {
        look(&self.lock().premises)
    }

    /// Looks at the lines.
    pub(super) fn each(&self, mut look: impl FnMut(&SiteId, &Running)) {
        self.lock().running.iter().for_each(|(site, running)| look(site, running));
    }

    /// Each site with what the views call it.
    pub(super) fn numbers(&self) -> Vec<(SiteId, SiteNo)> {
        self.lock().running.iter().map(|(site, running)| (site.clone(), running.number)).collect()
    }

    /// The sites that are there on their lines, and when each was last known to be, milliseconds since 1970. A box that is connected and has
    /// answered is there now, however silent; through somebody else's broker only what it sends tells, and [`QUIET_MS`] without it is away.
    pub(super) fn there(&self) -> BTreeMap<SiteId, i64> {
        let now_ms = self.moment.now_ms();
        let mut there = BTreeMap::new();
        self.each(|site, running| {
            let state = running.state.borrow();
            let ago_ms = match self.road.is_listening(site) {
                Some(is_listening) => (is_listening && state.settled).then_some(0),
                None => state.tally.heard_ms.map(|at_ms| up_ms().saturating_sub(at_ms)),
            };
            let ago_ms = ago_ms.filter(|ago_ms| *ago_ms < QUIET_MS);
            let at_ms = ago_ms.and_then(|ago_ms| now_ms.checked_sub(i64::try_from(ago_ms).ok()?));
            there.extend(at_ms.map(|at_ms| (site.clone(), at_ms)));
        });
        there
    }

    /// Milliseconds since 1970, as those that are seen are told.
    pub(super) fn now_ms(&self) -> i64 {
        self.moment.now_ms()
    }

    /// Sites that were enrolled and whose box has not come yet.
    pub(super) fn expected(&self) -> Vec<SiteId> {
        let inner = self.lock();
        inner.register.sites().filter(|(_, site)| site.waiting).map(|(name, _)| name.clone()).collect()
    }

    /// Envelopes of nobody known, since the start.
    pub(super) fn strangers(&self) -> u64 {
        self.strangers.load(Ordering::Relaxed)
    }

    /// The gate's addresses, for new boxes where the system chose the port.
    pub(super) fn listens_on(&self, addresses: &[SocketAddr]) {
        self.port.store(addresses.first().map_or(0, SocketAddr::port), Ordering::Relaxed);
    }

    fn start_line(&self, inner: &mut Inner, site: &SiteId) -> anyhow::Result<()> {
        let dir = inner.premises.paths.sites.join(site.as_str());
        std::fs::create_dir_all(&dir)?;
        let taken = inner.running.values().map(|running| running.number.0).max();
        let number = number(&dir, &inner.premises.paths.sites, taken)?;
        let keys = self.keys(&inner.register, site);
        let line = SiteLine::open(Foundation {
            site: site.clone(),
            dir: &dir,
            store: inner.store,
            secret: Secret(inner.premises.identity.secret.0),
            keys: keys.clone(),
            moment: self.moment.clone(),
            rows: self.rows.clone(),
            parted: self.parted.clone(),
        })?;
        self.shelves.add(Stream::Up(number), line.up());
        self.shelves.add(Stream::Down(number), line.down());
        let (events, coming) = mpsc::channel(QUEUE);
        let parted = line.parting().look();
        let (tell, state) = watch::channel(SiteState::default());
        if inner.road_up {
            let _ = events.try_send(Event::Road(true));
        }
        let task = line.run(coming, self.road.clone(), self.views.clone(), tell, self.older.clone());
        let task = self.runtime.spawn(task);
        inner.running.insert(site.clone(), Running { number, state, parted, events, task, keys });
        Ok(())
    }

    async fn tell_all(&self, event: impl Fn() -> Event) {
        let all: Vec<_> = self.lock().running.values().map(|running| running.events.clone()).collect();
        for events in all {
            let _ = events.send(event()).await;
        }
    }

    /// The road has opened or closed.
    pub(super) async fn road(&self, up: bool) {
        self.lock().road_up = up;
        self.tell_all(|| Event::Road(up)).await;
    }

    /// Gives this disk, which turned out to be restored, a new id after `older`, the latest that a site knows of it.
    pub(super) async fn renew(&self, older: StoreId) {
        let renewed = tokio::task::block_in_place(|| {
            let mut inner = self.lock();
            if inner.store > older {
                return None;
            }
            let now_ms = u64::try_from(self.moment.now_ms()).unwrap_or(0);
            let dir = inner.premises.paths.dir.clone();
            match store::renew(&dir, &SiteId::office(), Some(older), now_ms) {
                Ok(store) => {
                    tracing::warn!(%store, "this office was restored from a backup: boxes are asked for the rest");
                    inner.store = store;
                    // What boxes have of master data may be of days that are lost here.
                    if let Err(error) = self.rows.renew() {
                        tracing::error!(%error, "restored master data could not be told from what was lost of it");
                    }
                    Some(store)
                }
                Err(error) => {
                    tracing::error!(%error, "this restored store could not be given a new id");
                    None
                }
            }
        });
        if let Some(store) = renewed {
            self.shelves.renew(store);
            self.tell_all(|| Event::Renewed(store)).await;
            // With the new id everything that is held is said anew.
            self.tell_all(|| Event::Road(true)).await;
        }
    }

    /// Hands an envelope to its site.
    pub(super) async fn sort(&self, came: Came) {
        let header = match Header::read(&came.bytes) {
            Ok((header, _, _)) => header,
            Err(error) => return self.stranger(&error.to_string()),
        };
        if came.purpose == Purpose::Enrol {
            tokio::task::block_in_place(|| self.offers_key(&header, &came.bytes));
            return;
        }
        let events = self.lock().running.get(&header.sender).map(|running| running.events.clone());
        match events {
            Some(events) => {
                if events.try_send(Event::Envelope(came.bytes)).is_err() {
                    tracing::debug!(site = %header.sender, "more envelopes wait than are kept; the box sends them again");
                }
            }
            None => self.stranger(&format!("{} is not a site of this office", header.sender)),
        }
    }

    /// Takes a box's key, or tells it why not.
    fn offers_key(&self, header: &Header, bytes: &[u8]) {
        let Err(error) = self.introduced(header, bytes) else { return };
        self.stranger(&format!("{error:#}"));
        let Some(refusal) = self.refusal(header, bytes) else { return };
        if let Err(refused) = self.road.send(&header.sender, Purpose::Refusal, refusal) {
            tracing::debug!(site = %header.sender, %refused, "the road took nothing");
        }
    }

    fn stranger(&self, why: &str) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(why, "an envelope was rejected");
    }

    /// Expects a new box, and gives its enrolment file's text.
    pub(super) fn enrol(&self, site: &SiteId, terms: Terms) -> anyhow::Result<String> {
        // What a box has printed under since counts before the letter of the next one is chosen.
        self.give_letters();
        let port = Some(self.port.load(Ordering::Relaxed)).filter(|port| *port != 0);
        let mut inner = self.lock();
        let inner = &mut *inner;
        let text = enrol(&inner.premises, &mut inner.register, site, (port, terms), self.now())?;
        if !inner.running.contains_key(site) {
            self.start_line(inner, site)?;
        }
        Ok(text)
    }

    /// Reaches the line of `site` from a thread that may block; nobody where it does not run.
    pub(super) fn hand(&self, site: &SiteId) -> Option<Hand> {
        let events = self.lock().running.get(site)?.events.clone();
        Some(Hand::new(move |ask| events.blocking_send(Event::ByHand(ask)).is_ok()))
    }

    /// Takes in one envelope from a stick. Blocks until what it brought is durable. What a box whose key is not taken is to be
    /// told is added to `refusals`.
    pub(super) fn take(
        &self,
        bytes: Vec<u8>,
        refusals: &mut Vec<(SiteId, Vec<u8>)>,
    ) -> Result<Result<Took, String>, Stopped> {
        let header = match Header::read(&bytes) {
            Ok((header, _, _)) => header,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if header.purpose == Purpose::Enrol {
            let introduced = self.introduced(&header, &bytes);
            if introduced.is_err() {
                refusals.extend(self.refusal(&header, &bytes).map(|refusal| (header.sender, refusal)));
            }
            return Ok(introduced.map(|()| Took::default()).map_err(|error| format!("{error:#}")));
        }
        match self.hand(&header.sender) {
            Some(hand) => hand.take(bytes),
            None => Ok(Err(format!("{} is not a site of this office", header.sender))),
        }
    }

    /// Writes down what the office has to say to a site, durably, from a thread that may block. Which record of the office's journal
    /// for the site has the last of it.
    pub(super) fn say(&self, site: &SiteId, words: Vec<Entry>) -> Result<u64, String> {
        let events = self.lock().running.get(site).map(|running| running.events.clone());
        let events = events.ok_or_else(|| format!("the journal of {site} is not open here"))?;
        let (told, heard) = oneshot::channel();
        let gone = || format!("the line of {site} has ended");
        events.blocking_send(Event::Words(words, told)).map_err(|_| gone())?;
        heard.blocking_recv().map_err(|_| gone())?
    }

    /// As [`Sites::renew`], from a thread that may block.
    pub(super) fn renew_now(&self, older: StoreId) {
        self.runtime.block_on(self.renew(older));
    }

    /// The sites whose lines run.
    pub(super) fn names(&self) -> Vec<SiteId> {
        self.lock().running.keys().cloned().collect()
    }

    /// Ends every line, and waits for it.
    pub(super) async fn close(&self) {
        let running = std::mem::take(&mut self.lock().running);
        for (_, Running { events, task, .. }) in running {
            drop(events);
            let _ = task.await;
        }
    }
}

/// How a site is enrolled.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// It has a box already, and this is for the one that takes its place.
    pub replace: bool,
    /// The key that comes needs no comparison: the box is on the same table.
    pub trust: bool,
    /// Its box stays and learns anew where its office is; the root has yet to sign that.
    pub moves: bool,
    /// Where the box is to connect, instead of what the settings say.
    pub urls: Vec<String>,
}

/// Expects a new box: a one-time secret in the register, a login at the gate, and the file that says all this. `port` is
/// the gate's where the system chose it.
pub fn enrol(
    premises: &Premises,
    register: &mut Register,
    site: &SiteId,
    (port, Terms { replace, trust, moves, urls }): (Option<u16>, Terms),
    now: u64,
) -> anyhow::Result<String> {
    let mut facts = premises.facts(port)?;
    if !urls.is_empty() {
        facts.brokers = urls;
    }
    if moves {
        return Ok(register.moved(site, &facts, now)?.to_text());
    }
    let mut random = [0; 56];
    getrandom::fill(&mut random)?;
    let (secret, password) = random.split_at(32);
    let password = hex(password);
    let login = BrokerLogin { user: site.to_string(), password: password.clone() };
    let secret = secret.try_into().context("32 bytes")?;
    let enrolment = match replace {
        true => register.replace(site, &facts, login, secret, now)?,
        false => register.enrol(site, &facts, login, secret, now)?,
    };
    if trust {
        register.trust(site)?;
    }
    if premises.config.broker.is_none() {
        let device: DeviceId = site.as_str().parse()?;
        let known = logins::list(&premises.paths.logins)?.iter().any(|login| login.name == device);
        if known {
            logins::remove(&premises.paths.logins, &device)?;
        }
        logins::add(&premises.paths.logins, device, KIND, &password)?;
    }
    Ok(enrolment.to_text())
}

/// A site's number in the views: the next free one when it is new, and the same for ever.
fn number(dir: &Path, sites: &Path, taken: Option<u16>) -> anyhow::Result<SiteNo> {
    let path = dir.join(NUMBER);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let number = text.trim().parse().with_context(|| format!("{} is no number", path.display()))?;
            return Ok(SiteNo(number));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => bail!("{}: {error}", path.display()),
    }
    let mut highest = taken;
    for entry in std::fs::read_dir(sites)? {
        let other = std::fs::read_to_string(entry?.path().join(NUMBER));
        highest = highest.max(other.ok().and_then(|text| text.trim().parse().ok()));
    }
    let number = highest.map_or(Some(0), |highest| highest.checked_add(1)).context("65,536 sites are the limit")?;
    files::write_atomically(&path, number.to_string().as_bytes(), files::PUBLIC)?;
    Ok(SiteNo(number))
}
