//! Time as a box without a clock battery can know it.
//!
//! In come moments somebody else measured: the milliseconds since boot, a clock chip, the network, the office.
//! Out goes a [`Stamp`] for each record. Nothing here reads a clock, and no order is ever taken from a stamp:
//! sequence numbers order records.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How good a stamp's time is. Later ones are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Quality {
    /// Not known: no earlier than the build, the last record, or what a stick said.
    Floor,
    /// A person confirmed day and time, where nothing else told them.
    Person,
    /// From a battery-backed clock chip.
    Chip,
    /// From a live exchange with the office, right to about half its round trip.
    Office,
    /// The kernel's clock, disciplined by the network.
    Network,
}

impl From<Quality> for u8 {
    fn from(quality: Quality) -> u8 {
        match quality {
            Quality::Floor => 0,
            Quality::Chip => 1,
            Quality::Office => 2,
            Quality::Network => 3,
            // Added later: the numbers are on disk and say nothing of the order.
            Quality::Person => 4,
        }
    }
}

impl TryFrom<u8> for Quality {
    type Error = String;
    fn try_from(byte: u8) -> Result<Self, String> {
        match byte {
            0 => Ok(Self::Floor),
            1 => Ok(Self::Chip),
            2 => Ok(Self::Office),
            3 => Ok(Self::Network),
            4 => Ok(Self::Person),
            other => Err(format!("{other} is no quality of time: 0 to 4 are")),
        }
    }
}

/// When a record was made: the uptime, exact, and what the box then believed about the moment of its boot.
/// An offset learnt later can be applied to every record of the same boot (its epoch's first record names the boot).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, u64, Quality)", into = "(i64, u64, Quality)")]
pub struct Stamp {
    /// Believed moment of the boot, in milliseconds since 1970, UTC.
    pub boot_at_ms: i64,
    /// Milliseconds since that boot.
    pub up_ms: u64,
    /// How good `boot_at_ms` is.
    pub quality: Quality,
}

impl Stamp {
    /// Milliseconds since 1970, UTC.
    pub fn at_ms(&self) -> i64 {
        self.boot_at_ms.saturating_add_unsigned(self.up_ms)
    }
}

/// What later stamps tell about the moment of each boot, so that what a scanner alone brought while the time was unknown gets
/// its date. In go all stamps of a journal in order, each with the boot that its epoch's first record names; out comes
/// the best that is known of a record's moment.
#[derive(Clone, Debug, Default)]
pub struct Boots {
    best: BTreeMap<Uuid, (Quality, i64)>,
}

impl Boots {
    /// Takes note of a record's stamp. Of equally good ones the later counts: an early one may have been held at the moment of
    /// the record before it, so that time does not run back.
    pub fn note(&mut self, boot: Uuid, stamp: &Stamp) {
        let best = self.best.entry(boot).or_insert((stamp.quality, stamp.boot_at_ms));
        if stamp.quality >= best.0 {
            *best = (stamp.quality, stamp.boot_at_ms);
        }
    }

    /// When a record was made, milliseconds since 1970, and how good that is: by its own stamp, or by a better one of its boot.
    pub fn dated(&self, boot: Uuid, stamp: &Stamp) -> (i64, Quality) {
        match self.best.get(&boot) {
            Some((quality, boot_at_ms)) if *quality > stamp.quality => {
                (boot_at_ms.saturating_add_unsigned(stamp.up_ms), *quality)
            }
            _ => (stamp.at_ms(), stamp.quality),
        }
    }
}

impl From<(i64, u64, Quality)> for Stamp {
    fn from((boot_at_ms, up_ms, quality): (i64, u64, Quality)) -> Self {
        Self { boot_at_ms, up_ms, quality }
    }
}

impl From<Stamp> for (i64, u64, Quality) {
    fn from(stamp: Stamp) -> Self {
        (stamp.boot_at_ms, stamp.up_ms, stamp.quality)
    }
}

/// What a site believes about time. Starts at a floor, gets better by what it learns, never runs behind a stamp it gave.
#[derive(Clone, Debug)]
pub struct Clock {
    boot_at_ms: i64,
    quality: Quality,
    last_at_ms: i64,
}

impl Clock {
    /// A clock that knows no more than that it is now `floor_ms` or later, `up_ms` after boot.
    pub fn starting_at(floor_ms: i64, up_ms: u64) -> Self {
        Self { boot_at_ms: floor_ms.saturating_sub_unsigned(up_ms), quality: Quality::Floor, last_at_ms: floor_ms }
    }

    /// Takes a source's word that it is `at_ms` now. A worse source than the one in use changes nothing, and no source
    /// but the network may put the clock behind what the build or the last record prove.
    pub fn learn(&mut self, source: Quality, at_ms: i64, up_ms: u64) {
        if source < self.quality || (at_ms < self.last_at_ms && source < Quality::Office) {
            return;
        }
        self.boot_at_ms = at_ms.saturating_sub_unsigned(up_ms);
        self.quality = source;
    }

