//! Days that are closed, in ERPNext or at the office's desk, and the first open one.

use crate::common::{Books, Case, Workshop, day_of, place, post};
use crate::held::{issue, sale};
use jiff::tz::TimeZone;
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::{Posted, Sink, Verdict};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::map::{ClosedPeriod, SiteMap};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};

const OF: &str = "bandung";

#[test]
fn a_closed_month_until_it_is_opened() {
    let mut case = Case::new(OF);
    let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-10-15"})));
    case.holds(&late, Hold::Closed, &["closed Accounting Period", "Open the period"]);
    case.books.erp.open_period("Oct 2026");
    case.goes_through(&late);
}

/// A site whose documents of closed days are posted on the first open one.
fn moving() -> Case {
    Case::with(OF, SiteMap { closed_period: ClosedPeriod::FirstOpenDay, ..Books::map(OF) })
}

/// Days that are closed for sales, as the office has them.
fn closed(from: &str, to: &str) -> Value {
    json!({"period_name": format!("{from} to {to}"), "start_date": from, "end_date": to, "closed_documents": ["Sales Invoice"]})
}

/// The same as ERPNext has them.
fn close(case: &Case, from: &str, to: &str, company: &str) {
    let name = format!("{from} to {to} - TW");
    let period = json!({"period_name": name, "company": company, "start_date": from, "end_date": to,
        "closed_documents": [{"document_type": "Sales Invoice", "closed": 1}, {"document_type": "Stock Entry", "closed": 0}]});
    case.books.erp.seed("Accounting Period", &name, period);
}

#[test]
fn a_closed_month_and_the_first_open_day() {
    for fields in [true, false] {
        let mut case = moving();
        if !fields {
            case.books = Books::new();
            case.shop = Workshop::new(OF, &case.books.office, 1_000);
            case.sink =
                case.books.sink_with(OF, SiteMap { closed_period: ClosedPeriod::FirstOpenDay, ..Books::map(OF) });
        }
        let late =
            case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-10-15", "due_date": "2026-10-20"})));
        case.books.office.put(Table::Period, closed("2026-10-01", "2026-10-31"));
        let moved = post(&mut case.sink, &late, &place(OF, false));
        let Verdict::Done(Posted { name, day, .. }) = &moved else { panic!("{moved:?}") };
        assert_eq!(*day, Some(day_of("2026-11-01")));
        let doc = case.books.erp.document("Sales Invoice", name.as_str()).unwrap();
        assert_eq!((&doc["posting_date"], &doc["due_date"]), (&json!("2026-11-01"), &json!("2026-11-01")));
        assert_eq!(doc.get("outpost_date"), fields.then(|| json!("2026-10-15")).as_ref());
        // Its answer was lost: it is found where it was put, today and after November is closed as well.
        assert_eq!(post(&mut case.sink, &late, &place(OF, true)), moved);
        if fields {
            case.books.office.put(Table::Period, closed("2026-11-01", "2026-11-30"));
            assert_eq!(post(&mut case.sink, &late, &place(OF, true)), moved);
        }
    }
}

#[test]
fn a_month_that_was_closed_since_the_office_has_read_the_periods() {
    let mut case = moving();
    let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-10-15"})));
    // The first day that is open here is closed there, for sales of this company.
    case.books.office.put(Table::Period, closed("2026-10-01", "2026-10-31"));
    close(&case, "2026-11-01", "2026-11-05", "Tailor Works");
    close(&case, "2026-11-06", "2026-11-09", "Cutter Works");
    let moved = post(&mut case.sink, &late, &place(OF, false));
    assert!(matches!(&moved, Verdict::Done(Posted { day, .. }) if *day == Some(day_of("2026-11-06"))), "{moved:?}");
    assert_eq!(post(&mut case.sink, &late, &place(OF, true)), moved);
    // Nothing of it is here.
    let mut case = moving();
    let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-10-15"})));
    let moved = post(&mut case.sink, &late, &place(OF, false));
    assert!(matches!(&moved, Verdict::Done(Posted { day, .. }) if *day == Some(day_of("2026-11-01"))), "{moved:?}");
}

#[test]
fn a_day_without_a_period_is_held_though_the_site_takes_the_first_open_day() {
    let mut case = moving();
    let old = case.shop.make("sales-invoice", sale(json!({"posting_date": "2025-12-30"})));
    case.holds(&old, Hold::Closed, &["Fiscal Year", "Make the fiscal year"]);
}

#[test]
fn periods_that_erpnext_does_not_show_are_those_that_the_office_has() {
    let mut case = moving();
    case.books.erp.add_stock_at("BUTTON", "Bandung - TW", 3.0, 500.0, "2026-09-30");
    let blind = case.books.erp.add_user("blind@tailor.local", &["Stock User", "Stock Manager", "Item Manager"]);
    let client = Client::new(&case.books.erp.url(), &Key { key: blind.key, secret: blind.secret }, None).unwrap();
    let map = SiteMap { closed_period: ClosedPeriod::FirstOpenDay, ..Books::map(OF) };
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let site = OF.parse().unwrap();
    case.sink = Erpnext::new(client, site, map, zone, case.books.office.clone()).on(day_of("2026-11-23"));
    let mut taken = issue("BUTTON", "3");
    taken["posting_date"] = json!("2026-10-15");
    let late = case.shop.make("stock-entry", taken);
    case.holds(&late, Hold::Closed, &["closed Accounting Period", "not shown to the connector", "erpnext check"]);
    let october = json!({"period_name": "Oct 2026", "start_date": "2026-10-01", "end_date": "2026-10-31", "closed_documents": ["Stock Entry"]});
    case.books.office.put(Table::Period, october);
    let moved = post(&mut case.sink, &late, &place(OF, false));
    assert!(matches!(&moved, Verdict::Done(Posted { day, .. }) if *day == Some(day_of("2026-11-01"))), "{moved:?}");
}

