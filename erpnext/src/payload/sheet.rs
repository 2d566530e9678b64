//! What a document comes to, added up once more with the rows of taxes that its receipt was made with.

use outpost_core::domain::booked::Booked;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Masters, TaxRule};
use outpost_core::domain::record::Submitted;
use outpost_core::domain::totals::{Rounding, Sheet, Totals};

/// Digits after the point where the office has not said: ERPNext's default.
const PRECISION: u8 = 2;

/// The digits of an amount.
pub(crate) fn precision(masters: &Masters, site: &SiteId) -> u8 {
    masters.settings(site).map_or(PRECISION, |settings| settings.currency_precision)
}

/// The rows of taxes that count: what the box took of a template, or the document's own.
pub(crate) fn taxes<'a>(submitted: &'a Submitted, booked: &'a Booked) -> &'a [TaxRule] {
    match submitted.document.rules().priced() {
        Some(priced) if booked.taxes.is_empty() => priced.taxes,
        _ => &booked.taxes,
    }
}

/// What a receipt comes to before taxes, which it says where that is not what is to be paid; nothing where nobody has added it up.
pub(crate) fn net(submitted: &Submitted) -> Option<Decimal> {
    let booked = submitted.booked.as_ref()?;
    submitted.document.rules().priced().and(booked.net.or(booked.total))
}

/// The totals, as far as today's settings make them; nothing for a kind that has none, or where the lines cannot be added up.
pub(crate) fn totals(submitted: &Submitted, masters: &Masters, site: &SiteId) -> Option<Totals> {
    let booked = submitted.booked.clone().unwrap_or_default();
    let priced = submitted.document.rules().priced()?;
    let rounding = Rounding {
        precision: precision(masters, site),
        smallest: masters.settings(site).and_then(|settings| settings.smallest_currency_fraction_value),
    };
    let rates = |i: usize| booked.item_taxed(i).map_or(&[][..], |taxed| taxed.taxes.as_slice());
    let item_rates = match booked.item_taxes.is_empty() {
        true => Vec::new(),
        false => (0..priced.lines.len()).map(rates).collect(),
    };
    let taxes = taxes(submitted, &booked);
    let sheet = Sheet { lines: priced.lines, taxes, item_rates, discount: priced.discount, rounding };
    sheet.totals().ok()
}

/// Whether ERPNext is to round what is paid: where the office's settings do, unless the receipt was made before they were known.
pub(crate) fn rounds(submitted: &Submitted, masters: &Masters, site: &SiteId) -> bool {
    let settings = masters.settings(site).is_some_and(|row| row.smallest_currency_fraction_value.is_some());
    let as_printed = match (totals(submitted, masters, site), submitted.total()) {
        (Some(totals), Some(printed)) => printed == totals.payable || printed != totals.grand_total,
        _ => true,
    };
    settings && as_printed
}
