//! What comes back of a document: the batches and pieces that it moved, at no higher price.
//!
//! As ERPNext, which looks at the whole document for the batches and numbers of an item, and at the row for its price.

use super::super::{Refusal, Why};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, ItemRow, Kind, Ref, Text};

/// Refuses a batch or a serial number that none of the rows of what is taken back has. Where those have none nothing is known.
pub(super) fn same_pieces(row: &ItemRow<'_>, of: &Ref, gone: &[ItemRow<'_>]) -> Result<(), Refusal> {
    let gone =
        || gone.iter().filter(move |theirs| row.moves_stock && theirs.moves_stock && theirs.item_code == row.item_code);
    let batches: Vec<&str> = gone().filter_map(|theirs| theirs.batch_no.map(Text::as_str)).collect();
    if let Some(batch) = row.batch_no {
        one_of(row, of, ("batch_no", batch.as_str()), &batches)?;
    }
    let pieces: Vec<&str> = gone().flat_map(ItemRow::numbers).collect();
    row.numbers().try_for_each(|number| one_of(row, of, ("serial_no", number), &pieces))
}

fn one_of(row: &ItemRow<'_>, of: &Ref, (field, name): (&str, &str), known: &[&str]) -> Result<(), Refusal> {
    if known.is_empty() || known.contains(&name) {
        return Ok(());
    }
    let what = if field == "batch_no" { "the batch" } else { "the piece" };
    let rule = format!("{what} {name} is not of {of}, which has {}: name one of those", known.join(", "));
    Err(Refusal::new(Why::Reference, format!("{}.{field}", row.field), rule))
}

/// Refuses goods of a sale that come back for more than they were sold for.
pub(super) fn no_dearer(
    row: &ItemRow<'_>,
    of: &Ref,
    (back, at): (&Document, usize),
    (sold, of_row): (&Document, usize),
) -> Result<(), Refusal> {
    if !matches!(sold.kind(), Kind::SalesInvoice | Kind::DeliveryNote) {
        return Ok(());
    }
    let (Some(asked), Some(paid)) = (rate(back, at), rate(sold, of_row)) else { return Ok(()) };
    if asked <= paid || paid.is_zero() {
        return Ok(());
    }
    let rule = format!("that row of {of} was sold at {paid}: what comes back costs no more than that");
    Err(Refusal::new(Why::Rule, format!("{}.rate", row.field), rule))
}

fn rate(document: &Document, row: usize) -> Option<Decimal> {
    document.rules().priced()?.lines.get(row).map(|line| line.rate)
}
