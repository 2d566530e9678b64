//! The publishes of one connection that wait for their answers, in the order in which they came.
//!
//! The connection's task pushes and drains; answers come from any thread. One short lock per answer, and one wake-up
//! of the task however many answers became ready since it last looked.

use super::desk::Answer;
use super::limits::{Bucket, Limits};
use futures_util::task::AtomicWaker;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Waker;
use std::time::{Duration, Instant};

/// Why a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Takeover,
    Shutdown,
    LoginRemoved,
    Router,
    OverQuota,
    /// The desk could not record: end after the pause.
    Unavailable,
}

/// What the gate remembers of a login over all of its connections.
#[derive(Debug)]
pub(crate) struct Account {
    packets: Bucket,
    bytes: Bucket,
    /// When this minute of refusals began, and how many it has seen.
    refusals: (Instant, u32),
    refusals_per_minute: u32,
    /// Since when it has been over its rate without a break.
    over_since: Option<Instant>,
}

/// The window in which refusals are counted.
const REFUSAL_PERIOD: Duration = Duration::from_secs(60);

impl Account {
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            packets: Bucket::new(limits.packets_per_second, limits.packets_burst, now),
            bytes: Bucket::new(limits.bytes_per_second, limits.bytes_burst, now),
            refusals: (now, 0),
            refusals_per_minute: limits.refusals_per_minute,
            over_since: None,
        }
    }

    /// Counts packets of `bytes` in all; says how long to rest, and for how long the device has been over its rate.
    pub(crate) fn spend(&mut self, packets: usize, bytes: usize, now: Instant) -> (Duration, Duration) {
        let rest = self.packets.take(packets as f64, now).max(self.bytes.take(bytes as f64, now));
        if rest.is_zero() {
            self.over_since = None;
            return (rest, Duration::ZERO);
        }
        let since = *self.over_since.get_or_insert(now);
        (rest, now.saturating_duration_since(since))
    }

    fn claim_refusal(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.refusals.0) >= REFUSAL_PERIOD {
            self.refusals = (now, 0);
        }
        self.refusals.1 = self.refusals.1.saturating_add(1);
        self.refusals.1 <= self.refusals_per_minute
    }
}

/// A login's account, shared by its connections, old and new.
pub(crate) type SharedAccount = Arc<Mutex<Account>>;

#[derive(Debug, Clone, Copy)]
enum State {
    Waiting,
    /// PUBACK with this reason code.
    Ready(u8),
    /// No PUBACK, ever.
    Silent,
}

#[derive(Debug)]
struct Slot {
    /// 0: there is nothing to send for it.
    packet_id: u16,
    state: State,
}

#[derive(Debug, Default)]
struct Inner {
    slots: VecDeque<Slot>,
    /// Number of the first slot.
    first: u64,
    end: Option<End>,
    /// The task was woken and has not looked since.
    woken: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Window {
    inner: Mutex<Inner>,
    waker: AtomicWaker,
    account: SharedAccount,
}

impl Window {
    pub(crate) fn new(account: SharedAccount) -> Self {
        Self { inner: Mutex::default(), waker: AtomicWaker::new(), account }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A place for one publish; `packet_id` 0 where nothing is to be sent for it.
    pub(crate) fn push(self: &Arc<Self>, packet_id: u16) -> Answer {
        let mut inner = self.lock();
        inner.slots.push_back(Slot { packet_id, state: State::Waiting });
        let seq = inner.first + inner.slots.len() as u64 - 1;
        drop(inner);
        Answer::new(Arc::clone(self), seq)
    }

    /// Publishes that wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().slots.len()
    }

    pub(crate) fn answer(&self, seq: u64, code: Option<u8>) {
        let mut inner = self.lock();
        let Some(slot) = seq.checked_sub(inner.first).and_then(|at| inner.slots.get_mut(at as usize)) else { return };
        slot.state = match code {
            Some(code) => State::Ready(code),
            None => State::Silent,
        };
        if code.is_none() {
            inner.end.get_or_insert(End::Unavailable);
        }
        let wake = (seq == inner.first || code.is_none()) && !std::mem::replace(&mut inner.woken, true);
        drop(inner);
        if wake {
            self.waker.wake();
        }
    }

