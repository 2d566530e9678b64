//! Orders that several sites have. In come deliveries of parts of them at any site, with or without a line; the office folds what each site
//! did, through the real fold, into rows for the others, which travel as all rows do. Once all is quiet each site's box lets through what is
//! left of what was ordered after everybody's deliveries, and not one piece more. Two sites without a line may go too far together: then
//! nothing is left for either. Absent: the books' own figure, which has its tests at the office.

use super::trade::stores;
use super::world::{Site, World};
use outpost::domain::document::Document;
use outpost::domain::id::{DeviceId, IntentId, SiteId};
use outpost::domain::master::segment::{Audience, audience};
use outpost::domain::master::{Masters, Row, RowKey, Table};
use outpost::domain::record::{Entry, Sent};
use outpost::domain::sites_progress::SitesProgress;
use outpost::intake;
use outpost::sync::rows::Kept;
use outpost::wire::row;
use outpost::wire::rows::Key;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The lines of every order: name, item, how much.
const LINES: [(&str, &str, i128); 2] = [("a", "CLOTH", 40), ("b", "BUTTON", 25)];
/// The order that all sites have.
const FOR_ALL: usize = 0;

/// An order's name: that of all sites, or that of site `of - 1` and the one after it.
fn name(of: usize) -> String {
    if of == FOR_ALL { "SO-ALL".into() } else { format!("SO-{}", of - 1) }
}

/// The orders of a world.
pub fn orders(sites: usize) -> Vec<Row> {
    let order = |of: usize| {
        let line = |(n, (line, item, qty)): (usize, &(&str, &str, i128))| {
            let warehouse = (of != FOR_ALL).then(|| stores((of - 1 + n) % sites));
            json!({"name": line, "item_code": item, "qty": qty.to_string(), "uom": "Nos", "rate": "1500", "warehouse": warehouse})
        };
        let items: Vec<Value> = LINES.iter().enumerate().map(line).collect();
        let fields = json!({"order": name(of), "customer": "Bu Sari", "grand_total": "97500", "items": items});
        Row::deserialize_as(Table::SalesOrderRow, fields).expect("an order")
    };
    (0..=sites).map(order).collect()
}

/// A delivery of some of one line, as a device sends it.
pub fn delivery(n: usize, of: usize, line: usize, qty: u64) -> (&'static str, Value) {
    let (line, item, _) = LINES[line % LINES.len()];
    let rows =
        json!([{"item_code": item, "qty": qty, "rate": "1500", "against_sales_order": name(of), "so_detail": line}]);
    ("delivery-note", json!({"customer": "Bu Sari", "set_warehouse": stores(n), "items": rows}))
}

/// What a box goes by: what every site was told, and the rows on its card of what others did.
pub fn known<'a>(masters: &'a Masters, rows: &Kept) -> Cow<'a, Masters> {
    let table = Table::SiteProgress as u8;
    let mut known = Cow::Borrowed(masters);
    for (key, body, ..) in rows.iter().filter(|(key, ..)| key.table == table) {
        let row = row::decode(Table::SiteProgress, body).unwrap_or_else(|error| panic!("rows: {key:?}: {error}"));
        known.to_mut().put(row);
    }
    known
}

/// Of each line of each order how much each site delivered, by documents that nobody cancelled: on paper.
type Delivered = BTreeMap<(String, String), BTreeMap<usize, i128>>;

fn deliver(n: usize, entries: &[Entry], delivered: &mut Delivered) {
    let mut gone = HashSet::new();
    gone.extend(entries.iter().filter_map(|entry| match entry {
        Entry::Cancelled(cancelled) => Some(cancelled.document),
        _ => None,
    }));
    for entry in entries {
        let Entry::Submitted(submitted) = entry else { continue };
        let Document::DeliveryNote(note) = &submitted.document else { continue };
        for row in note.items.iter().filter(|_| !gone.contains(&submitted.id)) {
            let (Some(of), Some(line)) = (&row.against_sales_order, &row.so_detail) else { continue };
            let qty: i128 = row.qty.to_string().parse().expect("whole pieces");
            let sites = delivered.entry((of.to_string(), line.to_string())).or_default();
            *sites.entry(n).or_default() += qty;
        }
    }
}

/// A row of the office, and whom it is for.
type Told = (Box<[u8]>, Audience);

