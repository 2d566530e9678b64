//! Payment Entry: money that comes from a customer or goes to a supplier, for invoices, ahead on an order, or for nothing named yet.

use super::check::{above_zero, absent, distinct, few_rows, present, row_named, sum};
use super::trade::Names;
use super::{Invalid, Link, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Money, Progress, Step};
use crate::domain::id::SiteId;
use crate::domain::master::Masters;
use jiff::civil::Date;

choice! {
    /// Which way the money goes.
    PaymentType {
        /// To us.
        Receive = "Receive",
        /// From us.
        Pay = "Pay",
    }
}

choice! {
    /// Whose money it is.
    PartyType {
        /// A customer's.
        Customer = "Customer",
        /// A supplier's.
        Supplier = "Supplier",
    }
}

choice! {
    /// What is paid.
    Paid {
        /// A customer's invoice.
        SalesInvoice = "Sales Invoice",
        /// A customer's order, ahead.
        SalesOrder = "Sales Order",
        /// A supplier's invoice.
        PurchaseInvoice = "Purchase Invoice",
    }
}

fields! {
    /// A payment, with ERPNext's field names, in the currency of the books.
    PaymentEntry {
        /// Which way the money goes.
        must payment_type: PaymentType,
        /// Whose it is.
        must party_type: PartyType,
        /// Their name.
        must party: Text,
        /// The day of the payment in the workshop's time zone; the box's day where absent.
        may posting_date: Date,
        /// Cash, Wire Transfer …
        must mode_of_payment: Text,
        /// How much, above zero.
        must paid_amount: Decimal,
        /// What is paid with it; what no row names is paid ahead.
        some references: Vec<PaymentReference>,
        /// The bank's number of it; books want it where the mode of payment is a bank's.
        may reference_no: Text,
        /// The bank's day of it; together with `reference_no`.
        may reference_date: Date,
        /// A note.
        may remarks: Text,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// What is paid.
    PaymentReference {
        /// Its kind.
        must reference_doctype: Paid,
        /// Which.
        must reference_name: Ref,
        /// How much of it, above zero.
        must allocated_amount: Decimal,
    }
}

impl PaymentEntry {
    fn allocated(&self, rows: impl Fn(&PaymentReference) -> bool) -> Option<Decimal> {
        let mut amounts = self.references.iter().filter(|row| rows(row)).map(|row| row.allocated_amount);
        amounts.try_fold(Decimal::ZERO, Decimal::plus)
    }

    fn check_rows(&self) -> Result<(), Invalid> {
        few_rows("references", &self.references)?;
        let usual = match self.party_type {
            PartyType::Customer => PaymentType::Receive,
            PartyType::Supplier => PaymentType::Pay,
        };
        for (i, row) in self.references.iter().enumerate() {
            let field = |name: &str| format!("references[{i}].{name}");
            let theirs = match row.reference_doctype {
                Paid::SalesInvoice | Paid::SalesOrder => PartyType::Customer,
                Paid::PurchaseInvoice => PartyType::Supplier,
            };
            if theirs != self.party_type {
                return Err(Invalid::at(
                    field("reference_doctype"),
                    "not a document of this party_type: correct one of them",
                ));
            }
            if self.payment_type != usual {
                let rule = "money that goes back pays nothing: leave references out";
                return Err(Invalid::at(field("reference_name"), rule));
            }
            above_zero(|| field("allocated_amount"), row.allocated_amount)?;
        }
        distinct("references", "reference_name", &self.references, |row| &row.reference_name)?;
        let allocated = sum("references", self.references.iter().map(|row| row.allocated_amount))?;
        if allocated > self.paid_amount {
            let rule =
                format!("{allocated} is more than paid_amount, {}: allocate no more than that", self.paid_amount);
            return Err(Invalid::at("references", rule));
        }
        Ok(())
    }
}

impl Rules for PaymentEntry {
    fn validate(&self) -> Result<(), Invalid> {
        above_zero(|| "paid_amount".into(), self.paid_amount)?;
        self.check_rows()?;
        if self.reference_no.is_some() {
            return present(|| "reference_date".into(), &self.reference_date, "reference_no needs its day beside it");
        }
        absent(|| "reference_no".into(), &self.reference_date, "reference_date needs the bank's number beside it")
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, _: &Booked) -> Effects {
        let amount = match self.payment_type {
            PaymentType::Receive => self.paid_amount,
            PaymentType::Pay => self.paid_amount.negated(),
        };
        let step = |row: &PaymentReference| Step {
            of: row.reference_name.clone(),
            row: None,
            what: match row.reference_doctype {
                Paid::SalesInvoice | Paid::PurchaseInvoice => Progress::Paid,
                Paid::SalesOrder => Progress::Advanced,
            },
            by: row.allocated_amount,
        };
        Effects {
            money: vec![Money { mode_of_payment: self.mode_of_payment.clone(), amount }],
            steps: self.references.iter().map(step).collect(),
            sum: self.paid_amount,
            ..Effects::default()
        }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let link = match self.party_type {
            PartyType::Customer => Link::Customer,
            PartyType::Supplier => Link::Supplier,
        };
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("party", link, Some(&self.party));
        names.add("mode_of_payment", Link::ModeOfPayment, Some(&self.mode_of_payment));
        names.add("project", Link::Project, self.project.as_ref());
        found
    }

    /// What was paid ahead is used up by invoices: all that no invoice has got, and of a row what was paid ahead on its order.
    fn allows(&self, _: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        let ahead = |row: &PaymentReference| row.reference_doctype == Paid::SalesOrder;
        if what != Progress::Used || self.payment_type != PaymentType::Receive || self.party_type != PartyType::Customer
        {
            return None;
        }
        match row {
            None => self.paid_amount.minus(self.allocated(|row| !ahead(row))?),
            row => row_named(&self.references, row).filter(|(_, row)| ahead(row)).map(|(_, row)| row.allocated_amount),
        }
    }

    /// As ERPNext: what goes through a bank has the bank's number.
    fn beside(&self, masters: &Masters, site: &SiteId) -> Result<(), Invalid> {
        let Some(mode) = masters.mode_of_payment(self.mode_of_payment.as_str()) else { return Ok(()) };
        let account = masters.account_of(mode, site).and_then(|name| masters.account(name.as_str()));
        let kind = account.map_or(mode.kind.as_ref(), |account| account.account_type.as_ref());
        if kind.is_none_or(|kind| kind.as_str() != "Bank") {
            return Ok(());
        }
        let rule =
            format!("{} is money of a bank: write its number of the payment, and reference_date", mode.mode_of_payment);
        present(|| "reference_no".into(), &self.reference_no, &rule)
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.party)
    }
}
