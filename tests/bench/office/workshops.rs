//! Workshops whose journals an office has and has not posted: their master data, their sales, the journals on the office's disk.

use outpost::domain::booked::Booked;
use outpost::domain::decimal::Decimal;
use outpost::domain::id::{Epoch, IntentId, Position, RecordHash, Seq, SiteId};
use outpost::domain::master::{Masters, Row, Table};
use outpost::domain::record::{Entry, Opened, Sent, Submitted};
use outpost::domain::time::{Quality, Stamp};
use outpost::intake;
use outpost::journal::{Options, Replica};
use outpost::wire::{frame, record};
use rig::seed::Seeded;
use serde_json::{Value, json};
use std::path::Path;
use uuid::Uuid;

/// All of them; their names in ERPNext begin with a capital.
pub(super) const SITES: [&str; 20] = [
    "bandung", "garut", "bogor", "cimahi", "cirebon", "depok", "jakarta", "jember", "kediri", "kudus", "madiun",
    "malang", "medan", "padang", "semarang", "serang", "solo", "surabaya", "tegal", "yogya",
];
/// Their time zone.
pub(super) const ZONE: &str = "Asia/Jakarta";
/// Records of a group while a journal is written.
const GROUP: usize = 500;
/// 20 November 2026, 8:00 at the workshops.
const OPENING_MS: i64 = 1_795_136_400_000;
/// Between two sales.
const GAP_MS: u64 = 5_000;

/// A site's name in ERPNext.
pub(super) fn named(site: &str) -> String {
    format!("{}{}", site[..1].to_uppercase(), &site[1..])
}

/// Master data, table by table.
pub(super) fn tables() -> Vec<(Table, Value)> {
    let settings = |(at, site): (usize, &&str)| {
        json!({"site": site, "company": "Tailor Works", "currency": "IDR", "number_prefix": format!("S{at:02}"),
            "smallest_currency_fraction_value": "0"})
    };
    let mode = json!([{"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"}]);
    let item = json!([{"item_code": "SEWING", "item_name": "Sewing", "item_group": "Services", "stock_uom": "Nos",
        "is_stock_item": 0}]);
    vec![
        (Table::Settings, SITES.iter().enumerate().map(settings).collect()),
        (Table::PriceList, json!([{"price_list_name": "Standard Selling", "currency": "IDR", "selling": 1}])),
        (Table::Uom, json!([{"uom_name": "Nos", "must_be_whole_number": 1}])),
        (Table::Item, item),
        (Table::Customer, json!([{"name": "Bu Sari", "customer_name": "Bu Sari"}])),
        (Table::Account, json!([{"name": "Cash - TW", "account_type": "Cash"}])),
        (Table::ModeOfPayment, mode),
    ]
}

/// The same as the office has it.
pub(super) fn masters() -> Masters {
    let mut masters = Masters::default();
    for (table, rows) in tables() {
        for row in rows.as_array().unwrap() {
            masters.put(Row::deserialize_as(table, row).unwrap());
        }
    }
    masters
}

/// Sales of three rows that are paid at once, as a box has recorded them. No two sites have the same.
pub(super) fn sales(site: &str, count: usize) -> impl Iterator<Item = Submitted> {
    let at = SITES.iter().position(|known| *known == site).unwrap();
    let mut seeded = Seeded::new(at as u64);
    (0..count).map(move |number| {
        let at_ms = OPENING_MS as u64 + number as u64 * GAP_MS;
        let (high, low) = ((at_ms << 16) | 0x7000 | (seeded.bits() & 0xfff), 0x8000 << 48 | seeded.bits() >> 2);
        let id = IntentId(Uuid::from_u64_pair(high, low));
        let rows: Vec<(u64, u64)> = (0..3).map(|_| (1 + seeded.below(4), 500 * (1 + seeded.below(200)))).collect();
        let total: u64 = rows.iter().map(|(qty, rate)| qty * rate).sum();
        let row = |(qty, rate): &(u64, u64)| json!({"item_code": "SEWING", "qty": qty.to_string(), "rate": rate.to_string()});
        let sale = json!({"id": id, "user": "wati", "customer": "Bu Sari", "items": rows.iter().map(row).collect::<Vec<_>>(),
            "payments": [{"mode_of_payment": "Cash", "amount": total.to_string()}]});
        let (device, sent) = ("till-1".parse().unwrap(), Sent { session: 0, packet: 1, dup: false });
        let read = intake::read(&device, "tx/till-1/sales-invoice", sale.to_string().as_bytes(), sent).unwrap();
        let Entry::Submitted(mut submitted) = read else { panic!("{read:?}") };
        submitted.booked = Some(Booked {
            no: Some(serde_json::from_value(json!(["A", number + 1])).unwrap()),
            day: Some("2026-11-20".parse().unwrap()),
            time: Some(jiff::civil::time(8, 0, 0, 0).wrapping_add(jiff::SignedDuration::from_secs(number as i64))),
            factors: vec![Decimal::ZERO; 3],
            ..Booked::default()
        });
        submitted
    })
}

/// Writes a site's journal as its box has sent it, into the directory of an office that does not run.
pub(super) fn journal(office: &Path, name: &str, count: usize) {
    let site: SiteId = name.parse().unwrap();
    let store = outpost::store::open(office, &SiteId::office(), false, 1).unwrap();
    let dir = office.join("sites").join(name).join("up");
    let (mut replica, _) = Replica::open(&dir, Options::new(site.clone(), store, |_| None)).unwrap();
    let opened = Opened { follows: None, store, boot: Uuid::nil(), program: "bench".into() };
    let (epoch, mut prev) = (Epoch::new(OPENING_MS as u64, [7; 10]), RecordHash::NONE);
    let entries = [Entry::Opened(opened)].into_iter().chain(sales(name, count).map(Entry::Submitted));
    for (number, entry) in entries.enumerate() {
        let stamp = Stamp { boot_at_ms: OPENING_MS, up_ms: number as u64 * GAP_MS, quality: Quality::Network };
        let (position, body) =
            (Position { epoch, seq: Seq(number as u64 + 1) }, record::body(&stamp, &record::entry(&entry)));
        replica.put(position, prev, &body, None).unwrap();
        prev = frame::record_hash(&site, position, &prev, &body);
        if number % GROUP == 0 {
            replica.sync().unwrap();
        }
    }
    replica.sync().unwrap();
}
