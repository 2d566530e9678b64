//! Days and months at the desk, and the books side by side.

use crate::found;
use crate::trade::{DAY, Trade, id, is_told, sale};
use serde_json::{Value, json};

/// Sells on the day, and has it closed at both workshops.
fn closed() -> Trade {
    let trade = Trade::open();
    trade.send(0, "sales-invoice", &[sale(1, 2, "Bandung"), sale(2, 1, "Bandung")]);
    trade.send(0, "cancellation", &[json!({"id": id(3), "document": id(2), "reason": "typed twice"})]);
    trade.send(1, "sales-invoice", &[sale(4, 1, "Garut")]);
    for (n, closing) in [(0, 5), (1, 6)] {
        trade.send(n, "day-close", &[json!({"id": id(closing), "day": DAY})]);
    }
    trade
}

#[test]
fn a_day_is_complete_once_its_workshop_has_closed_it_and_all_of_it_is_here() {
    let trade = Trade::open();
    let desk = &trade.desk;
    let day = |site: &str| desk.ask(&format!("/api/days?from={DAY}&to={DAY}&site={site}"))["items"][0].clone();
    trade.send(0, "sales-invoice", &[sale(1, 2, "Bandung"), sale(2, 1, "Bandung")]);
    trade.send(0, "cancellation", &[json!({"id": id(3), "document": id(2), "reason": "typed twice"})]);
    let open = day("bandung");
    let kinds = json!([{"kind": "sales-invoice", "documents": 1, "cancelled": 1, "sum": "2000"}]);
    assert_eq!((&open["state"], &open["kinds"], &open["differs"]), (&json!("open"), &kinds, &json!([])), "{open}");
    trade.send(0, "day-close", &[json!({"id": id(4), "day": DAY})]);
    assert_eq!(
        day("bandung"),
        json!({"site": "bandung", "day": DAY, "state": "complete", "differs": [], "kinds": kinds})
    );
    trade.send(0, "sales-invoice", &[sale(5, 1, "Bandung")]);
    assert_eq!(day("bandung")["state"], "open", "something came for it");
    assert_eq!(day("garut")["kinds"], json!([]));
    assert_eq!(day("garut")["state"], "idle", "nothing was done on it, and the site was heard of since");
    let ahead = desk.ask("/api/days?from=2099-01-01&to=2099-01-01");
    assert_eq!((&ahead["items"][0]["state"], ahead["items"].as_array().unwrap().len()), (&json!("unknown"), 2));
    trade.is_paged("/api/days?from=2026-11-01&to=2026-11-02", "/api/days?from=2026-11-01&to=2026-11-03");
    for (query, input) in [
        ("", "from"),
        ("?from=2026-11-02", "to"),
        ("?from=2026-11-02&to=2026-11-01", "to"),
        ("?from=2025-01-01&to=2026-01-02", "to"),
        ("?from=x&to=2026-01-02", "from"),
    ] {
        assert_eq!(desk.get(&format!("/api/days{query}")).refused(400), input, "{query}");
    }
    assert_eq!(desk.get("/api/days?from=2026-11-02&to=2026-11-02&site=nowhere").refused(404), "site");
}

