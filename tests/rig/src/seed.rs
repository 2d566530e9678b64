//! Numbers that look random and come again: SplitMix64 (Steele, Lea and Flood, 2014), enough to vary a test.
//!
//! Deliberately absent: anything fit for a key or a password.

use std::ops::RangeInclusive;

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Seeded(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1. The bias is below 1 in 2^32 for every `end` that a test uses.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "there is no number below zero");
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number of the range.
    pub fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        match (range.end() - range.start()).checked_add(1) {
            Some(width) => range.start() + self.below(width),
            None => self.bits(),
        }
    }

    /// One of the choices, of which there is at least one.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut seeded = Seeded::new(1);
        let numbers: Vec<u64> = (0..3).map(|_| seeded.bits()).collect();
        assert_eq!(numbers, [0x910a2dec89025cc1, 0xbeeb8da1658eec67, 0xf893a2eefb32555e]);
    }

    #[test]
    fn every_number_of_a_range_comes_and_no_other() {
        let mut seeded = Seeded::new(7);
        let mut seen = [0; 5];
        for _ in 0..5_000 {
            seen[(seeded.within(&(10..=14)) - 10) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n > 800), "{seen:?}");
        assert_eq!(seeded.within(&(3..=3)), 3);
    }
}
