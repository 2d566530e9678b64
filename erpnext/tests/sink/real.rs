//! The same at an ERPNext that two environment variables name, in a company of the suite's own: setup and check, the contract with a tailor's
//! day, its ledgers, connections that are gone, and what is read back by lists.
//!
//!     OUTPOST_ERPNEXT_URL=https://copy.example OUTPOST_ERPNEXT_KEY=KEY:SECRET [OUTPOST_ERPNEXT_CA=ca.pem] \
//!         cargo test -p outpost-erpnext --test sink real -- --nocapture
//!
//! In: the address, and an administrator's key. Out: what ERPNext books otherwise than it was told, document by document and field by field.
//! Absent: cleaning up; so it is for a copy of the books. Without the variables the stand-in is asked the same way, over its address alone.

use crate::common::day::{Act, day};
use crate::common::{Office, Workshop, place_on, site};
use crate::contract::{Troubles, Under, contract, odd, patient};
use crate::ground::Ground;
use crate::ledgers;
use erpnext_stand_in::{Alteration, Options, StandIn, Start};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Place, Sink, Verdict};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::sink::Erpnext;
use serde_json::json;
use std::sync::Arc;

/// Sales that are read back together: more than a sale's doctype has tables.
const TOGETHER: usize = 15;

/// Where it is.
struct At<'a> {
    url: &'a str,
    ca_pem: Option<&'a str>,
}

impl At<'_> {
    fn client(&self, key: &Key) -> Client {
        Client::new(self.url, key, self.ca_pem).unwrap()
    }
}

/// Runs all of it; what is otherwise than it has to be.
fn suite(erp: &At<'_>, admin: &Key) -> Vec<String> {
    let mut troubles = Troubles::default();
    let ground = Ground::lay(erp.client(admin));
    let own = ground.own();
    println!("company {}, day {}, names with {:?}", own.company, own.day, own.mark);
    ground.look(erp.url, &erp.client(&ground.connector), &mut troubles);
    let sink = |of: &str| {
        let map = ground.map(of);
        Erpnext::new(erp.client(&ground.connector), site(of), map, ground.zone.clone(), ground.office.clone())
    };
    let connect = |of: &str| -> Box<dyn Sink> { Box::new(sink(of).by_lists()) };
    let place = |of: &str, again: bool| place_on(of, own.day, again);
    let size = || ground.size();
    let enter = |_: &Submitted| Some(ground.enters_sale());
    // Nobody has a real one show a document otherwise than it was told.
    let under = Under { connect: &connect, place: &place, size: &size, enter: &enter, misread: None };
    let odd = odd(&ground.office);
    let mut acts = day(&ground.office, &ground.orders).0;
    let before = troubles.told.len();
    contract(&under, &acts, &odd, &mut troubles);
    acts.push(Act::Post("bandung", "entered by hand", odd.entered));
    if troubles.told.len() == before {
        ledgers::compare(&ground, &acts, &mut troubles);
    } else {
        println!("the ledgers are not looked at, for not all was booked as it was told");
    }
    lost(&under, &ground.office, &mut troubles);
    together(sink("bandung"), &ground.office, &place("bandung", false), &mut troubles);
    troubles.end()
}

fn sale(shop: &mut Workshop) -> Submitted {
    let row = json!({"item_code": "SEWING", "qty": "1", "rate": "1000"});
    let sale = json!({"customer": "Bu Sari", "items": [row, row],
        "payments": [{"mode_of_payment": "Cash", "amount": "2000"}]});
    shop.make("sales-invoice", sale)
}

/// The connection that made it is gone before it was read back, as after a power cut: it is there once, and found.
fn lost(books: &Under<'_>, office: &Arc<Office>, troubles: &mut Troubles) {
    let mut shop = Workshop::new("bandung", office, 5_000);
    let expense = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000"},
        {"account": "Cash - TW", "credit_in_account_currency": "20000"}]});
    let receipt = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW",
        "items": [{"item_code": "BUTTON", "qty": "5", "basic_rate": "500"}]});
    let all = [sale(&mut shop), shop.make("journal-entry", expense), shop.make("stock-entry", receipt)];
    for made in all {
        let post = |again: bool| (books.connect)("bandung").post(&made, &(books.place)("bandung", again));
        let first = post(false);
        let (found, again) = (patient(troubles, |_| post(true)), patient(troubles, |_| post(true)));
        let is_there_once = matches!(found, Verdict::Done(_)) && again == found;
        let called = made.document.kind().name();
        troubles.unless(is_there_once, || format!("lost, {called}: {first:?}, {found:?}, then {again:?}"));
    }
}

