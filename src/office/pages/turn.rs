//! Lists over all sites, page by page: an `after` belongs to the question that it was given for, and to no other.
//!
//! In: a question's parameters. Out: which page, and what is to be given back for the next. Absent: what is listed.

use super::{Desk, Question};
use crate::domain::id::{SiteId, hex};
use crate::views::SiteNo;
use crate::web::{Fault, Paging, Query, Reply};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Display;

/// Which page is asked for, of which list.
pub(super) struct Turn {
    pub(super) query: Query,
    paging: Paging,
    /// What the list's own parameters come to, in hex.
    of: String,
}

/// A site with what the views call it.
pub(super) type Site = (SiteId, SiteNo);

/// What one site has for a page, and where it goes on there.
pub(super) type Part = (Vec<Value>, Option<String>);

impl Turn {
    /// Reads the parameters: `limit`, `after`, and the list's own.
    pub(super) fn read(question: &Question<'_>, own: &[&str]) -> Result<Self, Fault> {
        let query = Query::read(question.asked, &[own, &Paging::KNOWN].concat())?;
        let paging = Paging::read(&query)?;
        let mut digest = Sha256::new();
        let given = own.iter().filter_map(|name| Some((*name, query.text(name)?)));
        for (name, value) in [("", question.asked.path.as_str())].into_iter().chain(given) {
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
            digest.update((value.len() as u64).to_be_bytes());
            digest.update(value);
        }
        let of = hex(&digest.finalize()[..4]);
        Ok(Self { query, paging, of })
    }

    /// Most items of the page.
    pub(super) fn limit(&self) -> usize {
        self.paging.limit
    }

    /// Where the page begins; one of another list is gone.
    pub(super) fn after(&self) -> Result<Option<String>, Fault> {
        let Some(after) = self.paging.after::<String>()? else { return Ok(None) };
        let own = after.split_once('.').filter(|(of, _)| *of == self.of);
        own.map(|(_, place)| Some(place.to_owned())).ok_or_else(Paging::gone)
    }

    /// A page; `next` is where the next one begins.
    pub(super) fn page(&self, items: &[impl Serialize], next: Option<String>) -> Reply {
        Paging::page(items, next.map(|place| format!("{}.{place}", self.of)))
    }

    /// The page of a list that is here as a whole.
    pub(super) fn of_all(&self, all: &[impl Serialize]) -> Result<Reply, Fault> {
        let from = match self.after()? {
            Some(place) => place.parse().map_err(|_| Paging::gone())?,
            None => 0,
        };
        let rest = all.get(from..).ok_or_else(Paging::gone)?;
        let page = &rest[..rest.len().min(self.limit())];
        let next = (page.len() < rest.len()).then(|| (from + page.len()).to_string());
        Ok(self.page(page, next))
    }

    /// The page of a list that goes on from site to site. `part` gives what a site has behind a place, at most so many.
    pub(super) fn of_sites(
        &self,
        sites: &[Site],
        part: impl Fn(&Site, Option<&str>, usize) -> Result<Part, Fault>,
    ) -> Result<Reply, Fault> {
        let after = self.after()?;
        let place = match &after {
            Some(text) => {
                let (site, within) = text.split_once('.').ok_or_else(Paging::gone)?;
                let at = sites.iter().position(|(name, _)| name.as_str() == site).ok_or_else(Paging::gone)?;
                Some((at, within))
            }
            None => None,
        };
        let first = place.map_or(0, |(at, _)| at);
        let mut items: Vec<Value> = Vec::new();
        for (index, site) in sites.iter().enumerate().skip(first) {
            let within = place.filter(|(at, within)| *at == index && !within.is_empty()).map(|(_, within)| within);
            if items.len() == self.limit() {
                // Whether there is a next page: a site that has nothing begins none.
                if !part(site, None, 1)?.0.is_empty() {
                    return Ok(self.page(&items, Some(format!("{}.", site.0))));
                }
                continue;
            }
            let (more, on) = part(site, within, self.limit() - items.len())?;
            items.extend(more);
            if let Some(on) = on {
                return Ok(self.page(&items, Some(format!("{}.{on}", site.0))));
            }
        }
        Ok(self.page(&items, None))
    }
}

