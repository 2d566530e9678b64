//! What sales and purchases have in common: lines with a price, taxes, a discount of the whole, a warehouse for all of it, returns.
//!
//! In: a document's [`Head`] and its rows as [`Line`]s. Out: the rules of their form, what they name and touch, what their totals are
//! made of, the stock that they move. Absent: payments, and the progress of other documents; each kind has its own.

use super::check::{
    above_zero, absent, currency, few_rows, in_stock_unit, not_below_zero, posted, present, qty_in_range, serials,
    signed, some_rows,
};
use super::{Invalid, ItemRow, Link, LongText, Place, Priced, PricedItem, Ref, Reference, Text, Touch};
use crate::domain::booked::Booked;
use crate::domain::decimal::{Decimal, MAX_SCALE};
use crate::domain::effects::{Piece, Progress, Step, StockMove};
use crate::domain::master::TaxRule;
use crate::domain::totals::{Discount, SheetLine};
use jiff::civil::{Date, Time};

choice! {
    /// What a discount of the whole is taken off.
    DiscountOn {
        /// Off what is to be paid, taxes included.
        GrandTotal = "Grand Total",
        /// Off the sum of the lines.
        NetTotal = "Net Total",
    }
}

/// What a sale or purchase says once, for all of its rows.
pub(super) struct Head<'a> {
    pub(super) day: Option<Date>,
    pub(super) time: Option<Time>,
    pub(super) currency: Option<&'a Text>,
    pub(super) price_list: Option<&'a Text>,
    pub(super) set_warehouse: Option<&'a Text>,
    pub(super) taxes: &'a [TaxRule],
    pub(super) bill_date: Option<Date>,
    pub(super) template: Option<&'a Text>,
    pub(super) discount_on: Option<DiscountOn>,
    pub(super) percent: Option<Decimal>,
    pub(super) amount: Option<Decimal>,
    pub(super) is_return: bool,
    pub(super) return_against: Option<&'a Ref>,
    pub(super) buying: bool,
    /// It moves stock: each row needs its warehouse.
    pub(super) moves_stock: bool,
    /// Each row needs its warehouse though nothing moves.
    pub(super) needs_warehouse: bool,
}

/// One row of a sale or purchase.
pub(super) trait Line {
    fn item_code(&self) -> &Text;
    fn qty(&self) -> Decimal;
    fn rate(&self) -> Decimal;
    fn uom(&self) -> Option<&Text>;
    fn warehouse(&self) -> Option<&Text>;
    fn list_price(&self) -> Option<Decimal>;
    fn discount(&self) -> Option<Decimal>;
    fn item_tax_template(&self) -> Option<&Text>;
    fn batch_no(&self) -> Option<&Text>;
    fn serial_no(&self) -> Option<&LongText>;
    /// The row of `return_against` that it takes back, and the field that names it.
    fn returned_row(&self) -> (Option<&Text>, &'static str);
    /// The rows of other documents that it delivers or bills.
    fn builds_on(&self) -> Vec<(&Ref, &Text)>;
}

/// Makes a row's type a [`Line`]. `returns` is the field that names the row which is taken back; an order has none, nor batches. `on`
/// are the fields that name what is delivered or billed: a document, and its row.
macro_rules! line {
    ($row:ident, returns $returns:ident $(, on $of:ident $detail:ident)*) => {
        line!(@ $row, [self, self.batch_no.as_ref(), self.serial_no.as_ref(), (self.$returns.as_ref(), stringify!($returns)),
            [$(self.$of.as_ref().zip(self.$detail.as_ref())),*]]);
    };
    ($row:ident) => {
        line!(@ $row, [self, None, None, (None, ""), []]);
    };
    (@ $row:ident, [$self:ident, $batch:expr, $serial:expr, $returned:expr, $on:expr]) => {
        impl $crate::domain::document::trade::Line for $row {
            fn item_code(&self) -> &Text { &self.item_code }
            fn qty(&self) -> Decimal { self.qty }
            fn rate(&self) -> Decimal { self.rate }
            fn uom(&self) -> Option<&Text> { self.uom.as_ref() }
            fn warehouse(&self) -> Option<&Text> { self.warehouse.as_ref() }
            fn list_price(&self) -> Option<Decimal> { self.price_list_rate }
            fn discount(&self) -> Option<Decimal> { self.discount_percentage }
            fn item_tax_template(&self) -> Option<&Text> { self.item_tax_template.as_ref() }
            fn batch_no(&$self) -> Option<&Text> { $batch }
            fn serial_no(&$self) -> Option<&LongText> { $serial }
            fn returned_row(&$self) -> (Option<&Text>, &'static str) { $returned }
            fn builds_on(&$self) -> Vec<(&$crate::domain::document::Ref, &Text)> {
                let on: [Option<(&$crate::domain::document::Ref, &Text)>; _] = $on;
                on.into_iter().flatten().collect()
            }
        }
    };
}

/// The sum of the lines, before taxes, to the nine digits that the books keep.
pub(super) fn net_total<L: Line>(rows: &[L]) -> Option<Decimal> {
    let exact = rows.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.qty().times(row.rate())?));
    exact?.rounded(MAX_SCALE)
}

