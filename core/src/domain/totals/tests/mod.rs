//! The figures that were recorded, the rules, the limits; in [`items`] rates that items have of their own; and, in [`model`], random
//! sheets against a second reckoning.

mod items;
mod model;

use super::*;
use crate::domain::document::Text;

pub(super) fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn tax(charge_type: &str, rate: &str) -> TaxRule {
    TaxRule {
        charge_type: Text::try_from(charge_type).unwrap(),
        account_head: Text::try_from("PPN Keluaran - TW").unwrap(),
        rate: n(rate),
        tax_amount: Decimal::ZERO,
        description: None,
        included_in_print_rate: false,
        row_id: None,
        category: None,
        add_deduct_tax: None,
    }
}

fn included(charge_type: &str, rate: &str) -> TaxRule {
    TaxRule { included_in_print_rate: true, ..tax(charge_type, rate) }
}

fn on_row(charge_type: &str, rate: &str, row: u32) -> TaxRule {
    TaxRule { row_id: Some(row), ..tax(charge_type, rate) }
}

fn actual(amount: &str) -> TaxRule {
    TaxRule { tax_amount: n(amount), ..tax("Actual", "0") }
}

/// To cents, paid in whole units: rupiah, as recorded.
pub(super) const RUPIAH: Rounding = Rounding { precision: 2, smallest: Some(Decimal::ZERO) };

fn sheet<'a>(lines: &[(&str, &str)], taxes: &'a [TaxRule], discount: Discount) -> Sheet<'a> {
    let lines = lines.iter().map(|(qty, rate)| SheetLine { qty: n(qty), rate: n(rate) }).collect();
    Sheet { lines, taxes, item_rates: Vec::new(), discount, rounding: RUPIAH }
}

fn percent(percent: &str) -> Discount {
    Discount::Percent { percent: n(percent), on_net: false }
}

fn amount(amount: &str) -> Discount {
    Discount::Amount { amount: n(amount), on_net: false }
}

/// Net total, taxes, grand total, payable.
fn figures(sheet: &Sheet<'_>) -> (String, Vec<String>, String, String) {
    let totals = sheet.totals().unwrap();
    let taxes = totals.taxes.iter().map(Decimal::to_string).collect();
    (totals.net_total.to_string(), taxes, totals.grand_total.to_string(), totals.payable.to_string())
}

fn expect(net: &str, taxes: &[&str], grand: &str, payable: &str) -> (String, Vec<String>, String, String) {
    (net.into(), taxes.iter().map(|tax| (*tax).into()).collect(), grand.into(), payable.into())
}

fn broken(sheet: &Sheet<'_>) -> (String, String) {
    let invalid = sheet.totals().unwrap_err();
    (invalid.field, invalid.rule)
}

#[test]
fn eleven_percent_in_the_price_comes_out_as_recorded() {
    let taxes = [included("On Net Total", "11")];
    let sold = sheet(&[("3", "33333")], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("90089.19", &["9909.81"], "99999", "99999"));
}

#[test]
fn ten_percent_off_the_grand_total_come_out_as_recorded() {
    let taxes = [tax("On Net Total", "11")];
    let sold = sheet(&[("1", "150000")], &taxes, percent("10"));
    assert_eq!(figures(&sold), expect("135000", &["14850"], "149850", "149850"));
    assert_eq!(sold.totals().unwrap().discount_amount, n("16650"));
}

#[test]
fn what_is_paid_is_rounded_to_whole_units_as_recorded() {
    assert_eq!(figures(&sheet(&[("7", "1000.55")], &[], Discount::None)), expect("7003.85", &[], "7003.85", "7004"));
}

#[test]
fn a_sale_at_the_counter_and_its_return_mirror_each_other_as_recorded() {
    let taxes = [included("On Net Total", "11")];
    let sold = sheet(&[("3", "11100")], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("30000", &["3300"], "33300", "33300"));
    let returned = sheet(&[("-1", "11100")], &taxes, Discount::None);
    assert_eq!(figures(&returned), expect("-10000", &["-1100"], "-11100", "-11100"));
}

#[test]
fn a_tax_may_be_a_part_of_an_earlier_row_or_of_all_up_to_it() {
    let taxes =
        [tax("On Net Total", "10"), on_row("On Previous Row Amount", "5", 1), on_row("On Previous Row Total", "2", 2)];
    // 1000 + 100 + 5 = 1105, of which 2 % are 22.10.
    assert_eq!(
        figures(&sheet(&[("4", "250")], &taxes, Discount::None)),
        expect("1000", &["100", "5", "22.1"], "1127.1", "1127")
    );
}

