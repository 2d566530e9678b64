//! Many small MQTT 3.1.1 clients that publish at QoS 1, measure each PUBACK, and remember what was acknowledged.
//!
//! In comes a [`Plan`]; out come a [`Report`] and, if wanted, a file with the id of every acknowledged payload, written
//! before the next packet is read. When the target dies, every client reconnects and sends what was not acknowledged again,
//! with DUP, under its packet id. All clients share one thread and write all they have in one call, because the target under
//! test shares the machine.
//!
//! Deliberately absent: TLS, MQTT 5, subscriptions. The broker's own way is measured, not what lies around it.

mod client;
mod packet;
mod payload;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::time::{ClockId, clock_gettime};

use crate::latency::Latency;
use payload::{Payload, Payloads};

/// What is to be published, by whom, and until when. `{n}` in [`Plan::client`] is the client's number from 0; `{client}` in
/// the others is the client's name.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The broker.
    pub target: SocketAddr,
    /// How many clients.
    pub clients: usize,
    /// How many publishes each has in flight at most; 1 to 65,535.
    pub in_flight: usize,
    /// The clients' names, which are their MQTT client ids.
    pub client: String,
    /// Where they publish.
    pub topic: String,
    /// Name and password; `None` connects without.
    pub login: Option<(String, String)>,
    /// The payloads, a JSON document a line, taken in turn and again; ids are changed from the second round on.
    pub payloads: String,
    /// The number of the first round. A second load with the same lines takes one that no earlier load has reached.
    pub first_round: u32,
    /// When it ends.
    pub end: End,
    /// How long each client waits from one publish to the next, at least; zero is as fast as it can.
    pub pause: Duration,
    /// Whether sessions are clean. A clean session forgets packet ids, and DUP then means nothing to a broker.
    pub is_clean: bool,
    /// Every acknowledged payload's id is appended to this file, a line each.
    pub acked_ids: Option<PathBuf>,
    /// How long answers are waited for after the end.
    pub drain: Duration,
}

impl Plan {
    /// One client, one in flight, no login, until stopped: to be changed field by field.
    pub fn new(target: SocketAddr, payloads: String) -> Self {
        Plan {
            target,
            clients: 1,
            in_flight: 1,
            client: "scanner-{n}".into(),
            topic: "tx/{client}/sales-invoice".into(),
            login: None,
            payloads,
            first_round: 0,
            end: End::WhenStopped,
            pause: Duration::ZERO,
            is_clean: false,
            acked_ids: None,
            drain: Duration::from_secs(10),
        }
    }
}

/// When a load ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// After so many publishes of all clients together.
    Count(u64),
    /// After this time.
    After(Duration),
    /// When [`Running::stop`] is called.
    WhenStopped,
}

/// What became of a load.
#[derive(Debug, Clone)]
pub struct Report {
    /// Publishes acknowledged.
    pub acked: u64,
    /// Publishes sent that were not acknowledged when it ended.
    pub unacked: u64,
    /// Publishes sent again, with DUP.
    pub resent: u64,
    /// Connections lost and made again.
    pub reconnects: u64,
    /// From the moment all clients were connected to the last acknowledgement.
    pub elapsed: Duration,
    /// From the first sending of each publish to its acknowledgement, repeats included.
    pub latency: Latency,
    /// What the load itself used of a processor.
    pub cpu: Duration,
}

impl Report {
    /// Acknowledged publishes per second.
    pub fn per_second(&self) -> f64 {
        self.acked as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Report { acked, unacked, resent, reconnects, latency, .. } = self;
        let (per_s, s, cpu_s) = (self.per_second(), self.elapsed.as_secs_f64(), self.cpu.as_secs_f64());
        write!(f, "{per_s:.0} publishes/s acknowledged ({acked} in {s:.2} s), {latency}; ")?;
        write!(f, "{unacked} unanswered, {resent} sent again, {reconnects} reconnects, {cpu_s:.2} s of processor")
    }
}

/// What a running load and its owner share.
struct Steering {
    target: Mutex<SocketAddr>,
    is_stopped: AtomicBool,
    acked: AtomicU64,
    resent: AtomicU64,
}

/// A load that runs in a thread of its own. Dropping it stops it without waiting for answers.
pub struct Running {
    steering: Arc<Steering>,
    thread: Option<JoinHandle<Result<Report>>>,
}

impl Running {
    /// Publishes acknowledged so far.
    pub fn acked(&self) -> u64 {
        self.steering.acked.load(Relaxed)
    }

    /// Publishes sent again so far, with DUP.
    pub fn resent(&self) -> u64 {
        self.steering.resent.load(Relaxed)
    }

