//! The handle of a running stand-in: what a test sets up, breaks, and asks afterwards.
//!
//! In: wishes. Out: documents, sums, counts; all of it past the door, with no HTTP. Absent: what a client can ask over HTTP.

use crate::alter;
use crate::clock::Clock;
use crate::db::Db;
use crate::doc::{Doc, int, num, owned, text};
use crate::erp::{Alteration, COMPANY, Erp, Ignored, User};
use crate::faults::Faults;
use crate::schema::Schema;
use crate::scripts::Runner;
use crate::server::{Ask, Reach, Shared, open};
use crate::tally::Tally;
use crate::world::POSTED;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedSender;

/// What there is before the first request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// As the setup leaves a site: a company, accounts, warehouses; no customer, no item, no `outpost_id`.
    Bare,
    /// The world of the facts: masters, `outpost_id` on every doctype that is posted, October 2026 closed.
    #[default]
    Facts,
}

/// How a stand-in is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// What there is.
    pub start: Start,
    /// The site's clock at the start, in its zone: `2026-11-23 16:15:00`. The present moment where absent.
    pub now: Option<String>,
    /// The site's zone.
    pub zone: String,
    /// How long every answer takes.
    pub delay: Duration,
    /// Of names of rows.
    pub seed: u64,
    /// Version 1 honours `name`, as between two versions of Frappe; the recorded one did.
    pub v1_names: bool,
    /// ERPNext's version, as it tells it; Frappe without ERPNext where empty.
    pub version: String,
}

impl Default for Options {
    fn default() -> Self {
        let zone = "Asia/Jakarta".to_owned();
        let version = "15.71.1".to_owned();
        Self { start: Start::default(), now: None, zone, delay: Duration::ZERO, seed: 1, v1_names: true, version }
    }
}

/// A backup.
pub struct Snapshot {
    db: Db,
    schema: Schema,
}

/// A running stand-in. It stops when it is dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
    asks: UnboundedSender<Ask>,
    runtime: Option<Runtime>,
}

