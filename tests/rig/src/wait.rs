//! Waiting until something holds, and never for a fixed time.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Longest wait for anything that takes no time on an idle machine.
pub const SOON: Duration = Duration::from_secs(120);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Asks until the answer holds; ends the test where it does not in [`SOON`].
pub fn until<T: Debug>(what: &str, mut ask: impl FnMut() -> T, holds: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + SOON;
    loop {
        let answer = ask();
        if holds(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "waited {SOON:?} for {what}; last: {answer:?}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Asks until there is something.
pub fn found<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + SOON;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < end, "waited {SOON:?} for {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}
