//! Master data between an office and a box: what to send next, what has come, how far it is.
//!
//! Beside [`super::Link`], which carries journals: rows are no journal. Of a row only the newest version counts, so nothing is
//! acked one by one; the receiver says a cursor, and the sender goes on from there, on a line and on a stick. What has come
//! counts as held once the receiver's disk has it, and not before.
//!
//! Three rules make it whole in any order, with repeats, by two roads. Only what joins the cursor is taken, and moves it. What
//! is behind the cursor is known, and never taken back. A new generation's rows take the place of what was, and what it does not
//! have is deleted once all of it has come. As in [`super::Link`] there is no clock, no disk and no road here.

mod feed;
mod follow;
mod kept;
mod table;

pub use feed::{Feed, RowRules, Table};
pub use follow::{Change, Follow, NOTHING};
pub use kept::{Changed, Kept, Place, Read};
pub use table::{OfSite, Plan, Put, SiteRows, Slot, Wanted};

#[cfg(test)]
mod tests;
