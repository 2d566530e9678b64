//! What is carried by hand: from where to where a parcel goes.

use crate::domain::id::Position;

/// From where to where in a journal, over any number of epochs, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    /// The first record.
    pub first: Position,
    /// The last one.
    pub last: Position,
}
