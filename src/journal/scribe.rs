//! Group commit: one thread owns the writer, takes what is waiting, syncs once, answers everybody.
//!
//! In come submissions from any task or thread, through a bounded queue; [`Admit`] decides on the writer's thread what each
//! becomes, with all earlier ones in view, so that two repeats in one group are told apart from two intents. Replies go out in one
//! pass after the sync. A full queue makes the submitter wait ([`ScribeHandle::submit`]) or tells it so
//! ([`ScribeHandle::try_submit`]). After a failed sync the scribe reopens the journal and begins a new epoch by itself.
//! What a submission is, is the owner's.

use super::{Key, Locator, Own, Poisoned, Reader, WriteError, Written};
use crate::domain::id::{Epoch, Position, RecordHash};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Submissions that may wait for the writer. More than all devices of a large shop can have in flight, and a group's worth at the
/// highest rates; at 1 KiB each the queue has a megabyte.
pub const QUEUE: usize = 1024;
/// Most submissions of a group: the queue's length, so that one pass can empty it.
pub const MAX_GROUP_RECORDS: usize = QUEUE;
/// How often a journal that failed to sync is opened again. Each try reads a segment.
const REOPEN_EVERY: Duration = Duration::from_secs(1);
/// Room that a group keeps for what one submission brings beside its own record: the closes of a few days with some hundred bytes for
/// each kind of document, and of a till's closing a booking for each mode of payment, at most 200 of 500 bytes.
pub const MAX_BESIDE: usize = 192 << 10;

/// Where an earlier record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// In the journal.
    Durable(Locator),
    /// In the group that is being gathered, by its place there.
    Waiting(usize),
}

/// What becomes of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<N> {
    /// A record: what was submitted, or word of its refusal. `note` goes to the reply.
    Append {
        /// The record's bytes.
        body: Vec<u8>,
        /// What it is known by from now on.
        key: Option<Key>,
        /// For the reply.
        note: N,
    },
    /// Several records, in this order and in one group: what has to come first, what was submitted, what follows from it. Beside the
    /// answered one they have at most [`MAX_BESIDE`] bytes.
    AppendAll {
        /// The records.
        lines: Vec<Line>,
        /// Which of them the reply is about.
        answered: usize,
        /// For the reply.
        note: N,
    },
    /// It is there already: answered as that record is, no earlier than that one is durable.
    Repeat {
        /// The earlier record.
        of: Held,
        /// For the reply.
        note: N,
    },
}

/// A record to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its bytes.
    pub body: Vec<u8>,
    /// What it is known by from now on.
    pub key: Option<Key>,
}

/// What the owner of a journal decides, on the writer's thread.
pub trait Admit: Send + 'static {
    /// What is submitted.
    type Submission: Send + 'static;
    /// What the owner tells the reply beside the record's place.
    type Note: Send + 'static;

    /// Decides on one submission, with the journal and the group so far in view. Called once for each, in order.
    fn admit(&mut self, submission: Self::Submission, group: &Group<'_>) -> Verdict<Self::Note>;

    /// What the last [`Admit::admit`] said is in the group, at these positions, in order. Fewer than it said where the journal takes no
    /// more of them.
    fn appended(&mut self, _at: &[Position], _group: &Group<'_>) {}

    /// The group's fate, before the replies: its new records, or none where the disk refused (then what `admit` noted of
    /// this group has to be forgotten).
    fn settled(&mut self, _written: Option<&[Written]>) {}

    /// A new epoch and its first record, after the journal was reopened; `last` is the record that it follows.
    fn begin(&mut self, last: Option<(Position, RecordHash)>) -> (Epoch, Vec<u8>);
}

/// The journal as [`Admit::admit`] sees it: what is durable, and the group so far.
pub struct Group<'a> {
    own: &'a Own,
    reader: &'a Reader,
}

impl Group<'_> {
    /// The first record with that key. `Err` where an index cannot be read.
    pub fn find(&self, key: &Key) -> Result<Option<Held>, super::ReadError> {
        if let Some(locator) = self.reader.find(key)? {
            return Ok(Some(Held::Durable(locator)));
        }
        Ok(self.own.find_in_group(key).map(Held::Waiting))
    }

    /// Where the record with that ordinal is: what [`Group::next_ordinal`] said when it was appended.
    pub fn held_at(&self, ordinal: u64) -> Option<Held> {
        match ordinal.checked_sub(self.reader.count()) {
            Some(index) => ((index as usize) < self.own.group().len()).then_some(Held::Waiting(index as usize)),
            None => self.reader.read_ordinal(ordinal).ok().map(|stored| Held::Durable(stored.locator)),
        }
    }

    /// An earlier record's position.
    pub fn position(&self, held: Held) -> Result<Position, super::ReadError> {
        match held {
            Held::Durable(locator) => Ok(self.reader.read_at(locator)?.position),
            Held::Waiting(index) => Ok(self.own.group().get(index).ok_or(super::ReadError::Nothing)?.position),
        }
    }

    /// The last record, synced or not.
    pub fn last(&self) -> Option<Position> {
        self.own.group().last().map(|last| last.position).or_else(|| Some(self.own.last()?.0))
    }

    /// An earlier record's body.
    pub fn body(&self, held: Held) -> Result<Vec<u8>, super::ReadError> {
        match held {
            Held::Durable(locator) => Ok(self.reader.read_at(locator)?.body),
            Held::Waiting(index) => Ok(self.own.body_in_group(index).ok_or(super::ReadError::Nothing)?.to_vec()),
        }
    }

    /// The ordinal of the next record to be appended. Given anew where the group fails.
    pub fn next_ordinal(&self) -> u64 {
        self.reader.count() + self.own.group().len() as u64
    }

    /// What is durable.
    pub fn reader(&self) -> &Reader {
        self.reader
    }
}

