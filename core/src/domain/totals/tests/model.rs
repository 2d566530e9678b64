//! A second reckoning, written from the rules and not from the code: taxes are linear in the net total and in the quantity, so each
//! row is three whole numbers over one denominator for all that is taxed alike, and no line is looked at for taxes but for what its item
//! is taxed by. It is exact. Where that is a half, doubles may have lost it on the way, as ERPNext's do: then either neighbour is right,
//! and it goes on from the one that was taken.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One in the factors' units: rates have one digit after the point, so each row in a chain of five takes three digits.
const ONE: i128 = 1_000_000_000_000_000;

/// A row: its kind, its rate (in 0.1 %) or amount (in cents), the row that it means, whether it is in the prices.
#[derive(Clone, Debug)]
struct Given {
    kind: u8,
    rate: i64,
    of: usize,
    included: bool,
    /// One of [`ACCOUNTS`].
    account: usize,
}

const ACCOUNTS: [&str; 3] = ["PPN - TW", "PPnBM - TW", "Retribusi - TW"];

/// The rates of an item for each account, in tenths of a percent, or of what one of it costs.
type Own = [Option<i64>; ACCOUNTS.len()];
/// Of an item without rates of its own.
const PLAIN: Own = [None; ACCOUNTS.len()];

#[derive(Clone, Copy, Debug)]
enum Off {
    Nothing,
    Percent {
        tenths: i64,
        on_net: bool,
    },
    /// So many thousandths of what it is taken off.
    Amount {
        thousandths: i64,
        on_net: bool,
    },
}

#[derive(Clone, Debug)]
struct Case {
    /// Thousandths of a unit, and cents.
    lines: Vec<(i64, i64)>,
    /// The rates of each line's item.
    own: Vec<Own>,
    rows: Vec<Given>,
    off: Off,
}

fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (numerator, denominator) = if denominator < 0 { (-numerator, -denominator) } else { (numerator, denominator) };
    let doubled = 2 * numerator + denominator;
    let up = doubled.div_euclid(2 * denominator);
    if doubled.rem_euclid(2 * denominator) == 0 && up % 2 != 0 { up - 1 } else { up }
}

/// `said` where that is as near to the quotient as a whole number can be, else the one that is.
fn nearest(said: i128, numerator: i128, denominator: i128) -> i128 {
    let is_near = 2 * (said * denominator - numerator).abs() <= denominator.abs();
    if is_near { said } else { half_even(numerator, denominator) }
}

fn is_half(numerator: i128, denominator: i128) -> bool {
    (2 * numerator).rem_euclid(2 * denominator.abs()) == denominator.abs()
}

/// What a row is: so much of the net total and of the quantity (over [`ONE`]), and so many cents (over [`ONE`]).
#[derive(Clone, Copy, Default)]
struct Linear {
    net: i128,
    qty: i128,
    fixed: i128,
}

impl Linear {
    fn plus(self, other: Self) -> Self {
        Self { net: self.net + other.net, qty: self.qty + other.qty, fixed: self.fixed + other.fixed }
    }

    fn part(self, tenths: i64) -> Self {
        let part = |value: i128| {
            assert_eq!(value * i128::from(tenths) % 1000, 0, "the model is exact");
            value * i128::from(tenths) / 1000
        };
        Self { net: part(self.net), qty: part(self.qty), fixed: part(self.fixed) }
    }
}

fn linear(rows: &[Given], take: impl Fn(&Given) -> bool) -> Vec<Linear> {
    let mut all: Vec<Linear> = Vec::new();
    for row in rows {
        let up_to =
            |of: usize| all[..=of].iter().fold(Linear { net: ONE, ..Linear::default() }, |sum, row| sum.plus(*row));
        all.push(match row.kind {
            _ if !take(row) => Linear::default(),
            0 => Linear { net: ONE, ..Linear::default() }.part(row.rate),
            1 => all[row.of].part(row.rate),
            2 => up_to(row.of).part(row.rate),
            // Cents for one, quantity in thousandths.
            3 => Linear { qty: i128::from(row.rate) * ONE / 1000, ..Linear::default() },
            _ => Linear { fixed: i128::from(row.rate) * ONE, ..Linear::default() },
        });
    }
    all
}

