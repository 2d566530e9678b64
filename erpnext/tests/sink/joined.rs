//! A customer or supplier of a site's that ERPNext has already, or that somebody joins with another one there: they are the others' as well.

use crate::common::{Case, Workshop, done, place, post, text};
use erpnext_stand_in::{Alteration, StandIn};
use outpost_core::domain::document::Kind;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{ByHand, Posted, Sink, Verdict};
use serde_json::{Value, json};

const OF: &str = "bandung";

/// More than one page of anything that people look at.
const MANY: usize = 25;

impl Case {
    /// One that people at the office have made; its name.
    fn has(&self, customer: Value) -> String {
        self.books.admin().insert("Customer", &customer).unwrap()["name"].as_str().unwrap().to_owned()
    }

    fn cancel(&mut self, made: &Submitted) -> Verdict {
        let cancelled = self.shop.cancel(made);
        self.sink.cancel(&cancelled, made, &place(OF, false))
    }
}

fn is_disabled(erp: &StandIn, doctype: &str, name: &str) -> bool {
    erp.document(doctype, name).unwrap().get("disabled").and_then(Value::as_u64) == Some(1)
}

fn bu_ani(mobile_no: &str) -> Value {
    json!({"customer_name": "Bu Ani", "mobile_no": mobile_no})
}

#[test]
fn one_that_was_joined_with_the_office_s_stays_in_use_where_the_site_cancels_its_own() {
    let mut case = Case::new(OF);
    case.has(bu_ani("0812-3456"));
    let joined = case.shop.make("customer", bu_ani("08123456"));
    assert_eq!(done(&mut case.sink, OF, &joined), "Bu Ani");
    assert_eq!(case.books.erp.document("Customer", "Bu Ani").unwrap()["outpost_id"], json!(joined.id.to_string()));
    assert_eq!(case.cancel(&joined), Verdict::Kept);
    assert!(!is_disabled(&case.books.erp, "Customer", "Bu Ani"));
    // One that it has made itself is put out of use.
    let own = case.shop.make("supplier", json!({"supplier_name": "Toko Benang"}));
    let name = done(&mut case.sink, OF, &own);
    assert_eq!(case.cancel(&own), Verdict::Done(Posted::new(text(&name))));
    assert!(is_disabled(&case.books.erp, "Supplier", &name));
}

#[test]
fn the_same_is_found_among_many_of_its_name_and_another_gets_a_name_that_nobody_has() {
    let mut case = Case::new(OF);
    let all: Vec<String> = (0..MANY).map(|n| case.has(bu_ani(&format!("0800-{n}")))).collect();
    let last = format!("0800{}", MANY - 1);
    let made = case.shop.make("customer", bu_ani(&last));
    assert_eq!(done(&mut case.sink, OF, &made), all[MANY - 1]);
    for n in 1..=MANY {
        let number = if n == 1 { String::new() } else { format!(" {n}") };
        case.has(json!({"customer_name": format!("Bu Ani (bandung{number})")}));
    }
    let other = case.shop.make("customer", bu_ani("0899"));
    assert_eq!(done(&mut case.sink, OF, &other), format!("Bu Ani (bandung {})", MANY + 1));
}

