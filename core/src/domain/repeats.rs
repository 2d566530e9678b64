//! Telling a retransmission from a second scan of the same code, where the device cannot make ids.
//!
//! MQTT reuses packet ids, so the same packet id and bytes do come twice in earnest: the same shirt is scanned
//! twice. What a device may send again after a lost PUBACK was in flight when its connection broke; so a
//! repeat carries the DUP flag and equals one of the device's last [`IN_FLIGHT`] records of that session.

use super::id::DeviceId;
use super::record::{Entry, Sent};
use std::collections::{HashMap, VecDeque};

/// How many of a device's latest records are looked at: no more can have been in flight at once, since the gate
/// takes no more than this many unanswered publishes from one connection.
pub const IN_FLIGHT: usize = 64;

/// The latest records of each device, by how they were sent. `P` is where each is to be found.
#[derive(Debug)]
pub struct Repeats<P> {
    latest: HashMap<DeviceId, VecDeque<(Sent, Entry, P)>>,
}

impl<P> Default for Repeats<P> {
    fn default() -> Self {
        Self { latest: HashMap::new() }
    }
}

impl<P: Copy> Repeats<P> {
    /// Where the record is that `entry` repeats, if it is a retransmission.
    pub fn original(&self, entry: &Entry) -> Option<P> {
        let sent = entry.sent().filter(|sent| sent.dup && sent.packet != 0)?;
        let latest = self.latest.get(entry.device()?)?;
        let same = |(earlier, known, _): &&(Sent, Entry, P)| {
            (earlier.session, earlier.packet) == (sent.session, sent.packet) && known.same_meaning(entry)
        };
        latest.iter().rev().find(same).map(|(_, _, place)| *place)
    }

    /// Forgets the records at such places: they did not get into the journal after all.
    pub fn forget(&mut self, gone: impl Fn(P) -> bool) {
        self.latest.values_mut().for_each(|latest| latest.retain(|(_, _, place)| !gone(*place)));
    }

    /// Takes note of a record at `place`, in journal order.
    pub fn note(&mut self, entry: &Entry, place: P) {
        let (Some(sent), Some(device)) = (entry.sent(), entry.device()) else { return };
        let latest = match self.latest.get_mut(device) {
            Some(latest) => latest,
            None => self.latest.entry(device.clone()).or_default(),
        };
        if latest.len() == IN_FLIGHT {
            latest.pop_front();
        }
        latest.push_back((sent, entry.clone(), place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::Scan;

    fn scan(packet: u16, dup: bool, code: &str) -> Entry {
        let sent = Sent { session: 0, packet, dup };
        Entry::Scan(Scan { id: None, device: "s1".parse().unwrap(), sent, code: code.into() })
    }

    #[test]
    fn a_retransmission_is_known_and_a_second_scan_is_not_taken_for_one() {
        let mut repeats = Repeats::default();
        repeats.note(&scan(7, false, "899"), 1);
        assert_eq!(repeats.original(&scan(7, true, "899")), Some(1));
        assert_eq!(repeats.original(&scan(7, false, "899")), None, "no DUP: scanned again");
        assert_eq!(repeats.original(&scan(8, true, "899")), None, "another packet");
        assert_eq!(repeats.original(&scan(7, true, "898")), None, "other bytes");
    }

    #[test]
    fn what_did_not_get_into_the_journal_is_no_original() {
        let mut repeats = Repeats::default();
        repeats.note(&scan(7, false, "899"), 5);
        repeats.forget(|place| place >= 5);
        assert_eq!(repeats.original(&scan(7, true, "899")), None);
    }

    #[test]
    fn what_cannot_have_been_in_flight_any_more_is_no_original() {
        let mut repeats = Repeats::default();
        repeats.note(&scan(1, false, "899"), 0);
        (0..IN_FLIGHT as u16 - 1).for_each(|i| repeats.note(&scan(100 + i, false, "x"), 1));
        assert_eq!(repeats.original(&scan(1, true, "899")), Some(0));
        repeats.note(&scan(99, false, "x"), 1);
        assert_eq!(repeats.original(&scan(1, true, "899")), None);
    }
}
