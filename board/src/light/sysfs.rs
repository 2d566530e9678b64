//! A lamp that the kernel already knows: `/sys/class/leds/NAME`, such as the Raspberry Pi's own `ACT`.
//!
//! While it is held, the kernel's trigger (on the Pi: card activity) is off; it is put back when the light is dropped.

use std::fs;
use std::path::{Path, PathBuf};

use super::{LightError, StatusLight};

/// Where the kernel shows its LEDs.
const LEDS: &str = "/sys/class/leds";

/// One of the kernel's LEDs.
#[derive(Debug)]
pub struct SysfsLight {
    dir: PathBuf,
    brightest: String,
    trigger_before: Option<String>,
}

impl SysfsLight {
    /// Takes the LED of this name, for instance `ACT` (Raspberry Pi OS and mainline kernels have called it `led0` too).
    pub fn open(name: &str) -> Result<Self, LightError> {
        SysfsLight::open_in(Path::new(LEDS), name)
    }

    /// The same in another directory than the kernel's, for tests and containers.
    pub fn open_in(leds: &Path, name: &str) -> Result<Self, LightError> {
        let dir = leds.join(name);
        let is_plain_name = !name.is_empty() && !name.starts_with('.') && !name.contains('/');
        if !is_plain_name || !dir.join("brightness").exists() {
            return Err(LightError::NoSuchLed { name: name.to_owned(), dir: leds.to_owned() });
        }
        let brightest = read(&dir.join("max_brightness"))?.trim().to_owned();
        let mut light = SysfsLight { dir, brightest, trigger_before: None };
        light.take_from_trigger()?;
        Ok(light)
    }

    /// Turns the kernel's own use of the LED off and remembers what it was. Not every LED has a trigger.
    fn take_from_trigger(&mut self) -> Result<(), LightError> {
        let file = self.dir.join("trigger");
        if !file.exists() {
            return Ok(());
        }
        let before = active_trigger(&read(&file)?);
        write(&file, "none")?;
        self.trigger_before = before;
        Ok(())
    }
}

/// The trigger in brackets: `none [mmc0] heartbeat` is `mmc0`.
fn active_trigger(list: &str) -> Option<String> {
    let (_, rest) = list.split_once('[')?;
    let (name, _) = rest.split_once(']')?;
    Some(name.to_owned())
}

fn read(path: &Path) -> Result<String, LightError> {
    fs::read_to_string(path).map_err(|source| LightError::File { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str) -> Result<(), LightError> {
    fs::write(path, text).map_err(|source| LightError::File { path: path.to_owned(), source })
}

impl StatusLight for SysfsLight {
    fn switch(&mut self, on: bool) -> Result<(), LightError> {
        write(&self.dir.join("brightness"), if on { &self.brightest } else { "0" })
    }
}

impl Drop for SysfsLight {
    fn drop(&mut self) {
        if let Some(trigger) = &self.trigger_before {
            // Nobody is left to be told, and an LED without its trigger harms nothing.
            let _ = write(&self.dir.join("trigger"), trigger);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leds_with_act() -> tempfile::TempDir {
        let leds = tempfile::tempdir().unwrap();
        let act = leds.path().join("ACT");
        fs::create_dir(&act).unwrap();
        fs::write(act.join("brightness"), "0\n").unwrap();
        fs::write(act.join("max_brightness"), "255\n").unwrap();
        fs::write(act.join("trigger"), "none timer [mmc0] heartbeat\n").unwrap();
        leds
    }

    #[test]
    fn it_is_lit_with_full_brightness_and_dark_with_none() {
        let leds = leds_with_act();
        let mut light = SysfsLight::open_in(leds.path(), "ACT").unwrap();
        let brightness = || fs::read_to_string(leds.path().join("ACT/brightness")).unwrap();
        light.switch(true).unwrap();
        assert_eq!(brightness(), "255");
        light.switch(false).unwrap();
        assert_eq!(brightness(), "0");
    }

    #[test]
    fn the_trigger_is_off_while_held_and_back_afterwards() {
        let leds = leds_with_act();
        let trigger = || fs::read_to_string(leds.path().join("ACT/trigger")).unwrap();
        let light = SysfsLight::open_in(leds.path(), "ACT").unwrap();
        assert_eq!(trigger(), "none");
        drop(light);
        assert_eq!(trigger(), "mmc0");
    }

    #[test]
    fn an_led_without_a_trigger_is_fine() {
        let leds = leds_with_act();
        fs::remove_file(leds.path().join("ACT/trigger")).unwrap();
        SysfsLight::open_in(leds.path(), "ACT").unwrap().switch(true).unwrap();
    }

    #[test]
    fn a_name_that_is_none_of_the_kernels_is_refused() {
        let leds = leds_with_act();
        for name in ["PWR", "", "..", ".", "ACT/../ACT", "/etc"] {
            let Err(e) = SysfsLight::open_in(leds.path(), name) else { panic!("{name:?} opened") };
            assert!(matches!(e, LightError::NoSuchLed { .. }), "{name:?}: {e}");
        }
    }
}
