//! A stand-in ERPNext with two sites of a tailor's, the office that knows their documents, and a day of theirs.

pub mod day;
pub mod names;
pub mod words;

use erpnext_stand_in::{Options, StandIn};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use names::Names;
use outpost_core::domain::booked::Booked;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Document, Text};
use outpost_core::domain::id::{DeviceId, IntentId, SiteId};
use outpost_core::domain::master::{Masters, Row, Table};
use outpost_core::domain::record::{Cancelled, Entry, Sent, Submitted};
use outpost_core::domain::totals::{Rounding, Sheet};
use outpost_core::intake;
use outpost_core::posting::{Place, Posted, Sink, Verdict};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::sink::{Erpnext, Library};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The day of all documents that say none.
pub const DAY: &str = "2026-11-20";
pub const ZONE: &str = "Asia/Jakarta";
/// The day that it is, in the stand-in.
pub const TODAY: &str = "2026-11-23";
/// Fields of ours that a site has only once they are set up.
pub const OURS: [&str; 4] = ["outpost_site", "outpost_user", "outpost_no", "outpost_date"];

pub fn id(n: u128) -> IntentId {
    IntentId(uuid::Uuid::from_u128(0x0193_6e5b_5a00_7000_8000_0000_0000_0000 + n))
}

pub fn site(name: &str) -> SiteId {
    name.parse().unwrap()
}

pub fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

/// The office: what it knows of documents, and its master data.
pub struct Office {
    pub names: Names,
    /// What it knows; nothing where it keeps nothing.
    made: Option<Mutex<BTreeMap<IntentId, Submitted>>>,
    masters: Mutex<Arc<Masters>>,
    /// What somebody has entered by hand, and its name there.
    pub by_hand: Mutex<BTreeMap<IntentId, Text>>,
}

impl Library for Office {
    fn by_hand(&self, id: IntentId) -> Option<Text> {
        self.by_hand.lock().unwrap().get(&id).cloned()
    }
    fn document(&self, id: IntentId) -> Option<Submitted> {
        self.made.as_ref()?.lock().unwrap().get(&id).cloned()
    }
    fn masters(&self, site: &SiteId) -> Arc<Masters> {
        self.masters.lock().unwrap().of_site(site)
    }
}

impl Office {
    pub fn new(names: Names) -> Self {
        let rows = masters(&names);
        let office = Self { names, made: Some(Mutex::default()), masters: Mutex::default(), by_hand: Mutex::default() };
        rows.into_iter().for_each(|(table, row)| office.put(table, row));
        office
    }

    pub fn put(&self, table: Table, row: Value) {
        let mut masters = self.masters.lock().unwrap();
        let row = Row::deserialize_as(table, &row).unwrap_or_else(|error| panic!("{error}: {row}"));
        Arc::make_mut(&mut masters).put(row);
    }

    /// The master data of all sites.
    pub fn all(&self) -> Arc<Masters> {
        self.masters.lock().unwrap().clone()
    }

    pub fn know(&self, submitted: &Submitted) {
        if let Some(made) = &self.made {
            made.lock().unwrap().insert(submitted.id, submitted.clone());
        }
    }
}

fn masters(names: &Names) -> Vec<(Table, Value)> {
    let mut rows = Vec::new();
    let company = names.0.as_ref().map_or("Tailor Works", |own| &own.company);
    for (site, prefix) in [("bandung", "BDG"), ("garut", "GRT")] {
        rows.push((
            Table::Settings,
            json!({"site": site, "company": company, "currency": "IDR", "number_prefix": prefix,
                "smallest_currency_fraction_value": "0", "selling_price_list": names.of("Standard Selling"),
                "buying_price_list": names.of("Standard Buying")}),
        ));
    }
    for (mode, kind, account) in [("Cash", "Cash", "Cash - TW"), ("Wire Transfer", "Bank", "Bank Account - TW")] {
        let row = json!({"mode_of_payment": names.of(mode), "type": kind, "default_account": names.of(account)});
        rows.push((Table::ModeOfPayment, row));
    }
    for (code, uom, stock) in [
        ("CLOTH-1", "Meter", 1),
        ("BUTTON", "Nos", 1),
        ("SHIRT", "Nos", 1),
        ("THREAD-RED", "Nos", 1),
        ("SEWING", "Nos", 0),
        ("SILK", "Meter", 1),
        ("MACHINE", "Nos", 1),
    ] {
        let code = names.of(code);
        rows.push((
            Table::Item,
            json!({"item_code": code, "item_name": code, "stock_uom": uom, "is_stock_item": stock}),
        ));
    }
    rows
}

