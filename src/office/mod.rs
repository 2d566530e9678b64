//! The office: a journal for each site, the books over all of them, and its word back to each.
//!
//! What is in its directory [`Paths`] names, but for what has one owner that names it: settings (`office.toml`, `erpnext.toml` with its key),
//! which disk it is, users, months, the log of the desk. Of a site there are `up`, its journal as far as it came, `down`, the office's
//! word, and `quarantine`, what came under a key that counts no more. ARCHITECTURE.md has all of it, and what may be lost.

mod answers;
mod asking;
mod audit;
mod came_by;
pub mod config;
mod decided;
mod drafts;
mod enrolling;
mod figures;
mod ledger;
mod line;
mod load;
mod months;
mod pages;
mod parting;
pub mod posting;
mod quarantine;
mod reconcile;
mod road;
mod show;
mod sites;
mod start;
mod stick;
mod sticks;
pub mod users;
mod words;

pub use enrolling::{at_broker, seal};
pub use load::offline as load_offline;
pub use sites::{Terms, confirm, enrol, revoke};
pub use start::{Paths, Premises};
pub use stick::For;

use crate::books::Shelves;
use crate::control::Control;
use crate::courier::mqtt::{BrokerUrl, Hands, Login, MqttConfig, MqttCourier, Policy, Role};
use crate::courier::{Arrival, Arrivals, Queues};
use crate::domain::id::{SiteId, StoreId};
use crate::gate::{self, Gate};
use crate::keys::ca;
use crate::moment::{Moment, rough_ms, up_ms};
use crate::store;
use crate::tasks::Fallen;
use crate::views::{self, Views};
use crate::web;
use anyhow::Context;
use drafts::Drafts;
use getrandom::SysRng;
use ledger::Ledger;
use posting::Posting;
use rand_core::{Rng, UnwrapErr};
use road::{Came, Counter, Road, SORTING};
use sites::Sites;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use sticks::Sticks;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How often the kernel's clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How often lines that are down are started again: soon enough for a person who waits, seldom enough that one which
/// panics at once costs the others nothing.
const TEND_EVERY: Duration = Duration::from_secs(30);

/// A running office.
pub struct Office {
    gate: Option<Gate>,
    road: Arc<Road>,
    sites: Arc<Sites>,
    views: Views,
    control: Control,
    desk: (Vec<String>, web::Server, Arc<pages::Desk>),
    sticks: Sticks,
    ledger: Ledger,
    posting: Posting,
    drafts: Drafts,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    fallen: Fallen,
}

/// The sites and their books, before any road leads to them.
struct Indoors {
    sites: Arc<Sites>,
    views: Views,
    shelves: Arc<Shelves>,
    older_told: mpsc::Receiver<StoreId>,
}

impl Indoors {
    fn open(premises: Premises, moment: &Arc<Moment>, road: &Arc<Road>) -> anyhow::Result<Self> {
        let store = store::open(&premises.paths.dir, &SiteId::office(), false, rough_ms())?;
        let shelves = Arc::new(Shelves::new(store));
        let offset = i32::from(premises.config.utc_offset_minutes);
        let views = Views::start(views::Config::new(premises.paths.views.clone(), offset), shelves.clone())?;
        let (older, older_told) = mpsc::channel(1);
        let sites = Sites::open(premises, store, moment.clone(), shelves.clone(), views.reader(), road.clone(), older)?;
        Ok(Self { sites: Arc::new(sites), views, shelves, older_told })
    }
}

/// Serves one stick at `mount` for an office that does not run. What it tells is what [`crate::control::Ask::Import`] does.
pub async fn import(dir: &Path, mount: &Path, whom: For) -> anyhow::Result<serde_json::Value> {
    let road = Arc::new(Road::Gate(OnceLock::new()));
    let open = || Indoors::open(Premises::open(dir)?, &Arc::new(Moment::starting_after(None)), &road);
    let Indoors { sites, views, .. } = tokio::task::block_in_place(open)?;
    let served = tokio::task::block_in_place(|| stick::serve(&sites, mount, whom, &mut stick::untold));
    sites.close().await;
    tokio::task::block_in_place(|| views.shutdown());
    served.map_err(anyhow::Error::msg)
}

