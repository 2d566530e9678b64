//! Purchase Receipt: goods that come from a supplier, and are billed later; as a return, what went back.

use super::check::row_named;
use super::trade::{DiscountOn, Head, Names, net_total};
use super::{Invalid, ItemRow, Link, LongText, Place, Priced, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress};
use crate::domain::master::TaxRule;
use jiff::civil::{Date, Time};

fields! {
    /// A receipt of goods, with ERPNext's field names. Fields that are absent take the office's defaults.
    PurchaseReceipt {
        /// From whom.
        must supplier: Text,
        /// The number of the supplier's delivery note.
        may supplier_delivery_note: Text,
        /// The day of the receipt in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// Three capital letters, ISO 4217.
        may currency: Text,
        /// The list of prices.
        may buying_price_list: Text,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What came.
        rows items: Vec<ReceiptItem>,
        /// It sends `return_against` back: quantities are below zero.
        flag is_return: bool,
        /// What it sends back.
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
        /// A note.
        may remarks: Text,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// One line of a receipt.
    ReceiptItem {
        /// The item's code.
        must item_code: Text,
        /// How much, above zero; in a return below.
        must qty: Decimal,
        /// Price of one, zero or above, after the line's discount.
        must rate: Decimal,
        /// The unit; the item's own where absent.
        may uom: Text,
        /// Where it is put.
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
        /// The row of `return_against` that goes back.
        may purchase_receipt_item: Text,
        /// The item tax template, whose rates count for this line; the item's own where absent.
        may item_tax_template: Text,
    }
}

line!(ReceiptItem, returns purchase_receipt_item);

impl PurchaseReceipt {
    fn head(&self) -> Head<'_> {
        Head {
            day: self.posting_date,
            time: self.posting_time,
            currency: self.currency.as_ref(),
            price_list: self.buying_price_list.as_ref(),
            set_warehouse: self.set_warehouse.as_ref(),
            taxes: &self.taxes,
            bill_date: None,
            template: self.taxes_and_charges.as_ref(),
            discount_on: self.apply_discount_on,
            percent: self.additional_discount_percentage,
            amount: self.discount_amount,
            is_return: self.is_return,
            return_against: self.return_against.as_ref(),
            buying: true,
            moves_stock: true,
            needs_warehouse: true,
        }
    }
}

impl Rules for PurchaseReceipt {
    fn validate(&self) -> Result<(), Invalid> {
        self.head().check(&self.items)
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let head = self.head();
        let sum = booked.total.or_else(|| net_total(&self.items)).unwrap_or_default();
        let (moves, steps) = (head.moves(&self.items, booked), head.returned(&self.items));
        Effects { moves, pieces: head.pieces(&self.items), steps, sum, ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = self.head().references(&self.items);
        let mut names = Names(&mut found);
        names.add("supplier", Link::Supplier, Some(&self.supplier));
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
        Some(&self.supplier)
    }
}
