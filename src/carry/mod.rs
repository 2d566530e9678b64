//! What both ends do with a stick: take what lies there for them, and put on it what the other end has not acked.
//!
//! In come a [`Folder`] on a mounted stick and a [`Hand`], through which the owner of a conversation is reached; out come
//! counts for people. The same code serves the box, the office, a stick that was just put in and one that stays in.
//! It asks nothing of the order or the number of sticks: what is on one is a repeat of what may come by another road.
//! Absent: keys, and what records mean. Mounting is `board`'s; [`place`] says where a stick is.
//!
//! A stick is no [`crate::courier::Courier`]: that trait hands over one envelope and forgets it, with a line that is up or
//! down. What lies on a stick lies there until the peer's ack has come back, perhaps by the line; so it is listed,
//! kept, completed and cleared instead.

mod export;
mod hand;
mod import;
pub(crate) mod place;

pub use export::{Exported, export};
pub use hand::{Ask, Fate, Hand, Owed, OwedRows, Owner, Packed, Written, WrittenRows};
pub use import::{Import, Refused, Took, import};

pub use crate::courier::stick::{Folder, StickError, Way};
use crate::journal::ReadError;

/// How far an export or import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that are done.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// Why a stick was left before everything was done. What is on it is whole.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The stick.
    #[error(transparent)]
    Stick(#[from] StickError),
    /// The owner of the conversation has ended.
    #[error("the program is stopping: put the stick in again when it runs")]
    Ending,
    /// The own journal cannot be read.
    #[error("the journal cannot be read: {0}: run `outpost doctor`")]
    Journal(#[from] ReadError),
    /// A parcel was not sealed; the log says why.
    #[error("what is to go on the stick could not be sealed: tell who maintains outpost")]
    Unsealed,
}
