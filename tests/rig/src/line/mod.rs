//! A bad line between two sockets: a TCP proxy that is slow, narrow, stalling, half-open, resetting or cut, as told.
//!
//! In come the address of the far end and the [`Conditions`]; out goes an address to connect to, a [`Control`] to change
//! everything while it runs, and counts of what passed. Up is from whoever connects to the far end, down is back.
//! A line runs in a thread of its own and ends when dropped, so it serves async and plain tests alike.
//!
//! Deliberately absent: loss and reordering of packets. TCP turns them into delays and resets, which are here. The counts are
//! of TCP's payload; what IP and TCP add around it is not seen.

mod connection;
mod timing;

pub use timing::Stall;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::seed::Seeded;
use timing::Narrow;

/// The proxy's receive buffers, in bytes. Small, as a modem's queue is: else the kernel takes megabytes off a sender that
/// a narrow line will carry in an hour, and the sender believes them sent.
const QUEUE_BYTES: u32 = 32 * 1_024;
/// Connections that the kernel keeps for us while we are busy.
const BACKLOG: u32 = 1_024;

/// How the line is. The default is a good one: no delay, no limit, no fault.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Round-trip time: half of it passes in each direction, and a whole one before a new connection carries anything.
    pub rtt_ms: u64,
    /// Bits per second in each direction, shared by all connections of the line; `None` is as fast as the machine.
    pub bits_per_s: Option<u64>,
    /// Regular pauses in which nothing passes in either direction.
    pub stall: Option<Stall>,
    /// All connections are reset together, again and again.
    pub resets: Option<Resets>,
    /// Bytes up are taken and lost, and their end is not told. A connection that has lost a byte stays so for ever.
    pub is_up_swallowed: bool,
    /// The same down. When both are swallowed, new connections are accepted and never reach the far end.
    pub is_down_swallowed: bool,
    /// No line at all: every connection is reset, and so is every new one at once.
    pub is_cut: bool,
}

/// When all connections are reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resets {
    /// How long the line holds each time, drawn anew each time.
    pub after_ms: RangeInclusive<u64>,
    /// Decides the draws.
    pub seed: u64,
}

/// What has passed since the line was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Payload bytes that the far end was given.
    pub bytes_up: u64,
    /// Payload bytes that the near end was given.
    pub bytes_down: u64,
    /// Payload bytes taken and not given to anybody (swallowed, or on their way when a connection was reset).
    pub bytes_lost: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Connections that ended in a reset: the line's own, or one of an end's, passed on.
    pub resets: u64,
}

/// One of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

#[derive(Default)]
struct Tally {
    taken_up: AtomicU64,
    taken_down: AtomicU64,
    given_up: AtomicU64,
    given_down: AtomicU64,
    /// Taken, and known to be lost or still on the way; the difference is what `bytes_lost` counts.
    on_the_way: AtomicU64,
    connections: AtomicU64,
    resets: AtomicU64,
}

/// What the line's thread and its controls share.
struct Shared {
    target: Mutex<SocketAddr>,
    conditions: watch::Sender<Conditions>,
    /// Counted up at every reset of all connections.
    reset: watch::Sender<u64>,
    narrow_up: Mutex<Narrow>,
    narrow_down: Mutex<Narrow>,
    opened: Instant,
    tally: Tally,
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn conditions(&self) -> Conditions {
        self.conditions.borrow().clone()
    }

    fn is_swallowed(&self, way: Way) -> bool {
        let conditions = self.conditions.borrow();
        match way {
            Way::Up => conditions.is_up_swallowed,
            Way::Down => conditions.is_down_swallowed,
        }
    }

    /// Books the line for so many bytes and says when the last of them has left the sender.
    fn book(&self, way: Way, bytes: usize) -> Instant {
        let (bits_per_s, stall) = {
            let conditions = self.conditions.borrow();
            (conditions.bits_per_s, conditions.stall)
        };
        let narrow = match way {
            Way::Up => &self.narrow_up,
            Way::Down => &self.narrow_down,
        };
        let free_at = hold(narrow).book(self.opened.elapsed(), bytes, bits_per_s, stall);
        self.opened + free_at
    }

    /// How long the present stall still lasts, if there is one.
    fn stalled_for(&self) -> Option<Duration> {
        let stall = self.conditions.borrow().stall?;
        stall.rest(self.opened.elapsed())
    }

    fn one_way(&self) -> Duration {
        Duration::from_millis(self.conditions.borrow().rtt_ms) / 2
    }
}

/// Changes a line while it runs. Clones control the same line.
#[derive(Clone)]
pub struct Control(Arc<Shared>);

impl Control {
    /// Replaces all conditions.
    pub fn set(&self, conditions: Conditions) {
        self.change(|now| *now = conditions);
    }