impl StandIn {
    /// Starts one on a port that the system picks.
    ///
    /// # Errors
    /// Where there is no port, or no thread.
    pub fn start(options: Options) -> io::Result<Self> {
        let mut erp = Erp::bare(Clock::new(&options.zone, options.now.as_deref()), options.seed);
        erp.v1_names = options.v1_names;
        erp.version = options.version;
        if options.start == Start::Facts {
            erp.facts();
        }
        let shared = Arc::new(Shared::new(erp, options.delay));
        let runtime =
            Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("erpnext-stand-in").build()?;
        let (asks, asked) = tokio::sync::mpsc::unbounded_channel();
        let address = runtime.block_on(async { open(shared.clone(), asked) })?;
        Ok(Self { shared, address, asks, runtime: Some(runtime) })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A user by the part of his name before `@`: `connector`, `admin-api`, `owner`, `reader`, or one that was added.
    pub fn user(&self, name: &str) -> User {
        let erp = self.shared.erp();
        let found = erp.users.iter().find(|u| u.name == name || u.name.split('@').next() == Some(name));
        found.cloned().unwrap_or_else(|| panic!("there is no user {name}"))
    }

    /// The user that documents are posted as.
    pub fn connector(&self) -> User {
        self.user("connector")
    }

    /// A System Manager.
    pub fn admin(&self) -> User {
        self.user("admin-api")
    }

    /// Adds a user with roles.
    pub fn add_user(&self, name: &str, roles: &[&str]) -> User {
        let roles = roles.iter().copied().chain(["All", "Desk User"]).map(str::to_owned).collect();
        let short = name.split('@').next().unwrap_or(name);
        let user = User { name: name.into(), key: format!("{short}-key"), secret: format!("{short}-secret"), roles };
        let mut erp = self.shared.erp();
        erp.users.push(user.clone());
        erp.seed_user(&user);
        user
    }

    /// Adds a master as it is, without rules: `seed("Project", "PROJ-0002", json!({…}))`.
    pub fn seed(&self, doctype: &str, name: &str, doc: Value) {
        self.shared.erp().seed(doctype, name, doc);
    }

    /// Makes a document by all the rules, as the System Manager; its name.
    ///
    /// # Panics
    /// Where ERPNext would refuse it.
    pub fn make(&self, doctype: &str, doc: Value) -> String {
        let admin = self.admin();
        let Value::Object(doc) = doc else { panic!("a document is an object") };
        let mut erp = self.shared.erp();
        erp.db.begin();
        let made = erp.insert(&admin, doctype, &doc, true);
        match made {
            Ok(doc) => owned(&doc, "name"),
            Err(error) => {
                erp.db.rollback();
                panic!("{doctype}: {} {}", error.exc_type, error.message)
            }
        }
    }

    /// Adds an item.
    pub fn add_item(&self, code: &str, group: &str, uom: &str, is_stock_item: bool) {
        self.shared.erp().seed_item(code, group, uom, is_stock_item);
    }

    /// Adds a customer; its name.
    pub fn add_customer(&self, name: &str) -> String {
        self.make("Customer", json!({ "customer_name": name }))
    }

    /// Adds a supplier; its name.
    pub fn add_supplier(&self, name: &str) -> String {
        self.make("Supplier", json!({ "supplier_name": name }))
    }

    /// Adds a warehouse; its name, `Bandung - TW`.
    pub fn add_warehouse(&self, name: &str) -> String {
        self.make("Warehouse", json!({ "warehouse_name": name, "company": COMPANY }))
    }

    /// Adds a site: a warehouse, a transit warehouse (`… Transit`), a cost center and a POS profile of its name.
    pub fn add_site(&self, name: &str, modes_of_payment: &[&str]) -> String {
        let warehouse = self.add_warehouse(name);
        self.make(
            "Warehouse",
            json!({ "warehouse_name": format!("{name} Transit"), "company": COMPANY, "warehouse_type": "Transit" }),
        );
        self.seed("Cost Center", &format!("{name} - TW"), json!({ "cost_center_name": name, "company": COMPANY }));
        self.shared.erp().seed_profile(name, &warehouse, modes_of_payment);
        warehouse
    }

    /// Adds a mode of payment that goes into an account, or changes where it goes.
    pub fn add_mode_of_payment(&self, mode: &str, account: &str) {
        self.shared.erp().pays_into(mode, account);
    }

    /// Adds a tax account; its name, `PPN - TW`.
    pub fn add_tax_account(&self, name: &str, rate: f64) -> String {
        self.shared.erp().seed_item_tax(name, rate);
        format!("{name} - TW")
    }

    /// Puts stock into a warehouse by a Stock Entry; its name.
    pub fn add_stock(&self, item: &str, warehouse: &str, qty: f64, rate: f64) -> String {
        let row = json!({ "item_code": item, "qty": qty, "basic_rate": rate });
        let entry = json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": warehouse, "items": [row] });
        self.make("Stock Entry", entry)
    }

    /// Puts stock there as of a moment in the past.
    pub fn add_stock_at(&self, item: &str, warehouse: &str, qty: f64, rate: f64, day: &str) -> String {
        let row = json!({ "item_code": item, "qty": qty, "basic_rate": rate });
        self.make(
            "Stock Entry",
            json!({
                "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": warehouse, "items": [row],
                "set_posting_time": 1, "posting_date": day, "posting_time": "00:00:00",
            }),
        )
    }

    /// Somebody updates it: it tells another version of ERPNext from now on.
    pub fn update_to(&self, version: &str) {
        self.shared.erp().version = version.to_owned();
    }

    /// Opens a period again.
    pub fn open_period(&self, name: &str) {
        let mut erp = self.shared.erp();
        erp.db.remove("Accounting Period", &format!("{name} - TW"));
        erp.db.begin();
    }

    /// Adds a Custom Field to a doctype.
    pub fn add_custom_field(&self, doctype: &str, fieldname: &str, label: &str, fieldtype: &str, unique: bool) {
        self.shared.erp().seed_field(doctype, fieldname, label, fieldtype, unique);
    }

    /// Adds `outpost_id` to every doctype that is posted, where [`Start::Bare`] has it not.
    pub fn add_outpost_id(&self) {
        for doctype in POSTED {
            self.add_custom_field(doctype, "outpost_id", "Outpost ID", "Data", true);
        }
    }

    /// `outpost_id` is unique no more: what is told twice is there twice.
    pub fn let_ids_repeat(&self) {
        let mut erp = self.shared.erp();
        POSTED.iter().for_each(|doctype| erp.let_repeat(doctype, "outpost_id"));
    }

    /// A Custom Field is there without its column, as when the database did not let the table be altered.
    pub fn lose_column(&self, doctype: &str, fieldname: &str) {
        self.shared.erp().set_column(doctype, fieldname, false);
    }

    /// Whether answers have the exception in them (System Settings, Allow Error Traceback).
    pub fn set_tracebacks(&self, on: bool) {
        self.shared.erp().tracebacks = on;
    }

    /// Switches Server Scripts on or off.
    pub fn set_server_scripts(&self, on: bool) {
        self.shared.erp().scripts_on = on;
    }

    /// From now on, Server Scripts are run.
    pub fn run_scripts_with(&self, runner: Runner) {
        self.shared.erp().runner = Some(runner);
    }

    /// Puts the site's clock on.
    pub fn put_clock_on(&self, by: Duration) {
        self.shared.erp().clock.ahead += by;
    }

    /// From now on, this goes wrong.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.set_faults(faults);
    }