    /// Takes word that it is at least `at_ms` now: all that a stick can say.
    pub fn at_least(&mut self, at_ms: i64, up_ms: u64) {
        if self.quality == Quality::Floor && at_ms > self.boot_at_ms.saturating_add_unsigned(up_ms) {
            self.boot_at_ms = at_ms.saturating_sub_unsigned(up_ms);
        }
    }

    /// The present moment, `up_ms` after boot, as milliseconds since 1970; never behind an earlier stamp.
    pub fn now_ms(&self, up_ms: u64) -> i64 {
        self.boot_at_ms.saturating_add_unsigned(up_ms).max(self.last_at_ms)
    }

    /// How good the time is.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// A stamp for a record made `up_ms` after boot.
    pub fn stamp(&mut self, up_ms: u64) -> Stamp {
        self.last_at_ms = self.now_ms(up_ms);
        Stamp { boot_at_ms: self.last_at_ms.saturating_sub_unsigned(up_ms), up_ms, quality: self.quality }
    }
}

/// A moment as a person reads it, in UTC: `2026-11-02T01:02:27Z`.
pub fn rfc3339(at_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(at_ms) {
        Ok(moment) => jiff::fmt::temporal::DateTimePrinter::new().precision(Some(0)).timestamp_to_string(&moment),
        Err(_) => format!("{at_ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn time_never_runs_behind_an_earlier_stamp() {
        let mut clock = Clock::starting_at(100 * DAY, 5_000);
        clock.learn(Quality::Network, 200 * DAY, 6_000);
        let before = clock.stamp(7_000);
        clock.learn(Quality::Network, 150 * DAY, 8_000);
        let after = clock.stamp(9_000);
        assert!(after.at_ms() >= before.at_ms());
        assert_eq!(after.up_ms, 9_000);
    }

    #[test]
    fn a_worse_source_changes_nothing() {
        let mut clock = Clock::starting_at(0, 0);
        clock.learn(Quality::Office, 10 * DAY, 0);
        clock.learn(Quality::Chip, 99 * DAY, 0);
        assert_eq!(clock.now_ms(0), 10 * DAY);
    }

    #[test]
    fn a_chip_behind_the_floor_is_not_believed() {
        let mut clock = Clock::starting_at(100 * DAY, 0);
        clock.learn(Quality::Chip, 3 * DAY, 0);
        assert_eq!((clock.now_ms(0), clock.quality()), (100 * DAY, Quality::Floor));
    }

    #[test]
    fn a_stick_only_pushes_time_forward() {
        let mut clock = Clock::starting_at(100 * DAY, 0);
        clock.at_least(90 * DAY, 0);
        assert_eq!(clock.now_ms(0), 100 * DAY);
        clock.at_least(110 * DAY, 0);
        assert_eq!((clock.now_ms(0), clock.quality()), (110 * DAY, Quality::Floor));
    }

    #[test]
    fn what_was_recorded_before_the_time_was_known_gets_its_date_from_a_later_stamp_of_its_boot() {
        let (boot, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut clock = Clock::starting_at(100 * DAY, 1_000);
        let scan = clock.stamp(2_000);
        clock.learn(Quality::Person, 300 * DAY, 3_000);
        let sale = clock.stamp(4_000);
        let mut boots = Boots::default();
        [scan, sale].iter().for_each(|stamp| boots.note(boot, stamp));
        assert_eq!(boots.dated(boot, &scan), (300 * DAY - 1_000, Quality::Person));
        assert_eq!(boots.dated(boot, &sale), (300 * DAY + 1_000, Quality::Person));
        assert_eq!(boots.dated(other, &scan), (scan.at_ms(), Quality::Floor), "another boot tells nothing");
        assert!(Quality::Floor < Quality::Person && Quality::Person < Quality::Chip);
    }

    #[test]
    fn a_person_is_not_believed_against_the_last_record_nor_against_a_better_source() {
        let mut clock = Clock::starting_at(100 * DAY, 0);
        clock.learn(Quality::Person, 90 * DAY, 0);
        assert_eq!((clock.now_ms(0), clock.quality()), (100 * DAY, Quality::Floor));
        clock.learn(Quality::Chip, 110 * DAY, 0);
        clock.learn(Quality::Person, 200 * DAY, 0);
        assert_eq!((clock.now_ms(0), clock.quality()), (110 * DAY, Quality::Chip));
    }

    #[test]
    fn a_moment_reads_as_utc() {
        assert_eq!(rfc3339(1_793_581_347_000), "2026-11-02T01:02:27Z");
    }
}
