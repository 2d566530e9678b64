//! A lamp on a pin, through `embedded-hal`: on Linux the pin is a line of a GPIO character device.

use std::path::Path;

use embedded_hal::digital::OutputPin;
use linux_embedded_hal::CdevPin;

use super::{LightError, StatusLight};
use crate::pin::{ActiveLevel, Wired};

/// A lamp on any `embedded-hal` output pin.
pub struct PinLight<P> {
    lamp: Wired<P>,
}

impl<P: OutputPin + Send> PinLight<P> {
    /// The lamp on this pin. Nothing is switched yet.
    pub fn new(pin: P, active: ActiveLevel) -> Self {
        PinLight { lamp: Wired::new(pin, active, "light") }
    }
}

impl PinLight<CdevPin> {
    /// Takes line number `line` of a chip such as `/dev/gpiochip0` as an output, dark. On a Raspberry Pi the line's
    /// number is its GPIO number, not the place on the header.
    pub fn open(chip: &Path, line: u32, active: ActiveLevel) -> Result<Self, LightError> {
        Ok(PinLight { lamp: Wired::output(chip, line, active, "light")? })
    }
}

impl<P: OutputPin + Send> StatusLight for PinLight<P> {
    fn switch(&mut self, on: bool) -> Result<(), LightError> {
        Ok(self.lamp.switch(on)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::fake::FakePin;

    #[test]
    fn it_is_lit_and_dark_on_its_pin() {
        let pin = FakePin::with_level(Some(true));
        let mut light = PinLight::new(pin.clone(), ActiveLevel::Low);
        light.switch(true).unwrap();
        assert_eq!(pin.level(), Some(false));
        light.switch(false).unwrap();
        assert_eq!(pin.level(), Some(true));
    }

    #[test]
    fn a_pin_that_does_not_switch_is_told() {
        let mut light = PinLight::new(FakePin::with_level(None), ActiveLevel::High);
        let told = light.switch(true).unwrap_err().to_string();
        assert!(told.contains("the light's pin") && told.contains("check the wiring"), "{told}");
    }
}
