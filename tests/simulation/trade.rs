//! Trade: sites receive, sell, take back, count, send goods to each other through transit warehouses, with no line between
//! them, and receive what the office has sent. Documents go through the real intake and the real admission; what they come to
//! is checked against a model that knows nothing of either.

use super::dice::Dice;
use super::workshop::Workshop;
use super::world::{Site, World};
use outpost::domain::document::{Document, Ref, Text};
use outpost::domain::id::{DeviceId, IntentId, Position, SiteId};
use outpost::domain::master::{Masters, Row, Settings, Shortage, Transit, Uom, Warehouse};
use outpost::domain::number::Series;
use outpost::domain::record::{Cancelled, Entry, Record, Sent, Submitted};
use outpost::domain::shop::{Apply, Shop, World as Hour, local};
use outpost::domain::time::Quality;
use outpost::domain::transfers::{Transfers, Way};
use outpost::intake;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The workshops' time zone: Jakarta's.
const OFFSET_MINUTES: i16 = 420;
/// What there is to trade.
pub const ITEMS: [&str; 3] = ["CLOTH", "BUTTON", "SHIRT"];

/// What a person does with goods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deed {
    Receipt,
    Sale,
    Return,
    Count,
    /// Goods are put on a truck to this site.
    Send {
        to: usize,
    },
    /// A truck is unloaded; of `short` trucks in ten something is missing.
    Unload {
        short: u64,
    },
    Cancel,
    /// Some of a line of an order that other sites have as well leaves for the customer.
    Deliver {
        of: usize,
    },
    /// Somebody says what a code stands for; of `wrong` in ten the item is none.
    Name {
        wrong: u64,
    },
}

/// Goods under way. The paper with them names the entry and its row.
#[derive(Clone, Debug)]
pub struct Truck {
    pub to: usize,
    pub entry: Ref,
    pub row: &'static str,
    pub item: &'static str,
    pub qty: u64,
}

/// What the office has sent each site before anything else happens: two trucks, of the second of which somebody at the office has
/// received a piece.
pub fn sent_by_office(sites: usize) -> Vec<(Transit, Truck)> {
    let sent = |at: usize| {
        let (to, others) = (at / 2, (at % 2) as u64);
        let (item, qty) = (ITEMS[at % ITEMS.len()], 5 + at as u64 % 7);
        let row = json!({"entry": format!("MAT-STE-{at}"), "to": format!("w{to}"), "warehouse": transit(to),
            "sent_on": "2026-11-01", "items": [{"name": "r1", "item_code": item, "qty": qty, "received": others}]});
        let row: Transit = serde_json::from_value(row).expect("a row");
        let truck = Truck { to, entry: row.entry.clone(), row: "r1", item, qty: qty - others };
        (row, truck)
    };
    (0..2 * sites).map(sent).collect()
}

pub fn text(text: impl Into<String>) -> Text {
    Text::try_from(text.into()).expect("a text")
}

pub fn stores(n: usize) -> String {
    format!("Stores w{n}")
}

fn transit(n: usize) -> String {
    format!("Transit w{n}")
}

/// What the office has told every site.
pub fn masters(sites: usize) -> Masters {
    let mut masters = Masters::default();
    masters.put(Row::Uom(Uom { uom_name: text("Nos"), must_be_whole_number: true }));
    let rows = |table: &str, row: Value| {
        let table = outpost::domain::master::Table::named(table).expect("a table");
        Row::deserialize_as(table, row).expect("a row")
    };
    for item in ITEMS {
        let row = json!({"item_code": item, "item_name": item, "stock_uom": "Nos", "is_stock_item": true});
        masters.put(rows("item", row));
    }
    masters.put(rows("customer", json!({"name": "Bu Sari", "customer_name": "Bu Sari"})));
    masters.put(rows("mode-of-payment", json!({"mode_of_payment": "Cash", "default_account": "Cash - TW"})));
    for n in 0..sites {
        let site: SiteId = format!("w{n}").parse().expect("a site");
        let place = |name: String, is_transit| Warehouse {
            name: text(name),
            site: Some(site.clone()),
            is_transit,
            disabled: false,
            company: None,
        };
        masters.put(Row::Warehouse(place(stores(n), false)));
        masters.put(Row::Warehouse(place(transit(n), true)));
        let settings = json!({"site": site, "company": "Tailor Works", "currency": "IDR"});
        let settings: Settings = serde_json::from_value(settings).expect("settings");
        assert_eq!(settings.shortage, Shortage::Warn);
        masters.put(Row::Settings(settings));
    }
    for (row, _) in sent_by_office(sites) {
        masters.put(Row::Transit(row));
    }
    super::shared::orders(sites).into_iter().for_each(|order| masters.put(order));
    masters.set_complete(true);
    masters
}

