//! Rates that items have of their own, with figures worked by hand.

use super::*;

const PPN: &str = "PPN Keluaran - TW";
const LUXURY: &str = "PPnBM - TW";

fn rates(of: &[(&str, &str)]) -> Vec<ItemTaxRate> {
    of.iter()
        .map(|(account, rate)| ItemTaxRate { tax_type: Text::try_from(*account).unwrap(), tax_rate: n(rate) })
        .collect()
}

fn on_account(account: &str, row: TaxRule) -> TaxRule {
    TaxRule { account_head: Text::try_from(account).unwrap(), ..row }
}

/// Lines with the rates of their items.
type Lines<'a> = [(&'a str, &'a str, &'a [ItemTaxRate])];

fn of_items<'a>(lines: &Lines<'a>, taxes: &'a [TaxRule], discount: Discount) -> Sheet<'a> {
    let plain: Vec<(&str, &str)> = lines.iter().map(|(qty, rate, _)| (*qty, *rate)).collect();
    Sheet { item_rates: lines.iter().map(|line| line.2).collect(), ..sheet(&plain, taxes, discount) }
}

#[test]
fn an_item_s_rate_counts_instead_of_that_of_the_row() {
    let (none, half) = (rates(&[(PPN, "0")]), rates(&[(PPN, "5.5")]));
    let taxes = [tax("On Net Total", "11")];
    // 11 % of 1000, nothing of 500, 5.5 % of 200.
    let sold = of_items(&[("1", "1000", &[]), ("5", "100", &none), ("2", "100", &half)], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("1700", &["121"], "1821", "1821"));
}

#[test]
fn each_price_contains_the_tax_of_its_item() {
    let (none, half) = (rates(&[(PPN, "0")]), rates(&[(PPN, "5")]));
    let taxes = [included("On Net Total", "11")];
    let sold = of_items(&[("1", "111", &[]), ("1", "100", &none), ("2", "105", &half)], &taxes, Discount::None);
    let totals = sold.totals().unwrap();
    assert_eq!(totals.lines, [n("100"), n("100"), n("200")]);
    assert_eq!(figures(&sold), expect("400", &["21"], "421", "421"));
}

#[test]
fn an_item_s_rate_counts_in_a_tax_on_taxes_too() {
    let dear = rates(&[(LUXURY, "20")]);
    let taxes = [tax("On Net Total", "10"), on_account(LUXURY, on_row("On Previous Row Total", "5", 1))];
    // 1000 + 100 = 1100, of which 20 % are 220; beside it 5 % of 110.
    let sold = of_items(&[("1", "1000", &dear), ("1", "100", &[])], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("1100", &["110", "225.5"], "1435.5", "1436"));
    let taxes = [tax("On Net Total", "10"), on_account(LUXURY, on_row("On Previous Row Amount", "5", 1))];
    let sold = of_items(&[("1", "1000", &dear)], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("1000", &["100", "20"], "1120", "1120"));
    // Both in the price: 132 = 100 + 10 + 22.
    let taxes = [
        included("On Net Total", "10"),
        on_account(LUXURY, TaxRule { row_id: Some(1), ..included("On Previous Row Total", "5") }),
    ];
    let sold = of_items(&[("1", "132", &dear)], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("100", &["10", "22"], "132", "132"));
}

#[test]
fn a_tax_on_quantity_follows_the_item_and_a_fixed_charge_does_not() {
    let own = rates(&[(PPN, "2.5")]);
    let taxes = [tax("On Item Quantity", "1"), actual("60")];
    // 3 at 2.5, 2 at 1; the 60 as they are.
    let sold = of_items(&[("3", "100", &own), ("2", "100", &[])], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("500", &["9.5", "60"], "569.5", "570"));
    let taxes = [included("On Item Quantity", "1")];
    let sold = of_items(&[("2", "102.5", &own)], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("200", &["5"], "205", "205"));
}

#[test]
fn a_rate_for_an_account_that_no_row_has_changes_nothing() {
    let other = rates(&[(LUXURY, "20")]);
    let taxes = [tax("On Net Total", "11")];
    let with = of_items(&[("1", "1000", &other)], &taxes, Discount::None);
    assert_eq!(figures(&with), figures(&sheet(&[("1", "1000")], &taxes, Discount::None)));
}

#[test]
fn an_item_s_rate_is_rounded_to_three_digits_like_that_of_a_row() {
    let fine = rates(&[(PPN, "11.0015")]);
    let sold = of_items(&[("1", "100000", &fine)], &[], Discount::None);
    let taxes = [tax("On Net Total", "1")];
    // 11.0015 is 11.002.
    assert_eq!(figures(&Sheet { taxes: &taxes, ..sold }), expect("100000", &["11002"], "111002", "111002"));
}

#[test]
fn a_discount_is_shared_out_by_the_rates_of_the_rows_as_in_erpnext() {
    let dear = rates(&[(LUXURY, "20")]);
    let taxes = [actual("50"), on_account(LUXURY, on_row("On Previous Row Amount", "10", 1))];
    // 1000 + 50 + 10 = 1060. What stays whatever is taken off is taken for 50 and 10 % of them, so 100.50 are shared out by 1005: 900
    // are left, and the 0.50 that this is off becomes the adjustment.
    let sold = of_items(&[("1", "1000", &dear)], &taxes, amount("100.5"));
    assert_eq!(figures(&sold), expect("900", &["50", "10"], "959.5", "960"));
    assert_eq!(sold.totals().unwrap().adjustment, n("-0.5"));
}

#[test]
fn a_price_that_its_item_s_rate_takes_away_is_refused() {
    let all = rates(&[(PPN, "-100")]);
    let taxes = [included("On Net Total", "11")];
    assert_eq!(broken(&of_items(&[("1", "100", &[]), ("1", "100", &all)], &taxes, Discount::None)).0, "taxes");
}
