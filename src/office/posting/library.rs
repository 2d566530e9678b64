//! What posting asks the office: documents, master data, and the words said so far, of all sites.

use super::{Hub, lock};
use crate::books::Shelves;
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::master::Masters;
use crate::domain::outcome::{Fate, Outcome};
use crate::domain::record::{Cancelled, Entry, Record, Submitted};
use crate::office::ledger;
use crate::office::sites::Sites;
use crate::posting::Fates;
use crate::views::{self, DocumentLine, Journals, Locator, NotNow, SiteNo, Stream};
use crate::wire::record;
use outpost_erpnext::sink::Library;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How old the master data may be that documents are posted by.
const FRESH: Duration = Duration::from_secs(30);
/// Between two questions to views that are being built.
const PATIENCE: Duration = Duration::from_millis(200);

/// A word that the views may not have yet.
struct Fresh {
    site: SiteNo,
    /// The record of the office's journal for that site.
    ordinal: u64,
    fate: Fate,
}

/// The office's books, as posting sees them.
pub(super) struct Books {
    pub(super) sites: Arc<Sites>,
    pub(super) shelves: Arc<Shelves>,
    pub(super) views: views::Reader,
    pub(super) hub: Arc<Hub>,
    fresh: Mutex<HashMap<IntentId, Fresh>>,
    masters: Mutex<Option<Kept>>,
}

/// The master data of a moment.
struct Kept {
    since: Instant,
    version: u64,
    all: Arc<Masters>,
    /// As the sites of a company have it, by its name; empty for those of none.
    of: HashMap<String, Arc<Masters>>,
}

impl Books {
    pub(super) fn new(sites: Arc<Sites>, shelves: Arc<Shelves>, views: views::Reader, hub: Arc<Hub>) -> Self {
        Self { sites, shelves, views, hub, fresh: Mutex::default(), masters: Mutex::default() }
    }

    /// Writes words down, durably; they count from then on.
    pub(super) fn say(&self, (site, number): (&SiteId, SiteNo), said: Vec<Outcome>) -> Result<(), String> {
        let ordinal = self.sites.say(site, said.iter().cloned().map(Entry::Outcome).collect())?;
        // The views are asked once a site, and not while others wait for the words.
        let applied: HashMap<SiteNo, u64> =
            self.sites.numbers().into_iter().map(|(_, site)| (site, self.views.applied(Stream::Down(site)))).collect();
        let mut fresh = lock(&self.fresh);
        fresh.retain(|_, word| applied.get(&word.site).is_none_or(|applied| *applied < word.ordinal));
        for Outcome { of, fate } in said {
            fresh.insert(of, Fresh { site: number, ordinal, fate });
        }
        Ok(())
    }

    /// Asks the views until they answer; none once the office is being stopped.
    pub(super) fn ask<T>(&self, question: impl Fn(&views::Reader) -> Result<T, NotNow>) -> Option<T> {
        while !self.hub.stopped() {
            match question(&self.views) {
                Ok(answer) => return Some(answer),
                Err(_) => std::thread::sleep(PATIENCE),
            }
        }
        None
    }

    /// Where a document is, of whichever site.
    pub(super) fn line(&self, first: Option<SiteNo>, id: IntentId) -> Option<(SiteId, DocumentLine)> {
        let mut numbers = self.sites.numbers();
        numbers.sort_by_key(|(_, number)| Some(*number) != first);
        numbers.into_iter().find_map(|(site, number)| {
            let line = self.ask(|views| views.document(number, id))??;
            Some((site, line))
        })
    }

    /// A record of a site.
    pub(super) fn record(&self, site: SiteNo, at: Locator) -> Option<Record> {
        let body = self.shelves.body(Stream::Up(site), at).ok()??;
        record::decode(&body).ok()
    }

    /// What it says.
    pub(super) fn entry(&self, site: SiteNo, at: Locator) -> Option<Entry> {
        self.record(site, at).map(|record| record.entry)
    }

    /// A document of a site, and its cancellation where there is one.
    pub(super) fn document_of(&self, site: SiteNo, id: IntentId) -> Option<(Submitted, Option<Cancelled>)> {
        let line = self.ask(|views| views.document(site, id))??;
        let Some(Entry::Submitted(submitted)) = self.entry(site, line.locator) else { return None };
        let cancelled = line.cancelled.and_then(|at| match self.entry(site, at) {
            Some(Entry::Cancelled(cancelled)) => Some(cancelled),
            _ => None,
        });
        Some((submitted, cancelled))
    }

    /// The number on a document's paper, or its id.
    pub(super) fn number(&self, site: &SiteId, line: &DocumentLine) -> String {
        let prefix = self.all_masters().number_prefix(site);
        let entry = self.entry(line.site, line.locator);
        let submitted = entry.as_ref().and_then(|entry| match entry {
            Entry::Submitted(submitted) => Some(submitted),
            _ => None,
        });
        line.printed(submitted, &prefix).unwrap_or_else(|| line.id.to_string())
    }