#[test]
fn a_tax_on_quantity_and_a_fixed_charge_do_not_follow_the_price() {
    let taxes = [tax("On Item Quantity", "1.5"), actual("20000")];
    assert_eq!(
        figures(&sheet(&[("2", "100"), ("3", "200")], &taxes, Discount::None)),
        expect("800", &["7.5", "20000"], "20807.5", "20808")
    );
}

#[test]
fn taxes_on_taxes_come_out_of_a_price_that_contains_both() {
    let second = TaxRule { row_id: Some(1), ..included("On Previous Row Total", "10") };
    let taxes = [included("On Net Total", "10"), second];
    assert_eq!(figures(&sheet(&[("1", "121")], &taxes, Discount::None)), expect("100", &["10", "11"], "121", "121"));
}

#[test]
fn a_tax_on_quantity_comes_out_of_a_price_that_contains_it() {
    let taxes = [included("On Item Quantity", "5"), included("On Net Total", "10")];
    assert_eq!(figures(&sheet(&[("2", "60")], &taxes, Discount::None)), expect("100", &["10", "10"], "120", "120"));
}

#[test]
fn the_grand_total_follows_prices_with_taxes_in_them_over_what_rounding_leaves() {
    let taxes = [included("On Net Total", "11")];
    let lines = [("1", "0.05"); 4];
    let totals = sheet(&lines, &taxes, Discount::None).totals().unwrap();
    // Each line is 0.045045…, which is 0.05; together 0.20 and a tax of 0.022.
    assert_eq!((totals.net_total, totals.taxes[0], totals.adjustment), (n("0.2"), n("0.02"), n("-0.02")));
    assert_eq!(totals.grand_total, n("0.2"));
}

#[test]
fn an_adjustment_past_five_of_the_smallest_unit_is_not_made() {
    let taxes = [included("On Net Total", "11")];
    let lines = |count| vec![("1", "0.05"); count];
    let five = sheet(&lines(9), &taxes, Discount::None).totals().unwrap();
    assert_eq!((five.adjustment, five.grand_total), (n("-0.05"), n("0.45")));
    let six = sheet(&lines(11), &taxes, Discount::None).totals().unwrap();
    assert_eq!((six.adjustment, six.grand_total), (n("0"), n("0.61")));
}

#[test]
fn a_discount_is_shared_out_over_the_lines_without_losing_a_cent() {
    let totals = sheet(&[("1", "10"), ("1", "10"), ("1", "10")], &[], amount("10")).totals().unwrap();
    assert_eq!(totals.lines, [n("6.67"), n("6.66"), n("6.67")]);
    assert_eq!((totals.total, totals.net_total, totals.grand_total), (n("30"), n("20"), n("20")));
}

#[test]
fn a_discount_on_the_net_total_is_taken_off_before_taxes() {
    let taxes = [tax("On Net Total", "11")];
    let discount = Discount::Percent { percent: n("10"), on_net: true };
    let totals = sheet(&[("1", "1000")], &taxes, discount).totals().unwrap();
    assert_eq!((totals.discount_amount, totals.net_total, totals.grand_total), (n("100"), n("900"), n("999")));
}

#[test]
fn a_discount_on_the_grand_total_leaves_fixed_charges_as_they_are() {
    let taxes = [tax("On Net Total", "10"), actual("50"), on_row("On Previous Row Amount", "10", 2)];
    // 1000 + 100 + 50 + 5 = 1155; of the 1100 that follow the price, 110 are taken.
    assert_eq!(
        figures(&sheet(&[("1", "1000")], &taxes, amount("110"))),
        expect("900", &["90", "50", "5"], "1045", "1045")
    );
}

#[test]
fn a_discount_that_there_is_nothing_to_take_off_from_is_refused() {
    let (field, rule) = broken(&sheet(&[("1", "0")], &[actual("50")], amount("10")));
    assert_eq!(field, "discount_amount");
    assert!(rule.contains("fixed charges"), "{rule}");
}