impl<'a> Head<'a> {
    /// The rules of form of head and rows.
    pub(super) fn check<L: Line>(&self, rows: &[L]) -> Result<(), Invalid> {
        some_rows("items", rows)?;
        posted(self.day, self.time)?;
        currency(self.currency)?;
        if self.is_return {
            present(
                || "return_against".into(),
                &self.return_against,
                "a return names the document that it takes back",
            )?;
        } else {
            absent(
                || "return_against".into(),
                &self.return_against,
                "only a return has it: set is_return, or leave it out",
            )?;
        }
        for (i, row) in rows.iter().enumerate() {
            self.check_row(i, row)?;
        }
        check_taxes(self.taxes)?;
        self.check_discount()?;
        net_total(rows).ok_or_else(|| Invalid::at("items", "the total is too large for the books: split the sale"))?;
        Ok(())
    }

    fn check_row<L: Line>(&self, i: usize, row: &L) -> Result<(), Invalid> {
        let field = |name: &str| format!("items[{i}].{name}");
        signed(|| field("qty"), row.qty(), self.is_return)?;
        qty_in_range(|| field("qty"), row.qty())?;
        not_below_zero(|| field("rate"), row.rate())?;
        check_price(&field, row)?;
        serials(|| field("serial_no"), row.serial_no())?;
        if (self.moves_stock || self.needs_warehouse) && self.set_warehouse.is_none() {
            let rule = match self.needs_warehouse {
                true => "name the warehouse of each row, or set_warehouse",
                false => "update_stock needs the warehouse of each row, or set_warehouse",
            };
            present(|| field("warehouse"), &row.warehouse(), rule)?;
        }
        let (returned, name) = row.returned_row();
        match (self.is_return, returned) {
            (true, None) => {
                Err(Invalid::at(field(name), "a return names the row that it takes back: its number from 1"))
            }
            (false, Some(_)) => Err(Invalid::at(field(name), "only a return has it: leave it out")),
            _ => Ok(()),
        }
    }

    fn check_discount(&self) -> Result<(), Invalid> {
        if let Some(percent) = self.percent {
            percentage(|| "additional_discount_percentage".into(), percent)?;
            let rule = "there is additional_discount_percentage as well: send one of them";
            absent(|| "discount_amount".into(), &self.amount, rule)?;
        }
        match self.amount {
            Some(amount) if amount.is_zero() => Ok(()),
            Some(amount) => signed(|| "discount_amount".into(), amount, self.is_return),
            None => Ok(()),
        }
    }

