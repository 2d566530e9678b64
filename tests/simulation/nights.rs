//! The company's books go back to what they were last night, and people cancel in them what was posted. The office looks for what is gone, and a
//! person says what is posted again.

use super::books::words;
use super::trade::text;
use super::world::{Site, World};
use outpost::domain::document::Text;
use outpost::domain::id::IntentId;
use outpost::domain::outcome::{Fate, Hold};
use outpost::domain::record::Entry;
use outpost::posting::{Said, Standing, What, Work};
use std::collections::BTreeSet;

/// What to say of one that a person has cancelled in the books.
pub const CANCELLED_THERE: &str = "somebody has cancelled it there";

impl World {
    /// The books are restored. Most sites' writers have seen that they did not answer meanwhile.
    pub fn restore_books(&mut self) {
        let Some(backup) = self.books.last_night.clone() else { return };
        let lost = self.books.go_back_to(backup);
        let posted = |(id, fate)| matches!(fate, Fate::Posted { .. }).then_some(id);
        let posted: BTreeSet<IntentId> =
            self.sites.iter().flat_map(|site| words(&site.desk)).filter_map(posted).collect();
        self.tally.books_restored += 1;
        self.tally.documents_lost += lost.entries.iter().filter(|id| posted.contains(*id)).count() as u64;
        self.tally.cancellations_lost += lost.cancelled.len() as u64;
        self.tally.strikes_lost += lost.struck.len() as u64;
        self.tell_of_stock(lost.stock.into_keys());
        for site in &mut self.sites {
            site.clerk.is_looked &= self.dice.percent(30);
        }
    }

    /// Somebody cancels one of the site's documents in the books.
    pub fn cancel_in_books(&mut self, n: usize) {
        let clerk = &self.sites[n].clerk;
        let may = |id: &&IntentId| {
            let document = clerk.documents.get(id);
            self.books.counts(**id) && (self.setup.counts || !self.books.is_short(document, -1))
        };
        let there: Vec<IntentId> = clerk.documents.keys().filter(may).copied().collect();
        if there.is_empty() {
            return;
        }
        let id = self.dice.pick(&there);
        self.books.strike(id, clerk.documents.get(&id));
        self.tally.cancelled_in_books += 1;
        let came: Vec<_> =
            clerk.works[&id].takes.iter().map(|(item, place)| (place.to_string(), item.to_string())).collect();
        self.tell_of_stock(came.into_iter());
    }

    /// The office sees that others have brought stock, as warehouse and item.
    fn tell_of_stock(&mut self, places: impl Iterator<Item = (String, String)>) {
        let places: BTreeSet<(Text, Text)> = places.map(|(place, item)| (text(&item), text(&place))).collect();
        self.sites.iter_mut().for_each(|site| site.clerk.writer.stock_came(&places));
    }

    /// Of what is said to be posted of the site, what is not so in the books.
    fn lacking(&self, n: usize) -> Vec<(Work, Standing)> {
        let Site { clerk, desk, .. } = &self.sites[n];
        // Of all that is at the office: after a start the writer has not come to it.
        let records = desk.live.iter().flat_map(|live| live.replica.lines.values());
        let cancelled = records.filter_map(|line| match &line.record.as_ref()?.entry {
            Entry::Cancelled(cancelled) => Some(cancelled.document),
            _ => None,
        });
        let cancelled: BTreeSet<IntentId> = cancelled.collect();
        let posted = |work: &&Work| matches!(clerk.fates.get(&work.id), Some(Fate::Posted { .. }));
        // What was cancelled is not there and should not be.
        let sought = clerk.works.values().filter(posted).filter(|work| !cancelled.contains(&work.id));
        let standing = |work: &Work| {
            let of = cancels(work).unwrap_or(work.id);
            let struck = self.books.is_struck(of).then(|| CANCELLED_THERE.to_owned());
            Standing::of(work.what, self.books.counts(of), struck)
        };
        let all = sought.map(|work| (work.clone(), standing(work)));
        all.filter(|(_, standing)| *standing != Standing::Stands).collect()
    }

    /// Looks for all that is said to be posted of the site: what is there no more is held. Whether the words could be written down.
    pub fn look(&mut self, n: usize) -> bool {
        let lacking = if self.flaws.never_looks { Vec::new() } else { self.lacking(n) };
        let clerk = &mut self.sites[n].clerk;
        clerk.is_looked = true;
        let (mut said, mut gone) = (Said::new(), Vec::new());
        for (work, standing) in lacking {
            said.extend(match standing {
                Standing::Struck(why) => {
                    self.tally.struck_told += 1;
                    clerk.writer.struck(work, false, why)
                }
                _ => {
                    gone.push(work.id);
                    clerk.writer.gone(work)
                }
            });
        }
        self.tally.gone_told += gone.len() as u64;
        for id in gone.into_iter().filter(|_| self.flaws.posts_what_is_gone) {
            clerk.writer.retry(Some(id));
        }
        self.say_words(n, said)
    }

    /// Whatever the office has said to be posted is in the books, or it is told otherwise.
    pub fn check_gone_is_told(&self) {
        for n in 0..self.sites.len() {
            let untold = self.lacking(n);
            assert!(untold.is_empty(), "posting: it is said to be posted, and is not: {untold:?}");
        }
    }

    /// A person has the site's documents and cancellations that are gone posted again, each by its name.
    pub fn agree(&mut self, n: usize) {
        let clerk = &mut self.sites[n].clerk;
        let gone: BTreeSet<IntentId> =
            clerk.writer.held().filter(|(_, hold)| *hold == Hold::Gone).map(|(id, _)| id).collect();
        for id in gone {
            self.books.agreed.insert(id);
            clerk.writer.retry(Some(id));
        }
    }

    /// What was carried out in the books may have been held as gone: then a person has agreed to it.
    pub fn check_agreed(&mut self, n: usize, id: IntentId) {
        let fate = self.sites[n].clerk.fates.get(&id);
        if matches!(fate, Some(Fate::Posted { .. } | Fate::Held { hold: Hold::Gone, .. })) {
            assert!(self.books.agreed.remove(&id), "posting: {id} was gone, and is there again before anybody agreed");
            self.tally.posted_again += 1;
        }
    }
}

/// What it cancels.
pub fn cancels(work: &Work) -> Option<IntentId> {
    if let What::Cancel(of) = work.what { Some(of) } else { None }
}
