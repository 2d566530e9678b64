//! How far reading has come: kept by the caller together with the rows.
//!
//! In and out: marks in ERPNext's time, which has no offset. Absent: anything of rows.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use outpost_core::domain::id::SiteId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// `modified` is set before a change can be seen; longer than ERPNext lets a request take.
const OVERLAP_S: i64 = 120;
/// Most documents of the overlap that are remembered; what goes beyond comes a second time, which changes nothing.
const MAX_SEEN: usize = 2_000;

/// Where a document stands in the order of changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) modified: String,
    pub(super) name: String,
}

impl Mark {
    /// A document's, where it has both; its time with all digits.
    pub(super) fn of(document: &Value) -> Option<Self> {
        let text = |field| document.get(field).and_then(Value::as_str).map(str::to_owned);
        // ERPNext leaves out those of a whole second; they are compared as text, here and perhaps there.
        let mut modified = text("modified")?;
        if !modified.contains('.') {
            modified.push_str(".000000");
        }
        Some(Self { modified, name: text("name")? })
    }
}

/// One doctype.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Follow {
    /// All of it has been read once.
    pub(super) loaded: bool,
    /// The newest change.
    pub(super) newest: Option<Mark>,
    /// What was read of the overlap: name → `modified`.
    pub(super) seen: BTreeMap<String, String>,
    /// No change can turn up any more that is older than the newest: ERPNext has been seen to be past the overlap before the last look.
    pub(super) settled: bool,
    /// Its names are to be compared before anything else is read.
    pub(super) names_due: bool,
}

impl Follow {
    /// Remembers a document.
    pub(super) fn saw(&mut self, mark: &Mark) {
        self.seen.insert(mark.name.clone(), mark.modified.clone());
    }

    /// Forgets what lies before the overlap, and the oldest where it is too much.
    pub(super) fn trim(&mut self, from: &str) {
        self.seen.retain(|_, modified| modified.as_str() >= from);
        if self.seen.len() > MAX_SEEN {
            let mut times: Vec<_> = self.seen.values().cloned().collect();
            times.sort_unstable();
            let oldest = times.swap_remove(times.len() - MAX_SEEN);
            self.seen.retain(|_, modified| *modified > oldest);
            let newest = self.newest.clone();
            newest.iter().for_each(|mark| self.saw(mark));
        }
    }
}

/// What is being done in a doctype.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Nothing yet.
    #[default]
    Begin,
    /// All is read, from the oldest change on.
    Load { top: Option<Mark>, at: Option<Mark> },
    /// What changed is read, where it is more than a page.
    Changes(Box<Stretch>),
    /// ERPNext's names are held against ours.
    Theirs { after: String },
    /// Our names are held against ERPNext's.
    Ours { after: String },
    /// What we have is read again, whatever its time says.
    Again { after: String },
    /// What is asked for one by one: kinds of documents, sites.
    Each { next: usize },
}

/// The changes that are being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The newest that was known before the first page was read.
    pub(super) top: Mark,
    /// The latest that ERPNext's time was known to be then.
    pub(super) clock: String,
    /// Where the next page begins; the first one at `from`.
    pub(super) at: Option<Mark>,
    pub(super) from: String,
    /// What was read before and has not come again.
    pub(super) missing: BTreeSet<String>,
    /// How much that was.
    pub(super) expected: usize,
    /// Reading goes on behind what was read before: that does not come again, and is asked for.
    #[serde(default)]
    pub(super) further: bool,
}

/// A round through all doctypes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turn {
    /// All is read anew.
    pub(super) all: bool,
    pub(super) doctype: String,
    pub(super) phase: Phase,
}

/// How far reading has come. To be kept with the rows that came with it; without it all is read anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    pub(super) time_zone: Option<String>,
    /// The newest change anywhere: so late it is at ERPNext, at least.
    pub(super) clock: String,
    pub(super) at: BTreeMap<String, Follow>,
    pub(super) lacks: BTreeSet<String>,
    /// Who receives what is in a transit warehouse, as it was when goods under way were read last.
    pub(super) receivers: BTreeMap<String, SiteId>,
    pub(super) turn: Option<Turn>,
}

/// Doctypes with figures that sites' own documents change.
const FIGURES: [&str; 5] = ["Sales Order", "Work Order", "Stock Entry", "Sales Invoice", "Purchase Invoice"];

impl Progress {
    /// A round is under way.
    pub fn is_under_way(&self) -> bool {
        self.turn.is_some()
    }

