//! Stock Entry of every purpose, and Stock Reconciliation.

use super::fields::{Fields, flag, number, set, text};
use super::making::Making;
use super::sheet;
use super::{About, Unmappable};
use crate::readback::decimal;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{EntryItem, Kind, Purpose, StockEntry, Text};
use serde_json::{Value, json};

/// A movement of goods. Each row says both of its ends, and nothing is left to the head.
pub(super) fn entry(making: &mut Making<'_>, entry: &StockEntry) -> Result<(), Unmappable> {
    making.transaction()?;
    making.posted("posting_date", true)?;
    making.take("from_warehouse");
    making.take("to_warehouse");
    making.goods(true);
    let digits = sheet::precision(making.about.masters, making.about.site).into();
    for (i, row) in entry.items.iter().enumerate() {
        let (source, target) = ends(entry, row);
        let (source, target) = (source.map(|name| making.warehouse(name)), target.map(|name| making.warehouse(name)));
        let factor = making.booked.factors.get(i).copied().unwrap_or_else(|| 1.into());
        let Some(written) = making.rows("items").nth(i) else { continue };
        written.remove("s_warehouse");
        written.remove("t_warehouse");
        // What leaves has the value that it has there. It is of the stock unit, here as there.
        let rate = row.basic_rate.filter(|_| source.is_none());
        written.remove("basic_rate");
        if let Some(rate) = rate {
            set(written, "basic_rate", number(rate));
            if rate.is_zero() {
                set(written, "allow_zero_valuation_rate", 1);
            } else if entry.stock_entry_type == Purpose::Manufacture {
                // ERPNext then leaves the row as it is told, and takes the scrap's amount off the product.
                set(written, "set_basic_rate_manually", 1);
                if let Some(amount) = row.qty.times(factor).and_then(|pieces| pieces.times(rate)?.rounded(digits)) {
                    set(written, "basic_amount", number(amount));
                }
            }
        }
        for (field, name) in [("s_warehouse", source), ("t_warehouse", target)] {
            if let Some(name) = name {
                set(written, field, name);
            }
        }
    }
    in_stock_units(making, entry);
    received(making, entry)?;
    to_work(making, entry)?;
    made(making, entry);
    making.cost_center(false, &["items"])
}

/// Where a row's goods come from and go to.
fn ends<'a>(entry: &'a StockEntry, row: &'a EntryItem) -> (Option<&'a Text>, Option<&'a Text>) {
    let (takes, brings) = match entry.stock_entry_type {
        Purpose::Issue => (true, false),
        Purpose::Receipt => (false, true),
        Purpose::Transfer | Purpose::ToWork => (true, true),
        Purpose::Manufacture => {
            let made = row.is_finished_item || row.is_scrap_item;
            (!made, made)
        }
    };
    let source = row.s_warehouse.as_ref().or(entry.from_warehouse.as_ref()).filter(|_| takes);
    (source, row.t_warehouse.as_ref().or(entry.to_warehouse.as_ref()).filter(|_| brings))
}

/// What another site or the office has sent: the entry, and of each row which.
fn received(making: &mut Making<'_>, entry: &StockEntry) -> Result<(), Unmappable> {
    let Some(sent) = &entry.outgoing_stock_entry else { return Ok(()) };
    let name = making.links.document(Kind::StockEntry, sent)?;
    making.set("outgoing_stock_entry", name);
    for (i, row) in entry.items.iter().enumerate() {
        let named = (Some(sent), row.ste_detail.as_ref());
        making.built_on(i, ("against_stock_entry", Kind::StockEntry), "ste_detail", named)?;
    }
    Ok(())
}

/// Rows that ERPNext holds against others by the number alone, whatever their units, are said in stock units: what goes to another site, which
/// may be received in another one, what comes of it, and what is made, of which `fg_completed_qty` is in the stock unit.
fn in_stock_units(making: &mut Making<'_>, entry: &StockEntry) {
    let under_way = entry.add_to_transit || entry.outgoing_stock_entry.is_some();
    let (masters, factors) = (making.about.masters, making.booked.factors.clone());
    for ((row, written), factor) in entry.items.iter().zip(making.rows("items")).zip(factors) {
        let item = masters.item(row.item_code.as_str());
        let (Some(item), Some(qty)) = (item, row.qty.times(factor)) else { continue };
        if (under_way || row.is_finished_item) && factor != 1.into() && !factor.is_zero() {
            set(written, "qty", number(qty));
            set(written, "uom", item.stock_uom.as_str());
            set(written, "conversion_factor", 1);
        }
    }
}

/// Materials beyond what a Work Order needs are transferred for no piece of it, as ERPNext's own form does: it counts for how many pieces
/// materials have come, and refuses more than are ordered.
fn to_work(making: &mut Making<'_>, entry: &StockEntry) -> Result<(), Unmappable> {
    let (Purpose::ToWork, Some(order), Some(pieces)) =
        (entry.stock_entry_type, &entry.work_order, entry.fg_completed_qty)
    else {
        return Ok(());
    };
    let left = making.links.transferable(order.as_str())?.map(|left| left.max(Decimal::ZERO));
    if let Some(left) = left.filter(|left| *left < pieces) {
        making.set("fg_completed_qty", number(left));
    }
    Ok(())
}

