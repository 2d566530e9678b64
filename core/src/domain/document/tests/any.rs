//! Any document that can be made of the examples by changing, dropping and repeating fields and rows: most are refused, and what
//! holds of those that are taken holds of all.

use super::examples::{examples, taken};
use super::*;
use crate::domain::decimal::MAX_SCALE;
use crate::domain::effects::StockMove;
use proptest::prelude::*;
use serde_json::json;

/// One change: where, counted through all the values of the document, and what becomes of it there.
type Change = (prop::sample::Index, u8);

fn change(value: &mut Value, at: &mut usize, how: u8) -> bool {
    if *at == 0 {
        let numbers = [
            "0",
            "1",
            "-1",
            "2.5",
            "0.000000001",
            "10000000",
            "10000001",
            "999999999999.999999999",
            "-3",
            "0.333333333",
        ];
        match value {
            Value::Array(rows) if how.is_multiple_of(2) && !rows.is_empty() => rows.push(rows[0].clone()),
            Value::Array(rows) => drop(rows.pop()),
            Value::Object(fields) => {
                let last = fields.keys().nth(usize::from(how) % fields.len().max(1)).cloned();
                last.map(|key| fields.remove(&key));
            }
            Value::String(text) if text.parse::<Decimal>().is_ok() => {
                *value = json!(numbers[usize::from(how) % numbers.len()])
            }
            Value::String(text) if how.is_multiple_of(3) => text.push('x'),
            Value::String(text) => drop(text.pop()),
            Value::Number(_) | Value::Bool(_) => *value = json!(how % 2),
            Value::Null => {}
        }
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(rows) => rows.iter_mut().any(|row| change(row, at, how)),
        Value::Object(fields) => fields.values_mut().any(|field| change(field, at, how)),
        _ => false,
    }
}

fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(rows) => rows.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        _ => 0,
    }
}

pub(crate) fn any_payload() -> impl Strategy<Value = (Kind, Value)> {
    let changes = proptest::collection::vec(any::<Change>(), 0..4);
    (any::<prop::sample::Index>(), changes).prop_map(|(which, changes)| {
        let examples = examples();
        let (kind, mut payload) = examples[which.index(examples.len())].clone();
        for (at, how) in changes {
            let mut at = at.index(values(&payload));
            change(&mut payload, &mut at, how);
        }
        (kind, payload)
    })
}

fn any_booked() -> impl Strategy<Value = Booked> {
    let factor = prop::sample::select(vec!["1", "12", "0.001", "10000", "0.333333333", "9999.999999999"]);
    let factors = proptest::collection::vec(factor.prop_map(n), 0..4);
    let total = prop::option::of(prop::sample::select(vec!["0", "55600", "-5000", "999999999999"]).prop_map(n));
    (factors, total).prop_map(|(factors, total)| Booked { factors, total, ..Booked::default() })
}

/// The product in nine places, worked out in whole numbers and rounded once.
fn exact(qty: Decimal, factor: Decimal) -> Decimal {
    let ((qty, scale), (factor, more)) = (qty.parts(), factor.parts());
    let digits = 10i128.pow(scale + more);
    let nano = qty * factor * 10i128.pow(MAX_SCALE);
    Decimal::of_parts(crate::domain::decimal::nearest(nano, digits).unwrap(), MAX_SCALE).unwrap()
}

/// What the document's JSON says that it moves, worked out again without any of the types.
fn expected(kind: Kind, fields: &Value, booked: &Booked) -> Vec<StockMove> {
    let flag = |value: &Value| value == &json!(1) || value == &json!(true);
    let text = |value: &Value| value.as_str().map(|text| super::super::Text::try_from(text).unwrap());
    let moving = match kind {
        Kind::SalesInvoice | Kind::PurchaseInvoice => flag(&fields["update_stock"]),
        Kind::DeliveryNote | Kind::PurchaseReceipt | Kind::StockEntry => true,
        _ => false,
    };
    let mut found = Vec::new();
    for (i, row) in fields["items"].as_array().into_iter().flatten().enumerate().filter(|_| moving) {
        let one = Decimal::from(1);
        let qty = exact(n(row["qty"].as_str().unwrap()), booked.factors.get(i).copied().unwrap_or(one));
        let item_code = text(&row["item_code"]).unwrap();
        let either = |own: &str, all: &str| text(&row[own]).or_else(|| text(&fields[all]));
        let mut push = |warehouse: Option<_>, qty| {
            found.extend(warehouse.map(|warehouse| StockMove { item_code: item_code.clone(), warehouse, qty }));
        };
        match kind {
            Kind::SalesInvoice | Kind::DeliveryNote => push(either("warehouse", "set_warehouse"), qty.negated()),
            Kind::PurchaseInvoice | Kind::PurchaseReceipt => push(either("warehouse", "set_warehouse"), qty),
            _ => {
                let made = flag(&row["is_finished_item"]) || flag(&row["is_scrap_item"]);
                let makes = fields["stock_entry_type"] == "Manufacture";
                if !(makes && made) {
                    push(either("s_warehouse", "from_warehouse"), qty.negated());
                }
                if !makes || made {
                    push(either("t_warehouse", "to_warehouse"), qty);
                }
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn effects_are_the_same_each_time_and_in_the_range_of_the_books((kind, payload) in any_payload(), booked in any_booked()) {
        let Ok(document) = taken(kind, &payload) else { return Ok(()) };
        let rules = document.rules();
        let effects = rules.effects(&booked);
        prop_assert_eq!(&effects, &rules.effects(&booked));
        prop_assert_eq!(&effects.moves, &expected(kind, &payload, &booked));
        let amounts = effects.moves.iter().chain(&effects.counts).map(|m| m.qty);
        let amounts = amounts.chain(effects.money.iter().map(|m| m.amount)).chain(effects.steps.iter().map(|s| s.by));
        for amount in amounts.chain([effects.sum]) {
            prop_assert_eq!(amount.to_string().parse::<Decimal>().unwrap(), amount, "as the books keep it");
        }
    }

    #[test]
    fn what_a_document_says_of_itself_never_panics((kind, payload) in any_payload(), booked in any_booked(), total in any::<i32>()) {
        // Records of an older version were held to its rules, not to these: nothing here may rely on them.
        let Ok(document) = Document::deserialize_as(kind, &with(&payload, &[("/id", Value::Null), ("/user", Value::Null)])) else {
            return Ok(());
        };
        let rules = document.rules();
        let _ = (rules.effects(&booked), rules.references(), rules.places(), rules.item_rows(), rules.priced(), rules.party());
        let _ = (rules.posting_date(), rules.settles(n(&total.to_string())));
        for what in [Progress::Returned, Progress::Delivered, Progress::Billed, Progress::Paid, Progress::Advanced, Progress::Used,
            Progress::Received] {
            for row in [None, Some("1"), Some("2"), Some("99")] {
                let row = row.map(|row| row.try_into().unwrap());
                let _ = rules.allows(&booked, row.as_ref(), what);
            }
        }
    }
}
