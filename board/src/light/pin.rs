//! A lamp on a pin, through `embedded-hal`: on Linux the pin is a line of a GPIO character device.

use std::path::Path;

use embedded_hal::digital::OutputPin;
use linux_embedded_hal::CdevPin;
use linux_embedded_hal::gpio_cdev::{Chip, LineRequestFlags};

use super::{LightError, StatusLight};

/// The name that other programs see as this line's user.
const CONSUMER: &str = "outpost-light";

/// The electrical level at which the lamp is lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveLevel {
    /// Lit when the pin is high: the lamp hangs between pin and ground.
    High,
    /// Lit when the pin is low: the lamp hangs between supply and pin.
    Low,
}

/// A lamp on any `embedded-hal` output pin.
pub struct PinLight<P> {
    pin: P,
    active: ActiveLevel,
}

impl<P: OutputPin + Send> PinLight<P> {
    /// The lamp on this pin. Nothing is switched yet.
    pub fn new(pin: P, active: ActiveLevel) -> Self {
        PinLight { pin, active }
    }
}

impl PinLight<CdevPin> {
    /// Takes line number `line` of a chip such as `/dev/gpiochip0` as an output, dark. On a Raspberry Pi the line's
    /// number is its GPIO number, not the place on the header.
    pub fn open(chip: &Path, line: u32, active: ActiveLevel) -> Result<Self, LightError> {
        let pin_error = |cause: String| LightError::Pin { chip: chip.to_owned(), line, cause };
        let dark = match active {
            ActiveLevel::High => 0,
            ActiveLevel::Low => 1,
        };
        let handle = Chip::new(chip)
            .and_then(|mut chip| chip.get_line(line))
            .and_then(|line| line.request(LineRequestFlags::OUTPUT, dark, CONSUMER))
            .map_err(|e| pin_error(e.to_string()))?;
        let pin = CdevPin::new(handle).map_err(|e| pin_error(e.to_string()))?;
        Ok(PinLight::new(pin, active))
    }
}

impl<P: OutputPin + Send> StatusLight for PinLight<P> {
    fn switch(&mut self, on: bool) -> Result<(), LightError> {
        let is_high = on == (self.active == ActiveLevel::High);
        self.pin.set_state(is_high.into()).map_err(|e| LightError::Switch(format!("{e:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_hal::digital::{Error, ErrorKind, ErrorType};
    use std::sync::{Arc, Mutex};

    #[derive(Debug)]
    struct Loose;

    impl Error for Loose {
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    /// A pin that remembers its level; `None` is a pin whose wire has come loose.
    #[derive(Clone)]
    struct FakePin(Arc<Mutex<Option<bool>>>);

    impl ErrorType for FakePin {
        type Error = Loose;
    }

    impl FakePin {
        fn with_level(is_high: Option<bool>) -> Self {
            FakePin(Arc::new(Mutex::new(is_high)))
        }

        fn put(&mut self, level: bool) -> Result<(), Loose> {
            let mut held = self.0.lock().unwrap();
            held.as_mut().map(|held| *held = level).ok_or(Loose)
        }
    }

    impl OutputPin for FakePin {
        fn set_low(&mut self) -> Result<(), Loose> {
            self.put(false)
        }

        fn set_high(&mut self) -> Result<(), Loose> {
            self.put(true)
        }
    }

    #[test]
    fn lit_is_high_or_low_as_the_lamp_is_wired() {
        for (active, lit_level) in [(ActiveLevel::High, true), (ActiveLevel::Low, false)] {
            let pin = FakePin::with_level(Some(!lit_level));
            let mut light = PinLight::new(pin.clone(), active);
            light.switch(true).unwrap();
            assert_eq!(*pin.0.lock().unwrap(), Some(lit_level));
            light.switch(false).unwrap();
            assert_eq!(*pin.0.lock().unwrap(), Some(!lit_level));
        }
    }

    #[test]
    fn a_pin_that_does_not_switch_is_told() {
        let mut light = PinLight::new(FakePin::with_level(None), ActiveLevel::High);
        let told = light.switch(true).unwrap_err().to_string();
        assert!(told.contains("check the wiring"), "{told}");
    }

    #[test]
    fn a_chip_that_is_not_there_names_chip_and_line() {
        let no_chip = Path::new("/dev/gpiochip-that-is-not-there");
        let Err(e) = PinLight::open(no_chip, 17, ActiveLevel::High) else { panic!("it opened") };
        let told = e.to_string();
        assert!(told.contains("line 17") && told.contains("gpiochip-that-is-not-there"), "{told}");
    }
}
