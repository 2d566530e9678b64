//! What somebody has entered in ERPNext by hand: what may stand for a document, what is told of it, and that others find it by its name.

use crate::common::{Books, Workshop, done, place, post, text};
use erpnext_stand_in::Alteration;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{ByHand, Posted, Sink, Verdict};
use outpost_erpnext::client::Client;
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};

const OF: &str = "bandung";

struct Case {
    books: Books,
    shop: Workshop,
    sink: Erpnext,
    accountant: Client,
}

impl Case {
    fn new() -> Self {
        let books = Books::with_fields();
        books.erp.add_stock_at("BUTTON", "Bandung - TW", 100.0, 500.0, "2026-11-19");
        let shop = Workshop::new(OF, &books.office, 7_000);
        let sink = books.sink(OF);
        let accountant = books.admin();
        Self { books, shop, sink, accountant }
    }

    /// A sale on credit of two rows.
    fn sale(&mut self) -> Submitted {
        self.shop.make("sales-invoice", sale())
    }

    fn look(&mut self, submitted: &Submitted, name: &str) -> ByHand {
        self.sink.by_hand(submitted, &text(name), &place(OF, true)).unwrap()
    }

    /// Why it cannot stand for it.
    #[track_caller]
    fn no(&mut self, submitted: &Submitted, name: &str) -> String {
        match self.look(submitted, name) {
            ByHand::No(why) => why,
            there => panic!("{there:?}"),
        }
    }

    /// What is otherwise there.
    #[track_caller]
    fn otherwise(&mut self, submitted: &Submitted, entered: Value) -> (Posted, Vec<String>) {
        let name = self.enters("Sales Invoice", entered);
        match self.look(submitted, &name) {
            ByHand::There { posted, differences } => (posted, differences),
            no => panic!("{no:?}"),
        }
    }

    fn enters(&self, doctype: &str, fields: Value) -> String {
        self.accountant.insert(doctype, &fields).unwrap()["name"].as_str().unwrap().to_owned()
    }
}

fn sale() -> Value {
    json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Bandung - TW",
        "items": [{"item_code": "BUTTON", "qty": "3", "rate": "1000"}, {"item_code": "SEWING", "qty": "1", "rate": "75000"}]})
}

/// The same by hand: the rows in another order, as people do.
fn by_hand() -> Value {
    json!({"docstatus": 1, "company": "Tailor Works", "customer": "Bu Sari", "update_stock": 1,
        "set_warehouse": "Bandung - TW", "set_posting_time": 1, "posting_date": crate::common::DAY,
        "posting_time": "08:00:00",
        "items": [{"item_code": "SEWING", "qty": 1, "rate": 75000, "warehouse": "Bandung - TW"},
            {"item_code": "BUTTON", "qty": 3, "rate": 1000, "warehouse": "Bandung - TW"}]})
}

fn with(mut fields: Value, change: impl FnOnce(&mut Value)) -> Value {
    change(&mut fields);
    fields
}

#[test]
fn what_differs_is_entered_anew_with_duplicate_since_an_amendment_has_the_same_id() {
    let mut case = Case::new();
    let sold = case.sale();
    let rate = Alteration { doctype: "Sales Invoice".into(), pointer: "/items/0/rate".into(), value: Some(json!(7)) };
    case.books.erp.alter(rate);
    let Verdict::Held(Hold::Differs, why) = post(&mut case.sink, &sold, &place(OF, false)) else { panic!() };
    assert!(why.contains("Duplicate (Amend copies the Outpost ID") && why.contains("held entered"), "{why}");
    case.books.erp.alter_nothing();
    let (_, name) = case.books.erp.submitted()[&sold.id.to_string()][0].clone();
    case.accountant.cancel("Sales Invoice", &name).unwrap();
    let amended = with(by_hand(), |fields| {
        (fields["amended_from"], fields["outpost_id"]) = (json!(name), json!(sold.id.to_string()));
    });
    let refused = case.accountant.insert("Sales Invoice", &amended).unwrap_err();
    assert!(refused.is("UniqueValidationError"), "{refused}");
    let (posted, differences) = case.otherwise(&sold, by_hand());
    assert_eq!(differences, Vec::<String>::new());
    assert_ne!(posted.name.as_str(), name);
}