impl Office {
    /// Starts the office in `dir`.
    pub async fn start(dir: &Path) -> anyhow::Result<Self> {
        let premises = tokio::task::block_in_place(|| Premises::open(dir))?;
        let (stop, stopping) = watch::channel(false);
        let moment = Arc::new(Moment::starting_after(None));
        let (came, coming) = mpsc::channel(SORTING);
        let (mut tasks, fallen) = (Vec::new(), Fallen::default());

        let (road, arrivals) = match &premises.config.broker {
            Some(broker) => {
                let (courier, arrivals) = client(broker, &moment)?;
                (Road::Broker(courier), Some(arrivals))
            }
            None => (Road::Gate(OnceLock::new()), None),
        };
        let road = Arc::new(road);
        let indoors = tokio::task::block_in_place(|| Indoors::open(premises, &moment, &road))?;
        let Indoors { sites, views, shelves, older_told } = indoors;

        let gate = match &*road {
            Road::Broker(_) => None,
            Road::Gate(publisher) => {
                let gate = open_gate(&sites, came.clone()).await?;
                sites.listens_on(gate.addresses());
                let _ = publisher.set(gate.publisher());
                sites.road(true).await;
                Some(gate)
            }
        };
        tasks.push(fallen.spawn("sorting", sort(sites.clone(), coming, stopping.clone())));
        if let Some(arrivals) = arrivals {
            tasks.push(fallen.spawn("road", arrive(sites.clone(), arrivals, came, stopping.clone())));
        }
        tasks.push(fallen.spawn("renewal", renew(sites.clone(), older_told, stopping.clone())));
        tasks.push(fallen.spawn("clock", look(moment, stopping.clone())));
        tasks.push(fallen.spawn("care of the lines", tend(sites.clone(), stopping)));
        let sticks = sites.with_premises(|premises| Sticks::start(sites.clone(), &premises.config, dir))?;
        let numbers = {
            let sites = sites.clone();
            Box::new(move || {
                let mut numbers = Vec::new();
                sites.each(|site, running| numbers.push((site.clone(), running.number)));
                numbers
            })
        };
        let ledger = Ledger::start(shelves.clone(), views.reader(), sites.rows().clone(), numbers)?;
        let (posting, clerk) = Posting::start(dir, sites.clone(), shelves.clone(), views.reader(), ledger.under_way())?;
        let answers = answers::Answers {
            under_way: ledger.under_way(),
            clerk,
            sites: sites.clone(),
            views: views.reader(),
            shelves,
            sticks: sticks.board(),
            loads: Mutex::default(),
            reconciling: Mutex::default(),
            figures: figures::Kept::default(),
            months: Mutex::default(),
            asking: Mutex::default(),
            drafts: Mutex::default(),
        };
        let answers = Arc::new(answers);
        let drafts = Drafts::start(dir, answers.clone())?;
        let desk = open_desk(&answers).await?;
        tasks.push(fallen.spawn("the desk's watch", desk.2.clone().watch()));
        let control = Control::listen(dir, answers)?;
        Ok(Self { gate, road, sites, views, control, desk, sticks, ledger, posting, drafts, stop, tasks, fallen })
    }

    /// Where boxes connect; nowhere where a broker is used.
    pub fn addresses(&self) -> &[SocketAddr] {
        self.gate.as_ref().map_or(&[], Gate::addresses)
    }

    /// Where the desk is, like `http://127.0.0.1:8081`.
    pub fn pages(&self) -> &[String] {
        &self.desk.0
    }

    /// Waits until a part that the office cannot do without has failed, and names it.
    pub async fn failed(&self) -> &'static str {
        self.fallen.heard().await
    }

    /// Stops: takes nothing in any more, writes down what is to be written, says goodbye.
    pub async fn stop(self) {
        let Self { gate, road, sites, views, control, desk, sticks, ledger, posting, drafts, stop, tasks, fallen: _ } =
            self;
        desk.2.close();
        desk.1.shutdown().await;
        if let Some(gate) = gate {
            gate.shutdown().await;
        }
        stop.send_replace(true);
        for task in tasks {
            let _ = task.await;
        }
        tokio::task::block_in_place(|| {
            drop(control);
            drafts.stop();
            sticks.stop();
            ledger.stop();
            posting.stop();
        });
        sites.close().await;
        drop(sites);
        if let Some(Road::Broker(courier)) = Arc::into_inner(road) {
            courier.close().await;
        }
        tokio::task::block_in_place(|| views.shutdown());
    }
}

/// The desk's pages, where people at the office open them.
async fn open_desk(answers: &Arc<answers::Answers>) -> anyhow::Result<(Vec<String>, web::Server, Arc<pages::Desk>)> {
    let (listen, names) = answers.sites.with_premises(|premises| {
        let config = &premises.config;
        let tls = match config.https[..] {
            [] => None,
            _ => Some(premises.certificate()?.server_config()?),
        };
        let plain = config.http.iter().map(|at| web::Listen { at: *at, tls: None });
        let secure = config.https.iter().map(|at| web::Listen { at: *at, tls: tls.clone() });
        anyhow::Ok((plain.chain(secure).collect(), config.names.clone()))
    })?;
    let bound = web::Bound::listen(listen).await?;
    let addresses = bound.addresses().to_vec();
    let rules = gate::WebRules { hosts: names, ..gate::WebRules::default() };
    let desk = Arc::new(pages::Desk::new(answers.clone())?);
    let server = bound.serve("desk.html", rules, None, desk.clone());
    Ok((addresses, server, desk))
}

