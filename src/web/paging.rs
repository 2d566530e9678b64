//! Lists, page by page: `limit` and `after` in, `items` and `next` out.

use super::fault::Fault;
use super::query::Query;
use super::reply::Reply;
use hyper::StatusCode;
use serde::Serialize;
use serde_json::json;
use std::str::FromStr;

/// Items of a page where nobody says how many.
const USUAL: usize = 100;
/// Most items of a page.
const MOST: usize = 500;

/// Which page is asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Most items.
    pub limit: usize,
    after: Option<String>,
}

impl Paging {
    /// The parameters' names.
    pub const KNOWN: [&'static str; 2] = ["limit", "after"];

    /// Reads them.
    pub fn read(query: &Query) -> Result<Self, Fault> {
        let rule = format!("a limit is a number from 1 to {MOST}");
        let limit = query.read_as("limit", &rule, "send limit=100")?.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Fault::bad("limit", rule, "send limit=100"));
        }
        Ok(Self { limit, after: query.text("after").map(str::to_owned) })
    }

    /// Where the page begins, in the answerer's own words; one that means nothing is gone.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Fault> {
        self.after.as_deref().map(|text| text.parse().map_err(|_| Self::gone())).transpose()
    }

    /// 410: begin anew.
    pub fn gone() -> Fault {
        Fault::new(StatusCode::GONE, Some("after"), "it means nothing here any more", "begin anew, without after")
    }

    /// A page.
    pub fn page(items: &[impl Serialize], next: Option<String>) -> Reply {
        Reply::json(&json!({ "items": items, "next": next }))
    }

    /// The page of a list that is here as a whole and does not change by much: `after` is how many items came before.
    pub fn of_all(&self, all: &[impl Serialize]) -> Result<Reply, Fault> {
        let from = self.after::<usize>()?.unwrap_or(0);
        let rest = all.get(from..).ok_or_else(Self::gone)?;
        let page = &rest[..rest.len().min(self.limit)];
        let next = (page.len() < rest.len()).then(|| (from + page.len()).to_string());
        Ok(Self::page(page, next))
    }
}