/// What a reply is told: the record's place, and that it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<N> {
    /// The record.
    pub written: Written,
    /// It was there before, or earlier in the same group.
    pub repeat: bool,
    /// What [`Admit::admit`] said.
    pub note: N,
}

/// Called once for each submission, on the writer's thread, after the sync: it must not block.
pub type Reply<N> = Box<dyn FnOnce(Result<Done<N>, Arc<WriteError>>) + Send>;

struct Submission<A: Admit> {
    what: A::Submission,
    reply: Reply<A::Note>,
}

/// Why a submission was not taken into the queue. Nothing was recorded, no reply will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Submitting {
    /// The queue is full.
    #[error("{QUEUE} records wait for the disk: try again when some of them are answered")]
    Busy,
    /// The scribe was shut down.
    #[error("the journal is closed")]
    Closed,
}

/// Submits to a [`Scribe`]. Cheap to clone.
pub struct ScribeHandle<A: Admit> {
    queue: mpsc::Sender<Submission<A>>,
    reader: Reader,
    durable: watch::Receiver<u64>,
}

impl<A: Admit> Clone for ScribeHandle<A> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), reader: self.reader.clone(), durable: self.durable.clone() }
    }
}

impl<A: Admit> ScribeHandle<A> {
    /// Submits, waiting while the queue is full.
    pub async fn submit(&self, what: A::Submission, reply: Reply<A::Note>) -> Result<(), Submitting> {
        self.queue.send(Submission { what, reply }).await.map_err(|_| Submitting::Closed)
    }

    /// Submits at once or not at all.
    pub fn try_submit(&self, what: A::Submission, reply: Reply<A::Note>) -> Result<(), Submitting> {
        self.queue.try_send(Submission { what, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Submitting::Busy,
            mpsc::error::TrySendError::Closed(_) => Submitting::Closed,
        })
    }

    /// Submits from a thread that may block, waiting while the queue is full.
    pub fn submit_blocking(&self, what: A::Submission, reply: Reply<A::Note>) -> Result<(), Submitting> {
        self.queue.blocking_send(Submission { what, reply }).map_err(|_| Submitting::Closed)
    }

    /// For reading what is durable.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Tells the count of durable records ([`Reader::count`]) after every group.
    pub fn durable(&self) -> watch::Receiver<u64> {
        self.durable.clone()
    }
}

/// The writer's thread.
pub struct Scribe<A: Admit> {
    handle: ScribeHandle<A>,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<Own>,
}

impl<A: Admit> Scribe<A> {
    /// Starts the thread. The journal has been begun.
    pub fn start(own: Own, admit: A) -> std::io::Result<Self> {
        let (queue, submissions) = mpsc::channel(QUEUE);
        let reader = own.reader();
        let (durable, watch_durable) = watch::channel(reader.count());
        let (stop, stopped) = watch::channel(false);
        let writer = Writer { own, admit, reader: reader.clone(), durable, reopen_at: None, replies: Vec::new() };
        let thread = thread::Builder::new().name("journal".into()).spawn(move || writer.run(submissions, stopped))?;
        Ok(Self { handle: ScribeHandle { queue, reader, durable: watch_durable }, stop, thread })
    }

    /// For submitting.
    pub fn handle(&self) -> ScribeHandle<A> {
        self.handle.clone()
    }

