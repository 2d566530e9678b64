//! How much of everything a run has seen.

use std::fmt;

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counts.
        #[derive(Clone, Debug, Default)]
        pub struct Tally { $($(#[$doc])* pub $name: u64),* }

        impl Tally {
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }

        impl fmt::Display for Tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "  {:>10}  {}", self.$name, stringify!($name).replace('_', " "))?;)*
                Ok(())
            }
        }
    };
}

tally!(
    worlds,
    steps,
    quiet_moments,
    receipts,
    records_booked,
    messages,
    lost,
    repeated,
    cut_envelopes,
    flipped,
    replayed,
    strangers,
    refused_envelopes,
    cuts,
    cuts_in_flight,
    fuses_blown,
    office_cuts,
    office_cuts_in_flight,
    full_disks,
    lies,
    rotten,
    holes,
    tampered,
    restored,
    twins,
    forks_told,
    breaks_told,
    office_restored,
    renewed,
    rewinds,
    repeats,
    conflicts,
    clock_jumps,
);

impl Tally {
    /// What a run must have seen, or it proves nothing.
    pub fn must_have_happened(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("a lost envelope", self.lost),
            ("a repeated envelope", self.repeated),
            ("a cut envelope", self.cut_envelopes),
            ("a flipped bit on the line", self.flipped),
            ("an old envelope again", self.replayed),
            ("a stranger's envelope", self.strangers),
            ("a refused envelope", self.refused_envelopes),
            ("a power cut with unsynced records", self.cuts_in_flight),
            ("a power cut of the office with unsynced records", self.office_cuts_in_flight),
            ("a power cut in the middle of a write or sync", self.fuses_blown),
            ("a full disk", self.full_disks),
            ("a card that lied", self.lies),
            ("a hole", self.holes),
            ("an altered record", self.tampered),
            ("a restored card", self.restored),
            ("two boxes of one name", self.twins),
            ("a fork", self.forks_told),
            ("a broken chain", self.breaks_told),
            ("a restored office", self.office_restored),
            ("a rewind", self.rewinds),
            ("a store renamed", self.renewed),
            ("a clock that jumped", self.clock_jumps),
        ]
    }
}
