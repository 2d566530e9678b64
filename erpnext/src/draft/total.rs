//! What the draft comes to, worked out once more as a box does.
//!
//! A box that named no taxes takes the office's template, and an item its own: so a draft that ERPNext has added up otherwise than the box
//! would is told apart before anybody is asked, and not after the goods have gone.

use super::Unsayable;
use crate::payload::{About, sheet};
use crate::readback::decimal;
use outpost_core::domain::booked::{Booked, ItemTaxed};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Document, Kind};
use outpost_core::domain::id::{DeviceId, IntentId};
use outpost_core::domain::record::Submitted;
use serde_json::{Map, Value};

/// Most that two sums may be apart: a rate has more digits in ERPNext than on paper.
const SLACK: &str = "0.01";

/// Holds the two sums against each other.
pub(super) fn check(document: &Document, draft: &Map<String, Value>, about: &About<'_>) -> Result<(), Unsayable> {
    let Some(priced) = document.rules().priced() else { return Ok(()) };
    if priced.taxes.is_empty() && about.masters.default_tax_template(priced.buying).is_some() {
        let rule = "the draft has no taxes, and the workshop would add those of the usual template: choose it, or let the workshop enter it";
        return Err(Unsayable::at("taxes", rule));
    }
    let mut item_taxes = Vec::new();
    for (i, item) in priced.items.iter().enumerate() {
        let company = about.masters.company(about.site);
        let own = about.masters.item(item.item_code.as_str()).is_some_and(|row| row.is_taxed_in(company));
        let Some(name) = item.item_tax_template else {
            if own {
                let rule = "the item has taxes of its own at the workshop: choose its template";
                return Err(Unsayable::at(format!("items[{i}].item_tax_template"), rule));
            }
            continue;
        };
        let taxes = about.masters.item_tax_template(name.as_str()).map(|row| row.taxes.clone()).unwrap_or_default();
        let rows = vec![u16::try_from(i + 1).unwrap_or(u16::MAX)];
        item_taxes.push(ItemTaxed { item_tax_template: name.clone(), taxes, rows });
    }
    let booked = Booked { item_taxes, ..Booked::default() };
    let id = IntentId(Default::default());
    let submitted =
        Submitted { booked: Some(booked), ..Submitted::new(id, DeviceId::office(), None, document.clone()) };
    let Some(totals) = sheet::totals(&submitted, about.masters, about.site) else { return Ok(()) };
    let theirs = draft.get("grand_total").and_then(decimal).unwrap_or_default();
    let slack: Decimal = SLACK.parse().unwrap_or_default();
    let off = totals.grand_total.minus(theirs).map(Decimal::abs);
    if off.is_some_and(|off| off <= slack) {
        return Ok(());
    }
    let what = if document.kind() == Kind::PurchaseInvoice { "this bill" } else { "it" };
    let rule = format!(
        "{what} comes to {theirs} here and to {} at the workshop: say prices, discounts and taxes outright, or let the workshop enter it",
        totals.grand_total
    );
    Err(Unsayable::at("grand_total", rule))
}