/// Taxes, grand total, and that before the taxes are rounded, with how many halves are in it.
type Taxed = (Vec<i128>, i128, (i128, i128));

struct Figures {
    nets: Vec<i128>,
    taxes: Vec<i128>,
    grand: i128,
    discount: i128,
}

impl Case {
    fn amounts(&self) -> Vec<i128> {
        let amount = |line: &(i64, i64)| {
            let said = in_cents(sheet_line(line).amount(2).unwrap());
            nearest(said, i128::from(line.0) * i128::from(line.1), 1000)
        };
        self.lines.iter().map(amount).collect()
    }

    /// The rows as they are for such an item.
    fn rows_for(&self, own: &Own) -> Vec<Given> {
        let row = |row: &Given| match (own[row.account], row.kind) {
            (None, _) | (_, 4) => row.clone(),
            (Some(tenths), 3) => Given { rate: tenths * 10, ..row.clone() },
            (Some(tenths), _) => Given { rate: tenths, ..row.clone() },
        };
        self.rows.iter().map(row).collect()
    }

    /// The lines' net amounts before a discount.
    fn nets(&self, said: &[Decimal]) -> Vec<i128> {
        let amounts = self.amounts();
        let net = |(i, said): (usize, &Decimal)| {
            let (amount, (qty, _), rows) = (amounts[i], self.lines[i], self.rows_for(&self.own[i]));
            let within: Vec<Linear> = linear(&rows, |row| row.included && row.kind != 3);
            let whole = ONE + within.iter().map(|row| row.net).sum::<i128>();
            let each: i128 =
                rows.iter().filter(|row| row.included && row.kind == 3).map(|row| i128::from(row.rate)).sum();
            nearest(in_cents(*said), (amount * 1000 - each * i128::from(qty)) * ONE, 1000 * whole)
        };
        said.iter().enumerate().map(net).collect()
    }

    /// Each row's tax over [`ONE`] times what is handed back beside it: the net total, since amounts for the whole are shared out by it,
    /// or one where it is nothing and the last line bears them.
    fn exact(&self, nets: &[i128]) -> (Vec<i128>, i128) {
        let net: i128 = nets.iter().sum();
        let over = if net == 0 { 1 } else { net };
        let mut alike: BTreeMap<Own, (i128, i128, i128)> = BTreeMap::new();
        for (i, (own, (qty, _))) in self.own.iter().zip(&self.lines).enumerate() {
            let share = if net != 0 { nets[i] } else { i128::from(i + 1 == nets.len()) };
            let sums = alike.entry(*own).or_default();
            *sums = (sums.0 + nets[i], sums.1 + i128::from(*qty), sums.2 + share);
        }
        let mut all = vec![0; self.rows.len()];
        for (own, (net, qty, share)) in alike {
            for (sum, row) in all.iter_mut().zip(linear(&self.rows_for(&own), |_| true)) {
                *sum += (row.net * net + row.qty * qty) * over + row.fixed * share;
            }
        }
        (all, ONE * over)
    }

