//! How many requests it takes, and how much is in memory.

use super::fake::{Fake, Office};
use super::many::Many;
use crate::down::Round;
use crate::down::sources::LISTED;
use outpost_core::domain::master::Table;

const ALL: usize = 100_000;

#[test]
fn a_hundred_thousand_items_come_page_by_page_in_four_requests_a_page() {
    let many = Many::new(ALL, 7);
    let mut office = Office::default();
    let (mut most, mut progress) = (0, 0);
    loop {
        let came = office.step(&many, Round::Changes).unwrap();
        most = most.max(came.rows.len());
        progress = progress.max(serde_json::to_vec(&office.progress).unwrap().len());
        if !came.more {
            break;
        }
    }
    assert_eq!(office.kept.names(Table::Item).len(), ALL);
    assert!(most <= 500, "{most} rows in one step");
    assert!(progress < 300_000, "{progress} bytes are to be kept beside the rows");
    // 200 pages with barcodes, units and taxes, the empty one behind, and two requests for each of the other doctypes.
    let requests = many.requests.get();
    assert!((800..=880).contains(&requests), "{requests} requests");
    // All anew takes as many, and one for a page of ours.
    many.requests.set(0);
    office.round(&many, Round::All);
    assert!((1_000..=1_100).contains(&many.requests.get()), "{} requests", many.requests.get());
    assert_eq!(office.kept.names(Table::Item).len(), ALL);
}

#[test]
fn a_statement_that_changed_all_at_once_is_read_once_and_not_in_each_round() {
    // All have one time; somebody has worked on since.
    let mut many = Many::new(20_000, usize::MAX);
    many.worked_on = true;
    let mut office = Office::default();
    office.round(&many, Round::Changes);
    office.round(&many, Round::Changes);
    many.requests.set(0);
    office.round(&many, Round::Changes);
    assert!(many.requests.get() <= LISTED.len() * 2 + 3, "{} requests", many.requests.get());
}

#[test]
fn a_round_in_which_nothing_happened_is_one_request_for_a_doctype() {
    let mut fake = Fake::new();
    (0..600).for_each(|i| fake.item(&format!("I{i}"), "x"));
    fake.now += 1_000;
    (0..20).for_each(|i| fake.customer(&format!("C{i}"), None));
    let mut office = Office::afresh(&fake);
    office.round(&fake, Round::Changes);
    fake.log.borrow_mut().clear();
    office.round(&fake, Round::Changes);
    for doctype in ["Item", "Customer"] {
        let asked = fake.log.borrow().iter().filter(|line| **line == format!("list {doctype}")).count();
        assert_eq!(asked, 1, "{doctype}");
    }
    assert!(!fake.log.borrow().iter().any(|line| line == "list Item Barcode"));
}

#[test]
fn no_cost_margin_or_wage_is_asked_for() {
    let secret = ["valuation", "cost", "margin", "hour_rate", "ctc", "salary", "profit", "base_"];
    for listed in LISTED {
        let joined = listed.joined.iter().flat_map(|joined| joined.fields);
        for field in listed.fields.iter().chain(listed.optional).chain(joined) {
            assert!(!secret.iter().any(|word| field.contains(word)), "{} {field}", listed.doctype);
        }
        let bom = listed.joined.iter().filter(|joined| joined.doctype.starts_with("BOM"));
        assert!(bom.flat_map(|joined| joined.fields).all(|field| !["rate", "amount"].contains(field)));
    }
}
