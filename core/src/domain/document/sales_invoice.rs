//! Sales Invoice: what was sold to whom, and what was paid for it at once; and, as a return, what came back and what was given back.

use super::check::{above_zero, distinct, few_rows, not_before, not_below_zero, row_named, sum};
use super::trade::{DiscountOn, Head, Names, check_payment, net_total};
use super::{Flag, Invalid, ItemRow, Link, LongText, Place, Priced, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Money, Progress, Step};
use crate::domain::master::TaxRule;
use jiff::civil::{Date, Time};

fields! {
    /// A sale, with ERPNext's field names. Fields that are absent take the office's defaults.
    SalesInvoice {
        /// Who bought.
        must customer: Text,
        /// The day of the sale in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day of the sale; only with `posting_date`.
        may posting_time: Time,
        /// When what is owed is due; not before `posting_date`.
        may due_date: Date,
        /// Three capital letters, ISO 4217.
        may currency: Text,
        /// The sale itself takes the goods out of stock; each row, or `set_warehouse`, then names the warehouse.
        flag update_stock: bool,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What was sold.
        rows items: Vec<InvoiceItem>,
        /// What was paid at once; none means on account. Cash is the last row, since change is taken off that. None beside `advances`.
        some payments: Vec<Payment>,
        /// A note.
        may remarks: Text,
        /// It takes `return_against` back: quantities and payments are below zero.
        flag is_return: bool,
        /// What it takes back.
        may return_against: Ref,
        /// A return on account: with 0 it is taken off `return_against`, else it stands for itself.
        may update_outstanding_for_self: Flag,
        /// The list of prices.
        may selling_price_list: Text,
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
        /// What was given back of the last payment.
        may change_amount: Decimal,
        /// What was paid ahead and is used up. What is paid now is then a Payment Entry for this invoice.
        some advances: Vec<Advance>,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// One line of a sale.
    InvoiceItem {
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
        /// The Sales Order that it bills.
        may sales_order: Ref,
        /// The row of that.
        may so_detail: Text,
        /// The Delivery Note that it bills.
        may delivery_note: Ref,
        /// The row of that.
        may dn_detail: Text,
        /// The row of `return_against` that comes back.
        may sales_invoice_item: Text,
        /// The item tax template, whose rates count for this line; the item's own where absent.
        may item_tax_template: Text,
    }
}

fields! {
    /// One payment.
    Payment {
        /// Cash, Wire Transfer …
        must mode_of_payment: Text,
        /// How much, above zero; in a return below.
        must amount: Decimal,
    }
}

fields! {
    /// What was paid ahead with a Payment Entry, and is used up by an invoice.
    Advance {
        /// The Payment Entry.
        must reference_name: Ref,
        /// Its reference to the order that was paid ahead; none for what it has to no reference.
        may reference_row: Text,
        /// How much is used, above zero.
        must allocated_amount: Decimal,
    }
}

line!(InvoiceItem, returns sales_invoice_item, on sales_order so_detail, on delivery_note dn_detail);

impl SalesInvoice {
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
            moves_stock: self.update_stock,
            needs_warehouse: false,
        }
    }

    /// The sum of the lines, before taxes and rounding.
    pub fn net_total(&self) -> Option<Decimal> {
        net_total(&self.items)
    }

    /// What was paid at once, without the change; below zero in a return.
    pub fn paid(&self) -> Option<Decimal> {
        let paid = self.payments.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.amount))?;
        paid.minus(self.change_amount.unwrap_or_default())
    }

    fn advanced(&self) -> Option<Decimal> {
        self.advances.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.allocated_amount))
    }

    /// What it comes to: as it was worked out, or the lines alone.
    fn total(&self, booked: &Booked) -> Option<Decimal> {
        booked.total.or_else(|| self.net_total())
    }

    fn check_money(&self) -> Result<(), Invalid> {
        few_rows("payments", &self.payments)?;
        for (i, row) in self.payments.iter().enumerate() {
            check_payment(i, row.amount, self.is_return)?;
        }
        sum("payments", self.payments.iter().map(|row| row.amount))?;
        if let Some(change) = self.change_amount {
            let field = || "change_amount".to_owned();
            not_below_zero(field, change)?;
            if !change.is_zero() && (self.is_return || self.payments.last().is_none_or(|last| last.amount < change)) {
                let rule = "change is given of the last payment of a sale, and is no more than that: put cash last";
                return Err(Invalid::at(field(), rule));
            }
        }
        few_rows("advances", &self.advances)?;
        if self.is_return && !self.advances.is_empty() {
            return Err(Invalid::at("advances", "a return uses nothing up: leave them out"));
        }
        for (i, row) in self.advances.iter().enumerate() {
            above_zero(|| format!("advances[{i}].allocated_amount"), row.allocated_amount)?;
        }
        distinct("advances", "reference_name", &self.advances, |row| (&row.reference_name, &row.reference_row))?;
        sum("advances", self.advances.iter().map(|row| row.allocated_amount))?;
        Ok(())
    }

    fn check_origins(&self) -> Result<(), Invalid> {
        for (i, row) in self.items.iter().enumerate() {
            let field = |name: &str| format!("items[{i}].{name}");
            pair(&field, ("sales_order", &row.sales_order), ("so_detail", &row.so_detail))?;
            pair(&field, ("delivery_note", &row.delivery_note), ("dn_detail", &row.dn_detail))?;
            if self.update_stock && row.delivery_note.is_some() {
                let rule = "the Delivery Note has moved the goods already: leave update_stock out";
                return Err(Invalid::at(field("delivery_note"), rule));
            }
        }
        Ok(())
    }

    fn steps(&self, booked: &Booked) -> Vec<Step> {
        let mut steps = self.head().returned(&self.items);
        for row in &self.items {
            let mut step = |of: &Option<Ref>, named: &Option<Text>, what| {
                if let Some(of) = of {
                    steps.push(Step { of: of.clone(), row: named.clone(), what, by: row.qty });
                }
            };
            // A return gives an order nothing back to bill, as in ERPNext, but what was delivered with it is to be delivered again.
            if !self.is_return {
                step(&row.sales_order, &row.so_detail, Progress::Billed);
            }
            step(&row.delivery_note, &row.dn_detail, Progress::Billed);
            if self.update_stock {
                step(&row.sales_order, &row.so_detail, Progress::Delivered);
            }
        }
        for row in &self.advances {
            steps.extend(row.used());
        }
        if let (true, Some(Flag(false)), Some(of)) =
            (self.is_return, self.update_outstanding_for_self, &self.return_against)
            && let Some(by) = self.paid().zip(self.total(booked)).and_then(|(paid, total)| paid.minus(total))
        {
            steps.push(Step { of: of.clone(), row: None, what: Progress::Paid, by });
        }
        steps
    }
}