    /// Tells the connection to end.
    pub(crate) fn end(&self, why: End) {
        let mut inner = self.lock();
        match inner.end {
            None | Some(End::Unavailable) => inner.end = Some(why),
            Some(_) => return,
        }
        inner.woken = true;
        drop(inner);
        self.waker.wake();
    }

    pub(crate) fn claim_refusal(&self) -> bool {
        let allowed = self.account().claim_refusal(Instant::now());
        if !allowed {
            self.end(End::OverQuota);
        }
        allowed
    }

    /// Whether something happened since the last [`Window::drain`]; registers the waker in any case.
    pub(crate) fn poll_woken(&self, waker: &Waker) -> bool {
        self.waker.register(waker);
        self.lock().woken
    }

    /// Gives the answers at the front, in order, to `write`; then says whether the connection has to end.
    pub(crate) fn drain(&self, mut write: impl FnMut(u16, u8)) -> Option<End> {
        let mut inner = self.lock();
        inner.woken = false;
        while let Some(slot) = inner.slots.front() {
            match slot.state {
                State::Waiting => break,
                State::Ready(code) if slot.packet_id != 0 => write(slot.packet_id, code),
                State::Ready(_) | State::Silent => {}
            }
            inner.slots.pop_front();
            inner.first += 1;
        }
        inner.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::desk::RefusalCode;

    fn window(limits: &Limits) -> Arc<Window> {
        Arc::new(Window::new(Arc::new(Mutex::new(Account::new(limits, Instant::now())))))
    }

    fn drained(window: &Window) -> (Vec<(u16, u8)>, Option<End>) {
        let mut out = Vec::new();
        let end = window.drain(|id, code| out.push((id, code)));
        (out, end)
    }

    #[test]
    fn answers_leave_in_the_order_of_the_publishes() {
        let window = window(&Limits::default());
        let [a, b, c, d] = [7, 0, 9, 10].map(|id| window.push(id));
        c.recorded();
        assert_eq!(drained(&window), (vec![], None));
        b.recorded();
        a.refused_recorded(RefusalCode::NotAuthorized);
        assert_eq!(drained(&window), (vec![(7, 0x87), (9, 0)], None));
        assert_eq!(window.len(), 1);
        d.recorded();
        assert_eq!(drained(&window), (vec![(10, 0)], None));
        assert_eq!(window.len(), 0);
    }

    #[test]
    fn a_dropped_answer_sends_nothing_and_ends_the_connection() {
        let window = window(&Limits::default());
        let [a, b] = [1, 2].map(|id| window.push(id));
        drop(a);
        b.recorded();
        assert_eq!(drained(&window), (vec![(2, 0)], Some(End::Unavailable)));
    }

    #[test]
    fn the_quota_of_refusals_ends_the_connection_past_its_edge() {
        let window = window(&Limits { refusals_per_minute: 2, ..Limits::default() });
        let answer = window.push(1);
        assert!(answer.claim_refusal() && answer.claim_refusal());
        assert_eq!(drained(&window).1, None);
        assert!(!answer.claim_refusal());
        drop(answer);
        assert_eq!(drained(&window), (vec![], Some(End::OverQuota)));
    }

    #[test]
    fn an_account_says_for_how_long_it_was_over_its_rate() {
        let limits = Limits { packets_per_second: 10.0, packets_burst: 1.0, ..Limits::default() };
        let start = Instant::now();
        let mut account = Account::new(&limits, start);
        assert_eq!(account.spend(1, 10, start).0, Duration::ZERO);
        assert_eq!(account.spend(1, 10, start), (Duration::from_millis(100), Duration::ZERO));
        let later = start + Duration::from_millis(50);
        assert_eq!(account.spend(1, 10, later).1, Duration::from_millis(50));
        let rested = start + Duration::from_secs(5);
        assert_eq!(account.spend(1, 10, rested), (Duration::ZERO, Duration::ZERO));
    }
}
