//! What follows for other sites from what a site has submitted: goods under way to them, what is left of orders and invoices that
//! they have as well, and the customers, suppliers and items that it made. A thread follows every site's journal and keeps the rows that tell of it.
//!
//! In: records, in the order in which they came; a cancellation may come before what it cancels. Out: rows of master data, and the list
//! of goods under way for people. It is made anew at each start, in the background; until it has caught up no row is touched, so
//! that nothing vanishes meanwhile. Absent: posting ([`super::posting`]), and ERPNext's rows of what sites have made, which stand beside
//! these.

use crate::books::Shelves;
use crate::domain::document::{Document, ItemBarcode, ItemUnit, Ref, Text};
use crate::domain::id::{IntentId, SiteId};
use crate::domain::master::segment::{Audience, audience};
use crate::domain::master::{Barcode, Customer, Item, Masters, Row, RowKey, Supplier, Table, UomFactor};
use crate::domain::record::{Entry, Submitted};
use crate::domain::sites_progress::SitesProgress;
use crate::domain::transfers::Transfers;
use crate::rows::OfficeRows;
use crate::views::{self, Journals, SiteNo, Stream};
use crate::wire::{record, row};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Documents that are in memory at once while journals are read.
const AT_ONCE: usize = 1_024;
/// How often the journals are looked at, where nobody says that there is more.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A site's journals by the number that the views have for it.
pub(super) type Numbers = Box<dyn Fn() -> Vec<(SiteId, SiteNo)> + Send>;

#[derive(Default)]
struct State {
    transfers: Transfers,
    /// Codes of items that sites have made.
    items: HashSet<Text>,
    caught_up: bool,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    moved: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks what is under way. Cheap to clone.
#[derive(Clone)]
pub(super) struct UnderWay(Arc<Shared>);

impl UnderWay {
    /// Whether a site has made an item; None while the journals are being read.
    pub(super) fn is_made(&self, item: &Text) -> Option<bool> {
        let state = self.0.lock();
        state.caught_up.then(|| state.items.contains(item))
    }

    /// Looks at all transfers, or says that they are still being read.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Transfers) -> T) -> Result<T, String> {
        let state = self.0.lock();
        if !state.caught_up {
            return Err("the journals are being read since the start: ask again".into());
        }
        Ok(look(&state.transfers))
    }
}

/// The thread.
pub(super) struct Ledger {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ledger {
    /// Starts to follow.
    pub(super) fn start(
        shelves: Arc<Shelves>,
        views: views::Reader,
        rows: Arc<OfficeRows>,
        numbers: Numbers,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), moved: Condvar::new() });
        let follower = Follower {
            shared: shared.clone(),
            shelves,
            views,
            rows,
            numbers,
            sites: HashMap::new(),
            progress: SitesProgress::default(),
            made: BTreeMap::new(),
            changed: true,
            seen: None,
        };
        let thread = std::thread::Builder::new().name("ledger".into()).spawn(move || follower.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// For asking.
    pub(super) fn under_way(&self) -> UnderWay {
        UnderWay(self.shared.clone())
    }

    /// Ends the thread. Blocks.
    pub(super) fn stop(mut self) {
        self.shared.lock().stop = true;
        self.shared.moved.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the ledger panicked: tell who maintains outpost");
        }
    }
}

/// What was read of one site.
#[derive(Default)]
struct Read {
    last: Option<views::Place>,
    /// What was cancelled, also before it came.
    cancelled: HashSet<IntentId>,
}

struct Follower {
    shared: Arc<Shared>,
    shelves: Arc<Shelves>,
    views: views::Reader,
    rows: Arc<OfficeRows>,
    numbers: Numbers,
    sites: HashMap<SiteNo, Read>,
    /// What sites have done with orders and invoices.
    progress: SitesProgress,
    /// What sites have made, by the document that did.
    made: BTreeMap<IntentId, (SiteId, Document)>,
    /// Something came since the rows were brought to where the documents are.
    changed: bool,
    /// The rows' version then.
    seen: Option<u64>,
}

