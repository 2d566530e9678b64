//! Customer: somebody who buys here for the first time.

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