    /// Changes some of the conditions.
    pub fn change(&self, how: impl FnOnce(&mut Conditions)) {
        let mut is_cut = false;
        self.0.conditions.send_modify(|conditions| {
            how(conditions);
            is_cut = conditions.is_cut;
        });
        if is_cut {
            self.reset_all();
        }
    }

    /// The conditions as they are.
    pub fn conditions(&self) -> Conditions {
        self.0.conditions()
    }

    /// Cuts the line: resets every connection, and every new one until [`Control::restore`].
    pub fn cut(&self) {
        self.change(|conditions| conditions.is_cut = true);
    }

    /// Lets everything vanish without a word, both ways, until [`Control::restore`].
    pub fn go_silent(&self) {
        self.change(|conditions| (conditions.is_up_swallowed, conditions.is_down_swallowed) = (true, true));
    }

    /// Ends [`Control::cut`] and [`Control::go_silent`]. Connections that have lost a byte stay half-open.
    pub fn restore(&self) {
        self.change(|conditions| {
            (conditions.is_cut, conditions.is_up_swallowed, conditions.is_down_swallowed) = (false, false, false);
        });
    }

    /// Resets every connection once.
    pub fn reset_all(&self) {
        self.0.reset.send_modify(|times| *times += 1);
    }

    /// New connections go to this far end from now on.
    pub fn retarget(&self, target: SocketAddr) {
        *hold(&self.0.target) = target;
    }

    /// What has passed so far.
    pub fn counts(&self) -> Counts {
        let tally = &self.0.tally;
        // Given before taken: then nothing can be given that was not yet taken, and the difference never wraps.
        let (bytes_up, bytes_down) = (tally.given_up.load(Relaxed), tally.given_down.load(Relaxed));
        let taken = tally.taken_up.load(Relaxed) + tally.taken_down.load(Relaxed);
        let on_the_way = tally.on_the_way.load(Relaxed);
        Counts {
            bytes_up,
            bytes_down,
            bytes_lost: taken.saturating_sub(bytes_up + bytes_down + on_the_way),
            connections: tally.connections.load(Relaxed),
            resets: tally.resets.load(Relaxed),
        }
    }
}

/// A line that is open until it is dropped.
pub struct Line {
    addr: SocketAddr,
    control: Control,
    close: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Opens a line to `target` at an address of the system's choice.
    pub fn open(target: SocketAddr, conditions: Conditions) -> io::Result<Self> {
        Line::open_at((Ipv4Addr::LOCALHOST, 0).into(), target, conditions)
    }

    /// The same at an address of the caller's choice.
    pub fn open_at(near: SocketAddr, target: SocketAddr, conditions: Conditions) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(async { listen(near) })?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            conditions: watch::Sender::new(conditions),
            reset: watch::Sender::new(0),
            narrow_up: Mutex::default(),
            narrow_down: Mutex::default(),
            opened: Instant::now(),
            tally: Tally::default(),
        });
        let (close, closed) = watch::channel(false);
        let control = Control(shared.clone());
        let thread = std::thread::Builder::new().name("line".into()).spawn(move || {
            runtime.block_on(serve(listener, shared, closed));
        })?;
        Ok(Line { addr, control, close, thread: Some(thread) })
    }

    /// Where to connect to.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What changes it and reads its counts.
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.close.send_replace(true);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn listen(near: SocketAddr) -> io::Result<TcpListener> {
    let socket = if near.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_recv_buffer_size(QUEUE_BYTES)?;
    socket.bind(near)?;
    socket.listen(BACKLOG)
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut closed: watch::Receiver<bool>) {
    tokio::spawn(reset_again_and_again(shared.clone()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = closed.changed() => return,
        };
        match accepted {
            Ok((near, _)) => {
                shared.tally.connections.fetch_add(1, Relaxed);
                tokio::spawn(connection::carry(near, shared.clone()));
            }
            // Out of file descriptors, most likely: connections that end make room.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Resets all connections when the conditions say so, and starts a new draw when they change what they say.
async fn reset_again_and_again(shared: Arc<Shared>) {
    let mut conditions = shared.conditions.subscribe();
    loop {
        let resets = conditions.borrow_and_update().resets.clone();
        let mut seeded = Seeded::new(resets.as_ref().map_or(0, |resets| resets.seed));
        loop {
            let next = async {
                match &resets {
                    Some(resets) => {
                        tokio::time::sleep(Duration::from_millis(seeded.within(&resets.after_ms))).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = next => shared.reset.send_modify(|times| *times += 1),
                changed = conditions.changed() => match changed {
                    Ok(()) if conditions.borrow_and_update().resets != resets => break,
                    Ok(()) => {}
                    Err(_) => return,
                },
            }
        }
    }
}
