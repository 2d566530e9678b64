//! A level with what of it is the site's own, in whatever order documents enter the books: the box comes to the same stock as books would
//! that had everything at once.

use super::*;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::effects::Progress;
use crate::domain::master::Level;
use crate::domain::shop::{InBooks, OutOfOrder};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Receive(u32),
    Issue(u32),
    Count(u32),
    /// Cancels the document of this number, where there is one.
    Cancel(usize),
}

fn ops() -> impl Strategy<Value = Vec<(Op, usize)>> {
    let op = prop_oneof![
        3 => (1_u32..9).prop_map(Op::Receive),
        3 => (1_u32..9).prop_map(Op::Issue),
        1 => (0_u32..40).prop_map(Op::Count),
        1 => (0_usize..12).prop_map(Op::Cancel),
    ];
    // Some are held, and enter later by so many.
    proptest::collection::vec((op, prop_oneof![2 => Just(0_usize), 1 => 0_usize..8]), 1..16)
}

fn made(n: u128, op: &Op) -> Option<Submitted> {
    let (kind, fields) = match op {
        Op::Receive(qty) => (
            "Stock Entry",
            json!({"stock_entry_type": "Material Receipt", "items": [{"item_code": "CLOTH", "qty": qty, "t_warehouse": "Stores"}]}),
        ),
        Op::Issue(qty) => (
            "Stock Entry",
            json!({"stock_entry_type": "Material Issue", "items": [{"item_code": "CLOTH", "qty": qty, "s_warehouse": "Stores"}]}),
        ),
        Op::Count(qty) => {
            ("Stock Reconciliation", json!({"items": [{"item_code": "CLOTH", "qty": qty, "warehouse": "Stores"}]}))
        }
        Op::Cancel(_) => return None,
    };
    Some(Submitted::new(id(n), "tablet-1".parse().unwrap(), None, document(kind, fields)))
}

/// Books as ERPNext keeps them: by the time of each document, whenever it came.
#[derive(Default)]
struct Ledger(BTreeMap<usize, Op>);

impl Ledger {
    fn stock(&self, others: u32) -> i64 {
        let step = |qty: i64, op: &Op| match op {
            Op::Receive(by) => qty + i64::from(*by),
            Op::Issue(by) => qty - i64::from(*by),
            Op::Count(counted) => i64::from(*counted),
            Op::Cancel(_) => qty,
        };
        self.0.values().fold(0, step) + i64::from(others)
    }

    fn latest_count(&self) -> Option<usize> {
        self.0.iter().rev().find(|(_, op)| matches!(op, Op::Count(_))).map(|(at, _)| *at)
    }
}

fn whole(qty: i64) -> Decimal {
    qty.to_string().parse().unwrap()
}

fn position(n: usize) -> Position {
    Position { epoch: Epoch(Uuid::from_u128(1)), seq: Seq(n as u64 + 1) }
}