/// The fold of a box's records, and what it is asked with.
#[derive(Debug)]
pub struct Desk {
    pub shop: Shop,
}

impl Default for Desk {
    fn default() -> Self {
        Self { shop: Shop::new(OFFSET_MINUTES) }
    }
}

impl Desk {
    /// Takes in a record, the first of its intent.
    pub fn took(&mut self, at: Position, record: &Record, lookup: &dyn Fn(IntentId) -> Option<(Position, Submitted)>) {
        assert_eq!(self.shop.apply(at, record, lookup), Apply::Done, "a box reads its journal in order");
        self.shop.settle(true);
    }

    /// What becomes of an entry that is new: completed, or refused with its reason.
    pub fn admit(
        &self,
        masters: &Masters,
        (site, series): (&SiteId, Series),
        (now_ms, quality): (i64, Quality),
        entry: Entry,
        lookup: &dyn Fn(IntentId) -> Option<(Position, Submitted)>,
    ) -> Result<Entry, String> {
        let now = local(now_ms, OFFSET_MINUTES);
        let (today, now, clock_known) = (now.date(), now.time(), quality > Quality::Floor);
        let hour = Hour { masters, site, series, today, now, clock_known, lookup };
        self.shop.admit(&hour, entry).map_err(|refusal| refusal.to_string())
    }
}

/// Writes the document of a deed, as its device sends it; nothing where there is nothing to do it with.
pub fn write(
    deed: Deed,
    n: usize,
    device: &DeviceId,
    done: &[Entry],
    trucks: &mut Vec<Truck>,
    dice: &mut Dice,
) -> Option<Entry> {
    let (item, qty) = (ITEMS[dice.below(3) as usize], dice.between(1, 20));
    let submitted = |entry: &Entry| match entry {
        Entry::Submitted(submitted) => Some(submitted.clone()),
        _ => None,
    };
    let (slug, document) = match deed {
        Deed::Receipt => ("stock-entry", moved("Material Receipt", item, qty, None, Some(stores(n)))),
        Deed::Sale => {
            let (rows, paid) = (json!([{"item_code": item, "qty": qty, "rate": "1500"}]), (qty * 1500).to_string());
            let payments = json!([{"mode_of_payment": "Cash", "amount": paid}]);
            let sale = json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": stores(n), "items": rows, "payments": payments});
            ("sales-invoice", sale)
        }
        Deed::Return => {
            let mut sales = done.iter().filter_map(submitted);
            let is_sale = |sale: &Submitted| matches!(&sale.document, Document::SalesInvoice(it) if !it.is_return);
            let sale = sales.rfind(is_sale)?;
            let Document::SalesInvoice(sold) = &sale.document else { return None };
            let back = -(dice.between(1, 3) as i64);
            let rows =
                json!([{"item_code": sold.items[0].item_code, "qty": back, "rate": "1500", "sales_invoice_item": "1"}]);
            let payments = json!([{"mode_of_payment": "Cash", "amount": (back * 1500).to_string()}]);
            let note = json!({"customer": "Bu Sari", "is_return": 1, "return_against": sale.id, "update_stock": 1,
                "set_warehouse": stores(n), "items": rows, "payments": payments});
            ("sales-invoice", note)
        }
        Deed::Count => {
            let rows = json!([{"item_code": item, "warehouse": stores(n), "qty": qty}]);
            ("stock-reconciliation", json!({"items": rows}))
        }
        Deed::Send { to } => {
            let mut sent = moved("Material Transfer", item, qty, Some(stores(n)), Some(transit(to)));
            sent["add_to_transit"] = json!(1);
            ("stock-entry", sent)
        }
        Deed::Unload { short } => {
            let at = trucks.iter().position(|truck| truck.to == n)?;
            let Truck { entry, row, item, qty, .. } = trucks.remove(at);
            let counted = if dice.below(10) < short { qty.saturating_sub(1).max(1) } else { qty };
            let mut came = moved("Material Transfer", item, counted, Some(transit(n)), Some(stores(n)));
            came["outgoing_stock_entry"] = json!(entry);
            came["items"][0]["ste_detail"] = json!(row);
            ("stock-entry", came)
        }
        Deed::Cancel => {
            let document = done.iter().filter_map(submitted).next_back()?.id;
            let (id, reason) = (IntentId(dice.uuid()), text("a mistake"));
            let device = device.clone();
            return Some(Entry::Cancelled(Cancelled { id, device, user: None, document, reason, approved_by: None }));
        }
        Deed::Deliver { of } => super::shared::delivery(n, of, dice.below(2) as usize, qty),
        Deed::Name { wrong } => {
            let item = if dice.below(10) < wrong { "NOTHING" } else { item };
            ("barcode", json!({"code": format!("899{}", dice.below(4)), "item_code": item}))
        }
    };
    let mut document = document;
    document["id"] = json!(dice.uuid());
    let sent = Sent { session: 0, packet: 1, dup: false };
    let read = intake::read(device, &format!("tx/{device}/{slug}"), document.to_string().as_bytes(), sent);
    Some(read.unwrap_or_else(|reason| panic!("{document}: {reason}")))
}