    /// Takes nothing more, writes and answers what is in the queue, and gives the journal back. Blocks until then.
    pub fn shut_down(self) -> Own {
        let Self { handle, stop, thread } = self;
        stop.send_replace(true);
        drop(handle);
        match thread.join() {
            Ok(own) => own,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// What a reply waits for.
enum Awaited {
    /// A record of this group.
    Here(usize),
    /// A durable one.
    There(Locator),
}

/// A reply that is owed.
struct Owed<N> {
    reply: Reply<N>,
    awaited: Awaited,
    repeat: bool,
    note: N,
}

struct Writer<A: Admit> {
    own: Own,
    admit: A,
    reader: Reader,
    durable: watch::Sender<u64>,
    /// When a poisoned journal is tried again.
    reopen_at: Option<Instant>,
    replies: Vec<Owed<A::Note>>,
}

impl<A: Admit> Writer<A> {
    fn run(mut self, mut submissions: mpsc::Receiver<Submission<A>>, mut stop: watch::Receiver<bool>) -> Own {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("invariant: a runtime without drivers needs nothing of the system");
        let mut waiting = Vec::with_capacity(MAX_GROUP_RECORDS);
        loop {
            let taken = runtime.block_on(async {
                tokio::select! {
                    biased;
                    taken = submissions.recv_many(&mut waiting, MAX_GROUP_RECORDS) => taken,
                    _ = stop.wait_for(|&stop| stop) => 0,
                }
            });
            if taken == 0 {
                if submissions.is_closed() {
                    return self.own;
                }
                // Nothing more gets in; what is in is still answered.
                submissions.close();
                continue;
            }
            self.write(waiting.drain(..));
        }
    }

    fn write(&mut self, waiting: impl Iterator<Item = Submission<A>>) {
        if let Err(poisoned) = self.recover() {
            let error = Arc::new(WriteError::Poisoned(poisoned));
            waiting.for_each(|submission| (submission.reply)(Err(error.clone())));
            return;
        }
        for Submission { what, reply } in waiting {
            let verdict = self.admit.admit(what, &Group { own: &self.own, reader: &self.reader });
            let (awaited, repeat, note) = match verdict {
                Verdict::Repeat { of: Held::Durable(locator), note } => (Awaited::There(locator), true, note),
                Verdict::Repeat { of: Held::Waiting(index), note } => (Awaited::Here(index), true, note),
                Verdict::Append { body, key, note } => match self.append(&[Line { body, key }], 0) {
                    Ok(index) => (Awaited::Here(index), false, note),
                    Err(error) => {
                        reply(Err(Arc::new(error)));
                        continue;
                    }
                },
                Verdict::AppendAll { lines, answered, note } => match self.append(&lines, answered) {
                    Ok(index) => (Awaited::Here(index), false, note),
                    Err(error) => {
                        reply(Err(Arc::new(error)));
                        continue;
                    }
                },
            };
            self.replies.push(Owed { reply, awaited, repeat, note });
            if !self.own.group_has_room(crate::wire::frame::MAX_BODY + MAX_BESIDE) {
                self.settle();
            }
        }
        self.settle();
    }

    /// Appends the lines of one submission; the index in the group of the answered one.
    fn append(&mut self, lines: &[Line], answered: usize) -> Result<usize, WriteError> {
        let from = self.own.group().len();
        let result = lines.iter().try_for_each(|Line { body, key }| self.own.append_one(body, *key).map(drop));
        let positions: Vec<Position> = self.own.group()[from..].iter().map(|appended| appended.position).collect();
        self.admit.appended(&positions, &Group { own: &self.own, reader: &self.reader });
        result.map(|()| from + answered)
    }

    /// Syncs the group and answers.
    fn settle(&mut self) {
        let result = self.own.sync();
        self.admit.settled(result.as_deref().ok());
        match result {
            Ok(written) => {
                for Owed { reply, awaited, repeat, note } in self.replies.drain(..) {
                    let place = match awaited {
                        Awaited::Here(index) => Ok(written[index]),
                        Awaited::There(locator) => self.reader.read_at(locator).map(|stored| Written {
                            position: stored.position,
                            hash: stored.hash(self.reader.site()),
                            ordinal: stored.ordinal,
                            locator,
                        }),
                    };
                    reply(match place {
                        Ok(written) => Ok(Done { written, repeat, note }),
                        Err(error) => Err(Arc::new(WriteError::Refused(std::io::Error::other(error)))),
                    });
                }
                self.durable.send_if_modified(|count| {
                    let now = self.reader.count();
                    std::mem::replace(count, now) != now
                });
            }
            Err(error) => {
                let error = Arc::new(error);
                self.replies.drain(..).for_each(|owed| (owed.reply)(Err(error.clone())));
            }
        }
    }

    /// Reopens a poisoned journal and begins a new epoch, at most once in [`REOPEN_EVERY`].
    fn recover(&mut self) -> Result<(), Poisoned> {
        let Some(poisoned) = self.own.poisoned() else { return Ok(()) };
        if self.reopen_at.is_some_and(|at| Instant::now() < at) {
            return Err(poisoned);
        }
        self.reopen_at = Some(Instant::now() + REOPEN_EVERY);
        self.own.reopen().map_err(|error| Poisoned { reason: error.to_string() })?;
        let (epoch, body) = self.admit.begin(self.own.last());
        match self.own.begin(epoch, &body) {
            Ok(written) => {
                tracing::warn!(epoch = %epoch, "the journal was read again after a failed sync and goes on in a new epoch");
                self.admit.settled(Some(&[written]));
                self.reopen_at = None;
                Ok(())
            }
            Err(error) => Err(self.own.poison(&error.to_string())),
        }
    }
}
