//! Amounts, taxes, discounts and rounding, step by step as `taxes_and_totals.py` takes them.
//!
//! In: a document with items and tax rows. Out: its amounts. Absent: item-wise tax templates, other currencies, cost of a discount.

use crate::doc::{Doc, flt, give, int, is, money, num, owned, put, putf, rows, take, text};

struct Tax {
    row: Doc,
    kind: String,
    rate: f64,
    included: bool,
    sign: f64,
    before: usize,
    fraction: f64,
    total_fraction: f64,
    amount: f64,
    after_discount: f64,
    current: f64,
    total_current: f64,
    total: f64,
}

impl Tax {
    fn new(row: Doc) -> Self {
        let amount = num(&row, "tax_amount");
        let kind = owned(&row, "charge_type");
        Self {
            rate: num(&row, "rate"),
            included: is(&row, "included_in_print_rate"),
            sign: if text(&row, "add_deduct_tax") == "Deduct" { -1.0 } else { 1.0 },
            before: (int(&row, "row_id").max(1) - 1) as usize,
            amount: if kind == "Actual" { amount } else { 0.0 },
            kind,
            row,
            fraction: 0.0,
            total_fraction: 1.0,
            after_discount: 0.0,
            current: 0.0,
            total_current: 0.0,
            total: 0.0,
        }
    }
}

struct Sums {
    total: f64,
    net_total: f64,
    grand_total: f64,
    difference: f64,
}

/// Rates and amounts of the rows.
fn items(rows: &mut [Doc]) {
    for row in rows {
        let list = num(row, "price_list_rate");
        let percent = flt(num(row, "discount_percentage"), 3);
        if percent != 0.0 {
            // As all numbers of a row are rounded to the digits of their fields.
            putf(row, "discount_percentage", percent);
        }
        let mut rate = num(row, "rate");
        if percent == 100.0 {
            rate = 0.0;
        } else if list != 0.0 && rate == 0.0 {
            rate = money(list * (1.0 - percent / 100.0));
            putf(row, "discount_amount", money(list * percent / 100.0));
        }
        if list > 0.0 && rate != 0.0 {
            putf(row, "discount_amount", money(list - rate));
            if rate > list {
                put(row, "margin_type", "Amount");
                putf(row, "margin_rate_or_amount", money(rate - list));
            }
        }
        let rate = money(rate);
        let amount = money(rate * num(row, "qty"));
        for (field, value) in [("rate", rate), ("net_rate", rate), ("amount", amount), ("net_amount", amount)] {
            putf(row, field, value);
            putf(row, &format!("base_{field}"), value);
        }
        putf(row, "base_price_list_rate", list);
        let factor = num(row, "conversion_factor");
        putf(row, "stock_uom_rate", if factor > 0.0 { money(rate / factor) } else { rate });
    }
}

/// Takes included taxes out of what is net.
fn exclusive(items: &mut [Doc], taxes: &mut [Tax]) {
    if !taxes.iter().any(|t| t.included) {
        return;
    }
    for item in items {
        let (mut sum, mut per_unit) = (0.0, 0.0);
        for i in 0..taxes.len() {
            let before = taxes[i].before.min(i);
            let mut fraction = 0.0;
            if taxes[i].included {
                let rate = taxes[i].rate / 100.0;
                match taxes[i].kind.as_str() {
                    "On Net Total" => fraction = rate,
                    "On Previous Row Amount" => fraction = rate * taxes[before].fraction,
                    "On Previous Row Total" => fraction = rate * taxes[before].total_fraction,
                    "On Item Quantity" => per_unit += taxes[i].sign * taxes[i].rate,
                    _ => {}
                }
                fraction *= taxes[i].sign;
            }
            taxes[i].fraction = fraction;
            taxes[i].total_fraction = fraction + if i == 0 { 1.0 } else { taxes[i - 1].total_fraction };
            sum += fraction;
        }
        let qty = num(item, "qty");
        if qty != 0.0 && (sum != 0.0 || per_unit != 0.0) {
            let net = money((num(item, "amount") - per_unit * qty) / (1.0 + sum));
            net_of(item, net);
        }
    }
}

fn net_of(item: &mut Doc, net: f64) {
    let qty = num(item, "qty");
    let rate = if qty == 0.0 { 0.0 } else { money(net / qty) };
    for (field, value) in [("net_amount", net), ("net_rate", rate)] {
        putf(item, field, value);
        putf(item, &format!("base_{field}"), value);
    }
}