    /// What the next page is of: a doctype, or what comes before and after all of them.
    pub fn at(&self) -> &str {
        self.turn.as_ref().map_or("(settings)", |turn| &turn.doctype)
    }

    /// The next page has figures that sites' documents change: none of those may be on its way while it is read.
    pub fn has_figures(&self) -> bool {
        FIGURES.contains(&self.at())
    }

    /// ERPNext's time zone, where it was asked.
    pub fn time_zone(&self) -> Option<&str> {
        self.time_zone.as_deref()
    }

    /// The day at ERPNext; that of UTC where its time zone is not known.
    pub(super) fn today(&self, now: Timestamp) -> Date {
        let zone = self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        zone.unwrap_or(TimeZone::UTC).to_datetime(now).date()
    }

    pub(super) fn follow(&mut self, doctype: &str) -> &mut Follow {
        self.at.entry(doctype.to_owned()).or_default()
    }

    /// Takes note of what time it is at ERPNext.
    pub(super) fn saw(&mut self, mark: Option<&Mark>) {
        if let Some(mark) = mark.filter(|mark| mark.modified > self.clock) {
            self.clock.clone_from(&mark.modified);
        }
    }

    /// No change that is older than `newest` could turn up any more when it was `clock`.
    pub(super) fn is_settled(&self, newest: &str, clock: &str) -> bool {
        !self.is_doubtful(newest) && !self.is_doubtful(clock) && self.overlap(clock).as_str() > newest
    }

    /// From when on changes may still turn up, `newest` being the last that was read. In the hour that a clock is set back by, times come
    /// twice, so there it is all of that hour.
    pub(super) fn overlap(&self, newest: &str) -> String {
        let Ok(at) = newest.parse::<DateTime>() else { return newest.to_owned() };
        let back = SignedDuration::from_secs(OVERLAP_S + self.fold(at));
        at.checked_sub(back)
            .map_or_else(|_| newest.to_owned(), |from| from.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string())
    }

    /// True where a time may have come twice, so that a later change may have an earlier `modified`.
    pub(super) fn is_doubtful(&self, newest: &str) -> bool {
        newest.parse::<DateTime>().is_ok_and(|at| self.fold(at) > 0)
    }

    /// How many seconds the clock is set back by, where the time comes twice; just behind that, still so.
    fn fold(&self, at: DateTime) -> i64 {
        let Some(zone) = self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()) else { return 0 };
        let around = [Some(at), at.checked_sub(OVERLAP_S.seconds()).ok()];
        let folds = around.into_iter().flatten().filter_map(|at| match zone.to_ambiguous_timestamp(at).offset() {
            AmbiguousOffset::Fold { before, after } => Some(i64::from(before.seconds() - after.seconds())),
            _ => None,
        });
        folds.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_zone(zone: &str) -> Progress {
        Progress { time_zone: Some(zone.into()), ..Progress::default() }
    }

    #[test]
    fn the_overlap_is_two_minutes_but_for_the_hour_that_comes_twice() {
        assert_eq!(in_zone("Asia/Jakarta").overlap("2026-11-23 00:01:00.5"), "2026-11-22 23:59:00.500000");
        // In Berlin, 2026-10-25 03:00 became 02:00.
        let berlin = in_zone("Europe/Berlin");
        assert_eq!(berlin.overlap("2026-10-25 02:59:30"), "2026-10-25 01:57:30.000000");
        assert!(berlin.is_doubtful("2026-10-25 02:00:00") && !berlin.is_doubtful("2026-10-25 03:02:00"));
        assert_eq!(berlin.overlap("2026-10-25 01:59:00"), "2026-10-25 01:57:00.000000");
    }

    #[test]
    fn the_day_is_that_of_erpnexts_clock() {
        let now: Timestamp = "2026-11-20T18:00:00Z".parse().unwrap();
        assert_eq!(in_zone("Asia/Jakarta").today(now).to_string(), "2026-11-21");
        assert_eq!(in_zone("Asia/Bandung").today(now).to_string(), "2026-11-20");
    }

    #[test]
    fn what_is_remembered_has_an_end_and_keeps_the_newest() {
        let mut follow = Follow::default();
        for i in 0..3 * MAX_SEEN {
            let mark = Mark { modified: "2026-11-23 10:00:00".into(), name: format!("N{i}") };
            follow.saw(&mark);
            follow.newest = Some(mark);
        }
        follow.trim("2026-11-23 09:58:00");
        assert!(follow.seen.len() <= MAX_SEEN && follow.seen.contains_key(&format!("N{}", 3 * MAX_SEEN - 1)));
    }
}
