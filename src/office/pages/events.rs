//! `GET /api/events`: what happens, told to each page that listens, as server-sent events.
//!
//! One task a page: it waits until its reader takes what was told before, so that a slow one holds nothing but its place ([`super::feed`]).
//! It ends with its session, with its reader, and with the office.

use super::feed::{Event, Feed, Place, written};
use super::sessions::SessionKey;
use super::{Desk, Question, Role, Route, Whose};
use crate::passwords::{self, NoHash};
use crate::web::{Fault, Query, Reply, StatusCode};
use bytes::Bytes;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::time;

/// Pages of one session.
const OF_ONE: usize = 4;
/// Pages in all.
const IN_ALL: usize = 64;
/// A word so that nobody on the way thinks the connection dead.
const WORD_EVERY: Duration = Duration::from_secs(15);
/// How often it is looked whether the session goes on.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Where a browser is to go on from, in a header.
const LAST: &str = "Last-Event-ID";

pub(super) const ROUTES: &[Route] = &[("GET", "/api/events", Whose::Of(Role::Look), Desk::events)];

struct Inner {
    feed: Feed,
    here: HashMap<SessionKey, usize>,
}

/// Who listens, and what they are told.
pub(super) struct Listeners {
    inner: Mutex<Inner>,
    /// Counts what was told.
    told: watch::Sender<u64>,
    stop: watch::Sender<bool>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    OfOne,
    InAll,
}

/// A page's place; given back when dropped.
struct Seat {
    listeners: Arc<Listeners>,
    session: SessionKey,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = self.listeners.lock();
        if let Some(pages) = inner.here.get_mut(&self.session) {
            *pages -= 1;
            if *pages == 0 {
                inner.here.remove(&self.session);
            }
        }
    }
}

impl Listeners {
    pub(super) fn new() -> Result<Self, NoHash> {
        let feed = Feed::new(u32::from_be_bytes(passwords::random()?));
        let inner = Mutex::new(Inner { feed, here: HashMap::new() });
        Ok(Self { inner, told: watch::Sender::new(0), stop: watch::Sender::new(false) })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more page, and where it is among the events.
    fn sit(self: &Arc<Self>, session: SessionKey) -> Result<(Seat, Place), Full> {
        let mut inner = self.lock();
        let (all, pages) = (inner.here.values().sum::<usize>(), inner.here.get(&session).copied().unwrap_or(0));
        if pages >= OF_ONE {
            return Err(Full::OfOne);
        }
        if all >= IN_ALL {
            return Err(Full::InAll);
        }
        inner.here.insert(session, pages + 1);
        Ok((Seat { listeners: Arc::clone(self), session }, inner.feed.now()))
    }

    /// Whether anybody listens.
    pub(super) fn is_any(&self) -> bool {
        !self.lock().here.is_empty()
    }

    /// Nobody listened, and nobody looked.
    pub(super) fn forget(&self) {
        self.lock().feed.forget();
    }

    /// Hears the word to stop.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

impl Desk {
    /// Tells every page that listens.
    pub(in crate::office) fn tell(&self, event: Event) {
        self.listeners.lock().feed.tell(event);
        self.listeners.told.send_modify(|told| *told += 1);
    }

    /// Hangs up on every page that listens.
    pub(in crate::office) fn close(&self) {
        self.listeners.stop.send_replace(true);
    }

    fn events(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let session = question.member()?.session;
        let (seat, now) = self.listeners.sit(session).map_err(|full| match full {
            Full::OfOne => {
                let rule = format!("a session has at most {OF_ONE} pages that listen");
                Fault::later(StatusCode::TOO_MANY_REQUESTS, None, rule, 15)
            }
            Full::InAll => Fault::not_now(format!("at most {IN_ALL} pages listen at once")),
        })?;
        // What cannot be read is no place of ours.
        let at = question.asked.header(LAST).map_or(now, |last| last.parse().unwrap_or(Place::NOWHERE));
        let (pieces, reply) = mpsc::channel(1);
        let (roll, sessions) = (self.roll.clone(), self.sessions.clone());
        let goes_on = move || {
            let users = roll.now();
            sessions.goes_on(session, Instant::now(), |name| users.get(name))
        };
        self.runtime.spawn(speak(seat, goes_on, at, pieces));
        Ok(Reply::events(reply))
    }
}

/// Tells one page what happens, for as long as its session goes on.
async fn speak(seat: Seat, goes_on: impl Fn() -> bool, mut at: Place, pieces: mpsc::Sender<Bytes>) {
    let (mut told, mut stop) = (seat.listeners.told.subscribe(), seat.listeners.stopping());
    // The page knows that it is heard, and comes again soon where it is cut off.
    let mut next = Some("retry: 3000\n\n".to_owned());
    let mut word_at = time::Instant::now() + WORD_EVERY;
    let mut look_at = time::Instant::now() + LOOK_EVERY;
    loop {
        if let Some(text) = next.take() {
            word_at = time::Instant::now() + WORD_EVERY;
            tokio::select! {
                sent = pieces.send(text.into()) => if sent.is_err() { return },
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
        if time::Instant::now() >= look_at {
            look_at = time::Instant::now() + LOOK_EVERY;
            if !goes_on() {
                let end = written(at, "session", &json!({ "ended": true }));
                let _ = pieces.send(end.into()).await;
                return;
            }
        }
        told.mark_unchanged();
        let missed = seat.listeners.lock().feed.after(at);
        if let Some((text, then)) = missed {
            (next, at) = (Some(text), then);
            continue;
        }
        tokio::select! {
            _ = told.changed() => {}
            () = time::sleep_until(word_at) => next = Some(":\n\n".to_owned()),
            () = time::sleep_until(look_at) => {}
            () = pieces.closed() => return,
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sessions::key_of;
    use super::*;

    #[test]
    fn pages_listen_up_to_both_limits_and_give_their_places_back() {
        let listeners = Arc::new(Listeners::new().unwrap());
        let sit = |session: usize| listeners.sit(key_of(&session.to_string())).map(|(seat, _)| seat);
        assert!(!listeners.is_any());
        let mut here: Vec<Seat> = (0..IN_ALL).map(|n| sit(n / OF_ONE).ok().unwrap()).collect();
        assert_eq!((sit(0).err(), sit(1_000).err()), (Some(Full::OfOne), Some(Full::InAll)));
        here.pop();
        here.push(sit(1_000).ok().unwrap());
        assert_eq!(sit(1_001).err(), Some(Full::InAll));
        drop(here);
        assert!(!listeners.is_any() && listeners.lock().here.is_empty());
    }
}
