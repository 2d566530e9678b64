//! The line of one site, and the seals of what travels on it.

use super::dice::Dice;
use super::tally::Tally;
use outpost::domain::id::SiteId;
use outpost::wire::envelope::{self, Known, Proof, Public, Purpose, Secret};
use std::cmp::Ordering;

/// Something under way. The earliest is the greatest, for the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub due_ms: u64,
    pub order: u64,
    pub to_office: bool,
    pub site: usize,
    pub bytes: Vec<u8>,
    /// Which office sent it, counting restorations.
    pub life: u32,
    pub tries: u32,
}

impl Ord for Parcel {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due_ms, other.order).cmp(&(self.due_ms, self.order))
    }
}

impl PartialOrd for Parcel {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How a line is. Percentages, and the longest time on the way.
#[derive(Debug)]
pub struct Road {
    pub up: bool,
    pub loss: u8,
    pub twice: u8,
    pub cut: u8,
    pub flip: u8,
    pub slow_ms: u64,
    /// Everything takes exactly that long.
    pub steady: bool,
}

impl Default for Road {
    fn default() -> Self {
        Self { up: true, loss: 0, twice: 0, cut: 0, flip: 0, slow_ms: 200, steady: false }
    }
}

impl Road {
    /// What becomes of a parcel: what arrives, and whether the line broke.
    pub fn fate(&self, first: Parcel, sealed: bool, dice: &mut Dice, tally: &mut Tally) -> (Vec<Parcel>, bool) {
        let mut copies = vec![first];
        if dice.percent(self.twice) {
            tally.repeated += 1;
            copies.push(copies[0].clone());
        }
        let mut broke = false;
        copies.retain_mut(|parcel| {
            parcel.due_ms += if self.steady { self.slow_ms } else { dice.between(1, self.slow_ms) };
            if dice.percent(self.loss) {
                tally.lost += 1;
                return false;
            }
            if dice.percent(self.cut) {
                tally.cut_envelopes += 1;
                parcel.bytes.truncate(dice.below(parcel.bytes.len() as u64) as usize);
                broke |= dice.percent(50);
            } else if sealed && dice.percent(self.flip) {
                tally.flipped += 1;
                let at = dice.below(parcel.bytes.len() as u64) as usize;
                parcel.bytes[at] ^= 1 << dice.below(8);
            }
            true
        });
        (copies, broke)
    }
}

/// Everybody's keys.
#[derive(Clone)]
pub struct Seals {
    office: Secret,
    sites: Vec<(SiteId, Secret, Public)>,
    stranger: Secret,
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("keys")
    }
}

impl Seals {
    pub fn new(sites: usize, dice: &mut Dice) -> Self {
        let mut secret = || {
            let words: Vec<u8> = (0..4).flat_map(|_| dice.word().to_le_bytes()).collect();
            Secret::from_random(words.try_into().expect("32 bytes"))
        };
        let (office, stranger) = (secret(), secret());
        let site = |n: usize| {
            let key = secret();
            (format!("w{n}").parse().expect("a site's name"), key.clone(), key.public())
        };
        Self { office, sites: (0..sites).map(site).collect(), stranger }
    }

    pub fn seal(&self, n: usize, to_office: bool, plain: &[u8], dice: &mut Dice) -> Vec<u8> {
        let (site, key, _) = &self.sites[n];
        self.seal_with(site, to_office, if to_office { key } else { &self.office }, n, plain, dice)
    }

    fn seal_with(
        &self,
        site: &SiteId,
        to_office: bool,
        by: &Secret,
        n: usize,
        plain: &[u8],
        dice: &mut Dice,
    ) -> Vec<u8> {
        let office = SiteId::office();
        let (from, to) = if to_office { (site, &office) } else { (&office, site) };
        let key = if to_office { self.office.public() } else { self.sites[n].2 };
        envelope::seal(Purpose::Records, (from, Proof::Key(by)), (to, &key), 1, plain, &mut dice.0).expect("it seals")
    }

    /// Sealed by a key that is not the sender's: another office's, or another site's.
    pub fn forge(&self, n: usize, to_office: bool, plain: &[u8], dice: &mut Dice) -> Vec<u8> {
        let other = (n + 1) % self.sites.len();
        let by = if other != n && dice.percent(50) { &self.sites[other].1 } else { &self.stranger };
        self.seal_with(&self.sites[n].0, to_office, by, n, plain, dice)
    }

    pub fn open(&self, n: usize, to_office: bool, bytes: &[u8]) -> Option<Vec<u8>> {
        let (site, secret, public) = &self.sites[n];
        let office = SiteId::office();
        let (header, ..) = envelope::Header::read(bytes).ok()?;
        let (from, to) = if to_office { (site, &office) } else { (&office, site) };
        if (&header.sender, &header.receiver, header.purpose) != (from, to, Purpose::Records) {
            return None;
        }
        match to_office {
            true => envelope::open(bytes, &self.office, Known::Key(public)).ok(),
            false => envelope::open(bytes, secret, Known::Key(&self.office.public())).ok(),
        }
    }
}
