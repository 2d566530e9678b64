//! Rights: what the office's rows mean, and that every question has an answer with a remedy.

use super::super::document::{Kind, Text, Touch};
use super::super::id::SiteId;
use super::super::master::{Masters, Permission, Row, User, Warehouse};
use super::*;

fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

fn site() -> SiteId {
    "bdg".parse().unwrap()
}

fn masters() -> Masters {
    let mut masters = Masters::default();
    for (name, site, is_transit, disabled) in [
        ("Own", Some("bdg"), false, false),
        ("Theirs", Some("sby"), false, false),
        ("Main", None, false, false),
        ("Road", None, true, false),
        ("Old", Some("bdg"), false, true),
    ] {
        let site = site.map(|site| site.parse().unwrap());
        masters.put(Row::Warehouse(Warehouse { name: text(name), site, is_transit, disabled, company: None }));
    }
    masters
}

fn permit(masters: &mut Masters, role: &str, (create, submit, cancel): (bool, bool, bool)) {
    let (role, document) = (text(role), Kind::SalesInvoice);
    masters.put(Row::Permission(Permission { role, document, read: true, create, submit, cancel }));
}

fn user(roles: &[&str]) -> User {
    let roles = roles.iter().map(|role| text(role)).collect();
    let (name, full_name) = (text("wati"), text("Wati"));
    User { name, full_name, sites: Vec::new(), roles, is_manager: false, pin_hash: None, badge_hash: None }
}

#[test]
fn a_warehouse_is_whose_the_office_says() {
    let masters = masters();
    let whose = |name: &str| whose(&text(name), &site(), &masters);
    assert_eq!(whose("Own"), Whose::Own);
    assert_eq!(whose("Theirs"), Whose::Site("sby".parse().unwrap()));
    assert_eq!(whose("Main"), Whose::Office);
    assert_eq!(whose("Road"), Whose::Transit);
    assert_eq!(whose("Old"), Whose::Disabled);
    assert_eq!(whose("Nowhere"), Whose::Unknown);
}

#[test]
fn what_touches_only_the_sites_own_warehouses_works_always() {
    for kind in Kind::ALL {
        for touch in work(*kind).iter().filter(|touch| !matches!(touch, Touch::Send | Touch::Receive)) {
            assert_eq!(decide(*kind, *touch, &Whose::Own), Decision::Allowed, "{kind} {touch:?}");
        }
    }
    assert_eq!(decide(Kind::StockEntry, Touch::Send, &Whose::Transit), Decision::Allowed);
    assert_eq!(decide(Kind::StockEntry, Touch::Receive, &Whose::Transit), Decision::Allowed);
}

#[test]
fn what_touches_another_sites_is_refused_with_its_name() {
    for kind in Kind::ALL {
        for touch in work(*kind) {
            let whose = Whose::Site("sby".parse().unwrap());
            let Decision::Refused(why) = decide(*kind, *touch, &whose) else { panic!("{kind} {touch:?}") };
            let names_it = why.to_string().contains("sby");
            assert!(names_it || why == Why::NoTransit, "{why}");
        }
    }
}

#[test]
fn a_kind_does_not_do_anothers_work() {
    assert_eq!(
        decide(Kind::SalesInvoice, Touch::Count, &Whose::Own),
        Decision::Refused(Why::NotItsWork(Kind::SalesInvoice))
    );
}

#[test]
fn submitting_takes_the_right_to_make_and_the_right_to_submit_of_one_role() {
    let mut masters = masters();
    let may = |deed, roles: &[&str], masters: &Masters| may(deed, Kind::SalesInvoice, &user(roles), masters);
    assert_eq!(may(Deed::Cancel, &[], &masters), Ok(()), "no permissions at all: nothing to hold people to");
    permit(&mut masters, "Maker", (true, false, false));
    permit(&mut masters, "Till", (true, true, false));
    permit(&mut masters, "Boss", (true, true, true));
    assert!(may(Deed::Submit, &["Maker"], &masters).is_err());
    assert_eq!(may(Deed::Create, &["Maker"], &masters), Ok(()));
    assert_eq!(may(Deed::Submit, &["Maker", "Till"], &masters), Ok(()));
    assert!(may(Deed::Cancel, &["Till"], &masters).is_err());
    assert_eq!(may(Deed::Cancel, &["Boss"], &masters), Ok(()));
    let refused = may(Deed::Submit, &["Maker", "Cook"], &masters).unwrap_err().to_string();
    assert!(
        refused.contains("Maker, Cook") && refused.contains("Sales Invoice") && refused.contains("ask"),
        "{refused}"
    );
    assert!(may(Deed::Submit, &[], &masters).unwrap_err().to_string().contains("no role"));
}
