//! Sites, as the desk shows them.

use crate::house::Office;
use crate::shop::{sale, send};
use crate::until;
use serde_json::{Value, json};

#[test]
fn a_site_is_told_with_its_keys_and_its_documents_a_day() {
    let office = Office::open("");
    let lia = office.log_in("lia");
    assert_eq!(lia.ask("/api/sites"), json!({ "items": [], "next": null }));
    let house = office.with_box("bandung");
    let _other = office.town.settle("solo", None, &[], "").unwrap();
    send(&house, "sales-invoice", &[&sale(1, "2"), &sale(2, "3")]);
    let site = until("the sales", || lia.ask("/api/sites/bandung"), |site| site["documents"] == 2);
    assert_eq!((&site["site"], &site["road"], &site["missing"]), (&json!("bandung"), &json!("line"), &json!(0)));
    assert_eq!((&site["posting"], &site["carried"]), (&Value::Null, &Value::Null));
    assert_eq!(site["condition"]["version"], env!("CARGO_PKG_VERSION"), "{site}");
    let keys = site["keys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[0]["state"]), (1, &json!("counts")), "{site}");
    let notices = site["notices"].as_array().unwrap();
    assert!(keys[0]["fingerprint"].is_string() && site["noticed"] == notices.len(), "{site}");

    let first = lia.ask("/api/sites?limit=1");
    assert_eq!((&first["items"][0]["site"], &first["next"]), (&json!("bandung"), &json!("bandung")));
    let second = lia.ask("/api/sites?limit=1&after=bandung");
    let solo = &second["items"][0];
    assert_eq!(
        (&solo["site"], &solo["road"], &second["next"]),
        (&json!("solo"), &Value::Null, &Value::Null),
        "{second}"
    );
    assert_eq!(lia.get("/api/sites?after=%2F").refused(410), "after");

    let chart = lia.ask("/api/sites/bandung/chart?from=2026-11-19&to=2026-11-21");
    let day = |day: &str, documents: u32| json!({ "day": day, "documents": documents });
    assert_eq!(chart, json!({ "days": [day("2026-11-19", 0), day("2026-11-20", 2), day("2026-11-21", 0)] }));
    let refused = |query: &str| lia.get(&format!("/api/sites/bandung/chart?{query}")).refused(400);
    assert_eq!((refused("from=2026-11-19"), refused("from=2026-11-19&to=2026-11-18")), ("to".into(), "to".into()));
    assert_eq!((refused("from=x&to=2026-11-18"), refused("day=2026-11-18")), ("from".into(), "day".into()));
    assert_eq!(refused("from=2026-01-01&to=2026-04-03"), "to", "93 days");
    assert_eq!(lia.get("/api/sites/bandung/chart?from=2026-01-01&to=2026-04-02").status, 200, "92 days");
    for path in ["/api/sites/medan", "/api/sites/Medan", "/api/sites/medan/chart?from=2026-11-19&to=2026-11-19"] {
        assert_eq!(lia.get(path).refused(404), "site", "{path}");
    }
}