async fn open_gate(sites: &Arc<Sites>, came: mpsc::Sender<Came>) -> anyhow::Result<Gate> {
    let mut listen = Vec::new();
    sites.with_premises(|premises| {
        let config = &premises.config;
        if !config.tls.is_empty() {
            let tls = premises.certificate()?.server_config()?;
            let secure = |at: &SocketAddr| gate::Listen { at: *at, tls: Some(tls.clone()), websocket: false };
            listen.extend(config.tls.iter().map(secure));
        }
        listen.extend(config.tcp.iter().map(|at| gate::Listen { at: *at, tls: None, websocket: false }));
        anyhow::Ok(())
    })?;
    let logins =
        sites.with_premises(|premises| gate::logins::Logins::open(&premises.paths.logins, Box::new(road::rights)))?;
    let counter = Counter { came, dropped: AtomicU64::new(0) };
    let limits = gate::Limits { packet_bytes: crate::wire::envelope::MAX_ENVELOPE + 256, ..gate::Limits::default() };
    let config = gate::Config { listen, limits, ..gate::Config::default() };
    Ok(Gate::start(config, Arc::new(counter), Arc::new(logins)).await?)
}

/// The office as a client of a broker.
fn client(broker: &config::Broker, moment: &Arc<Moment>) -> anyhow::Result<(MqttCourier, Arrivals)> {
    let seconds = |moment: &Moment| u64::try_from(moment.now_ms() / 1000).unwrap_or(0);
    let url: BrokerUrl = broker.url.parse()?;
    let tls = match &broker.ca_file {
        Some(path) => {
            let pem = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let believed = moment.clone();
            Some(ca::client_config(&pem, Arc::new(move || seconds(&believed)))?)
        }
        None => None,
    };
    let password = broker.password.clone().unwrap_or_default();
    let login = broker.user.clone().map(|user| Login { user, password });
    let mqtt = MqttConfig {
        role: Role::Office,
        brokers: vec![url],
        login,
        client_id: "outpost-office".into(),
        tls,
        policy: Policy::default(),
        queues: Queues::OFFICE,
        monthly_budget_bytes: None,
        usage_file: None,
    };
    let believed = moment.clone();
    let hands = Hands { random: Box::new(|| UnwrapErr(SysRng).next_u64()), now: Arc::new(move || seconds(&believed)) };
    Ok(MqttCourier::start(mqtt, hands)?)
}

/// Hands each envelope to its site's line.
async fn sort(sites: Arc<Sites>, mut coming: mpsc::Receiver<Came>, mut stop: watch::Receiver<bool>) {
    loop {
        let came = tokio::select! {
            came = coming.recv() => came,
            () = stopped(&mut stop) => return,
        };
        match came {
            Some(came) => sites.sort(came).await,
            None => return,
        }
    }
}

/// Feeds what a broker brings into the sorting.
async fn arrive(sites: Arc<Sites>, mut arrivals: Arrivals, came: mpsc::Sender<Came>, mut stop: watch::Receiver<bool>) {
    loop {
        let arrival = tokio::select! {
            arrival = arrivals.next() => arrival,
            () = stopped(&mut stop) => return,
        };
        match arrival {
            Some(Arrival::Connected) => sites.road(true).await,
            Some(Arrival::Disconnected { why }) => {
                tracing::warn!(%why, "the broker cannot be reached");
                sites.road(false).await;
            }
            Some(Arrival::Envelope { purpose, bytes, .. }) => {
                if came.send(Came { purpose, bytes }).await.is_err() {
                    return;
                }
            }
            None => return,
        }
    }
}

/// Gives this disk a new id when a site finds that it was restored.
async fn renew(sites: Arc<Sites>, mut older: mpsc::Receiver<StoreId>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            told = older.recv() => match told {
                Some(store) => sites.renew(store).await,
                None => return,
            },
            () = stopped(&mut stop) => return,
        }
    }
}

/// Starts the line of each site that has none: it could not be opened, or it panicked. Gives letters where a journal parts.
async fn tend(sites: Arc<Sites>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TEND_EVERY) => tokio::task::block_in_place(|| {
                sites.tend();
                sites.give_letters();
            }),
            () = sites.parted() => tokio::task::block_in_place(|| sites.give_letters()),
            () = stopped(&mut stop) => return,
        }
    }
}

async fn look(moment: Arc<Moment>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => moment.look(),
            () = stopped(&mut stop) => return,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Seconds since the uptime `ms`.
fn seconds_since(ms: u64) -> u64 {
    up_ms().saturating_sub(ms) / 1000
}
