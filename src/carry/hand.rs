//! How a stick's thread reaches whoever owns the conversation, and what it may ask.

use super::Stopped;
use super::import::Took;
use crate::domain::record::{Extent, Span};
use crate::exchange::{Exchange, Lying, RowsExtent, Sealed};
use crate::journal::ReadError;

use crate::wire::envelope::Header;
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// A whole parcel of ours that lies on a stick.
#[derive(Clone, Debug)]
pub struct Written {
    /// Which records are in it.
    pub extent: Extent,
    /// By which keys it is sealed.
    pub header: Header,
}

/// What becomes of a parcel that lies on a stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The peer lacks it, as far as is known: it stays.
    Stays,
    /// The peer has it: it makes room.
    Done,
    /// It is sealed by a key that was replaced: it makes room once another carries what is in it.
    Replaced,
}

/// What is owed beside what lies on the stick.
#[derive(Debug, Default)]
pub struct Owed {
    /// For each parcel that was asked about.
    pub fates: Vec<Fate>,
    /// How many records are not acked, those on the stick among them.
    pub unacked: u64,
    /// What is still to be written.
    pub spans: VecDeque<Span>,
}

/// A whole file of ours with rows that lies on a stick.
#[derive(Clone, Debug)]
pub struct WrittenRows {
    /// Which rows are in it.
    pub extent: RowsExtent,
    /// By which keys it is sealed.
    pub header: Header,
}

/// What becomes of the rows that lie on the stick.
#[derive(Debug, Default)]
pub struct OwedRows {
    /// For each file that was asked about.
    pub fates: Vec<Fate>,
    /// Up to where those go that stay.
    pub written: Option<u64>,
}

/// The next parcel, and what is still to be written after it.
#[derive(Debug)]
pub struct Packed {
    /// None where nothing was left, or where there is nobody to seal it to.
    pub sealed: Option<Sealed>,
    /// The rest.
    pub rest: VecDeque<Span>,
}

/// What is asked.
pub enum Ask {
    /// Take in an envelope that was carried by hand.
    Take {
        /// As it lay there.
        envelope: Vec<u8>,
        /// What it brought, durable by then, or why it was refused.
        reply: oneshot::Sender<Result<Took, String>>,
    },
    /// What is owed, where these lie on the stick already.
    Owed {
        /// Each of ours.
        written: Vec<Written>,
        /// The answer.
        reply: oneshot::Sender<Owed>,
    },
    /// Seal the next parcel.
    Parcel {
        /// What is still to be written.
        owed: VecDeque<Span>,
        /// The answer.
        reply: oneshot::Sender<Result<Packed, ReadError>>,
    },
    /// What becomes of rows that lie on the stick.
    OwedRows {
        /// Each of ours.
        written: Vec<WrittenRows>,
        /// The answer.
        reply: oneshot::Sender<OwedRows>,
    },
    /// Seal the next rows of master data.
    Rows {
        /// Up to where they go on the stick.
        written: Option<u64>,
        /// The answer; none where nothing is left.
        reply: oneshot::Sender<Option<(RowsExtent, Vec<u8>)>>,
    },
    /// Seal the word that goes beside parcels; none where there is nobody to seal it to.
    Word {
        /// The envelope.
        reply: oneshot::Sender<Option<Vec<u8>>>,
    },
}

/// Whoever owns a conversation and answers for it.
pub trait Owner {
    /// The conversation.
    fn exchange(&mut self) -> &mut Exchange;

    /// The own time where others may set a clock by it.
    fn clock_ms(&self) -> Option<i64>;

    /// Takes in an envelope that was carried by hand, and does all that follows from it.
    fn take(&mut self, envelope: &[u8]) -> Result<Took, String>;

    /// Answers. Whoever asked and did not wait is not missed.
    fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Take { envelope, reply } => drop(reply.send(self.take(&envelope))),
            Ask::Owed { written, reply } => drop(reply.send(owed(self.exchange(), &written))),
            Ask::Parcel { owed: mut rest, reply } => {
                let sealed = self.exchange().parcel(&mut rest);
                drop(reply.send(sealed.map(|sealed| Packed { sealed, rest })));
            }
            Ask::OwedRows { written, reply } => drop(reply.send(owed_rows(self.exchange(), &written))),
            Ask::Rows { written, reply } => drop(reply.send(self.exchange().rows_parcel(written))),
            Ask::Word { reply } => {
                let clock_ms = self.clock_ms();
                drop(reply.send(self.exchange().word(clock_ms)));
            }
        }
    }
}

