//! Documents by their number on paper, as their name in ERPNext and in its fields: found again under it, whatever the office chooses later, and
//! held where something else has that name.

use crate::common::{Books, Case, done, place, post};
use crate::held::sale;
use erpnext_stand_in::Faults;
use outpost_core::domain::document::Text;
use outpost_core::domain::id::DeviceId;
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Sink, Verdict};
use outpost_erpnext::map::{Naming, SiteMap};
use serde_json::json;

const OF: &str = "bandung";

fn case(naming: Naming) -> Case {
    Case::with(OF, SiteMap { naming, ..Books::map(OF) })
}

impl Case {
    /// The office has the site's numbers begin otherwise from now on.
    fn begin_with(&self, prefix: &str) {
        let settings = json!({"site": OF, "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix,
            "smallest_currency_fraction_value": "0", "selling_price_list": "Standard Selling", "buying_price_list": "Standard Buying"});
        self.books.office.put(Table::Settings, settings);
    }

    /// It is posted, and ERPNext's answer is lost.
    #[track_caller]
    fn loses_the_answer(&mut self, submitted: &Submitted) {
        self.books.erp.set_faults(Faults { drop_after: 1.0, ..Faults::default() });
        let verdict = post(&mut self.sink, submitted, &place(OF, false));
        assert!(matches!(verdict, Verdict::Again { .. }), "{verdict:?}");
        self.books.erp.set_faults(Faults::default());
        assert_eq!(self.books.erp.submitted()[&submitted.id.to_string()].len(), 1);
    }

    /// It is there once, under this name, and posting it again, asked before or not, finds it.
    #[track_caller]
    fn is_found(&mut self, submitted: &Submitted, name: &str) {
        for again in [true, false] {
            let verdict = post(&mut self.sink, submitted, &place(OF, again));
            assert_eq!(verdict, Verdict::Done(Posted::new(Text::try_from(name).unwrap())), "{again}");
        }
        assert_eq!(self.books.erp.submitted()[&submitted.id.to_string()].len(), 1);
    }

