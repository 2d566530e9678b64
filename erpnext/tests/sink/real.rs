//! The same at an ERPNext that two environment variables name, in a company of the suite's own: setup, the contract with a tailor's day,
//! answers that are lost, and what is read back by lists.
//!
//!     OUTPOST_ERPNEXT_URL=https://copy.example OUTPOST_ERPNEXT_KEY=KEY:SECRET \
//!         cargo test -p outpost-erpnext --test sink real -- --nocapture
//!
//! In: the address, and an administrator's key. Out: what ERPNext books otherwise than it was told, document by document and field by field.
//! Absent: cleaning up; so it is for a copy of the books. Without the variables the stand-in is asked the same way, over its address alone.

use crate::common::day::day;
use crate::common::{Office, Workshop, place_on, site};
use crate::contract::{Under, contract, too_much};
use crate::ground::Ground;
use erpnext_stand_in::{Options, StandIn, Start};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Place, Sink, Verdict};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::sink::Erpnext;
use serde_json::json;
use std::sync::Arc;

/// Sales that are read back together: more than a sale's doctype has tables.
const TOGETHER: usize = 15;

fn client(url: &str, key: &Key) -> Client {
    Client::new(url, key, None).unwrap()
}

/// Runs all of it; what was not taken as it should be.
fn suite(url: &str, admin: &Key) -> Vec<String> {
    let ground = Ground::lay(client(url, admin));
    let own = ground.own();
    println!("company {}, day {}, names with {:?}", own.company, own.day, own.mark);
    let sink = |of: &str| {
        let map = ground.map(of);
        Erpnext::new(client(url, &ground.connector), site(of), map, ground.zone.clone(), ground.office.clone())
    };
    // What reads otherwise in lists is read alone as well: both are tried of each document.
    let connect = |of: &str| -> Box<dyn Sink> { Box::new(sink(of).by_lists()) };
    let place = |of: &str, again: bool| place_on(of, own.day, again);
    let size = || ground.size();
    let (too_much, never) = too_much(&ground.office);
    let under = Under { connect: &connect, place: &place, size: &size };
    let mut troubles = contract(&under, &day(&ground.office, &ground.orders).0, &too_much, &never);
    troubles.extend(lost(&ground.office, &connect, &place));
    troubles.extend(together(&ground.office, &connect, &place));
    troubles
}

fn sale(shop: &mut Workshop) -> Submitted {
    let row = json!({"item_code": "SEWING", "qty": "1", "rate": "1000"});
    let sale = json!({"customer": "Bu Sari", "items": [row, row],
        "payments": [{"mode_of_payment": "Cash", "amount": "2000"}]});
    shop.make("sales-invoice", sale)
}

type Connect<'a> = &'a dyn Fn(&str) -> Box<dyn Sink>;
type At<'a> = &'a dyn Fn(&str, bool) -> Place;

/// The answer is thrown away, as a line that breaks or a power cut does it: it is there once, and found.
fn lost(office: &Arc<Office>, connect: Connect<'_>, place: At<'_>) -> Vec<String> {
    let mut shop = Workshop::new("bandung", office, 5_000);
    let expense = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000"},
        {"account": "Cash - TW", "credit_in_account_currency": "20000"}]});
    let receipt = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW",
        "items": [{"item_code": "BUTTON", "qty": "5", "basic_rate": "500"}]});
    let all = [sale(&mut shop), shop.make("journal-entry", expense), shop.make("stock-entry", receipt)];
    let mut troubles = Vec::new();
    for made in all {
        let called = format!("lost answer, {}", made.document.kind().name());
        let first = connect("bandung").post(&made, &place("bandung", false));
        if first != Verdict::Made {
            troubles.push(format!("{called}: {first:?}"));
            continue;
        }
        let found = connect("bandung").post(&made, &place("bandung", true));
        let again = connect("bandung").post(&made, &place("bandung", true));
        if !matches!(found, Verdict::Done(_)) || again != found {
            troubles.push(format!("{called}: {found:?}, then {again:?}"));
        }
    }
    troubles
}

/// Many are made, and read back together.
fn together(office: &Arc<Office>, connect: Connect<'_>, place: At<'_>) -> Vec<String> {
    let mut shop = Workshop::new("bandung", office, 6_000);
    let mut sink = connect("bandung");
    let all: Vec<_> = (0..TOGETHER).map(|_| sale(&mut shop)).collect();
    let made: Vec<_> = all.iter().map(|sale| sink.post(sale, &place("bandung", false))).collect();
    let ids: Vec<_> = all.iter().map(|sale| sale.id).collect();
    let read = sink.confirm(&ids);
    let both = made.iter().zip(&read);
    both.filter(|(made, read)| **made != Verdict::Made || !matches!(read, Verdict::Done(_)))
        .map(|(made, read)| format!("read back together: {made:?}, then {read:?}"))
        .collect()
}

#[test]
fn a_real_erpnext_does_what_the_stand_in_does() {
    let (Ok(url), Ok(key)) = (std::env::var("OUTPOST_ERPNEXT_URL"), std::env::var("OUTPOST_ERPNEXT_KEY")) else {
        println!("OUTPOST_ERPNEXT_URL and OUTPOST_ERPNEXT_KEY are not set: no real ERPNext was asked");
        return;
    };
    let (key, secret) = key.split_once(':').expect("OUTPOST_ERPNEXT_KEY is KEY:SECRET");
    let troubles = suite(&url, &Key { key: key.into(), secret: secret.into() });
    assert!(troubles.is_empty(), "booked otherwise than told, or not at all:\n{}", troubles.join("\n"));
}

#[test]
fn the_stand_in_passes_the_suite_of_a_real_one() {
    let erp = StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap();
    let admin = erp.admin();
    let troubles = suite(&erp.url(), &Key { key: admin.key, secret: admin.secret });
    assert_eq!(troubles, Vec::<String>::new());
    // Nothing of it is another company's.
    let of = |doctype: &str| erp.documents(doctype).iter().all(|doc| doc["company"] != "Tailor Works");
    assert!(["GL Entry", "Sales Invoice", "Stock Entry", "Payment Entry"].iter().all(|doctype| of(doctype)));
    assert!(erp.submitted().values().all(|docs| docs.len() == 1));
}

#[test]
fn what_a_real_one_books_otherwise_is_told_with_its_document_its_field_and_both_values() {
    let erp = StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap();
    let admin = erp.admin();
    erp.alter(erpnext_stand_in::Alteration {
        doctype: "Journal Entry".into(),
        pointer: "/user_remark".into(),
        value: Some(json!("Note: needles")),
    });
    let troubles = suite(&erp.url(), &Key { key: admin.key, secret: admin.secret });
    let told = troubles.iter().find(|told| told.starts_with("expense, Journal Entry")).expect("it is told");
    assert!(told.contains("user_remark is Note: needles in ERPNext, and not needles"), "{told}");
}
