//! A box and an office without programs around them: exchanges with real journals, and what either does with a stick.

use outpost::carry::{self, Ask, Exported, Folder, Hand, Owner, Progress, Stopped, Took, Way};
use outpost::courier::stick::{Content, FileError, Hook};
use outpost::domain::id::{DeviceId, Epoch, SiteId, StoreId};
use outpost::domain::record::{Entry, Opened, Sent};
use outpost::domain::time::{Quality, Stamp};
use outpost::exchange::{Exchange, Master, Parts};
use outpost::intake;
use outpost::journal::{Options, Own, Reader, Replica};
use outpost::sync::Rules;
use outpost::wire::envelope::Secret;
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

/// One end: its journal, what it holds of the other's, and the conversation.
pub struct End {
    pub exchange: Exchange,
    pub own: Own,
    dice: ChaCha8Rng,
}

impl Owner for End {
    fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    fn clock_ms(&self) -> Option<i64> {
        None
    }

    fn take(&mut self, envelope: &[u8]) -> Result<Took, String> {
        let arrived = self.exchange.carried(0, envelope).map_err(|rejected| rejected.to_string())?;
        let new = arrived.stored.iter().map(|span| span.last.0 - span.first.0 + 1).sum();
        Ok(Took { new, known: arrived.known, ..Took::default() })
    }
}

/// The site.
pub fn shop() -> SiteId {
    "bandung".parse().unwrap()
}

impl End {
    fn open(dir: &Path, (me, key): (SiteId, u8), (peer, peer_key): (SiteId, u8)) -> Self {
        let (secret, peer_secret) = (Secret::from_random([key; 32]), Secret::from_random([peer_key; 32]));
        let store = StoreId::new(u64::from(key), [key; 10]);
        let (mut own, _) = Own::open(&dir.join("own"), Options::new(me.clone(), store, |_| None)).unwrap();
        let stamp = Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Floor };
        let opened = Opened { follows: None, store, boot: uuid::Uuid::nil(), program: "0".into() };
        let body = record::body(&stamp, &record::entry(&Entry::Opened(opened)));
        own.begin(Epoch::new(1, [key; 10]), &body).unwrap();
        let (replica, _) = Replica::open(&dir.join("peer"), Options::new(peer.clone(), store, |_| None)).unwrap();
        let parts = Parts {
            me,
            peer,
            peer_keys: vec![peer_secret.public()],
            secret,
            store,
            replica,
            own: own.reader(),
            acks: dir.join("acks"),
            rules: Rules::default(),
            master: Master::None,
        };
        Self { exchange: Exchange::open(parts).unwrap(), own, dice: ChaCha8Rng::seed_from_u64(u64::from(key)) }
    }

    /// Records of noise.
    pub fn append(&mut self, count: usize) {
        for _ in 0..count {
            let mut body = vec![0; RECORD_BYTES];
            self.dice.fill_bytes(&mut body);
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
    let open = |name: &str, me, peer| Arc::new(Mutex::new(End::open(&dir.join(name), me, peer)));
    let shop_end = open("shop", (shop(), 1), (SiteId::office(), 2));
    (shop_end, open("office", (SiteId::office(), 2), (shop(), 1)))
}

fn hand(end: &Arc<Mutex<End>>) -> Hand {
    let end = end.clone();
    Hand::new(move |ask: Ask| {
        end.lock().unwrap().answer(ask);
        true
    })
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
