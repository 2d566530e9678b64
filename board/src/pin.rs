//! One line of a GPIO chip, and what hangs on it: a lamp, a buzzer, a button.
//!
//! In comes what the machine wants (on or off, and at which level that is); out goes a level, through `embedded-hal`.
//! On Linux the pin is a line of a GPIO character device; in a test it is anything. Deliberately absent: pull-up and
//! pull-down resistors, which the character device's first interface cannot ask for.

use std::path::{Path, PathBuf};

use embedded_hal::digital::{InputPin, OutputPin};
use linux_embedded_hal::CdevPin;
use linux_embedded_hal::gpio_cdev::{Chip, LineRequestFlags};

/// The electrical level at which something is on: the lamp lit, the buzzer sounding, the button pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveLevel {
    /// On when the pin is high: it hangs between pin and ground, or the button between pin and supply.
    High,
    /// On when the pin is low: it hangs between supply and pin, or the button between pin and ground.
    Low,
}

/// Why a pin could not be had or used. Never a reason to stop working.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The pin could not be had.
    #[error(
        "cannot take line {line} of {chip} for the {what}: {cause}; check the number and that nothing else uses it"
    )]
    Line {
        /// The chip's device file.
        chip: PathBuf,
        /// The line's number on that chip.
        line: u32,
        /// What was to hang on it.
        what: &'static str,
        /// What the kernel said.
        cause: String,
    },
    /// The pin was had but does not switch or cannot be read.
    #[error("the {what}'s pin does not answer: {cause}; check the wiring")]
    Wire {
        /// What hangs on it.
        what: &'static str,
        /// What the pin said.
        cause: String,
    },
}

/// Something on a pin.
pub(crate) struct Wired<P> {
    pin: P,
    active: ActiveLevel,
    what: &'static str,
}

impl<P> Wired<P> {
    /// This pin with this on it. Nothing is switched yet.
    pub(crate) fn new(pin: P, active: ActiveLevel, what: &'static str) -> Self {
        Wired { pin, active, what }
    }

    fn wire_error(&self, cause: impl std::fmt::Debug) -> PinError {
        PinError::Wire { what: self.what, cause: format!("{cause:?}") }
    }
}

impl Wired<CdevPin> {
    /// Takes line number `line` of a chip such as `/dev/gpiochip0` as an output, off. On a Raspberry Pi the line's
    /// number is its GPIO number, not the place on the header.
    pub(crate) fn output(chip: &Path, line: u32, active: ActiveLevel, what: &'static str) -> Result<Self, PinError> {
        Wired::take(chip, line, active, what, LineRequestFlags::OUTPUT)
    }

    /// The same as an input.
    pub(crate) fn input(chip: &Path, line: u32, active: ActiveLevel, what: &'static str) -> Result<Self, PinError> {
        Wired::take(chip, line, active, what, LineRequestFlags::INPUT)
    }

    fn take(
        chip: &Path,
        line: u32,
        active: ActiveLevel,
        what: &'static str,
        direction: LineRequestFlags,
    ) -> Result<Self, PinError> {
        let line_error = |cause: String| PinError::Line { chip: chip.to_owned(), line, what, cause };
        let off = match active {
            ActiveLevel::High => 0,
            ActiveLevel::Low => 1,
        };
        // The name that other programs see as this line's user.
        let consumer = format!("outpost-{what}");
        let handle = Chip::new(chip)
            .and_then(|mut chip| chip.get_line(line))
            .and_then(|line| line.request(direction, off, &consumer))
            .map_err(|e| line_error(e.to_string()))?;
        let pin = CdevPin::new(handle).map_err(|e| line_error(e.to_string()))?;
        Ok(Wired::new(pin, active, what))
    }
}

impl<P: OutputPin> Wired<P> {
    /// Switches it on or off.
    pub(crate) fn switch(&mut self, on: bool) -> Result<(), PinError> {
        let is_high = on == (self.active == ActiveLevel::High);
        self.pin.set_state(is_high.into()).map_err(|cause| self.wire_error(cause))
    }
}

