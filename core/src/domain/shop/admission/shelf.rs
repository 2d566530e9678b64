//! Whether there is as much as a document takes.

use super::super::place::negative;
use super::super::{Lies, Refusal, Shop, Why, World};
use crate::domain::booked::Mark;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::effects::{Effects, Piece};
use crate::domain::master::Shortage;

/// What becomes of a shortage.
#[derive(Clone, Copy)]
pub(super) enum Short<'a> {
    /// What the office's settings say; who agreed, where somebody did.
    AsSet(Option<&'a Text>),
    /// It is refused: nobody who wants it stands before the goods.
    Refused,
}

impl Shop {
    /// What the effects take and is not there, in the site's own warehouses: marks, or a refusal, as the office wants it.
    pub(super) fn shortages(
        &self,
        world: &World<'_>,
        effects: &Effects,
        short: Short<'_>,
    ) -> Result<Vec<Mark>, Refusal> {
        let mut marks = Vec::new();
        for (warehouse, item, moved) in net(effects) {
            if !moved.is_negative() || !is_own_shelf(world, warehouse) {
                continue;
            }
            let there = self.stock(world.masters, warehouse, item).map_or(Decimal::ZERO, |standing| standing.qty);
            let Some(left) = there.plus(moved).filter(Decimal::is_negative) else { continue };
            let by = negative(left);
            let rule = format!("{item}: {there} in {warehouse}, {by} too few: book what came in first, or count it");
            policy(world, short, rule)?;
            marks.push(Mark::Short { item_code: item.clone(), warehouse: warehouse.clone(), by });
        }
        for piece in &effects.pieces {
            if !self.is_misplaced(world, piece) {
                continue;
            }
            let (item, number) = (&piece.item_code, &piece.serial_no);
            let rule = format!(
                "{item} {number} is not there to be moved so: look at the number, or book first what came before"
            );
            policy(world, short, rule)?;
            marks.push(Mark::Misplaced { item_code: item.clone(), serial_no: number.clone() });
        }
        Ok(marks)
    }

    /// What leaves lies elsewhere or is gone; what comes from nowhere is here already.
    fn is_misplaced(&self, world: &World<'_>, piece: &Piece) -> bool {
        let lies = self.pieces.get(&(piece.item_code.clone(), piece.serial_no.clone()));
        match (&piece.from, lies) {
            (Some(from), Some(Lies::In(place))) => place != from && is_own_shelf(world, from),
            (Some(from), Some(Lies::Gone)) => is_own_shelf(world, from),
            (None, Some(Lies::In(_))) => true,
            _ => false,
        }
    }
}

/// What is not there is taken and marked, or takes a second person, or is refused: as the office wants it.
fn policy(world: &World<'_>, short: Short<'_>, rule: String) -> Result<(), Refusal> {
    let Short::AsSet(approved_by) = short else { return Err(Refusal::new(Why::Stock, "items", rule)) };
    match world.masters.settings(world.site).map(|settings| settings.shortage).unwrap_or_default() {
        Shortage::Refuse => Err(Refusal::new(Why::Stock, "items", rule)),
        Shortage::Approve if approved_by.is_none() => {
            Err(Refusal::new(Why::Approval, "items", format!("{rule}, or let a second person agree")))
        }
        Shortage::Approve | Shortage::Warn => Ok(()),
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
