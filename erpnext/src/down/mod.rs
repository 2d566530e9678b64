//! Master data from ERPNext: what it has becomes the rows that the workshops get.
//!
//! In: ERPNext's lists, by a [`Source`]; what the office has already, by [`Known`]. Out: a page of rows at a time ([`Came`]) and a
//! [`Progress`] that the caller keeps together with them, so that an office that was switched off anywhere goes on there. Absent: where
//! rows are kept, who gets which, when the next step is due.
//!
//! ```text
//! Feed::step ── first load ── changes by `modified`, with an overlap ── names, where something is odd ── all anew, where asked for
//!     │ list, child rows in bulk
//! sources ── one line for each doctype ── rows (pure)
//! ```
//!
//! - A row in [`Came::gone`] is to be deleted *before* the rows of the same step are put: a renamed customer keeps its id.
//! - [`levels()`] reads stock, between two postings of a site's documents: what of them is in the figure must be known.
//! - No row has a field for valuation, margin or wages, and none is asked for.
//! - One feed is all companies of an office ([`Scope`]). A row says whose it is only where there are several, so that an office of one has
//!   the rows that it always had; a mode of payment has an account in each.
//! - What ERPNext refuses to show (a missing right, a custom field that is not there) is told, and stops nothing else.

mod changes;
mod feed;
mod fetch;
mod known;
mod levels;
mod names;
mod odd;
mod permissions;
mod prices;
mod progress;
mod rows;
mod scope;
mod settings;
mod source;
mod sources;
#[cfg(test)]
mod tests;

pub use feed::{Came, Feed, Round};
pub use known::Known;
pub use levels::{Included, levels};
pub use progress::Progress;
pub use scope::Scope;
pub use source::Source;

/// The doctypes that are read.
pub fn doctypes() -> impl Iterator<Item = &'static str> {
    sources::LISTED.iter().map(|listed| listed.doctype)
}
