//! Business documents, by ERPNext's names and fields.
//!
//! Adding a kind is one line in [`documents!`] below and one file beside this one that defines the type and says what
//! it means ([`Rules`]). Topics, records, views and CSV follow from that.

#[macro_use]
mod fields;
#[macro_use]
mod trade;
mod check;
mod customer;
mod delivery_note;
mod flag;
mod item;
mod job_card;
mod journal_entry;
mod long_text;
mod moment;
mod payment_entry;
mod purchase_invoice;
mod purchase_receipt;
mod reference;
mod sales_invoice;
mod sales_order;
mod stock_entry;
mod stock_reconciliation;
mod supplier;
mod taxes;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod till;
mod timesheet;
mod work_time;

pub use check::{MAX_FACTOR, MAX_QTY};
pub use customer::{Customer, PartyForm, is_telephone};
pub use delivery_note::{DeliveryItem, DeliveryNote};
pub use fields::{Field, Form};
pub use flag::Flag;
pub(crate) use flag::flag;
pub use item::{Item, ItemBarcode, ItemUnit};
pub use job_card::{CardLog, JobCard};
pub use journal_entry::{AccountRow, JournalEntry};
pub use long_text::LongText;
pub use moment::Moment;
pub use payment_entry::{Paid, PartyType, PaymentEntry, PaymentReference, PaymentType};
pub use purchase_invoice::{BillItem, PurchaseInvoice};
pub use purchase_receipt::{PurchaseReceipt, ReceiptItem};
pub use reference::Ref;
pub use sales_invoice::{Advance, InvoiceItem, Payment, SalesInvoice};
pub use sales_order::{OrderItem, SalesOrder};
pub use stock_entry::{EntryItem, Purpose, StockEntry};
pub use stock_reconciliation::{CountedItem, StockReconciliation};
pub use supplier::Supplier;
pub use taxes::TaxRow;
pub use text::Text;
pub use till::{Counted, Float, TillClosing, TillOpening};
pub use timesheet::{TimeLog, Timesheet};
pub use trade::DiscountOn;

use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress};
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, TaxRule};
use crate::domain::totals::{Discount, SheetLine};
use serde::{Deserialize, Serialize};

/// Most rows of a table in one document (items, payments).
pub const MAX_ROWS: usize = 200;

/// Which document, which rule it breaks and what to do about it. `field` is a path like `items[2].qty`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Invalid {
    /// The path of the field.
    pub field: String,
    /// The rule that it breaks, with the remedy.
    pub rule: String,
}

impl Invalid {
    fn at(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }
}

/// What a field of a document names: it must be known, and fit to be used so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// An item that is in use.
    Item,
    /// A customer.
    Customer,
    /// A supplier.
    Supplier,
    /// A unit.
    Uom,
    /// An account that workshops may use.
    Account,
    /// An account for expenses.
    ExpenseAccount,
    /// A mode of payment.
    ModeOfPayment,
    /// A list of prices.
    PriceList,
    /// A template of taxes for sales.
    SalesTaxes,
    /// A template of taxes for purchases.
    PurchaseTaxes,
    /// An item tax template.
    ItemTaxes,
    /// A bill of materials.
    Bom,
    /// A Work Order.
    WorkOrder,
    /// An employee.
    Employee,
    /// A project.
    Project,
    /// An activity type.
    ActivityType,
}

/// A field that names a row of master data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Its path, like `items[2].item_code`.
    pub field: String,
    /// What it has to name.
    pub link: Link,
    /// The name.
    pub name: &'a Text,
}

/// How stock of a warehouse is touched, for the question whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Touch {
    /// Goods are taken out.
    Out,
    /// Goods are put in.
    In,
    /// Goods are sent into it, for another site.
    Send,
    /// Goods that another site has sent are taken out of it.
    Receive,
    /// Its stock is counted.
    Count,
    /// Goods in it are promised, and do not move.
    Promise,
}

