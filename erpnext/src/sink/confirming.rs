//! What was made is read back, many documents at a time: a list of them, and a list for each table that their doctype has.
//!
//! In: what was sent, under which name it is. Out: a [`Verdict`] for each, after the same comparison as of one that is read alone. Absent:
//! what is found again after a lost answer; that is read alone.
//!
//! Lists are asked for the columns that the comparison looks at ([`looked_at`](crate::readback::looked_at)), of rows as well, and the doctype
//! says which columns and tables there are, so a table that somebody has added is read too. They decide nothing against a document: what
//! reads otherwise in them is read once more, alone and whole. Few are read alone at once, and so are those of a doctype whose lists
//! ERPNext does not show, or one of whose columns is gone.

use super::Erpnext;
use super::listing::Listing;
use super::posting::done;
use crate::client::Failure;
use crate::payload::Request;
use crate::readback::{Expected, differences};
use crate::setup::Meta;
use jiff::civil::Date;
use outpost_core::domain::id::IntentId;
use outpost_core::posting::Verdict;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most rows of documents in one list: each is some 3 kB.
const MAX_ROWS: usize = 500;

/// A document that ERPNext has made.
pub(super) struct Made {
    pub(super) request: Request,
    pub(super) expected: Expected,
    pub(super) name: String,
    /// The day on which it was posted, where that is not its own.
    pub(super) day: Option<Date>,
}

impl Made {
    fn rows(&self) -> usize {
        let tables = self.request.body.as_object().into_iter().flat_map(|body| body.values());
        tables.filter_map(Value::as_array).map(Vec::len).sum::<usize>() + 1
    }
}

impl Erpnext {
    /// Reads these back: a verdict for each, in their order.
    pub(super) fn read_all(&mut self, ids: &[IntentId]) -> Vec<Verdict> {
        let mut made = std::mem::take(&mut self.made);
        let mut by_doctype: BTreeMap<&str, Vec<(IntentId, Made)>> = BTreeMap::new();
        for id in ids {
            if let Some(made) = made.remove(id) {
                by_doctype.entry(made.request.doctype).or_default().push((*id, made));
            }
        }
        let mut verdicts: BTreeMap<IntentId, Verdict> = BTreeMap::new();
        let mut why = "it was posted over a connection that is gone".to_owned();
        'all: for (doctype, all) in by_doctype {
            let listed = self.listed(doctype, &all);
            for (id, made) in all {
                let agrees = listed.get(&made.name).is_some_and(|there| is_as_sent(&made, there));
                self.read_by_lists += usize::from(agrees);
                let verdict = if agrees { done(&made) } else { self.read_alone(&made) };
                let silent = match &verdict {
                    Verdict::Again { why, .. } | Verdict::Stopped(why) => Some(why.clone()),
                    _ => None,
                };
                verdicts.insert(id, verdict);
                // Where one has no answer the next would not have one either, and each may take minutes.
                if let Some(said) = silent {
                    why = said;
                    break 'all;
                }
            }
        }
        let unread = || Verdict::Again { why: why.clone(), alive: false };
        ids.iter().map(|id| verdicts.remove(id).unwrap_or_else(unread)).collect()
    }

    /// The documents whole, by their names, as lists show them; those that are better read alone are not among them.
    fn listed(&mut self, doctype: &'static str, all: &[(IntentId, Made)]) -> BTreeMap<String, Value> {
        let mut whole = BTreeMap::new();
        let mut rest = all;
        while !rest.is_empty() {
            let mut rows = 0;
            let fits = |(_, made): &&(IntentId, Made)| {
                rows += made.rows();
                rows <= MAX_ROWS
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (some, others) = rest.split_at(count);
            rest = others;
            if some.len() == 1 && !self.lists {
                continue;
            }
            // As many requests bring as many documents alone.
            let least = if self.lists { 0 } else { some.len() };
            let Some(listing) = self.listing(doctype).filter(|listing| least == 0 || listing.count() < least) else {
                continue;
            };
            let made: Vec<&Made> = some.iter().map(|(_, made)| made).collect();
            match listing.read(&self.client, self.at_once, doctype, &made) {
                Ok(read) => whole.extend(read),
                // The connector may see documents of that doctype, and not its lists.
                Err(Failure::Refused { .. }) => drop(self.listings.insert(doctype, None)),
                Err(_) => break,
            }
        }
        whole
    }

    /// How a doctype is listed; none where ERPNext does not say, or shows no lists.
    fn listing(&mut self, doctype: &'static str) -> Option<Arc<Listing>> {
        if !self.listings.contains_key(doctype) {
            let listing = match Meta::read(&self.client, doctype) {
                Ok(meta) => Some(Arc::new(Listing::of(&meta))),
                Err(Failure::Refused { .. }) => None,
                Err(_) => return None,
            };
            self.listings.insert(doctype, listing);
        }
        self.listings.get(doctype)?.clone()
    }
}

fn is_as_sent(made: &Made, there: &Value) -> bool {
    differences(&made.request.body, &made.expected, there).is_empty()
}
