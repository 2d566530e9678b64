//! ERPNext's own ledgers beside what the documents moved: that each says what it should does not say that it was booked.
//!
//! In: the documents that were posted, and an administrator. Out: each item of each warehouse, and each account, that stands otherwise.
//! Absent: what goods are worth, which only ERPNext works out.

use crate::common::day::Act;
use crate::contract::Troubles;
use crate::ground::Ground;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Kind;
use outpost_core::domain::record::Submitted;
use outpost_erpnext::client::Query;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most rows of a ledger that one company of the suite's own has.
const MAX_ROWS: usize = 5_000;

/// How much there is of what: of an item in a warehouse, in an account.
type Sums = BTreeMap<String, Decimal>;

fn add(sums: &mut Sums, what: String, amount: Decimal) {
    let sum = sums.entry(what).or_default();
    *sum = sum.plus(amount).unwrap();
}

/// Those that nobody has cancelled.
fn counted(acts: &[Act]) -> impl Iterator<Item = &Submitted> {
    let cancelled: Vec<_> =
        acts.iter().filter_map(|act| if let Act::Cancel(_, _, of) = act { Some(of.id) } else { None }).collect();
    let posted =
        acts.iter().filter_map(|act| if let Act::Post(_, _, submitted) = act { Some(submitted) } else { None });
    posted.filter(move |submitted| !cancelled.contains(&submitted.id))
}

fn stock(acts: &[Act]) -> Sums {
    let mut stock = Sums::new();
    for submitted in counted(acts) {
        let effects = submitted.effects();
        for moved in effects.moves {
            add(&mut stock, format!("{} in {}", moved.item_code, moved.warehouse), moved.qty);
        }
        for counted in effects.counts {
            stock.insert(format!("{} in {}", counted.item_code, counted.warehouse), counted.qty);
        }
    }
    stock
}

/// What is in the tills, and what customers and suppliers owe: what they were billed, less what was paid.
fn money(ground: &Ground, acts: &[Act]) -> Sums {
    let named = |name: &str| ground.office.names.of(name);
    let tills = BTreeMap::from(
        [("Cash", "Cash - TW"), ("Wire Transfer", "Bank Account - TW")].map(|(m, a)| (named(m), named(a))),
    );
    let (debtors, creditors) = (named("Debtors - TW"), named("Creditors - TW"));
    let mut sums = Sums::new();
    for submitted in counted(acts) {
        let effects = submitted.effects();
        let kind = submitted.document.kind();
        let is_paid_out = effects.money.iter().any(|money| money.amount.is_negative());
        let party = match kind {
            Kind::SalesInvoice => Some(&debtors),
            Kind::PurchaseInvoice => Some(&creditors),
            Kind::PaymentEntry => Some(if is_paid_out { &creditors } else { &debtors }),
            _ => None,
        };
        let billed = match kind {
            Kind::SalesInvoice => effects.sum,
            Kind::PurchaseInvoice => effects.sum.negated(),
            _ => Decimal::ZERO,
        };
        if let Some(party) = party {
            add(&mut sums, party.clone(), billed);
        }
        for money in effects.money {
            add(&mut sums, tills[money.mode_of_payment.as_str()].clone(), money.amount);
            if let Some(party) = party {
                add(&mut sums, party.clone(), money.amount.negated());
            }
        }
    }
    sums
}

/// Rows of a ledger, of the fields that are summed.
fn rows(ground: &Ground, doctype: &str, filters: Vec<Value>, fields: &[&str]) -> Vec<Value> {
    ground.ask(|admin| {
        admin.list(doctype, &Query { fields, filters: filters.clone(), page: MAX_ROWS, ..Query::default() })
    })
}

fn number(row: &Value, field: &str) -> Decimal {
    let text = row[field].to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().unwrap_or_else(|error| panic!("{field} of {row}: {error}"))
}

/// Holds both against each other.
pub fn compare(ground: &Ground, acts: &[Act], troubles: &mut Troubles) {
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let mut told = |ours: Sums, theirs: &Sums| {
        assert!(ours.values().any(|sum| !sum.is_zero()), "nothing was moved");
        for (what, ours) in ours {
            let theirs = theirs.get(&what).copied().unwrap_or_default();
            troubles.unless(ours == theirs, || {
                format!("{what}: the ledger has {theirs}, and the documents come to {ours}")
            });
        }
    };
    let stock = stock(acts);
    let places: Vec<_> =
        stock.keys().filter_map(|what| what.split_once(" in ")).map(|(_, place)| place.to_owned()).collect();
    let mut bins = Sums::new();
    for row in rows(ground, "Bin", vec![json!(["warehouse", "in", places])], &["item_code", "warehouse", "actual_qty"])
    {
        add(
            &mut bins,
            format!("{} in {}", text(&row, "item_code"), text(&row, "warehouse")),
            number(&row, "actual_qty"),
        );
    }
    told(stock, &bins);
    let of_company = vec![json!(["company", "=", ground.own().company]), json!(["is_cancelled", "=", 0])];
    let mut accounts = Sums::new();
    for row in rows(ground, "GL Entry", of_company, &["account", "debit", "credit"]) {
        add(&mut accounts, text(&row, "account"), number(&row, "debit").minus(number(&row, "credit")).unwrap());
    }
    told(money(ground, acts), &accounts);
}