    /// The master data that head and rows name.
    pub(super) fn references<L: Line>(&self, rows: &'a [L]) -> Vec<Reference<'a>> {
        let mut found = Vec::new();
        let (mut names, taxes) = (Names(&mut found), if self.buying { Link::PurchaseTaxes } else { Link::SalesTaxes });
        let price_list = if self.buying { "buying_price_list" } else { "selling_price_list" };
        names.add(price_list, Link::PriceList, self.price_list);
        names.add("taxes_and_charges", taxes, self.template);
        for (i, row) in rows.iter().enumerate() {
            names.add(&format!("items[{i}].item_code"), Link::Item, Some(row.item_code()));
            names.add(&format!("items[{i}].uom"), Link::Uom, row.uom());
            names.add(&format!("items[{i}].item_tax_template"), Link::ItemTaxes, row.item_tax_template());
        }
        for (i, row) in self.taxes.iter().enumerate() {
            names.add(&format!("taxes[{i}].account_head"), Link::Account, Some(&row.account_head));
        }
        found
    }

    /// The warehouses of the rows. Where nothing moves they are named all the same, and touched as a promise.
    pub(super) fn places<L: Line>(&self, rows: &'a [L]) -> Vec<Place<'a>> {
        let touch = match (self.moves_stock, self.buying != self.is_return) {
            (false, _) => Touch::Promise,
            (true, true) => Touch::In,
            (true, false) => Touch::Out,
        };
        let mut places = Vec::new();
        if let Some(warehouse) = self.set_warehouse {
            places.push(Place { field: "set_warehouse".into(), warehouse, touch });
        }
        for (i, row) in rows.iter().enumerate() {
            if let Some(warehouse) = row.warehouse() {
                places.push(Place { field: format!("items[{i}].warehouse"), warehouse, touch });
            }
        }
        places
    }

    /// The rows as items.
    pub(super) fn item_rows<L: Line>(&self, rows: &'a [L]) -> Vec<ItemRow<'a>> {
        let item = |(i, row): (usize, &'a L)| ItemRow {
            field: format!("items[{i}]"),
            item_code: row.item_code(),
            qty: row.qty(),
            uom: row.uom(),
            batch_no: row.batch_no(),
            serial_no: row.serial_no().map(LongText::as_str),
            moves_stock: self.moves_stock,
            builds_on: row.builds_on().into_iter().chain(self.return_against.zip(row.returned_row().0)).collect(),
        };
        rows.iter().enumerate().map(item).collect()
    }

    /// What the totals are made of.
    pub(super) fn priced<L: Line>(&self, rows: &'a [L]) -> Priced<'a> {
        let on_net = self.discount_on == Some(DiscountOn::NetTotal);
        let discount = match (self.percent, self.amount) {
            (Some(percent), _) => Discount::Percent { percent, on_net },
            (None, Some(amount)) => Discount::Amount { amount, on_net },
            (None, None) => Discount::None,
        };
        let item = |row: &'a L| PricedItem {
            item_code: row.item_code(),
            item_tax_template: row.item_tax_template(),
            takes_back: self.return_against.zip(row.returned_row().0),
        };
        Priced {
            items: rows.iter().map(item).collect(),
            lines: rows.iter().map(|row| SheetLine { qty: row.qty(), rate: row.rate() }).collect(),
            taxes: self.taxes,
            template: self.template,
            bill_date: self.bill_date,
            buying: self.buying,
            discount,
            price_list: self.price_list,
            currency: self.currency,
            discount_percent: self.largest_discount(rows),
            is_return: self.is_return,
        }
    }

    /// In percent. An amount counts by what it is of the lines; where the lines come to nothing, it is all of them.
    fn largest_discount<L: Line>(&self, rows: &[L]) -> Decimal {
        let hundred = Decimal::from(100);
        let of_lines = |amount: Decimal| {
            let net = net_total(rows)?.abs();
            if net.is_zero() { Some(hundred) } else { amount.abs().over(net, MAX_SCALE)?.times(hundred) }
        };
        let whole = match (self.percent, self.amount) {
            (Some(percent), _) => percent,
            (None, Some(amount)) if !amount.is_zero() => of_lines(amount).unwrap_or(hundred),
            _ => Decimal::ZERO,
        };
        rows.iter().filter_map(|row| row.discount()).fold(whole, Decimal::max)
    }

    /// The stock that the rows move: out for a sale, in for a purchase; a return's quantities turn it round.
    pub(super) fn moves<L: Line>(&self, rows: &[L], booked: &Booked) -> Vec<StockMove> {
        if !self.moves_stock {
            return Vec::new();
        }
        let moved = |(i, row): (usize, &L)| {
            let qty = in_stock_unit(row.qty(), booked, i);
            let warehouse = row.warehouse().or(self.set_warehouse)?.clone();
            let qty = if self.buying { qty } else { qty.negated() };
            Some(StockMove { item_code: row.item_code().clone(), warehouse, qty })
        };
        rows.iter().enumerate().filter_map(moved).collect()
    }

    /// The pieces with serial numbers that the rows move.
    pub(super) fn pieces<L: Line>(&self, rows: &[L]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for row in rows.iter().filter(|row| self.moves_stock && row.serial_no().is_some()) {
            let place = row.warehouse().or(self.set_warehouse);
            let comes = self.buying != row.qty().is_negative();
            let (from, to) = if comes { (None, place) } else { (place, None) };
            pieces.extend(Piece::of_row(row.item_code(), row.serial_no().map(LongText::as_str), from, to));
        }
        pieces
    }

    /// What came back of the document that a return takes back.
    pub(super) fn returned<L: Line>(&self, rows: &[L]) -> Vec<Step> {
        let (true, Some(of)) = (self.is_return, self.return_against) else { return Vec::new() };
        let step = |row: &L| {
            let (named, _) = row.returned_row();
            Step { of: of.clone(), row: named.cloned(), what: Progress::Returned, by: row.qty().negated() }
        };
        rows.iter().map(step).collect()
    }
}

/// Gathers references; what is absent names nothing.
pub(super) struct Names<'a, 'b>(pub(super) &'b mut Vec<Reference<'a>>);

impl<'a> Names<'a, '_> {
    pub(super) fn add(&mut self, field: &str, link: Link, name: Option<&'a Text>) {
        if let Some(name) = name {
            self.0.push(Reference { field: field.to_owned(), link, name });
        }
    }
}

fn percentage(field: impl Fn() -> String, percent: Decimal) -> Result<(), Invalid> {
    if percent.is_negative() || percent > Decimal::from(100) {
        return Err(Invalid::at(field(), format!("{percent} is no discount: 0 to 100 percent")));
    }
    Ok(())
}

/// A rate below the list's price is a discount, and says so: ERPNext works the rate out from the two, and so what is printed and
/// what is booked would differ.
fn check_price<L: Line>(field: &dyn Fn(&str) -> String, row: &L) -> Result<(), Invalid> {
    let percent = row.discount().unwrap_or_default();
    percentage(|| field("discount_percentage"), percent)?;
    let Some(list_price) = row.list_price() else {
        if row.discount().is_some() {
            return Err(Invalid::at(
                field("price_list_rate"),
                "a discount_percentage needs the price that it is taken off",
            ));
        }
        return Ok(());
    };
    not_below_zero(|| field("price_list_rate"), list_price)?;
    if percent.is_zero() && row.rate() >= list_price {
        return Ok(());
    }
    let left = Decimal::from(100).minus(percent).unwrap_or_default();
    let fair = list_price.times(left).and_then(|hundredfold| hundredfold.over(Decimal::from(100), MAX_SCALE));
    let off = fair.and_then(|fair| fair.minus(row.rate()));
    // A cent, since a rate is rounded to the currency's digits; half a unit where both are whole, as of a currency without digits.
    let is_whole = |amount: Decimal| amount.rounded(0) == Some(amount);
    let near =
        if is_whole(list_price) && is_whole(row.rate()) { Decimal::of_parts(5, 1) } else { Decimal::of_parts(1, 2) };
    if off.is_none_or(|off| off.abs() > near.unwrap_or_default()) {
        let rule =
            format!("{} is not {list_price} less {percent} percent: correct rate or discount_percentage", row.rate());
        return Err(Invalid::at(field("rate"), rule));
    }
    Ok(())
}

const CHARGE_TYPES: [&str; 5] =
    ["Actual", "On Net Total", "On Previous Row Amount", "On Previous Row Total", "On Item Quantity"];

fn check_taxes(taxes: &[TaxRule]) -> Result<(), Invalid> {
    few_rows("taxes", taxes)?;
    for (i, row) in taxes.iter().enumerate() {
        let field = |name: &str| format!("taxes[{i}].{name}");
        let charge = row.charge_type.as_str();
        if !CHARGE_TYPES.contains(&charge) {
            return Err(Invalid::at(field("charge_type"), format!("{charge} is none of {}", CHARGE_TYPES.join(", "))));
        }
        if charge.starts_with("On Previous Row") {
            let earlier = |n: u32| 1 <= n && (n as usize) <= i;
            if !row.row_id.is_some_and(earlier) {
                return Err(Invalid::at(
                    field("row_id"),
                    format!("{charge} names an earlier row, by its number from 1"),
                ));
            }
        } else {
            absent(|| field("row_id"), &row.row_id, "only On Previous Row … names a row: leave it out")?;
        }
    }
    Ok(())
}

/// A payment at once of a sale: above zero, in a return below.
pub(super) fn check_payment(i: usize, amount: Decimal, is_return: bool) -> Result<(), Invalid> {
    let field = || format!("payments[{i}].amount");
    if is_return { signed(field, amount, true) } else { above_zero(field, amount) }
}