    /// The master data of all sites.
    pub(super) fn all_masters(&self) -> Arc<Masters> {
        self.kept(|kept| kept.all.clone())
    }

    /// Asks what is kept, which is read anew where it has become old.
    fn kept<T>(&self, question: impl FnOnce(&mut Kept) -> T) -> T {
        let version = self.sites.rows().version();
        let mut kept = lock(&self.masters);
        let fresh = kept.take().filter(|kept| kept.version == version || kept.since.elapsed() < FRESH);
        let anew = || {
            let all = Arc::new(ledger::masters(self.sites.rows()));
            Kept { since: Instant::now(), version, all, of: HashMap::new() }
        };
        question(kept.insert(fresh.unwrap_or_else(anew)))
    }

    /// Has the next question answered by the master data of that moment.
    pub(super) fn forget_masters(&self) {
        *lock(&self.masters) = None;
    }

    /// A document of whichever site, of that one first.
    pub(super) fn document(&self, first: Option<SiteNo>, id: IntentId) -> Option<Submitted> {
        let (_, line) = self.line(first, id)?;
        match self.entry(line.site, line.locator) {
            Some(Entry::Submitted(submitted)) => Some(submitted),
            _ => None,
        }
    }

    /// The master data as a site has it.
    pub(super) fn masters(&self, site: &SiteId) -> Arc<Masters> {
        self.kept(|Kept { all, of, .. }| {
            let company = all.company(site).map(Text::to_string).unwrap_or_default();
            of.entry(company).or_insert_with(|| all.of_site(site)).clone()
        })
    }

    fn by_hand(&self, first: Option<SiteNo>, id: IntentId) -> Option<Text> {
        if let Some(word) = lock(&self.fresh).get(&id) {
            return word.fate.by_hand().cloned();
        }
        let (_, line) = self.line(first, id)?;
        let words = Words { books: self, site: line.site };
        words.fate(id)?.by_hand().cloned()
    }
}

/// The office's books for a site's sink: the site's own documents are looked for first, as most that it asks for are.
pub(super) struct OfSite {
    books: Arc<Books>,
    site: Option<SiteNo>,
}

impl OfSite {
    pub(super) fn new(books: Arc<Books>, site: &SiteId) -> Self {
        let number = books.sites.numbers().into_iter().find(|(known, _)| known == site);
        Self { books, site: number.map(|(_, number)| number) }
    }
}

impl Library for OfSite {
    fn document(&self, id: IntentId) -> Option<Submitted> {
        self.books.document(self.site, id)
    }

    fn masters(&self, site: &SiteId) -> Arc<Masters> {
        self.books.masters(site)
    }

    fn by_hand(&self, id: IntentId) -> Option<Text> {
        self.books.by_hand(self.site, id)
    }
}

/// The words while one is taken whose word is known.
pub(super) struct Known<'a> {
    pub(super) words: Words<'a>,
    pub(super) id: IntentId,
    pub(super) fate: Option<Fate>,
}

impl Fates for Known<'_> {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        if id == self.id { self.fate.clone() } else { self.words.fate(id) }
    }

    fn called(&self, id: IntentId) -> String {
        self.words.called(id)
    }
}

/// The words as one site asks for them: its own first.
pub(super) struct Words<'a> {
    pub(super) books: &'a Books,
    pub(super) site: SiteNo,
}

impl Words<'_> {
    /// Where a record of the site's own journal is, if it is a document, and the word on it; nothing once the office is being stopped.
    pub(super) fn own(&self, id: IntentId) -> Option<(Option<DocumentLine>, Option<Fate>)> {
        let said = lock(&self.books.fresh).get(&id).map(|word| word.fate.clone());
        let (line, fate) = self.books.ask(|views| views.document_and_fate(self.site, id))?;
        Some((line, said.or(fate)))
    }
}

impl Fates for Words<'_> {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        if let Some(word) = lock(&self.books.fresh).get(&id) {
            return Some(word.fate.clone());
        }
        if let Some(own) = self.books.ask(|views| views.fate(self.site, id))? {
            return Some(own);
        }
        // A word stands in the journal of the site whose document it is: mostly this one's own.
        if self.books.ask(|views| views.document(self.site, id))?.is_some() {
            return None;
        }
        let (_, line) = self.books.line(None, id)?;
        if line.site == self.site {
            return None;
        }
        self.books.ask(|views| views.fate(line.site, id))?
    }

    fn called(&self, id: IntentId) -> String {
        let found = self.books.line(Some(self.site), id);
        found.map_or_else(|| id.to_string(), |(site, line)| self.books.number(&site, &line))
    }
}