/// A field that names a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Its path.
    pub field: String,
    /// The warehouse.
    pub warehouse: &'a Text,
    /// What is done there.
    pub touch: Touch,
}

/// What one kind of document means, beyond the types of its fields.
pub trait Rules {
    /// The first rule of its form that is broken, or nothing. Needs nothing but the document.
    fn validate(&self) -> Result<(), Invalid>;

    /// The first rule of its form that is newer than documents which boxes have recorded, or nothing: what is there already stays, and a
    /// repeat of it has its receipt.
    fn of_late(&self) -> Result<(), Invalid> {
        Ok(())
    }

    /// Its own date, `posting_date` (or what ERPNext calls it for this kind), where the device sent one.
    fn posting_date(&self) -> Option<jiff::civil::Date>;

    /// What it does once it is submitted. `booked` is what the box worked out for it.
    fn effects(&self, booked: &Booked) -> Effects;

    /// The master data that it names, for the check that all of it is known.
    fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }

    /// The warehouses that it touches.
    fn places(&self) -> Vec<Place<'_>> {
        Vec::new()
    }

    /// Its rows of items, for the checks of units, batches and serial numbers.
    fn item_rows(&self) -> Vec<ItemRow<'_>> {
        Vec::new()
    }

    /// What its totals are made of, where it has any.
    fn priced(&self) -> Option<Priced<'_>> {
        None
    }

    /// Whether what was paid with it fits what it comes to. `total` is what is to be paid.
    fn settles(&self, _total: Decimal) -> Result<(), Invalid> {
        Ok(())
    }

    /// How far other documents may bring it, or one of its rows, in one respect: the quantity that was sold and may come back,
    /// the amount that is left to pay. Nothing where they may not at all.
    fn allows(&self, _booked: &Booked, _row: Option<&Text>, _what: Progress) -> Option<Decimal> {
        None
    }

    /// The first rule that shows only beside the office's data, and that is of this kind alone: an account that has to be its mode's, a
    /// bank's number.
    fn beside(&self, _masters: &Masters, _site: &SiteId) -> Result<(), Invalid> {
        Ok(())
    }

    /// Its customer or supplier, for searching.
    fn party(&self) -> Option<&Text> {
        None
    }
}

/// A row that names an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow<'a> {
    /// The path of the row, like `items[2]`.
    pub field: String,
    /// The item.
    pub item_code: &'a Text,
    /// How much, in `uom`.
    pub qty: Decimal,
    /// The unit; the item's own where absent.
    pub uom: Option<&'a Text>,
    /// The batch.
    pub batch_no: Option<&'a Text>,
    /// The serial numbers, one a line.
    pub serial_no: Option<&'a str>,
    /// The document moves stock of it: only then a batch or serial numbers have to be named.
    pub moves_stock: bool,
    /// The rows of other documents that it delivers, bills or takes back: of the same item, in the same unit.
    pub builds_on: Vec<(&'a Ref, &'a Text)>,
}

impl<'a> ItemRow<'a> {
    /// Its serial numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.serial_no.unwrap_or_default().lines().map(str::trim).filter(|number| !number.is_empty())
    }
}

/// What the totals of a document are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced<'a> {
    /// Its lines.
    pub lines: Vec<SheetLine>,
    /// What each line sells, for the taxes that an item has of its own.
    pub items: Vec<PricedItem<'a>>,
    /// Its own rows of taxes; those of the template count where there are none.
    pub taxes: &'a [TaxRule],
    /// The template that it names.
    pub template: Option<&'a Text>,
    /// The day of a supplier's bill, by which an item's taxes are chosen before its own.
    pub bill_date: Option<jiff::civil::Date>,
    /// It is a purchase: the default template is that for purchases.
    pub buying: bool,
    /// What is taken off the whole.
    pub discount: Discount,
    /// The list of prices that it names.
    pub price_list: Option<&'a Text>,
    /// Its currency, where it names one.
    pub currency: Option<&'a Text>,
    /// The largest discount in percent, of a line or of the whole.
    pub discount_percent: Decimal,
    /// Money is given back.
    pub is_return: bool,
}