impl<P: InputPin> Wired<P> {
    /// Whether it is on now.
    pub(crate) fn is_on(&mut self) -> Result<bool, PinError> {
        let is_high = self.pin.is_high().map_err(|cause| self.wire_error(cause))?;
        Ok(is_high == (self.active == ActiveLevel::High))
    }
}

/// A pin for tests, which remembers its level and can come loose.
#[cfg(test)]
pub(crate) mod fake {
    use std::sync::{Arc, Mutex};

    use embedded_hal::digital::{Error, ErrorKind, ErrorType, InputPin, OutputPin};

    /// What a pin whose wire has come loose says.
    #[derive(Debug)]
    pub(crate) struct Loose;

    impl Error for Loose {
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    /// Its clones are the same pin; `None` is a pin whose wire has come loose.
    #[derive(Clone)]
    pub(crate) struct FakePin(Arc<Mutex<Option<bool>>>);

    impl FakePin {
        pub(crate) fn with_level(is_high: Option<bool>) -> Self {
            FakePin(Arc::new(Mutex::new(is_high)))
        }

        pub(crate) fn level(&self) -> Option<bool> {
            *self.0.lock().unwrap()
        }

        pub(crate) fn put(&self, is_high: Option<bool>) {
            *self.0.lock().unwrap() = is_high;
        }

        fn drive(&self, is_high: bool) -> Result<(), Loose> {
            self.0.lock().unwrap().as_mut().map(|held| *held = is_high).ok_or(Loose)
        }
    }

    impl ErrorType for FakePin {
        type Error = Loose;
    }

    impl OutputPin for FakePin {
        fn set_low(&mut self) -> Result<(), Loose> {
            self.drive(false)
        }

        fn set_high(&mut self) -> Result<(), Loose> {
            self.drive(true)
        }
    }

    impl InputPin for FakePin {
        fn is_high(&mut self) -> Result<bool, Loose> {
            self.level().ok_or(Loose)
        }

        fn is_low(&mut self) -> Result<bool, Loose> {
            self.level().map(|is_high| !is_high).ok_or(Loose)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::FakePin;
    use super::*;

    #[test]
    fn on_is_high_or_low_as_it_is_wired() {
        for (active, on_level) in [(ActiveLevel::High, true), (ActiveLevel::Low, false)] {
            let pin = FakePin::with_level(Some(!on_level));
            let mut wired = Wired::new(pin.clone(), active, "lamp");
            wired.switch(true).unwrap();
            assert_eq!(pin.level(), Some(on_level));
            assert!(wired.is_on().unwrap());
            wired.switch(false).unwrap();
            assert_eq!(pin.level(), Some(!on_level));
            assert!(!wired.is_on().unwrap());
        }
    }

    #[test]
    fn a_loose_wire_is_told_with_what_hangs_on_it() {
        let mut wired = Wired::new(FakePin::with_level(None), ActiveLevel::High, "lamp");
        for told in [wired.switch(true).unwrap_err().to_string(), wired.is_on().unwrap_err().to_string()] {
            assert!(told.contains("the lamp's pin") && told.contains("check the wiring"), "{told}");
        }
    }

    #[test]
    fn a_chip_that_is_not_there_names_chip_and_line() {
        let no_chip = Path::new("/dev/gpiochip-that-is-not-there");
        let opened = [
            Wired::output(no_chip, 17, ActiveLevel::High, "lamp"),
            Wired::input(no_chip, 17, ActiveLevel::Low, "lamp"),
        ];
        for wired in opened {
            let Err(e) = wired else { panic!("it opened") };
            let told = e.to_string();
            assert!(told.contains("line 17") && told.contains("gpiochip-that-is-not-there"), "{told}");
        }
    }
}