/// One workshop, with ERPNext and the office.
pub struct Case {
    pub books: Books,
    pub shop: Workshop,
    pub sink: Erpnext,
}

impl Case {
    pub fn new(of: &'static str) -> Self {
        Self::with(of, Books::map(of))
    }

    pub fn with(of: &'static str, map: SiteMap) -> Self {
        let books = Books::with_fields();
        let shop = Workshop::new(of, &books.office, 1_000);
        let sink = books.sink_with(of, map);
        Self { books, shop, sink }
    }
}

/// ERPNext and the office.
pub struct Books {
    pub erp: StandIn,
    pub office: Arc<Office>,
    /// A Work Order of one shirt with the operation Sew, and one without operations.
    pub orders: [String; 2],
}

impl Books {
    pub fn new() -> Self {
        let erp = StandIn::start(Options { now: Some(format!("{TODAY} 16:15:00")), ..Options::default() }).unwrap();
        for site in ["Bandung", "Garut"] {
            erp.add_site(site, &["Cash", "Wire Transfer"]);
        }
        for (code, uom, flag) in [("SILK", "Meter", "has_batch_no"), ("MACHINE", "Nos", "has_serial_no")] {
            erp.seed(
                "Item",
                code,
                json!({"item_code": code, "item_name": code, "item_group": "Products", "stock_uom": uom,
                    "is_stock_item": 1, flag: 1, "uoms": [{"uom": uom, "conversion_factor": 1.0}],
                    "end_of_life": "2099-12-31"}),
            );
        }
        erp.seed("Batch", "LOT-7", json!({"batch_id": "LOT-7", "item": "SILK"}));
        let order = |bom: &str, operations: Value| {
            erp.make(
                "Work Order",
                json!({"docstatus": 1, "production_item": "SHIRT", "bom_no": bom, "qty": 1, "company": "Tailor Works",
                    "wip_warehouse": "Work In Progress - TW", "fg_warehouse": "Bandung - TW",
                    "source_warehouse": "Bandung - TW", "planned_start_date": "2026-11-20 08:00:00",
                    "operations": operations}),
            )
        };
        let sew =
            json!([{"operation": "Sew", "workstation": "Sewing Table", "time_in_mins": 60, "bom": "BOM-SHIRT-002"}]);
        let orders = [order("BOM-SHIRT-002", sew), order("BOM-SHIRT-001", json!([]))];
        Self { erp, office: Arc::new(Office::new(Names::default())), orders }
    }

    /// As it is once our own fields are set up.
    pub fn with_fields() -> Self {
        let books = Self::new();
        for (doctype, fields) in outpost_erpnext::setup::fields() {
            // The stand-in begins with that one.
            for field in fields.iter().filter(|field| field.name != "outpost_id") {
                books.erp.make("Custom Field", field.body(doctype));
            }
        }
        books
    }

    pub fn masters(&self) -> Arc<Masters> {
        self.office.masters(&site("bandung"))
    }