/// One pass: net total, taxes, grand total. `discount` is what has been taken off the grand total by then.
fn pass(
    items: &mut [Doc],
    taxes: &mut [Tax],
    discounted: bool,
    on_grand_total: bool,
    discount: f64,
    grand_before: f64,
) -> Sums {
    for tax in taxes.iter_mut() {
        if tax.kind != "Actual" && !(discounted && on_grand_total) {
            tax.amount = 0.0;
        }
        tax.after_discount = 0.0;
    }
    if !discounted {
        exclusive(items, taxes);
    }
    let total = money(items.iter().map(|i| num(i, "amount")).sum());
    let net_total = money(items.iter().map(|i| num(i, "net_amount")).sum());
    let mut actual: Vec<f64> = taxes.iter().map(|t| t.amount).collect();
    let mut rounding = 0.0;
    for n in 0..items.len() {
        let last = n + 1 == items.len();
        let (net, qty) = (num(&items[n], "net_amount"), num(&items[n], "qty"));
        for i in 0..taxes.len() {
            let before = taxes[i].before.min(i.saturating_sub(1));
            let rate = taxes[i].rate / 100.0;
            let mut current = match taxes[i].kind.as_str() {
                "Actual" => {
                    if net_total == 0.0 {
                        0.0
                    } else {
                        net * taxes[i].amount / net_total
                    }
                }
                "On Net Total" => rate * net,
                "On Previous Row Amount" if i > 0 => rate * taxes[before].current,
                "On Previous Row Total" if i > 0 => rate * taxes[before].total_current,
                "On Item Quantity" => taxes[i].rate * qty,
                _ => 0.0,
            };
            if taxes[i].kind == "Actual" {
                current = money(current);
                actual[i] -= current;
                if last {
                    current += actual[i];
                }
            } else if !(discounted && on_grand_total) {
                taxes[i].amount += current;
            }
            taxes[i].current = current;
            taxes[i].after_discount += current;
            let signed = current * taxes[i].sign;
            taxes[i].total_current = signed + if i == 0 { net } else { taxes[i - 1].total_current };
            if last {
                taxes[i].amount = money(taxes[i].amount);
                taxes[i].after_discount = money(taxes[i].after_discount);
                let base = if i == 0 { net_total } else { taxes[i - 1].total };
                taxes[i].total = money(base + taxes[i].after_discount * taxes[i].sign);
                if i + 1 == taxes.len() && discounted && discount != 0.0 && on_grand_total {
                    rounding = money(grand_before - discount - taxes[i].total);
                }
            }
        }
    }
    let mut difference = rounding;
    if let Some(last) = taxes.last().filter(|_| taxes.iter().any(|t| t.included)) {
        let on_top: f64 = taxes.iter().filter(|t| !t.included).map(|t| t.after_discount * t.sign).sum();
        let taken = if discounted { discount } else { 0.0 };
        let off = money(total + on_top - last.total - taken);
        difference = if off.abs() <= 0.05 { off } else { 0.0 };
    }
    let grand_total = taxes.last().map_or(net_total, |t| money(t.total + difference));
    Sums { total, net_total, grand_total, difference }
}

/// Works out a document's amounts.
pub(crate) fn totals(doc: &mut Doc) {
    let mut rows = take(doc, "items");
    let mut taxes: Vec<Tax> = take(doc, "taxes").into_iter().map(Tax::new).collect();
    items(&mut rows);
    let on_grand_total = text(doc, "apply_discount_on") != "Net Total";
    let mut sums = pass(&mut rows, &mut taxes, false, on_grand_total, 0.0, 0.0);
    let percent = num(doc, "additional_discount_percentage");
    if percent != 0.0 {
        let of = if on_grand_total { sums.grand_total } else { sums.net_total };
        putf(doc, "discount_amount", money(of * percent / 100.0));
    }
    let discount = num(doc, "discount_amount");
    if discount != 0.0 {
        let fixed: f64 = taxes
            .iter()
            .filter(|t| matches!(t.kind.as_str(), "Actual" | "On Item Quantity"))
            .map(|t| t.amount * t.sign)
            .sum();
        let of = if on_grand_total { money(sums.grand_total - fixed) } else { sums.net_total };
        if of != 0.0 {
            let before = sums.net_total;
            let mut left = 0.0;
            let count = rows.len();
            for (i, row) in rows.iter_mut().enumerate() {
                let net = num(row, "net_amount");
                let share = discount * net / of;
                let mut now = money(net - share);
                left += now;
                if (taxes.is_empty() || !on_grand_total) && i + 1 == count {
                    now = money(now + money(before - left - discount));
                }
                putf(row, "distributed_discount_amount", money(share));
                net_of(row, now);
            }
            sums = pass(&mut rows, &mut taxes, true, on_grand_total, discount, sums.grand_total);
        }
    }
    let total_taxes = if taxes.is_empty() { 0.0 } else { money(sums.grand_total - sums.net_total - sums.difference) };
    let rounded = if is(doc, "disable_rounded_total") { 0.0 } else { flt(sums.grand_total, 0) };
    let adjustment = if is(doc, "disable_rounded_total") { 0.0 } else { money(rounded - sums.grand_total) };
    putf(doc, "total_qty", rows.iter().map(|r| num(r, "qty")).sum());
    for (field, value) in [
        ("total", sums.total),
        ("net_total", sums.net_total),
        ("total_taxes_and_charges", total_taxes),
        ("grand_total", sums.grand_total),
        ("rounded_total", rounded),
        ("rounding_adjustment", adjustment),
    ] {
        putf(doc, field, value);
        putf(doc, &format!("base_{field}"), value);
    }
    putf(doc, "base_discount_amount", discount);
    for tax in &mut taxes {
        for (field, value) in
            [("tax_amount", tax.amount), ("tax_amount_after_discount_amount", tax.after_discount), ("total", tax.total)]
        {
            putf(&mut tax.row, field, value);
            putf(&mut tax.row, &format!("base_{field}"), value);
        }
    }
    give(doc, "items", rows);
    give(doc, "taxes", taxes.into_iter().map(|t| t.row).collect());
}

