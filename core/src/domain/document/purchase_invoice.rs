//! Purchase Invoice: what a supplier bills, of a receipt or without one, on account or paid at once; as a return, what is taken off it.

use super::check::{absent, not_before, present, row_named, signed};
use super::sales_invoice::pair;
use super::trade::{DiscountOn, Head, Names, net_total};
use super::{Flag, Invalid, ItemRow, Link, LongText, Place, Priced, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Money, Progress, Step};
use crate::domain::master::TaxRule;
use jiff::civil::{Date, Time};

fields! {
    /// A supplier's bill, with ERPNext's field names. Fields that are absent take the office's defaults.
    PurchaseInvoice {
        /// Who bills.
        must supplier: Text,
        /// The number of the bill.
        may bill_no: Text,
        /// The day of the bill.
        may bill_date: Date,
        /// The day of the booking in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// Three capital letters, ISO 4217.
        may currency: Text,
        /// When it is due; not before `posting_date`.
        may due_date: Date,
        /// The list of prices.
        may buying_price_list: Text,
        /// The bill itself puts the goods into stock; each row, or `set_warehouse`, then names the warehouse.
        flag update_stock: bool,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What is billed.
        rows items: Vec<BillItem>,
        /// It was paid at once, with `mode_of_payment` and `paid_amount`.
        flag is_paid: bool,
        /// By what it was paid at once.
        may mode_of_payment: Text,
        /// How much was paid at once, above zero; in a return below.
        may paid_amount: Decimal,
        /// It takes `return_against` back: quantities are below zero.
        flag is_return: bool,
        /// What it takes back.
        may return_against: Ref,
        /// A return on account: with 0 it is taken off `return_against`, else it stands for itself.
        may update_outstanding_for_self: Flag,
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
    /// One line of a bill.
    BillItem {
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
        /// The Purchase Receipt that it bills.
        may purchase_receipt: Ref,
        /// The row of that.
        may pr_detail: Text,
        /// The row of `return_against` that is taken back.
        may purchase_invoice_item: Text,
        /// The item tax template, whose rates count for this line; the item's own where absent.
        may item_tax_template: Text,
    }
}

line!(BillItem, returns purchase_invoice_item, on purchase_receipt pr_detail);

impl PurchaseInvoice {
    fn head(&self) -> Head<'_> {
        Head {
            day: self.posting_date,
            time: self.posting_time,
            currency: self.currency.as_ref(),
            price_list: self.buying_price_list.as_ref(),
            set_warehouse: self.set_warehouse.as_ref(),
            taxes: &self.taxes,
            bill_date: self.bill_date,
            template: self.taxes_and_charges.as_ref(),
            discount_on: self.apply_discount_on,
            percent: self.additional_discount_percentage,
            amount: self.discount_amount,
            is_return: self.is_return,
            return_against: self.return_against.as_ref(),
            buying: true,
            moves_stock: self.update_stock,
            needs_warehouse: false,
        }
    }

    /// What it comes to: as it was worked out, or the lines alone.
    fn total(&self, booked: &Booked) -> Option<Decimal> {
        booked.total.or_else(|| net_total(&self.items))
    }

    fn check_payment(&self) -> Result<(), Invalid> {
        let (mode, amount) = (|| "mode_of_payment".to_owned(), || "paid_amount".to_owned());
        if !self.is_paid {
            absent(mode, &self.mode_of_payment, "only a bill that is_paid has it: leave it out")?;
            return absent(amount, &self.paid_amount, "only a bill that is_paid has it: leave it out");
        }
        present(mode, &self.mode_of_payment, "a bill that is_paid says by what it was paid")?;
        present(amount, &self.paid_amount, "a bill that is_paid says how much was paid")?;
        signed(amount, self.paid_amount.unwrap_or_default(), self.is_return)
    }

    fn steps(&self, booked: &Booked) -> Vec<Step> {
        let mut steps = self.head().returned(&self.items);
        for row in &self.items {
            if let Some(of) = &row.purchase_receipt {
                let row_of = row.pr_detail.clone();
                steps.push(Step { of: of.clone(), row: row_of, what: Progress::Billed, by: row.qty });
            }
        }
        if let (true, Some(Flag(false)), Some(of)) =
            (self.is_return, self.update_outstanding_for_self, &self.return_against)
            && let Some(by) = self.total(booked).and_then(|total| self.paid_amount.unwrap_or_default().minus(total))
        {
            steps.push(Step { of: of.clone(), row: None, what: Progress::Paid, by });
        }
        steps
    }
}

impl Rules for PurchaseInvoice {
    fn validate(&self) -> Result<(), Invalid> {
        self.head().check(&self.items)?;
        not_before("due_date", self.due_date, "posting_date", self.posting_date)?;
        not_before("due_date", self.due_date, "bill_date", self.bill_date)?;
        not_before("posting_date", self.posting_date, "bill_date", self.bill_date)?;
        self.check_payment()?;
        for (i, row) in self.items.iter().enumerate() {
            let field = |name: &str| format!("items[{i}].{name}");
            pair(&field, ("purchase_receipt", &row.purchase_receipt), ("pr_detail", &row.pr_detail))?;
            if self.update_stock && row.purchase_receipt.is_some() {
                let rule = "the Purchase Receipt has moved the goods already: leave update_stock out";
                return Err(Invalid::at(field("purchase_receipt"), rule));
            }
        }
        if self.update_outstanding_for_self.is_some() && !self.is_return {
            return Err(Invalid::at("update_outstanding_for_self", "only a return has it: leave it out"));
        }
        Ok(())
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let paid = |mode: &Text| Money {
            mode_of_payment: mode.clone(),
            amount: self.paid_amount.unwrap_or_default().negated(),
        };
        Effects {
            moves: self.head().moves(&self.items, booked),
            pieces: self.head().pieces(&self.items),
            money: self.mode_of_payment.iter().map(paid).collect(),
            steps: self.steps(booked),
            sum: self.total(booked).unwrap_or_default(),
            ..Effects::default()
        }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = self.head().references(&self.items);
        let mut names = Names(&mut found);
        names.add("supplier", Link::Supplier, Some(&self.supplier));
        names.add("mode_of_payment", Link::ModeOfPayment, self.mode_of_payment.as_ref());
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

    fn settles(&self, total: Decimal) -> Result<(), Invalid> {
        let paid = self.paid_amount.unwrap_or_default();
        if paid.abs() > total.abs() {
            let rule = format!("{paid} is more than the total, {total}: pay no more than that");
            return Err(Invalid::at("paid_amount", rule));
        }
        // ERPNext holds the two against each other with their signs, and takes less for more.
        if self.is_return && self.is_paid && paid != total {
            let rule = format!(
                "{paid} of {total} is given back: a return that is_paid gives all of it back; else leave is_paid out, and send what is \
                 given back as a Payment Entry"
            );
            return Err(Invalid::at("paid_amount", rule));
        }
        Ok(())
    }

    fn allows(&self, booked: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        if self.is_return {
            return None;
        }
        match what {
            Progress::Returned => row_named(&self.items, row).map(|(_, row)| row.qty),
            Progress::Paid if row.is_none() => self.total(booked)?.minus(self.paid_amount.unwrap_or_default()),
            _ => None,
        }
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.supplier)
    }
}
