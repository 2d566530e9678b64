//! The status light: one lamp, eight patterns.
//!
//! In comes what the box would like to say ([`State`]) and how long it has been running; out goes whether the lamp is
//! lit. [`lit`] is pure, so the patterns can be tested and drawn in a manual; [`Signal`] carries them to a
//! [`StatusLight`] and writes only when something changes. Deliberately absent: a timer. Whoever owns the loop calls
//! [`Signal::show`] every [`TICK_MS`].

mod pin;
mod sysfs;

pub use pin::PinLight;
pub use sysfs::SysfsLight;

use std::path::PathBuf;

use crate::pin::PinError;

/// How often [`Signal::show`] wants to be called, in milliseconds: every edge of every pattern lies on a multiple.
pub const TICK_MS: u64 = 100;

/// What the box says with its one lamp, from the most harmless to the most urgent.
///
/// What a stick needs comes before [`State::Attention`], which may last for days: somebody stands there with the stick
/// and waits, and when it is pulled the lamp says the rest again. Flashes can be counted: one is for the stick and
/// good, two are for the box, three are for the stick and bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// All is well: steady light.
    Working,
    /// Records are kept, but the line to the office is away: steady light with a short wink every three seconds.
    NoLine,
    /// The box is coming up, or rebuilding: slow and even, a second lit, a second dark. Wait.
    Starting,
    /// A person should look, though nothing is lost: two short flashes, then a pause.
    Attention,
    /// The stick may be pulled: one flash, then a long pause.
    StickDone,
    /// A person should look at the stick, which was not served: three short flashes, then a long pause.
    StickProblem,
    /// A stick is being written or read, do not pull it: long, short, long, short, without a pause.
    StickBusy,
    /// The disk refuses; sales are not being kept. Fast, even flashing: go there now.
    CannotRecord,
}

/// The states that exist, for tables and tests.
pub const STATES: [State; 8] = [
    State::Working,
    State::NoLine,
    State::Starting,
    State::Attention,
    State::StickDone,
    State::StickProblem,
    State::StickBusy,
    State::CannotRecord,
];

/// A lit span within a period, `from..to` in milliseconds.
type Span = (u64, u64);

impl State {
    /// The period in milliseconds and the spans in it that are lit.
    ///
    /// No pattern flashes more than three times a second (which could harm people with photosensitive epilepsy), and
    /// a dark lamp is never a pattern: it means that the box has no power or does not run.
    const fn pattern(self) -> (u64, &'static [Span]) {
        match self {
            State::Working => (1_000, &[(0, 1_000)]),
            State::NoLine => (3_000, &[(0, 2_700)]),
            State::Starting => (2_000, &[(0, 1_000)]),
            State::Attention => (2_000, &[(0, 200), (400, 600)]),
            State::StickDone => (3_000, &[(0, 600)]),
            State::StickProblem => (3_000, &[(0, 200), (400, 600), (800, 1_000)]),
            State::StickBusy => (1_500, &[(0, 800), (1_000, 1_200)]),
            State::CannotRecord => (400, &[(0, 200)]),
        }
    }
}

/// Whether the lamp is lit `ms` milliseconds after any fixed start, in this state.
pub fn lit(state: State, ms: u64) -> bool {
    let (period, spans) = state.pattern();
    let at = ms % period;
    spans.iter().any(|&(from, to)| (from..to).contains(&at))
}

/// One lamp that can be switched.
///
/// Contract: `switch` returns quickly (no sleeping, no retrying), may be called with the value it already has, and
/// leaves the lamp as it was when it fails.
pub trait StatusLight: Send {
    /// Switches the lamp on or off.
    fn switch(&mut self, on: bool) -> Result<(), LightError>;
}

