//! Customer: somebody who buys here for the first time.

use super::check::new_name;
use super::{Invalid, LongText, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::effects::Effects;
use jiff::civil::Date;

choice! {
    /// What somebody is in the books.
    PartyForm {
        /// A company.
        Company = "Company",
        /// A person.
        Individual = "Individual",
        /// A partnership.
        Partnership = "Partnership",
    }
}

fields! {
    /// A new customer, with ERPNext's field names. Other documents may name them by this document's id.
    Customer {
        /// What people call them.
        must customer_name: Text,
        /// What they are; a company where absent, as in ERPNext.
        may customer_type: PartyForm,
        /// A telephone number.
        may mobile_no: Text,
        /// An e-mail address.
        may email_id: Text,
        /// A number for taxes.
        may tax_id: Text,
        /// Measures, wishes, how to find them.
        may customer_details: LongText,
    }
}

impl Rules for Customer {
    fn validate(&self) -> Result<(), Invalid> {
        address("email_id", self.email_id.as_ref())
    }

    fn of_late(&self) -> Result<(), Invalid> {
        new_name("customer_name", "Customer", &self.customer_name)?;
        telephone("mobile_no", self.mobile_no.as_ref(), "customer_details")
    }

    fn posting_date(&self) -> Option<Date> {
        None
    }

    fn effects(&self, _: &Booked) -> Effects {
        Effects::default()
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.customer_name)
    }
}

/// Most characters of a telephone number.
const MAX_TELEPHONE: usize = 20;

/// Whether ERPNext takes it as a telephone number (`validate_phone_number`): it makes a contact of it, and refuses the whole where not.
pub fn is_telephone(text: &str) -> bool {
    let of_one = |c: char| c.is_ascii_digit() || " +_-,.*#()".contains(c);
    (1..=MAX_TELEPHONE).contains(&text.chars().count()) && text.chars().all(of_one)
}

/// One telephone number; others stand in `notes`.
pub(super) fn telephone(field: &str, text: Option<&Text>, notes: &str) -> Result<(), Invalid> {
    match text {
        Some(text) if !is_telephone(text.as_str()) => {
            let rule = format!(
                "{text} is no telephone number: one has up to {MAX_TELEPHONE} digits, blanks and + - _ , . * # ( ), and nothing else. \
                 Write one number here, and others and words into {notes}"
            );
            Err(Invalid::at(field, rule))
        }
        _ => Ok(()),
    }
}

/// An e-mail address, as far as ERPNext looks at one.
pub(super) fn address(field: &str, text: Option<&Text>) -> Result<(), Invalid> {
    let Some(text) = text else { return Ok(()) };
    let parts = text.as_str().split_once('@');
    let good = |part: &str| !part.is_empty() && !part.contains(['@', ' ', ',']);
    if parts.is_some_and(|(name, host)| good(name) && good(host) && host.contains('.')) {
        return Ok(());
    }
    Err(Invalid::at(field, format!("{text} is no e-mail address: correct it, or leave it out")))
}
