//! Views: what is derived from journals for reading. In sled, and nothing else knows sled.
//!
//! In: each journal's records in file order, which the owner thread fetches for itself through [`Journals`] whenever it is
//! told that there are more ([`Reader::notify`]). Out: answers ([`Reader`]) and CSV ([`export`]). Nothing that matters
//! is here: on any doubt about what sled says the directory is moved aside and built anew from the journals, while the
//! box goes on, and questions are answered with [`NotNow`].
//!
//! Consistency: a record is in the views some time after it is in the journal, each stream in its order.
//! [`Reader::applied`] says how far; [`Reader::wait_for`] waits. One answer is of one moment; two answers need not be. A missing
//! record that sled does not report is found by its chunk missing, by the counts, or at the latest by the check that follows
//! every opening: until that has passed ([`Progress::checked`]) an answer may lack something, and after it a new loss is
//! found when it is read or at the next check.
//!
//! Absent: documents' bytes, deduplication at the gate, and anything that a receipt waits for.

mod acked;
mod cancels;
pub mod export;
mod fold;
mod ids;
mod keys;
mod meta;
mod numbers;
mod outcomes;
mod owner;
mod parties;
mod read;
mod reader;
mod requests;
mod shared;
mod store;
#[cfg(test)]
mod tests;
mod things;
mod window;

pub use fold::{LATEST, Listed, Totals, day_of, days_since_1970};
pub use keys::SiteNo;
pub use meta::{Locator, Place, Stream};
pub use owner::{Config, Views};
pub use read::{After, DocumentLine, Found, State};
pub use reader::Reader;
pub use requests::{Answer, RequestLine};
pub use shared::{NotNow, Progress};
pub use store::Doubt;

use crate::domain::id::StoreId;
use std::ops::ControlFlow;

/// The journals that the views are made of. Implemented over the journals themselves; must be cheap to ask.
pub trait Journals: Send + Sync {
    /// Every journal there is, in the order in which a rebuild reads them. It may grow, and never shrinks while the
    /// views are open.
    fn streams(&self) -> Vec<Stream>;

    /// The disk that a journal is on; `None` where there is no such journal.
    fn store_id(&self, stream: Stream) -> Option<StoreId>;

    /// How many records a journal has: the ordinal of its last. Damage may leave gaps.
    fn records(&self, stream: Stream) -> u64;

    /// True where the journal has that record at that ordinal and locator.
    fn holds(&self, stream: Stream, place: &Place) -> bool;

    /// Reads on after a place, or from the beginning, in file order, until the end of the journal or `Break`.
    fn scan(&self, stream: Stream, after: Option<Place>, each: &mut Each) -> std::io::Result<()>;

    /// A record's body; `None` where nothing whole is there.
    fn body(&self, stream: Stream, locator: Locator) -> std::io::Result<Option<Vec<u8>>>;
}

/// What is done with each record of a scan: its place and its body, which is empty where its bytes are lost.
pub type Each<'a> = dyn FnMut(Place, &[u8]) -> ControlFlow<()> + 'a;
