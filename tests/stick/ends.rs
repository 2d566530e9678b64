//! A box and an office without programs around them: exchanges with real journals, and what either does with a stick.

pub use crate::end::End;

use crate::end::hand;
use outpost::carry::{self, Exported, Folder, Progress, Stopped, Way};
use outpost::courier::stick::{Content, FileError, Hook};
use outpost::domain::id::{DeviceId, SiteId};
use outpost::domain::record::Sent;
use outpost::domain::time::{Quality, Stamp};
use outpost::exchange::Master;
use outpost::intake;
use outpost::journal::Reader;
use outpost::wire::record;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rig::sales::Sales;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Bytes of a record of noise, which does not compress: a parcel is several writes long.
const RECORD_BYTES: usize = 500;
/// Sales that are synced together.
const GROUP: u64 = 2_000;
/// Between two sales of a busy workshop.
const SALE_EVERY_MS: u64 = 80_000;
/// 2026-11-02, a Monday morning.
const BOOT_AT_MS: i64 = 1_793_577_600_000;

/// The site.
pub fn shop() -> SiteId {
    "bandung".parse().unwrap()
}

impl End {
    /// Records of noise.
    pub fn append(&mut self, count: usize) {
        let mut dice = ChaCha8Rng::from_seed(self.own.last().unwrap().1.0);
        for _ in 0..count {
            let mut body = vec![0; RECORD_BYTES];
            dice.fill_bytes(&mut body);
            self.own.append_one(&body, None).unwrap();
        }
        self.appended();
    }

    /// What a busy workshop's tablet sells, as the intake reads it.
    pub fn sell(&mut self, count: usize) {
        let till: DeviceId = "till-0".parse().unwrap();
        for (sale, number) in Sales::new(1).take(count).zip(1..) {
            let sent = Sent { session: 0, packet: (number % u64::from(u16::MAX)) as u16 + 1, dup: false };
            let entry = intake::read(&till, "tx/till-0/sales-invoice", sale.json.as_bytes(), sent).unwrap();
            let stamp = Stamp { boot_at_ms: BOOT_AT_MS, up_ms: number * SALE_EVERY_MS, quality: Quality::Network };
            let id = entry.intent().map(|id| *id.0.as_bytes());
            self.own.append_one(&record::body(&stamp, &record::entry(&entry)), id).unwrap();
            if number % GROUP == 0 {
                self.own.sync().unwrap();
            }
        }
        self.appended();
    }

    fn appended(&mut self) {
        self.own.sync().unwrap();
        let (last, _) = self.own.last().unwrap();
        self.exchange.appended(last);
    }
}

/// A box and its office, each in a directory of its own below `dir`.
pub fn pair(dir: &Path) -> (Arc<Mutex<End>>, Arc<Mutex<End>>) {
    let open = |name: &str, me, peer| Arc::new(Mutex::new(End::open(&dir.join(name), me, peer, Master::None)));
    let shop_end = open("shop", (shop(), 1), (SiteId::office(), 2));
    (shop_end, open("office", (SiteId::office(), 2), (shop(), 1)))
}

/// What either end does with a stick.
pub fn visit(
    end: &Arc<Mutex<End>>,
    mount: &Path,
    (take, give): (Way, Way),
    hook: Arc<Hook>,
) -> Result<Exported, String> {
    let folder = Folder::open_with(mount, hook).map_err(|error| error.to_string())?;
    let (site, hand) = (shop(), hand(end));
    let words = |stopped: Stopped| stopped.to_string();
    let nothing = &mut |_: Progress| {};
    let import = carry::import(&folder, (take, &site), &mut |bytes| hand.take(bytes), nothing).map_err(words)?;
    assert!(import.refused.is_empty(), "{:?}", import.refused);
    carry::export(&folder, (give, &site), &hand, nothing).map_err(words)
}

/// What a box takes and what it gives.
pub const BOX: (Way, Way) = (Way::ToSite, Way::ToOffice);
/// The same of an office.
pub const OFFICE: (Way, Way) = (Way::ToOffice, Way::ToSite);

/// Everything that the box owes is in whole parcels on the stick.
pub fn holds_all_that_is_owed(mount: &Path, shop_end: &Arc<Mutex<End>>) -> bool {
    let folder = Folder::open(mount).unwrap();
    let mut extents = Vec::new();
    for (name, _) in folder.list(Way::ToOffice, &shop()).unwrap().ours {
        let Content::Parcel(extent) = name.content else { continue };
        match folder.read(Way::ToOffice, &shop(), name.to_string().as_ref()) {
            Ok(_) => extents.push(extent),
            Err(FileError::Damaged { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    shop_end.lock().unwrap().exchange.link().outbox().owed(&extents).is_empty()
}

/// How many records of the box's the office holds, each once.
pub fn held(office: &Arc<Mutex<End>>) -> u64 {
    let reader: Reader = office.lock().unwrap().exchange.held();
    let mut positions: Vec<_> = reader.scan(0).map(|stored| stored.unwrap().position).collect();
    let count = positions.len() as u64;
    positions.sort();
    positions.dedup();
    assert_eq!(positions.len() as u64, count, "a record is there twice");
    count
}