/// What a priced line sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedItem<'a> {
    /// The item.
    pub item_code: &'a Text,
    /// The item tax template that the line names.
    pub item_tax_template: Option<&'a Text>,
    /// The row of another document that it takes back.
    pub takes_back: Option<(&'a Ref, &'a Text)>,
}

macro_rules! documents {
    ($($kind:ident, $slug:literal, $abbreviation:literal, $name:literal;)*) => {
        /// A kind of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $(
            #[doc = $name]
            #[serde(rename = $name)]
            $kind,
        )* }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// How topics and commands name it: lower case with hyphens.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)* }
            }

            /// Its two or three letters in the numbers on paper.
            pub fn abbreviation(self) -> &'static str {
                match self { $(Self::$kind => $abbreviation,)* }
            }

            /// The fields of its documents, in the order in which they are written.
            pub fn fields(self) -> Vec<Field> {
                match self { $(Self::$kind => <$kind as fields::Described>::fields(),)* }
            }

            /// ERPNext's name for it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }

        /// A document, valid as far as can be known without the office's data.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Document { $(
            #[doc = $name]
            #[serde(rename = $name)]
            $kind($kind),
        )* }

        impl Document {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }

            /// Reads one of `kind` from whatever format `deserializer` reads; not yet validated.
            pub fn deserialize_as<'de, D: serde::Deserializer<'de>>(kind: Kind, deserializer: D) -> Result<Self, D::Error> {
                match kind { $(Kind::$kind => $kind::deserialize(deserializer).map(Self::$kind),)* }
            }

            /// Writes the document's fields alone, without its kind.
            pub fn serialize_fields<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$kind(fields) => fields.serialize(serializer),)* }
            }

            /// The rules of its kind.
            pub fn rules(&self) -> &dyn Rules {
                match self { $(Self::$kind(fields) => fields,)* }
            }
        }
    };
}

documents! {
    SalesInvoice, "sales-invoice", "SI", "Sales Invoice";
    StockEntry, "stock-entry", "SE", "Stock Entry";
    PaymentEntry, "payment-entry", "PE", "Payment Entry";
    SalesOrder, "sales-order", "SO", "Sales Order";
    DeliveryNote, "delivery-note", "DN", "Delivery Note";
    PurchaseReceipt, "purchase-receipt", "PR", "Purchase Receipt";
    PurchaseInvoice, "purchase-invoice", "PI", "Purchase Invoice";
    StockReconciliation, "stock-reconciliation", "SR", "Stock Reconciliation";
    Timesheet, "timesheet", "TS", "Timesheet";
    JobCard, "job-card", "JC", "Job Card";
    JournalEntry, "journal-entry", "JE", "Journal Entry";
    Customer, "customer", "CU", "Customer";
    Supplier, "supplier", "SU", "Supplier";
    Item, "item", "IT", "Item";
    TillOpening, "till-opening", "TO", "POS Opening Entry";
    TillClosing, "till-closing", "TC", "POS Closing Entry";
}

impl Kind {
    /// The kind that `text` names, by slug or by ERPNext's name.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == text || kind.name() == text)
    }

    /// True of a customer, a supplier and an item, which live on in the company's books: they are there once they are made, and are never
    /// submitted.
    pub fn is_master(self) -> bool {
        matches!(self, Self::Customer | Self::Supplier | Self::Item)
    }

    /// True of what becomes a document of its own in the company's books, under its id. Time is added to a card that is there, and a till's
    /// count is the office's alone: neither can be asked for, or missed.
    pub fn has_id(self) -> bool {
        !matches!(self, Self::JobCard | Self::TillOpening | Self::TillClosing)
    }

    /// The slugs of all kinds, for a message.
    pub fn slugs() -> String {
        Self::ALL.iter().map(|kind| kind.slug()).collect::<Vec<_>>().join(", ")
    }
}
