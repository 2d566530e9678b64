//! What an admission is told of the world, and how it refuses.

use crate::domain::document::Invalid;
use crate::domain::id::{IntentId, Position, SiteId};
use crate::domain::master::Masters;
use crate::domain::number::Series;
use crate::domain::record::Submitted;
use jiff::civil::{Date, Time};

/// Finds a document of the site's own journal by its id, the group that is being gathered included.
pub type Lookup<'a> = &'a dyn Fn(IntentId) -> Option<(Position, Submitted)>;

/// The world at the moment of an admission.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// What the office says.
    pub masters: &'a Masters,
    /// Whose box it is.
    pub site: &'a SiteId,
    /// The letter of the box's life.
    pub series: Series,
    /// The workshop's day.
    pub today: Date,
    /// The workshop's time of day.
    pub now: Time,
    /// Whether the two are known: else nothing is dated by them.
    pub clock_known: bool,
    /// The site's own documents.
    pub lookup: Lookup<'a>,
}

/// Why a document is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Refusal {
    /// What kind of refusal it is.
    pub why: Why,
    /// The path of the field.
    pub field: String,
    /// The rule, and the remedy.
    pub rule: String,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It names what is not known, not in use, or cancelled.
    Reference,
    /// Its day is ahead, or the books are closed on it.
    Period,
    /// It would bring another document further than that goes, or stands in the way of others.
    Progress,
    /// It takes more than there is, and the office wants that refused.
    Stock,
    /// It needs a second person.
    Approval,
    /// A rule of the document that only shows beside the master data.
    Rule,
}

impl Refusal {
    pub(super) fn new(why: Why, field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { why, field: field.into(), rule: rule.into() }
    }
}

impl From<Invalid> for Refusal {
    fn from(Invalid { field, rule }: Invalid) -> Self {
        Self { why: Why::Rule, field, rule }
    }
}