#[test]
fn a_month_is_closed_by_an_admin_alone_and_the_workshops_keep_to_it_until_it_is_opened_again() {
    let mut trade = closed();
    let (ani, lia) = (trade.office.log_in("ani"), &trade.desk);
    let month = lia.ask("/api/months/2026-11");
    let site = &month["sites"][0];
    assert_eq!(
        (&site["site"], &site["held"], &month["closed"]),
        (&json!("bandung"), &json!(0), &Value::Null),
        "{month}"
    );
    for not in ["open", "differs", "unknown"] {
        assert!(!site[not].as_array().unwrap().contains(&json!(DAY)), "{month}");
    }
    let ahead = lia.ask("/api/months/2099-12");
    assert_eq!(ahead["sites"][1]["unknown"].as_array().map(Vec::len), Some(31), "{ahead}");

    let body = json!({"documents": ["sales-invoice"]});
    let close = "/api/months/2026-11/close";
    assert_eq!(lia.post(close, &body).refused(403), Value::Null);
    assert_eq!(trade.office.log_in("wati").post(close, &body).refused(403), Value::Null);
    let refused = ani.post("/api/months/2099-12/close", &body);
    assert_eq!(refused.refused(409), Value::Null);
    assert!(String::from_utf8_lossy(&refused.body).contains("bandung 2099-12-31"), "{refused:?}");
    assert_eq!(lia.ask("/api/months/2099-12")["closed"], Value::Null);
    for (body, input) in [
        (json!({"documents": []}), json!("documents")),
        (json!({"documents": ["Sales Invoice"]}), json!("documents")),
        (json!({"documents": ["sales-invoice"], "force": true}), json!("force")),
        (json!({}), Value::Null),
    ] {
        assert_eq!(ani.post(close, &body).refused(400), input, "{body}");
    }
    assert_eq!(ani.post("/api/months/2026-13/close", &body).refused(400), "month");
    assert_eq!(lia.get("/api/months/November").refused(400), "month");
    assert_eq!(ani.post("/api/months/2026-11/open", &json!({})).refused(409), Value::Null);

    let closed = ani.post(close, &json!({"documents": ["sales-invoice"], "despite": true})).well();
    assert_eq!(closed["by"], "ani", "{closed}");
    assert!(closed["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{closed}");
    assert_eq!(closed["documents"], json!(["sales-invoice"]));
    let closed = ani.post(close, &json!({"documents": ["stock-entry"], "despite": true})).well();
    assert_eq!(closed["documents"], json!(["sales-invoice", "stock-entry"]), "one beside the other");
    let ahead = ani.post("/api/months/2099-12/close", &json!({"documents": ["sales-invoice"], "despite": true})).well();
    assert_eq!(ahead["despite"], true, "{ahead}");
    assert_eq!(lia.ask("/api/months/2026-11")["closed"], closed);
    is_told(&trade.office, "bandung");
    trade.send(0, "sales-invoice", &[sale(7, 1, "Bandung")]);
    let refused = |n: u32| lia.get(&format!("/api/documents/{}", id(n))).status == 404;
    assert!(refused(7), "the workshop took what is dated in a closed month");

    trade.office.town.office.stop().unwrap();
    trade.office.town.office.start().unwrap();
    let at = trade.office.town.office.pages().unwrap();
    let ani = crate::house::Desk::log_in(at, "ani", crate::house::PASSWORD);
    assert_eq!(ani.ask("/api/months/2026-11")["closed"], closed, "who closed it outlives a restart");
    assert_eq!(ani.post("/api/months/2026-11/open", &json!({})).status, 204);
    assert_eq!(ani.ask("/api/months/2026-11")["closed"], Value::Null);
    found("the box to be back", || {
        let status = trade.boxes[0].status().unwrap();
        (status["line"]["office_answers"] == true).then_some(())
    });
    is_told(&trade.office, "bandung");
    trade.send(0, "sales-invoice", &[sale(8, 1, "Bandung")]);
    found("the sale", || (ani.get(&format!("/api/documents/{}", id(8))).status == 200).then_some(()));
}

#[test]
fn a_month_whose_days_are_all_complete_or_idle_needs_no_despite() {
    let trade = closed();
    let ani = trade.office.log_in("ani");
    // Nothing was done in October, and both workshops were heard of since.
    let month = ani.ask("/api/months/2026-10");
    let sites: Vec<_> =
        month["sites"].as_array().unwrap().iter().map(|site| (&site["complete"], &site["days_complete"])).collect();
    assert_eq!(sites, [(&json!(true), &json!(31)), (&json!(true), &json!(31))], "{month}");
    let days = trade.desk.ask("/api/days?from=2026-10-01&to=2026-10-31");
    let days = days["items"].as_array().unwrap();
    assert!(
        days.len() == 62 && days.iter().all(|day| day["state"] == "idle"),
        "the days say what the month says: {days:?}"
    );
    let closed = ani.post("/api/months/2026-10/close", &json!({"documents": ["sales-invoice"]})).well();
    assert_eq!(closed["despite"], false, "{closed}");
}

#[test]
fn a_month_is_told_side_by_side_where_nothing_is_posted_too() {
    let trade = closed();
    let told = trade.desk.ask("/api/reconcile?month=2026-11");
    let figures =
        |documents: u32, cancelled: u32, sum: &str| json!({"documents": documents, "cancelled": cancelled, "sum": sum});
    let line = |site: &str, of: Value| json!({"site": site, "kind": "sales-invoice", "at_site": of, "at_office": of, "in_books": null, "differs": false});
    assert_eq!(
        told["items"],
        json!([line("bandung", figures(1, 1, "2000")), line("garut", figures(1, 0, "1000"))]),
        "{told}"
    );
    assert!(told["without"]["garut"].as_str().is_some_and(|why| why.contains("erpnext.toml")), "{told}");
    assert_eq!((&told["differences"], &told["more_differences"]), (&json!([]), &json!(0)));
    assert_eq!((&told["notes"], &told["more_notes"]), (&json!([]), &json!(0)));
    let of = |query: &str| trade.desk.get(&format!("/api/reconcile{query}"));
    assert_eq!(of("?month=2026-11&site=garut").well()["items"].as_array().unwrap().len(), 1);
    assert_eq!(of("").refused(400), "month");
    assert_eq!(of("?month=11").refused(400), "month");
    assert_eq!(of("?month=2026-11&site=nowhere").refused(404), "site");
}