    fn no(&self, name: &str) -> String {
        let there = self.books.erp.document("Sales Invoice", name).unwrap();
        there["outpost_no"].as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn one_whose_answer_was_lost_is_found_under_its_number() {
    let mut case = case(Naming::Number);
    let sold = case.shop.make("sales-invoice", sale(json!({})));
    case.loses_the_answer(&sold);
    case.is_found(&sold, "BDG-SI-A000001");
}

#[test]
fn what_stands_for_a_cancelled_one_has_its_own_number_as_its_name() {
    let mut case = case(Naming::Number);
    let wrong = case.shop.make("sales-invoice", sale(json!({})));
    assert_eq!(done(&mut case.sink, OF, &wrong), "BDG-SI-A000001");
    let cancelled = case.shop.cancel(&wrong);
    assert!(matches!(case.sink.cancel(&cancelled, &wrong, &place(OF, false)), Verdict::Done(_)));
    let right = case.shop.make("sales-invoice", sale(json!({"amends": wrong.id.to_string()})));
    case.loses_the_answer(&right);
    case.is_found(&right, "BDG-SI-A000003");
    let there = case.books.erp.document("Sales Invoice", "BDG-SI-A000003").unwrap();
    assert_eq!((&there["amended_from"], &there["docstatus"]), (&json!("BDG-SI-A000001"), &json!(1)));
    // That one is cancelled as well, and stood for by a third.
    let cancelled = case.shop.cancel(&right);
    assert!(matches!(case.sink.cancel(&cancelled, &right, &place(OF, false)), Verdict::Done(_)));
    let third = case.shop.make("sales-invoice", sale(json!({"amends": right.id.to_string()})));
    assert_eq!(done(&mut case.sink, OF, &third), "BDG-SI-A000005");
}

#[test]
fn what_has_its_name_already_holds_it_and_nothing_else() {
    let mut case = case(Naming::Number);
    let mut by_hand = sale(json!({"company": "Tailor Works", "docstatus": 1}));
    by_hand["name"] = json!("BDG-SI-A000001");
    let admin = case.books.admin();
    assert_eq!(admin.insert("Sales Invoice", &by_hand).unwrap()["name"], "BDG-SI-A000001");
    let sold = case.shop.make("sales-invoice", sale(json!({})));
    let words =
        ["another Sales Invoice of the name BDG-SI-A000001", "delete that one", "retry", "say that it is entered"];
    case.holds(&sold, Hold::Refused, &words);
    let other = case.shop.make("sales-invoice", sale(json!({})));
    assert_eq!(done(&mut case.sink, OF, &other), "BDG-SI-A000002");
    admin.cancel("Sales Invoice", "BDG-SI-A000001").unwrap();
    admin.delete("Sales Invoice", "BDG-SI-A000001").unwrap();
    assert_eq!(done(&mut case.sink, OF, &sold), "BDG-SI-A000001");

    // Of what stands for a cancelled one it is the name as well, and no second amendment.
    let cancelled = case.shop.cancel(&other);
    assert!(matches!(case.sink.cancel(&cancelled, &other, &place(OF, false)), Verdict::Done(_)));
    by_hand["name"] = json!("BDG-SI-A000004");
    admin.insert("Sales Invoice", &by_hand).unwrap();
    let right = case.shop.make("sales-invoice", sale(json!({"amends": other.id.to_string()})));
    case.holds(&right, Hold::Refused, &["another Sales Invoice of the name BDG-SI-A000004"]);
}

#[test]
fn a_number_that_another_workshop_has_printed_as_well_is_told_as_that() {
    let mut case = case(Naming::Number);
    let mut others = sale(json!({"company": "Tailor Works", "docstatus": 1, "outpost_site": "garut"}));
    others["name"] = json!("BDG-SI-A000001");
    case.books.admin().insert("Sales Invoice", &others).unwrap();
    let sold = case.shop.make("sales-invoice", sale(json!({})));
    case.holds(&sold, Hold::Refused, &["of garut under the name BDG-SI-A000001", "held entered", "number_prefix"]);
}

#[test]
fn a_box_that_was_replaced_goes_on_under_its_own_letter() {
    let mut case = case(Naming::Number);
    let first = case.shop.make("sales-invoice", sale(json!({})));
    let no = |letter: &str| Some(serde_json::from_value(json!([letter, 1])).unwrap());
    let second = case.shop.make_with("sales-invoice", sale(json!({})), |booked| booked.no = no("B"));
    assert_eq!(done(&mut case.sink, OF, &first), "BDG-SI-A000001");
    case.loses_the_answer(&second);
    case.is_found(&second, "BDG-SI-B000001");
}

#[test]
fn a_number_is_that_of_the_paper_whatever_the_office_chooses_meanwhile() {
    let mut case = case(Naming::Number);
    let sold = case.shop.make("sales-invoice", sale(json!({})));
    let of_before = case.shop.make_with("sales-invoice", sale(json!({})), |booked| booked.prefix = None);
    case.begin_with("BD2");
    case.loses_the_answer(&sold);
    case.begin_with("BD3");
    case.is_found(&sold, "BDG-SI-A000001");
    assert_eq!(case.no("BDG-SI-A000001"), "BDG-SI-A000001");
    // A record that does not say what it began with goes by today's, and is found under that of the day on which it was posted.
    case.loses_the_answer(&of_before);
    case.begin_with("BD4");
    case.is_found(&of_before, "BD3-SI-A000002");
    case.begin_with("BD3");
    let later = case.shop.make("sales-invoice", sale(json!({})));
    assert_eq!(done(&mut case.sink, OF, &later), "BD3-SI-A000003");
}

#[test]
fn a_site_s_series_is_on_no_paper_and_may_be_another_by_now() {
    for (naming, name) in [(Naming::Site, "BDG-SI-00001"), (Naming::Erpnext, "ACC-SINV-2026-00001")] {
        let mut case = case(naming);
        let sold = case.shop.make("sales-invoice", sale(json!({})));
        case.loses_the_answer(&sold);
        case.begin_with("BD2");
        case.is_found(&sold, name);
        assert_eq!(case.no(name), "BDG-SI-A000001");
    }
}

#[test]
fn a_draft_of_which_a_box_was_asked_keeps_its_name() {
    let mut case = case(Naming::Number);
    let mut made = case.shop.make("sales-invoice", sale(json!({})));
    made.device = DeviceId::office();
    case.books.office.know(&made);
    let draft = case.books.erp.make("Sales Invoice", sale(json!({"outpost_id": made.id.to_string()})));
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    case.is_found(&made, &draft);
    assert_eq!(case.no(&draft), "BDG-SI-A000001");
}