impl World {
    /// The office brings its rows to where the sites' documents are, from the beginning as after a start.
    pub fn tell_progress(&mut self) {
        if !self.office_up {
            return;
        }
        let mut progress = SitesProgress::default();
        for site in &self.sites {
            fold(&mut progress, &site.desk.peer, &site.entries());
        }
        let mut wanted: BTreeMap<Key, Option<Told>> = BTreeMap::new();
        let table = Table::SiteProgress as u8;
        wanted.extend(self.table.iter().filter(|(key, ..)| key.table == table).map(|(key, ..)| (key.clone(), None)));
        for row in progress.rows(&self.masters).into_iter().map(Row::SiteProgress) {
            let readers =
                if self.flaws.tells_sites_of_themselves { Audience::All } else { audience(&row, &self.masters) };
            let key: RowKey = row.key();
            if readers != Audience::Sites(BTreeSet::new()) && !self.flaws.keeps_progress_to_itself {
                wanted.insert(Key::from(&key), Some((row::encode(&row).into_boxed_slice(), readers)));
            }
        }
        let now_s = (super::node::TRUE_MS as u64 + self.now_ms) / 1_000;
        if let Some(plan) = self.table.plan(wanted, now_s) {
            self.table.apply(plan);
        }
        (0..self.sites.len()).for_each(|n| self.pump_desk(n));
    }

    /// Every site that has an order may deliver what all have left of it, and no more.
    pub fn check_shared(&mut self) {
        if !self.setup.line {
            return;
        }
        let mut delivered = Delivered::new();
        for (n, site) in self.sites.iter().enumerate() {
            deliver(n, &site.entries(), &mut delivered);
        }
        for ((of, line), by_site) in &delivered {
            let order = self.masters.sales_orders().find(|order| order.order.to_string() == *of).expect("an order");
            let readers = audience(&Row::SalesOrderRow(order.clone()), &self.masters);
            let number = LINES.iter().position(|(name, ..)| name == line).expect("a line");
            let left = LINES[number].2 - by_site.values().sum::<i128>();
            let of = (0..=self.sites.len()).find(|n| name(*n) == *of).expect("an order");
            self.tally.orders_overdelivered += u64::from(left < 0);
            for n in 0..self.sites.len() {
                let site = &self.sites[n];
                // What one card has of its site's deliveries, another may lack.
                if site.history.is_odd() || !readers.includes(&site.desk.peer) {
                    continue;
                }
                let told = format!("orders: of {}, line {line}, {left} are left", name(of));
                let who = format!("and w{n} would deliver");
                if left > 0 {
                    let all = self.would_deliver(n, of, number, left as u64);
                    assert_eq!(all, Ok(()), "{told}, {who} no {left}");
                }
                let more = left.max(0) as u64 + 1;
                assert!(self.would_deliver(n, of, number, more).is_err(), "{told}, {who} {more}: {by_site:?}");
                self.tally.orders_shared += u64::from(by_site.keys().any(|other| *other != n));
            }
        }
    }

    /// What the box says to a delivery of so much; nothing is written.
    fn would_deliver(&mut self, n: usize, of: usize, line: usize, qty: u64) -> Result<(), String> {
        let (slug, mut document) = delivery(n, of, line, qty);
        document["id"] = json!(self.dice.uuid());
        let device: DeviceId = "d0".parse().expect("a device");
        let sent = Sent { session: 0, packet: 1, dup: false };
        let entry = intake::read(&device, &format!("tx/{device}/{slug}"), document.to_string().as_bytes(), sent);
        let entry = entry.unwrap_or_else(|reason| panic!("{document}: {reason}"));
        let site = &mut self.sites[n];
        let workshop = &mut site.boxes[site.on_line];
        let masters = known(&self.masters, &workshop.node.card.rows);
        workshop.admitted(self.now_ms, &masters, entry).map(drop)
    }
}

/// What a site's documents did, a cancellation after what it cancels.
fn fold(progress: &mut SitesProgress, site: &SiteId, entries: &[Entry]) {
    let mut known = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::Submitted(submitted) => {
                progress.add(site, submitted);
                known.insert(submitted.id, submitted);
            }
            Entry::Cancelled(cancelled) => {
                if let Some(original) = known.remove::<IntentId>(&cancelled.document) {
                    progress.take_back(site, original);
                }
            }
            _ => {}
        }
    }
}

impl Site {
    /// What the office holds of the site, of each intent the first.
    fn entries(&self) -> Vec<Entry> {
        let mut ids = HashSet::new();
        let entries = self.chain().into_iter().map(|(_, record)| record.entry);
        entries.filter(|entry| entry.intent().is_none_or(|id| ids.insert(id))).collect()
    }
}
