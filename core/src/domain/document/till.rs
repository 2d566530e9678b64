//! The till of a day: opened with a float, closed with a count, by mode of payment; ERPNext's POS Opening Entry and POS Closing Entry.
//!
//! What was expected is not sent: the box works it out from the float and the money since. Nothing hangs on either document.

use super::check::{distinct, not_below_zero, posted, some_rows};
use super::trade::Names;
use super::{Invalid, Link, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::Effects;
use jiff::civil::{Date, Time};

fields! {
    /// A till that opens, with ERPNext's field names.
    TillOpening {
        /// The day in the workshop's time zone; the box's day where absent.
        may posting_date: Date,
        /// What is in it.
        rows balance_details: Vec<Float>,
    }
}

fields! {
    /// What is in a till when it opens.
    Float {
        /// Cash …
        must mode_of_payment: Text,
        /// How much, zero or above.
        must opening_amount: Decimal,
    }
}

fields! {
    /// A till that closes, with ERPNext's field names.
    TillClosing {
        /// The day in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// The opening that it closes; the site's last one where absent.
        may pos_opening_entry: Ref,
        /// What was counted.
        rows payment_reconciliation: Vec<Counted>,
    }
}

fields! {
    /// What is in a till when it closes.
    Counted {
        /// Cash, Wire Transfer …
        must mode_of_payment: Text,
        /// How much; below zero where more went out than came in.
        must closing_amount: Decimal,
    }
}

impl Rules for TillOpening {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("balance_details", &self.balance_details)?;
        for (i, row) in self.balance_details.iter().enumerate() {
            not_below_zero(|| format!("balance_details[{i}].opening_amount"), row.opening_amount)?;
        }
        distinct("balance_details", "mode_of_payment", &self.balance_details, |row| &row.mode_of_payment)
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, _: &Booked) -> Effects {
        Effects::default()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        for (i, row) in self.balance_details.iter().enumerate() {
            let field = format!("balance_details[{i}].mode_of_payment");
            names.add(&field, Link::ModeOfPayment, Some(&row.mode_of_payment));
        }
        found
    }
}

impl Rules for TillClosing {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("payment_reconciliation", &self.payment_reconciliation)?;
        posted(self.posting_date, self.posting_time)?;
        distinct("payment_reconciliation", "mode_of_payment", &self.payment_reconciliation, |row| &row.mode_of_payment)
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, _: &Booked) -> Effects {
        Effects::default()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        for (i, row) in self.payment_reconciliation.iter().enumerate() {
            let field = format!("payment_reconciliation[{i}].mode_of_payment");
            names.add(&field, Link::ModeOfPayment, Some(&row.mode_of_payment));
        }
        found
    }
}
