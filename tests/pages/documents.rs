//! Documents, and what became of them.

use crate::house::{DAY, Shop, id, receipt, sale, settings};
use crate::http::{ask, get, post};
use crate::socket::Tablet;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect()
}

#[test]
fn documents_are_found_by_day_kind_party_and_number_page_by_page() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let mut till = Tablet::log_on(at, "till");
    till.submit("stock-entry", &receipt(1, 100));
    for n in 2..=6 {
        till.submit("sales-invoice", &sale(n, 1, None));
    }
    let day = ask(at, &format!("/api/documents?day={DAY}"));
    assert_eq!(ids(&day), [6, 5, 4, 3, 2, 1].map(id), "the latest first");
    assert_eq!(day["next"], Value::Null);
    let entries = ask(at, &format!("/api/documents?day={DAY}&kind=stock-entry"));
    assert_eq!(ids(&entries), [id(1)]);
    let first = ask(at, &format!("/api/documents?day={DAY}&limit=2"));
    till.submit("sales-invoice", &sale(7, 1, None));
    let next = first["next"].as_str().unwrap();
    let second = ask(at, &format!("/api/documents?day={DAY}&limit=2&after={next}"));
    assert_eq!(
        (ids(&first), ids(&second)),
        ([6, 5].map(id).iter().map(|id| &**id).collect(), [4, 3].map(id).iter().map(|id| &**id).collect())
    );
    let party = ask(at, "/api/documents?party=Bu+Sari&limit=4");
    assert_eq!(ids(&party), [7, 6, 5, 4].map(id));
    let next = party["next"].as_str().unwrap();
    assert_eq!(ids(&ask(at, &format!("/api/documents?party=Bu+Sari&limit=4&after={next}"))), [3, 2].map(id));
    assert_eq!(ids(&ask(at, "/api/documents?number=BDG-SI-A000003")), [id(4)]);
    assert_eq!(ids(&ask(at, "/api/documents?day=2026-01-06")), [""; 0]);
    let csv = get(at, &format!("/api/export?kind=sales-invoice&from={DAY}&to={DAY}"));
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").unwrap().contains("bandung-sales-invoice-2026-01-05-2026-01-05.csv"));
    assert_eq!(String::from_utf8(csv.body).unwrap().matches("01a199c7").count(), 6);
}

#[test]
fn a_document_is_shown_by_the_number_on_its_paper_whatever_the_office_chooses_later() {
    let mut shop = Shop::open(&[]);
    let sold = Tablet::log_on(shop.at, "till").submit("sales-invoice", &sale(1, 1, None));
    assert_eq!(sold["number"], "BDG-SI-A000001");
    shop.open_again(100, &[settings("BD2")], &[]);
    let mut till = Tablet::log_on(shop.at, "till");
    assert_eq!(till.submit("sales-invoice", &sale(2, 1, None))["number"], "BD2-SI-A000002");
    let at = shop.at;
    let listed = ask(at, &format!("/api/documents?day={DAY}"));
    let numbers: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|line| &line["number"]).collect();
    assert_eq!(numbers, ["BD2-SI-A000002", "BDG-SI-A000001"]);
    let found = ask(at, "/api/documents?number=BDG-SI-A000001");
    assert_eq!((ids(&found)[0], &found["items"][0]["number"]), (&*id(1), &sold["number"]));
    assert_eq!(ask(at, &format!("/api/documents/{}", id(1)))["line"]["number"], sold["number"]);
    // Sent once more, it is answered with the number that it has.
    assert_eq!(till.submit("sales-invoice", &sale(1, 1, None))["number"], sold["number"]);
}

#[test]
fn one_document_is_shown_with_its_cancellation_and_what_came_back() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let mut till = Tablet::log_on(at, "till");
    let sold = till.submit("sales-invoice", &sale(1, 5, None));
    let mut back = sale(2, 2, None);
    back["is_return"] = json!(1);
    back["return_against"] = json!(id(1));
    back["items"] = json!([{"item_code": "BUTTON", "qty": "-2", "rate": "1000", "sales_invoice_item": "1"}]);
    back["payments"] = json!([{"mode_of_payment": "Cash", "amount": "-2000"}]);
    till.submit("sales-invoice", &back);
    let shown = ask(at, &format!("/api/documents/{}", id(1)));
    assert_eq!(shown["line"]["number"], sold["number"]);
    assert_eq!((&shown["hash"], &shown["at"]), (&sold["hash"], &sold["at"]));
    assert_eq!((&shown["device"], &shown["document"]["items"][0]["qty"]), (&json!("till"), &json!("5")));
    assert_eq!((&shown["returned"], &shown["cancellation"]), (&json!({"1": "2"}), &Value::Null), "{shown}");
    let cancel = json!({"id": id(3), "document": id(2), "reason": "typed twice"});
    till.submit("cancellation", &cancel);
    let shown = ask(at, &format!("/api/documents/{}", id(2)));
    assert_eq!((&shown["line"]["cancelled"], &shown["cancellation"]["id"]), (&json!(true), &json!(id(3))), "{shown}");
    assert_eq!(shown["cancellation"]["reason"], "typed twice");
    assert_eq!(ask(at, &format!("/api/documents/{}", id(1)))["returned"], json!({}));
    assert_eq!(get(at, &format!("/api/documents/{}", id(9))).refused(404), "id");
}

#[test]
fn a_tablet_learns_what_became_of_what_it_sent_and_nothing_of_others() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    Tablet::log_on(at, "till").submit("sales-invoice", &sale(1, 1, None));
    let mut other = Tablet::log_on(at, "other");
    other.submit("sales-invoice", &sale(2, 1, None));
    let mut till = Tablet::log_on(at, "till");
    till.submit("cancellation", &json!({"id": id(3), "document": id(1), "reason": "typed twice"}));
    let marks = post(at, "/api/marks", &json!({"ids": [id(1), id(2), id(3), id(4)]})).json()["marks"].clone();
    assert_eq!((&marks[id(1)]["mark"], &marks[id(1)]["cancelled"]), (&json!("saved"), &json!(true)), "{marks}");
    assert_eq!((&marks[id(2)], &marks[id(4)]), (&Value::Null, &Value::Null), "{marks}");
    assert_eq!((&marks[id(3)]["kind"], &marks[id(3)]["mark"]), (&json!("cancellation"), &json!("saved")), "{marks}");
    assert_eq!(marks.as_object().unwrap().len(), 4);
}
