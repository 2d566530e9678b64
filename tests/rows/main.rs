//! Master data from an office's disk to a box's: through power cuts and damage, over a line that breaks, and on a stick.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod crash;
mod ends;
mod golden;
mod load;
#[path = "../journal/paper.rs"]
#[expect(dead_code, reason = "the journal's tests use all of it")]
mod paper;
mod stick;

use outpost::domain::id::SiteId;
use outpost::domain::master::segment::Audience;
use outpost::domain::master::{Item, Row, RowKey};
use outpost::wire::row;

fn site(n: u8) -> SiteId {
    format!("w{n}").parse().unwrap()
}

fn item(n: usize) -> Row {
    Row::Item(Item {
        item_code: format!("FAB-{:06}", n * 7919 % 1_000_003).parse().unwrap(),
        item_name: format!("{} {} {}", COLOURS[n % 8], STUFFS[n / 8 % 8], n * 31 % 977).parse().unwrap(),
        item_group: Some(STUFFS[n / 8 % 8].parse().unwrap()),
        stock_uom: if n.is_multiple_of(3) { "Meter" } else { "Nos" }.parse().unwrap(),
        is_stock_item: true,
        has_batch_no: false,
        has_serial_no: false,
        disabled: false,
        barcodes: vec![outpost::domain::master::Barcode {
            barcode: format!("899{:010}", n as u64 * 7_919_113 % 10_000_000_000).parse().unwrap(),
            uom: None,
        }],
        uoms: vec![],
    })
}

const COLOURS: [&str; 8] = ["white", "black", "navy", "cream", "maroon", "olive", "grey", "indigo"];
const STUFFS: [&str; 8] = ["cotton", "linen", "silk", "batik", "denim", "wool", "satin", "thread"];

/// What an office is told: a row, its bytes, who gets it.
type Told = (RowKey, Option<(Vec<u8>, Audience)>);

fn told(n: usize) -> Told {
    let row = item(n);
    (row.key(), Some((row::encode(&row), Audience::All)))
}
