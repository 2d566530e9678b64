//! Whether a document may be cancelled. Who may is not asked here.

use super::super::place::negative;
use super::super::{Refusal, Shop, Why, World};
use super::dates;
use super::shelf::Short;
use crate::domain::document::Ref;
use crate::domain::effects::{Effects, StockMove};
use crate::domain::record::Cancelled;

impl Shop {
    pub(super) fn may_cancel(&self, world: &World<'_>, cancelled: &Cancelled) -> Result<(), Refusal> {
        let id = cancelled.document;
        let Some((_, submitted)) = (world.lookup)(id) else {
            return Err(Refusal::new(Why::Reference, "document", format!("no document {id} was submitted here")));
        };
        if self.is_cancelled(id) {
            return Err(Refusal::new(Why::Reference, "document", format!("{id} is cancelled already")));
        }
        let standing = self.standing_on(id);
        if standing > 0 {
            let rule = format!("{standing} other documents stand on {id}: cancel those first");
            return Err(Refusal::new(Why::Progress, "document", rule));
        }
        let sent = world.masters.transit(&Ref::Own(id));
        if let Some(sent) = sent.filter(|sent| sent.items.iter().any(|line| !line.received.is_zero())) {
            let rule = format!("{} has received goods of it: let them send those back", sent.to);
            return Err(Refusal::new(Why::Progress, "document", rule));
        }
        if let Some(day) = submitted.day() {
            dates::open(world, submitted.document.kind(), day)?;
        }
        for (_, booking) in self.booked_beside(world, id) {
            self.may_cancel(world, &Cancelled { document: booking, ..cancelled.clone() })?;
        }
        if world.masters.is_complete() {
            let back = |moved: StockMove| StockMove { qty: negative(moved.qty), ..moved };
            let moves = submitted.effects().moves.into_iter().map(back).collect();
            self.shortages(
                world,
                &Effects { moves, ..Effects::default() },
                Short::AsSet(cancelled.approved_by.as_ref()),
            )?;
        }
        Ok(())
    }
}
