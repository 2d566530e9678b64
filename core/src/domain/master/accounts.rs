//! Accounts, modes of payment, taxes, and the days on which books are open.

use super::keep::{Parts, parts};
use super::{Named, is_default, ref_parts};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text, flag};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An account that the office lets workshops use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: Text,
    /// `Cash`, `Bank`, `Tax` …, ERPNext's `account_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<Text>,
    /// Workshops may book an expense on it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_expense: bool,
    /// It is in use no more.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// A mode of payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeOfPayment {
    /// Cash, Wire Transfer …
    pub mode_of_payment: Text,
    /// `Cash`, `Bank`, `General` or `Phone`: ERPNext's `type`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
    /// The account that it is booked on.
    pub default_account: Text,
    /// Its account in each company, where the office has several: it may be used at the sites of these alone. `default_account` is one of
    /// them then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<ModeAccount>,
    /// It may be used.
    #[serde(default = "yes", deserialize_with = "flag")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// The account of a mode of payment in one company, ERPNext's Mode of Payment Account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeAccount {
    /// The company.
    pub company: Text,
    /// The account.
    pub default_account: Text,
}

/// The taxes of a sale or a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTemplate {
    /// Its name.
    pub name: Text,
    /// For purchases; else for sales.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub buying: bool,
    /// Used where a document names none.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_default: bool,
    /// Its rows, in order.
    pub taxes: Vec<TaxRule>,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// One row of taxes, with ERPNext's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRule {
    /// `On Net Total`, `On Previous Row Amount`, `On Previous Row Total`, `Actual` or `On Item Quantity`.
    pub charge_type: Text,
    /// The account.
    pub account_head: Text,
    /// Percent; for `On Item Quantity` an amount for one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate: Decimal,
    /// The amount, for `Actual`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax_amount: Decimal,
    /// What a receipt says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Prices contain it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub included_in_print_rate: bool,
    /// The row, from 1, that `On Previous Row …` means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_id: Option<u32>,
    /// Of a purchase: `Total`, `Valuation` (it is in the goods' value, and not in what is paid) or `Valuation and Total`; `Total`
    /// where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Text>,
    /// Of a purchase: `Deduct` takes it off what is paid; `Add` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_deduct_tax: Option<Text>,
}

/// Days that are closed for some documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its name.
    pub period_name: Text,
    /// Its first day.
    pub start_date: Date,
    /// Its last day.
    pub end_date: Date,
    /// ERPNext's names of the documents that are closed in it.
    pub closed_documents: Vec<Text>,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

impl Period {
    /// True of a month that the office's desk has closed: it is called like `2026-11`. ERPNext ends the name of its own with the
    /// company's abbreviation.
    pub fn is_month(&self) -> bool {
        let (first, last) = (self.start_date.first_of_month(), self.start_date.last_of_month());
        let name = format!("{:04}-{:02}", first.year(), first.month());
        (first, last) == (self.start_date, self.end_date) && self.period_name.as_str() == name
    }
}

/// A year of the books: nothing is booked outside of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiscalYear {
    /// Its name.
    pub year: Text,
    /// Its first day.
    pub year_start_date: Date,
    /// Its last day.
    pub year_end_date: Date,
    /// The companies in the books whose it is, where the office has several; that of every site where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companies: Vec<Text>,
}

/// An invoice that no site made, with something to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvoice {
    /// ERPNext's name.
    pub invoice: Ref,
    /// It is a supplier's; else a customer's.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub buying: bool,
    /// Whose.
    pub party: Text,
    /// When it was made.
    pub posting_date: Date,
    /// What is left to pay, without payments of sites that the office did not have.
    pub outstanding_amount: Decimal,
    /// The sum of the sites' payments that are in it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub included: Decimal,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

impl Named for Account {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for ModeOfPayment {
    fn parts(&self) -> Parts<'_> {
        parts([self.mode_of_payment.as_str()])
    }
}

impl Named for TaxTemplate {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Period {
    fn parts(&self) -> Parts<'_> {
        parts([self.period_name.as_str()])
    }
}

impl Named for FiscalYear {
    fn parts(&self) -> Parts<'_> {
        parts([self.year.as_str()])
    }
}

impl Named for OpenInvoice {
    fn parts(&self) -> Parts<'_> {
        ref_parts(&self.invoice)
    }
}