proptest! {
    #[test]
    fn the_box_comes_to_the_stock_that_books_with_everything_would_have(ops in ops(), others in 0_u32..5) {
        let (mut bench, mut in_books) = (Bench::bare(), InBooks::default());
        let (mut books, mut all) = (Ledger::default(), Ledger::default());
        let mut cancelled = Vec::new();
        let (stores, cloth) = (text("Stores"), text("CLOTH"));
        let mut entering: Vec<(usize, usize)> = Vec::new();
        let last = ops.len() + 8;
        for now in 0..last {
            if let Some((op, delay)) = ops.get(now) {
                match (op, made(now as u128, op)) {
                    (_, Some(submitted)) => {
                        bench.append(Entry::Submitted(submitted));
                        all.0.insert(now, op.clone());
                        entering.push((now + delay, now));
                    }
                    (Op::Cancel(which), None) if all.0.contains_key(which) => {
                        all.0.remove(which);
                        cancelled.push(*which);
                        bench.append(Entry::Cancelled(Cancelled {
                            id: id(1_000 + now as u128),
                            device: "tablet-1".parse().unwrap(),
                            user: None,
                            document: id(*which as u128),
                            reason: text("mistyped"),
                            approved_by: None,
                        }));
                        if books.0.remove(which).is_some() {
                            in_books.take_back(position(*which), &made(*which as u128, &ops[*which].0).unwrap());
                        }
                    }
                    // Nothing stands there, and a place in the journal is used up all the same.
                    _ => bench.seq += 1,
                }
            }
            for (_, which) in entering.iter().filter(|(at, which)| *at == now && !cancelled.contains(which)) {
                let op = &ops[*which].0;
                books.0.insert(*which, op.clone());
                let submitted = made(*which as u128, op).unwrap();
                if in_books.add(position(*which), &submitted) == Err(OutOfOrder) {
                    in_books = InBooks::default();
                    for (at, op) in &books.0 {
                        in_books.add(position(*at), &made(*at as u128, op).unwrap()).unwrap();
                    }
                }
            }
            let (included, counted) = in_books.since_count(&stores, &cloth);
            prop_assert_eq!(counted, books.latest_count().map(|at| id(at as u128)));
            let level = Level {
                item_code: cloth.clone(), warehouse: stores.clone(), actual_qty: whole(books.stock(others)), included, counted,
            };
            bench.masters.put(Row::Level(level));
            // A count that the books lack says all there is; so what others did since is not in it.
            let unheard = all.latest_count() != books.latest_count();
            let expected = all.stock(if unheard { 0 } else { others });
            if let Some(standing) = bench.shop.stock(&bench.masters, &stores, &cloth) {
                let known = !(unheard && all.latest_count().is_none());
                prop_assert!(!known || standing.qty == whole(expected), "{} {expected} {:?}", standing.qty, books.0);
            }
        }
    }
}

#[test]
fn what_of_an_order_is_the_site_s_own_is_known_by_row() {
    let mut in_books = InBooks::default();
    let note = document(
        "Delivery Note",
        json!({"customer": "Bu Sari", "items": [{"item_code": "CLOTH", "qty": "2", "rate": "5", "warehouse": "Stores",
            "against_sales_order": "SO-1", "so_detail": "row-a"}]}),
    );
    let submitted = Submitted::new(id(1), "tablet-1".parse().unwrap(), None, note);
    let (order, row): (Ref, Text) = (text("SO-1").into(), text("row-a"));
    let delivered =
        |in_books: &InBooks| in_books.step(&order, Some(&row), crate::domain::effects::Progress::Delivered).to_string();
    in_books.add(position(0), &submitted).unwrap();
    assert_eq!(delivered(&in_books), "2");
    in_books.take_back(position(0), &submitted);
    assert_eq!(delivered(&in_books), "0");
}

#[test]
fn what_a_site_received_of_the_office_s_goods_is_in_the_sums_and_of_another_site_s_is_not() {
    let receipt = |n: u128, of: &str, row: &str| {
        let fields = json!({"stock_entry_type": "Material Transfer", "from_warehouse": "Transit", "to_warehouse": "Stores",
            "outgoing_stock_entry": of, "items": [{"item_code": "CLOTH", "qty": 4, "ste_detail": row}]});
        Submitted::new(id(n), "tablet-1".parse().unwrap(), None, document("Stock Entry", fields))
    };
    let of = |of: &str| Ref::from(Text::try_from(of).unwrap());
    let (mut in_books, other) = (InBooks::default(), id(99).to_string());
    in_books.add(position(1), &receipt(1, "MAT-STE-1", "a1")).unwrap();
    in_books.add(position(2), &receipt(2, "MAT-STE-1", "a1")).unwrap();
    in_books.add(position(3), &receipt(3, &other, "1")).unwrap();
    let received = |in_books: &InBooks, name: &str, row: &str| {
        let row = Text::try_from(row).unwrap();
        in_books.step(&of(name), Some(&row), Progress::Received).to_string()
    };
    assert_eq!((received(&in_books, "MAT-STE-1", "a1"), received(&in_books, &other, "1")), ("8".into(), "0".into()));
    in_books.take_back(position(2), &receipt(2, "MAT-STE-1", "a1"));
    assert_eq!(received(&in_books, "MAT-STE-1", "a1"), "4");
}