/// What is made, with the materials and scrap that the box filled in, behind the rows that have numbers.
fn made(making: &mut Making<'_>, entry: &StockEntry) {
    if !matches!(entry.stock_entry_type, Purpose::Manufacture | Purpose::ToWork) {
        return;
    }
    let masters = making.about.masters;
    let order = entry.work_order.as_ref().and_then(|name| masters.work_order(name.as_str()));
    // Without it ERPNext forgets how many are made.
    making.set("from_bom", flag(true));
    if let Some(bom) = entry.bom_no.as_ref().or(order.map(|order| &order.bom_no)) {
        making.set("bom_no", bom.as_str());
    }
    let mut rows = Vec::new();
    for filled in &making.booked.filled {
        let mut row = json!({
            "item_code": filled.item_code.as_str(),
            "qty": number(filled.qty.abs()),
            "conversion_factor": 1,
        });
        let warehouse = Value::from(making.warehouse(&filled.warehouse));
        if filled.qty.is_negative() {
            row["s_warehouse"] = warehouse;
        } else {
            row["t_warehouse"] = warehouse;
            row["is_scrap_item"] = flag(true);
        }
        if let Some(item) = masters.item(filled.item_code.as_str()) {
            row["uom"] = item.stock_uom.as_str().into();
        }
        rows.push(row);
    }
    if let Some(items) = making.fields.get_mut("items").and_then(Value::as_array_mut) {
        items.extend(rows);
        // ERPNext values rows in their order, and takes off what is made the scrap that it has valued before.
        let is = |row: &Value, field: &str| row.get(field).and_then(Value::as_u64) == Some(1);
        if items.iter().any(|row| is(row, "is_scrap_item")) {
            items.sort_by_key(|row| is(row, "is_finished_item"));
        }
    }
}

/// Stock that was counted.
pub(super) fn count(making: &mut Making<'_>) -> Result<(), Unmappable> {
    making.transaction()?;
    making.posted("posting_date", true)?;
    making.set("purpose", Kind::StockReconciliation.name());
    let whole = making.take("set_warehouse");
    let map = making.about.map;
    for row in making.rows("items") {
        if let Some(warehouse) = text(row, "warehouse").or(whole.as_ref().and_then(Value::as_str)) {
            let warehouse = crate::map::SiteMap::name(&map.warehouses, warehouse).to_owned();
            set(row, "warehouse", warehouse);
        }
    }
    making.goods(false);
    let items = making.submitted.document.rules().item_rows();
    let masters = making.about.masters;
    for (counted, row) in items.iter().zip(making.rows("items")) {
        let item = masters.item(counted.item_code.as_str());
        let none = counted.qty.is_zero() && counted.batch_no.is_none();
        match item {
            // No piece is there, and so no number is named, which a later 15 wants where the row's fields are meant.
            Some(item) if item.has_serial_no && none => set(row, "reconcile_all_serial_batch", flag(true)),
            Some(item) if item.has_serial_no || item.has_batch_no => set(row, "use_serial_batch_fields", flag(true)),
            _ => {}
        }
    }
    values(making)?;
    making.cost_center(true, &[])
}

/// What was counted where ERPNext has valued none of it yet: it asks there for a value, and looks for none itself. It is the item's own, or
/// what it is bought for; without either it refuses the count, which a person can mend.
fn values(making: &mut Making<'_>) -> Result<(), Unmappable> {
    let field = |row: &Fields, name: &str| text(row, name).unwrap_or_default().to_owned();
    let is_there = |row: &&mut Fields| row.get("qty").and_then(decimal).is_some_and(|qty| !qty.is_zero());
    let named = |row: &mut Fields| [field(row, "item_code"), field(row, "warehouse")];
    let counted: Vec<[String; 2]> = making.rows("items").filter(is_there).map(named).collect();
    let places: Vec<_> = counted.iter().map(|[item, place]| [item.as_str(), place.as_str()]).collect();
    let unvalued = making.links.unvalued(&places)?;
    let About { masters, site, .. } = *making.about;
    let day = making.submitted.day();
    let list = masters.settings(site).and_then(|row| row.buying_price_list.as_ref());
    let bought = |item: &str| {
        let unit = masters.item(item)?.stock_uom.as_str();
        masters.price(item, list?.as_str(), unit, day?)
    };
    for ((own, [item, _]), row) in unvalued.iter().zip(&counted).zip(making.rows("items").filter(is_there)) {
        let value = own.and_then(|own| if own.is_zero() { bought(item) } else { Some(own) });
        if let Some(value) = value {
            set(row, "valuation_rate", number(value));
        }
    }
    Ok(())
}
