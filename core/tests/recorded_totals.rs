//! Every document with a total that was recorded against a real ERPNext 15.71, reckoned here and compared with its answer.
//!
//! The recordings lie beside the repository, in `../shared/erpnext`, and not in it (README, Work on it); where one is missing the test fails and
//! names it. Answers were cut off after 3000 characters, so what is compared is looked for by its name in the text.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::master::TaxRule;
use outpost_core::domain::totals::{Discount, Rounding, Sheet, SheetLine};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

const KINDS: [&str; 5] = ["Sales Invoice", "Sales Order", "Delivery Note", "Purchase Receipt", "Purchase Invoice"];

/// A request whose totals can be reckoned from it alone, and what was said to it.
struct Recorded {
    label: String,
    lines: Vec<SheetLine>,
    taxes: Vec<TaxRule>,
    discount: Discount,
    answer: Value,
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(number.to_string().parse().unwrap()),
        Value::String(text) => Some(text.parse().unwrap()),
        _ => None,
    }
}

fn line(row: &Value) -> Option<SheetLine> {
    let rate = match number(&row["rate"]) {
        Some(rate) => rate,
        None => {
            // The price of the list less the line's own discount, as a tablet sends it to the box.
            let left = Decimal::from(100).minus(number(&row["discount_percentage"])?)?;
            number(&row["price_list_rate"])?.times(left)?.over(Decimal::from(100), 2)?
        }
    };
    Some(SheetLine { qty: number(&row["qty"])?, rate })
}

fn asked(document: &Value) -> Option<(Vec<SheetLine>, Vec<TaxRule>, Discount)> {
    let lines = document["items"].as_array()?.iter().map(line).collect::<Option<Vec<_>>>()?;
    let taxes = document["taxes"].as_array().into_iter().flatten();
    let taxes = taxes.map(|row| TaxRule {
        charge_type: row["charge_type"].as_str().unwrap().try_into().unwrap(),
        account_head: row["account_head"].as_str().unwrap().try_into().unwrap(),
        rate: number(&row["rate"]).unwrap(),
        tax_amount: Decimal::ZERO,
        description: None,
        included_in_print_rate: row["included_in_print_rate"] == 1,
        row_id: None,
        category: None,
        add_deduct_tax: None,
    });
    let on_net = document["apply_discount_on"] == "Net Total";
    let discount = match number(&document["additional_discount_percentage"]) {
        Some(percent) => Discount::Percent { percent, on_net },
        None => Discount::None,
    };
    Some((lines, taxes.collect(), discount))
}

/// A number of the document in an answer. In one that was cut off it is the first of that name, before those of the rows.
fn said(answer: &Value, field: &str) -> Option<Decimal> {
    let Value::String(answer) = answer else { return number(&answer[field]) };
    let from = answer.find(&format!("\"{field}\":"))? + field.len() + 3;
    let text = answer[from..].trim_start();
    text[..text.find([',', '}'])?].parse().ok()
}

/// What ERPNext called the document, for the requests that submit it.
fn name(answer: &Value) -> Option<String> {
    match answer {
        Value::String(cut) => cut.split("\"name\": \"").nth(1)?.split('"').next().map(str::to_owned),
        whole => whole["name"].as_str().map(str::to_owned),
    }
}

fn recorded(file: &Path) -> Vec<Recorded> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut by_name = HashMap::new();
    let mut all = Vec::new();
    for call in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let kind = call["args"][0].as_str().unwrap_or_default();
        if !KINDS.contains(&kind) || call["status"] != 200 {
            continue;
        }
        let answer = match &call["response"] {
            cut @ Value::String(_) => cut.clone(),
            whole => whole["data"].clone(),
        };
        let submitted = call["args"][1].as_str().and_then(|name| by_name.get(name).cloned());
        let document = submitted.unwrap_or_else(|| call["args"][1].clone());
        let Some((lines, taxes, discount)) = asked(&document) else { continue };
        if said(&answer, "grand_total").is_none() {
            continue;
        }
        if let Some(name) = name(&answer) {
            by_name.insert(name, document);
        }
        let label = format!("{kind}, {}", call["label"].as_str().unwrap());
        all.push(Recorded { label, lines, taxes, discount, answer });
    }
    all
}

#[test]
fn each_recorded_document_comes_to_the_same_here() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = here.ancestors().map(|dir| dir.join("shared/erpnext")).find(|dir| dir.is_dir());
    let shared =
        shared.unwrap_or_else(|| panic!("shared/erpnext is missing in every directory above {}", here.display()));
    for (file, at_least) in [("transcripts-money.jsonl", 20), ("transcripts.jsonl", 40)] {
        let file = shared.join(file);
        let all = recorded(&file);
        assert!(all.len() >= at_least, "only {} of {} could be read", all.len(), file.display());
        println!("{} documents of {}", all.len(), file.display());
        for Recorded { label, lines, taxes, discount, answer } in all {
            let rounding = Rounding { precision: 2, smallest: Some(Decimal::ZERO) };
            let totals = Sheet { lines, taxes: &taxes, item_rates: Vec::new(), discount, rounding }.totals().unwrap();
            let taxed = totals.taxes.iter().try_fold(Decimal::ZERO, |sum, tax| sum.plus(*tax)).unwrap();
            for (field, ours) in [
                ("total", totals.total),
                ("net_total", totals.net_total),
                ("total_taxes_and_charges", taxed),
                ("discount_amount", totals.discount_amount),
                ("grand_total", totals.grand_total),
                ("rounded_total", totals.payable),
                ("rounding_adjustment", totals.payable.minus(totals.grand_total).unwrap()),
            ] {
                assert_eq!(Some(ours), said(&answer, field), "{label}: {field}");
            }
        }
    }
}