    /// From now on, every answer takes this long.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.set_delay(delay);
    }

    /// From now on, whoever asks the same once more is answered as before, and nothing is done for it.
    pub fn keep_answers(&self) {
        self.shared.kept().start();
    }

    /// Takes it down or brings it back; when this returns, it is so.
    pub fn set_reach(&self, reach: Reach) {
        let (done, is_done) = std::sync::mpsc::channel();
        if self.asks.send((reach, done)).is_ok() {
            let _ = is_done.recv();
        }
    }

    /// A backup of everything that is stored.
    pub fn snapshot(&self) -> Snapshot {
        let erp = self.shared.erp();
        Snapshot { db: erp.db.clone(), schema: erp.schema.clone() }
    }

    /// Goes back to a backup; the clock goes on.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut erp = self.shared.erp();
        erp.db = snapshot.db.clone();
        erp.schema = snapshot.schema.clone();
    }

    /// Deletes a document past all rules, as books do that are restored from a backup of before it.
    pub fn lose(&self, doctype: &str, name: &str) {
        let mut erp = self.shared.erp();
        erp.db.remove(doctype, name);
        erp.db.begin();
    }

    /// Changes a field of one stored document past all rules, as somebody does in the database.
    pub fn set(&self, doctype: &str, name: &str, field: &str, value: Value) {
        let mut erp = self.shared.erp();
        erp.db.change(doctype, name, |doc| drop(doc.insert(field.to_owned(), value)));
        erp.db.begin();
    }

    /// From now on, one field of a doctype's documents reads otherwise than it was booked, in the answer to the POST and later.
    pub fn alter(&self, alteration: Alteration) {
        self.shared.erp().alterations.push(alteration);
    }

    /// Every field reads as it was booked again.
    pub fn alter_nothing(&self) {
        self.shared.erp().alterations.clear();
    }

    /// JSON pointers to every field of a stored document that [`StandIn::alter`] may be tried on.
    pub fn alterable(&self, doctype: &str, name: &str) -> Vec<String> {
        self.document(doctype, name).map(|doc| alter::pointers(&doc)).unwrap_or_default()
    }

    /// What was asked so far.
    pub fn tally(&self) -> Tally {
        self.shared.tally().clone()
    }

    /// Starts counting again.
    pub fn reset_tally(&self) {
        *self.shared.tally() = Tally::default();
    }

    /// Fields that were sent and that no definition has.
    pub fn ignored(&self) -> Vec<Ignored> {
        self.shared.erp().ignored.clone()
    }

    /// A document as it is stored.
    pub fn document(&self, doctype: &str, name: &str) -> Option<Doc> {
        let erp = self.shared.erp();
        let found = erp.db.get(doctype, name);
        found.map(|doc| {
            let mut doc = Doc::clone(&doc);
            erp.whole(doctype, &mut doc);
            doc
        })
    }

    /// All documents of a doctype, in the order in which they came.
    pub fn documents(&self, doctype: &str) -> Vec<Doc> {
        let erp = self.shared.erp();
        let whole = |doc: &Arc<Doc>| {
            let mut doc = Doc::clone(doc);
            erp.whole(doctype, &mut doc);
            doc
        };
        erp.db.rows(doctype).map(whole).collect()
    }

    /// The submitted documents by `outpost_id`: doctype and name of each. Exactly once means that every list is of one.
    pub fn submitted(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let erp = self.shared.erp();
        let mut out: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for doctype in POSTED {
            let submittable = erp.schema.get(doctype).is_some_and(|def| def.submittable);
            for doc in erp.db.rows(doctype).filter(|d| !text(d, "outpost_id").is_empty()) {
                if !submittable || int(doc, "docstatus") == 1 {
                    out.entry(owned(doc, "outpost_id")).or_default().push((doctype.to_owned(), owned(doc, "name")));
                }
            }
        }
        out
    }

    /// What is on each account: debit less credit, of what is not cancelled.
    pub fn balances(&self) -> BTreeMap<String, f64> {
        let erp = self.shared.erp();
        let mut out: BTreeMap<String, f64> = BTreeMap::new();
        for entry in erp.db.rows("GL Entry").filter(|e| int(e, "is_cancelled") == 0) {
            *out.entry(owned(entry, "account")).or_default() += num(entry, "debit") - num(entry, "credit");
        }
        out.values_mut().for_each(|v| *v = crate::doc::money(*v));
        out
    }

    /// How much of an item is in a warehouse.
    pub fn stock(&self, item: &str, warehouse: &str) -> f64 {
        self.shared.erp().db.moves(item, warehouse).last().map_or(0.0, |m| m.balance)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
