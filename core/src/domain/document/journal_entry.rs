//! Journal Entry: an expense of the workshop, paid by a mode of payment. Debited is what it was spent on, credited the money's account.
//!
//! The last row is the money's, and the others stand against it: so an expense that comes back, or what a till has too much, is the
//! same document the other way round.

use super::check::{above_zero, absent, present, some_rows, sum};
use super::trade::Names;
use super::{Invalid, Link, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Money};
use crate::domain::id::SiteId;
use crate::domain::master::Masters;
use jiff::civil::Date;

fields! {
    /// An expense, with ERPNext's field names, in the currency of the books.
    JournalEntry {
        /// The day of the expense in the workshop's time zone; the box's day where absent.
        may posting_date: Date,
        /// By what it was paid: its account is that of the last row.
        must mode_of_payment: Text,
        /// What it was spent on, and last the money's account.
        rows accounts: Vec<AccountRow>,
        /// What it was.
        may user_remark: Text,
        /// The number of the bill.
        may bill_no: Text,
        /// The day of the bill; together with `bill_no`.
        may bill_date: Date,
        /// The bank's number of the payment.
        may cheque_no: Text,
        /// The bank's day of it; together with `cheque_no`.
        may cheque_date: Date,
    }
}

fields! {
    /// One side of a booking.
    AccountRow {
        /// The account.
        must account: Text,
        /// What is debited, above zero; else there is a credit.
        may debit_in_account_currency: Decimal,
        /// What is credited, above zero; else there is a debit.
        may credit_in_account_currency: Decimal,
        /// The project.
        may project: Text,
        /// What this row was.
        may user_remark: Text,
    }
}

impl AccountRow {
    /// Debits are positive.
    fn amount(&self) -> Decimal {
        let credit = self.credit_in_account_currency.map(Decimal::negated);
        self.debit_in_account_currency.or(credit).unwrap_or_default()
    }
}

impl JournalEntry {
    fn money(&self) -> Decimal {
        self.accounts.last().map_or(Decimal::ZERO, AccountRow::amount)
    }
}

impl Rules for JournalEntry {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("accounts", &self.accounts)?;
        let (debit, credit) = ("debit_in_account_currency", "credit_in_account_currency");
        let last = self.accounts.len() - 1;
        if last == 0 {
            return Err(Invalid::at(
                "accounts",
                "there are two rows at least: what it was spent on, and the money's account",
            ));
        }
        for (i, row) in self.accounts.iter().enumerate() {
            let field = |name: &str| format!("accounts[{i}].{name}");
            match (row.debit_in_account_currency, row.credit_in_account_currency) {
                (Some(amount), None) => above_zero(|| field(debit), amount)?,
                (None, Some(amount)) => above_zero(|| field(credit), amount)?,
                _ => {
                    return Err(Invalid::at(
                        field(debit),
                        format!("a row has a debit or a credit: send {debit} or {credit}"),
                    ));
                }
            }
            if i < last && row.amount().is_negative() == self.money().is_negative() {
                let rule =
                    "on the same side as the last row: that is the money's account, and the others stand against it";
                return Err(Invalid::at(field("account"), rule));
            }
            if i < last && row.account == self.accounts[last].account {
                return Err(Invalid::at(field("account"), "the money's own account: name what it was spent on"));
            }
        }
        let left = sum("accounts", self.accounts.iter().map(AccountRow::amount))?;
        if !left.is_zero() {
            return Err(Invalid::at("accounts", format!("debits and credits differ by {}: correct a row", left.abs())));
        }
        pair("bill_no", &self.bill_no, "bill_date", &self.bill_date)?;
        pair("cheque_no", &self.cheque_no, "cheque_date", &self.cheque_date)
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, _: &Booked) -> Effects {
        let money = Money { mode_of_payment: self.mode_of_payment.clone(), amount: self.money() };
        Effects { sum: money.amount.abs(), money: vec![money], ..Effects::default() }
    }

    /// The till counts by mode of payment, the books by account: they have to be the same money.
    fn beside(&self, masters: &Masters, site: &SiteId) -> Result<(), Invalid> {
        let mode = masters.mode_of_payment(self.mode_of_payment.as_str());
        let (Some(mode), Some(row)) = (mode, self.accounts.last()) else { return Ok(()) };
        let Some(account) = masters.account_of(mode, site).filter(|account| **account != row.account) else {
            return Ok(());
        };
        let field = format!("accounts[{}].account", self.accounts.len() - 1);
        let rule = format!("{} is not the account of {}: name {account}", row.account, mode.mode_of_payment);
        Err(Invalid::at(field, rule))
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("mode_of_payment", Link::ModeOfPayment, Some(&self.mode_of_payment));
        for (i, row) in self.accounts.iter().enumerate() {
            let link = if i + 1 < self.accounts.len() { Link::ExpenseAccount } else { Link::Account };
            names.add(&format!("accounts[{i}].account"), link, Some(&row.account));
            names.add(&format!("accounts[{i}].project"), Link::Project, row.project.as_ref());
        }
        found
    }
}

fn pair(number: &str, has: &Option<Text>, day: &str, on: &Option<Date>) -> Result<(), Invalid> {
    match has {
        Some(_) => present(|| day.into(), on, &format!("{number} needs its day beside it")),
        None => absent(|| day.into(), on, &format!("{number} is missing beside it")),
    }
}
