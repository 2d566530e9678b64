//! Master data in a conversation: what the office gives and a box takes, beside records and in the same envelopes.
//!
//! In come messages and moments; into messages go rows and cursors. Journals come first: rows go only while no record waits.
//! [`crate::sync::rows`] decides, [`crate::rows`] keeps.

use super::{Rejected, acks};
use crate::domain::id::{Generation, SiteId};
use crate::rows::{BoxRows, OfficeRows};
use crate::sync::rows::{Feed, Follow, RowRules};
use crate::wire::message::Message;
use crate::wire::rows::{Cursor, Delta};
use std::path::PathBuf;
use std::sync::Arc;

/// Most bytes of rows in a file on a stick, before compression. With names and versions it stays below what a message may have.
pub const STICK_BYTES: usize = 768 * 1024;

/// This end's part in master data.
pub enum Master {
    /// It has none.
    None,
    /// It gives: the table, and the file that remembers how far the peer is.
    Gives(Arc<OfficeRows>, PathBuf),
    /// It takes.
    Takes(Box<BoxRows>),
}

/// The part, with its state.
pub(super) enum Part {
    None,
    Gives { rows: Arc<OfficeRows>, feed: Feed, path: PathBuf },
    Takes { rows: Box<BoxRows>, follow: Follow },
}

/// Rows for a stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowsExtent {
    /// Of which table.
    pub generation: Generation,
    /// After which version.
    pub from: u64,
    /// Up to which.
    pub through: u64,
}

impl RowsExtent {
    fn of(delta: &Delta) -> Self {
        Self { generation: delta.generation, from: delta.from, through: delta.through }
    }
}

/// Of the files with rows that lie on a stick, each in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// It brings nothing any more.
    pub done: Vec<bool>,
    /// It goes on from the one before, or from what the peer has.
    pub joins: Vec<bool>,
    /// Up to where those go that join.
    pub written: Option<u64>,
}

/// What a message says beside records and acks.
pub(super) struct Said {
    rows: Option<Delta>,
    cursor: Option<Cursor>,
    /// It counts as a word of the session that is open.
    answers: bool,
    has_hello: bool,
}

impl Said {
    /// Takes it out of the message.
    pub(super) fn of(message: &mut Message, answers: bool) -> Self {
        let has_hello = message.hello.is_some();
        Self { rows: message.rows.take(), cursor: message.cursor.take(), answers, has_hello }
    }
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// On a road that is open; the link is settled, or not.
    Live(bool),
    /// By hand.
    ByHand,
}

impl Part {
    pub(super) fn new(master: Master) -> Self {
        match master {
            Master::None => Self::None,
            Master::Gives(rows, path) => {
                let mut feed = Feed::new(RowRules::default());
                if let Some(cursor) = acks::load(&path) {
                    feed.remember(cursor);
                }
                Self::Gives { rows, feed, path }
            }
            Master::Takes(rows) => Self::Takes { follow: Follow::new(rows.cursor()), rows },
        }
    }

    pub(super) fn connected(&mut self) {
        match self {
            Self::None => {}
            Self::Gives { feed, .. } => feed.connected(),
            Self::Takes { follow, .. } => follow.asked(),
        }
    }

    pub(super) fn disconnected(&mut self) {
        if let Self::Gives { feed, .. } = self {
            feed.disconnected();
        }
    }

    /// Takes in what a message of `site` said. What it brought is durable when this returns; how many rows that were.
    pub(super) fn hear(&mut self, now_ms: u64, site: &SiteId, said: Said, way: Way) -> Result<u64, Rejected> {
        let Said { rows: delta, cursor, answers, has_hello } = said;
        match self {
            Self::None => {}
            Self::Gives { rows, feed, .. } => {
                let is_foreign = match (way, cursor) {
                    (Way::Live(true), Some(cursor)) if answers => {
                        rows.of(site, |table| feed.hear(now_ms, cursor, table))
                    }
                    (Way::ByHand, Some(cursor)) => rows.of(site, |table| feed.hear_carried(cursor, table)),
                    _ => false,
                };
                if let Some(cursor) = cursor.filter(|_| is_foreign) {
                    rows.renew_for(site, cursor.generation)?;
                }
            }
            Self::Takes { rows, follow } => {
                if has_hello && way != Way::ByHand {
                    follow.asked();
                }
                let Some(change) = delta.and_then(|delta| follow.hear(delta)) else { return Ok(0) };
                let (count, cursor) = (change.rows.len() as u64, change.cursor);
                rows.apply(change)?;
                follow.stored(cursor);
                return Ok(count);
            }
        }
        Ok(0)
    }