#[test]
fn a_discount_is_taken_up_to_its_limit_and_refused_past_it() {
    let with = |discount| sheet(&[("1", "100")], &[], discount).totals();
    assert_eq!(with(percent("100")).unwrap().payable, n("0"));
    assert_eq!(with(percent("100.1")).unwrap_err().field, "additional_discount_percentage");
    assert_eq!(with(percent("-1")).unwrap_err().field, "additional_discount_percentage");
    assert_eq!(with(amount("100")).unwrap().grand_total, n("0"));
    assert_eq!(with(amount("100.01")).unwrap_err().field, "discount_amount");
    assert_eq!(with(amount("-1")).unwrap_err().field, "discount_amount");
    let returned = sheet(&[("-1", "100")], &[], amount("-10")).totals().unwrap();
    assert_eq!((returned.discount_amount, returned.grand_total), (n("-10"), n("-90")));
    assert_eq!(broken(&sheet(&[("-1", "100")], &[], amount("10"))).0, "discount_amount");
}

#[test]
fn coins_round_to_the_nearest_and_a_half_goes_down() {
    let paid = |rate: &str, qty: &str, coin: &str| {
        let rounding = Rounding { precision: 2, smallest: Some(n(coin)) };
        Sheet { rounding, ..sheet(&[(qty, rate)], &[], Discount::None) }.totals().unwrap().payable.to_string()
    };
    assert_eq!(paid("7003.85", "1", "100"), "7000");
    assert_eq!(paid("7050", "1", "100"), "7000");
    assert_eq!(paid("7050.01", "1", "100"), "7100");
    assert_eq!(paid("1.02", "1", "0.05"), "1");
    assert_eq!(paid("1.03", "1", "0.05"), "1.05");
    // Given back, a half goes down as well: that is how ERPNext does it.
    assert_eq!(paid("7050", "-1", "100"), "-7100");
    assert_eq!(paid("2.5", "1", "0"), "2");
    assert_eq!(paid("3.5", "1", "0"), "4");
    assert_eq!(paid("2.5", "-1", "0"), "-2");
}

#[test]
fn what_rounds_to_nothing_is_owed_as_it_stands() {
    assert_eq!(figures(&sheet(&[("1", "0.4")], &[], Discount::None)), expect("0.4", &[], "0.4", "0.4"));
}

#[test]
fn nothing_is_rounded_where_the_office_says_so() {
    let rounding = Rounding { precision: 2, smallest: None };
    let totals = Sheet { rounding, ..sheet(&[("7", "1000.55")], &[], Discount::None) }.totals().unwrap();
    assert_eq!(totals.payable, n("7003.85"));
}

#[test]
fn quantities_and_rates_are_rounded_before_they_are_multiplied() {
    // 1.2345 is 1.234, and 10.005 is 10.00.
    assert_eq!(figures(&sheet(&[("1.2345", "10.005")], &[], Discount::None)).0, "12.34");
}

#[test]
fn a_return_gives_back_what_was_charged_as_such() {
    let taxes = [tax("On Net Total", "10"), actual("50")];
    let sold = sheet(&[("2", "100")], &taxes, Discount::None).totals().unwrap();
    let turned = for_return(&taxes);
    let returned = sheet(&[("-2", "100")], &turned, Discount::None).totals().unwrap();
    assert_eq!(returned.grand_total, sold.grand_total.negated());
    assert_eq!(returned.taxes, [n("-20"), n("-50")]);
}

#[test]
fn a_row_that_means_no_earlier_row_is_refused_with_the_remedy() {
    let of = |taxes: &[TaxRule]| broken(&sheet(&[("1", "100")], taxes, Discount::None));
    let net = || tax("On Net Total", "10");
    for (taxes, field, says) in [
        (vec![net(), tax("On Previous Row Amount", "5")], "taxes[1].row_id", "needs the number"),
        (vec![on_row("On Previous Row Total", "5", 1)], "taxes[0].row_id", "no earlier row"),
        (vec![net(), on_row("On Previous Row Total", "5", 0)], "taxes[1].row_id", "from 1 to 1"),
        (vec![net(), on_row("On Previous Row Total", "5", 2)], "taxes[1].row_id", "from 1 to 1"),
        (vec![net(), on_row("On Net Total", "5", 1)], "taxes[1].row_id", "leave it out"),
        (vec![tax("On Paid Amount", "5")], "taxes[0].charge_type", "On Net Total"),
    ] {
        let (at, rule) = of(&taxes);
        assert_eq!(at, field);
        assert!(rule.contains(says), "{rule}");
    }
}

