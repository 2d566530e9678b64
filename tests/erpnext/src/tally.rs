//! What was asked, how often, and how much of it at a time.
//!
//! In: requests as they come and go. Out: counts. Absent: what came of them.

use std::collections::BTreeMap;

/// Counts of requests.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By kind: `POST /api/resource/Sales Invoice`, `POST /api/method/frappe.client.cancel`.
    pub requests: BTreeMap<String, u64>,
    /// By HTTP status; 0 where the connection was closed.
    pub statuses: BTreeMap<u16, u64>,
    /// Connections that were made.
    pub connections: u64,
    /// The largest number of requests at one time, by who asked (`user:…`), and of those that make a document by its series
    /// (`series:…`) and by the cost center or warehouse that it names (`site:…`).
    pub most_at_once: BTreeMap<String, usize>,
    /// What went wrong as [`crate::Faults`] had it, by the name of its field there. A lost answer counts where something was done that it would
    /// have told, a deadlock where it was told.
    pub faults: BTreeMap<&'static str, u64>,
    now: BTreeMap<String, usize>,
}

impl Tally {
    pub(crate) fn came(&mut self, kind: &str, groups: &[String]) {
        *self.requests.entry(kind.to_owned()).or_default() += 1;
        for group in groups {
            let now = self.now.entry(group.clone()).or_default();
            *now += 1;
            let most = self.most_at_once.entry(group.clone()).or_default();
            *most = (*most).max(*now);
        }
    }

    pub(crate) fn failed(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn went(&mut self, status: u16, groups: &[String]) {
        *self.statuses.entry(status).or_default() += 1;
        for group in groups {
            if let Some(now) = self.now.get_mut(group) {
                *now -= 1;
            }
        }
    }

    /// How many requests there were, of all kinds.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}