/// Many are made, and read back together: by lists, and none of them alone.
fn together(mut sink: Erpnext, office: &Arc<Office>, at: &Place, troubles: &mut Troubles) {
    let mut shop = Workshop::new("bandung", office, 6_000);
    let all: Vec<_> = (0..TOGETHER).map(|_| sale(&mut shop)).collect();
    let made: Vec<_> = all.iter().map(|sale| sink.post(sale, at)).collect();
    let ids: Vec<_> = all.iter().map(|sale| sale.id).collect();
    let read = sink.confirm(&ids);
    for (made, read) in made.iter().zip(&read) {
        let is_read = *made == Verdict::Made && matches!(read, Verdict::Done(_));
        troubles.unless(is_read, || format!("read back together: {made:?}, then {read:?}"));
    }
    let listed = sink.read_by_lists();
    troubles.unless(listed == TOGETHER, || format!("of {TOGETHER} sales lists have shown {listed} as they are"));
}

#[test]
fn a_real_erpnext_does_what_the_stand_in_does() {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (url, key) = match (said("OUTPOST_ERPNEXT_URL"), said("OUTPOST_ERPNEXT_KEY")) {
        (Some(url), Some(key)) => (url, key),
        (None, None) => {
            println!("OUTPOST_ERPNEXT_URL and OUTPOST_ERPNEXT_KEY are not set: no real ERPNext was asked");
            return;
        }
        _ => panic!("of OUTPOST_ERPNEXT_URL and OUTPOST_ERPNEXT_KEY one is not set: set both, or none"),
    };
    let (key, secret) = key.split_once(':').expect("OUTPOST_ERPNEXT_KEY is KEY:SECRET");
    let read = |path: String| std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let ca_pem = said("OUTPOST_ERPNEXT_CA").map(read);
    let erp = At { url: &url, ca_pem: ca_pem.as_deref() };
    let troubles = suite(&erp, &Key { key: key.into(), secret: secret.into() });
    assert!(troubles.is_empty(), "otherwise than it has to be:\n{}", troubles.join("\n"));
}

/// What the suite tells of a stand-in that has been got ready so.
fn told(erp: &StandIn) -> Vec<String> {
    let admin = erp.admin();
    suite(&At { url: &erp.url(), ca_pem: None }, &Key { key: admin.key, secret: admin.secret })
}

fn bare() -> StandIn {
    StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap()
}

#[test]
fn the_stand_in_passes_the_suite_of_a_real_one() {
    let erp = bare();
    assert_eq!(told(&erp), Vec::<String>::new());
    // Nothing of it is another company's.
    let of = |doctype: &str| erp.documents(doctype).iter().all(|doc| doc["company"] != "Tailor Works");
    assert!(["GL Entry", "Sales Invoice", "Stock Entry", "Payment Entry"].iter().all(|doctype| of(doctype)));
    assert!(erp.submitted().values().all(|docs| docs.len() == 1));
}

/// A stand-in that shows one field of a doctype otherwise than it has it.
fn altered(doctype: &str, pointer: &str, value: serde_json::Value) -> StandIn {
    let erp = bare();
    erp.alter(Alteration { doctype: doctype.into(), pointer: pointer.into(), value: Some(value) });
    erp
}

#[test]
fn what_a_real_one_books_otherwise_is_told_with_its_document_its_field_and_both_values() {
    let troubles = told(&altered("Journal Entry", "/user_remark", json!("Note: needles")));
    let told = troubles.iter().find(|told| told.starts_with("expense, Journal Entry")).expect("it is told");
    assert!(told.contains("user_remark is Note: needles in ERPNext, and not needles"), "{told}");
}

#[test]
fn ledgers_that_have_something_else_than_the_documents_say_are_told() {
    for (doctype, field, of) in [("Bin", "/actual_qty", "BUTTON in Bandung"), ("GL Entry", "/credit", "Cash - ")] {
        let troubles = told(&altered(doctype, field, json!(1.0)));
        assert!(troubles.iter().any(|told| told.contains(of) && told.contains("the ledger has")), "{troubles:#?}");
    }
}

#[test]
fn lists_that_show_nothing_are_told() {
    let erp = bare();
    // Of a table of which no workshop makes a row; it is looked at, and the database does not have it, so ERPNext refuses the list.
    erp.add_custom_field("Sales Invoice Timesheet", "on_hold", "On Hold", "Check", false);
    erp.lose_column("Sales Invoice Timesheet", "on_hold");
    assert_eq!(told(&erp), ["of 15 sales lists have shown 0 as they are"]);
}
