//! One document: what the company's books have of it, held against its paper and the office's words.

use super::line::{Document, Sources, Standing, There};
use super::sheet::Why;
use crate::domain::document::{Kind, Text};
use crate::domain::outcome::Fate;
use jiff::civil::Date;

/// Something that is wrong with a document, and which line of the company's books shows it.
pub(super) struct Found<'a> {
    pub(super) there: Option<&'a There>,
    pub(super) why: Why,
    pub(super) words: String,
    pub(super) counts: bool,
}

impl<'a> Found<'a> {
    fn new(there: Option<&'a There>, why: Why, words: impl Into<String>) -> Self {
        Self { there, why, words: words.into(), counts: true }
    }

    /// Nobody has to look at it.
    fn settled(self) -> Self {
        Self { counts: false, ..self }
    }
}

/// One document and the words on it.
pub(super) struct One<'a> {
    pub(super) paper: &'a Document,
    pub(super) posting: Option<&'a Fate>,
    pub(super) cancelling: Option<&'a Fate>,
    /// What stands for it, as its paper prints it.
    pub(super) instead: Option<&'a str>,
}

impl<'a> One<'a> {
    pub(super) fn new(paper: &'a Document, sources: &'a Sources) -> Self {
        let cancelling = paper.cancelled.and_then(|id| sources.said.get(&id));
        let instead = sources.instead.get(&paper.id).map(String::as_str);
        Self { paper, posting: sources.said.get(&paper.id), cancelling, instead }
    }

    /// How a line counts: a master that somebody has put out of use, or in use again, is what it was. A Job Card, and a master that the
    /// site has not made alone, are others' as well: they stay, and nothing of this document is left in them.
    pub(super) fn standing(&self, there: &There) -> Standing {
        let is_shared = there.kind.is_master() || there.kind == Kind::JobCard;
        let undone = matches!(self.cancelling, Some(Fate::Posted { .. } | Fate::Kept));
        match there.standing {
            Standing::Draft => Standing::Draft,
            Standing::Cancelled if there.kind.is_master() && self.paper.cancelled.is_none() => Standing::Submitted,
            Standing::Submitted if is_shared && undone => Standing::Cancelled,
            standing => standing,
        }
    }

    /// The day on which a line counts, and whether that is because it was posted on the first open day.
    pub(super) fn day(&self, there: &There) -> (Date, bool) {
        let own = self.paper.day;
        // A master's is the day on which it was made there, and it has none of its own.
        let Some(posted) = there.day.filter(|_| !there.kind.is_master()) else { return (own, false) };
        if posted == own && there.truly.is_none_or(|truly| truly == own) {
            return (own, false);
        }
        let moved = matches!(self.posting, Some(Fate::Posted { day: Some(moved), .. }) if *moved == posted);
        match there.truly {
            Some(truly) if truly == own => (own, true),
            Some(truly) => (truly, false),
            None if moved => (own, true),
            // Its day is that of its first hour, which may be another in the books' time zone.
            None if there.kind == Kind::Timesheet && near(posted, own) => (own, false),
            None => (posted, false),
        }
    }

