//! Whether the numbers on paper of two sites begin alike: then two papers of one company have one number, and named by it the second one is
//! refused.
//!
//! In: the sites that are posted, and the office's settings of them. Out: a finding for each site whose numbers begin as another's before it.

use super::super::finding::Findings;
use crate::map::{Naming, Settings};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::Masters;
use std::collections::BTreeMap;

pub(super) fn look(settings: &Settings, masters: &Masters, findings: &mut Findings) {
    let mut known: BTreeMap<String, &SiteId> = BTreeMap::new();
    for site in settings.sites.keys() {
        let place = format!("sites.{site}.number_prefix");
        let prefix = masters.number_prefix(site);
        // ERPNext's database takes capitals and small letters of names for the same.
        let Some(other) = known.get(&prefix.to_lowercase()) else {
            findings.ok(place, format!("its numbers on paper begin with {prefix}"));
            known.insert(prefix.to_lowercase(), site);
            continue;
        };
        let by_number = |site: &SiteId| settings.sites.get(site).is_some_and(|map| map.naming == Naming::Number);
        let effect = match by_number(site) && by_number(other) {
            true => "named by their numbers, the second one of two documents is refused",
            false => "two of their papers have the same number, and nobody tells them apart by it",
        };
        let found = format!("its numbers on paper begin with {prefix}, as those of {other}: {effect}");
        let remedy = "Give one of the two another number_prefix in the office's settings of sites.";
        findings.error(place, found, remedy);
    }
}
