//! Retransmissions of devices that make no ids, by the rule of [`crate::domain::repeats`], kept over a restart.
//!
//! A digest stands for what was sent: sixty-four whole entries of each of thousands of devices would not fit an office's
//! memory. A property test holds this to the rule it copies.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};
use crate::domain::id::DeviceId;
use crate::domain::record::{Entry, Sent};
use crate::domain::repeats::IN_FLIGHT;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet, VecDeque};

/// Bytes of a mark.
const MARK: usize = 4 + 2 + 16;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    session: u32,
    packet: u16,
    meaning: [u8; 16],
}

/// The latest records of each device.
#[derive(Default)]
pub(super) struct Windows {
    latest: HashMap<(SiteNo, DeviceId), VecDeque<Mark>>,
    changed: HashSet<(SiteNo, DeviceId)>,
}

/// A digest of what two entries share where [`Entry::same_meaning`] holds of them.
fn meaning(entry: &Entry) -> [u8; 16] {
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    match entry {
        Entry::Scan(scan) => {
            part(b"scan");
            part(scan.code.as_bytes());
        }
        Entry::Weight(weight) => {
            part(b"weight");
            part(weight.weight.to_string().as_bytes());
            part(weight.unit.as_str().as_bytes());
        }
        Entry::Refused(refused) => {
            part(b"refused");
            part(refused.topic.as_bytes());
            part(&refused.bytes);
        }
        _ => part(b"none"),
    }
    let digest: [u8; 32] = digest.finalize().into();
    digest[..16].try_into().expect("invariant: half of 32 bytes")
}

impl Windows {
    pub(super) fn load(store: &Store) -> Result<Self, Doubt> {
        let mut windows = Self::default();
        for (key, value) in store.scan_prefix(&Key::of(Tag::Window).0)? {
            let owner = || {
                let site = SiteNo(u16::from_be_bytes(key.get(1..3)?.try_into().ok()?));
                Some((site, std::str::from_utf8(key.get(3..)?).ok()?.parse().ok()?))
            };
            let owner = owner().ok_or_else(|| Doubt::new("the key of a window is cut"))?;
            let mark = |b: &[u8]| Mark {
                session: u32::from_be_bytes([b[0], b[1], b[2], b[3]]),
                packet: u16::from_be_bytes([b[4], b[5]]),
                meaning: b[6..].try_into().expect("invariant: a mark ends in sixteen bytes"),
            };
            windows.latest.insert(owner, value.chunks_exact(MARK).map(mark).collect());
        }
        Ok(windows)
    }

    /// Takes note of an entry; true where it repeats an earlier one.
    pub(super) fn note(&mut self, site: SiteNo, entry: &Entry) -> bool {
        let (Some(Sent { session, packet, dup }), Some(device)) = (entry.sent(), entry.device()) else { return false };
        let mark = Mark { session, packet, meaning: meaning(entry) };
        let owner = (site, device.clone());
        let latest = self.latest.entry(owner.clone()).or_default();
        let repeats = dup && packet != 0 && latest.contains(&mark);
        if latest.len() == IN_FLIGHT {
            latest.pop_front();
        }
        latest.push_back(mark);
        self.changed.insert(owner);
        repeats
    }

    /// Hands over to the store what changed.
    pub(super) fn commit(&mut self, store: &mut Store) {
        for owner in self.changed.drain() {
            let marks = self.latest.get(&owner).into_iter().flatten();
            let mut packed = Vec::with_capacity(IN_FLIGHT * MARK);
            for mark in marks {
                packed.extend_from_slice(&mark.session.to_be_bytes());
                packed.extend_from_slice(&mark.packet.to_be_bytes());
                packed.extend_from_slice(&mark.meaning);
            }
            store.put(Key::of(Tag::Window).site(owner.0).bytes(owner.1.as_str().as_bytes()).0, packed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::Scan;
    use crate::domain::repeats::Repeats;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_window_tells_repeats_as_the_rule_does(sent in proptest::collection::vec((0u8..2, 0u32..2, 0u16..40, any::<bool>(), 0u8..2), 0..400)) {
            let (mut windows, mut rule) = (Windows::default(), Repeats::default());
            for (device, session, packet, dup, code) in sent {
                let device: DeviceId = format!("s{device}").parse().unwrap();
                let sent = Sent { session, packet, dup };
                let entry = Entry::Scan(Scan { id: None, device, sent, code: code.to_string() });
                let repeats = rule.original(&entry).is_some();
                rule.note(&entry, 0);
                prop_assert_eq!(windows.note(SiteNo(0), &entry), repeats);
            }
        }
    }
}
