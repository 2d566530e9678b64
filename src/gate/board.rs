//! What waits for the router, what is retained, and who has subscribed what.
//!
//! Everybody writes here without waiting; the pump of the current router takes the work. The queue is bounded: a
//! retained topic is in it once however often it changes, other messages drop the oldest when it is full. What nobody
//! has subscribed and is not retained never gets in.

use super::counters::{Counters, count};
use super::limits::Limits;
use super::router::{Built, Ended};
use super::topics::TopicFilter;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Messages, and bytes of them, that the pump hands over at once: below what the router keeps per filter by default.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 16 * 1024;

/// One message on its way: topic, payload, retain.
pub(crate) type Message = (Arc<str>, Bytes, bool);

/// What the pump has to do next.
pub(crate) enum Work {
    Attach(usize, oneshot::Sender<Built>),
    Detach(Ended),
    Publish(Vec<Message>),
    Pulse,
    /// Kill the router, for tests.
    Poison,
}

enum Queued {
    /// The newest payload of this topic, as in the retained state; none there any more means an empty one.
    Retained(Arc<str>),
    Once(Arc<str>, Bytes),
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<Queued>,
    queued_once: usize,
    queued_retained: HashSet<Arc<str>>,
    retained: BTreeMap<Arc<str>, Bytes>,
    /// Topics this router has seen; it never frees one.
    topics: HashSet<Arc<str>>,
    plain: HashMap<Box<str>, u32>,
    wild: Vec<(TopicFilter, u32)>,
    attach: VecDeque<oneshot::Sender<Built>>,
    detach: VecDeque<Ended>,
    free_slots: Vec<usize>,
    pulse: bool,
    poison: bool,
    /// No pulses, for tests: the router seems to hang.
    muted: bool,
    /// Which router is current; 0 is none.
    router: u64,
    stopped: bool,
}

/// See the module.
pub(crate) struct Board {
    inner: Mutex<Inner>,
    bell: Condvar,
    counters: Arc<Counters>,
    most_topics: usize,
    most_queued: usize,
}

/// What became of a message for the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Posted {
    Queued,
    /// Nobody has subscribed it.
    Skipped,
    TooManyTopics,
}

