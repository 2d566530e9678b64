//! What it means where a document is never posted, or never cancelled in the books: told before a person decides it, and after.
//!
//! In: a document. Out: a line for its sum, and for each of stock, counts, money and hours that it moves.

use crate::domain::effects::StockMove;
use crate::domain::record::Submitted;

/// Of one that counts in the books, whatever else is said of it.
pub(super) const IS_THERE: &str = "it is in the books: cancel it there first";

/// What is missing in the books without it.
pub(super) fn never_posted(submitted: &Submitted) -> Vec<String> {
    lines(submitted, "not booked")
}

/// What stays in the books of a document whose cancellation is not carried out there.
pub(super) fn never_cancelled(submitted: Option<&Submitted>) -> Vec<String> {
    let stays = "the document stays in the books as it is".to_owned();
    std::iter::once(stays).chain(submitted.into_iter().flat_map(|of| lines(of, "stays booked"))).collect()
}

fn lines(submitted: &Submitted, what: &str) -> Vec<String> {
    let effects = submitted.effects();
    let mut lines = Vec::new();
    if !effects.sum.is_zero() {
        lines.push(format!("{} of {}: {what}", submitted.document.kind().name(), effects.sum));
    }
    let stock = |of: &str, moved: &StockMove| {
        format!("{of} of {} in {}: {} {what}", moved.item_code, moved.warehouse, moved.qty)
    };
    lines.extend(effects.moves.iter().map(|moved| stock("stock", moved)));
    lines.extend(effects.counts.iter().map(|counted| stock("count", counted)));
    lines.extend(effects.money.iter().map(|money| format!("{}: {} {what}", money.mode_of_payment, money.amount)));
    lines.extend(
        effects
            .worked
            .iter()
            .map(|worked| format!("hours of {}: {} to {} {what}", worked.employee, worked.from, worked.to)),
    );
    if lines.is_empty() {
        lines.push("neither stock nor money is touched".into());
    }
    lines
}