    /// Taxes and grand total on these net amounts, and the grand total before the taxes are rounded, with how many halves are in it;
    /// `taken` is the discount, `before` that grand total where it was taken off that.
    fn taxed(&self, said: &Totals, nets: &[i128], taken: i128, before: Option<(i128, i128)>) -> Taxed {
        let net: i128 = nets.iter().sum();
        let (exact, one) = self.exact(nets);
        let taxes: Vec<i128> =
            exact.iter().zip(&said.taxes).map(|(tax, said)| nearest(in_cents(*said), *tax, one)).collect();
        let sum = net + taxes.iter().sum::<i128>();
        let step = |(sum, halves): (i128, i128), tax: &i128| {
            let exact = sum * one + tax;
            (half_even(exact, one), halves + i128::from(is_half(exact, one)))
        };
        let unrounded = exact.iter().fold((net, 0), step);
        let adjustment = if self.rows.iter().any(|row| row.included) {
            let on_top: i128 = self.rows.iter().zip(&taxes).filter(|(row, _)| !row.included).map(|(_, tax)| tax).sum();
            let off = self.amounts().iter().sum::<i128>() + on_top - sum - taken;
            if off.abs() <= 5 { off } else { 0 }
        } else {
            let whole = |(before, halves): (i128, i128)| {
                let said = in_cents(said.grand_total) + taken;
                if (said - before).abs() <= halves { said } else { before }
            };
            before.filter(|_| !self.rows.is_empty()).map_or(0, |before| whole(before) - taken - sum)
        };
        (taxes, sum + adjustment, unrounded)
    }

    /// What the discount is shared out by, over [`ONE`].
    fn shared_by(&self, before: i128, taxes: &[i128]) -> i128 {
        let mut fixed: Vec<Option<i128>> = Vec::new();
        for (row, tax) in self.rows.iter().zip(taxes) {
            let part = |value: i128| value * i128::from(row.rate) / 1000;
            let up_to = |of: usize| fixed[..=of].iter().flatten().sum::<i128>();
            fixed.push(match row.kind {
                0 => None,
                1 => fixed[row.of].map(part),
                2 => fixed[row.of].map(|_| part(up_to(row.of))),
                _ => Some(tax * ONE),
            });
        }
        before * ONE - fixed.iter().flatten().sum::<i128>()
    }

    /// The whole of it. `bare` is what was reckoned without the discount, `said` with it: it is checked, not made here.
    fn figures(&self, bare: &Totals, said: &Totals) -> Figures {
        let after: Vec<i128> = said.lines.iter().map(|line| in_cents(*line)).collect();
        let nets = self.nets(&bare.lines);
        let net: i128 = nets.iter().sum();
        let (taxes, grand, unrounded) = self.taxed(bare, &nets, 0, None);
        let (discount, on_net) = match self.off {
            Off::Nothing => (0, true),
            Off::Percent { tenths, on_net } => {
                let whole = if on_net { net } else { grand };
                (nearest(in_cents(said.discount_amount), whole * i128::from(tenths), 1000), on_net)
            }
            Off::Amount { thousandths, on_net } => {
                (if on_net { net } else { grand } * i128::from(thousandths) / 1000, on_net)
            }
        };
        if discount == 0 {
            return Figures { nets, taxes, grand, discount };
        }
        let by = if on_net || self.rows.is_empty() { net * ONE } else { self.shared_by(unrounded.0, &taxes) };
        // Up to each line, what is left is within half a cent of its exact share.
        let (mut left, mut full) = (0, 0);
        for (after, net) in after.iter().zip(&nets) {
            left += after;
            full += net;
            // left = full * (by - discount) / by, to half a cent; both sides over `by`, in units that fit.
            let scale = 1_000_000;
            let exact = half_even(full * ((by - discount * ONE) / scale), by / scale);
            assert!((left - exact).abs() <= 1, "{left} of {full} is not {exact}");
        }
        let (taxes, grand, _) = self.taxed(said, &after, discount, (!on_net).then_some(unrounded));
        Figures { nets: after, taxes, grand, discount }
    }
}

fn sheet_line((qty, rate): &(i64, i64)) -> SheetLine {
    SheetLine { qty: Decimal::of_parts((*qty).into(), 3).unwrap(), rate: cents((*rate).into()) }
}

fn cents(value: i128) -> Decimal {
    Decimal::of_parts(value, 2).unwrap()
}

fn in_cents(value: Decimal) -> i128 {
    let (digits, scale) = value.parts();
    digits * 10i128.pow(2 - scale)
}

