//! Lists of prices, and prices that hold for everybody: those for one customer, supplier or batch, or for whole packs alone, have no place
//! in a row.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{ItemPrice, PriceList, Row};

pub(in crate::down) fn price_list(doc: Doc<'_>, _: Scene<'_>) -> Made {
    if !doc.flag("enabled") {
        return Ok(None);
    }
    let (selling, buying) = (doc.flag("selling"), doc.flag("buying"));
    let currency = doc.text("currency")?;
    Ok(Some(Row::PriceList(PriceList { price_list_name: doc.text("name")?, currency, selling, buying })))
}

pub(in crate::down) fn item_price(doc: Doc<'_>, _: Scene<'_>) -> Made {
    if ["customer", "supplier", "batch_no"].iter().any(|field| !doc.str(field).is_empty()) {
        return Ok(None);
    }
    // ERPNext takes it for multiples of so many, beside the one that holds for any number.
    if doc.number("packing_unit")? > 1.into() {
        return Ok(None);
    }
    Ok(Some(Row::ItemPrice(ItemPrice {
        item_code: doc.text("item_code")?,
        price_list: doc.text("price_list")?,
        uom: doc.text("uom")?,
        price_list_rate: doc.number("price_list_rate")?,
        valid_from: doc.maybe_day("valid_from")?,
        valid_upto: doc.maybe_day("valid_upto")?,
    })))
}
