//! The fold by itself: order, taking back, days, and its bytes.

use super::*;
use proptest::prelude::*;

#[test]
fn a_record_that_does_not_come_after_the_last_changes_nothing() {
    let record = Record {
        stamp: Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Network },
        entry: Entry::Submitted(Submitted::new(
            id(1),
            "tablet-1".parse().unwrap(),
            None,
            document("sales-invoice", sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "5"}]))),
        )),
    };
    let at = |epoch: u128, seq: u64| Position { epoch: Epoch(Uuid::from_u128(epoch)), seq: Seq(seq) };
    let mut shop = Shop::new(0);
    // Epochs are in the order in which they come, whatever their ids say.
    for (position, expected) in [
        (at(9, 1), Apply::Done),
        (at(9, 1), Apply::OutOfOrder),
        (at(9, 5), Apply::Done),
        (at(9, 4), Apply::OutOfOrder),
        (at(2, 1), Apply::Done),
        (at(9, 6), Apply::OutOfOrder),
    ] {
        let before = shop.clone();
        assert_eq!(shop.apply(position, &record, &|_| None), expected, "{position}");
        assert_eq!(shop == before, expected == Apply::OutOfOrder, "{position}");
    }
}

#[test]
fn an_earlier_day_is_due_with_the_first_record_of_a_later_one() {
    let mut bench = Bench::tailor();
    let fields = || sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "5"}]));
    bench.submit(1, "sales-invoice", fields()).unwrap();
    assert_eq!(bench.shop.due(TODAY).next(), None);
    bench.today = TODAY.tomorrow().unwrap();
    assert_eq!(bench.shop.due(bench.today).collect::<Vec<_>>(), [TODAY]);
    let close = bench.shop.close(TODAY, bench.shop.reached().unwrap());
    assert_eq!((close.kinds[0].documents, close.kinds[0].cancelled, close.by.clone()), (1, 0, None));
    bench.append(Entry::DayClosed(close));
    assert_eq!(bench.shop.due(bench.today).next(), None);
    assert_eq!(bench.shop.day_state(TODAY), super::super::DayState::Closed);
}

/// One step on the bench.
#[derive(Clone, Debug)]
enum Op {
    Sell(u8),
    Receive(u8),
    Cancel(u8),
    Day,
    Name(u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (1u8..9).prop_map(Op::Sell),
        (1u8..9).prop_map(Op::Receive),
        any::<u8>().prop_map(Op::Cancel),
        Just(Op::Day),
        any::<u8>().prop_map(Op::Name)
    ]
}

fn run(bench: &mut Bench, n: u128, op: &Op) {
    match op {
        Op::Sell(qty) => {
            let _ = bench.submit(n, "sales-invoice", sale(json!([{"item_code": "CLOTH", "qty": qty, "rate": "5"}])));
        }
        Op::Receive(qty) => {
            let fields = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Stores",
                "items": [{"item_code": "BUTTON", "qty": qty}]});
            let _ = bench.submit(n, "stock-entry", fields);
        }
        Op::Cancel(which) => drop(bench.cancel(n, 1 + u128::from(*which) % n)),
        Op::Day => bench.today = bench.today.tomorrow().unwrap(),
        Op::Name(which) => {
            drop(bench.name(n, &(which % 3).to_string(), ["CLOTH", "BUTTON"][usize::from(which % 2)], None))
        }
    }
}

proptest! {
    #[test]
    fn a_group_that_the_disk_refused_is_taken_back_exactly(
        before in proptest::collection::vec(op(), 0..20),
        group in proptest::collection::vec(op(), 0..20),
    ) {
        let mut bench = Bench::tailor();
        let mut n = 0;
        for op in &before {
            n += 1;
            run(&mut bench, n, op);
        }
        bench.shop.settle(true);
        let was = bench.shop.clone();
        for op in &group {
            n += 1;
            run(&mut bench, n, op);
        }
        bench.shop.settle(false);
        prop_assert_eq!(bench.shop, was);
    }

    #[test]
    fn a_fold_that_was_written_down_reads_as_it_was(ops in proptest::collection::vec(op(), 0..40)) {
        let mut bench = Bench::tailor();
        for (n, op) in (1..).zip(&ops) {
            run(&mut bench, n, op);
        }
        bench.shop.settle(true);
        let bytes = serde_json::to_vec(&bench.shop).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Shop>(&bytes).unwrap(), bench.shop);
    }
}
