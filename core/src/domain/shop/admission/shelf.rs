//! Whether there is as much as a document takes.

use super::super::place::negative;
use super::super::{Refusal, Shop, Why, World};
use crate::domain::booked::Mark;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::effects::Effects;
use crate::domain::master::Shortage;

impl Shop {
    /// What the effects take and is not there, in the site's own warehouses: marks, or a refusal, as the office wants it.
    pub(super) fn shortages(
        &self,
        world: &World<'_>,
        effects: &Effects,
        approved_by: Option<&Text>,
    ) -> Result<Vec<Mark>, Refusal> {
        let mut marks = Vec::new();
        for (warehouse, item, moved) in net(effects) {
            if !moved.is_negative() || !is_own_shelf(world, warehouse) {
                continue;
            }
            let there = self.stock(world.masters, warehouse, item).map_or(Decimal::ZERO, |standing| standing.qty);
            let Some(left) = there.plus(moved).filter(Decimal::is_negative) else { continue };
            let by = negative(left);
            let refused = |why, remedy: &str| {
                let rule = format!("{item}: {there} in {warehouse}, {by} too few: {remedy}");
                Err(Refusal::new(why, "items", rule))
            };
            match world.masters.settings(world.site).map(|settings| settings.shortage).unwrap_or_default() {
                Shortage::Refuse => return refused(Why::Stock, "book what came in first, or count it"),
                Shortage::Approve if approved_by.is_none() => {
                    return refused(Why::Approval, "a second person has to agree");
                }
                Shortage::Approve | Shortage::Warn => {
                    marks.push(Mark::Short { item_code: item.clone(), warehouse: warehouse.clone(), by });
                }
            }
        }
        Ok(marks)
    }
}

/// Goods between sites are not on a shelf: what was sent is checked line by line.
fn is_own_shelf(world: &World<'_>, warehouse: &Text) -> bool {
    let row = world.masters.warehouse(warehouse.as_str());
    row.is_some_and(|row| row.site.as_ref() == Some(world.site) && !row.is_transit)
}

/// The moves, summed by place.
fn net(effects: &Effects) -> Vec<(&Text, &Text, Decimal)> {
    let mut sums: Vec<(&Text, &Text, Decimal)> = Vec::with_capacity(effects.moves.len());
    for moved in &effects.moves {
        match sums.iter_mut().find(|(warehouse, item, _)| **warehouse == moved.warehouse && **item == moved.item_code) {
            Some((_, _, sum)) => super::super::sum::add(sum, moved.qty),
            None => sums.push((&moved.warehouse, &moved.item_code, moved.qty)),
        }
    }
    sums
}