impl Case {
    fn taxes(&self) -> Vec<TaxRule> {
        let kinds = ["On Net Total", "On Previous Row Amount", "On Previous Row Total", "On Item Quantity", "Actual"];
        let row = |row: &Given| TaxRule {
            rate: Decimal::of_parts(row.rate.into(), if row.kind == 3 { 2 } else { 1 }).unwrap(),
            tax_amount: if row.kind == 4 { cents(row.rate.into()) } else { Decimal::ZERO },
            included_in_print_rate: row.included,
            row_id: matches!(row.kind, 1 | 2).then(|| u32::try_from(row.of).unwrap() + 1),
            category: None,
            add_deduct_tax: None,
            account_head: Text::try_from(ACCOUNTS[row.account]).unwrap(),
            ..tax(kinds[usize::from(row.kind)], "0")
        };
        self.rows.iter().map(row).collect()
    }

    /// The rates of each line's item.
    fn rates(&self) -> Vec<Vec<ItemTaxRate>> {
        let rate = |(tenths, account): (&Option<i64>, &&str)| {
            let tax_rate = Decimal::of_parts((*tenths)?.into(), 1).unwrap();
            Some(ItemTaxRate { tax_type: Text::try_from(*account).unwrap(), tax_rate })
        };
        self.own.iter().map(|own| own.iter().zip(&ACCOUNTS).filter_map(rate).collect()).collect()
    }

    fn totals(&self, taxes: &[TaxRule]) -> Result<Totals, Invalid> {
        let rates = self.rates();
        Sheet { item_rates: rates.iter().map(Vec::as_slice).collect(), ..self.sheet(taxes) }.totals()
    }

    fn bare(&self) -> Self {
        Self { off: Off::Nothing, ..self.clone() }
    }

    /// Without the items' own rates.
    fn sheet<'a>(&self, taxes: &'a [TaxRule]) -> Sheet<'a> {
        let discount = match self.off {
            Off::Nothing => Discount::None,
            Off::Percent { tenths, on_net } => {
                Discount::Percent { percent: Decimal::of_parts(tenths.into(), 1).unwrap(), on_net }
            }
            Off::Amount { thousandths, on_net } => {
                let bare = self.bare().totals(taxes).unwrap();
                let of = in_cents(if on_net { bare.net_total } else { bare.grand_total });
                Discount::Amount { amount: cents(of * i128::from(thousandths) / 1000), on_net }
            }
        };
        Sheet {
            lines: self.lines.iter().map(sheet_line).collect(),
            taxes,
            item_rates: Vec::new(),
            discount,
            rounding: RUPIAH,
        }
    }

    /// The same given back.
    fn returned(&self) -> Self {
        let mut back = self.clone();
        for line in &mut back.lines {
            line.0 = -line.0;
        }
        for row in back.rows.iter_mut().filter(|row| row.kind == 4) {
            row.rate = -row.rate;
        }
        back
    }
}

fn rows() -> impl Strategy<Value = Vec<Given>> {
    let row = (0u8..5, 0i64..400, 0usize..5, any::<bool>(), 0..ACCOUNTS.len());
    prop::collection::vec(row, 0..5).prop_map(|drawn| {
        let mut rows: Vec<Given> = Vec::new();
        for (i, (mut kind, rate, of, included, account)) in drawn.into_iter().enumerate() {
            if i == 0 && matches!(kind, 1 | 2) {
                kind = 0;
            }
            let of = of.min(i.saturating_sub(1));
            let may = match kind {
                1 => rows[of].included,
                2 => rows[..of].iter().all(|row| row.included),
                4 => false,
                _ => true,
            };
            let rate = if kind == 4 { rate * 100 } else { rate };
            rows.push(Given { kind, rate, of, included: included && may, account });
        }
        rows
    })
}