impl Follower {
    fn run(mut self) {
        loop {
            let mut whole = true;
            for (site, number) in (self.numbers)() {
                whole &= self.follow(&site, number);
            }
            if whole {
                self.shared.lock().caught_up = true;
                // A row that somebody else changed may name a warehouse anew.
                // What comes while they are brought there is looked at the next time.
                let version = self.rows.version();
                if self.changed || self.seen != Some(version) {
                    self.changed = !self.publish();
                    self.seen = Some(version);
                }
            }
            let state = self.shared.lock();
            if state.stop {
                return;
            }
            let waited = self.shared.moved.wait_timeout_while(state, LOOK_EVERY, |state| !state.stop);
            if waited.unwrap_or_else(PoisonError::into_inner).0.stop {
                return;
            }
        }
    }

    /// Takes what came since. False where it could not all be read: it is tried again.
    fn follow(&mut self, site: &SiteId, number: SiteNo) -> bool {
        let stream = Stream::Up(number);
        let there = self.shelves.records(stream);
        if self.views.applied(stream) < there {
            // Which record of an intent is the first, the views say.
            return false;
        }
        let mut read = self.sites.remove(&number).unwrap_or_default();
        let whole = self.read_on(site, number, &mut read, there);
        self.sites.insert(number, read);
        if let Err(error) = &whole {
            tracing::warn!(%site, error, "what the site sent to others cannot be read on, and is tried again");
        }
        whole.is_ok()
    }

    fn read_on(&mut self, site: &SiteId, number: SiteNo, read: &mut Read, there: u64) -> Result<(), String> {
        loop {
            let (mut came, mut seen) = (Vec::new(), None);
            let scanned = self.shelves.scan(Stream::Up(number), read.last, &mut |place, body| {
                if place.ordinal > there || came.len() == AT_ONCE {
                    return ControlFlow::Break(());
                }
                seen = Some(place);
                if let Ok(record) = record::decode(body)
                    && matches!(record.entry, Entry::Submitted(_) | Entry::Cancelled(_))
                {
                    came.push((place, record.entry));
                }
                ControlFlow::Continue(())
            });
            scanned.map_err(|error| error.to_string())?;
            let Some(seen) = seen else { return Ok(()) };
            self.changed |= !came.is_empty();
            for (place, entry) in came {
                self.take(site, number, read, (place, entry))?;
                read.last = Some(place);
            }
            read.last = Some(seen);
        }
    }

