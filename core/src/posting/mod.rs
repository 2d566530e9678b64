//! What goes into the books when: the order of dependency, what is held, what is tried again. Any books: they are a [`Sink`].
//!
//! In: what a site's journal holds, in its order ([`Work`]), and what the books answered ([`Verdict`]). Out: what to try next
//! ([`Next`]), and the office's word on it ([`Said`]). Absent: how a document is posted, and where words are written down.
//!
//! - A site has one [`Writer`], and a writer one document at a time: books lock against themselves, and order is kept for free.
//! - What refers to a document that is not in the books is held and waits for that alone; what comes after it goes on.
//! - What the books have made is read back in batches: until then nothing is said of it, and what refers to it waits.
//! - What somebody has entered by hand is in the books under the name that he gives: it has no id of ours, and is known by that name.
//! - What lacks stock is tried again when some came, and what lacks more than the next one keeps nothing from that ([`MAX_IN_VAIN`]).
//! - Work that the books refuse as too early waits for its Work Order in the same way: it is tried again when an operation of that is done.
//! - A cancellation of a held document is carried out where that may be in the books, and otherwise ends both.
//! - An attempt whose answer was lost is made again, and the sink asks before it posts: the document's id is unique in the books.
//! - Nothing is in memory but what is held or not read back, and that without its fields. The words said are the truth: after a start the journal is gone
//!   through again, and what has a final word is passed over.

mod shortage;
mod sink;
mod standing;
mod work;
mod writer;

pub use shortage::{MAX_IN_VAIN, ROUND_PAUSE_MS};
pub use sink::{ByHand, Place, Posted, Sink, Unsaid, Verdict};
pub use standing::Standing;
pub use work::{Need, Of, What, Work};
pub use writer::{Fates, MAX_TRIES, MAX_UNREAD, Moved, Next, Said, UNDER_WAY, Writer, backoff_ms};
