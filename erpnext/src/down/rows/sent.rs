//! Goods that somebody at ERPNext has sent to a workshop: Stock Entries into its transit warehouse that are not wholly received.
//!
//! In: a Stock Entry with its rows, whose its warehouse is, and what sites' own documents have received. Out: a row, so that the workshop sees
//! what is coming and names ERPNext's own rows in its receipt. Absent: what a site has sent; that is told by its own document.

use super::{Doc, Made, Scene, less};
use outpost_core::domain::document::{Ref, Text};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Row, RowKey, Table, Transit, TransitLine};

/// What goes from one warehouse to another.
const PURPOSE: &str = "Material Transfer";

pub(in crate::down) fn sent(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let is_sent = doc.number("docstatus")? == 1.into() && doc.flag("add_to_transit") && doc.str("purpose") == PURPOSE;
    let open = is_sent && doc.number("per_transferred")? < 100.into();
    // Whatever has an id there was made by a site.
    if !open || !doc.str("outpost_id").is_empty() || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let name = doc.text("name")?;
    let Some((warehouse, to)) = receiver(doc, scene)? else { return Ok(None) };
    let entry = Ref::from(name.clone());
    let items: Vec<_> =
        doc.rows("Stock Entry Detail").map(|row| line(row, &entry, scene)).collect::<Result<_, String>>()?;
    Ok(Some(Row::Transit(Transit {
        number: Some(name),
        from: None,
        to,
        warehouse,
        sent_on: doc.day("posting_date")?,
        items,
        entry,
    })))
}

/// The transit warehouse, and whose it is; none where it is no workshop's.
fn receiver(doc: Doc<'_>, scene: Scene<'_>) -> Result<Option<(Text, SiteId)>, String> {
    let mut found: Option<(Text, Option<SiteId>)> = None;
    for row in doc.rows("Stock Entry Detail") {
        let warehouse = row.text("t_warehouse")?;
        let to = whose(&warehouse, scene);
        match &found {
            Some((before, owner)) if *before != warehouse && (owner.is_some() || to.is_some()) => {
                let rule = "goes to a workshop and somewhere else: make a Stock Entry for each transit warehouse";
                return Err(format!("{rule} ({before}, {warehouse})"));
            }
            Some(_) => {}
            None => found = Some((warehouse, to)),
        }
    }
    Ok(found.and_then(|(warehouse, to)| Some((warehouse, to?))))
}

fn whose(warehouse: &Text, scene: Scene<'_>) -> Option<SiteId> {
    let key = RowKey { table: Table::Warehouse, name: warehouse.as_str().into() };
    match scene.known.row(&key)? {
        Row::Warehouse(row) if row.is_transit => row.site,
        _ => None,
    }
}

/// ERPNext counts what was received in whatever unit each receipt has: only in one unit it is a figure.
fn line(row: Doc<'_>, entry: &Ref, scene: Scene<'_>) -> Result<TransitLine, String> {
    let name = row.text("name")?;
    if row.number("conversion_factor")? != 1.into() {
        let (at, uom, stock_uom) = (row.number("idx")?, row.str("uom"), row.str("stock_uom"));
        return Err(format!(
            "row {at} is in {uom}, and is not told to the workshop: send in the stock unit, {stock_uom}, so that what is received can be counted"
        ));
    }
    Ok(TransitLine {
        item_code: row.text("item_code")?,
        qty: row.positive("qty")?,
        received: less(row.number("transferred_qty")?, scene.known.received(entry, &name)),
        name,
    })
}
