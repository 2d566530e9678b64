//! Units, batches and serial numbers of the rows of items, and that goods are what moves.

use super::super::{Refusal, Why, World};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, ItemRow, MAX_FACTOR, Purpose};
use crate::domain::master::{Item, Masters};
use crate::domain::totals::FLOAT_PRECISION;
use jiff::civil::Date;

/// How many of its item's stock unit one of each row is, none where all are 1; 0 for what has no stock, such as sewing.
pub(super) fn factors(world: &World<'_>, document: &Document, day: Option<Date>) -> Result<Vec<Decimal>, Refusal> {
    let one = Decimal::from(1);
    let rows = document.rules().item_rows();
    let used_on = day.filter(|_| is_for_use(document));
    let mut factors = Vec::with_capacity(rows.len());
    for row in &rows {
        // An item that the site made itself is in its own unit; the office's copy is checked once it is there.
        let Some(item) = world.masters.item(row.item_code.as_str()) else {
            factors.push(one);
            continue;
        };
        let factor = unit(item, row)?;
        whole(world.masters, item, row, factor)?;
        if moves_goods_alone(document) {
            is_goods(item, row, factor)?;
        }
        if row.moves_stock && item.is_stock_item {
            batch(world.masters, item, row, used_on)?;
            serials(item, row, factor)?;
        }
        factors.push(if item.is_stock_item { factor } else { Decimal::ZERO });
    }
    if factors.iter().all(|factor| *factor == one) {
        factors.clear();
    }
    Ok(factors)
}

/// A document that ERPNext takes of goods only, in quantities that its stock has room for.
fn moves_goods_alone(document: &Document) -> bool {
    matches!(document, Document::StockEntry(_) | Document::StockReconciliation(_))
}

fn is_goods(item: &Item, row: &ItemRow<'_>, factor: Decimal) -> Result<(), Refusal> {
    let code = &item.item_code;
    if !item.is_stock_item {
        return refused(row, "item_code", format!("{code} is a service, and none of it is in stock: leave it out"));
    }
    let stock = row.qty.times(factor).unwrap_or_default();
    if !row.qty.is_zero() && is_nothing(stock) {
        let rule =
            format!("it comes to {stock} {}, and the books keep no less than 0.001: put more together", item.stock_uom);
        return refused(row, "qty", rule);
    }
    Ok(())
}

/// A quantity in stock units that ERPNext rounds to nothing, and then refuses.
pub(super) fn is_nothing(stock: Decimal) -> bool {
    stock.rounded(FLOAT_PRECISION).is_some_and(|kept| kept.is_zero())
}

fn refused<T>(row: &ItemRow<'_>, field: &str, rule: String) -> Result<T, Refusal> {
    Err(Refusal::new(Why::Rule, format!("{}.{field}", row.field), rule))
}

fn unit(item: &Item, row: &ItemRow<'_>) -> Result<Decimal, Refusal> {
    let Some(uom) = row.uom.filter(|uom| **uom != item.stock_uom) else { return Ok(1.into()) };
    match item.uoms.iter().find(|known| known.uom == *uom) {
        Some(known) if known.conversion_factor > Decimal::from(MAX_FACTOR) => {
            let rule = format!(
                "{uom} is {} {}, more than {MAX_FACTOR}: use another unit",
                known.conversion_factor, item.stock_uom
            );
            refused(row, "uom", rule)
        }
        Some(known) => Ok(known.conversion_factor),
        None => {
            let others: Vec<&str> = item.uoms.iter().map(|known| known.uom.as_str()).collect();
            let known = std::iter::once(item.stock_uom.as_str()).chain(others).collect::<Vec<_>>().join(", ");
            refused(row, "uom", format!("{} is not kept in {uom}: use one of {known}", item.item_code))
        }
    }
}

fn has_no_fraction(qty: Decimal) -> bool {
    !qty.to_string().contains('.')
}

fn whole(masters: &Masters, item: &Item, row: &ItemRow<'_>, factor: Decimal) -> Result<(), Refusal> {
    let uom = row.uom.unwrap_or(&item.stock_uom);
    let is_whole = |name: &str| masters.uom(name).is_some_and(|uom| uom.must_be_whole_number);
    if is_whole(uom.as_str()) && !has_no_fraction(row.qty) {
        return refused(row, "qty", format!("{} {uom} is not a whole number, and there are no halves", row.qty));
    }
    let Some(stock) = row.qty.times(factor) else {
        return refused(row, "qty", "the quantity is too large for the books: split the row".into());
    };
    if is_whole(item.stock_uom.as_str()) && !has_no_fraction(stock) {
        return refused(row, "qty", format!("it comes to {stock} {}, and there are no halves", item.stock_uom));
    }
    Ok(())
}

/// As ERPNext: what has expired may be written off, counted or come back, and is not sold, used, moved or taken in. But what arrives from
/// another workshop has arrived, whatever expired under way: ERPNext holds it until the office has decided.
fn is_for_use(document: &Document) -> bool {
    match document {
        Document::StockReconciliation(_) => false,
        Document::StockEntry(entry) => entry.stock_entry_type != Purpose::Issue && entry.outgoing_stock_entry.is_none(),
        _ => true,
    }
}

fn batch(masters: &Masters, item: &Item, row: &ItemRow<'_>, used_on: Option<Date>) -> Result<(), Refusal> {
    let code = &item.item_code;
    let Some(name) = row.batch_no else {
        return match item.has_batch_no {
            true => refused(row, "batch_no", format!("{code} is kept in batches: name the one it is of")),
            false => Ok(()),
        };
    };
    if !item.has_batch_no {
        return refused(row, "batch_no", format!("{code} is not kept in batches: leave it out"));
    }
    let known = masters.batch(name.as_str()).filter(|batch| batch.item == *code);
    let Some(batch) = known else {
        let rule =
            format!("no batch {name} of {code} is known here: choose one from the list, or ask the office for it");
        return Err(Refusal::new(Why::Reference, format!("{}.batch_no", row.field), rule));
    };
    match batch.expiry_date.zip(used_on) {
        Some((expiry, day)) if expiry < day && !row.qty.is_negative() => {
            let rule = format!("the batch {name} was not to be used after {expiry}: take another, or write it off");
            refused(row, "batch_no", rule)
        }
        _ => Ok(()),
    }
}

fn serials(item: &Item, row: &ItemRow<'_>, factor: Decimal) -> Result<(), Refusal> {
    let code = &item.item_code;
    let given: Vec<&str> = row.numbers().collect();
    if !item.has_serial_no {
        return match given.is_empty() {
            true => Ok(()),
            false => refused(row, "serial_no", format!("{code} has no serial numbers: leave them out")),
        };
    }
    let pieces = row.qty.times(factor).unwrap_or_default();
    let pieces = if pieces.is_negative() { Decimal::ZERO.minus(pieces).unwrap_or_default() } else { pieces };
    let count = u32::try_from(given.len()).unwrap_or(u32::MAX);
    if pieces != Decimal::from(count) {
        let rule =
            format!("{code} has serial numbers, and {count} are named for {pieces}: name each piece's, one a line");
        return refused(row, "serial_no", rule);
    }
    let mut sorted = given;
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => refused(row, "serial_no", format!("{} is named twice", pair[0])),
        None => Ok(()),
    }
}
