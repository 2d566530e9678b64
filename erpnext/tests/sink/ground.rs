//! A company of the suite's own, and all that a tailor's day needs in it, made over REST with an administrator's key.
//!
//! In: a client of an administrator. Out: names that nobody else has, the connector's key, the office. What is the whole system's is only
//! added to: custom fields and a user by `setup`, and masters with a mark in front. Absent: taking it away again.

use crate::common::Office;
use crate::common::names::{Names, Own};
use crate::contract::{Troubles, entered_by_hand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use outpost_core::domain::document::Text;
use outpost_core::domain::id::SiteId;
use outpost_erpnext::client::{Client, Failure, Key, Query};
use outpost_erpnext::map::{Settings, SiteMap};
use outpost_erpnext::setup::{Level, Wishes, check, check_settings, plan};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tries of a question, and what is between them.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);
/// What is made or looked at with the administrator's key. A System Manager alone may do less.
const ADMINISTERED: [&str; 14] = [
    "Account",
    "BOM",
    "Batch",
    "Company",
    "Cost Center",
    "Customer",
    "Employee",
    "GL Entry",
    "Item",
    "Mode of Payment",
    "POS Profile",
    "Stock Ledger Entry",
    "Warehouse",
    "Work Order",
];

pub struct Ground {
    admin: Client,
    pub office: Arc<Office>,
    pub orders: [String; 2],
    pub connector: Key,
    pub zone: TimeZone,
}

/// Makes it; its name.
#[track_caller]
fn made(admin: &Client, doctype: &str, doc: Value) -> String {
    let name = admin.make(doctype, &doc).unwrap_or_else(|failure| panic!("{doctype} {doc}: {failure}"));
    name.unwrap_or_else(|| panic!("{doctype} {doc}: it has no name"))
}

/// Makes it where the company has not come with one.
fn there(admin: &Client, doctype: &str, name: &str, doc: Value) {
    match admin.get(doctype, name) {
        Err(Failure::Refused { status: 404, .. }) => drop(made(admin, doctype, doc)),
        other => drop(other.unwrap_or_else(|failure| panic!("{doctype} {name}: {failure}"))),
    }
}

/// Five letters and digits, which is the most that a company's abbreviation may have: the same again in two years.
fn letters(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut letters = String::new();
    for _ in 0..5 {
        letters.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
    }
    letters
}

/// The connector's.
fn email(own: &Own) -> String {
    format!("{}@example.com", own.mark.to_lowercase())
}