#[test]
fn what_may_not_stand_for_a_document_is_refused_with_what_to_do() {
    let mut case = Case::new();
    let sold = case.sale();
    let no = case.no(&sold, "ACC-SINV-2026-99999");
    assert!(no.contains("ERPNext has no Sales Invoice ACC-SINV-2026-99999"), "{no}");
    let draft = case.enters("Sales Invoice", with(by_hand(), |fields| fields["docstatus"] = 0.into()));
    assert!(case.no(&sold, &draft).contains("submit it in ERPNext first"));
    let undone = case.enters("Sales Invoice", by_hand());
    case.accountant.cancel("Sales Invoice", &undone).unwrap();
    assert!(case.no(&sold, &undone).contains("is cancelled in ERPNext"));
    let other = case.sale();
    let Verdict::Done(others) = post(&mut case.sink, &other, &place(OF, false)) else { panic!() };
    let no = case.no(&sold, others.name.as_str());
    assert!(no.contains("another document of a workshop"), "{no}");
    let no = case.no(&other, others.name.as_str());
    assert!(no.contains("retry it, and it is found"), "{no}");
    // It is there under its own id as well: one of the two has to go.
    let twice = case.enters("Sales Invoice", by_hand());
    let no = case.no(&other, &twice);
    assert!(no.contains("under its own id as well"), "{no}");
    case.books.erp.set("Sales Invoice", &twice, "company", json!("Hill Tailors"));
    let no = case.no(&sold, &twice);
    assert!(no.contains("is of Hill Tailors"), "{no}");
    let item = case.shop.make("item", json!({"item_code": "RIBBON", "item_group": "Products", "stock_uom": "Meter"}));
    let no = case.no(&item, "RIBBON");
    assert!(no.contains("and retry"), "{no}");
}

#[test]
fn what_is_otherwise_there_is_told() {
    let mut case = Case::new();
    let sold = case.sale();
    let (posted, differences) = case.otherwise(&sold, by_hand());
    assert_eq!((differences, posted.day), (Vec::<String>::new(), None));
    let day = |fields: &mut Value| fields["posting_date"] = "2026-11-21".into();
    let (posted, differences) = case.otherwise(&sold, with(by_hand(), day));
    assert_eq!(differences, ["day: 2026-11-21 there, and 2026-11-20 by its paper"]);
    assert_eq!(posted.day, Some(jiff::civil::date(2026, 11, 21)));
    let party = |fields: &mut Value| fields["customer"] = "Bu Sari Dua".into();
    let (_, differences) = case.otherwise(&sold, with(by_hand(), party));
    assert_eq!(differences, ["party: Bu Sari Dua there, and Bu Sari by its paper"]);
    let fewer = |fields: &mut Value| fields["items"][1]["qty"] = 2.into();
    let (_, differences) = case.otherwise(&sold, with(by_hand(), fewer));
    let told = ["sum: 77000 there, and 78000 by its paper", "BUTTON: 2 there, and 3 by its paper"];
    assert_eq!(differences, told);
    let no_stock = |fields: &mut Value| fields["update_stock"] = 0.into();
    let (_, differences) = case.otherwise(&sold, with(by_hand(), no_stock));
    assert_eq!(differences, ["stock: none is moved there in Bandung - TW, and by its paper it is"]);
}

#[test]
fn what_names_one_that_was_entered_by_hand_finds_it_and_its_rows_by_its_name() {
    let mut case = Case::new();
    let sold = case.sale();
    let name = case.enters("Sales Invoice", by_hand());
    let kind = sold.document.kind();
    assert_eq!(case.sink.there(&[(kind, sold.id)]).unwrap(), []);
    case.books.office.by_hand.lock().unwrap().insert(sold.id, text(&name));
    assert_eq!(case.sink.there(&[(kind, sold.id)]).unwrap(), [sold.id]);

    let back = json!({"customer": "Bu Sari", "is_return": 1, "return_against": sold.id.to_string(), "update_stock": 1,
        "set_warehouse": "Bandung - TW",
        "items": [{"item_code": "BUTTON", "qty": "-1", "rate": "1000", "sales_invoice_item": "1"}]});
    let back = case.shop.make("sales-invoice", back);
    let taken = done(&mut case.sink, OF, &back);
    let [taken, there] = [&taken, &name].map(|name| case.books.erp.document("Sales Invoice", name).unwrap());
    assert_eq!(taken["return_against"], name.as_str());
    // The first row of the paper is the second there.
    assert_eq!(taken["items"][0]["sales_invoice_item"], there["items"][1]["name"]);
    case.accountant.cancel("Sales Invoice", taken["name"].as_str().unwrap()).unwrap();

    let cancelled = case.shop.cancel(&sold);
    let verdict = case.sink.cancel(&cancelled, &sold, &place(OF, false));
    assert!(matches!(&verdict, Verdict::Done(posted) if posted.name.as_str() == name), "{verdict:?}");
    assert_eq!(case.books.erp.document("Sales Invoice", &name).unwrap()["docstatus"], 2);
    assert_eq!(case.sink.there(&[(kind, sold.id)]).unwrap(), []);
    // It has no id of ours there: that it is cancelled, and not gone, its name says.
    let struck = case.sink.cancelled_there(&[(kind, sold.id)]).unwrap();
    let [(id, why)] = &struck[..] else { panic!("{struck:?}") };
    assert!(*id == sold.id && why.contains(&format!("entered by hand as {name}")), "{why}");
    case.books.erp.lose("Sales Invoice", &name);
    assert_eq!(case.sink.cancelled_there(&[(kind, sold.id)]).unwrap(), []);
}
