//! What is made: by which Work Order or bill of materials, and its materials where only the finished row was sent.

use super::super::place::negative;
use super::super::{Refusal, Why, World};
use super::goods::is_nothing;
use crate::domain::booked::{Booked, Filled};
use crate::domain::decimal::{Decimal, MAX_SCALE};
use crate::domain::document::{Document, EntryItem, Purpose, StockEntry, Text};
use crate::domain::master::{Bom, Masters, WorkOrder};

/// Checks a Manufacture against its Work Order or bill of materials, and fills in what it leaves out.
pub(super) fn make(world: &World<'_>, document: &Document, booked: &mut Booked) -> Result<(), Refusal> {
    let Document::StockEntry(entry) = document else { return Ok(()) };
    if entry.stock_entry_type != Purpose::Manufacture {
        return Ok(());
    }
    let Some((i, finished)) = entry.items.iter().enumerate().find(|(_, row)| row.is_finished_item) else {
        return Ok(());
    };
    let made = entry.fg_completed_qty.unwrap_or_default();
    let order = entry.work_order.as_ref().and_then(|name| world.masters.work_order(name.as_str()));
    let bom_no = entry.bom_no.as_ref().or(order.map(|order| &order.bom_no));
    let bom = bom_no.and_then(|name| world.masters.bom(name.as_str()));
    let planned = order.map(|order| &order.production_item).or(bom.map(|bom| &bom.item));
    if let Some(planned) = planned.filter(|planned| **planned != finished.item_code) {
        let rule = format!("{} is made by it, and not {}: correct one of them", planned, finished.item_code);
        return Err(Refusal::new(Why::Rule, format!("items[{i}].item_code"), rule));
    }
    let factor = booked.factors.get(i).copied().unwrap_or_else(|| 1.into());
    if finished.qty.times(factor) != Some(made) {
        let rule = format!("it comes to another quantity than fg_completed_qty, {made}: correct one of them");
        return Err(Refusal::new(Why::Rule, format!("items[{i}].qty"), rule));
    }
    if entry.items.iter().any(|row| !row.is_finished_item && !row.is_scrap_item) {
        return Ok(());
    }
    booked.filled = materials(world.masters, entry, order, bom, made)?;
    if !entry.items.iter().any(|row| row.is_scrap_item) {
        booked.filled.extend(scrap(world.masters, entry, finished, bom, made)?);
    }
    Ok(())
}

fn materials(
    masters: &Masters,
    entry: &StockEntry,
    order: Option<&WorkOrder>,
    bom: Option<&Bom>,
    made: Decimal,
) -> Result<Vec<Filled>, Refusal> {
    let mut needed: Vec<(&Text, Decimal, Option<&Text>)> = Vec::new();
    let of = match (order.filter(|order| !order.required_items.is_empty()), bom) {
        (Some(order), _) => {
            for row in &order.required_items {
                let own = row.source_warehouse.as_ref().or(order.source_warehouse.as_ref());
                let from = if order.skip_transfer { own } else { order.wip_warehouse.as_ref().or(own) };
                needed.push((&row.item_code, row.required_qty, from));
            }
            order.qty
        }
        (None, Some(bom)) => {
            let from = order.and_then(|order| order.wip_warehouse.as_ref().or(order.source_warehouse.as_ref()));
            needed.extend(bom.items.iter().map(|row| (&row.item_code, row.stock_qty, from)));
            bom.quantity
        }
        (None, None) => {
            let rule = "the materials are not known here: name each with a row";
            return Err(Refusal::new(Why::Reference, "items", rule));
        }
    };
    let mut rows = Vec::with_capacity(needed.len());
    for (item_code, qty, from) in needed {
        let Some(qty) = filled(masters, item_code, share(masters, item_code, qty, made, of)?)? else { continue };
        let Some(warehouse) = entry.from_warehouse.as_ref().or(from).cloned() else {
            let rule = format!("from where is {item_code} taken? Name the source of the materials");
            return Err(Refusal::new(Why::Rule, "from_warehouse", rule));
        };
        rows.push(Filled { item_code: item_code.clone(), warehouse, qty: negative(qty) });
    }
    Ok(rows)
}

fn scrap(
    masters: &Masters,
    entry: &StockEntry,
    finished: &EntryItem,
    bom: Option<&Bom>,
    made: Decimal,
) -> Result<Vec<Filled>, Refusal> {
    let (Some(bom), Some(warehouse)) = (bom, finished.t_warehouse.as_ref().or(entry.to_warehouse.as_ref())) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::with_capacity(bom.scrap_items.len());
    for row in &bom.scrap_items {
        let qty = share(masters, &row.item_code, row.stock_qty, made, bom.quantity)?;
        if let Some(qty) = filled(masters, &row.item_code, qty)? {
            rows.push(Filled { item_code: row.item_code.clone(), warehouse: warehouse.clone(), qty });
        }
    }
    Ok(rows)
}

/// What of an item is filled in: nothing of a service, of which none is in stock, nor of what the books round to nothing. Which pieces or which
/// batch it is only a person can say.
fn filled(masters: &Masters, item_code: &Text, qty: Decimal) -> Result<Option<Decimal>, Refusal> {
    let item = masters.item(item_code.as_str());
    let kept = match item {
        Some(item) if item.has_serial_no => "has serial numbers",
        Some(item) if item.has_batch_no => "is kept in batches",
        Some(item) if !item.is_stock_item => return Ok(None),
        _ => return Ok(Some(qty).filter(|qty| !is_nothing(*qty))),
    };
    let rule = format!("{item_code} {kept}: name what is used and what comes out with a row each, and which of it");
    Err(Refusal::new(Why::Rule, "items", rule))
}

/// How much of `qty`, which is for `of`, is for `made`. Of what has no halves, the next whole number.
fn share(masters: &Masters, item: &Text, qty: Decimal, made: Decimal, of: Decimal) -> Result<Decimal, Refusal> {
    let exact = qty.times(made).and_then(|product| product.over(of, MAX_SCALE));
    let uom = masters.item(item.as_str()).and_then(|item| masters.uom(item.stock_uom.as_str()));
    let whole = |qty: Decimal| {
        let near = qty.rounded(0)?;
        if near < qty { near.plus(1.into()) } else { Some(near) }
    };
    let share = match uom.is_some_and(|uom| uom.must_be_whole_number) {
        true => exact.and_then(whole),
        false => exact,
    };
    share.ok_or_else(|| {
        Refusal::new(Why::Rule, "fg_completed_qty", format!("it would take more {item} than the books can say"))
    })
}