impl Advance {
    /// What it uses of the payment: of all of it, and of what was paid ahead on the order where that is named.
    fn used(&self) -> impl Iterator<Item = Step> {
        let step = |row: Option<Text>| Step {
            of: self.reference_name.clone(),
            row,
            what: Progress::Used,
            by: self.allocated_amount,
        };
        let of_row = self.reference_row.clone().map(|row| step(Some(row)));
        std::iter::once(step(None)).chain(of_row)
    }
}

/// A document and its row are named together.
pub(super) fn pair(
    field: &dyn Fn(&str) -> String,
    (of, document): (&str, &Option<Ref>),
    (detail, row): (&str, &Option<Text>),
) -> Result<(), Invalid> {
    match (document, row) {
        (Some(_), None) => Err(Invalid::at(field(detail), format!("{of} needs the row beside it: its number from 1"))),
        (None, Some(_)) => Err(Invalid::at(field(of), format!("{detail} needs the document beside it"))),
        _ => Ok(()),
    }
}

impl Rules for SalesInvoice {
    fn validate(&self) -> Result<(), Invalid> {
        self.head().check(&self.items)?;
        not_before("due_date", self.due_date, "posting_date", self.posting_date)?;
        self.check_money()?;
        self.check_origins()?;
        if self.update_outstanding_for_self.is_some() && !self.is_return {
            let rule = "only a return has it: leave it out";
            return Err(Invalid::at("update_outstanding_for_self", rule));
        }
        Ok(())
    }

