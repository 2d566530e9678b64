//! Whether a code may stand for an item: the item is known and kept in that unit, and the office does not say otherwise.
//!
//! What the site said before is no hindrance: a mistake is put right by saying it again.

use super::super::{Refusal, Shop, Why, World};
use crate::domain::document::{Document, Kind, Text};
use crate::domain::record::NamedCode;

impl Shop {
    pub(super) fn may_name(&self, world: &World<'_>, named: &NamedCode) -> Result<(), Refusal> {
        if !world.masters.is_complete() {
            return Ok(());
        }
        let (own, others) = self.units(world, &named.item_code)?;
        let uom = named.uom.as_ref().unwrap_or(&own);
        if *uom != own && !others.contains(uom) {
            let known: Vec<&str> = std::iter::once(&own).chain(&others).map(Text::as_str).collect();
            let rule = format!("{} is not kept in {uom}: use one of {}", named.item_code, known.join(", "));
            return Err(Refusal::new(Why::Rule, "uom", rule));
        }
        let Some((item, unit)) = world.masters.item_of_barcode(&named.code) else { return Ok(()) };
        let unit = unit.unwrap_or(&item.stock_uom);
        if item.item_code == named.item_code && unit == uom {
            return Ok(());
        }
        let rule = format!(
            "by the office's data it stands for {} ({}) in {unit}: sell it as that, or ask the office to change it",
            item.item_code, item.item_name
        );
        Err(Refusal::new(Why::Reference, "code", rule))
    }

    /// An item's own unit, and the others in which it is kept. One that the site made itself is known by its document.
    fn units(&self, world: &World<'_>, code: &Text) -> Result<(Text, Vec<Text>), Refusal> {
        let refused = |rule: String| Refusal::new(Why::Reference, "item_code", rule);
        if let Some(item) = world.masters.item(code.as_str()) {
            if item.disabled {
                return Err(refused(format!("the item {code} is in use no more: choose another")));
            }
            return Ok((item.stock_uom.clone(), item.uoms.iter().map(|row| row.uom.clone()).collect()));
        }
        let made = self.made_by(Kind::Item, code.as_str()).and_then(|id| (world.lookup)(id));
        match made.map(|(_, made)| made.document) {
            Some(Document::Item(item)) => Ok((item.stock_uom, item.uoms.into_iter().map(|row| row.uom).collect())),
            _ => Err(refused(format!(
                "no item {code} is known here: choose one from the list, or ask the office for it"
            ))),
        }
    }
}