    /// Everything that is wrong with it in the company's books.
    pub(super) fn against(&self, theirs: &[&'a There]) -> Vec<Found<'a>> {
        let mut counting: Vec<&There> =
            theirs.iter().copied().filter(|line| line.standing != Standing::Draft).collect();
        counting.sort_by_key(|line| self.standing(line));
        let Some((first, others)) = counting.split_first() else {
            return vec![self.absent(theirs.first().copied())].into_iter().flatten().collect();
        };
        let mut found: Vec<Found<'a>> = self.present(first).into_iter().collect();
        found.extend(self.other_sum(first));
        found.extend(self.other_day(first));
        let twice = |line: &&'a There| {
            let words = format!("{} has its id as well as {}: cancel the one that is wrong.", line.name, first.name);
            Found::new(Some(line), Why::Twice, words)
        };
        found.extend(others.iter().map(twice));
        found
    }

    /// The company's books have it, and it counts there or is cancelled.
    fn present(&self, there: &'a There) -> Option<Found<'a>> {
        let name = &there.name;
        let found = |why, words: String| Some(Found::new(Some(there), why, words));
        match (self.paper.cancelled.is_some(), self.standing(there)) {
            (true, Standing::Cancelled) => None,
            (true, _) => match self.cancelling {
                Some(Fate::Held { hold, why }) => found(Why::Held(*hold), format!("Its cancellation is held. {why}")),
                Some(Fate::GivenUp { by, reason }) => {
                    found(Why::GivenUp, format!("Its cancellation was given up by {by}: {reason}"))
                }
                None => found(Why::NotPosted, format!("It was cancelled, and {name} is not cancelled yet.")),
                Some(_) => {
                    found(Why::NotCancelled, format!("It was cancelled, and {name} counts still: cancel it there."))
                }
            },
            (false, Standing::Cancelled) => {
                let held = match self.posting {
                    Some(Fate::Held { why, .. }) => format!(" It is held: {why}"),
                    _ => " Cancel it at the workshop as well, or post it there anew.".to_owned(),
                };
                found(Why::CancelledThere, format!("{name} was cancelled there by hand.{held}"))
            }
            (false, _) => match self.posting {
                Some(Fate::Posted { .. }) => None,
                Some(Fate::Held { hold, why }) => found(Why::Held(*hold), why.clone()),
                Some(Fate::GivenUp { by, .. }) => {
                    found(Why::Unsaid, format!("It was given up by {by}, and is there as {name}."))
                }
                _ => {
                    let words = format!("It is there as {name}, which the office has not said: it may be under way.");
                    found(Why::Unsaid, words)
                }
            },
        }
    }

    /// The company's books do not have it, but for a draft perhaps.
    fn absent(&self, draft: Option<&'a There>) -> Option<Found<'a>> {
        let nothing_is_missing = self.paper.cancelled.is_some() || self.paper.sum.is_zero();
        let found = |why, words: String| Some(Found::new(draft, why, words));
        let settled = |found: Option<Found<'a>>, settled: bool| match settled {
            true => found.map(Found::settled),
            false => found,
        };
        match self.posting {
            Some(Fate::Held { hold, why }) => found(Why::Held(*hold), why.clone()),
            Some(Fate::Withdrawn) => {
                let words = match self.instead {
                    Some(number) => format!("It was cancelled before it was posted, and {number} stands for it."),
                    None => "It was cancelled before it was posted.".to_owned(),
                };
                settled(found(Why::Withdrawn, words), self.paper.cancelled.is_some())
            }
            Some(fate @ Fate::GivenUp { reason, .. }) if fate.is_before() => {
                settled(found(Why::Before, reason.clone()), true)
            }
            Some(Fate::GivenUp { by, reason }) => {
                let words = format!("It was given up by {by}: {reason}");
                settled(found(Why::GivenUp, words), self.paper.cancelled.is_some())
            }
            Some(Fate::Kept) => settled(found(Why::Kept, "There is no place for it there.".into()), nothing_is_missing),
            Some(Fate::Posted { name, .. }) => {
                let now = match draft {
                    Some(draft) => format!("{} is a draft only", draft.name),
                    None => "is not there any more".to_owned(),
                };
                let words = format!(
                    "It was posted as {name}, and {now}: the books were restored, or somebody deleted it. \
                     Look at `outpost office held list` after an hour."
                );
                found(Why::Missing, words)
            }
            None => found(Why::NotPosted, "It was not posted yet.".into()),
        }
    }

    /// Who has said that it was entered by hand.
    fn entered_by(&self) -> Option<&Text> {
        match self.posting {
            Some(Fate::Posted { by, .. }) => by.as_ref(),
            _ => None,
        }
    }

    /// Whoever has entered it by hand was shown what is otherwise, and has said that it is meant so.
    fn on_purpose(&self, mut found: Found<'a>) -> Found<'a> {
        let Some(by) = self.entered_by() else { return found };
        found.words = format!("{} It was entered so by hand, says {by}.", found.words);
        found.settled()
    }

    fn other_sum(&self, there: &'a There) -> Option<Found<'a>> {
        let theirs = there.sum?;
        if self.paper.cancelled.is_some() || self.standing(there) == Standing::Cancelled || theirs == self.paper.sum {
            return None;
        }
        let words = format!("{} comes to {theirs} there, and to {} by its paper.", there.name, self.paper.sum);
        Some(self.on_purpose(Found::new(Some(there), Why::Sum, words)))
    }

    fn other_day(&self, there: &'a There) -> Option<Found<'a>> {
        let (own, posted) = (self.paper.day, there.day?);
        match self.day(there) {
            (_, true) if self.entered_by().is_some() => {
                let words = format!("{} is of {posted} there, and of {own} by its paper.", there.name);
                Some(self.on_purpose(Found::new(Some(there), Why::Day, words)))
            }
            (_, true) => {
                let words = format!("{} was posted on {posted}, the first open day: its own is {own}.", there.name);
                Some(Found::new(Some(there), Why::OpenDay, words).settled())
            }
            (day, false) if day != own => {
                let words = format!("{} is of {day} there, and of {own} by its paper.", there.name);
                Some(Found::new(Some(there), Why::Day, words))
            }
            _ => None,
        }
    }
}

fn near(a: Date, b: Date) -> bool {
    a.duration_since(b).as_hours().abs() <= 24
}
