//! A connector without a right at the level of a field: what ERPNext drops of an order is told by `check`, and holds nothing by itself.

use crate::common::{Books, Workshop, ZONE, done, place, post, site};
use erpnext_stand_in::Alteration;
use jiff::tz::TimeZone;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::Verdict;
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::setup::ROLES;
use outpost_erpnext::sink::Erpnext;
use serde_json::json;

const OF: &str = "bandung";

#[test]
fn an_order_is_posted_whether_or_not_pricing_rules_may_be_kept_out() {
    let books = Books::with_fields();
    let sink = |roles: &[&str], name: &str| {
        let user = books.erp.add_user(name, roles);
        let client = Client::new(&books.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
        Erpnext::new(client, site(OF), Books::map(OF), TimeZone::get(ZONE).unwrap(), books.office.clone())
    };
    let all: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
    let before: Vec<&str> = all.iter().copied().filter(|role| *role != "Sales Manager").collect();
    let (mut now, mut once) = (sink(&all, "now@tailor.local"), sink(&before, "once@tailor.local"));
    let mut shop = Workshop::new(OF, &books.office, 1_000);
    let mut order = || {
        let row = json!({"item_code": "SHIRT", "qty": "2", "rate": "250000", "warehouse": "Bandung - TW"});
        shop.make("sales-order", json!({"customer": "Bu Sari", "delivery_date": "2026-12-01", "items": [row]}))
    };
    let kept_out = |name: &str| books.erp.document("Sales Order", name).unwrap()["ignore_pricing_rule"].clone();
    assert_eq!(kept_out(&done(&mut now, OF, &order())), json!(1));
    assert_eq!(kept_out(&done(&mut once, OF, &order())), json!(0));
    // What a rule does with it is a price, and that is told.
    let value = Some(json!(225_000.0));
    books.erp.alter(Alteration { doctype: "Sales Order".into(), pointer: "/items/0/rate".into(), value });
    let verdict = post(&mut once, &order(), &place(OF, false));
    assert!(matches!(&verdict, Verdict::Held(Hold::Differs, why) if why.contains("items[0].rate")), "{verdict:?}");
}
