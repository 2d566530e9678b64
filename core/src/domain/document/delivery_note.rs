//! Delivery Note: goods that leave for a customer, of an order or without one, and are billed by an invoice; as a return, what came back.

use super::check::row_named;
use super::sales_invoice::pair;
use super::trade::{DiscountOn, Head, Names, net_total};
use super::{Invalid, ItemRow, Link, LongText, Place, Priced, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress, Step};
use crate::domain::master::TaxRule;
use jiff::civil::{Date, Time};

fields! {
    /// A delivery, with ERPNext's field names. Fields that are absent take the office's defaults.
    DeliveryNote {
        /// To whom.
        must customer: Text,
        /// The day of the delivery in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// Three capital letters, ISO 4217.
        may currency: Text,
        /// The list of prices.
        may selling_price_list: Text,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What is delivered.
        rows items: Vec<DeliveryItem>,
        /// It takes `return_against` back: quantities are below zero.
        flag is_return: bool,
        /// What it takes back.
        may return_against: Ref,
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
        /// What to know about the delivery.
        may instructions: LongText,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// One line of a delivery.
    DeliveryItem {
        /// The item's code.
        must item_code: Text,
        /// How much, above zero; in a return below.
        must qty: Decimal,
        /// Price of one, zero or above, after the line's discount.
        must rate: Decimal,
        /// The unit; the item's own where absent.
        may uom: Text,
        /// Where it is taken from.
        may warehouse: Text,
        /// The list's price of one, before the line's discount.
        may price_list_rate: Decimal,
        /// The line's discount, off `price_list_rate`.
        may discount_percentage: Decimal,
        /// The batch.
        may batch_no: Text,
        /// Serial numbers, one a line.
        may serial_no: LongText,
        /// What is written on it, beside the item's name.
        may description: LongText,
        /// The Sales Order of which it is delivered.
        may against_sales_order: Ref,
        /// The row of that.
        may so_detail: Text,
        /// The row of `return_against` that comes back.
        may dn_detail: Text,
        /// The item tax template, whose rates count for this line; the item's own where absent.
        may item_tax_template: Text,
    }
}

line!(DeliveryItem, returns dn_detail, on against_sales_order so_detail);

impl DeliveryNote {
    fn head(&self) -> Head<'_> {
        Head {
            day: self.posting_date,
            time: self.posting_time,
            currency: self.currency.as_ref(),
            price_list: self.selling_price_list.as_ref(),
            set_warehouse: self.set_warehouse.as_ref(),
            taxes: &self.taxes,
            bill_date: None,
            template: self.taxes_and_charges.as_ref(),
            discount_on: self.apply_discount_on,
            percent: self.additional_discount_percentage,
            amount: self.discount_amount,
            is_return: self.is_return,
            return_against: self.return_against.as_ref(),
            buying: false,
            moves_stock: true,
            needs_warehouse: true,
        }
    }
}

impl Rules for DeliveryNote {
    fn validate(&self) -> Result<(), Invalid> {
        self.head().check(&self.items)?;
        for (i, row) in self.items.iter().enumerate() {
            let field = |name: &str| format!("items[{i}].{name}");
            pair(&field, ("against_sales_order", &row.against_sales_order), ("so_detail", &row.so_detail))?;
        }
        Ok(())
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let mut steps = self.head().returned(&self.items);
        for row in &self.items {
            if let Some(of) = &row.against_sales_order {
                // What came back is to be delivered again.
                let row_of = row.so_detail.clone();
                steps.push(Step { of: of.clone(), row: row_of, what: Progress::Delivered, by: row.qty });
            }
        }
        let sum = booked.total.or_else(|| net_total(&self.items)).unwrap_or_default();
        let (moves, pieces) = (self.head().moves(&self.items, booked), self.head().pieces(&self.items));
        Effects { moves, pieces, steps, sum, ..Effects::default() }
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

    fn allows(&self, _: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        match what {
            Progress::Returned | Progress::Billed if !self.is_return => {
                row_named(&self.items, row).map(|(_, row)| row.qty)
            }
            _ => None,
        }
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.customer)
    }
}
