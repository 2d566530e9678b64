//! What the admission of one sale costs the journal's writer. Printed, never judged: `cargo test -p outpost-core --release --test
//! admission -- --ignored --nocapture`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::civil::{date, time};
use outpost_core::domain::document::{Document, Kind};
use outpost_core::domain::id::{Epoch, IntentId, Position, Seq};
use outpost_core::domain::master::{Masters, Row, Table};
use outpost_core::domain::number::Series;
use outpost_core::domain::record::{Entry, Record, Submitted};
use outpost_core::domain::shop::{Shop, World};
use outpost_core::domain::time::{Quality, Stamp};
use serde_json::json;
use std::time::Instant;
use uuid::Uuid;

const SALES: u64 = 100_000;

fn masters() -> Masters {
    let mut masters = Masters::default();
    let mut put = |table, fields| masters.put(Row::deserialize_as(table, fields).unwrap());
    put(Table::Settings, json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR"}));
    put(Table::Warehouse, json!({"name": "Stores", "site": "bandung"}));
    put(Table::Customer, json!({"name": "Bu Sari", "customer_name": "Bu Sari"}));
    put(Table::ModeOfPayment, json!({"mode_of_payment": "Cash", "default_account": "Cash - TW"}));
    let tax = json!({"charge_type": "On Net Total", "account_head": "VAT", "rate": "11", "included_in_print_rate": 1});
    put(Table::TaxTemplate, json!({"name": "VAT", "is_default": 1, "taxes": [tax]}));
    for n in 0..10_000 {
        let item = json!({"item_code": format!("ITEM-{n}"), "item_name": "x", "stock_uom": "Nos", "is_stock_item": 1});
        put(Table::Item, item);
    }
    masters.set_complete(true);
    masters
}

#[test]
#[ignore = "a measurement"]
fn a_plain_sale_is_cheap() {
    let (masters, site) = (masters(), "bandung".parse().unwrap());
    let world = World {
        masters: &masters,
        site: &site,
        series: Series::FIRST,
        today: date(2026, 11, 2),
        now: time(9, 0, 0, 0),
        clock_known: true,
        lookup: &|_| None,
    };
    let mut shop = Shop::new(0);
    let stamp = Stamp { boot_at_ms: 1_793_581_347_000, up_ms: 0, quality: Quality::Network };
    let (mut admitting, mut folding) = (0, 0);
    for n in 1..=SALES {
        let rows: Vec<_> = (0..3)
            .map(
                |i| json!({"item_code": format!("ITEM-{}", (n * 7 + i * 1_000) % 10_000), "qty": "1", "rate": "11100"}),
            )
            .collect();
        let fields = json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores", "items": rows,
            "payments": [{"mode_of_payment": "Cash", "amount": "33300"}]});
        let document = Document::deserialize_as(Kind::SalesInvoice, fields).unwrap();
        let submitted =
            Submitted::new(IntentId(Uuid::from_u128(n.into())), "tablet-1".parse().unwrap(), None, document);
        let start = Instant::now();
        let entry = shop.admit(&world, Entry::Submitted(submitted)).unwrap();
        admitting += start.elapsed().as_nanos();
        let start = Instant::now();
        shop.apply(Position { epoch: Epoch(Uuid::nil()), seq: Seq(n) }, &Record { stamp, entry }, &|_| None);
        shop.settle(true);
        folding += start.elapsed().as_nanos();
    }
    let each = |nanos: u128| nanos / u128::from(SALES);
    println!("a sale of three rows: {} ns to admit, {} ns to fold", each(admitting), each(folding));
}
