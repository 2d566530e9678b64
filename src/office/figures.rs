//! A site's workshop as the office has it: its records folded in the order of their chain, for the questions that need more than the
//! views have. A million records take some seconds; the latest folds are kept until something comes.

use super::sites::Sites;
use crate::books::Shelves;
use crate::chain;
use crate::domain::decimal::Decimal;
use crate::domain::document::{Kind, Text};
use crate::domain::id::{IntentId, Position, SiteId};
use crate::domain::master::Masters;
use crate::domain::record::{DayClosed, DayTotal, Entry, Submitted};
use crate::domain::shop::{Apply, Shop};
use crate::journal::{ReadError, Reader};
use crate::views::Stream;
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records after which the fold forgets how to take them back.
const SETTLE_EVERY: usize = 1_000;

/// What a site's records come to.
pub(super) struct Figures {
    pub(super) shop: Shop,
    /// The latest close of each day.
    closes: BTreeMap<Date, (Position, DayClosed)>,
    /// The day of the latest record.
    heard_until: Option<Date>,
}

/// What the office can say of a site's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// It is closed, and everything that it closed over is here.
    Complete,
    /// It is closed, and the books do not have what it says.
    Differs(Vec<Kind>),
    /// Nothing was done on it, and the site was heard of after it: nobody closes such a day, and nothing is in its way.
    Idle,
    /// It goes on, or something came for it since it was closed.
    Open,
    /// The site was not heard of since.
    Unknown,
}

impl Figures {
    /// Folds what is held of a site.
    pub(super) fn of(reader: &Reader, utc_offset_minutes: i16) -> Result<Self, ReadError> {
        let mut shop = Shop::new(utc_offset_minutes);
        let mut known: HashMap<IntentId, (Position, Option<Submitted>)> = HashMap::new();
        let (mut closes, mut heard_until, mut unsettled) = (BTreeMap::new(), None, 0);
        chain::each(reader, |at, record| {
            heard_until = heard_until.max(Some(shop.day_of(&record.stamp)));
            if let Some(id) = record.entry.intent() {
                if known.contains_key(&id) {
                    return;
                }
                let kept = match &record.entry {
                    Entry::Submitted(submitted) => Some(submitted.clone()),
                    _ => None,
                };
                known.insert(id, (at, kept));
            }
            let lookup = |id: IntentId| {
                let (at, submitted) = known.get(&id)?;
                Some((*at, submitted.clone()?))
            };
            if shop.apply(at, &record, &lookup) == Apply::OutOfOrder {
                tracing::warn!(site = %reader.site(), position = %at, "a record stands out of order and is not in the figures");
            }
            if let Entry::DayClosed(closed) = record.entry {
                closes.insert(closed.day, (at, closed));
            }
            unsettled += 1;
            if unsettled == SETTLE_EVERY {
                unsettled = 0;
                shop.settle(true);
            }
        })?;
        shop.settle(true);
        Ok(Self { shop, closes, heard_until })
    }

    /// How a day of the site stands. `lacking` are records that are known to exist and not held.
    pub(super) fn day(&self, day: Date, lacking: bool) -> Day {
        let Some((_, closed)) = self.closes.get(&day) else {
            return match self.heard_until {
                // What lacks may be of any day.
                Some(until) if until > day && !lacking && self.shop.totals(day).is_empty() => Day::Idle,
                Some(until) if until >= day => Day::Open,
                _ => Day::Unknown,
            };
        };
        if lacking {
            return Day::Unknown;
        }
        let here = self.shop.close(day, closed.last).kinds;
        if here == closed.kinds {
            return Day::Complete;
        }
        if self.shop.day_state(day) == crate::domain::shop::DayState::Open {
            return Day::Open;
        }
        let (here, said) = (by_kind(&here), by_kind(&closed.kinds));
        let kinds: BTreeSet<Kind> = here.keys().chain(said.keys()).copied().collect();
        Day::Differs(kinds.into_iter().filter(|kind| here.get(kind) != said.get(kind)).collect())
    }
}

fn by_kind(totals: &[DayTotal]) -> BTreeMap<Kind, &DayTotal> {
    totals.iter().map(|total| (total.kind, total)).collect()
}

/// Folds that are kept: a desk goes through the sites page by page.
const KEPT: usize = 8;

/// The latest folds, each with how many records were in it.
#[derive(Default)]
pub(super) struct Kept(Mutex<VecDeque<(SiteId, u64, Arc<Figures>)>>);

impl Kept {
    /// The figures of an enrolled site, folded anew where something has come since.
    pub(super) fn of(&self, sites: &Sites, shelves: &Shelves, site: &SiteId) -> Result<Arc<Figures>, String> {
        let count = reader_of(sites, shelves, site)?.count();
        let known = |(name, of, _): &&(SiteId, u64, Arc<Figures>)| name == site && *of == count;
        if let Some((.., figures)) = self.lock().iter().find(known) {
            return Ok(figures.clone());
        }
        let figures = Arc::new(figures_of(sites, shelves, site)?);
        let mut kept = self.lock();
        kept.retain(|(name, ..)| name != site);
        kept.push_back((site.clone(), count, figures.clone()));
        while kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(figures)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(SiteId, u64, Arc<Figures>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of stock levels is the sites' own, worked out for a site when the first of its warehouses is asked for.
pub(super) struct Included<'a> {
    sites: &'a Sites,
    shelves: &'a Shelves,
    masters: Masters,
    of_site: RefCell<HashMap<SiteId, Option<Figures>>>,
}

impl<'a> Included<'a> {
    pub(super) fn new(sites: &'a Sites, shelves: &'a Shelves) -> Self {
        Self { sites, shelves, masters: super::ledger::masters(sites.rows()), of_site: RefCell::default() }
    }

    /// What the office has of the documents of whose warehouse it is, since their latest count.
    pub(super) fn of(&self, warehouse: &Text, item: &Text) -> (Decimal, Option<IntentId>) {
        let Some(site) = self.masters.warehouse(warehouse.as_str()).and_then(|known| known.site.clone()) else {
            return (Decimal::ZERO, None);
        };
        let mut of_site = self.of_site.borrow_mut();
        let figures = of_site.entry(site.clone()).or_insert_with(|| figures_of(self.sites, self.shelves, &site).ok());
        figures.as_ref().map(|figures| figures.shop.since_count(warehouse, item)).unwrap_or_default()
    }
}

fn reader_of(sites: &Sites, shelves: &Shelves, site: &SiteId) -> Result<Reader, String> {
    let mut number = None;
    sites.each(|name, running| number = number.or((name == site).then_some(running.number)));
    let reader = number.and_then(|number| shelves.reader(Stream::Up(number)));
    reader.ok_or_else(|| format!("no site {site} is enrolled here: `outpost status` lists them"))
}

/// The figures of an enrolled site.
pub(super) fn figures_of(sites: &Sites, shelves: &Shelves, site: &SiteId) -> Result<Figures, String> {
    let reader = reader_of(sites, shelves, site)?;
    let offset = sites.with_premises(|premises| premises.config.utc_offset_minutes);
    Figures::of(&reader, offset).map_err(|error| error.to_string())
}
