//! How far posting reaches: how many of a site's documents lie before its first day, and how many go in.

use super::Clerk;
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::views::{NotNow, days_since_1970};
use jiff::civil::Date;
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::setup::{Finding, Level};
use serde_json::{Value, json};

/// Of one site, of all that the office has of it.
pub(super) struct Reach {
    first: Option<Date>,
    /// Documents of before.
    before: u64,
    /// The others; customers, suppliers and items of whichever day.
    goes_in: u64,
}

impl Clerk {
    /// As the views have it; none where they cannot be asked, or the site has not come yet.
    pub(super) fn reach(&self, site: &SiteId, map: &SiteMap) -> Option<Reach> {
        let (_, number) = self.books.sites.numbers().into_iter().find(|(name, _)| name == site)?;
        let count = |kind: Option<Kind>, until: i32| {
            let days = self.books.views.days(number, kind, i32::MIN, until)?;
            Ok::<u64, NotNow>(days.iter().map(|(_, count)| u64::from(*count)).sum())
        };
        let before = |until: i32| {
            let masters = [Kind::Customer, Kind::Supplier, Kind::Item];
            let all = count(None, until)?;
            masters.into_iter().try_fold(all, |all, kind| Ok(all.saturating_sub(count(Some(kind), until)?)))
        };
        let counted = || {
            let before = map.from.map(|first| before(days_since_1970(first) - 1)).transpose()?.unwrap_or(0);
            Ok::<_, NotNow>(Reach { first: map.from, before, goes_in: count(None, i32::MAX)?.saturating_sub(before) })
        };
        counted().ok()
    }
}

impl Reach {
    /// For a status.
    pub(super) fn add_to(&self, status: &mut Value) {
        if !status.is_object() {
            *status = json!({});
        }
        status["from"] = json!(self.first);
        status["before"] = json!(self.before);
        status["goes_in"] = json!(self.goes_in);
    }

    /// For a check.
    pub(super) fn finding(&self, site: &SiteId) -> Finding {
        let found = match self.first {
            Some(first) => format!("{} go in; {} are of before {first}, and go in no more", self.goes_in, self.before),
            None => format!("{} go in, whatever their day", self.goes_in),
        };
        Finding { level: Level::Ok, field: format!("sites.{site}.documents"), found, remedy: String::new() }
    }
}
