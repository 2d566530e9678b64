//! What comes of a comparison, for a screen, a page or another program.

use crate::domain::decimal::Decimal;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::Hold;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Of which site.
    pub site: SiteId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// The three, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Of which site.
    pub site: SiteId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// True where nothing differs that anybody has to look at, and every record was read.
    pub equal: bool,
    /// Why the company's books are not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
    /// How many records of the site's journal this version cannot read, of whichever days: those of a newer box.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread: u64,
    /// The first of them: `epoch/seq`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread_first: Vec<String>,
    /// Per day and kind, in their order.
    pub rows: Vec<Row>,
    /// What differs, by day and kind.
    pub differences: Vec<Difference>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One kind on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The day.
    pub day: Date,
    /// The kind.
    pub kind: Kind,
    /// What the site's journal has.
    pub journal: Figures,
    /// What the office's books have.
    pub books: Figures,
    /// What the company's books have, where they are among the three.
    pub there: Option<Figures>,
    /// How the three stand to each other.
    pub state: State,
}

/// How a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All say the same.
    Equal,
    /// They say the same but for what is settled.
    Settled,
    /// They do not.
    Differs,
}

/// Counts and a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many count.
    pub documents: u64,
    /// How many are cancelled.
    pub cancelled: u64,
    /// The sum of those that count.
    pub sum: Decimal,
}

impl Figures {
    pub(super) fn add(&mut self, cancelled: bool, sum: Decimal) {
        if cancelled {
            self.cancelled += 1;
            return;
        }
        self.documents += 1;
        // A sum beyond the books' range stays as it was: no document within them makes one.
        self.sum = self.sum.plus(sum).unwrap_or(self.sum);
    }
}

/// One document that the three do not agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Our id of it; none of what was made in the company's books.
    pub id: Option<IntentId>,
    /// Its number on paper.
    pub number: Option<String>,
    /// Which kind; none of what others have made that is none of ours, whose words say what it is.
    pub kind: Option<Kind>,
    /// Its own day.
    pub day: Date,
    /// What the company's books call it.
    pub name: Option<String>,
    /// The day on which these have it, where that is not its own.
    pub posted_on: Option<Date>,
    /// What it comes to by its paper.
    pub ours: Option<Decimal>,
    /// What it comes to in the company's books.
    pub theirs: Option<Decimal>,
    /// What is wrong, for programs.
    pub why: Why,
    /// The same and what to do, for people.
    pub words: String,
    /// Somebody has to look at it.
    pub counts: bool,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The journal has it, and the office's books do not.
    NotInBooks,
    /// The office's books have it, and the journal does not.
    NotInJournal,
    /// The office's books have it otherwise than the journal.
    BooksDiffer,
    /// It is held, or its cancellation is.
    Held(Hold),
    /// It was cancelled before it was posted.
    Withdrawn,
    /// Somebody decided that it, or its cancellation, is never posted.
    GivenUp,
    /// It is of before the first day that is posted.
    Before,
    /// The company's books have no place for it.
    Kept,
    /// It, or its cancellation, was not posted yet.
    NotPosted,
    /// It is in the company's books, and the office has not said so.
    Unsaid,
    /// The office has said that it is in the company's books, and it is not.
    Missing,
    /// It is cancelled in the company's books alone.
    CancelledThere,
    /// It was cancelled, and counts in the company's books.
    NotCancelled,
    /// It comes to another sum.
    Sum,
    /// It is on another day.
    Day,
    /// It was posted on the first open day, which is not its own.
    OpenDay,
    /// It is there more than once.
    Twice,
    /// It is said to be the site's, and the journal does not know it; or it is no workshop's, and has moved stock in the site's warehouses,
    /// which does not count as a difference.
    Foreign,
}