    pub fn client(&self) -> Client {
        let user = self.erp.connector();
        Client::new(&self.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap()
    }

    pub fn admin(&self) -> Client {
        let user = self.erp.admin();
        Client::new(&self.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap()
    }

    pub fn map(of: &str) -> SiteMap {
        let name = format!("{}{}", of[..1].to_uppercase(), &of[1..]);
        SiteMap {
            cost_center: Some(format!("{name} - TW")),
            pos_profile: Some(name),
            time_zone: Some(ZONE.into()),
            ..SiteMap::default()
        }
    }

    pub fn sink(&self, of: &str) -> Erpnext {
        self.sink_with(of, Self::map(of))
    }

    pub fn sink_with(&self, of: &str, map: SiteMap) -> Erpnext {
        Erpnext::new(self.client(), site(of), map, TimeZone::get(ZONE).unwrap(), self.office.clone()).on(day_of(TODAY))
    }

    /// Of a stand-in that another process has.
    pub fn sink_at(url: &str, of: &str, office: Arc<Office>) -> Erpnext {
        let key = Key { key: "connector-key".into(), secret: "connector-secret".into() };
        let client = Client::new(url, &key, None).unwrap();
        Erpnext::new(client, site(of), Self::map(of), TimeZone::get(ZONE).unwrap(), office)
    }
}

/// A box: it gives ids, numbers and moments, and works out what a document comes to.
pub struct Workshop {
    pub site: &'static str,
    pub office: Arc<Office>,
    first: u128,
    /// How many it has made; what it makes next is later by as many.
    pub made: u32,
}

impl Workshop {
    pub fn new(site: &'static str, office: &Arc<Office>, first: u128) -> Self {
        Self { site, office: office.clone(), first, made: 0 }
    }

    /// One whose office keeps no document in memory.
    pub fn unknown(site: &'static str, first: u128) -> Self {
        let office = Office { made: None, ..Office::new(Names::default()) };
        Self::new(site, &Arc::new(office), first)
    }

    /// The id that the next document gets.
    pub fn next_id(&self) -> IntentId {
        id(self.office.names.first() + self.first + u128::from(self.made) + 1)
    }

    /// As a tablet sends it, and the box books it.
    pub fn make(&mut self, slug: &str, fields: Value) -> Submitted {
        self.make_with(slug, fields, |_| {})
    }

    pub fn make_with(&mut self, slug: &str, fields: Value, more: impl FnOnce(&mut Booked)) -> Submitted {
        let mut fields = self.office.names.all(fields);
        let device: DeviceId = "till-1".parse().unwrap();
        fields["id"] = json!(self.next_id().to_string());
        fields["user"] = json!("wati");
        self.made += 1;
        let sent = Sent { session: 0, packet: 1, dup: false };
        let read = intake::read(&device, &format!("tx/till-1/{slug}"), fields.to_string().as_bytes(), sent);
        let Entry::Submitted(mut submitted) = read.unwrap_or_else(|reason| panic!("{reason}: {fields}")) else {
            panic!("{fields}")
        };
        let mut booked = self.booked(&submitted.document);
        more(&mut booked);
        submitted.booked = Some(booked);
        self.office.know(&submitted);
        submitted
    }

    /// A tap on cancel.
    pub fn cancel(&mut self, of: &Submitted) -> Cancelled {
        let id = self.next_id();
        self.made += 1;
        let device = "till-1".parse().unwrap();
        Cancelled { id, device, user: None, document: of.id, reason: text("a slip"), approved_by: None }
    }

    fn booked(&self, document: &Document) -> Booked {
        let masters = self.office.masters(&site(self.site));
        let seconds = 8 * 3600 + i64::from(self.made) * 20 + i64::from(self.site == "garut") * 10;
        let time = Time::midnight().wrapping_add(jiff::SignedDuration::from_secs(seconds));
        let mut booked = Booked {
            no: Some(serde_json::from_value(json!(["A", self.made])).unwrap()),
            prefix: Text::try_from(masters.number_prefix(&site(self.site))).ok(),
            day: Some(self.office.names.day()),
            time: Some(time),
            ..Booked::default()
        };
        if let Some(priced) = document.rules().priced() {
            let settings = masters.settings(&site(self.site)).unwrap();
            let rounding = Rounding {
                precision: settings.currency_precision,
                smallest: settings.smallest_currency_fraction_value,
            };
            let item_rates = Vec::new();
            let sheet =
                Sheet { lines: priced.lines, taxes: priced.taxes, item_rates, discount: priced.discount, rounding };
            let totals = sheet.totals().unwrap();
            booked.total = Some(totals.payable);
            booked.net = Some(totals.net_total);
            let factor = |code: &Text| match masters.item(code.as_str()) {
                Some(item) if !item.is_stock_item => Decimal::ZERO,
                _ => 1.into(),
            };
            let factors: Vec<_> = document.rules().item_rows().iter().map(|row| factor(row.item_code)).collect();
            if factors.iter().any(|factor| *factor != 1.into()) {
                booked.factors = factors;
            }
        }
        booked
    }
}

/// Where and when, as the office says it.
pub fn place(of: &str, again: bool) -> Place {
    place_on(of, day_of(DAY), again)
}

pub fn place_on(of: &str, day: Date, again: bool) -> Place {
    Place { site: site(of), day, time: Time::midnight(), again }
}

pub fn day_of(day: &str) -> Date {
    day.parse().unwrap()
}

/// Posts it, and reads it back where it was only made.
pub fn post(sink: &mut dyn Sink, submitted: &Submitted, at: &Place) -> Verdict {
    match sink.post(submitted, at) {
        Verdict::Made => sink.confirm(&[submitted.id]).remove(0),
        verdict => verdict,
    }
}

/// Posts it, and it is done; its name.
#[track_caller]
pub fn done(sink: &mut dyn Sink, of: &str, submitted: &Submitted) -> String {
    match post(sink, submitted, &place(of, false)) {
        Verdict::Done(Posted { name, day: None, .. }) => name.to_string(),
        other => panic!("{} {}: {other:?}\n{:?}", submitted.document.kind().name(), submitted.id, submitted.document),
    }
}