    fn of_late(&self) -> Result<(), Invalid> {
        // ERPNext matches what was paid ahead only with an invoice that is not paid at once (`is_pos`).
        if self.payments.is_empty() || self.advances.is_empty() {
            return Ok(());
        }
        let rule = "an invoice that uses up what was paid ahead takes no payments at once: leave payments and \
                    change_amount out, and send what is paid now as a Payment Entry for this invoice, after it";
        Err(Invalid::at("payments", rule))
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let last = self.payments.len().saturating_sub(1);
        let paid = |(i, row): (usize, &Payment)| {
            let change = if i == last { self.change_amount.unwrap_or_default() } else { Decimal::ZERO };
            Money {
                mode_of_payment: row.mode_of_payment.clone(),
                amount: row.amount.minus(change).unwrap_or(row.amount),
            }
        };
        Effects {
            moves: self.head().moves(&self.items, booked),
            pieces: self.head().pieces(&self.items),
            money: self.payments.iter().enumerate().map(paid).collect(),
            steps: self.steps(booked),
            sum: self.total(booked).unwrap_or_default(),
            ..Effects::default()
        }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = self.head().references(&self.items);
        let mut names = Names(&mut found);
        names.add("customer", Link::Customer, Some(&self.customer));
        names.add("project", Link::Project, self.project.as_ref());
        for (i, row) in self.payments.iter().enumerate() {
            names.add(&format!("payments[{i}].mode_of_payment"), Link::ModeOfPayment, Some(&row.mode_of_payment));
        }
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
        let too_large = || Invalid::at("payments", "the payments are too large for the books");
        let paid = self.paid().ok_or_else(too_large)?;
        let advanced = self.advanced().ok_or_else(too_large)?;
        if self.is_return {
            if paid < total {
                let rule = format!("{paid} is given back, but {total} comes back: give back no more than that");
                return Err(Invalid::at("payments", rule));
            }
            // ERPNext then says of the return itself that nothing of it is left, and of what it takes back as well.
            let for_self = self.update_outstanding_for_self != Some(Flag(false));
            if for_self && !self.payments.is_empty() && paid != total {
                let rule = format!(
                    "{paid} of {total} is given back: give all of it back, or leave payments out and send what is given back as a \
                     Payment Entry, or take the rest off the invoice with update_outstanding_for_self 0"
                );
                return Err(Invalid::at("payments", rule));
            }
            return Ok(());
        }
        let open = total.minus(advanced).ok_or_else(too_large)?;
        if open.is_negative() {
            return Err(Invalid::at(
                "advances",
                format!("{advanced} is more than the total, {total}: use less of it up"),
            ));
        }
        let change = self.change_amount.unwrap_or_default();
        if paid > open {
            let rule = format!("{paid} is paid of {open}: send what was given back as change_amount, or pay less");
            return Err(Invalid::at("payments", rule));
        }
        if !change.is_zero() && paid < open {
            let rule = format!("{change} was given back though only {paid} of {open} is paid then: correct it");
            return Err(Invalid::at("change_amount", rule));
        }
        Ok(())
    }

    fn allows(&self, booked: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        if self.is_return {
            return None;
        }
        match what {
            Progress::Returned => row_named(&self.items, row).map(|(_, row)| row.qty),
            Progress::Paid if row.is_none() => self.total(booked)?.minus(self.paid()?)?.minus(self.advanced()?),
            _ => None,
        }
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.customer)
    }
}
