//! Drafts that ERPNext has under the id of a document: they become it, or are held, and none is deleted that a person made.

use crate::common::{Case, done, place};
use crate::held::sale;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::{Sink, Verdict};
use serde_json::json;

const OF: &str = "bandung";

#[test]
fn a_draft_under_its_id_becomes_the_document_under_its_own_name() {
    let mut case = Case::new(OF);
    // So that the kind is known to have the field, and is not asked for first.
    let first = case.shop.make("sales-invoice", sale(json!({})));
    done(&mut case.sink, OF, &first);
    let made = case.shop.make("sales-invoice", sale(json!({})));
    // Somebody has chosen where the page ends, and another price, which the workshop did not record.
    let mut draft = sale(json!({"outpost_id": made.id.to_string()}));
    draft["items"][0]["rate"] = json!("7");
    draft["items"][0]["page_break"] = json!(1);
    let draft = case.books.erp.make("Sales Invoice", draft);
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    let there = case.books.erp.document("Sales Invoice", &draft).unwrap();
    assert_eq!((&there["docstatus"], &there["items"][0]["page_break"]), (&json!(1), &json!(1)));
    assert_eq!(there["items"].as_array().unwrap().len(), 1);
    case.goes_through(&made);
}

#[test]
fn a_draft_that_was_made_of_another_document_of_ours_says_nothing_of_that_one() {
    let mut case = Case::new(OF);
    let made = case.shop.make("sales-invoice", sale(json!({})));
    let copied = json!({"outpost_id": made.id.to_string(), "outpost_site": "solo", "outpost_date": "2026-10-15"});
    let draft = case.books.erp.make("Sales Invoice", sale(copied));
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    let there = case.books.erp.document("Sales Invoice", &draft).unwrap();
    assert_eq!((&there["outpost_site"], &there["outpost_date"]), (&json!(OF), &json!(null)));
}

#[test]
fn a_draft_that_says_more_than_the_workshop_is_held_and_not_submitted() {
    let mut case = Case::new(OF);
    let tax = json!([{"charge_type": "On Net Total", "account_head": "VAT - TW", "description": "VAT", "rate": 11}]);
    for (field, more) in [("write_off_amount", json!(5)), ("additional_discount_percentage", json!(10)), ("taxes", tax)]
    {
        let made = case.shop.make("sales-invoice", sale(json!({})));
        let draft = sale(json!({"outpost_id": made.id.to_string(), field: more}));
        let draft = case.books.erp.make("Sales Invoice", draft);
        case.holds(&made, Hold::Refused, &[&draft, field, "retry"]);
        assert_eq!(case.books.erp.document("Sales Invoice", &draft).unwrap()["docstatus"], 0);
        let nothing = if field == "taxes" { json!([]) } else { json!(0) };
        case.books.erp.set("Sales Invoice", &draft, field, nothing);
        case.books.erp.set("Sales Invoice", &draft, "discount_amount", json!(0));
        case.goes_through(&made);
    }
}

#[test]
fn a_draft_that_a_person_made_stays_where_the_workshop_cancels() {
    let mut case = Case::new(OF);
    let made = case.shop.make("sales-invoice", sale(json!({})));
    let draft = sale(json!({"outpost_id": made.id.to_string(), "additional_discount_percentage": 10}));
    let draft = case.books.erp.make("Sales Invoice", draft);
    case.holds(&made, Hold::Refused, &[&draft, "retry"]);
    let cancelled = case.shop.cancel(&made);
    assert_eq!(case.sink.cancel(&cancelled, &made, &place(OF, false)), Verdict::Kept);
    assert_eq!(case.books.erp.document("Sales Invoice", &draft).unwrap()["docstatus"], 0);
}

#[test]
fn a_draft_with_a_percentage_off_the_whole_becomes_the_document_though_erpnext_has_worked_out_the_amount() {
    let mut case = Case::new(OF);
    let off = json!({"additional_discount_percentage": "10", "apply_discount_on": "Grand Total"});
    let made = case.shop.make("sales-invoice", sale(off.clone()));
    let mut draft = sale(off);
    draft["outpost_id"] = json!(made.id.to_string());
    let draft = case.books.erp.make("Sales Invoice", draft);
    let amount = case.books.erp.document("Sales Invoice", &draft).unwrap()["discount_amount"].as_f64();
    assert!(amount > Some(0.0), "ERPNext fills it in when the draft is saved");
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    case.goes_through(&made);
}

#[test]
fn a_draft_with_a_rate_that_was_typed_below_the_list_s_becomes_the_document() {
    let mut case = Case::new(OF);
    let typed = |percent: &str| {
        let mut sale = sale(json!({}));
        let row = json!({"rate": "85000", "price_list_rate": "90000", "discount_percentage": percent});
        sale["items"][0].as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        sale
    };
    let made = case.shop.make("sales-invoice", typed("5.555555556"));
    let mut draft = typed("5.556");
    draft["outpost_id"] = json!(made.id.to_string());
    let draft = case.books.erp.make("Sales Invoice", draft);
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    let there = case.books.erp.document("Sales Invoice", &draft).unwrap();
    assert_eq!((&there["items"][0]["rate"], &there["net_total"]), (&json!(85000.0), &json!(85000.0)));
    case.goes_through(&made);
}
