//! Which letter numbers bear: what the office gives to each life of a site's box, and what of it is in force at one.
//!
//! Where two records follow one, a card was copied or restored, or lost what it had; each branch is a life of its own, named by its first
//! record, and gets a letter that no other has. In come branches and the letters that records bear; out come letters. Absent: how
//! branches are found ([`crate::sync::Inbox::lives`]), and how a letter travels (rows of [`super::master::Life`]).

use super::id::Position;
use super::number::Series;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A letter that records bear, and the lives that the first of them is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Borne {
    /// The letter.
    pub series: Series,
    /// The lives.
    pub lives: BTreeSet<Position>,
}

/// The letters of one site, as the office has given them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// The latest that was given, or seen in a record: an office from a backup has forgotten some that it gave.
    pub latest: Series,
    /// That of each life, by its first record.
    pub lives: BTreeMap<Position, Series>,
}

/// There is no letter left for a life: its box keeps the one that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedUp;

impl Letters {
    /// Takes note of the letters that records bear. One that is borne outside the life that has it was given before, by an
    /// office that this one has forgotten of: that life gets another.
    pub fn note<'a>(&mut self, borne: impl IntoIterator<Item = &'a Borne>) {
        for Borne { series, lives } in borne {
            self.latest = self.latest.max(*series);
            self.lives.retain(|life, given| given != series || lives.contains(life));
        }
    }

    /// Gives each of `lives` a letter that has none, in their order. Whoever has one keeps it, however often it is named.
    pub fn give(&mut self, lives: &[Position]) -> Result<(), UsedUp> {
        for life in lives {
            if !self.lives.contains_key(life) {
                self.latest = self.latest.next().ok_or(UsedUp)?;
                self.lives.insert(*life, self.latest);
            }
        }
        Ok(())
    }
}

/// The letter under which a box gives numbers: that of the latest life in its own journal, and none before the one of its
/// enrolment or one that it has used. `place` says where in its journal a record stands, if it does.
pub fn in_force<P: Ord>(
    (enrolled, used): (Series, Option<Series>),
    lives: impl IntoIterator<Item = (Position, Series)>,
    place: impl Fn(Position) -> Option<P>,
) -> Series {
    let own = lives.into_iter().filter_map(|(life, series)| Some((place(life)?, series)));
    let told = own.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, series)| series);
    told.into_iter().chain(used).fold(enrolled, Series::max)
}

/// A life and its letter, as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Its first record.
    pub first: Position,
    /// Its letter.
    pub series: Series,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Seq};

    fn at(epoch: u64, seq: u64) -> Position {
        Position { epoch: Epoch::new(epoch, [0; 10]), seq: Seq(seq) }
    }

    fn letter(text: &str) -> Series {
        text.parse().unwrap()
    }

    fn borne(series: &str, lives: &[Position]) -> Borne {
        Borne { series: letter(series), lives: lives.iter().copied().collect() }
    }

    #[test]
    fn each_life_gets_one_letter_however_often_it_is_told() {
        let mut letters = Letters::default();
        for _ in 0..3 {
            letters.give(&[at(2, 1), at(1, 11)]).unwrap();
        }
        assert_eq!(letters.lives, [(at(2, 1), letter("B")), (at(1, 11), letter("C"))].into());
        letters.give(&[at(3, 1), at(2, 1), at(1, 11), at(2, 5)]).unwrap();
        assert_eq!((letters.lives[&at(3, 1)], letters.lives[&at(2, 5)]), (letter("D"), letter("E")));
    }

    #[test]
    fn an_office_that_forgot_what_it_gave_learns_it_from_the_records() {
        let mut letters = Letters::default();
        letters.note([&borne("D", &[])]);
        assert_eq!(letters.latest, letter("D"));
        letters.give(&[at(2, 1)]).unwrap();
        assert_eq!(letters.lives[&at(2, 1)], letter("E"));
        // Borne in the life that has it, or in one within: as it should be.
        letters.note([&borne("E", &[at(2, 1)]), &borne("A", &[])]);
        assert_eq!((letters.latest, letters.lives.len()), (letter("E"), 1));
        // Borne elsewhere: it was another's before.
        letters.note([&borne("E", &[at(1, 5)])]);
        letters.give(&[at(2, 1)]).unwrap();
        assert_eq!(letters.lives, [(at(2, 1), letter("F"))].into());
    }

    #[test]
    fn after_zz_nothing_is_given_and_nothing_is_taken_away() {
        let mut letters = Letters { latest: letter("ZY"), ..Letters::default() };
        assert_eq!(letters.give(&[at(2, 1), at(1, 3)]), Err(UsedUp));
        assert_eq!(letters.lives, [(at(2, 1), letter("ZZ"))].into());
        assert_eq!(letters.give(&[at(2, 1)]), Ok(()));
    }

    #[test]
    fn the_latest_life_in_the_own_journal_says_the_letter_and_it_never_goes_back() {
        let journal = [at(1, 10), at(2, 7), at(3, 1)];
        let place = |life: Position| {
            let epoch = journal.iter().position(|last| last.epoch == life.epoch && life.seq <= last.seq)?;
            Some((epoch, life.seq))
        };
        let force = |enrolled, used: Option<&str>, lives: &[(Position, &str)]| {
            let lives = lives.iter().map(|(life, series)| (*life, letter(series)));
            in_force((letter(enrolled), used.map(letter)), lives, place).to_string()
        };
        assert_eq!(force("A", None, &[]), "A");
        assert_eq!(
            force("A", None, &[(at(2, 1), "B"), (at(1, 11), "C"), (at(4, 1), "F")]),
            "B",
            "the others' are not its"
        );
        assert_eq!(
            force("A", None, &[(at(3, 1), "C"), (at(2, 1), "D")]),
            "C",
            "the latest, though it was given before"
        );
        assert_eq!(force("E", None, &[(at(3, 1), "C")]), "E");
        assert_eq!(force("A", Some("AA"), &[(at(3, 1), "C")]), "AA");
    }
}
