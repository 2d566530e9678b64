//! How large a batch may be: pure arithmetic over what connections have carried.
//!
//! A large batch is cheap while a line holds, and all of it is lost when the line breaks. So a batch is at most an eighth of
//! what a connection carries before it breaks: then a breaking line wastes about that much, whatever its speed.

/// What part of a connection's load a batch may be.
const SHARE: usize = 8;
/// How much smaller the next batch is when a connection broke before one had landed: the right size is found within a few.
const BACK_OFF: usize = 4;

/// The size of batches, in bytes of records before compression.
#[derive(Debug)]
pub(super) struct Pace {
    size: usize,
    floor: usize,
    most: usize,
    /// What has landed on this connection.
    landed: usize,
}

impl Pace {
    /// Batches of `most` bytes, and never of less than `floor`, until a line turns out to be bad.
    pub(super) fn new(floor: usize, most: usize) -> Self {
        Self { size: most, floor, most, landed: 0 }
    }

    /// How large a batch may be now.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// A connection begins.
    pub(super) fn begins(&mut self) {
        self.landed = 0;
    }

    /// A batch of so many bytes was acked.
    pub(super) fn landed(&mut self, bytes: usize) {
        self.landed = self.landed.saturating_add(bytes);
        if self.landed / SHARE >= self.size {
            self.size = (2 * self.size).min(self.most);
        }
    }

    /// The connection broke with batches under way.
    pub(super) fn lost(&mut self) {
        let fitting = (self.landed / SHARE).max(self.size / BACK_OFF).max(self.floor);
        self.size = self.size.min(fitting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_breaks_before_anything_lands_soon_gets_small_batches() {
        let mut pace = Pace::new(8, 1_024);
        let sizes = [256, 64, 16, 8, 8].map(|_| {
            pace.begins();
            pace.lost();
            pace.size()
        });
        assert_eq!(sizes, [256, 64, 16, 8, 8]);
    }

    #[test]
    fn a_line_that_carries_much_before_it_breaks_keeps_its_size() {
        let mut pace = Pace::new(8, 1_024);
        pace.begins();
        (0..8).for_each(|_| pace.landed(1_024));
        pace.lost();
        assert_eq!(pace.size(), 1_024);
        pace.begins();
        (0..4).for_each(|_| pace.landed(1_024));
        pace.lost();
        assert_eq!(pace.size(), 512);
    }

    #[test]
    fn a_line_that_holds_again_gets_larger_ones_step_by_step() {
        let mut pace = Pace::new(8, 1_024);
        (0..4).for_each(|_| pace.lost());
        pace.begins();
        let mut batches = 0;
        while pace.size() < 1_024 {
            pace.landed(pace.size());
            batches += 1;
        }
        assert!((30..40).contains(&batches), "{batches}");
    }
}
