//! What is held since its day is closed is tried again by itself when something has changed that may let it through.
//!
//! In: the periods that the office has, the settings, what is held. Out: held ones to be tried again. Whether they go then is ERPNext's answer.
//! All is tried once after a start, since what has changed before it may not have been tried. Absent: what is frozen there or in no fiscal year,
//! of which the office hears nothing, but where the site posts on the first open day: then all is tried every few hours, since a first open day
//! comes by the calendar alone.

use super::down::each;
use super::{Hub, Order, lock};
use crate::domain::id::{IntentId, SiteId};
use crate::domain::master::{Row, Table};
use crate::domain::outcome::Hold;
use crate::moment::{rough_ms, up_ms};
use crate::office::sites::Sites;
use outpost_erpnext::map::{ClosedPeriod, Settings};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often all is tried that may wait for a day: the day there has begun for less than so long then.
const EVERY_MS: u64 = 6 * 3_600_000;
/// How long after its start what a site has held is tried: its journal is gone through by then, and what is held is known.
const START_MS: u64 = 60_000;

/// What decides whether a closed day keeps a document out of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    periods: Arc<Vec<Row>>,
    closed_period: ClosedPeriod,
    /// Which stretch of the calendar it is, where days that come let something through.
    stretch: Option<u64>,
}

/// One site.
struct Site {
    since_ms: u64,
    told: Option<Told>,
    /// What was held at the start was tried.
    is_begun: bool,
}

impl Site {
    fn new(since_ms: u64) -> Self {
        Self { since_ms, told: None, is_begun: false }
    }

    /// Whether what is held is to be tried again: what was told has changed, or may have while the office was off or was not tried before.
    fn is_due(&mut self, now: Told, up_ms: u64, is_behind: bool) -> bool {
        let is_new = *self.told.get_or_insert_with(|| now.clone()) != now;
        // What it has not come to in its journal is not known to be held yet.
        if is_behind {
            return false;
        }
        let begins = !self.is_begun && up_ms >= self.since_ms + START_MS;
        self.told = Some(now);
        self.is_begun |= begins;
        is_new || begins
    }
}

/// What was told of each site the last time.
#[derive(Default)]
pub(super) struct Closed {
    sites: BTreeMap<SiteId, Site>,
    periods: Arc<Vec<Row>>,
    /// Of the rows among which those periods were.
    version: Option<u64>,
}

impl Closed {
    /// Looks, and has held ones tried again.
    pub(super) fn look(&mut self, hub: &Hub, sites: &Sites, settings: &Settings) {
        let version = sites.rows().version();
        if self.version != Some(version) {
            let mut periods = Vec::new();
            each(sites.rows(), Table::Period, &mut |row| periods.push(row));
            if *self.periods != periods {
                self.periods = Arc::new(periods);
            }
            self.version = Some(version);
        }
        let boards: Vec<_> = lock(&hub.board).iter().map(|(site, board)| (site.clone(), board.clone())).collect();
        self.sites.retain(|site, _| settings.sites.contains_key(site));
        for (name, board) in boards {
            let Some(map) = settings.sites.get(&name) else { continue };
            let waits = map.closed_period == ClosedPeriod::FirstOpenDay;
            let told = Told {
                periods: self.periods.clone(),
                closed_period: map.closed_period,
                stretch: waits.then(|| rough_ms() / EVERY_MS),
            };
            let site = self.sites.entry(name.clone()).or_insert_with(|| Site::new(up_ms()));
            if site.is_due(told, up_ms(), board.is_behind()) {
                let held = board.held(&name, None, usize::MAX);
                let closed = held.iter().filter(|held| held["hold"] == json!(Hold::Closed));
                closed.filter_map(id).for_each(|id| hub.tell(&name, Order::Retry(Some(id))));
            }
        }
    }
}

fn id(held: &Value) -> Option<IntentId> {
    IntentId::deserialize(&held["id"]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClosedPeriod::{FirstOpenDay, Hold};

    fn told(periods: usize, closed_period: ClosedPeriod, stretch: u64) -> Told {
        let period = |n: usize| {
            let month = json!({"period_name": format!("P{n}"), "start_date": "2026-10-01", "end_date": "2026-10-31", "closed_documents": []});
            Row::deserialize_as(Table::Period, month).unwrap()
        };
        let stretch = (closed_period == FirstOpenDay).then_some(stretch);
        Told { periods: Arc::new((0..periods).map(period).collect()), closed_period, stretch }
    }

    #[test]
    fn what_changes_is_a_reason_to_try_again_once() {
        let mut site = Site::new(5);
        let mut due = |now: Told| site.is_due(now, 5, false);
        assert!(!due(told(1, Hold, 0)), "nothing has changed that anybody knows of");
        assert!(!due(told(1, Hold, 1)), "days let nothing through");
        assert!(due(told(2, Hold, 1)) && !due(told(2, Hold, 1)));
        assert!(due(told(2, FirstOpenDay, 1)) && !due(told(2, FirstOpenDay, 1)));
        assert!(due(told(2, FirstOpenDay, 2)) && !due(told(2, FirstOpenDay, 2)));
    }

    #[test]
    fn a_change_is_kept_until_all_that_is_held_is_known() {
        let mut site = Site::new(5);
        assert!(!site.is_due(told(1, Hold, 0), 5, true));
        assert!(!site.is_due(told(2, Hold, 0), 6, true) && site.is_due(told(2, Hold, 0), 7, false));
    }

    #[test]
    fn a_start_tries_once_what_may_have_had_its_day_meanwhile_or_was_not_tried_before_it() {
        for closed_period in [FirstOpenDay, Hold] {
            let mut site = Site::new(5);
            let now = || told(1, closed_period, 0);
            assert!(!site.is_due(now(), START_MS, false) && !site.is_due(now(), START_MS + 5, true));
            assert!(site.is_due(now(), START_MS + 6, false) && !site.is_due(now(), START_MS + 7, false));
        }
    }
}
