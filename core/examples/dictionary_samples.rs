//! Writes messages as boxes and the office send them, one file each, for training a compression dictionary:
//!
//! ```text
//! cargo run -p outpost-core --example dictionary_samples -- DIR && zstd --train DIR/* --maxdict=20480 -o core/src/wire/dictionary/N.zdict
//! ```
//!
//! A dictionary that was released never changes; a better one gets the next number. The names in the samples are
//! made up: what is to be learnt are the shapes.

use outpost_core::domain::booked::{Booked, Mark};
use outpost_core::domain::document::Document;
use outpost_core::domain::id::{Epoch, IntentId, Position, RecordHash, Seq, StoreId};
use outpost_core::domain::number::Number;
use outpost_core::domain::record::{Entry, Scan, Sent, Span, Submitted, Weight};
use outpost_core::domain::time::{Quality, Stamp};
use outpost_core::wire::message::{Ack, Held, Hello, Message, Run};
use outpost_core::wire::{cbor, record};
use serde_bytes::ByteBuf;

/// A small linear congruential generator: the samples are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.roll(256) as u8)
    }
}

fn sale(dice: &mut Dice) -> Document {
    let day = 1 + dice.roll(28);
    let items: Vec<String> = (0..1 + dice.roll(3))
        .map(|_| {
            let code = format!("{}-{:03}", dice.pick(&["KAIN", "JAHIT", "BATIK", "SILK", "WOOL"]), dice.roll(500));
            let (qty, rate) = (1 + dice.roll(5), 500 * dice.roll(400));
            let site = dice.pick(&["Solo", "Medan", "Garut"]);
            format!(r#"{{"item_code":"{code}","qty":"{qty}","rate":"{rate}","uom":"Nos","warehouse":"{site} - TW"}}"#)
        })
        .collect();
    let paid = format!(
        r#"[{{"mode_of_payment":"{}","amount":"{}"}}]"#,
        dice.pick(&["Cash", "Wire Transfer", "Credit Card"]),
        500 * dice.roll(4000)
    );
    let customer = format!("{} {}", dice.pick(&["Ibu", "Bapak", "PT"]), dice.pick(&["Ayu", "Putra", "Sinar", "Abadi"]));
    let json = format!(
        r#"{{"customer":"{customer}","posting_date":"2026-{:02}-{day:02}","posting_time":"{:02}:{:02}:{:02}","items":[{}],"payments":{paid}}}"#,
        1 + dice.roll(12),
        dice.roll(24),
        dice.roll(60),
        dice.roll(60),
        items.join(",")
    );
    Document::SalesInvoice(serde_json::from_str(&json).expect("a sale"))
}

fn movement(dice: &mut Dice) -> Document {
    let json = format!(
        r#"{{"stock_entry_type":"{}","posting_date":"2026-{:02}-{:02}","items":[{{"item_code":"KAIN-{:03}","qty":"{}","uom":"Meter","s_warehouse":"Stores - TW","t_warehouse":"Solo - TW"}}]}}"#,
        dice.pick(&["Material Transfer", "Material Issue", "Material Receipt"]),
        1 + dice.roll(12),
        1 + dice.roll(28),
        dice.roll(500),
        1 + dice.roll(40)
    );
    Document::StockEntry(serde_json::from_str(&json).expect("a movement"))
}

fn entry(dice: &mut Dice) -> Entry {
    let device = format!("{}-{}", dice.pick(&["till", "tablet", "scanner", "scale"]), 1 + dice.roll(9));
    let device = device.parse().expect("a name");
    let sent = Sent { session: dice.roll(1 << 32) as u32, packet: dice.roll(65535) as u16, dup: false };
    let id = IntentId::new(1_790_000_000_000 + dice.roll(20_000_000_000), dice.bytes());
    match dice.roll(10) {
        0 => Entry::Scan(Scan { id: None, device, sent, code: format!("899{:010}", dice.roll(1 << 33)) }),
        1 => {
            let weight = format!("{}.{}", dice.roll(20), dice.roll(1000)).parse().expect("a number");
            Entry::Weight(Weight { id: None, device, sent, weight, unit: "kg".try_into().expect("a unit") })
        }
        2 => Entry::Submitted(booked(Submitted::new(id, device, None, movement(dice)), dice)),
        _ => {
            let user = Some(dice.pick(&["ani", "budi", "citra"]).try_into().expect("a name"));
            Entry::Submitted(booked(Submitted::new(id, device, user, sale(dice)), dice))
        }
    }
}

/// What a box works out: always the number, and in shops of all sorts taxes, a total, marks.
fn booked(mut submitted: Submitted, dice: &mut Dice) -> Submitted {
    let series = dice.pick(&["A", "A", "A", "B", "C"]).parse().expect("a series");
    let mut booked = Booked { no: Some(Number { series, count: 1 + dice.roll(60_000) as u32 }), ..Booked::default() };
    if dice.roll(3) == 0 {
        booked.total = format!("{}", 500 * dice.roll(4000)).parse().ok();
    }
    if dice.roll(4) == 0 {
        let rule =
            r#"{"charge_type":"On Net Total","account_head":"VAT - TW","rate":"11","included_in_print_rate":true}"#;
        booked.taxes.push(serde_json::from_str(rule).expect("a rule"));
        booked.net = format!("{}.{:02}", dice.roll(2_000_000), dice.roll(100)).parse().ok();
    }
    if dice.roll(4) == 0 {
        booked.marks.push(Mark::Unchecked);
    }
    submitted.booked = Some(booked);
    submitted
}

fn ack(dice: &mut Dice) -> Ack {
    let through = vec![Position { epoch: Epoch::new(1_790_000_000_000, dice.bytes()), seq: Seq(1 + dice.roll(9999)) }];
    Ack { store: StoreId::new(1_790_000_000_000, dice.bytes()), held: Held { through, beyond: vec![] } }
}

fn main() {
    let dir = std::env::args().nth(1).expect("usage: dictionary_samples DIR");
    let mut dice = Dice(42);
    for n in 0..4_000 {
        let down = dice.roll(4) == 0;
        let stamp = Stamp {
            boot_at_ms: 1_790_000_000_000 + dice.roll(20_000_000_000) as i64,
            up_ms: dice.roll(900_000_000),
            quality: [Quality::Network, Quality::Office, Quality::Floor][dice.roll(3) as usize],
        };
        let epoch = Epoch::new(1_790_000_000_000 + dice.roll(20_000_000_000), dice.bytes());
        let first = Seq(1 + dice.roll(100_000));
        let what = if down {
            Entry::AtOffice(Span { epoch, first, last: Seq(first.0 + dice.roll(3)) })
        } else {
            entry(&mut dice)
        };
        let body = ByteBuf::from(record::body(&stamp, &record::entry(&what)));
        let run = Run { epoch, first, prev: RecordHash(dice.bytes()), bodies: vec![body], lost: vec![] };
        let mut message = Message { batch: vec![run], ..Message::default() };
        if down || dice.roll(2) == 0 {
            message.ack = Some(ack(&mut dice));
            message.echo = Some(u64::from_le_bytes(dice.bytes()));
        }
        if down {
            message.clock_ms = Some(stamp.at_ms());
        }
        if dice.roll(20) == 0 {
            message.hello =
                Some(Hello { nonce: u64::from_le_bytes(dice.bytes()), dictionary: 1, believes: Some(ack(&mut dice)) });
        }
        // The smallest are small with any dictionary; what is to be learnt is a lone document.
        let bytes = cbor::to_vec(&message);
        if (300..=1_200).contains(&bytes.len()) {
            std::fs::write(format!("{dir}/{n:05}"), bytes).expect("written");
        }
    }
}
