//! By which item tax template each row of a document is taxed.
//!
//! In: the priced rows, the day, the office's items. Out: the templates with their rates and rows, for the totals and to be kept with the
//! document; and the rows of taxes that they bring along. As ERPNext 15 does it: a row's own template, else the first of the item's that
//! counts on the day. Absent: taxes of item groups and of tax categories, which a workshop does not know.

use super::super::{Refusal, Why, World};
use crate::domain::booked::ItemTaxed;
use crate::domain::decimal::Decimal;
use crate::domain::document::{Priced, PricedItem, Ref, Text};
use crate::domain::master::TaxRule;
use jiff::civil::Date;

/// The templates of the rows. `day` is the document's. Without the office's data (`checked`) a template that is not known taxes nothing.
pub(super) fn of_rows(
    world: &World<'_>,
    priced: &Priced<'_>,
    day: Date,
    checked: bool,
) -> Result<Vec<ItemTaxed>, Refusal> {
    let day = priced.bill_date.unwrap_or(day);
    let mut found: Vec<ItemTaxed> = Vec::new();
    for (index, (item, number)) in priced.items.iter().zip(1u16..).enumerate() {
        let Some(name) = chosen(world, item, (index, day), checked)? else { continue };
        if let Some(known) = found.iter_mut().find(|taxed| taxed.item_tax_template == name) {
            known.rows.push(number);
            continue;
        }
        match world.masters.item_tax_template(name.as_str()) {
            Some(row) => {
                found.push(ItemTaxed { item_tax_template: name, taxes: row.taxes.clone(), rows: vec![number] })
            }
            None if checked => {
                let rule = format!("{} is taxed by {name}, which is not known here: ask the office", item.item_code);
                return Err(Refusal::new(Why::Reference, format!("items[{index}].item_code"), rule));
            }
            None => {}
        }
    }
    Ok(found)
}

/// The name of the template by which a row is taxed.
fn chosen(
    world: &World<'_>,
    item: &PricedItem<'_>,
    (index, day): (usize, Date),
    checked: bool,
) -> Result<Option<Text>, Refusal> {
    let row = world.masters.item(item.item_code.as_str());
    let count = row.map(|row| row.tax_templates_on(day, world.masters.company(world.site))).unwrap_or_default();
    match (item.item_tax_template, item.takes_back) {
        // ERPNext would put the first that counts in the place of one that does not.
        (Some(named), None) if checked && !count.is_empty() && !count.contains(&named) => {
            let known: Vec<&str> = count.iter().map(|name| name.as_str()).collect();
            let rule = format!(
                "{} is not taxed by {named} on {day}: name one of {}, or leave it out",
                item.item_code,
                known.join(", ")
            );
            Err(Refusal::new(Why::Rule, format!("items[{index}].item_tax_template"), rule))
        }
        (Some(named), _) => Ok(Some(named.clone())),
        (None, Some(row)) => Ok(of_the_sale(world, row).unwrap_or_else(|| count.first().copied().cloned())),
        (None, None) => Ok(count.first().copied().cloned()),
    }
}

/// By which template the row was taxed that is taken back; `None` where only the office knows it.
fn of_the_sale(world: &World<'_>, (of, row): (&Ref, &Text)) -> Option<Option<Text>> {
    let Ref::Own(id) = of else { return None };
    let (_, sold) = (world.lookup)(*id)?;
    let index = row.as_str().parse::<usize>().ok()?.checked_sub(1)?;
    Some(sold.booked?.item_taxed(index).map(|taxed| taxed.item_tax_template.clone()))
}

/// Appends a row of taxes for each account that only these templates have: on top of the net total, with no rate for other items.
pub(super) fn append_rows(taxes: &mut Vec<TaxRule>, item_taxes: &[ItemTaxed]) {
    for rate in item_taxes.iter().flat_map(|taxed| &taxed.taxes) {
        if taxes.iter().any(|row| row.account_head == rate.tax_type) {
            continue;
        }
        taxes.push(TaxRule {
            charge_type: on_net_total(),
            account_head: rate.tax_type.clone(),
            rate: Decimal::ZERO,
            tax_amount: Decimal::ZERO,
            description: Some(rate.tax_type.clone()),
            included_in_print_rate: false,
            row_id: None,
            category: None,
            add_deduct_tax: None,
        });
    }
}

fn on_net_total() -> Text {
    Text::try_from("On Net Total").expect("invariant: it is a short text")
}
