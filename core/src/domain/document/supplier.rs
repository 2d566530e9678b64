//! Supplier: somebody who sells to us for the first time.

use super::check::new_name;
use super::customer::{PartyForm, address, telephone};
use super::{Invalid, LongText, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::effects::Effects;
use jiff::civil::Date;

fields! {
    /// A new supplier, with ERPNext's field names. Other documents may name them by this document's id.
    Supplier {
        /// What people call them.
        must supplier_name: Text,
        /// What they are; a company where absent, as in ERPNext.
        may supplier_type: PartyForm,
        /// A telephone number.
        may mobile_no: Text,
        /// An e-mail address.
        may email_id: Text,
        /// A number for taxes.
        may tax_id: Text,
        /// What they sell, how to find them.
        may supplier_details: LongText,
    }
}

impl Rules for Supplier {
    fn validate(&self) -> Result<(), Invalid> {
        address("email_id", self.email_id.as_ref())
    }

    fn of_late(&self) -> Result<(), Invalid> {
        new_name("supplier_name", "Supplier", &self.supplier_name)?;
        telephone("mobile_no", self.mobile_no.as_ref(), "supplier_details")
    }

    fn posting_date(&self) -> Option<Date> {
        None
    }

    fn effects(&self, _: &Booked) -> Effects {
        Effects::default()
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.supplier_name)
    }
}
