//! A request's body from a document: what ERPNext has to be told so that it books what the receipt says.
//!
//! In: a document with what the box worked out ([`Submitted`]), what is known of its site ([`About`]), and a way to ask for ERPNext's
//! names of other documents ([`Names`]). Out: one POST, time for a Job Card that is there, or the word that nothing is posted. Pure.
//! Absent: HTTP, what comes first, what is done with a refusal, and whether ERPNext did as it was told: that is [`crate::readback`].
//!
//! A body begins as the document's own fields, since their names are ERPNext's already (`fields`), and each kind then says what
//! differs. Whatever ERPNext would fill in by settings of its own, and so otherwise than the receipt says, is said outright: the
//! unit and its factor, the rows of taxes, each payment's account, each row's warehouse, whether the total is rounded.

mod advance;
mod card;
mod fields;
mod links;
mod making;
mod masters;
mod moment;
mod money;
mod purchases;
mod sales;
pub(crate) mod sheet;
mod stock;
#[cfg(test)]
pub(crate) mod tests;
mod trade;
mod work;

pub use advance::{Left, Part, Wanted};
pub use card::{AddToCard, CardChange, add_to_card};
pub(crate) use card::{has_parts, is_same_line};
pub(crate) use fields::number;
pub(crate) use masters::reach;
pub(crate) use work::hours;

use crate::client::Failure;
use crate::map::SiteMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use making::Making;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Document, Kind, Ref, Text};
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::domain::master::Masters;
use outpost_core::domain::record::Submitted;
use serde_json::Value;

/// What is known of the site whose document it is.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// Which site.
    pub site: &'a SiteId,
    /// The office's master data: settings, modes of payment, items.
    pub masters: &'a Masters,
    /// Whose company, which names.
    pub map: &'a SiteMap,
    /// ERPNext's time zone.
    pub erp_zone: &'a TimeZone,
    /// Another day to post it on, where the books have closed its own, or where it has none; the true one is kept in `outpost_date`.
    pub post_on: Option<Date>,
}

/// A document of a site as ERPNext has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// ERPNext's name of it.
    pub name: String,
    /// The names of the rows of its main table, in order: `items`; of a Payment Entry `references`. Empty where somebody has entered it by
    /// hand without that row.
    pub rows: Vec<String>,
    /// It is cancelled there: nothing new can name it, but what stands for it.
    pub cancelled: bool,
    /// The project that it is for, where it names one.
    pub project: Option<String>,
}

/// How a reference to another document becomes ERPNext's name of it.
pub trait Names {
    /// A document of a site, of whatever site; nothing where ERPNext does not have it.
    fn document(&mut self, kind: Kind, id: IntentId) -> Result<Option<Known>, Failure>;

    /// What is left of what was paid ahead: of all of a Payment Entry, or of one of its rows; nothing where ERPNext does not have it.
    /// ERPNext takes an advance only where it is told exactly that, and it changes with each invoice that uses some of it, as do the rows;
    /// [`Left::of`] reads it from the document. Of a site's own payment `row` is the number of its reference, and what is looked for is the
    /// order that stood there.
    fn advance(&mut self, payment: &Ref, row: Option<&Text>) -> Result<Option<Left>, Failure>;

    /// The project of a document of the office's, by ERPNext's name of it; nothing where it names none.
    fn project(&mut self, _kind: Kind, _name: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// For how many pieces of a Work Order materials may still be transferred: ERPNext refuses what goes past the order's own quantity.
    /// Nothing where that is not known.
    fn transferable(&mut self, _order: &str) -> Result<Option<Decimal>, Failure> {
        Ok(None)
    }

    /// Of items in warehouses (`["BUTTON", "Bandung - TW"]`), in their order: the item's own Valuation Rate, which may be zero, where ERPNext has
    /// valued none of it in that warehouse; nothing where it has.
    fn unvalued(&mut self, places: &[[&str; 2]]) -> Result<Vec<Option<Decimal>>, Failure> {
        Ok(vec![None; places.len()])
    }

    /// The cost center that a company books on where nobody says another; nothing where it has none, or that is not known.
    fn cost_center(&mut self, _company: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// The document is in ERPNext already, and its body only held against it: what it names may have been cancelled since.
    fn later(&self) -> bool {
        false
    }
}

/// One POST: a document that is submitted in the same transaction, or a master, which is never submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// ERPNext's name of the kind.
    pub doctype: &'static str,
    /// The document. Where it has a `name`, it is posted with version 2.
    pub body: Value,
}

/// What is to be done in ERPNext for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// It is made there.
    Insert(Request),
    /// Its time is added to a Job Card that the Work Order has made.
    AddToCard(AddToCard),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Why a document has no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmappable {
    /// It names a document that is not in ERPNext: that one comes first.
    #[error("the {kind} {id} that it names is not in ERPNext", kind = .0.name(), id = .1)]
    NotThere(Kind, IntentId),
    /// It names a document that is cancelled in ERPNext.
    #[error("the {kind} {id} that it names is cancelled in ERPNext", kind = .0.name(), id = .1)]
    Cancelled(Kind, IntentId),
    /// ERPNext could not be asked.
    #[error(transparent)]
    Books(#[from] Failure),
    /// Something is missing, here or in the office's data, or cannot be said to ERPNext in one document.
    #[error("{field}: {rule}")]
    Unfit {
        /// The path of the field.
        field: String,
        /// What is wrong, with the remedy.
        rule: String,
    },
}

impl Unmappable {
    fn unfit(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Unfit { field: field.into(), rule: rule.into() }
    }
}

const TILL: &str = "ERPNext's POS Opening and Closing Entries gather POS Invoices, and the sales here are Sales Invoices: what a count \
                    differs by is a Journal Entry of its own";

/// What is to be done in ERPNext for a document.
pub fn body(submitted: &Submitted, about: &About<'_>, names: &mut dyn Names) -> Result<Ask, Unmappable> {
    let mut making = Making::new(submitted, about, names)?;
    match &submitted.document {
        Document::TillOpening(_) | Document::TillClosing(_) => return Ok(Ask::Nothing(TILL)),
        Document::JobCard(card) => return work::card(&making, card).map(Ask::AddToCard),
        Document::SalesInvoice(invoice) => sales::invoice(&mut making, invoice)?,
        Document::SalesOrder(order) => sales::order(&mut making, order)?,
        Document::DeliveryNote(note) => sales::delivery(&mut making, note)?,
        Document::PurchaseReceipt(receipt) => purchases::receipt(&mut making, receipt)?,
        Document::PurchaseInvoice(bill) => purchases::invoice(&mut making, bill)?,
        Document::StockEntry(entry) => stock::entry(&mut making, entry)?,
        Document::StockReconciliation(_) => stock::count(&mut making)?,
        Document::PaymentEntry(payment) => money::payment(&mut making, payment)?,
        Document::JournalEntry(entry) => money::journal(&mut making, entry)?,
        Document::Timesheet(sheet) => work::timesheet(&mut making, sheet)?,
        Document::Customer(_) | Document::Supplier(_) => masters::party(&mut making),
        Document::Item(item) => masters::item(&mut making, item),
    }
    Ok(Ask::Insert(Request { doctype: submitted.document.kind().name(), body: making.finish() }))
}