fn moved(purpose: &str, item: &str, qty: u64, from: Option<String>, to: Option<String>) -> Value {
    let mut entry = json!({"stock_entry_type": purpose, "items": [{"item_code": item, "qty": qty}]});
    for (field, warehouse) in [("from_warehouse", from), ("to_warehouse", to)] {
        if let Some(warehouse) = warehouse {
            entry[field] = json!(warehouse);
        }
    }
    entry
}

/// Goods that a customer brought back.
pub fn is_return(entry: &Entry) -> bool {
    matches!(entry, Entry::Submitted(Submitted { document: Document::SalesInvoice(sale), .. }) if sale.is_return)
}

/// The truck that leaves with the paper of an entry.
pub fn loaded(entry: &Entry) -> Option<Truck> {
    let Entry::Submitted(Submitted { id, document: Document::StockEntry(sent), .. }) = entry else { return None };
    let to = sent.to_warehouse.as_ref().filter(|_| sent.add_to_transit)?.as_str();
    let to = to.strip_prefix("Transit w")?.parse().ok()?;
    let row = &sent.items[0];
    let item = ITEMS.into_iter().find(|item| *item == row.item_code.as_str())?;
    Some(Truck { to, entry: Ref::Own(*id), row: "1", item, qty: row.qty.to_string().parse().ok()? })
}

/// Stock by warehouse and item.
pub type Stock = BTreeMap<(String, String), i128>;

