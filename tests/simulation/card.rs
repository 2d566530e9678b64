//! The memory card of one store: what was synced is on it for ever; of what was not, a power cut leaves any torn
//! part. It can be full, lie about flushing, rot, be copied, and lose power at any write or sync.

use super::dice::Dice;
use outpost::domain::id::{Position, StoreId};
use std::collections::BTreeSet;

/// What the hardware writes whole or not at all.
const SECTOR: usize = 512;

/// The store's own journal.
pub const OWN: usize = 0;
/// What it holds of its peer's.
pub const PEER: usize = 1;

/// Why the card did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No room; what was there stays.
    Full,
    /// The power is gone in the middle of it.
    Cut,
}

#[derive(Clone, Debug, Default)]
struct File {
    durable: Vec<u8>,
    seen: Vec<u8>,
    dirty_from: usize,
}

/// A card. A clone of it is a copied card.
#[derive(Clone, Debug, Default)]
pub struct Card {
    files: [File; 2],
    /// The acks' file as it would be found after a power cut, and as it is seen now. It is never synced in haste.
    acks: (Option<Vec<u8>>, Option<Vec<u8>>),
    pub store: Option<StoreId>,
    /// What a box has taken of the office's master data. Kept whole or not at all.
    pub rows: outpost::sync::rows::Kept,
    /// The lives that the office knew of when a box with this card had talked with it until nothing moved.
    pub talked_of: BTreeSet<Position>,
    pub full: bool,
    /// So many of the next syncs do nothing and say that all is well.
    pub lies: u32,
    /// So many more writes and syncs until the power goes.
    pub fuse: Option<u32>,
    /// Files of which it has lied since their last true sync.
    lied: [bool; 2],
    /// Sabotage: nothing is ever synced.
    pub never_syncs: bool,
}

impl Card {
    /// Something is done that may be the last. True where the power goes in the middle of it.
    pub fn burn(&mut self) -> bool {
        let Some(left) = &mut self.fuse else { return false };
        *left = left.saturating_sub(1);
        *left == 0
    }

    pub fn bytes(&self, file: usize) -> &[u8] {
        &self.files[file].seen
    }

    pub fn durable(&self, file: usize) -> &[u8] {
        &self.files[file].durable
    }

    /// Writes `bytes` at `at`, which becomes the end of the file.
    pub fn write(&mut self, file: usize, at: usize, bytes: &[u8], dice: &mut Dice) -> Result<(), Refusal> {
        let cut = self.burn();
        let full = self.full;
        let kept = if cut || full { dice.below(bytes.len() as u64 + 1) as usize } else { bytes.len() };
        let file = &mut self.files[file];
        file.seen.truncate(at);
        file.seen.extend_from_slice(&bytes[..kept]);
        file.dirty_from = file.dirty_from.min(at);
        match (cut, full) {
            (true, _) => Err(Refusal::Cut),
            (_, true) => {
                file.seen.truncate(at);
                Err(Refusal::Full)
            }
            _ => Ok(()),
        }
    }

    /// After this returns well, `file` survives a power cut, unless the card lies.
    pub fn sync(&mut self, file: usize) -> Result<(), Refusal> {
        if self.burn() {
            return Err(Refusal::Cut);
        }
        if self.never_syncs {
            return Ok(());
        }
        if self.lies > 0 {
            self.lies -= 1;
            self.lied[file] = true;
            return Ok(());
        }
        self.lied[file] = false;
        let file = &mut self.files[file];
        file.durable.truncate(file.dirty_from.min(file.seen.len()));
        let from = file.durable.len();
        file.durable.extend_from_slice(&file.seen[from..]);
        file.dirty_from = file.seen.len();
        Ok(())
    }

    pub fn has_lied(&self) -> bool {
        self.lied != [false; 2]
    }

    /// Bytes that were written and not synced.
    pub fn in_flight(&self) -> usize {
        self.files.iter().map(|file| file.seen.len().saturating_sub(file.dirty_from)).sum()
    }

    /// The power goes.
    pub fn cut(&mut self, dice: &mut Dice) {
        for file in &mut self.files {
            file.tear(dice);
        }
        if dice.percent(50) {
            self.acks.0 = self.acks.1.clone();
        }
        self.acks.1 = self.acks.0.clone();
        self.fuse = None;
        self.lied = [false; 2];
    }

    /// An orderly end: all is flushed first.
    pub fn flush(&mut self) {
        if self.never_syncs || self.has_lied() {
            return;
        }
        for file in &mut self.files {
            file.durable = file.seen.clone();
            file.dirty_from = file.seen.len();
        }
        self.acks.0 = self.acks.1.clone();
    }

    pub fn write_acks(&mut self, bytes: Vec<u8>) {
        if !self.full {
            self.acks.1 = Some(bytes);
        }
    }

    pub fn acks(&self) -> Option<&[u8]> {
        self.acks.1.as_deref()
    }

    pub fn lose_acks(&mut self) {
        self.acks = (None, None);
    }

    /// Flips a bit that was durable. Only while the power is off.
    pub fn rot(&mut self, file: usize, at: usize) {
        let file = &mut self.files[file];
        if let Some(byte) = file.durable.get_mut(at) {
            *byte ^= 0x10;
        }
        file.seen = file.durable.clone();
        file.dirty_from = file.seen.len();
    }

    /// Puts other bytes in place of a file, as one with a card reader at home can. Only while the power is off.
    pub fn forge(&mut self, file: usize, bytes: Vec<u8>) {
        self.files[file] = File { dirty_from: bytes.len(), seen: bytes.clone(), durable: bytes };
    }
}

impl File {
    /// Keeps what was synced and any part of what was not.
    fn tear(&mut self, dice: &mut Dice) {
        let from = self.dirty_from;
        if from < self.seen.len() || self.durable.len() != self.seen.len() {
            match dice.below(5) {
                0 => {}
                1 => self.durable = self.seen.clone(),
                2 => {
                    let kept = dice.between(from.min(self.seen.len()) as u64, self.seen.len() as u64) as usize;
                    self.overlay(from, kept, |_| true);
                }
                _ => {
                    let kept = dice.between(from.min(self.seen.len()) as u64, self.seen.len() as u64) as usize;
                    let kept = if dice.percent(50) { self.seen.len() } else { kept };
                    let sectors: Vec<bool> = (0..=self.seen.len() / SECTOR).map(|_| dice.percent(50)).collect();
                    self.overlay(from, kept, |sector| sectors[sector]);
                }
            }
        }
        self.seen = self.durable.clone();
        self.dirty_from = self.seen.len();
    }

    /// Brings the bytes `from..to` of what is seen to the platter, in the sectors that `reached` names.
    fn overlay(&mut self, from: usize, to: usize, reached: impl Fn(usize) -> bool) {
        if self.durable.len() < to {
            self.durable.resize(to, 0);
        }
        for at in from..to {
            if reached(at / SECTOR) {
                self.durable[at] = self.seen[at];
            }
        }
    }
}
