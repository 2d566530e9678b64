//! The letter under which the box numbers now: that of its enrolment, until the office tells it of another for its life.
//!
//! It is looked up anew whenever the office's data have changed, on the writer's thread, so that the next document bears it. Absent: how
//! the office finds that a card was restored.

use crate::domain::id::{Position, SiteId};
use crate::domain::letters::in_force;
use crate::domain::master::{Life, Masters};
use crate::domain::number::Series;
use crate::journal::Reader;
use std::sync::Arc;

/// The letter in force, and by which of the office's data.
#[derive(Default)]
pub(super) struct Letter {
    known: Option<(Arc<Masters>, Series)>,
}

impl Letter {
    /// The letter by `masters`. `had` is the letter of the enrolment and the latest that the box has used.
    pub(super) fn in_force(
        &mut self,
        had: (Series, Option<Series>),
        masters: &Arc<Masters>,
        site: &SiteId,
        own: &Reader,
    ) -> Series {
        if let Some((by, series)) = &self.known
            && Arc::ptr_eq(by, masters)
        {
            return *series;
        }
        let before = self.known.as_ref().map(|(_, series)| *series);
        let lives = masters.lives(site).map(|Life { first, series, .. }| (*first, *series));
        let series = in_force(had, lives, |life| place(own, life));
        // Before, it was in force though nothing may have been numbered under it.
        let series = before.map_or(series, |before| before.max(series));
        if before.is_some_and(|before| before != series) {
            tracing::warn!(%series, "this box was restored from an older card: its numbers go on under this letter, from 1");
        }
        self.known = Some((masters.clone(), series));
        series
    }
}

/// Where a record stands in the own journal; none where it is another card's.
fn place(own: &Reader, at: Position) -> Option<(usize, Position)> {
    let epoch = own.epochs().iter().position(|epoch| *epoch == at.epoch)?;
    let last = own.spans().iter().filter(|span| span.epoch == at.epoch).map(|span| span.last).max()?;
    (at.seq <= last).then_some((epoch, at))
}