/// The model: what a storekeeper with paper and pencil would have, from the documents that nobody has cancelled, in order.
pub fn storekeeper(entries: &[Entry]) -> Stock {
    let cancelled: HashSet<IntentId> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Cancelled(cancelled) => Some(cancelled.document),
            _ => None,
        })
        .collect();
    let mut stock = Stock::new();
    let whole = |qty: &dyn ToString| qty.to_string().parse::<i128>().expect("whole pieces");
    for entry in entries {
        let Entry::Submitted(submitted) = entry else { continue };
        if cancelled.contains(&submitted.id) {
            continue;
        }
        match &submitted.document {
            Document::SalesInvoice(sale) => {
                let from = sale.set_warehouse.as_ref().expect("a warehouse").to_string();
                for row in &sale.items {
                    *stock.entry((from.clone(), row.item_code.to_string())).or_default() -= whole(&row.qty);
                }
            }
            Document::DeliveryNote(note) => {
                let from = note.set_warehouse.as_ref().expect("a warehouse").to_string();
                for row in &note.items {
                    *stock.entry((from.clone(), row.item_code.to_string())).or_default() -= whole(&row.qty);
                }
            }
            Document::StockEntry(moved) => {
                for row in &moved.items {
                    for (warehouse, sign) in [(&moved.from_warehouse, -1), (&moved.to_warehouse, 1)] {
                        if let Some(warehouse) = warehouse {
                            let key = (warehouse.to_string(), row.item_code.to_string());
                            *stock.entry(key).or_default() += sign * whole(&row.qty);
                        }
                    }
                }
            }
            Document::StockReconciliation(count) => {
                for row in &count.items {
                    let warehouse = row.warehouse.as_ref().expect("a warehouse").to_string();
                    stock.insert((warehouse, row.item_code.to_string()), whole(&row.qty));
                }
            }
            _ => {}
        }
    }
    stock
}

/// What came in from outside and did not go out again, by item, of the documents that nobody has cancelled: what all sites
/// and all trucks together must have where nobody counts.
pub fn from_outside(entries: &[Entry]) -> BTreeMap<String, i128> {
    let inside = |entry: &&Entry| match entry {
        Entry::Submitted(Submitted { document: Document::StockEntry(moved), .. }) => {
            moved.from_warehouse.is_some() && moved.to_warehouse.is_some()
        }
        _ => false,
    };
    let crossing: Vec<Entry> = entries.iter().filter(|entry| !inside(entry)).cloned().collect();
    let mut sums = BTreeMap::new();
    for ((_, item), qty) in storekeeper(&crossing) {
        *sums.entry(item).or_default() += qty;
    }
    sums
}

/// The item of each code, by the word that came last.
fn words(entries: &[Entry]) -> BTreeMap<&str, &str> {
    fn word(entry: &Entry) -> Option<(&str, &str)> {
        match entry {
            Entry::Barcode(named) => Some((&*named.code, named.item_code.as_str())),
            _ => None,
        }
    }
    entries.iter().filter_map(word).collect()
}

/// The same, as a fold has it.
fn said(shop: &Shop, nothing: &Masters) -> BTreeMap<String, String> {
    shop.unanswered(nothing).map(|(code, said)| (code.to_owned(), said.item_code.to_string())).collect()
}

/// What a fold has, of everything that it was ever told of.
pub fn figures(shop: &Shop) -> Stock {
    let nothing = Masters::default();
    let figure = |(warehouse, item): (&str, &str)| {
        let there = shop.stock(&nothing, &text(warehouse), &text(item)).expect("touched");
        ((warehouse.to_owned(), item.to_owned()), there.qty.to_string().parse().expect("whole pieces"))
    };
    shop.touched().map(figure).collect()
}

impl Workshop {
    /// Folds its journal anew, as after a start.
    pub fn fold(&mut self) {
        self.desk = Desk::default();
        let Some(live) = &self.node.live else { return };
        let records: Vec<(Position, &Record)> =
            live.own.lines.iter().filter_map(|line| Some((line.at, line.record.as_ref()?))).collect();
        fold(&mut self.desk, &records);
    }
}

/// Folds records, of each intent the first.
pub fn fold(desk: &mut Desk, records: &[(Position, &Record)]) {
    let mut firsts: HashMap<IntentId, (Position, &Record)> = HashMap::new();
    for (at, record) in records {
        if let Some(id) = record.entry.intent() {
            if firsts.contains_key(&id) {
                continue;
            }
            firsts.insert(id, (*at, record));
        }
        let lookup = |id: IntentId| match firsts.get(&id) {
            Some((at, Record { entry: Entry::Submitted(submitted), .. })) => Some((*at, submitted.clone())),
            _ => None,
        };
        desk.took(*at, record, &lookup);
    }
}

