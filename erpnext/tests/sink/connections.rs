//! Lists that are asked for at once take a connection each, and leave it to those of the next time.

use crate::common::{Case, place};
use outpost_core::posting::{Sink, Verdict};
use serde_json::json;
use std::time::Duration;

const OF: &str = "bandung";
/// Documents that are read back together: more than there are lists, or they would be read one by one.
const TOGETHER: usize = 30;
const TIMES: usize = 5;
/// Connections that a client keeps.
const KEPT: u64 = 12;

#[test]
fn what_is_read_back_by_lists_takes_the_connections_of_the_time_before() {
    let mut case = Case::new(OF);
    // So that the lists are under way at one time.
    case.books.erp.set_delay(Duration::from_millis(20));
    case.books.erp.reset_tally();
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "1000"}]});
    for time in 1..=TIMES {
        let sales: Vec<_> = (0..TOGETHER).map(|_| case.shop.make("sales-invoice", sale.clone())).collect();
        for sale in &sales {
            assert_eq!(case.sink.post(sale, &place(OF, false)), Verdict::Made);
        }
        let ids: Vec<_> = sales.iter().map(|sale| sale.id).collect();
        assert!(case.sink.confirm(&ids).iter().all(|verdict| matches!(verdict, Verdict::Done(_))));
        assert_eq!(case.sink.read_by_lists(), TOGETHER * time);
    }
    let made = case.books.erp.tally().connections;
    assert!((5..=KEPT).contains(&made), "{made} connections");
}
