//! A push button that somebody holds while they do something else, such as putting a stick in.
//!
//! Out goes whether it is pressed at this moment. Deliberately absent: edges, debouncing and long presses. Whoever asks
//! does so once, when the thing happens that the button goes with, and a contact that bounces for some milliseconds
//! after it was pressed has long settled by then.

use std::path::Path;

use embedded_hal::digital::InputPin;
use linux_embedded_hal::CdevPin;

use crate::pin::{ActiveLevel, PinError, Wired};

/// One push button.
///
/// Contract: `is_pressed` tells the present, returns at once, and remembers nothing. A caller that gets an error takes
/// the button as not pressed: what a held button permits is never done by accident.
pub trait Button: Send {
    /// Whether somebody presses it now.
    fn is_pressed(&mut self) -> Result<bool, PinError>;
}

/// A button on any `embedded-hal` input pin.
pub struct PinButton<P> {
    contact: Wired<P>,
}

impl<P: InputPin + Send> PinButton<P> {
    /// The button on this pin.
    pub fn new(pin: P, active: ActiveLevel) -> Self {
        PinButton { contact: Wired::new(pin, active, "button") }
    }
}

impl PinButton<CdevPin> {
    /// Takes line number `line` of a chip such as `/dev/gpiochip0` as an input. The line needs a resistor that holds it
    /// when nobody presses: one on the board, or the Raspberry Pi's own, by `gpio=17=ip,pu` in its `config.txt` for a
    /// button between GPIO 17 and ground ([`ActiveLevel::Low`]).
    pub fn open(chip: &Path, line: u32, active: ActiveLevel) -> Result<Self, PinError> {
        Ok(PinButton { contact: Wired::input(chip, line, active, "button")? })
    }
}

impl<P: InputPin + Send> Button for PinButton<P> {
    fn is_pressed(&mut self) -> Result<bool, PinError> {
        self.contact.is_on()
    }
}

/// No button at all: nobody ever presses it.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoButton;

impl Button for NoButton {
    fn is_pressed(&mut self) -> Result<bool, PinError> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::fake::FakePin;

    #[test]
    fn it_is_pressed_while_its_pin_is_at_the_active_level() {
        for (active, pressed) in [(ActiveLevel::High, true), (ActiveLevel::Low, false)] {
            let pin = FakePin::with_level(Some(!pressed));
            let mut button = PinButton::new(pin.clone(), active);
            assert!(!button.is_pressed().unwrap());
            pin.put(Some(pressed));
            assert!(button.is_pressed().unwrap());
            pin.put(Some(!pressed));
            assert!(!button.is_pressed().unwrap());
        }
    }

    #[test]
    fn a_loose_button_is_an_error_and_not_a_press() {
        for active in [ActiveLevel::High, ActiveLevel::Low] {
            let told = PinButton::new(FakePin::with_level(None), active).is_pressed().unwrap_err().to_string();
            assert!(told.contains("the button's pin") && told.contains("check the wiring"), "{told}");
        }
    }

    #[test]
    fn a_box_without_a_button_is_never_pressed() {
        assert!(!NoButton.is_pressed().unwrap());
    }
}
