//! The columns of a kind of document: every field it could have, in the type's order, whether or not any document has it, and
//! what ERPNext's Data Import needs beside them ([`Extra`]). So a new kind needs no list of columns.

use crate::domain::document::{Field, Form, Kind};

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The table that it is in; none for a field of the document itself.
    pub table: Option<&'static str>,
    /// The field.
    pub field: &'static str,
    /// What is in it, where it is not what the device has sent.
    pub extra: Option<Extra>,
}

/// What a column holds that no device sends: what a client of ERPNext would fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// This, wherever there is a document or a row.
    Always(&'static str),
    /// A 1 where one of these fields is there.
    Where(&'static [&'static str]),
    /// What this field has.
    SameAs(&'static str),
}

/// Every column of a kind, those of the document first, then each table's.
pub fn columns(kind: Kind) -> Vec<Column> {
    let fields = kind.fields();
    let mut columns: Vec<Column> = extras(kind, None, &fields).collect();
    let mut tables = Vec::new();
    for Field { name, form, .. } in fields {
        match form {
            Form::Table(cells) => {
                let cells = cells();
                let column = |cell: &Field| Column { table: Some(name), field: cell.name, extra: None };
                tables.extend(cells.iter().map(column));
                tables.extend(extras(kind, Some(name), &cells));
            }
            _ => columns.push(Column { table: None, field: name, extra: None }),
        }
    }
    columns.append(&mut tables);
    columns
}

fn extras<'a>(kind: Kind, table: Option<&'static str>, fields: &'a [Field]) -> impl Iterator<Item = Column> + use<'a> {
    let beside: &[(&str, Extra)] = match (kind, table) {
        // Payments of an invoice count only in what ERPNext takes for a sale at a till.
        (Kind::SalesInvoice, None) => &[SET_TIME, ("is_pos", Extra::Where(&["payments"]))],
        (Kind::SalesInvoice, Some("advances")) => {
            &[("reference_type", Extra::Always("Payment Entry")), ("advance_amount", Extra::SameAs("allocated_amount"))]
        }
        (Kind::StockReconciliation, None) => &[SET_TIME, ("purpose", Extra::Always("Stock Reconciliation"))],
        (Kind::DeliveryNote | Kind::PurchaseReceipt | Kind::PurchaseInvoice | Kind::StockEntry, None) => &[SET_TIME],
        (Kind::PaymentEntry, None) => &[("received_amount", Extra::SameAs("paid_amount"))],
        (Kind::JournalEntry, None) => &[("voucher_type", Extra::Always("Journal Entry"))],
        _ => &[],
    };
    let has_batches = table.is_some() && fields.iter().any(|field| field.name == "batch_no");
    // Batches and serial numbers count only in rows that say so.
    let batches = ("use_serial_batch_fields", Extra::Where(&["batch_no", "serial_no"]));
    let all = beside.iter().copied().chain(has_batches.then_some(batches));
    all.map(move |(field, extra)| Column { table, field, extra: Some(extra) })
}

/// ERPNext takes the date and time of a document only with this beside them.
const SET_TIME: (&str, Extra) = ("set_posting_time", Extra::Always("1"));