    /// Takes one record. After an error nothing of it was taken.
    fn take(
        &mut self,
        site: &SiteId,
        number: SiteNo,
        read: &mut Read,
        (place, entry): (views::Place, Entry),
    ) -> Result<(), String> {
        match entry {
            Entry::Submitted(submitted) => {
                let first = self.views.document(number, submitted.id).map_err(|error| error.to_string())?;
                let repeats = first.is_some_and(|first| first.position != place.position);
                if repeats || read.cancelled.contains(&submitted.id) {
                    return Ok(());
                }
                self.shared.lock().transfers.add(site, &submitted);
                self.progress.add(site, &submitted);
                if submitted.document.kind().is_master() {
                    if let Document::Item(made) = &submitted.document {
                        self.shared.lock().items.insert(made.item_code.clone());
                    }
                    self.made.insert(submitted.id, (site.clone(), submitted.document));
                }
            }
            // A second cancellation of the same does nothing more; one that came before what it cancels has nothing to take back.
            Entry::Cancelled(cancelled) => {
                let original = self.before(number, place, cancelled.document)?;
                if read.cancelled.insert(cancelled.document)
                    && let Some(submitted) = original
                {
                    self.shared.lock().transfers.take_back(&submitted);
                    self.progress.take_back(site, &submitted);
                    if let Document::Item(made) = &submitted.document {
                        self.shared.lock().items.remove(&made.item_code);
                    }
                    self.made.remove(&submitted.id);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A document that stands before a place in the site's journal.
    fn before(&self, number: SiteNo, place: views::Place, id: IntentId) -> Result<Option<Submitted>, String> {
        let line = self.views.document(number, id).map_err(|error| error.to_string())?;
        let Some(line) = line.filter(|line| line.locator.0 < place.locator.0) else { return Ok(None) };
        let body = self.shelves.body(Stream::Up(number), line.locator).map_err(|error| error.to_string())?;
        Ok(match body.and_then(|body| record::decode(&body).ok()).map(|record| record.entry) {
            Some(Entry::Submitted(submitted)) => Some(submitted),
            _ => None,
        })
    }

    /// Brings the rows to where the documents are. False where they could not be kept.
    fn publish(&self) -> bool {
        let masters = masters(&self.rows);
        let mut wanted: BTreeMap<RowKey, (Vec<u8>, Audience)> = BTreeMap::new();
        let mut want = |row: Row| {
            let audience = audience(&row, &masters);
            // What nobody else has concerns nobody else.
            if row.table() == Table::SiteProgress && audience == Audience::Sites(BTreeSet::new()) {
                return;
            }
            wanted.insert(row.key(), (row::encode(&row), audience));
        };
        self.shared.lock().transfers.rows(&masters).into_iter().map(Row::Transit).for_each(&mut want);
        self.progress.rows(&masters).into_iter().map(Row::SiteProgress).for_each(&mut want);
        self.made.iter().filter_map(|(id, (site, document))| made(*id, site, document, &masters)).for_each(&mut want);
        let ours = |key: &RowKey| match key.table {
            Table::Transit => matches!(by_id(key), Some(Ref::Own(_))),
            table => table == Table::SiteProgress,
        };
        let gone =
            self.rows.all().into_iter().map(|(key, ..)| key).filter(|key| ours(key) && !wanted.contains_key(key));
        let mut changes: Vec<_> = gone.map(|key| (key, None)).collect();
        changes.extend(wanted.into_iter().map(|(key, value)| (key, Some(value))));
        let kept = self.rows.put(changes);
        if let Err(error) = &kept {
            tracing::error!(%error, "what follows from the sites' documents cannot be kept, and is tried again");
        }
        kept.is_ok()
    }
}

fn by_id(key: &RowKey) -> Option<Ref> {
    Text::try_from(&*key.name).ok().map(Ref::from)
}

/// The office's rows by what they mean.
pub(super) fn masters(rows: &OfficeRows) -> Masters {
    let mut masters = Masters::default();
    for (key, body, _) in rows.all() {
        match row::decode(key.table, &body) {
            Ok(row) => masters.put(row),
            Err(error) => tracing::warn!(table = key.table.slug(), name = &*key.name, %error, "a row cannot be read"),
        }
    }
    masters.set_complete(true);
    masters
}

fn barcode(made: &ItemBarcode) -> Barcode {
    Barcode { barcode: made.barcode.clone(), uom: made.uom.clone() }
}

fn unit(made: &ItemUnit) -> UomFactor {
    UomFactor { uom: made.uom.clone(), conversion_factor: made.conversion_factor }
}

/// The row that tells every site of what one of them made, unless the office has one for it already.
fn made(id: IntentId, site: &SiteId, document: &Document, masters: &Masters) -> Option<Row> {
    let known = id.to_string();
    // Two sites may make the same: each keeps its own until somebody at the office joins them.
    let free = |name: &Text, taken: bool| match taken {
        true => Text::try_from(format!("{name} ({site})")).unwrap_or_else(|_| name.clone()),
        false => name.clone(),
    };
    match document {
        Document::Customer(made) => {
            let there = masters.customer(&known).cloned();
            let taken = masters.customer(made.customer_name.as_str()).is_some();
            Some(Row::Customer(there.unwrap_or_else(|| Customer {
                name: free(&made.customer_name, taken),
                customer_name: made.customer_name.clone(),
                mobile_no: made.mobile_no.clone(),
                outpost_id: Some(id),
                disabled: false,
            })))
        }
        Document::Supplier(made) => {
            let there = masters.supplier(&known).cloned();
            let taken = masters.supplier(made.supplier_name.as_str()).is_some();
            Some(Row::Supplier(there.unwrap_or_else(|| Supplier {
                name: free(&made.supplier_name, taken),
                supplier_name: made.supplier_name.clone(),
                outpost_id: Some(id),
                disabled: false,
            })))
        }
        // An item's code is its name: the first that comes stays.
        Document::Item(made) => masters.item(made.item_code.as_str()).is_none().then(|| {
            Row::Item(Item {
                item_code: made.item_code.clone(),
                item_name: made.item_name.clone().unwrap_or_else(|| made.item_code.clone()),
                item_group: Some(made.item_group.clone()),
                stock_uom: made.stock_uom.clone(),
                is_stock_item: made.is_stock_item.is_none_or(|kept| kept.0),
                has_batch_no: made.has_batch_no,
                has_serial_no: made.has_serial_no,
                disabled: false,
                barcodes: made.barcodes.iter().map(barcode).collect(),
                uoms: made.uoms.iter().map(unit).collect(),
                variant_of: None,
                taxes: Vec::new(),
            })
        }),
        _ => None,
    }
}