/// What is to be paid: the rounded total, where there is one.
pub(crate) fn payable(doc: &Doc) -> f64 {
    let rounded = num(doc, "rounded_total");
    if rounded == 0.0 { num(doc, "grand_total") } else { rounded }
}

/// What a tax row books: account and amount, more than 0 where it is added.
pub(crate) fn booked_taxes(doc: &Doc) -> Vec<(String, f64)> {
    let sign = |row: &Doc| if text(row, "add_deduct_tax") == "Deduct" { -1.0 } else { 1.0 };
    rows(doc, "taxes")
        .into_iter()
        .map(|row| (owned(row, "account_head"), num(row, "tax_amount_after_discount_amount") * sign(row)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn worked(value: Value) -> Doc {
        let Value::Object(mut doc) = value else { panic!("no object") };
        totals(&mut doc);
        doc
    }

    #[test]
    fn the_facts_sums() {
        let tax =
            |included: i32| json!([{ "charge_type": "On Net Total", "rate": 11, "included_in_print_rate": included }]);
        let doc = worked(json!({ "items": [{ "qty": 3, "rate": 33333 }], "taxes": tax(1) }));
        assert_eq!(
            (num(&doc, "net_total"), num(&doc, "total_taxes_and_charges"), num(&doc, "grand_total")),
            (90089.19, 9909.81, 99999.0)
        );
        let doc = worked(
            json!({ "items": [{ "qty": 1, "rate": 150000 }], "taxes": tax(0), "apply_discount_on": "Grand Total", "additional_discount_percentage": 10 }),
        );
        assert_eq!((num(&doc, "net_total"), num(&doc, "total_taxes_and_charges")), (135000.0, 14850.0));
        assert_eq!((num(&doc, "grand_total"), num(&doc, "discount_amount")), (149850.0, 16650.0));
        let doc = worked(json!({ "items": [{ "qty": 7, "rate": "1000.55" }] }));
        assert_eq!((num(&doc, "rounded_total"), num(&doc, "rounding_adjustment")), (7004.0, 0.15));
        let doc = worked(json!({ "items": [{ "qty": 2, "price_list_rate": 150000, "discount_percentage": 15 }] }));
        assert_eq!(num(&doc, "total"), 255000.0);
    }

    #[test]
    fn rows_on_rows_and_fixed_amounts() {
        let taxes = json!([
            { "charge_type": "On Net Total", "rate": 10 },
            { "charge_type": "On Previous Row Amount", "row_id": 1, "rate": 50 },
            { "charge_type": "On Previous Row Total", "row_id": 2, "rate": 10 },
            { "charge_type": "Actual", "tax_amount": 7 },
        ]);
        let doc = worked(json!({ "items": [{ "qty": 1, "rate": 100 }, { "qty": 1, "rate": 200 }], "taxes": taxes }));
        let amounts: Vec<f64> = rows(&doc, "taxes").iter().map(|r| num(r, "tax_amount")).collect();
        assert_eq!(amounts, [30.0, 15.0, 34.5, 7.0]);
        assert_eq!(num(&doc, "grand_total"), 386.5);
        assert_eq!(num(&doc, "rounded_total"), 386.0);
    }
}
