//! Master data from an office's disk to a box's: through power cuts and damage, over a line that breaks, and on a stick.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod crash;
#[path = "../stick/end.rs"]
#[expect(dead_code, reason = "the stick's tests use all of it")]
mod end;
mod ends;
mod golden;
mod load;
#[path = "../journal/paper.rs"]
#[expect(dead_code, reason = "the journal's tests use all of it")]
mod paper;
mod stick;

use outpost::domain::document::Text;
use outpost::domain::id::SiteId;
use outpost::domain::master::segment::Audience;
use outpost::domain::master::{Barcode, Item, Row, RowKey};
use outpost::rows::Told;
use outpost::wire::row;

fn site(n: u8) -> SiteId {
    format!("w{n}").parse().unwrap()
}

fn text(text: impl Into<String>) -> Text {
    Text::try_from(text.into()).unwrap()
}

fn item(n: usize) -> Row {
    Row::Item(Item {
        item_code: text(format!("FAB-{:06}", n * 7919 % 1_000_003)),
        item_name: text(format!("{} {} {}", COLOURS[n % 8], STUFFS[n / 8 % 8], n * 31 % 977)),
        item_group: Some(text(STUFFS[n / 8 % 8])),
        stock_uom: text(if n.is_multiple_of(3) { "Meter" } else { "Nos" }),
        is_stock_item: true,
        has_batch_no: false,
        has_serial_no: false,
        disabled: false,
        barcodes: vec![Barcode {
            barcode: text(format!("899{:010}", n as u64 * 7_919_113 % 10_000_000_000)),
            uom: None,
        }],
        uoms: vec![],
        variant_of: None,
        taxes: vec![],
    })
}

const COLOURS: [&str; 8] = ["white", "black", "navy", "cream", "maroon", "olive", "grey", "indigo"];
const STUFFS: [&str; 8] = ["cotton", "linen", "silk", "batik", "denim", "wool", "satin", "thread"];

fn told(n: usize) -> Told {
    let row = item(n);
    (row.key(), Some((row::encode(&row), Audience::All)))
}