/// Why the lamp could not be opened or switched. Never a reason to stop working.
#[derive(Debug, thiserror::Error)]
pub enum LightError {
    /// The kernel has no LED of that name.
    #[error("there is no LED {name:?} in {dir}: choose one of those that `ls {dir}` shows, or leave the light out")]
    NoSuchLed {
        /// The name asked for.
        name: String,
        /// The directory it was looked for in.
        dir: PathBuf,
    },
    /// A file of the LED could not be read or written.
    #[error("cannot use the LED file {path}: {source}; run as root or give the service's user the right to write it")]
    File {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The pin could not be had, or does not switch.
    #[error(transparent)]
    Pin(#[from] PinError),
}

/// No lamp at all: a box without one works just as well.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLight;

impl StatusLight for NoLight {
    fn switch(&mut self, _on: bool) -> Result<(), LightError> {
        Ok(())
    }
}

/// Carries a pattern to a lamp, switching it only when it changes.
pub struct Signal {
    light: Box<dyn StatusLight>,
    is_lit: Option<bool>,
}

impl Signal {
    /// A signal on this lamp, whose present state is unknown.
    pub fn new(light: Box<dyn StatusLight>) -> Self {
        Signal { light, is_lit: None }
    }

    /// Brings the lamp to where `state`'s pattern is at `ms`. After an error the next call tries again.
    pub fn show(&mut self, state: State, ms: u64) -> Result<(), LightError> {
        let want = lit(state, ms);
        if self.is_lit == Some(want) {
            return Ok(());
        }
        self.is_lit = None;
        self.light.switch(want)?;
        self.is_lit = Some(want);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    const LOOK_MS: u64 = 12_000;

    /// What a person sees in twelve seconds, a character a tick.
    fn seen(state: State) -> String {
        (0..LOOK_MS / TICK_MS).map(|tick| if lit(state, tick * TICK_MS) { '#' } else { '.' }).collect()
    }

    #[test]
    fn working_is_steady_light() {
        assert!(!seen(State::Working).contains('.'));
    }

    #[test]
    fn no_line_winks_dark_once_every_three_seconds() {
        assert_eq!(seen(State::NoLine), "###########################...".repeat(4));
    }

    #[test]
    fn attention_is_two_flashes_and_a_pause() {
        assert_eq!(seen(State::Attention), "##..##..............".repeat(6));
    }

    #[test]
    fn starting_is_slow_and_cannot_record_is_fast() {
        assert_eq!(seen(State::Starting), "##########..........".repeat(6));
        assert_eq!(seen(State::CannotRecord), "##..".repeat(30));
    }

    #[test]
    fn a_busy_stick_is_long_short_without_a_pause() {
        assert_eq!(seen(State::StickBusy), "########..##...".repeat(8));
    }

    #[test]
    fn a_stick_is_done_with_one_flash_and_a_problem_with_three() {
        assert_eq!(seen(State::StickDone), "######........................".repeat(4));
        assert_eq!(seen(State::StickProblem), "##..##..##....................".repeat(4));
    }

    #[test]
    fn states_stand_in_order_of_urgency_and_nothing_is_above_a_disk_that_refuses() {
        assert!(STATES.is_sorted());
        assert_eq!(STATES.iter().max(), Some(&State::CannotRecord));
    }

    #[test]
    fn no_two_states_look_the_same_and_none_is_dark() {
        for (i, a) in STATES.iter().enumerate() {
            assert!(seen(*a).contains('#'), "{a:?} looks like a box without power");
            for b in &STATES[i + 1..] {
                assert_ne!(seen(*a), seen(*b), "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn no_pattern_flashes_more_than_three_times_in_any_second() {
        for state in STATES {
            for from in (0..LOOK_MS).step_by(TICK_MS as usize) {
                let edges = (from..from + 1_000).filter(|&ms| lit(state, ms + 1) && !lit(state, ms)).count();
                assert!(edges <= 3, "{state:?} flashes {edges} times in the second from {from}");
            }
        }
    }

    #[test]
    fn every_edge_lies_on_a_tick() {
        for state in STATES {
            for ms in 0..LOOK_MS {
                assert_eq!(lit(state, ms), lit(state, ms / TICK_MS * TICK_MS), "{state:?} at {ms}");
            }
        }
    }

    #[test]
    fn patterns_hold_at_the_end_of_time() {
        for state in STATES {
            lit(state, u64::MAX);
        }
    }

    #[derive(Clone, Default)]
    struct Lamp {
        switched: Arc<Mutex<Vec<bool>>>,
        is_broken: Arc<Mutex<bool>>,
    }

    impl StatusLight for Lamp {
        fn switch(&mut self, on: bool) -> Result<(), LightError> {
            if *self.is_broken.lock().unwrap() {
                return Err(PinError::Wire { what: "light", cause: "broken".into() }.into());
            }
            self.switched.lock().unwrap().push(on);
            Ok(())
        }
    }

    #[test]
    fn a_signal_switches_only_on_change() {
        let lamp = Lamp::default();
        let mut signal = Signal::new(Box::new(lamp.clone()));
        for ms in (0..4_000).step_by(100) {
            signal.show(State::Starting, ms).unwrap();
        }
        assert_eq!(*lamp.switched.lock().unwrap(), [true, false, true, false]);
    }

    #[test]
    fn a_signal_tries_again_after_a_failure() {
        let lamp = Lamp::default();
        let mut signal = Signal::new(Box::new(lamp.clone()));
        *lamp.is_broken.lock().unwrap() = true;
        assert!(signal.show(State::Working, 0).is_err());
        *lamp.is_broken.lock().unwrap() = false;
        signal.show(State::Working, 100).unwrap();
        assert_eq!(*lamp.switched.lock().unwrap(), [true]);
    }

    #[test]
    fn a_box_without_a_lamp_is_content() {
        Signal::new(Box::new(NoLight)).show(State::CannotRecord, 0).unwrap();
    }
}
