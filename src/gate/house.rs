//! What all connections of a gate share: limits, the owner's two traits, who is connected, who is still at the door.

use super::board::Board;
use super::codec::FrameLimits;
use super::counters::{Counters, count};
use super::desk::Desk;
use super::doorkeeper::{Doorkeeper, Pass};
use super::limits::{CONNECT_BYTES, Limits, SUBSCRIBE_BYTES};
use super::window::{Account, End, SharedAccount, Window};
use crate::domain::id::DeviceId;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

struct Guest {
    number: u64,
    pass: Arc<Pass>,
    window: Arc<Window>,
}

/// See the module.
pub(crate) struct House {
    pub(crate) limits: Limits,
    pub(crate) frames: FrameLimits,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) doorkeeper: Arc<dyn Doorkeeper>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) board: Arc<Board>,
    guests: Mutex<HashMap<DeviceId, Guest>>,
    accounts: Mutex<HashMap<DeviceId, SharedAccount>>,
    pending: Mutex<BTreeMap<u64, AbortHandle>>,
    numbers: AtomicU64,
    /// Somebody left.
    left: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    pub(crate) fn new(
        limits: Limits,
        desk: Arc<dyn Desk>,
        doorkeeper: Arc<dyn Doorkeeper>,
        counters: Arc<Counters>,
        board: Arc<Board>,
    ) -> Self {
        let frames = FrameLimits { publish: limits.packet_bytes, connect: CONNECT_BYTES, subscribe: SUBSCRIBE_BYTES };
        Self {
            limits,
            frames,
            desk,
            doorkeeper,
            counters,
            board,
            guests: Mutex::default(),
            accounts: Mutex::default(),
            pending: Mutex::default(),
            numbers: AtomicU64::new(1),
            left: Notify::new(),
        }
    }

    /// Starts the task of a fresh socket, and drops the oldest that has not logged in when there are too many.
    pub(crate) fn knock(self: &Arc<Self>, task: impl FnOnce(AtTheDoor) -> AbortHandle) {
        count(&self.counters.accepted);
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut pending = lock(&self.pending);
        while pending.len() >= self.limits.pending.max(1) {
            if let Some((_, oldest)) = pending.pop_first() {
                oldest.abort();
            }
        }
        // The lock is held until the task is listed, so that it cannot take itself off before.
        let handle = task(AtTheDoor { house: Arc::clone(self), number, welcome: false });
        pending.insert(number, handle);
    }

    /// Drops the oldest socket that has not logged in; for when the system has no more file descriptors.
    pub(crate) fn drop_oldest_pending(&self) {
        if let Some((_, oldest)) = lock(&self.pending).pop_first() {
            oldest.abort();
        }
    }

    /// Lists a connection that logged in; one with the same name is told to end. `None`: the house is full.
    pub(crate) fn enter(self: &Arc<Self>, pass: Arc<Pass>) -> Option<Visit> {
        let account = {
            let mut accounts = lock(&self.accounts);
            let fresh = || Arc::new(Mutex::new(Account::new(&self.limits, Instant::now())));
            Arc::clone(accounts.entry(pass.device.clone()).or_insert_with(fresh))
        };
        let window = Arc::new(Window::new(account));
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let guest = Guest { number, pass: Arc::clone(&pass), window: Arc::clone(&window) };
        let mut guests = lock(&self.guests);
        if guests.len() >= self.limits.connections && !guests.contains_key(&pass.device) {
            return None;
        }
        if let Some(before) = guests.insert(pass.device.clone(), guest) {
            before.window.end(End::Takeover);
        }
        self.counters.connected.store(guests.len() as u64, Ordering::Relaxed);
        Some(Visit { house: Arc::clone(self), pass, window, number })
    }

    /// Ends the connections of logins that are no longer welcome.
    pub(crate) fn check_guests(&self) {
        for guest in lock(&self.guests).values() {
            if !self.doorkeeper.still_welcome(&guest.pass) {
                guest.window.end(End::LoginRemoved);
            }
        }
    }

    /// Ends every connection, and waits until all have left.
    pub(crate) async fn empty(&self) {
        for (_, task) in std::mem::take(&mut *lock(&self.pending)) {
            task.abort();
        }
        loop {
            let left = self.left.notified();
            {
                let guests = lock(&self.guests);
                if guests.is_empty() {
                    return;
                }
                for guest in guests.values() {
                    guest.window.end(End::Shutdown);
                }
            }
            left.await;
        }
    }
}

/// A socket that has not logged in yet.
pub(crate) struct AtTheDoor {
    house: Arc<House>,
    number: u64,
    welcome: bool,
}

impl AtTheDoor {
    pub(crate) fn house(&self) -> &Arc<House> {
        &self.house
    }

    /// It has logged in: it is no longer among those that may be dropped.
    pub(crate) fn welcome(mut self) {
        self.welcome = true;
    }
}

impl Drop for AtTheDoor {
    fn drop(&mut self) {
        lock(&self.house.pending).remove(&self.number);
        if !self.welcome {
            count(&self.house.counters.pending_dropped);
        }
    }
}

/// A connection that is logged in; it leaves when this is dropped.
pub(crate) struct Visit {
    pub(crate) house: Arc<House>,
    pub(crate) pass: Arc<Pass>,
    pub(crate) window: Arc<Window>,
    number: u64,
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut guests = lock(&self.house.guests);
        if guests.get(&self.pass.device).is_some_and(|guest| guest.number == self.number) {
            guests.remove(&self.pass.device);
        }
        self.house.counters.connected.store(guests.len() as u64, Ordering::Relaxed);
        drop(guests);
        self.house.left.notify_waiters();
    }
}