#[test]
fn nothing_is_posted_on_a_first_open_day_that_is_still_to_come() {
    // Closed by ERPNext, known here or not; by the desk alone.
    for (there, here) in [(true, false), (true, true), (false, true)] {
        let mut case = moving();
        if there {
            close(&case, "2026-11-20", "2026-11-30", "Tailor Works");
        }
        if here {
            let name = if there { "November, the rest" } else { "2026-11" };
            let first = if there { "2026-11-20" } else { "2026-11-01" };
            let month = json!({"period_name": name, "start_date": first, "end_date": "2026-11-30", "closed_documents": ["Sales Invoice"]});
            case.books.office.put(Table::Period, month);
        }
        let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-11-21"})));
        case.holds(&late, Hold::Closed, &["the first open one, 2026-12-01, is still to come", "by itself then"]);
        // One day before, in the books' zone, and on it.
        let map = SiteMap { closed_period: ClosedPeriod::FirstOpenDay, ..Books::map(OF) };
        case.sink = case.books.sink_with(OF, map.clone()).on(day_of("2026-11-30"));
        case.holds(&late, Hold::Closed, &["2026-12-01"]);
        case.sink = case.books.sink_with(OF, map).on(day_of("2026-12-01"));
        let moved = post(&mut case.sink, &late, &place(OF, true));
        assert!(matches!(&moved, Verdict::Done(Posted { day, .. }) if *day == Some(day_of("2026-12-01"))), "{moved:?}");
    }
}

#[test]
fn a_month_that_the_desk_has_closed_though_erpnext_has_not() {
    let closed = json!({"period_name": "2026-08", "start_date": "2026-08-01", "end_date": "2026-08-31",
        "closed_documents": ["Sales Invoice"]});
    let mut case = Case::new(OF);
    let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-08-15"})));
    case.books.office.put(Table::Period, closed.clone());
    case.holds(&late, Hold::Closed, &["closed at the office's desk", "Open the month there"]);
    let open = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-09-15"})));
    case.goes_through(&open);
    // What stands in a closed month is not taken out of it either; once the month is open again it is, and found so ever after.
    let september = json!({"period_name": "2026-09", "start_date": "2026-09-01", "end_date": "2026-09-30",
        "closed_documents": ["Sales Invoice"]});
    case.books.office.put(Table::Period, september.clone());
    let cancelled = case.shop.cancel(&open);
    let again = place(OF, true);
    let verdict = case.sink.cancel(&cancelled, &open, &again);
    assert!(
        matches!(&verdict, Verdict::Held(Hold::Closed, why) if why.contains("Open the month there")),
        "{verdict:?}"
    );
    assert_eq!(case.books.erp.submitted()[&open.id.to_string()].len(), 1, "it is as it was");
    let mut opened = september.clone();
    opened["closed_documents"] = json!([]);
    case.books.office.put(Table::Period, opened);
    let done = case.sink.cancel(&cancelled, &open, &again);
    assert!(matches!(done, Verdict::Done(_)), "{done:?}");
    case.books.office.put(Table::Period, september);
    assert_eq!(case.sink.cancel(&cancelled, &open, &again), done);

    let map = SiteMap { closed_period: ClosedPeriod::FirstOpenDay, ..Books::map(OF) };
    let mut case = Case::with(OF, map);
    let late = case.shop.make("sales-invoice", sale(json!({"posting_date": "2026-08-15", "due_date": "2026-08-20"})));
    case.books.office.put(Table::Period, closed);
    let Verdict::Done(Posted { day, .. }) = post(&mut case.sink, &late, &place(OF, false)) else { panic!() };
    assert_eq!(day, Some(day_of("2026-09-01")));
}

#[test]
fn outside_of_a_year_and_before_a_day_that_is_frozen() {
    let mut case = Case::new(OF);
    let old = case.shop.make("sales-invoice", sale(json!({"posting_date": "2025-12-30"})));
    case.holds(&old, Hold::Closed, &["Fiscal Year", "Make the fiscal year"]);
    let year = json!({"year": "2025", "year_start_date": "2025-01-01", "year_end_date": "2025-12-31"});
    case.books.erp.seed("Fiscal Year", "2025", year);
    case.goes_through(&old);

    let settings = |case: &Case, of: &str, fields: Value| case.books.erp.seed(of, of, fields);
    settings(&case, "Accounts Settings", json!({"acc_frozen_upto": "2026-11-21"}));
    let made = case.shop.make("sales-invoice", sale(json!({})));
    case.holds(&made, Hold::Closed, &["not authorized", "Change that in ERPNext"]);
    settings(&case, "Accounts Settings", json!({}));
    case.goes_through(&made);

    case.books.erp.add_stock_at("BUTTON", "Bandung - TW", 3.0, 500.0, "2026-11-19");
    settings(&case, "Stock Settings", json!({"stock_frozen_upto": "2026-11-21"}));
    let taken = case.shop.make("stock-entry", issue("BUTTON", "3"));
    case.holds(&taken, Hold::Closed, &["frozen", "change that and retry"]);
    settings(&case, "Stock Settings", json!({}));
    case.goes_through(&taken);
}