fn owed(exchange: &Exchange, written: &[Written]) -> Owed {
    let outbox = exchange.link().outbox();
    let fate = |parcel: &Written| match () {
        () if outbox.is_done(parcel.extent) => Fate::Done,
        () if !exchange.is_sealed_for_now(&parcel.header) => Fate::Replaced,
        () => Fate::Stays,
    };
    let fates: Vec<Fate> = written.iter().map(fate).collect();
    let staying = written.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Stays);
    let staying: Vec<Extent> = staying.map(|(parcel, _)| parcel.extent).collect();
    // A peer that nobody has vouched for gets no records by hand either, and one without a key cannot get any.
    match exchange.link().is_held_back() || !exchange.has_peer_key() {
        true => Owed { fates, ..Owed::default() },
        false => Owed { fates, unacked: outbox.unacked(), spans: outbox.owed(&staying) },
    }
}

fn owed_rows(exchange: &Exchange, written: &[WrittenRows]) -> OwedRows {
    let sealed: Vec<bool> = written.iter().map(|rows| exchange.is_sealed_for_now(&rows.header)).collect();
    let ours = |(rows, sealed): (&WrittenRows, &bool)| sealed.then_some(rows.extent);
    let Lying { done, joins, written: through } =
        exchange.rows_lying(&written.iter().zip(&sealed).filter_map(ours).collect::<Vec<_>>());
    let mut known = done.into_iter().zip(joins);
    let fate = |sealed: &bool| match sealed.then(|| known.next()).flatten() {
        Some((true, _)) => Fate::Done,
        Some((false, true)) => Fate::Stays,
        Some((false, false)) | None => Fate::Replaced,
    };
    OwedRows { fates: sealed.iter().map(fate).collect(), written: through }
}

/// Reaches an owner from a thread that may block.
pub struct Hand(Box<dyn Fn(Ask) -> bool + Send>);

impl Hand {
    /// `tell` hands a question to the owner, and says whether it is still there.
    pub fn new(tell: impl Fn(Ask) -> bool + Send + 'static) -> Self {
        Self(Box::new(tell))
    }

    fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        if !(self.0)(ask(reply)) {
            return Err(Stopped::Ending);
        }
        answer.blocking_recv().map_err(|_| Stopped::Ending)
    }

    /// Has an envelope taken in. The inner error is why it was refused.
    pub fn take(&self, envelope: Vec<u8>) -> Result<Result<Took, String>, Stopped> {
        self.ask(|reply| Ask::Take { envelope, reply })
    }

    /// What is owed where `written` lies on the stick already.
    pub fn owed(&self, written: Vec<Written>) -> Result<Owed, Stopped> {
        self.ask(|reply| Ask::Owed { written, reply })
    }

    /// The next parcel of `owed`, whose records are taken off.
    pub fn parcel(&self, owed: &mut VecDeque<Span>) -> Result<Option<Sealed>, Stopped> {
        let asked = std::mem::take(owed);
        let Packed { sealed, rest } = self.ask(|reply| Ask::Parcel { owed: asked, reply })??;
        *owed = rest;
        Ok(sealed)
    }

    /// What becomes of the rows that lie on the stick.
    pub fn owed_rows(&self, written: Vec<WrittenRows>) -> Result<OwedRows, Stopped> {
        self.ask(|reply| Ask::OwedRows { written, reply })
    }

    /// The next rows for a stick on which they go up to `written`.
    pub fn rows(&self, written: Option<u64>) -> Result<Option<(RowsExtent, Vec<u8>)>, Stopped> {
        self.ask(|reply| Ask::Rows { written, reply })
    }

    /// The word that goes beside them.
    pub fn word(&self) -> Result<Option<Vec<u8>>, Stopped> {
        self.ask(|reply| Ask::Word { reply })
    }
}