    /// Adds to what is about to be said, or says something alone. `may_go` where the peer answers and no record waits; `echo` is
    /// the nonce by which it knows what is said in its session.
    pub(super) fn add(
        &mut self,
        now_ms: u64,
        site: &SiteId,
        message: &mut Option<Message>,
        settled: bool,
        may_go: bool,
        echo: Option<u64>,
    ) {
        match self {
            Self::None => {}
            Self::Gives { rows, feed, .. } => {
                match settled {
                    true => feed.settled(now_ms),
                    false => feed.unsettled(),
                }
                if !may_go || message.as_ref().is_some_and(|message| !message.batch.is_empty()) {
                    return;
                }
                if let Some(delta) = rows.of(site, |table| feed.poll(now_ms, table)) {
                    message.get_or_insert_default().rows = Some(delta);
                }
            }
            Self::Takes { follow, .. } => {
                let Some(cursor) = follow.due() else { return };
                // Alone it is said only where the peer will know it for a word of this session: else it would stay due, and be said for ever.
                if message.is_none() && (!settled || echo.is_none()) {
                    return;
                }
                let message = message.get_or_insert_default();
                message.cursor = Some(cursor);
                message.echo = echo;
                if message.echo.is_some() {
                    follow.said();
                }
            }
        }
    }

    /// When [`Part::add`] has something to say though nothing happens before.
    pub(super) fn wake_ms(&self, may_go: bool) -> Option<u64> {
        match self {
            Self::Gives { feed, .. } if may_go => feed.wake_ms(),
            _ => None,
        }
    }

    /// The cursor, for a word that is carried by hand.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        match self {
            Self::Takes { follow, .. } => Some(follow.cursor()),
            _ => None,
        }
    }

    /// What becomes of each file with rows that lies on a stick.
    pub(super) fn lying(&self, site: &SiteId, lying: &[RowsExtent]) -> Lying {
        let Self::Gives { rows, feed, .. } = self else {
            return Lying { done: vec![true; lying.len()], joins: vec![false; lying.len()], written: None };
        };
        rows.of(site, |table| {
            let begins = feed.begins(table);
            let done: Vec<bool> = lying.iter().map(|rows| feed.is_done(rows.generation, rows.through, table)).collect();
            let mut joins = vec![false; lying.len()];
            let mut order: Vec<usize> = (0..lying.len()).filter(|i| !done[*i]).collect();
            order.sort_by_key(|i| lying[*i]);
            let mut at = begins;
            for i in order {
                joins[i] = lying[i].from <= at && lying[i].through > at;
                at = if joins[i] { lying[i].through } else { at };
            }
            Lying { done, joins, written: (at > begins).then_some(at) }
        })
    }

    /// The next rows for a stick on which they go up to `written`.
    pub(super) fn parcel(&self, site: &SiteId, written: Option<u64>) -> Option<(RowsExtent, Message)> {
        let Self::Gives { rows, feed, .. } = self else { return None };
        let delta = rows.of(site, |table| feed.parcel(written, STICK_BYTES, table))?;
        Some((RowsExtent::of(&delta), Message { rows: Some(delta), ..Message::default() }))
    }

    /// Remembers how far the peer is.
    pub(super) fn save(&self) -> std::io::Result<()> {
        match self {
            Self::Gives { feed, path, .. } => feed.peer().map_or(Ok(()), |cursor| acks::save(path, &cursor)),
            _ => Ok(()),
        }
    }

    pub(super) fn taken(&self) -> Option<&BoxRows> {
        match self {
            Self::Takes { rows, .. } => Some(rows),
            _ => None,
        }
    }

    pub(super) fn peer_cursor(&self) -> Option<Cursor> {
        match self {
            Self::Gives { feed, .. } => feed.peer(),
            _ => None,
        }
    }
}
