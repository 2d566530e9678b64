//! Whether a document and what it stands on are of the same customer or supplier, the same items, the same units.

use super::super::progress::StepKey;
use super::super::{Refusal, Why, World};
use super::back;
use super::links::field;
use crate::domain::document::{Document, ItemRow, Kind, PartyType, Ref, Text};
use crate::domain::effects::Progress;

/// Refuses where a document of the office is somebody else's.
pub(super) fn same_party(world: &World<'_>, by: &Document, (of, _, what): &StepKey) -> Result<(), Refusal> {
    let theirs = match what {
        Progress::Delivered | Progress::Billed | Progress::Advanced => {
            world.masters.sales_order(of).map(|order| (&order.customer, false))
        }
        Progress::Paid => world.masters.open_invoice(of).map(|invoice| (&invoice.party, invoice.buying)),
        _ => None,
    };
    let (Some(mine), Some((theirs, buying))) = (by.rules().party(), theirs) else { return Ok(()) };
    let pays_suppliers = match by {
        Document::PaymentEntry(payment) => payment.party_type == PartyType::Supplier,
        other => other.kind() == Kind::PurchaseInvoice,
    };
    if pays_suppliers != buying {
        let whose = if buying { "supplier" } else { "customer" };
        return Err(Refusal::new(
            Why::Reference,
            field(*what),
            format!("{of} is a {whose}'s: name the right document"),
        ));
    }
    of_one(world, (of, mine, theirs), field(*what))
}

/// Refuses where `mine` and `theirs`, whose `of` is, are two.
pub(super) fn of_one(
    world: &World<'_>,
    (of, mine, theirs): (&Ref, &Text, &Text),
    field: &'static str,
) -> Result<(), Refusal> {
    if mine == theirs || called(world, mine) == called(world, theirs) {
        return Ok(());
    }
    let rule = format!("{of} is of {theirs}, and this of {mine}: name a document of theirs, or the right one here");
    Err(Refusal::new(Why::Reference, field, rule))
}

/// The one name of a customer or supplier that may be named by name or id.
fn called(world: &World<'_>, name: &Text) -> Text {
    let known = world.masters.customer(name.as_str()).map(|row| &row.name);
    let known = known.or_else(|| world.masters.supplier(name.as_str()).map(|row| &row.name));
    if let Some(known) = known {
        return known.clone();
    }
    let made = match Ref::from(name.clone()) {
        Ref::Own(id) => (world.lookup)(id),
        Ref::Office(_) => None,
    };
    made.and_then(|(_, made)| made.document.rules().party().cloned()).unwrap_or_else(|| name.clone())
}

/// Refuses a row that is of another item or unit than the row that it delivers, bills or takes back: quantities are compared with
/// quantities, and ERPNext asks for the same. What comes back is besides what had gone, for no more than it went for.
pub(super) fn same_goods(world: &World<'_>, document: &Document) -> Result<(), Refusal> {
    for (i, row) in document.rules().item_rows().into_iter().enumerate() {
        for (of, name) in &row.builds_on {
            let own = match of {
                Ref::Own(id) => (world.lookup)(*id),
                Ref::Office(_) => None,
            };
            match own {
                Some((_, on)) => {
                    let named = name.as_str().parse::<usize>().ok().and_then(|no| no.checked_sub(1));
                    let rows = on.document.rules().item_rows();
                    let Some((at, theirs)) = named.and_then(|at| Some((at, rows.get(at)?))) else { continue };
                    same(world, &row, of, (theirs.item_code, theirs.uom))?;
                    // A document that stands on one of its own kind takes it back.
                    if on.document.kind() == document.kind() {
                        back::same_pieces(&row, of, &rows)?;
                        back::no_dearer(&row, of, (document, i), (&on.document, at))?;
                    }
                }
                None => {
                    let order = world.masters.sales_order(of);
                    if let Some(line) = order.and_then(|order| order.items.iter().find(|line| line.name == **name)) {
                        same(world, &row, of, (&line.item_code, Some(&line.uom)))?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn same(world: &World<'_>, row: &ItemRow<'_>, of: &Ref, (item, uom): (&Text, Option<&Text>)) -> Result<(), Refusal> {
    let refused = |field: &str, rule: String| Err(Refusal::new(Why::Reference, format!("{}.{field}", row.field), rule));
    if row.item_code != item {
        return refused("item_code", format!("that row of {of} is of {item}: name the right row"));
    }
    let own = world.masters.item(item.as_str()).map(|item| &item.stock_uom);
    let (mine, theirs) = (row.uom.or(own), uom.or(own));
    match (mine, theirs) {
        (Some(mine), Some(theirs)) if mine != theirs => {
            refused("uom", format!("that row of {of} is in {theirs}: use the same unit"))
        }
        _ => Ok(()),
    }
}