impl World {
    /// What the office makes of all sites' records, once everything is there.
    pub fn check_trade(&mut self) {
        let books: Vec<Vec<(Position, Record)>> = self.sites.iter().map(Site::chain).collect();
        let mut transfers = Transfers::default();
        let (mut all, mut total) = (Vec::new(), BTreeMap::<String, i128>::new());
        for (site, records) in self.sites.iter().zip(&books) {
            let mut desk = Desk::default();
            let lines: Vec<(Position, &Record)> = records.iter().map(|(at, record)| (*at, record)).collect();
            fold(&mut desk, &lines);
            let entries: Vec<Entry> = firsts(&lines);
            self.tally.documents_booked +=
                entries.iter().filter(|entry| matches!(entry, Entry::Submitted(_))).count() as u64;
            let refused = entries.iter().filter(|entry| matches!(entry, Entry::Refused(it) if it.topic == "refused"));
            self.tally.documents_refused += refused.count() as u64;
            site.check_figures(&desk.shop, &entries);
            self.tally.codes_named += site.check_words(&desk.shop, &entries);
            site.check_numbers(&entries, self.flaws.no_dedupe);
            site.check_unbroken(&self.flaws);
            self.tally.numbers_shared += site.check_shared(records, &self.flaws);
            // What a card has lost of a sale, nobody at its box can know any more.
            if !site.history.is_odd() {
                check_returns(&site.desk.peer, &entries);
            }
            tell(&mut transfers, &site.desk.peer, &entries);
            for ((_, item), qty) in figures(&desk.shop) {
                *total.entry(item).or_default() += qty;
            }
            all.extend(entries);
        }
        let whole = self.sites.iter().all(|site| !site.history.is_odd());
        if !whole || self.setup.counts {
            return;
        }
        total.retain(|_, qty| *qty != 0);
        let mut outside = from_outside(&all);
        outside.retain(|_, qty| *qty != 0);
        assert_eq!(total, outside, "goods: what all sites and trucks have is not what came in and did not go out");
        // What the office shows as under way is what is in the transit warehouses, to the piece.
        let ways: Vec<Way> = transfers.under_way(&self.masters).collect();
        let is_short = |way: &&Way| way.from.is_none() && way.is_short();
        self.tally.office_short += ways.iter().filter(is_short).count() as u64;
        let between_sites = ways.iter().any(|way| way.from.is_some());
        let mut under_way: Stock = ways.into_iter().fold(Stock::new(), |mut sum, way| {
            for line in way.lines {
                let open: i128 = line.open().to_string().parse().expect("whole pieces");
                *sum.entry((line.warehouse.to_string(), line.item_code.to_string())).or_default() += open;
            }
            sum
        });
        let mut in_transit = Stock::new();
        for (row, truck) in sent_by_office(self.sites.len()) {
            *in_transit.entry((row.warehouse.to_string(), truck.item.to_owned())).or_default() += i128::from(truck.qty);
        }
        for records in &books {
            let mut desk = Desk::default();
            fold(&mut desk, &records.iter().map(|(at, record)| (*at, record)).collect::<Vec<_>>());
            for (key, qty) in
                figures(&desk.shop).into_iter().filter(|((warehouse, _), _)| warehouse.starts_with("Transit"))
            {
                *in_transit.entry(key).or_default() += qty;
            }
        }
        if transfers.unmatched().next().is_none() {
            under_way.retain(|_, qty| *qty != 0);
            in_transit.retain(|_, qty| *qty != 0);
            assert_eq!(under_way, in_transit, "goods: what is shown as under way is not what is in transit");
            self.tally.goods_conserved += u64::from(between_sites);
        }
    }
}

/// Of each intent the first.
fn firsts(records: &[(Position, &Record)]) -> Vec<Entry> {
    let mut ids = HashSet::new();
    let firsts = records.iter().map(|(_, record)| &record.entry);
    firsts.filter(|entry| entry.intent().is_none_or(|id| ids.insert(id))).cloned().collect()
}