/// The part of what is here as a whole.
pub(super) fn part_of<T>(all: Vec<T>, after: Option<&str>, most: usize) -> Result<(Vec<T>, Option<String>), Fault> {
    let from: usize = after.map_or(Ok(0), |after| after.parse().map_err(|_| Paging::gone()))?;
    if from > all.len() {
        return Err(Paging::gone());
    }
    let on = from.saturating_add(most);
    let next = (on < all.len()).then(|| on.to_string());
    Ok((all.into_iter().skip(from).take(most).collect(), next))
}

impl Desk {
    /// The sites that are asked for, in the order of their names: the one of the parameter `site`, or all.
    pub(super) fn sites_asked(&self, query: &Query) -> Result<Vec<Site>, Fault> {
        let mut sites = self.office.sites.numbers();
        if let Some(wanted) = query.text("site") {
            let id: SiteId = wanted
                .parse()
                .map_err(|_| Fault::bad("site", "a site is called by [a-z0-9-]{1,32}", "take it from /api/sites"))?;
            sites.retain(|(name, _)| *name == id);
            if sites.is_empty() {
                let rule = format!("no site {id} is enrolled here");
                return Err(Fault::absent(Some("site"), rule, "take it from /api/sites"));
            }
        }
        Ok(sites)
    }
}

impl Desk {
    /// 503, and why in words: paths of ours are left out.
    pub(super) fn unread(&self, why: impl Display) -> Fault {
        let dir = self.office.sites.with_premises(|premises| format!("{}/", premises.paths.dir.display()));
        Fault::not_now(why.to_string().replace(&dir, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Asked;
    use serde_json::json;

    fn turn(query: &str) -> Result<Turn, Fault> {
        let asked = Asked::get("/api/list", query);
        Turn::read(&Question { asked: &asked, places: Vec::new(), who: None }, &["site", "day"])
    }

    fn sites() -> Vec<Site> {
        let site = |(name, number): (&str, u16)| (name.parse().unwrap(), SiteNo(number));
        [("bandung", 0), ("empty", 3), ("garut", 1), ("sumedang", 2)].map(site).to_vec()
    }

    /// What `sites` have: three, none, two, one.
    fn part(site: &Site, after: Option<&str>, most: usize) -> Result<Part, Fault> {
        let count = [3, 2, 1, 0][usize::from(site.1.0)];
        part_of((0..count).map(|n| json!(format!("{} {n}", site.0))).collect(), after, most)
    }

    fn body(reply: Reply) -> Value {
        serde_json::from_slice(&reply.into_body()).unwrap()
    }

    #[test]
    fn pages_of_any_size_hold_everything_once_and_none_is_empty() {
        let whole = body(turn("").unwrap().of_sites(&sites(), part).unwrap());
        assert_eq!((whole["items"].as_array().unwrap().len(), &whole["next"]), (6, &Value::Null));
        for limit in 1..=7 {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = body(turn(&format!("limit={limit}{after}")).unwrap().of_sites(&sites(), part).unwrap());
                let items = page["items"].as_array().unwrap();
                assert!((1..=limit).contains(&items.len()), "{page}");
                seen.extend(items.clone());
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(json!(seen), whole["items"], "limit {limit}");
        }
    }

    #[test]
    fn an_after_of_other_parameters_is_gone() {
        let page = body(turn("limit=1&day=2026-11-02").unwrap().of_sites(&sites(), part).unwrap());
        let next = page["next"].as_str().unwrap();
        let asked = |query: &str| turn(query).unwrap().of_sites(&sites(), part).is_ok();
        assert!(asked(&format!("limit=2&day=2026-11-02&after={next}")), "a page may be of another size");
        for other in ["day=2026-11-03", "site=bandung&day=2026-11-02", "limit=1"] {
            assert!(!asked(&format!("{other}&after={next}")), "{other}");
        }
        for broken in ["", ".", "x", "00000000.bandung.1"] {
            assert!(!asked(&format!("day=2026-11-02&after={broken}")), "{broken}");
        }
        let own = next.split_once('.').unwrap().0;
        for broken in ["", "bandung", "bandung.x", "bandung.4", "nowhere.1"] {
            assert!(!asked(&format!("day=2026-11-02&after={own}.{broken}")), "{broken}");
        }
    }
}