#[test]
fn what_names_one_that_somebody_has_joined_with_another_follows_once_that_is_said() {
    let mut case = Case::new(OF);
    let made = case.shop.make("customer", bu_ani("0812"));
    assert_eq!(done(&mut case.sink, OF, &made), "Bu Ani");
    let left = case.has(json!({"customer_name": "Ibu Ani", "mobile_no": "0899"}));
    // Frappe's merge deletes the one, with its id.
    case.books.erp.lose("Customer", "Bu Ani");
    let known = [(Kind::Customer, made.id)];
    assert_eq!(case.sink.there(&known), Ok(vec![]));
    case.sink = case.books.sink(OF);
    let paid = case.shop.make(
        "payment-entry",
        json!({"payment_type": "Receive", "party_type": "Customer", "party": made.id.to_string(),
            "mode_of_payment": "Cash", "paid_amount": "1000"}),
    );
    let verdict = post(&mut case.sink, &paid, &place(OF, false));
    assert!(matches!(&verdict, Verdict::Held(Hold::Refused, why) if why.contains("not in ERPNext")), "{verdict:?}");

    let mut look = |name: &str| case.sink.by_hand(&made, &text(name), &place(OF, true)).unwrap();
    assert!(matches!(look("Pak Anon"), ByHand::No(why) if why.contains("has no Customer")));
    let differences =
        ["customer_name: Ibu Ani there, and Bu Ani by its paper", "mobile_no: 0899 there, and 0812 by its paper"];
    let there = ByHand::There { posted: Posted::new(text(&left)), differences: differences.map(String::from).into() };
    assert_eq!(look(&left), there);
    // One that another site has made may be the same person.
    case.books.erp.set("Customer", &left, "outpost_id", json!("another"));
    let mut look = |name: &str| case.sink.by_hand(&made, &text(name), &place(OF, true)).unwrap();
    assert_eq!(look(&left), there);

    case.books.office.by_hand.lock().unwrap().insert(made.id, text(&left));
    assert_eq!(case.sink.there(&known), Ok(vec![made.id]));
    let name = done(&mut case.sink, OF, &paid);
    assert_eq!(case.books.erp.document("Payment Entry", &name).unwrap()["party"], json!(left));
    // It is not the site's own to put out of use.
    assert_eq!(case.cancel(&made), Verdict::Kept);
    assert!(!is_disabled(&case.books.erp, "Customer", &left));
}

#[test]
fn one_that_another_site_has_made_as_well_stays_in_use_whoever_of_them_cancels() {
    for (kind, doctype, body) in [
        ("customer", "Customer", bu_ani("0812-3456")),
        ("supplier", "Supplier", json!({"supplier_name": "Toko Benang", "mobile_no": "0877"})),
    ] {
        let mut case = Case::new(OF);
        let first = case.shop.make(kind, body.clone());
        let name = done(&mut case.sink, OF, &first);
        assert_eq!(case.books.erp.document(doctype, &name).unwrap()["outpost_site"], json!(OF));
        // Twice, as after a lost answer: by another site, and by the same.
        let (mut other, mut shop) = (case.books.sink("garut"), Workshop::new("garut", &case.books.office, 5_000));
        let joined = shop.make(kind, body.clone());
        for again in [false, true] {
            assert_eq!(post(&mut other, &joined, &place("garut", again)), Verdict::Done(Posted::new(text(&name))));
        }
        let cancelled = shop.cancel(&joined);
        assert_eq!(case.cancel(&first), Verdict::Kept);
        assert_eq!(other.cancel(&cancelled, &joined, &place("garut", false)), Verdict::Kept);
        assert!(!is_disabled(&case.books.erp, doctype, &name));
        assert_eq!(case.sink.there(&[(first.document.kind(), first.id)]), Ok(vec![first.id]));
    }
}

#[test]
fn one_that_another_site_has_made_as_well_before_it_is_read_back_is_posted() {
    let mut case = Case::new(OF);
    let shown = |site: &str| Alteration {
        doctype: "Customer".into(),
        pointer: "/outpost_site".into(),
        value: Some(json!(site)),
    };
    case.books.erp.alter(shown(""));
    let made = case.shop.make("customer", bu_ani("0812"));
    assert_eq!(done(&mut case.sink, OF, &made), "Bu Ani");
    // Another site's name says that somebody else's is there.
    case.books.erp.alter(shown("garut"));
    let made = case.shop.make("customer", json!({"customer_name": "Bu Rina"}));
    let verdict = post(&mut case.sink, &made, &place(OF, false));
    assert!(
        matches!(&verdict, Verdict::Held(Hold::Differs, why) if why.contains("outpost_site is garut")),
        "{verdict:?}"
    );
}
