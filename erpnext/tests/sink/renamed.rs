//! Somebody gives a customer or supplier of a site's another name in ERPNext: by our id it is the same one, and is found again.

use crate::common::{Books, Workshop, done, place, post};
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::{Sink, Verdict};
use serde_json::{Value, json};

const OF: &str = "bandung";

fn rename(books: &Books, doctype: &str, old: &str, new: &str) {
    let names = json!({"doctype": doctype, "old_name": old, "new_name": new});
    books.admin().call("frappe.client.rename_doc", &names).unwrap();
}

fn sale(customer: &str) -> Value {
    json!({"customer": customer, "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]})
}

#[test]
fn what_names_one_that_was_renamed_goes_through_with_the_next_try() {
    let books = Books::with_fields();
    let mut shop = Workshop::new(OF, &books.office, 1_000);
    let mut sink = books.sink(OF);
    let people = [
        ("Customer", "customer", json!({"customer_name": "Pak Joko", "customer_type": "Individual"}), "Pak Joko"),
        ("Supplier", "supplier", json!({"supplier_name": "Toko Benang", "supplier_type": "Individual"}), "Toko Benang"),
    ];
    for (doctype, slug, fields, name) in people {
        let party = shop.make(slug, fields);
        done(&mut sink, OF, &party);
        let id = party.id.to_string();
        let pay = |kind: &str| json!({"payment_type": kind, "party_type": doctype, "party": id, "mode_of_payment": "Cash", "paid_amount": "1000"});
        let made: Vec<_> = (0..4)
            .map(|_| match doctype {
                "Customer" => shop.make("sales-invoice", sale(&id)),
                _ => shop.make("payment-entry", pay("Pay")),
            })
            .collect();
        done(&mut sink, OF, &made[0]);
        let other = format!("{name} of the market");
        rename(&books, doctype, name, &other);
        let verdict = post(&mut sink, &made[1], &place(OF, false));
        assert!(matches!(&verdict, Verdict::Again { why, alive: true } if why.contains(name)), "{verdict:?}");
        let verdict = post(&mut sink, &made[1], &place(OF, true));
        assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
        // And whatever comes behind it, at once.
        let posted = done(&mut sink, OF, &made[2]);
        let (kind, field) =
            if doctype == "Customer" { ("Sales Invoice", "customer") } else { ("Payment Entry", "party") };
        assert_eq!(books.erp.document(kind, &posted).unwrap()[field], json!(other));
        // Renamed once more after it was posted, and its answer lost: it is as it was sent.
        rename(&books, doctype, &other, &format!("{name} & sons"));
        let verdict = post(&mut sink, &made[2], &place(OF, true));
        assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
        // Deleted: no name of it is left, and after one more question that is what is said.
        books.erp.lose(doctype, &format!("{name} & sons"));
        let verdict = post(&mut sink, &made[3], &place(OF, false));
        assert!(matches!(verdict, Verdict::Again { alive: true, .. }), "{verdict:?}");
        let verdict = post(&mut sink, &made[3], &place(OF, true));
        let Verdict::Held(Hold::Refused, why) = &verdict else { panic!("{verdict:?}") };
        assert!(why.contains("is not in ERPNext"), "{why}");
    }
}

#[test]
fn one_that_the_office_names_and_erpnext_lacks_is_held_at_once() {
    let books = Books::with_fields();
    let mut shop = Workshop::new(OF, &books.office, 1_000);
    let mut sink = books.sink(OF);
    let party = shop.make("customer", json!({"customer_name": "Pak Joko", "customer_type": "Individual"}));
    done(&mut sink, OF, &party);
    let first = shop.make("sales-invoice", sale(&party.id.to_string()));
    done(&mut sink, OF, &first);
    let whose = shop.make("sales-invoice", sale("Pak Anon"));
    let verdict = sink.post(&whose, &place(OF, false));
    assert!(
        matches!(&verdict, Verdict::Held(Hold::Unmapped, why) if why.contains("no Customer Pak Anon")),
        "{verdict:?}"
    );
}
