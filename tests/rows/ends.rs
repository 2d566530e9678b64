//! A box and an office without programs around them.

pub(crate) use super::end::{End, hand};

use super::*;
use outpost::exchange::Master;
use outpost::rows::{BoxRows, OfficeRows};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(crate) fn shop(dir: &Path) -> End {
    let (rows, _) = BoxRows::open(&dir.join("shop/rows"), Box::new(())).unwrap();
    End::open(&dir.join("shop"), (site(1), 1), (SiteId::office(), 2), Master::Takes(Box::new(rows)))
}

pub(crate) fn office(dir: &Path, rows: &Arc<OfficeRows>) -> End {
    let gives = Master::Gives(rows.clone(), dir.join("office/rows-cursor"));
    End::open(&dir.join("office"), (SiteId::office(), 2), (site(1), 1), gives)
}

/// What the box has, and what is its own at the office.
pub(crate) fn both(shop: &End, rows: &OfficeRows) -> [BTreeMap<(u8, String), Vec<u8>>; 2] {
    let entry = |(key, body): (&outpost::wire::rows::Key, &[u8])| ((key.table, key.name.to_string()), body.to_vec());
    let held = shop.exchange.taken().unwrap().shared();
    let held = held.read().iter().map(|(key, body, ..)| entry((key, body))).collect();
    [held, rows.of(&site(1), |table| table.iter().map(entry).collect())]
}

/// A road that carries so many bytes before it breaks, and loses what is under way then.
pub(crate) struct Road {
    pub(crate) now_ms: u64,
    pub(crate) sent: u64,
    pub(crate) arrived: u64,
    pub(crate) breaks: u64,
    pub(crate) envelopes: u64,
}

impl Road {
    pub(crate) fn new() -> Self {
        Self { now_ms: 0, sent: 0, arrived: 0, breaks: 0, envelopes: 0 }
    }

    /// Lets both talk until nobody has anything to say. `carries` is asked how many bytes each connection carries.
    pub(crate) fn talk(&mut self, shop: &mut End, office: &mut End, mut carries: impl FnMut() -> u64) {
        'connection: loop {
            let mut left = carries();
            shop.exchange.connected(self.now_ms);
            office.exchange.connected(self.now_ms);
            loop {
                let (mut up, mut down) = (Vec::new(), Vec::new());
                while let Some(envelope) = shop.exchange.poll(self.now_ms, None).unwrap() {
                    up.push(envelope);
                }
                while let Some(envelope) = office.exchange.poll(self.now_ms, None).unwrap() {
                    down.push(envelope);
                }
                if up.is_empty() && down.is_empty() {
                    return;
                }
                self.now_ms += 300;
                for (envelope, to_office) in
                    up.into_iter().map(|e| (e, true)).chain(down.into_iter().map(|e| (e, false)))
                {
                    let bytes = envelope.len() as u64;
                    self.envelopes += 1;
                    // What is cut is paid for up to the cut.
                    self.sent += bytes.min(left);
                    if bytes > left {
                        self.breaks += 1;
                        shop.exchange.disconnected();
                        office.exchange.disconnected();
                        continue 'connection;
                    }
                    left -= bytes;
                    self.arrived += bytes;
                    let to = if to_office { &mut *office } else { &mut *shop };
                    to.exchange.arrived(self.now_ms, &envelope).unwrap();
                }
            }
        }
    }
}
