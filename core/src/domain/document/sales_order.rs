//! Sales Order: what a customer orders, for which day, made to which measures. What is paid ahead is a Payment Entry that names it.

use super::check::{not_before, row_named};
use super::trade::{DiscountOn, Head, Names, net_total};
use super::{Invalid, ItemRow, Link, LongText, Place, Priced, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress};
use crate::domain::master::TaxRule;
use jiff::civil::Date;

fields! {
    /// An order, with ERPNext's field names. Fields that are absent take the office's defaults.
    SalesOrder {
        /// Who orders.
        must customer: Text,
        /// The day of the order in the workshop's time zone; the box's day where absent.
        may transaction_date: Date,
        /// The day that was promised; not before `transaction_date`.
        must delivery_date: Date,
        /// The number of the customer's own order.
        may po_no: Text,
        /// Three capital letters, ISO 4217.
        may currency: Text,
        /// The list of prices.
        may selling_price_list: Text,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What is ordered.
        rows items: Vec<OrderItem>,
        /// The template of taxes; the office's default one where absent.
        may taxes_and_charges: Text,
        /// Rows of taxes; those of the template where there are none.
        taxes taxes: Vec<TaxRule>,
        /// What the discount of the whole is taken off; what is to be paid where absent.
        may apply_discount_on: DiscountOn,
        /// A discount of the whole, in percent.
        may additional_discount_percentage: Decimal,
        /// A discount of the whole, as an amount.
        may discount_amount: Decimal,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// One line of an order.
    OrderItem {
        /// The item's code.
        must item_code: Text,
        /// How much, above zero.
        must qty: Decimal,
        /// Price of one, zero or above, after the line's discount.
        must rate: Decimal,
        /// The unit; the item's own where absent.
        may uom: Text,
        /// Where it is delivered from.
        may warehouse: Text,
        /// The day that was promised for this line; that of the order where absent.
        may delivery_date: Date,
        /// The list's price of one, before the line's discount.
        may price_list_rate: Decimal,
        /// The line's discount, off `price_list_rate`.
        may discount_percentage: Decimal,
        /// What is written on it, beside the item's name: measures, cloth, wishes.
        may description: LongText,
        /// What is not printed for the customer: measures and notes for whoever makes it.
        may additional_notes: LongText,
        /// The item tax template, whose rates count for this line; the item's own where absent.
        may item_tax_template: Text,
    }
}

line!(OrderItem);

impl SalesOrder {
    fn head(&self) -> Head<'_> {
        Head {
            day: self.transaction_date,
            time: None,
            currency: self.currency.as_ref(),
            price_list: self.selling_price_list.as_ref(),
            set_warehouse: self.set_warehouse.as_ref(),
            taxes: &self.taxes,
            bill_date: None,
            template: self.taxes_and_charges.as_ref(),
            discount_on: self.apply_discount_on,
            percent: self.additional_discount_percentage,
            amount: self.discount_amount,
            is_return: false,
            return_against: None,
            buying: false,
            moves_stock: false,
            needs_warehouse: true,
        }
    }
}

impl Rules for SalesOrder {
    fn validate(&self) -> Result<(), Invalid> {
        self.head().check(&self.items)?;
        not_before("delivery_date", Some(self.delivery_date), "transaction_date", self.transaction_date)?;
        for (i, row) in self.items.iter().enumerate() {
            let field = format!("items[{i}].delivery_date");
            not_before(&field, row.delivery_date, "transaction_date", self.transaction_date)?;
        }
        Ok(())
    }

    fn posting_date(&self) -> Option<Date> {
        self.transaction_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let sum = booked.total.or_else(|| net_total(&self.items)).unwrap_or_default();
        Effects { sum, ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = self.head().references(&self.items);
        let mut names = Names(&mut found);
        names.add("customer", Link::Customer, Some(&self.customer));
        names.add("project", Link::Project, self.project.as_ref());
        found
    }

    fn places(&self) -> Vec<Place<'_>> {
        self.head().places(&self.items)
    }

    fn item_rows(&self) -> Vec<ItemRow<'_>> {
        self.head().item_rows(&self.items)
    }

    fn priced(&self) -> Option<Priced<'_>> {
        Some(self.head().priced(&self.items))
    }

    fn allows(&self, booked: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        match what {
            Progress::Delivered | Progress::Billed => row_named(&self.items, row).map(|(_, row)| row.qty),
            Progress::Advanced if row.is_none() => booked.total.or_else(|| net_total(&self.items)),
            _ => None,
        }
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.customer)
    }
}