    /// Whether it has not come to its end yet.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Connections from now on go there: a target that came back at another port.
    pub fn retarget(&self, target: SocketAddr) {
        *self.steering.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Publishes nothing new, waits for answers as long as the plan says, and reports.
    pub fn stop(self) -> Result<Report> {
        self.steering.is_stopped.store(true, Relaxed);
        self.wait()
    }

    /// Waits for the plan's end and reports.
    pub fn wait(mut self) -> Result<Report> {
        let thread = self.thread.take().context("invariant: a load is waited for once")?;
        thread.join().map_err(|_| anyhow!("the load's thread panicked"))?
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.steering.is_stopped.store(true, Relaxed);
    }
}

/// Starts a load in the background.
pub fn start(plan: Plan) -> Result<Running> {
    let steering = Arc::new(Steering {
        target: Mutex::new(plan.target),
        is_stopped: AtomicBool::new(false),
        acked: AtomicU64::new(0),
        resent: AtomicU64::new(0),
    });
    let shared = steering.clone();
    let thread = std::thread::Builder::new().name("load".into()).spawn(move || run_here(plan, shared))?;
    Ok(Running { steering, thread: Some(thread) })
}

/// Runs a load to its end.
pub fn run(plan: Plan) -> Result<Report> {
    start(plan)?.wait()
}

/// What the clients of one load share; one thread, so no locks.
struct Shared {
    plan: Plan,
    steering: Arc<Steering>,
    payloads: RefCell<Payloads>,
    left: Cell<u64>,
    /// When publishing ends by itself.
    until: Cell<Option<Instant>>,
    /// Given once all clients are connected.
    started: tokio::sync::watch::Sender<Option<Instant>>,
    connected: Cell<usize>,
    last_ack: Cell<Option<Instant>>,
    latency: RefCell<Latency>,
    unacked: Cell<u64>,
    reconnects: Cell<u64>,
    acked_ids: Option<RefCell<File>>,
}

impl Shared {
    /// Whether nothing new is to be published.
    fn is_over(&self) -> bool {
        self.left.get() == 0
            || self.steering.is_stopped.load(Relaxed)
            || self.until.get().is_some_and(|until| Instant::now() >= until)
    }

    fn next_payload(&self) -> Option<Payload> {
        if self.is_over() {
            return None;
        }
        self.left.set(self.left.get() - 1);
        Some(self.payloads.borrow_mut().take())
    }

    /// Waits until every client is connected: then the clock starts.
    async fn all_connected(&self) {
        self.connected.set(self.connected.get() + 1);
        if self.connected.get() == self.plan.clients {
            let now = Instant::now();
            if let End::After(lasting) = self.plan.end {
                self.until.set(Some(now + lasting));
            }
            self.started.send_replace(Some(now));
        }
        let mut started = self.started.subscribe();
        // The sender lives in `self`, so the wait cannot fail.
        started.wait_for(Option::is_some).await.ok();
    }

    /// # Panics
    /// When the file takes no more: a proof that rests on it would be none.
    fn write_acked_ids(&self, ids: &[u8]) {
        if let Some(file) = &self.acked_ids {
            file.borrow_mut().write_all(ids).expect("the file of acknowledged ids takes them");
        }
    }
}

fn run_here(plan: Plan, steering: Arc<Steering>) -> Result<Report> {
    anyhow::ensure!(plan.clients > 0 && (1..=65_535).contains(&plan.in_flight), "the plan has nobody to publish");
    let acked_ids = match &plan.acked_ids {
        Some(path) => Some(RefCell::new(
            File::options().create(true).append(true).open(path).with_context(|| path.display().to_string())?,
        )),
        None => None,
    };
    let left = if let End::Count(count) = plan.end { count } else { u64::MAX };
    let shared = Rc::new(Shared {
        payloads: RefCell::new(Payloads::new(&plan.payloads, plan.first_round)?),
        left: Cell::new(left),
        until: Cell::new(None),
        started: tokio::sync::watch::Sender::new(None),
        connected: Cell::new(0),
        last_ack: Cell::new(None),
        latency: RefCell::default(),
        unacked: Cell::new(0),
        reconnects: Cell::new(0),
        acked_ids,
        steering,
        plan,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run_clients(shared))
}

async fn run_clients(shared: Rc<Shared>) -> Result<Report> {
    let cpu_before = thread_cpu();
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..shared.plan.clients {
        clients.spawn_local(client::Client::new(number, shared.clone()).run());
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    let started = shared.started.borrow().context("invariant: clients end only after all are connected")?;
    let last_ack = shared.last_ack.get().unwrap_or(started);
    let latency = shared.latency.borrow().clone();
    let resent = shared.steering.resent.load(Relaxed);
    Ok(Report {
        acked: latency.count(),
        unacked: shared.unacked.get(),
        resent,
        reconnects: shared.reconnects.get(),
        elapsed: last_ack - started,
        latency,
        cpu: thread_cpu().saturating_sub(cpu_before),
    })
}

fn thread_cpu() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), used.tv_nsec.unsigned_abs() as u32)
}
