//! What others may see of a site's posting: how far it is, what is held, what is wrong.

use super::entered::InBooks;
use super::lock;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::{Fate, Hold};
use crate::domain::time::rfc3339;
use crate::moment::rough_ms;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// One that is held.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) id: IntentId,
    /// Its number on paper, or its id; of a cancellation, of what.
    pub(super) called: String,
    /// Its kind; none of a cancellation.
    pub(super) kind: Option<Kind>,
    /// Its day and what it comes to, as its paper says.
    pub(super) day: Option<String>,
    pub(super) sum: Option<String>,
    pub(super) hold: Hold,
    pub(super) why: String,
}

#[derive(Default)]
struct Inner {
    held: BTreeMap<(u64, IntentId), Held>,
    orders: BTreeMap<IntentId, u64>,
    posted: u64,
    to_read: u64,
    trying: Option<String>,
    trouble: Option<String>,
    /// What of the site's documents is in the books; not kept where nothing is read from there, or not known yet.
    sums: Option<InBooks>,
    /// When stock was read, and what is in the way of it.
    stock: (Option<String>, Option<String>),
}

/// One site's.
#[derive(Default)]
pub(super) struct Board(Mutex<Inner>);

impl Board {
    pub(super) fn hold(&self, order: u64, held: Held) {
        let mut inner = lock(&self.0);
        inner.orders.insert(held.id, order);
        inner.held.insert((order, held.id), held);
    }

    /// A final word was said.
    pub(super) fn ended(&self, id: IntentId, fate: &Fate) {
        let mut inner = lock(&self.0);
        if let Some(order) = inner.orders.remove(&id) {
            inner.held.remove(&(order, id));
        }
        inner.posted += u64::from(matches!(fate, Fate::Posted { .. }));
    }

    /// How many records are to be gone through still.
    pub(super) fn to_read(&self, count: u64) {
        lock(&self.0).to_read = count;
    }

    /// What is being tried, and what is in its way.
    pub(super) fn trying(&self, what: Option<String>, trouble: Option<String>) {
        let mut inner = lock(&self.0);
        (inner.trying, inner.trouble) = (what, trouble);
    }

    /// Nothing is being tried.
    pub(super) fn idle(&self) {
        lock(&self.0).trying = None;
    }

    pub(super) fn keep_sums(&self, sums: InBooks) {
        lock(&self.0).sums = Some(sums);
    }

    pub(super) fn forget_sums(&self) {
        lock(&self.0).sums = None;
    }

    pub(super) fn keeps_sums(&self) -> bool {
        lock(&self.0).sums.is_some()
    }

    /// Looks at the sums, or changes them, where they are kept.
    pub(super) fn sums<T>(&self, look: impl FnOnce(&mut InBooks) -> T) -> Option<T> {
        lock(&self.0).sums.as_mut().map(look)
    }

    /// Stock was read, or why it could not be.
    pub(super) fn stock_read(&self, trouble: Option<String>) {
        let mut inner = lock(&self.0);
        if trouble.is_none() {
            inner.stock.0 = i64::try_from(rough_ms()).ok().map(rfc3339);
        }
        inner.stock.1 = trouble;
    }

    pub(super) fn holds(&self, id: IntentId) -> bool {
        lock(&self.0).orders.contains_key(&id)
    }

    pub(super) fn held_count(&self) -> usize {
        lock(&self.0).held.len()
    }

    /// The oldest, at most so many.
    pub(super) fn held(&self, site: &SiteId, most: usize) -> Vec<Value> {
        let inner = lock(&self.0);
        let line = |held: &Held| {
            json!({
                "site": site,
                "id": held.id,
                "called": held.called,
                "kind": held.kind,
                "day": held.day,
                "sum": held.sum,
                "hold": held.hold,
                "why": held.why,
            })
        };
        inner.held.values().take(most).map(line).collect()
    }

    pub(super) fn status(&self) -> Value {
        let inner = lock(&self.0);
        json!({
            "posted": inner.posted,
            "held": inner.held.len(),
            "to_read": inner.to_read,
            "trying": inner.trying,
            "trouble": inner.trouble,
            "stock_read": inner.stock.0,
            "stock_trouble": inner.stock.1,
        })
    }
}
