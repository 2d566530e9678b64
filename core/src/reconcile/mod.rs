//! One site's days, side by side: what its journal has, what the office's books have, what the company's books have.
//!
//! In: three sets of lines ([`Sources`]), the office's words on them, and the days that are asked for ([`Question`]). Out: a [`Sheet`]:
//! counts and sums per day and kind, and every [`Difference`] with its document and its reason. Pure. Absent: where lines come from, and
//! what is done about a difference.
//!
//! - A document counts on its own day, on whichever day it was posted: `outpost_date`, or the office's word, says so.
//! - What is cancelled is counted as cancelled and sums nothing, on all sides.
//! - Some differences are no work for anybody, since the office's word is the last one and nothing is missing in sum: a till's count that
//!   is kept at the office, what was cancelled before it was posted, what lies before the first day that is posted, what was posted on
//!   the first open day, what somebody has entered by hand otherwise than its paper says, what others have moved in the site's warehouses.
//!   They are told, and the sheet is equal all the same ([`Difference::counts`]).
//! - A sheet is never equal while there are records that this version cannot read: they may be of any day.

mod compare;
mod line;
mod one;
mod sheet;
#[cfg(test)]
mod tests;

pub use compare::compare;
pub use line::{Document, Foreign, Goods, Sources, Standing, There, Unread};
pub use sheet::{Difference, Figures, Question, Row, Sheet, State, Why};