fn tell(transfers: &mut Transfers, site: &SiteId, entries: &[Entry]) {
    let mut known: HashMap<IntentId, &Submitted> = HashMap::new();
    for entry in entries {
        match entry {
            Entry::Submitted(submitted) => {
                known.insert(submitted.id, submitted);
                transfers.add(site, submitted);
            }
            // One that two cards have cancelled is cancelled once.
            Entry::Cancelled(cancelled) => {
                if let Some(original) = known.remove(&cancelled.document) {
                    transfers.take_back(original);
                }
            }
            _ => {}
        }
    }
}

/// No more came back of a sale than was sold.
fn check_returns(site: &SiteId, entries: &[Entry]) {
    let cancelled: HashSet<IntentId> = entries
        .iter()
        .filter_map(|entry| if let Entry::Cancelled(cancelled) = entry { Some(cancelled.document) } else { None })
        .collect();
    let mut left: HashMap<String, i128> = HashMap::new();
    for entry in entries {
        let Entry::Submitted(Submitted { id, document: Document::SalesInvoice(sale), .. }) = entry else { continue };
        if cancelled.contains(id) {
            continue;
        }
        let qty: i128 = sale.items[0].qty.to_string().parse().expect("whole pieces");
        let sold = sale.return_against.as_ref().map_or_else(|| id.to_string(), ToString::to_string);
        *left.entry(sold).or_default() += qty;
    }
    let more = left.iter().find(|(_, left)| **left < 0);
    assert!(more.is_none(), "returns: more of a sale of {site} came back than was sold: {more:?}");
}

impl Site {
    /// Box, office and storekeeper agree. Where a card was copied or damaged, office and box may have different records.
    fn check_figures(&self, office: &Shop, entries: &[Entry]) {
        if self.history.is_odd() {
            return;
        }
        let site = &self.desk.peer;
        let at_office = figures(office);
        let mut paper = storekeeper(entries);
        paper.retain(|_, qty| *qty != 0);
        let mut shown = at_office.clone();
        shown.retain(|_, qty| *qty != 0);
        assert_eq!(shown, paper, "folds: the office's stock of {site} is not the storekeeper's");
        let at_box = figures(&self.boxes[self.on_line].desk.shop);
        assert_eq!(at_box, at_office, "folds: box and office have other stock of {site}");
    }

    /// Box, office and whoever listened agree on what codes stand for. How many codes that is.
    fn check_words(&self, office: &Shop, entries: &[Entry]) -> u64 {
        if self.history.is_odd() {
            return 0;
        }
        let (site, nothing) = (&self.desk.peer, Masters::default());
        let at_office = said(office, &nothing);
        let heard: BTreeMap<String, String> =
            words(entries).into_iter().map(|(code, item)| (code.into(), item.into())).collect();
        assert_eq!(at_office, heard, "codes: what the office has of {site} is not what was said last");
        let at_box = said(&self.boxes[self.on_line].desk.shop, &nothing);
        assert_eq!(at_box, at_office, "codes: box and office have other words of {site}");
        assert!(!at_office.values().any(|item| item == "NOTHING"), "codes: one of {site} stands for no item");
        at_office.len() as u64
    }

    /// Numbers on paper begin at 1, have no gap, and none is printed twice.
    fn check_numbers(&self, entries: &[Entry], no_fold: bool) {
        if self.history.is_odd() || no_fold {
            return;
        }
        let mut given: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for entry in entries {
            let Entry::Submitted(submitted) = entry else { continue };
            let number = submitted.booked.as_ref().and_then(|booked| booked.no).expect("numbers: a document has none");
            given.entry(submitted.document.kind().slug()).or_default().push(number.count);
        }
        // A card may tear a record that nobody was told of, and keep the one after it: the hole says so.
        let torn = entries.iter().any(|entry| matches!(entry, Entry::Hole(_)));
        for (kind, numbers) in given {
            let rises = numbers.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(rises, "numbers: one of {kind} at {} was given twice: {numbers:?}", self.desk.peer);
            if torn {
                continue;
            }
            let wanted: Vec<u32> = (1..=numbers.len() as u32).collect();
            assert_eq!(numbers, wanted, "numbers: those of {kind} at {} are not 1, 2, 3 …", self.desk.peer);
        }
    }
}
