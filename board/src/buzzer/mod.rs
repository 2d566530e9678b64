//! The buzzer: a sound for somebody who waits beside the box and does not look at its light.
//!
//! In comes what the box would like to say ([`Tune`]) and how long it has been running; out goes whether the buzzer
//! sounds. [`sounds`] is pure; [`Player`] carries a tune to a [`Buzzer`], switches only when something changes, and is
//! silent by itself at the tune's end. Deliberately absent: pitch (an active buzzer has one, its own), a timer, and any
//! tune that goes on until somebody comes: the light does that.

use std::path::Path;

use embedded_hal::digital::OutputPin;
use linux_embedded_hal::CdevPin;

use crate::pin::{ActiveLevel, PinError, Wired};

/// How often [`Player::sound`] wants to be called, in milliseconds: every edge of every tune lies on a multiple.
pub const TICK_MS: u64 = 100;

/// What the box says aloud, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tune {
    /// The stick may be pulled: one long tone.
    MayPull,
    /// A person should look at the stick: three short tones.
    Problem,
}

/// The tunes that exist, for tables and tests.
pub const TUNES: [Tune; 2] = [Tune::MayPull, Tune::Problem];

/// A sounding span since the tune's start, `from..to` in milliseconds.
type Span = (u64, u64);

impl Tune {
    /// The spans that sound, in order.
    const fn spans(self) -> &'static [Span] {
        match self {
            Tune::MayPull => &[(0, 1_000)],
            Tune::Problem => &[(0, 200), (400, 600), (800, 1_000)],
        }
    }

    /// Milliseconds from its start to its end, after which it is silent for ever.
    pub fn length_ms(self) -> u64 {
        self.spans().last().map_or(0, |&(_, to)| to)
    }
}

/// Whether the buzzer sounds `ms` milliseconds after the tune's start.
pub fn sounds(tune: Tune, ms: u64) -> bool {
    tune.spans().iter().any(|&(from, to)| (from..to).contains(&ms))
}

/// One buzzer that can be switched.
///
/// Contract: `switch` returns quickly (no sleeping, no retrying), may be called with the value it already has, and
/// leaves the buzzer as it was when it fails.
pub trait Buzzer: Send {
    /// Lets it sound or be silent.
    fn switch(&mut self, on: bool) -> Result<(), PinError>;
}

/// An active buzzer (one that needs only voltage) on any `embedded-hal` output pin.
pub struct PinBuzzer<P> {
    buzzer: Wired<P>,
}

impl<P: OutputPin + Send> PinBuzzer<P> {
    /// The buzzer on this pin. Nothing is switched yet.
    pub fn new(pin: P, active: ActiveLevel) -> Self {
        PinBuzzer { buzzer: Wired::new(pin, active, "buzzer") }
    }
}

impl PinBuzzer<CdevPin> {
    /// Takes line number `line` of a chip such as `/dev/gpiochip0` as an output, silent. On a Raspberry Pi the line's
    /// number is its GPIO number, not the place on the header.
    pub fn open(chip: &Path, line: u32, active: ActiveLevel) -> Result<Self, PinError> {
        Ok(PinBuzzer { buzzer: Wired::output(chip, line, active, "buzzer")? })
    }
}

impl<P: OutputPin + Send> Buzzer for PinBuzzer<P> {
    fn switch(&mut self, on: bool) -> Result<(), PinError> {
        self.buzzer.switch(on)
    }
}

/// No buzzer at all: the light says the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBuzzer;

impl Buzzer for NoBuzzer {
    fn switch(&mut self, _on: bool) -> Result<(), PinError> {
        Ok(())
    }
}

/// Carries a tune to a buzzer, switching it only when it changes. Silent when dropped.
pub struct Player {
    buzzer: Box<dyn Buzzer>,
    /// What is played, and the millisecond at which it began.
    playing: Option<(Tune, u64)>,
    is_on: Option<bool>,
}

impl Player {
    /// A player on this buzzer, whose present state is unknown.
    pub fn new(buzzer: Box<dyn Buzzer>) -> Self {
        Player { buzzer, playing: None, is_on: None }
    }

    /// Begins a tune at `ms`, in place of one that is still playing: what happened last is what counts for whoever
    /// waits. [`Player::sound`] makes it heard.
    pub fn play(&mut self, tune: Tune, ms: u64) {
        self.playing = Some((tune, ms));
    }

    /// Brings the buzzer to where the tune is at `ms`, counted from the same fixed start as for [`Player::play`];
    /// silent when there is none. After an error the next call tries again.
    pub fn sound(&mut self, ms: u64) -> Result<(), PinError> {
        let since = |from: u64| ms.saturating_sub(from);
        self.playing = self.playing.filter(|&(tune, from)| since(from) < tune.length_ms());
        let want = self.playing.is_some_and(|(tune, from)| sounds(tune, since(from)));
        if self.is_on == Some(want) {
            return Ok(());
        }
        self.is_on = None;
        self.buzzer.switch(want)?;
        self.is_on = Some(want);
        Ok(())
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // A line that is given back keeps its level, and a buzzer that nobody stops is unbearable. Nobody is left to be
        // told when even that fails.
        if self.is_on != Some(false) {
            let _ = self.buzzer.switch(false);
        }
    }
}

#[cfg(test)]
mod tests;
