//! What is read of each kind for a comparison, and what it means.

use crate::readback::decimal;
use jiff::civil::Date;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Kind;
use outpost_core::reconcile::{Standing, There};
use serde_json::Value;

/// Kinds with the totals of a sale or purchase.
const PRICED: [Kind; 5] =
    [Kind::SalesInvoice, Kind::SalesOrder, Kind::DeliveryNote, Kind::PurchaseReceipt, Kind::PurchaseInvoice];

/// The field of the day by which a kind is found: a master's is the day on which it was made there.
pub(super) fn day(kind: Kind) -> &'static str {
    match kind {
        Kind::SalesOrder => "transaction_date",
        Kind::Timesheet => "start_date",
        kind if kind.is_master() => "creation",
        _ => "posting_date",
    }
}

/// True of what has a field for the day that its paper says.
pub(super) fn has_true_day(kind: Kind) -> bool {
    kind.has_id() && !kind.is_master() && kind != Kind::Timesheet
}

/// The fields that are asked for.
pub(super) fn of(kind: Kind) -> Vec<&'static str> {
    let mut fields = vec!["name", "docstatus"];
    if kind.has_id() {
        fields.extend(["outpost_id", day(kind)]);
    }
    if has_true_day(kind) {
        fields.push("outpost_date");
    }
    match kind {
        kind if kind.is_master() => fields.push("disabled"),
        kind if PRICED.contains(&kind) => fields.extend(["grand_total", "rounded_total"]),
        Kind::PaymentEntry => fields.push("paid_amount"),
        Kind::JournalEntry => fields.push("total_debit"),
        _ => {}
    }
    fields
}

/// A row of a list. `digits` are those of the company's currency.
pub(crate) fn read(kind: Kind, digits: u32, row: &Value) -> Option<There> {
    let text = |field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default();
    let day_of = |field: &str| text(field).get(..10).and_then(|day| day.parse::<Date>().ok());
    Some(There {
        name: row.get("name")?.as_str()?.to_owned(),
        kind,
        id: row.get("outpost_id").and_then(|id| serde_json::from_value(id.clone()).ok()),
        day: if kind.has_id() { day_of(day(kind)) } else { None },
        truly: day_of("outpost_date"),
        sum: sum(kind, row).and_then(|sum| sum.rounded(digits)),
        standing: standing(kind, row),
    })
}

fn sum(kind: Kind, row: &Value) -> Option<Decimal> {
    let number = |field: &str| row.get(field).and_then(decimal).unwrap_or_default();
    match kind {
        // What is paid is the rounded one, where there is one.
        kind if PRICED.contains(&kind) => {
            Some(number("rounded_total")).filter(|total| !total.is_zero()).or_else(|| Some(number("grand_total")))
        }
        Kind::PaymentEntry => Some(number("paid_amount")),
        Kind::JournalEntry => Some(number("total_debit")),
        _ => None,
    }
}

fn standing(kind: Kind, row: &Value) -> Standing {
    let number = |field: &str| row.get(field).and_then(Value::as_u64).unwrap_or_default();
    match number("docstatus") {
        _ if kind.is_master() && number("disabled") == 1 => Standing::Cancelled,
        // Neither a master nor the time on a card that is open is ever submitted.
        0 if kind.is_master() || kind == Kind::JobCard => Standing::Submitted,
        0 => Standing::Draft,
        1 => Standing::Submitted,
        _ => Standing::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn what_is_paid_is_the_rounded_total_where_there_is_one() {
        let row = json!({ "name": "S-1", "docstatus": 1, "grand_total": 1000.4, "rounded_total": 1000.0,
                          "posting_date": "2026-12-01", "outpost_date": "2026-11-20",
                          "outpost_id": "01a199c7-0000-7000-8000-000000000001" });
        let read = read(Kind::SalesInvoice, 2, &row).unwrap();
        assert_eq!((read.sum, read.day), (Some(1000.into()), Some(date(2026, 12, 1))));
        assert_eq!((read.truly, read.standing), (Some(date(2026, 11, 20)), Standing::Submitted));
        assert_eq!(read.id.unwrap().to_string(), row["outpost_id"].as_str().unwrap());
        let row =
            json!({ "name": "S-1", "docstatus": 2, "grand_total": 1000.4, "rounded_total": 0.0, "outpost_id": "mine" });
        let read = super::read(Kind::SalesInvoice, 2, &row).unwrap();
        assert_eq!((read.sum.unwrap().to_string(), read.id, read.day), ("1000.4".into(), None, None));
        assert_eq!(read.standing, Standing::Cancelled);
    }

    #[test]
    fn every_kind_has_its_day_and_an_amount_only_where_its_paper_has_one() {
        for kind in Kind::ALL.iter().filter(|kind| kind.has_id()) {
            let mut row = serde_json::Map::new();
            for field in of(*kind) {
                row.insert(field.into(), json!("2026-11-20 10:00:00"));
            }
            assert_eq!(read(*kind, 2, &row.into()).unwrap().day, Some(date(2026, 11, 20)), "{kind:?}");
        }
        assert_eq!(sum(Kind::StockEntry, &json!({ "total_amount": 5 })), None);
    }

    #[test]
    fn a_master_is_there_until_it_is_put_out_of_use() {
        let customer = |disabled: u8| standing(Kind::Customer, &json!({ "docstatus": 0, "disabled": disabled }));
        assert_eq!((customer(0), customer(1)), (Standing::Submitted, Standing::Cancelled));
        assert_eq!(standing(Kind::SalesInvoice, &json!({ "docstatus": 0 })), Standing::Draft);
    }
}