impl Ground {
    pub fn lay(client: Client) -> Self {
        let admin = &client;
        for doctype in ADMINISTERED {
            let seen = admin.list(doctype, &Query { page: 1, ..Query::default() });
            let remedy = "name the key of Administrator, or of a user with all roles";
            seen.unwrap_or_else(|failure| {
                panic!("nothing was made: the key may not read {doctype}: {remedy}: {failure}")
            });
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mark = format!("OP{seconds:X}");
        let abbr = letters(seconds);
        let company = json!({"company_name": format!("Outpost {mark}"), "abbr": abbr, "default_currency": "IDR",
            "country": "Indonesia", "create_chart_of_accounts_based_on": "Standard Template", "chart_of_accounts": "Standard"});
        let company = made(admin, "Company", company);
        let creation =
            admin.get("Company", &company).unwrap()["creation"].as_str().unwrap_or_default()[..10].to_owned();
        let own = Own {
            abbr,
            day: creation.parse::<Date>().unwrap().yesterday().unwrap(),
            given: BTreeMap::from([("8991234567890".to_owned(), format!("899{seconds}"))]),
            first: u128::from(seconds) << 20,
            company,
            mark,
        };
        let mut names = Names(Some(own));
        accounts(admin, &names);
        places(admin, &names);
        masters(admin, &names);
        let given = work(admin, &names);
        names.0.as_mut().unwrap().given.extend(given);
        let orders = orders(admin, &names);
        let wishes = Wishes { email: email(names.0.as_ref().unwrap()), ..Wishes::default() };
        let setup = plan(admin, &wishes).unwrap();
        let mut made = None;
        let mut keep = |key| {
            made = Some(key);
            Ok(())
        };
        setup.carry_out(admin, &mut |step| println!("setup: {step}"), &mut keep).unwrap();
        let zone = admin.call("frappe.client.get_time_zone", &json!({})).unwrap();
        let zone = zone["time_zone"].as_str().or(zone.as_str()).unwrap_or_default().to_owned();
        let zone = TimeZone::get(&zone).unwrap();
        Self { office: Arc::new(Office::new(names)), orders, connector: made.unwrap(), zone, admin: client }
    }

    pub fn own(&self) -> &Own {
        self.office.names.0.as_ref().unwrap()
    }

    pub fn map(&self, of: &str) -> SiteMap {
        let name = format!("{}{}", of[..1].to_uppercase(), &of[1..]);
        let own = self.own();
        SiteMap {
            company: Some(own.company.clone()),
            // The other site goes by its company's.
            cost_center: (of == "bandung").then(|| format!("{name} - {}", own.abbr)),
            pos_profile: Some(format!("{} {name}", own.mark)),
            time_zone: Some(crate::common::ZONE.into()),
            ..SiteMap::default()
        }
    }

    /// What setup would do once more, and what `check` says is wrong.
    pub fn look(&self, url: &str, connector: &Client, troubles: &mut Troubles) {
        let email = email(self.own());
        let wishes = Wishes {
            known_user: Some(email.clone()),
            known_key: Some(self.connector.key.clone()),
            email,
            ..Wishes::default()
        };
        let again = self.ask(|admin| plan(admin, &wishes));
        troubles.unless(again.is_empty(), || format!("setup, once more: {again}"));
        let map = |of: &str| (of.parse::<SiteId>().unwrap(), self.map(of));
        let sites = ["bandung", "garut"].map(map).into();
        let settings = Settings { url: url.into(), ca_file: None, master_data: None, guard: None, sites };
        let masters = self.office.all();
        let found =
            check(connector, &settings, &masters).into_iter().chain(check_settings(&self.admin, &settings, &masters));
        let found: Vec<_> = found.collect();
        troubles
            .unless(found.iter().any(|finding| finding.level == Level::Ok), || "check has looked at nothing".into());
        for finding in found.into_iter().filter(|finding| finding.level == Level::Error) {
            troubles.tell(format!("check: {finding}"));
        }
    }

    /// An administrator's question, and once more where it has no answer.
    #[track_caller]
    pub fn ask<A>(&self, question: impl Fn(&Client) -> Result<A, Failure>) -> A {
        for _ in 1..TRIES {
            match question(&self.admin) {
                Err(Failure::Again(why)) => println!("once more, for {why}"),
                answer => return answer.unwrap(),
            }
            std::thread::sleep(PAUSE);
        }
        question(&self.admin).unwrap()
    }

    /// An accountant enters a sale; its name.
    pub fn enters_sale(&self) -> Text {
        let body = entered_by_hand(&self.office.names, &self.own().company);
        let made = self.ask(|admin| admin.insert("Sales Invoice", &body));
        crate::common::text(made["name"].as_str().unwrap())
    }

    /// How much there is in the company's books, and of masters with its mark.
    pub fn size(&self) -> usize {
        let count = |doctype: &str, filters: Value| {
            let asked = json!({ "doctype": doctype, "filters": filters });
            self.ask(|admin| admin.call("frappe.client.get_count", &asked)).as_u64().unwrap() as usize
        };
        let own = self.own();
        let ours = ["GL Entry", "Stock Ledger Entry", "Timesheet", "Sales Order", "Job Card"];
        let marked = ["Customer", "Supplier", "Item"];
        let of_company = ours.map(|doctype| count(doctype, json!([["company", "=", own.company]])));
        let with_mark = marked.map(|doctype| count(doctype, json!([["name", "like", format!("{}%", own.mark)]])));
        of_company.iter().chain(&with_mark).sum()
    }
}

/// Accounts that a chart may lack, and modes of payment that go into them.
fn accounts(admin: &Client, names: &Names) {
    let own = names.0.as_ref().unwrap();
    for (name, parent, kind, rate) in
        [("Bank Account", "Bank Accounts", "Bank", 0), ("PPN Keluaran", "Duties and Taxes", "Tax", 11)]
    {
        let doc = json!({"account_name": name, "parent_account": format!("{parent} - {}", own.abbr), "company": own.company,
            "account_type": kind, "tax_rate": rate});
        there(admin, "Account", &format!("{name} - {}", own.abbr), doc);
    }
    for (mode, kind, account) in [("Cash", "Cash", "Cash - TW"), ("Wire Transfer", "Bank", "Bank Account - TW")] {
        let accounts = json!([{"company": own.company, "default_account": names.of(account)}]);
        let doc = json!({"mode_of_payment": names.of(mode), "type": kind, "enabled": 1, "accounts": accounts});
        made(admin, "Mode of Payment", doc);
    }
    for (list, selling) in [("Standard Selling", 1), ("Standard Buying", 0)] {
        let doc = json!({"price_list_name": names.of(list), "currency": "IDR", "enabled": 1, "selling": selling,
            "buying": 1 - selling});
        made(admin, "Price List", doc);
    }
}

/// What the two sites are.
fn places(admin: &Client, names: &Names) {
    let own = names.0.as_ref().unwrap();
    for site in ["Bandung", "Garut"] {
        let kinds = [(site.to_owned(), json!(null)), (format!("{site} Transit"), json!("Transit"))];
        for (name, kind) in kinds {
            let doc = json!({"warehouse_name": name, "company": own.company, "warehouse_type": kind,
                "parent_warehouse": format!("All Warehouses - {}", own.abbr)});
            made(admin, "Warehouse", doc);
        }
        let doc = json!({"cost_center_name": site, "company": own.company, "is_group": 0,
            "parent_cost_center": format!("{} - {}", own.company, own.abbr)});
        made(admin, "Cost Center", doc);
        let profile = format!("{} {site}", own.mark);
        let modes = json!([{"mode_of_payment": names.of("Cash"), "default": 1},
            {"mode_of_payment": names.of("Wire Transfer"), "default": 0}]);
        let doc = json!({"__newname": profile, "name": profile, "company": own.company,
            "warehouse": format!("{site} - {}", own.abbr), "currency": "IDR",
            "selling_price_list": names.of("Standard Selling"), "write_off_account": names.of("Write Off - TW"),
            "write_off_cost_center": names.of("Main - TW"), "write_off_limit": 1, "payments": modes});
        made(admin, "POS Profile", doc);
    }
}

/// Whom and what the day names.
fn masters(admin: &Client, names: &Names) {
    made(admin, "Item Group", json!({"item_group_name": names.of("Raw Material")}));
    for (code, uom, stock, flag) in [
        ("CLOTH-1", "Meter", 1, "is_stock_item"),
        ("BUTTON", "Nos", 1, "is_stock_item"),
        ("SHIRT", "Nos", 1, "is_stock_item"),
        ("THREAD-RED", "Nos", 1, "is_stock_item"),
        ("SEWING", "Nos", 0, "is_sales_item"),
        ("SILK", "Meter", 1, "has_batch_no"),
        ("MACHINE", "Nos", 1, "has_serial_no"),
    ] {
        let mut doc = json!({"item_code": names.of(code), "item_group": names.of("Raw Material"), "stock_uom": uom,
            "is_stock_item": stock});
        doc[flag] = json!(1);
        made(admin, "Item", doc);
    }
    made(admin, "Batch", json!({"batch_id": names.of("LOT-7"), "item": names.of("SILK")}));
    for customer in ["Bu Sari", "Bu Sari Dua"] {
        made(admin, "Customer", json!({"customer_name": names.of(customer)}));
    }
    made(admin, "Supplier", json!({"supplier_name": names.of("Toko Kain")}));
    made(admin, "Activity Type", json!({"activity_type": names.of("Execution")}));
}

/// Who works, on what, after which bill of materials; what ERPNext has named itself.
fn work(admin: &Client, names: &Names) -> BTreeMap<String, String> {
    let company = &names.0.as_ref().unwrap().company;
    let employee = json!({"first_name": names.of("Pak Joko"), "gender": "Male", "date_of_birth": "1990-01-01",
        "date_of_joining": "2020-01-01", "company": company, "status": "Active"});
    let employee = made(admin, "Employee", employee);
    let project = json!({"project_name": names.of("Bu Ani"), "company": company, "status": "Open"});
    let project = made(admin, "Project", project);
    let place = names.of("Sewing Table");
    made(admin, "Workstation", json!({"workstation_name": place, "production_capacity": 1}));
    let sew = names.of("Sew");
    made(admin, "Operation", json!({"__newname": sew, "name": sew, "workstation": place}));
    let row = |item: &str, qty: f64, uom: &str, rate: f64| json!({"item_code": names.of(item), "qty": qty, "uom": uom, "rate": rate});
    let (cloth, button) = (row("CLOTH-1", 1.5, "Meter", 50_000.0), row("BUTTON", 7.0, "Nos", 500.0));
    let bom = |items: Value, operations: Value| {
        let with = i32::from(operations.as_array().is_some_and(|rows| !rows.is_empty()));
        let doc = json!({"docstatus": 1, "item": names.of("SHIRT"), "quantity": 1, "company": company, "currency": "IDR",
            "with_operations": with, "items": items, "operations": operations});
        made(admin, "BOM", doc)
    };
    let plain = bom(json!([cloth, button]), json!([]));
    let sewn = bom(json!([cloth]), json!([{"operation": sew, "workstation": place, "time_in_mins": 60}]));
    BTreeMap::from(
        [("HR-EMP-00001", employee), ("PROJ-0001", project), ("BOM-SHIRT-001", plain), ("BOM-SHIRT-002", sewn)]
            .map(|(name, given)| (name.to_owned(), given)),
    )
}

/// A Work Order of one shirt with the operation Sew, and one without operations.
fn orders(admin: &Client, names: &Names) -> [String; 2] {
    let own = names.0.as_ref().unwrap();
    let operation = json!([{"operation": names.of("Sew"), "workstation": names.of("Sewing Table"), "time_in_mins": 60,
        "bom": names.of("BOM-SHIRT-002")}]);
    [("BOM-SHIRT-002", operation), ("BOM-SHIRT-001", json!([]))].map(|(bom, operations)| {
        let doc = json!({"docstatus": 1, "production_item": names.of("SHIRT"), "bom_no": names.of(bom), "qty": 1,
            "company": own.company, "wip_warehouse": names.of("Work In Progress - TW"),
            "fg_warehouse": names.of("Bandung - TW"), "source_warehouse": names.of("Bandung - TW"),
            "planned_start_date": format!("{} 08:00:00", own.day), "operations": operations});
        made(admin, "Work Order", doc)
    })
}