#[test]
fn what_cannot_be_told_from_a_price_cannot_be_included_in_it() {
    let of = |taxes: &[TaxRule]| broken(&sheet(&[("1", "100")], taxes, Discount::None));
    let fixed = TaxRule { included_in_print_rate: true, ..actual("5") };
    let amount = TaxRule { row_id: Some(1), ..included("On Previous Row Amount", "5") };
    let whole = TaxRule { row_id: Some(2), ..included("On Previous Row Total", "5") };
    assert_eq!(of(&[fixed]).0, "taxes[0].included_in_print_rate");
    assert_eq!(of(&[tax("On Net Total", "5"), amount]).0, "taxes[1].included_in_print_rate");
    assert_eq!(
        of(&[tax("On Net Total", "5"), included("On Net Total", "5"), whole]).0,
        "taxes[2].included_in_print_rate"
    );
    assert_eq!(of(&[included("On Net Total", "-100")]).0, "taxes");
}

#[test]
fn a_sheet_is_taken_at_its_limits_and_refused_past_them() {
    let lines = |count| vec![("1", "1"); count];
    let taxes = |count| vec![tax("On Net Total", "1"); count];
    let of = |lines: &[(&str, &str)], taxes: &[TaxRule]| sheet(lines, taxes, Discount::None).totals();
    assert_eq!(of(&lines(MAX_LINES), &[]).unwrap().net_total, n("200"));
    assert_eq!(of(&lines(MAX_LINES + 1), &[]).unwrap_err().field, "items");
    assert_eq!(of(&[], &[]).unwrap_err().field, "items");
    assert_eq!(of(&lines(1), &taxes(MAX_TAXES)).unwrap().grand_total, n("1.3"));
    assert_eq!(of(&lines(1), &taxes(MAX_TAXES + 1)).unwrap_err().field, "taxes");
    let precise = |precision| {
        let rounding = Rounding { precision, smallest: None };
        Sheet { rounding, ..sheet(&[("1", "0.123456789")], &[], Discount::None) }.totals()
    };
    assert_eq!(precise(MAX_PRECISION).unwrap().payable, n("0.123456789"));
    assert_eq!(precise(0).unwrap().payable, n("0"));
    assert_eq!(precise(MAX_PRECISION + 1).unwrap_err().field, "currency_precision");
    let coin = Rounding { precision: 2, smallest: Some(n("-1")) };
    let bad = Sheet { rounding: coin, ..sheet(&[("1", "1")], &[], Discount::None) }.totals().unwrap_err();
    assert_eq!(bad.field, "smallest_currency_fraction_value");
}

#[test]
fn what_the_books_cannot_keep_is_refused_and_never_wrong() {
    let of = |qty, rate, taxes: &[TaxRule]| sheet(&[(qty, rate)], taxes, Discount::None).totals();
    assert_eq!(of("1", "999999999999.99", &[]).unwrap_err().field, "items", "rounded to whole units it is too large");
    assert_eq!(of("1", "999999999999", &[]).unwrap().payable, n("999999999999"));
    assert_eq!(of("2", "999999999999", &[]).unwrap_err().field, "items");
    let invalid = of("1", "999999999999", &[tax("On Net Total", "0.001")]).unwrap_err();
    assert!(invalid.rule.contains("split the document"), "{invalid}");
    // Ten rows, each a part of the one before.
    let mut chain = vec![tax("On Net Total", "33.333")];
    chain.extend((1..10).map(|row| on_row("On Previous Row Amount", "99.999", row)));
    assert_eq!(of("1", "999999.99", &chain).unwrap().taxes[9], n("333300"));
}

#[test]
fn of_a_purchase_one_row_may_be_taken_off_and_another_be_in_the_goods_value_alone() {
    const TEN: &[(&str, &str)] = &[("10", "100")];
    let word = |word: &str| Some(Text::try_from(word).unwrap());
    let off = |row: TaxRule| TaxRule { add_deduct_tax: word("Deduct"), category: word("Total"), ..row };
    let value = |row: TaxRule| TaxRule { category: word("Valuation"), ..row };
    // 11 % on top, 2 % withheld, freight in the value; 10 % of the total up to the second row.
    let rows = [
        tax("On Net Total", "11"),
        off(tax("On Net Total", "2")),
        value(actual("50")),
        on_row("On Previous Row Total", "10", 2),
    ];
    assert_eq!(
        figures(&sheet(TEN, &rows, Discount::None)),
        expect("1000", &["110", "20", "50", "109"], "1199", "1199")
    );
    // What prices contain of one that is taken off makes the net amount larger than the price.
    let included = [off(included("On Net Total", "20"))];
    assert_eq!(figures(&sheet(TEN, &included, Discount::None)), expect("1250", &["250"], "1000", "1000"));
    let inside = [value(TaxRule { included_in_print_rate: true, ..tax("On Net Total", "5") })];
    assert_eq!(sheet(TEN, &inside, Discount::None).totals().unwrap_err().field, "taxes[0].included_in_print_rate");
    for (category, add_deduct_tax, field) in
        [(word("Nothing"), None, "taxes[0].category"), (None, word("Multiply"), "taxes[0].add_deduct_tax")]
    {
        let rows = [TaxRule { category, add_deduct_tax, ..tax("On Net Total", "5") }];
        assert_eq!(sheet(TEN, &rows, Discount::None).totals().unwrap_err().field, field);
    }
}