fn cases() -> impl Strategy<Value = Case> {
    let off = prop_oneof![
        Just(Off::Nothing),
        (0i64..=1000, any::<bool>()).prop_map(|(tenths, on_net)| Off::Percent { tenths, on_net }),
        (0i64..=1000, any::<bool>()).prop_map(|(thousandths, on_net)| Off::Amount { thousandths, on_net }),
    ];
    let rate = || prop::option::of(prop_oneof![Just(0i64), 0i64..400]);
    // Few, so that some lines are taxed alike.
    let templates = prop::collection::vec([rate(), rate(), rate()], 0..3);
    let line = ((1i64..20_000, 1i64..5_000_000), any::<prop::sample::Index>());
    (prop::collection::vec(line, 1..12), templates, rows(), off).prop_map(|(drawn, templates, rows, off)| {
        let all: Vec<Own> = templates.into_iter().chain([PLAIN]).collect();
        let (lines, which): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        let own = which.iter().map(|which| *which.get(&all)).collect();
        Case { lines, own, rows, off }
    })
}

proptest! {
    #[test]
    fn the_second_reckoning_agrees(case in cases(), back in any::<bool>()) {
        let case = if back { case.returned() } else { case };
        let taxes = case.taxes();
        let totals = match case.totals(&taxes) {
            Ok(totals) => totals,
            Err(invalid) => {
                // Prices may be smaller than the tax on quantity that is in them: then there may be nothing to take a discount off.
                prop_assert_eq!(invalid.field, "discount_amount");
                return Ok(());
            }
        };
        let after: Vec<i128> = totals.lines.iter().map(|line| in_cents(*line)).collect();
        let figures = case.figures(&case.bare().totals(&taxes).unwrap(), &totals);
        prop_assert_eq!(after, figures.nets);
        prop_assert_eq!(in_cents(totals.discount_amount), figures.discount);
        prop_assert_eq!(totals.taxes.iter().map(|tax| in_cents(*tax)).collect::<Vec<_>>(), figures.taxes);
        prop_assert_eq!(in_cents(totals.grand_total), figures.grand);
    }

    #[test]
    fn net_total_taxes_and_adjustment_are_the_grand_total(case in cases()) {
        let taxes = case.taxes();
        let Ok(totals) = case.totals(&taxes) else { return Ok(()) };
        let sum = |amounts: &[Decimal]| amounts.iter().map(|amount| in_cents(*amount)).sum::<i128>();
        prop_assert_eq!(sum(&totals.lines), in_cents(totals.net_total));
        prop_assert_eq!(
            in_cents(totals.net_total) + sum(&totals.taxes) + in_cents(totals.adjustment),
            in_cents(totals.grand_total)
        );
    }

    #[test]
    fn a_return_mirrors_its_sale(case in cases()) {
        let taxes = case.taxes();
        let Ok(sold) = case.totals(&taxes) else { return Ok(()) };
        let turned = for_return(&taxes);
        let returned = case.returned().totals(&turned).unwrap();
        let mirrored = |amounts: &[Decimal]| amounts.iter().map(|amount| amount.negated()).collect::<Vec<_>>();
        prop_assert_eq!(&returned.lines, &mirrored(&sold.lines));
        prop_assert_eq!(&returned.taxes, &mirrored(&sold.taxes));
        prop_assert_eq!(returned.grand_total, sold.grand_total.negated());
        prop_assert_eq!(returned.payable, sold.payable.negated());
    }

    #[test]
    fn a_discount_without_fixed_charges_takes_off_what_it_says(
        lines in prop::collection::vec((1i64..20_000, 1i64..5_000_000), 1..12),
        rate in 0i64..400,
        tenths in 0i64..=1000,
    ) {
        let rows = vec![Given { kind: 0, rate, of: 0, included: false, account: 0 }];
        let case = Case { own: vec![PLAIN; lines.len()], lines, rows, off: Off::Percent { tenths, on_net: false } };
        let taxes = case.taxes();
        let with = case.totals(&taxes).unwrap();
        let without = Case { off: Off::Nothing, ..case.clone() }.totals(&taxes).unwrap();
        // What it is taken off may differ by what rounding the tax alone leaves: half a cent, never a whole one more.
        let off = in_cents(without.grand_total) - in_cents(with.discount_amount) - in_cents(with.grand_total);
        prop_assert!(off.abs() <= 1, "{} cents are lost", off);
    }
}
