//! Every body that is made, as an ERPNext that does as it is told would have it: each scalar of it is looked at.

use super::*;
use crate::payload::sheet;
use crate::payload::tests::{bodies, made};

/// As ERPNext writes it: numbers with a point, times without a leading zero, and what it works out.
fn echo(body: &Value, submitted: &outpost_core::domain::record::Submitted) -> Value {
    fn plain(name: &str, value: &Value) -> Value {
        match value {
            Value::Number(number) if !number.to_string().contains('.') => {
                serde_json::from_str(&format!("{number}.0")).unwrap()
            }
            Value::String(text) if name == "posting_time" => json!(format!("{}.000000", text.trim_start_matches('0'))),
            Value::Array(rows) => rows.iter().map(|row| plain("", row)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), plain(name, value))).collect(),
            other => other.clone(),
        }
    }
    let mut got = plain("", body);
    if got["posting_time"] == ":00:00.000000" {
        got["posting_time"] = json!("0:00:00");
    }
    let kind = submitted.document.kind();
    if let Some(totals) = sheet::totals(submitted, &masters(), &site()) {
        let number = |amount: Decimal| serde_json::from_str::<Value>(&amount.to_string()).unwrap();
        got["total"] = number(totals.total);
        got["net_total"] = number(totals.net_total);
        got["grand_total"] = number(totals.grand_total);
        got["rounded_total"] = number(totals.payable);
        got["discount_amount"] = number(totals.discount_amount);
        let taxed = totals.grand_total.minus(totals.adjustment).unwrap().minus(totals.net_total).unwrap();
        got["total_taxes_and_charges"] = number(taxed);
        for (i, tax) in totals.taxes.iter().enumerate() {
            got["taxes"][i]["tax_amount_after_discount_amount"] = number(*tax);
        }
        let count = body["items"].as_array().unwrap().len();
        for i in 0..count {
            let of = |field: &str| decimal(&body["items"][i][field]).unwrap();
            got["items"][i]["amount"] = number(of("qty").times(of("rate")).unwrap());
        }
    }
    let more = match kind {
        Kind::SalesInvoice if body.get("advances").is_some() => {
            json!({"outstanding_amount": 350000, "total_advance": 100000})
        }
        Kind::SalesInvoice => json!({"outstanding_amount": 0}),
        Kind::PurchaseInvoice if body.get("is_paid").is_none() => {
            json!({"outstanding_amount": got["rounded_total"]})
        }
        Kind::PaymentEntry if body["payment_type"] == "Receive" => {
            json!({"total_allocated_amount": 90000, "unallocated_amount": 10000})
        }
        Kind::PaymentEntry => json!({"unallocated_amount": 1000}),
        Kind::JournalEntry => json!({"total_debit": 20000, "total_credit": 20000}),
        Kind::Timesheet => json!({"total_hours": 1.1666666666666667}),
        Kind::Customer => json!({"name": body["customer_name"]}),
        Kind::Supplier => json!({"name": body["supplier_name"]}),
        Kind::Item => json!({"name": body["item_code"]}),
        _ => json!({}),
    };
    merged(got, more)
}

#[test]
fn every_scalar_of_every_body_is_looked_at() {
    for mut case in bodies::all() {
        let body = made(&case.submitted, &mut case.names);
        let got = echo(&body, &case.submitted);
        let expected = Expected::of(&case.submitted, &masters(), &site(), Reading::First);
        each_change_is_told(&body, &expected, &got, &[]);
    }
}

#[test]
fn a_row_more_of_goods_or_money_or_tax_is_told() {
    for mut case in bodies::all() {
        let body = made(&case.submitted, &mut case.names);
        let got = echo(&body, &case.submitted);
        let expected = Expected::of(&case.submitted, &masters(), &site(), Reading::First);
        let kind = case.submitted.document.kind();
        if kind.is_master() {
            continue;
        }
        for table in ["items", "taxes", "payments", "advances", "references", "accounts", "time_logs"] {
            let mut more = got.clone();
            let rows = more.as_object_mut().unwrap().entry(table).or_insert_with(|| json!([]));
            rows.as_array_mut().unwrap().push(json!({"idx": 9}));
            let found = differences(&body, &expected, &more);
            assert!(found.iter().any(|found| found.field == table), "{} {table}: {:?}", kind.name(), said(&found));
        }
        if let Some(rows) = got.get("items").filter(|_| kind != Kind::StockReconciliation) {
            let mut fewer = got.clone();
            fewer["items"] = json!(rows.as_array().unwrap()[1..]);
            assert!(differences(&body, &expected, &fewer).iter().any(|found| found.field == "items"));
        }
    }
}

#[test]
fn an_end_that_no_row_has_is_told() {
    let issue = bodies::all().into_iter().find(|case| case.submitted.document.kind() == Kind::StockEntry);
    let mut case = issue.unwrap();
    let body = made(&case.submitted, &mut case.names);
    let mut got = echo(&body, &case.submitted);
    got["items"][0]["t_warehouse"] = json!("Stores - TW");
    let expected = Expected::of(&case.submitted, &masters(), &site(), Reading::First);
    assert_eq!(
        said(&differences(&body, &expected, &got)),
        ["items[0].t_warehouse is Stores - TW in ERPNext, and not nothing"]
    );
}