#[test]
fn what_doubles_lose_of_a_half_is_lost_as_in_erpnext() {
    // 67.375 by its digits.
    let taxes = [included("On Net Total", "12")];
    assert_eq!(figures(&sheet(&[("1", "75.46")], &taxes, Discount::None)), expect("67.37", &["8.08"], "75.46", "75"));
    // 918.935: half of 1837.87.
    let taxes = [included("On Net Total", "6.25")];
    let half = sheet(&[("1", "1952.74")], &taxes, percent("50")).totals().unwrap();
    assert_eq!((half.lines[0], half.net_total, half.taxes[0]), (n("918.93"), n("918.93"), n("57.43")));
    // 16.191 twice and three times more are 80.955.
    let taxes = [tax("On Item Quantity", "16.191")];
    let sold = sheet(&[("1", "1"), ("1", "1"), ("3", "1")], &taxes, Discount::None);
    assert_eq!(figures(&sold), expect("5", &["80.95"], "85.95", "86"));
}

#[test]
fn a_line_comes_to_what_it_is_in_erpnext() {
    let line = |qty, rate, precision| SheetLine { qty: n(qty), rate: n(rate) }.amount(precision);
    // 32.6655 and 36787059.805 by their digits.
    assert_eq!(line("25.5", "1.281", 3), Some(n("32.665")));
    assert_eq!(line("21.1", "1743462.55", 2), Some(n("36787059.81")));
    assert_eq!(line("1.2345", "10.005", 2), Some(n("12.34")));
    assert_eq!(line("10000000", "999999999", 2), None);
}

#[test]
fn a_discount_leaves_fixed_charges_as_they_are_whether_they_are_added_taken_off_or_in_the_value() {
    let word = |word: &str| Some(Text::try_from(word).unwrap());
    let off = |row: TaxRule| TaxRule { add_deduct_tax: word("Deduct"), category: word("Total"), ..row };
    let value = |row: TaxRule| TaxRule { category: word("Valuation"), ..row };
    let one: &[(&str, &str)] = &[("175", "2407")];
    // 421225 + 175 - 1.75; what is not fixed of that is 421225, of which 352478 are taken.
    let rows = [tax("On Item Quantity", "1"), off(on_row("On Previous Row Amount", "1", 1))];
    assert_eq!(sheet(one, &rows, amount("352478")).totals().unwrap().net_total, n("68747"));
    // 1 of 100 is 1 on top, though the 5 themselves are in the goods' value: of 101 without that 1 the 65 are taken.
    let rows = [value(actual("5")), on_row("On Previous Row Amount", "20", 1)];
    assert_eq!(sheet(&[("1", "100")], &rows, amount("65")).totals().unwrap().net_total, n("35"));
    // A tax on what counts up to it, and itself in the value: it is no part of the 150.
    let rows = [actual("50"), value(on_row("On Previous Row Total", "10", 1))];
    assert_eq!(sheet(&[("1", "100")], &rows, amount("50")).totals().unwrap().net_total, n("50"));
}

#[test]
fn a_discount_on_the_net_total_is_no_more_than_what_is_to_be_paid() {
    let word = |word: &str| Some(Text::try_from(word).unwrap());
    let rows = [TaxRule { add_deduct_tax: word("Deduct"), ..tax("On Net Total", "20") }];
    let of = |discount| sheet(&[("1", "100")], &rows, discount);
    let on_net = |text: &str| Discount::Amount { amount: n(text), on_net: true };
    assert_eq!(of(on_net("80")).totals().unwrap().net_total, n("20"));
    assert_eq!(broken(&of(on_net("80.01"))).0, "discount_amount");
    let all = Discount::Percent { percent: n("100"), on_net: true };
    assert_eq!(broken(&of(all)).0, "additional_discount_percentage");
}
