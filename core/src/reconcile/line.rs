//! The lines that are held against each other.

use crate::domain::decimal::Decimal;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, Position};
use crate::domain::outcome::Fate;
use jiff::civil::Date;
use std::collections::HashMap;

/// A document of the site, as the journal or the office's books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The device's id of it.
    pub id: IntentId,
    /// Which kind.
    pub kind: Kind,
    /// Its own day.
    pub day: Date,
    /// What it comes to, rounded as the company's books keep it; zero where it comes to nothing.
    pub sum: Decimal,
    /// Its number, as its paper has it.
    pub number: Option<String>,
    /// The id of its cancellation, where it was cancelled.
    pub cancelled: Option<IntentId>,
}

/// How a document stands in the company's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It counts.
    Submitted,
    /// It does not any more; of a master: it is out of use.
    Cancelled,
    /// It never did.
    Draft,
}

/// A document in the company's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// Its name there.
    pub name: String,
    /// Which kind.
    pub kind: Kind,
    /// Our id, where it has one.
    pub id: Option<IntentId>,
    /// The day on which it was posted, of a master on which it was made there; none where its kind has no day there.
    pub day: Option<Date>,
    /// The day that its paper says, where that was put beside.
    pub truly: Option<Date>,
    /// What it comes to, where its kind comes to something there; rounded.
    pub sum: Option<Decimal>,
    /// How it stands.
    pub standing: Standing,
}

/// What a document that is no workshop's has moved of an item in a warehouse of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// As the company's books call it.
    pub item: String,
    /// The same.
    pub warehouse: String,
    /// In the item's stock unit; into the warehouse where it is more than nothing. Zero where it was only counted or valued.
    pub qty: Decimal,
}

/// A document of the company's books that is no workshop's and has moved stock in warehouses of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The books' own word for what it is; of others than our kinds too.
    pub doctype: String,
    /// Its name there.
    pub name: String,
    /// The day on which it moved the stock.
    pub day: Date,
    /// The first of what it moved.
    pub goods: Vec<Goods>,
    /// How much more it moved.
    pub more: usize,
}

/// Records that this version cannot read: those of a newer box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Position>,
}

/// Everything that is compared. A document beyond the days that are asked for may be among them, where the company's books have it on one
/// of these.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// What the site's journal has.
    pub journal: Vec<Document>,
    /// What the office's books have.
    pub books: Vec<Document>,
    /// The office's latest word on each document and each cancellation.
    pub said: HashMap<IntentId, Fate>,
    /// The number on the paper that stands for a cancelled document.
    pub instead: HashMap<IntentId, String>,
    /// What the company's books have; none where there are none, or this site is not posted into them.
    pub there: Option<Vec<There>>,
    /// What others have moved in the site's warehouses, by the company's books.
    pub foreign: Vec<Foreign>,
    /// What in the journal cannot be read, of whichever days it is.
    pub unread: Unread,
}
