//! What people are told of each stick: on `state/stick`, by the light, by the buzzer, in `outpost status`.

use crate::carry::Progress;
use crate::domain::id::Position;
use crate::domain::time::rfc3339;
use crate::moment::up_ms;
use board::buzzer::Tune;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is being done with a stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Opening,
    Reading,
    Writing,
}

impl Doing {
    fn word(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Reading => "reading",
            Self::Writing => "writing",
        }
    }
}

/// How far a stick is.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// It must not be pulled, though nothing is lost if it is.
    Working { doing: Doing, since_ms: u64, progress: Progress },
    /// It may be pulled.
    MayPull { word: String },
    /// Somebody has to look. It may be pulled.
    Problem { word: String },
}

/// One stick, for people.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// The device's name or the directory.
    pub(super) name: String,
    /// What its owner calls it, made printable.
    pub(super) label: Option<String>,
    pub(super) phase: Phase,
}

impl Shown {
    fn json(&self, now_ms: u64, mirror: Option<&Mirror>) -> Value {
        let (state, word, more) = match &self.phase {
            Phase::Working { doing, since_ms, progress } => {
                let Progress { done, total } = *progress;
                let left_s = seconds_left(now_ms.saturating_sub(*since_ms), *progress);
                let more = json!({ "doing": doing.word(), "done": done, "total": total, "seconds_left": left_s });
                ("working", "do not pull it yet".to_owned(), more)
            }
            Phase::MayPull { word } => ("may_pull", word.clone(), Value::Null),
            Phase::Problem { word } => ("problem", word.clone(), Value::Null),
        };
        json!({
            "name": self.name,
            "label": self.label,
            "state": state,
            "word": word,
            "progress": more,
            "mirror": mirror.is_some(),
            "through": mirror.map(|mirror| rfc3339(mirror.at_ms)),
        })
    }
}

/// How long the rest takes at the speed so far; none before there is a speed.
fn seconds_left(took_ms: u64, Progress { done, total }: Progress) -> Option<u64> {
    let left = total.saturating_sub(done);
    (done > 0).then(|| (u128::from(took_ms) * u128::from(left) / u128::from(done)).div_ceil(1000) as u64)
}

/// What a stick has of this box that the office does not: all, up to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) through: Position,
    /// When it was brought up to date, milliseconds since 1970.
    pub(super) at_ms: i64,
}

/// All sticks, by the key that their insertion has.
#[derive(Debug, Default)]
pub(in crate::site) struct Board {
    sticks: Mutex<BTreeMap<String, Shown>>,
    mirrors: Mutex<BTreeMap<String, Mirror>>,
    tune: Mutex<Option<Tune>>,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Shown>> {
        self.sticks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_mirrors(&self) -> MutexGuard<'_, BTreeMap<String, Mirror>> {
        self.mirrors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stick was brought up to date; none where it cannot be relied on.
    pub(super) fn mirrors(&self, key: &str, mirror: Option<Mirror>) {
        let mut mirrors = self.lock_mirrors();
        match mirror {
            Some(mirror) => drop(mirrors.insert(key.to_owned(), mirror)),
            None => drop(mirrors.remove(key)),
        }
    }

    /// Up to which record a stick that is in has what the office does not have.
    pub(in crate::site) fn mirrored(&self) -> Option<Position> {
        self.lock_mirrors().values().map(|mirror| mirror.through).max()
    }

    /// Has the buzzer say something to whoever waits beside the box.
    pub(super) fn ring(&self, tune: Tune) {
        *self.tune.lock().unwrap_or_else(PoisonError::into_inner) = Some(tune);
    }

    /// What the buzzer is to say now.
    pub(in crate::site) fn take_tune(&self) -> Option<Tune> {
        self.tune.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn show(&self, key: &str, shown: Shown) {
        self.lock().insert(key.to_owned(), shown);
    }

    pub(super) fn progress(&self, key: &str, doing: Doing, since_ms: u64, progress: Progress) {
        if let Some(shown) = self.lock().get_mut(key) {
            shown.phase = Phase::Working { doing, since_ms, progress };
        }
    }

    /// Forgets the sticks that are not there.
    pub(super) fn keep(&self, is_there: impl Fn(&str) -> bool) {
        self.lock().retain(|key, _| is_there(key));
        self.lock_mirrors().retain(|key, _| is_there(key));
    }

    /// The content of `state/stick`.
    pub(in crate::site) fn json(&self) -> Value {
        let now_ms = up_ms();
        let mirrors = self.lock_mirrors().clone();
        let json = |(key, shown): (&String, &Shown)| shown.json(now_ms, mirrors.get(key));
        let sticks: Vec<Value> = self.lock().iter().map(json).collect();
        json!({ "sticks": sticks })
    }

    /// What the light says of them, the most urgent first.
    pub(in crate::site) fn light(&self) -> Option<board::light::State> {
        let sticks = self.lock();
        let light = |shown: &Shown| match shown.phase {
            Phase::Working { .. } => board::light::State::StickBusy,
            Phase::MayPull { .. } => board::light::State::StickDone,
            Phase::Problem { .. } => board::light::State::StickProblem,
        };
        sticks.values().map(light).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Seq};

    fn shown(phase: Phase) -> Shown {
        Shown { name: "sda1".into(), label: None, phase }
    }

    #[test]
    fn the_time_left_follows_from_the_speed_so_far() {
        assert_eq!(seconds_left(2_000, Progress { done: 0, total: 10 }), None);
        assert_eq!(seconds_left(2_000, Progress { done: 5, total: 10 }), Some(2));
        assert_eq!(seconds_left(2_001, Progress { done: 10, total: 20 }), Some(3));
        assert_eq!(seconds_left(2_000, Progress { done: 10, total: 10 }), Some(0));
    }

    #[test]
    fn the_light_says_the_most_urgent_of_several_sticks() {
        let board = Board::default();
        assert_eq!(board.light(), None);
        board.show("a", shown(Phase::MayPull { word: "w".into() }));
        assert_eq!(board.light(), Some(board::light::State::StickDone));
        let progress = Progress { done: 1, total: 2 };
        board.show("b", shown(Phase::Working { doing: Doing::Writing, since_ms: 0, progress }));
        assert_eq!(board.light(), Some(board::light::State::StickBusy));
        let through = Position { epoch: Epoch::new(1, [1; 10]), seq: Seq(7) };
        board.mirrors("b", Some(Mirror { through, at_ms: 0 }));
        assert_eq!(board.mirrored(), Some(through));
        assert_eq!(board.json()["sticks"][1]["through"], "1970-01-01T00:00:00Z");
        board.keep(|key| key == "a");
        assert_eq!((board.mirrored(), &board.json()["sticks"][0]["mirror"]), (None, &json!(false)));
        assert_eq!(board.light(), Some(board::light::State::StickDone));
        assert_eq!(board.json()["sticks"][0]["state"], "may_pull");
    }
}
