//! A tailor's day at two sites goes into the books, each document once, and the books say what the documents' effects say.

use crate::common::day::{Act, day};
use crate::common::{Books, DAY, OURS, done, place, site};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Kind;
use outpost_core::domain::effects::Effects;
use outpost_core::posting::{Sink, Verdict};
use outpost_erpnext::sink::Library;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the documents say there is.
#[derive(Default)]
struct Sums {
    stock: BTreeMap<(String, String), Decimal>,
    money: BTreeMap<String, Decimal>,
}

impl Sums {
    fn add(&mut self, effects: &Effects, back: bool) {
        let signed = |amount: Decimal| if back { amount.negated() } else { amount };
        for moved in &effects.moves {
            let there = self.stock.entry((moved.item_code.to_string(), moved.warehouse.to_string())).or_default();
            *there = there.plus(signed(moved.qty)).unwrap();
        }
        for money in &effects.money {
            let there = self.money.entry(money.mode_of_payment.to_string()).or_default();
            *there = there.plus(signed(money.amount)).unwrap();
        }
        for counted in &effects.counts {
            self.stock.insert((counted.item_code.to_string(), counted.warehouse.to_string()), counted.qty);
        }
    }
}

fn float(amount: Decimal) -> f64 {
    amount.to_string().parse().unwrap()
}

/// Posts the whole day; each document's name.
fn posted(books: &Books) -> (BTreeMap<&'static str, String>, Sums) {
    let (mut names, mut sums) = (BTreeMap::new(), Sums::default());
    let mut sinks = BTreeMap::from(["bandung", "garut"].map(|of| (of, books.sink(of))));
    for act in day(&books.office, &books.orders).0 {
        match act {
            Act::Post(of, called, submitted) => {
                let sink = sinks.get_mut(of).unwrap();
                if matches!(submitted.document.kind(), Kind::TillOpening | Kind::TillClosing) {
                    assert_eq!(sink.post(&submitted, &place(of, false)), Verdict::Kept);
                    continue;
                }
                names.insert(called, done(sink, of, &submitted));
                sums.add(&submitted.effects(), false);
            }
            Act::Cancel(of, cancelled, submitted) => {
                let verdict = sinks.get_mut(of).unwrap().cancel(&cancelled, &submitted, &place(of, false));
                assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
                sums.add(&submitted.effects(), true);
            }
        }
    }
    (names, sums)
}

#[test]
fn everything_is_done_and_the_books_say_what_the_documents_say() {
    let books = Books::with_fields();
    let (names, sums) = posted(&books);
    assert_eq!(books.erp.ignored(), [], "fields that ERPNext does not know");
    for ((item, warehouse), qty) in &sums.stock {
        assert_eq!(books.erp.stock(item, warehouse), float(*qty), "{item} in {warehouse}");
    }
    let accounts = books.erp.balances();
    assert_eq!(accounts["Cash - TW"], float(sums.money["Cash"]));
    assert_eq!(accounts["Bank Account - TW"], float(sums.money["Wire Transfer"]));
    assert_eq!(accounts["Miscellaneous Expenses - TW"], 20_000.0);
    // The tax of what was sold, less that of what came back: 3 and 1 of 11,100 with it, and 14,850 on top.
    assert_eq!(accounts["PPN Keluaran - TW"], -(3_300.0 - 1_100.0 + 14_850.0));
    for (account, balance) in accounts.iter().filter(|(account, _)| account.starts_with("Round Off")) {
        assert_eq!(*balance, -0.15, "{account}");
    }
    let field = |called: &str, doctype: &str, field: &str| {
        let doc = books.erp.document(doctype, &names[called]).unwrap_or_else(|| panic!("{called}"));
        doc.get(field).cloned().unwrap_or_default()
    };
    let open = |called: &str| field(called, "Sales Invoice", "outstanding_amount").as_f64().unwrap();
    let owed = |called: &str| field(called, "Purchase Invoice", "outstanding_amount").as_f64().unwrap();
    for (called, amount) in [
        ("invoice with advance", 0.0),
        ("invoice with what was on account", 20_000.0),
        ("sale with change", 0.0),
        ("return with refund", 0.0),
        ("tax on top and discount", 149_850.0),
        ("rounded sale of two modes", 0.0),
        ("sale on account", 75_000.0),
        ("credit note", 0.0),
        ("amendment", 0.0),
        ("numbered sale", 1_680_000.0),
    ] {
        assert_eq!(open(called), amount, "{called}");
    }
    assert_eq!((owed("bill that is paid"), owed("bill of goods"), owed("debit note")), (0.0, 6_000.0, 0.0));
    assert_eq!(field("deposit", "Payment Entry", "unallocated_amount").as_f64(), Some(0.0));
    assert_eq!(field("payment on account", "Payment Entry", "unallocated_amount").as_f64(), Some(0.0));
    assert_eq!(field("order", "Sales Order", "per_delivered").as_f64(), Some(100.0));
    assert_eq!(field("order", "Sales Order", "per_billed").as_f64(), Some(100.0));
    assert_eq!(field("transfer out", "Stock Entry", "per_transferred").as_f64(), Some(90.0));
    assert_eq!(field("amendment", "Sales Invoice", "amended_from").as_str(), books_slip(&books).as_deref());
    assert_eq!(field("job card", "Job Card", "docstatus").as_f64(), Some(1.0));
    assert_eq!(field("sale with change", "Sales Invoice", "outpost_no"), Value::from("BDG-SI-A000013"));
    assert_eq!(field("sale with change", "Sales Invoice", "posting_date"), Value::from(DAY));
    assert_eq!(field("sale with change", "Sales Invoice", "cost_center"), Value::from("Bandung - TW"));
    // People are told apart, and the same one is one.
    assert_eq!(names["Bu Ani"], "Bu Ani");
    assert_eq!(names["the same Bu Ani"], "Bu Ani");
    assert_eq!(names["another Bu Ani"], "Bu Ani (garut)");
    assert_eq!(names["a third Bu Ani"], "Bu Ani (bandung)");
    assert_eq!(field("sale to the same Bu Ani", "Sales Invoice", "customer"), Value::from("Bu Ani"));
    assert_eq!(field("sale to another Bu Ani", "Sales Invoice", "customer"), Value::from("Bu Ani (garut)"));
    assert_eq!(books.erp.documents("Item").iter().filter(|item| item["name"] == "BTN-099").count(), 1);
    assert_eq!(books.erp.document("Serial No", "M-2").unwrap()["warehouse"], "");
    assert!(books.erp.submitted().values().all(|docs| docs.len() == 1));
}

fn books_slip(books: &Books) -> Option<String> {
    let cancelled = books.erp.documents("Sales Invoice").into_iter().find(|doc| doc["docstatus"] == 2)?;
    cancelled["name"].as_str().map(str::to_owned)
}

#[test]
fn without_our_fields_nothing_but_those_is_left_out() {
    let books = Books::new();
    posted(&books);
    let ignored = books.erp.ignored();
    assert!(ignored.iter().all(|field| OURS.contains(&field.field.as_str())), "{ignored:?}");
    assert!(books.office.masters(&site("garut")).settings(&site("garut")).is_some());
}
