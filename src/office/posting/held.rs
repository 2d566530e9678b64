//! What others may see of a site's posting: how far it is, what is held, what is wrong.

use super::in_books::SiteInBooks;
use super::lock;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::{Fate, Hold};
use crate::domain::time::rfc3339;
use crate::moment::rough_ms;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex};

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
    /// What it means where a person gives it up.
    pub(super) means: Vec<String>,
}

/// Documents that are in the books since the last look, told one by one.
const TOLD: usize = 10;

/// What happened at a site's posting.
pub(in crate::office) struct News {
    pub(in crate::office) held: usize,
    pub(in crate::office) posted: u64,
    pub(in crate::office) latest: Vec<(IntentId, String)>,
}

#[derive(Default)]
struct Inner {
    held: BTreeMap<(u64, IntentId), Held>,
    /// The latest that got into the books, with their names there, the newest last.
    latest: VecDeque<(IntentId, String)>,
    orders: BTreeMap<IntentId, u64>,
    posted: u64,
    to_read: u64,
    /// It was looked how many those are.
    is_looked_at: bool,
    trying: Option<String>,
    trouble: Option<String>,
    /// What of the site's documents is in the books; not kept where nothing is read from there, or not known yet.
    sums: Option<SiteInBooks>,
    /// When stock was read, and what is in the way of it.
    stock: (Option<String>, Option<String>),
}

/// Where a held one stands: whose it is, its place among those of its site, its id.
pub(super) type Place = (SiteId, u64, IntentId);

/// Of these sites, the oldest of each first, what is held behind this place, at most so many; and the last of them, where there are more.
pub(super) fn page(boards: &[(SiteId, Arc<Board>)], after: Option<&Place>, most: usize) -> (Vec<Value>, Option<Value>) {
    let mut listed = Vec::new();
    for (name, board) in boards.iter().filter(|(name, _)| after.is_none_or(|(begin, ..)| begin <= name)) {
        let after = after.filter(|(begin, ..)| begin == name).map(|(_, order, id)| (*order, *id));
        // One more than wanted tells whether there is a next page.
        listed.extend(board.held(name, after, most.saturating_add(1).saturating_sub(listed.len())));
    }
    let is_more = listed.len() > most;
    listed.truncate(most);
    let last = listed.last().filter(|_| is_more).map(|last| last["id"].clone());
    (listed, last)
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
        if let Fate::Posted { name, .. } = fate {
            inner.posted += 1;
            if inner.latest.len() == TOLD {
                inner.latest.pop_front();
            }
            inner.latest.push_back((id, name.to_string()));
        }
    }

    /// How many records are to be gone through still.
    pub(super) fn to_read(&self, count: u64) {
        let mut inner = lock(&self.0);
        (inner.to_read, inner.is_looked_at) = (count, true);
    }

    /// Whether there may be records that were not come to: what is held is not all known then.
    pub(super) fn is_behind(&self) -> bool {
        let inner = lock(&self.0);
        !inner.is_looked_at || inner.to_read > 0
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

    pub(super) fn keep_sums(&self, sums: SiteInBooks) {
        lock(&self.0).sums = Some(sums);
    }

    pub(super) fn forget_sums(&self) {
        lock(&self.0).sums = None;
    }

    pub(super) fn keeps_sums(&self) -> bool {
        lock(&self.0).sums.is_some()
    }

    /// Looks at the sums, or changes them, where they are kept.
    pub(super) fn sums<T>(&self, look: impl FnOnce(&mut SiteInBooks) -> T) -> Option<T> {
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

    /// How many are tried where all are to be: not what is gone from restored books.
    pub(super) fn retried_count(&self) -> usize {
        lock(&self.0).held.values().filter(|held| held.hold != Hold::Gone).count()
    }

    /// How many are held, and how many got into the books; of these, the ones that came after the first `known`, at most ten.
    pub(super) fn news(&self, known: u64) -> News {
        let inner = lock(&self.0);
        let new = usize::try_from(inner.posted.saturating_sub(known)).unwrap_or(usize::MAX);
        let latest = inner.latest.iter().skip(inner.latest.len().saturating_sub(new)).cloned().collect();
        News { held: inner.held.len(), posted: inner.posted, latest }
    }

    /// Where a held one stands among the others.
    pub(super) fn order(&self, id: IntentId) -> Option<u64> {
        lock(&self.0).orders.get(&id).copied()
    }

    /// The oldest, at most so many, after the one of this place.
    pub(super) fn held(&self, site: &SiteId, after: Option<(u64, IntentId)>, most: usize) -> Vec<Value> {
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
                "means": held.means,
            })
        };
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        inner.held.range((begin, Bound::Unbounded)).map(|(_, held)| line(held)).take(most).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> IntentId {
        IntentId::new(1, [n; 10])
    }

    /// What is held of each site: places in its journal, which are the ids as well.
    fn boards(held: [(&str, &[u8]); 2]) -> Vec<(SiteId, Arc<Board>)> {
        let board = |(site, held): (&str, &[u8])| {
            let board = Board::default();
            for n in held {
                let called = format!("BDG-SI-A{n:06}");
                let (hold, why) = (Hold::Stock, "too little".into());
                let held = Held { id: id(*n), called, kind: None, day: None, sum: None, hold, why, means: vec![] };
                board.hold(u64::from(*n), held);
            }
            (site.parse().unwrap(), Arc::new(board))
        };
        held.map(board).into()
    }

    #[test]
    fn whoever_asks_for_the_next_page_sees_each_held_one_once() {
        let boards = boards([("bandung", &[1, 2, 3]), ("garut", &[11, 12, 13])]);
        let site = |n: u8| if n < 10 { boards[0].0.clone() } else { boards[1].0.clone() };
        let asked = |after: Option<u8>, most| {
            let (listed, more) = page(&boards, after.map(|n| (site(n), u64::from(n), id(n))).as_ref(), most);
            let of = |line: &Value| (1..20).find(|n| json!(id(*n)) == *line).unwrap();
            (listed.iter().map(|line| of(&line["id"])).collect::<Vec<_>>(), more.as_ref().map(of))
        };
        assert_eq!(asked(None, 6), (vec![1, 2, 3, 11, 12, 13], None), "all of them are the last page");
        assert_eq!(asked(None, 5), (vec![1, 2, 3, 11, 12], Some(12)));
        assert_eq!(asked(Some(12), 5), (vec![13], None));
        assert_eq!(asked(None, 3), (vec![1, 2, 3], Some(3)), "the next page begins with the next site");
        assert_eq!(asked(Some(3), 3), (vec![11, 12, 13], None));
        assert_eq!(asked(Some(13), 3), (vec![], None));
        // What has gone meanwhile is a place all the same.
        boards[0].1.ended(id(2), &Fate::Withdrawn);
        assert_eq!(asked(Some(2), 2), (vec![3, 11], Some(11)));
    }
}
