//! Sites: how each is, its keys and notices, and how many documents each day had.

use super::{Desk, Question, Role, Route, Whose};
use crate::books;
use crate::domain::id::SiteId;
use crate::pages::parameters;
use crate::views::days_since_1970;
use crate::web::{Fault, Paging, Query, Reply};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most days of a chart: a quarter.
const MAX_DAYS: usize = 92;
/// What of a site's state is told as it is.
const TOLD: [&str; 15] = [
    "site",
    "heard",
    "carried",
    "records",
    "documents",
    "to_come",
    "missing",
    "gaps",
    "waiting_for_site",
    "conflicts",
    "refusals",
    "quarantined",
    "letter",
    "condition",
    "compare",
];
/// What of its posting is.
const POSTING: [&str; 5] = ["posted", "held", "to_read", "trying", "trouble"];

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/sites", Whose::Of(Role::Look), Desk::sites),
    ("GET", "/api/sites/{site}", Whose::Of(Role::Look), Desk::site),
    ("GET", "/api/sites/{site}/chart", Whose::Of(Role::Look), Desk::chart),
];

fn some_of(all: &Value, names: &[&str]) -> serde_json::Map<String, Value> {
    names.iter().map(|name| ((*name).to_owned(), all[*name].clone())).collect()
}

/// By which road a site was heard of last. Both are moments in the same form, so that the later one sorts last.
fn road(told: &Value) -> Option<&'static str> {
    match (told["heard"].as_str(), told["carried"].as_str()) {
        (None, None) => None,
        (heard, carried) if carried >= heard && carried.is_some() => Some("stick"),
        _ => Some("line"),
    }
}

pub(super) fn no_site(site: &str) -> Fault {
    let remedy = "GET /api/sites lists the sites of this office";
    Fault::absent(Some("site"), format!("no site {site} is enrolled here"), remedy)
}

impl Desk {
    /// An item of the list from what the office tells of a site.
    fn site_item(&self, told: &Value) -> Value {
        let mut item = some_of(told, &TOLD);
        item.insert("road".into(), json!(road(told)));
        let site: Option<SiteId> = told["site"].as_str().and_then(|site| site.parse().ok());
        let posting = site.and_then(|site| self.office.clerk.status_of(&site));
        item.insert("posting".into(), posting.map_or(Value::Null, |all| some_of(&all, &POSTING).into()));
        item.insert("noticed".into(), json!(told["notices"].as_array().map_or(0, Vec::len)));
        item.into()
    }

    /// Every site, by name.
    pub(super) fn site_items(&self) -> Vec<Value> {
        self.office.sites_told().iter().map(|told| self.site_item(told)).collect()
    }

    fn sites(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let paging = Paging::read(&Query::read(question.asked, &Paging::KNOWN)?)?;
        let after: Option<SiteId> = paging.after()?;
        let told = self.office.sites_told();
        let is_after = |told: &&Value| told["site"].as_str() > after.as_ref().map(SiteId::as_str);
        let mut rest = told.iter().filter(is_after);
        let page: Vec<Value> = rest.by_ref().take(paging.limit).map(|told| self.site_item(told)).collect();
        let last = page.last().and_then(|last| last["site"].as_str()).map(str::to_owned);
        let next = last.filter(|_| rest.next().is_some());
        Ok(Paging::page(&page, next))
    }

    fn site(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let site = question.site()?;
        let all = self.office.sites_told();
        let told = all.iter().find(|told| told["site"] == site.as_str()).ok_or_else(|| no_site(site.as_str()))?;
        let keys = self.office.sites.keys_told(&site).unwrap_or_default();
        let keys: Vec<Value> =
            keys.iter().map(|(fingerprint, state)| json!({ "fingerprint": fingerprint, "state": state })).collect();
        let mut item = self.site_item(told);
        item["keys"] = keys.into();
        item["notices"] = told["notices"].clone();
        Ok(Reply::json(&item))
    }

    fn chart(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["from", "to"])?;
        let day = |name: &str| -> Result<Date, Fault> {
            let given = parameters::day(&query, name)?;
            given.ok_or_else(|| Fault::bad(name, "a chart is of days from one to another", "send from and to"))
        };
        let (from, to) = (day("from")?, day("to")?);
        let days: Vec<Date> = from.series(1.day()).take_while(|day| *day <= to).take(MAX_DAYS + 1).collect();
        if days.is_empty() || days.len() > MAX_DAYS {
            let rule = format!("a chart is of 1 to {MAX_DAYS} days");
            return Err(Fault::bad("to", rule, "send a day after from, and ask for more in parts"));
        }
        let site = question.site()?;
        let numbers = self.office.sites.numbers();
        let number = numbers.into_iter().find(|(name, _)| *name == site).map(|(_, number)| number);
        let number = number.ok_or_else(|| no_site(site.as_str()))?;
        books::catch_up(&self.office.views, &*self.office.shelves, number).map_err(Fault::not_now)?;
        let counted = self.office.views.days(number, None, days_since_1970(from), days_since_1970(to))?;
        let counted: BTreeMap<i32, u32> = counted.into_iter().collect();
        let line = |day: &Date| {
            let documents = counted.get(&days_since_1970(*day)).copied().unwrap_or_default();
            json!({ "day": day, "documents": documents })
        };
        Ok(Reply::json(&json!({ "days": days.iter().map(line).collect::<Vec<_>>() })))
    }
}

impl Question<'_> {
    /// The site that stands first in the path.
    pub(super) fn site(&self) -> Result<SiteId, Fault> {
        let named = self.places.first().copied().unwrap_or_default();
        named.parse().map_err(|_| no_site(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_road_is_the_one_that_was_heard_last() {
        let road = |heard: Option<&str>, carried: Option<&str>| road(&json!({ "heard": heard, "carried": carried }));
        let (early, late) = (Some("2026-11-02T08:00:00Z"), Some("2026-11-02T09:00:00Z"));
        assert_eq!(road(None, None), None);
        assert_eq!((road(early, None), road(late, early)), (Some("line"), Some("line")));
        assert_eq!(
            (road(None, early), road(early, late), road(late, late)),
            (Some("stick"), Some("stick"), Some("stick"))
        );
    }
}