impl Board {
    pub(crate) fn new(limits: &Limits, counters: Arc<Counters>) -> Self {
        Self {
            inner: Mutex::default(),
            bell: Condvar::new(),
            counters,
            most_topics: limits.topics,
            most_queued: limits.publish_queue.max(1),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody has subscribed a filter that `topic` matches.
    pub(crate) fn is_wanted(&self, topic: &str) -> bool {
        self.lock().wanted(topic)
    }

    /// Takes a message (its topic checked already) for the router.
    pub(crate) fn post(&self, topic: &str, payload: Bytes, retain: bool) -> Posted {
        let mut inner = self.lock();
        // rumqttd clears what is retained on any empty publish, so one that is not retained must not reach it.
        let useless = !retain && (!inner.wanted(topic) || (payload.is_empty() && inner.retained.contains_key(topic)));
        if useless {
            count(&self.counters.publishes_skipped);
            return Posted::Skipped;
        }
        let topic = match inner.topics.get(topic) {
            Some(known) => Arc::clone(known),
            None if inner.topics.len() >= self.most_topics => {
                count(&self.counters.topics_refused);
                return Posted::TooManyTopics;
            }
            None => {
                let topic: Arc<str> = topic.into();
                inner.topics.insert(Arc::clone(&topic));
                topic
            }
        };
        if retain {
            if payload.is_empty() {
                inner.retained.remove(&topic);
            } else {
                inner.retained.insert(Arc::clone(&topic), payload);
            }
            if inner.queued_retained.insert(Arc::clone(&topic)) {
                inner.queue.push_back(Queued::Retained(topic));
            }
        } else {
            if inner.queued_once >= self.most_queued {
                inner.drop_oldest();
                count(&self.counters.publishes_dropped);
            }
            inner.queued_once += 1;
            inner.queue.push_back(Queued::Once(topic, payload));
        }
        drop(inner);
        self.bell.notify_one();
        Posted::Queued
    }

    /// What is retained under `filter` now.
    pub(crate) fn retained(&self, filter: &TopicFilter) -> Vec<(Arc<str>, Bytes)> {
        let inner = self.lock();
        inner.retained.iter().filter(|(topic, _)| filter.matches(topic)).map(|(t, p)| (t.clone(), p.clone())).collect()
    }

    /// One more subscriber of `filter`.
    pub(crate) fn interested(&self, filter: &TopicFilter) {
        let mut inner = self.lock();
        if filter.is_plain() {
            *inner.plain.entry(filter.as_str().into()).or_insert(0) += 1;
        } else if let Some((_, n)) = inner.wild.iter_mut().find(|(known, _)| known == filter) {
            *n += 1;
        } else {
            inner.wild.push((filter.clone(), 1));
        }
    }

    /// One subscriber of `filter` less.
    pub(crate) fn no_longer_interested(&self, filter: &TopicFilter) {
        let mut inner = self.lock();
        if filter.is_plain() {
            if let Some(n) = inner.plain.get_mut(filter.as_str()) {
                *n -= 1;
                if *n == 0 {
                    inner.plain.remove(filter.as_str());
                }
            }
        } else if let Some(at) = inner.wild.iter().position(|(known, _)| known == filter) {
            inner.wild[at].1 -= 1;
            if inner.wild[at].1 == 0 {
                inner.wild.swap_remove(at);
            }
        }
    }

    pub(crate) fn attach(&self, reply: oneshot::Sender<Built>) {
        self.lock().attach.push_back(reply);
        self.bell.notify_one();
    }

    pub(crate) fn detach(&self, ended: Ended) {
        self.lock().detach.push_back(ended);
        self.bell.notify_one();
    }

    pub(crate) fn pulse(&self) {
        let mut inner = self.lock();
        inner.pulse = !inner.muted;
        drop(inner);
        self.bell.notify_one();
    }

    pub(crate) fn mute(&self) {
        self.lock().muted = true;
    }

    pub(crate) fn poison(&self) {
        self.lock().poison = true;
        self.bell.notify_one();
    }

    /// A fresh router with ids for `slots` links: everything retained is queued for it. Returns its number.
    pub(crate) fn begin(&self, slots: usize) -> u64 {
        let mut inner = self.lock();
        inner.router += 1;
        inner.pulse = false;
        inner.poison = false;
        inner.muted = false;
        inner.free_slots = (0..slots).rev().collect();
        inner.queue.retain(|queued| matches!(queued, Queued::Once(..)));
        let topics: Vec<_> = inner.retained.keys().cloned().collect();
        inner.queued_retained = topics.iter().cloned().collect();
        let once = inner.queue.iter().filter_map(|q| match q {
            Queued::Once(topic, _) => Some(Arc::clone(topic)),
            Queued::Retained(_) => None,
        });
        inner.topics = once.chain(topics.iter().cloned()).collect();
        for topic in topics.into_iter().rev() {
            inner.queue.push_front(Queued::Retained(topic));
        }
        drop(inner);
        self.bell.notify_all();
        self.lock().router
    }

    /// The current router is dead: its pump ends, and work waits for the next one.
    pub(crate) fn end(&self) {
        self.lock().router += 1;
        self.bell.notify_all();
    }

    /// The id of a link of router `number` may be used again.
    pub(crate) fn free(&self, slot: usize, number: u64) {
        let mut inner = self.lock();
        if inner.router == number && !inner.free_slots.contains(&slot) {
            inner.free_slots.push(slot);
        }
    }

    pub(crate) fn is_current(&self, number: u64) -> bool {
        let inner = self.lock();
        inner.router == number && !inner.stopped
    }

    pub(crate) fn stop(&self) {
        let mut inner = self.lock();
        inner.stopped = true;
        inner.attach.clear();
        drop(inner);
        self.bell.notify_all();
    }

    /// Waits for work for router `number`; none when it is no longer the current one.
    pub(crate) fn next_work(&self, number: u64) -> Option<Work> {
        let mut inner = self.lock();
        loop {
            if inner.router != number || inner.stopped {
                return None;
            }
            if let Some(work) = inner.next() {
                return Some(work);
            }
            inner = self.bell.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Inner {
    fn wanted(&self, topic: &str) -> bool {
        self.plain.contains_key(topic) || self.wild.iter().any(|(filter, _)| filter.matches(topic))
    }

    fn drop_oldest(&mut self) {
        if let Some(at) = self.queue.iter().position(|queued| matches!(queued, Queued::Once(..))) {
            self.queue.remove(at);
            self.queued_once -= 1;
        }
    }

    fn next(&mut self) -> Option<Work> {
        if std::mem::take(&mut self.poison) {
            return Some(Work::Poison);
        }
        if std::mem::take(&mut self.pulse) {
            return Some(Work::Pulse);
        }
        if let Some(ended) = self.detach.pop_front() {
            return Some(Work::Detach(ended));
        }
        if let Some(reply) = self.attach.pop_front() {
            // Without a free id the asker hears that its reply was dropped, and closes its connection.
            if let Some(slot) = self.free_slots.pop() {
                return Some(Work::Attach(slot, reply));
            }
        }
        if self.queue.is_empty() {
            return None;
        }
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let (topic, payload, retain) = match self.queue.pop_front() {
                None => break,
                Some(Queued::Once(topic, payload)) => {
                    self.queued_once -= 1;
                    (topic, payload, false)
                }
                Some(Queued::Retained(topic)) => {
                    self.queued_retained.remove(&topic);
                    let payload = self.retained.get(&topic).cloned().unwrap_or_default();
                    (topic, payload, true)
                }
            };
            bytes += payload.len() + topic.len();
            batch.push((topic, payload, retain));
        }
        Some(Work::Publish(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(limits: Limits) -> Board {
        let board = Board::new(&limits, Arc::default());
        assert_eq!(board.begin(4), 1);
        board
    }

    fn published(board: &Board) -> Vec<(String, Bytes, bool)> {
        match board.next_work(1) {
            Some(Work::Publish(batch)) => batch.into_iter().map(|(t, p, r)| (t.to_string(), p, r)).collect(),
            _ => panic!("no publish is waiting"),
        }
    }

    #[test]
    fn what_nobody_subscribed_is_skipped_unless_it_is_retained() {
        let board = board(Limits::default());
        let receipts = TopicFilter::new("receipt/+").unwrap();
        assert_eq!(board.post("receipt/a", "x".into(), false), Posted::Skipped);
        board.interested(&receipts);
        board.interested(&receipts);
        board.no_longer_interested(&receipts);
        assert_eq!(board.post("receipt/a", "x".into(), false), Posted::Queued);
        board.no_longer_interested(&receipts);
        assert_eq!(board.post("receipt/a", "x".into(), false), Posted::Skipped);
        assert_eq!(board.post("state/a", "y".into(), true), Posted::Queued);
        assert_eq!(published(&board).len(), 2);
    }

    #[test]
    fn a_retained_topic_is_queued_once_with_its_newest_payload() {
        let board = board(Limits::default());
        for n in 0..100 {
            board.post("state/a", n.to_string().into(), true);
        }
        assert_eq!(published(&board), vec![("state/a".into(), "99".into(), true)]);
    }

    #[test]
    fn a_full_queue_drops_the_oldest_that_is_not_retained() {
        let board = board(Limits { publish_queue: 2, ..Limits::default() });
        board.interested(&TopicFilter::new("#").unwrap());
        board.post("state/a", "s".into(), true);
        for n in 0..3 {
            board.post("receipt/a", n.to_string().into(), false);
        }
        let seen: Vec<_> = published(&board).into_iter().map(|(_, payload, _)| payload).collect();
        assert_eq!(seen, ["s", "1", "2"].map(Bytes::from));
        assert_eq!(board.counters.publishes_dropped.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    #[test]
    fn topics_are_taken_at_their_limit_and_refused_past_it() {
        let board = board(Limits { topics: 2, ..Limits::default() });
        for topic in ["state/a", "state/b", "state/a"] {
            assert_eq!(board.post(topic, "x".into(), true), Posted::Queued);
        }
        assert_eq!(board.post("state/c", "x".into(), true), Posted::TooManyTopics);
    }

    #[test]
    fn a_fresh_router_gets_all_that_is_retained_and_nothing_that_was_cleared() {
        let board = board(Limits::default());
        board.post("state/a", "1".into(), true);
        board.post("state/b", "2".into(), true);
        published(&board);
        board.post("state/b", Bytes::new(), true);
        assert_eq!(board.begin(4), 2);
        assert!(board.next_work(1).is_none(), "the old pump is told to end");
        let Some(Work::Publish(batch)) = board.next_work(2) else { panic!() };
        assert_eq!(batch, vec![(Arc::from("state/a"), Bytes::from("1"), true)]);
    }

    #[test]
    fn an_empty_message_that_is_not_retained_never_clears_what_is() {
        let board = board(Limits::default());
        board.interested(&TopicFilter::new("#").unwrap());
        board.post("state/a", "1".into(), true);
        assert_eq!(board.post("state/a", Bytes::new(), false), Posted::Skipped);
    }
}
