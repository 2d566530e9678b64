//! What takes two people: the office's settings say which, a second person's PIN or badge is the answer.

use super::super::decimal::Decimal;
use super::super::document::{Document, ItemRow, Kind, Priced, Rules, Text};
use super::super::id::SiteId;
use super::super::master::{Masters, Settings};
use super::super::rights::{self, Deed};
use super::super::totals::SheetLine;
use jiff::civil::Date;

/// Digits of a percentage that is told to people.
const PERCENT_DIGITS: u32 = 2;

/// Why a document takes a second person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Needs {
    /// A discount of more than the office leaves to one.
    #[error("a discount of {percent} % is more than {over} %")]
    Discount {
        /// Its largest discount.
        percent: Decimal,
        /// What the office leaves to one person.
        over: Decimal,
    },
    /// Money is given back.
    #[error("money is given back")]
    Refund,
    /// It is a cancellation.
    #[error("it is a cancellation")]
    Cancellation,
}

/// Whether submitting this document on that day takes a second person.
pub fn to_submit(document: &Document, settings: &Settings, masters: &Masters, today: Date) -> Option<Needs> {
    let priced = document.rules().priced()?;
    // A return has the discount of what it takes back: less is given back for it.
    if let Some(over) = settings.approvals.discount_over_percent.filter(|_| !priced.is_return) {
        let day = document.rules().posting_date().unwrap_or(today);
        let percent = priced.discount_percent.max(off_the_list(document.rules(), &priced, settings, (masters, day)));
        if percent > over {
            return Some(Needs::Discount { percent, over });
        }
    }
    (settings.approvals.refund && priced.is_return && !priced.buying).then_some(Needs::Refund)
}

/// The largest discount, in percent, that shows beside the office's list of prices: a lower rate is one, whether its document says so or
/// not. A purchase or a return has none.
fn off_the_list(
    rules: &dyn Rules,
    priced: &Priced<'_>,
    settings: &Settings,
    (masters, day): (&Masters, Date),
) -> Decimal {
    let list =
        priced.price_list.or(settings.selling_price_list.as_ref()).filter(|_| !priced.buying && !priced.is_return);
    let Some(list) = list else { return Decimal::ZERO };
    let off = |(row, line): (ItemRow<'_>, &SheetLine)| {
        let uom = row.uom.or_else(|| Some(&masters.item(row.item_code.as_str())?.stock_uom))?;
        let price = masters.price(row.item_code.as_str(), list.as_str(), uom.as_str(), day)?;
        let missing = price.minus(line.rate).filter(|missing| *missing > Decimal::ZERO)?;
        missing.times(Decimal::from(100))?.over(price, PERCENT_DIGITS)
    };
    rules.item_rows().into_iter().zip(&priced.lines).filter_map(off).fold(Decimal::ZERO, Decimal::max)
}

/// Whether cancelling takes a second person.
pub fn to_cancel(settings: &Settings) -> Option<Needs> {
    settings.approvals.cancellation.then_some(Needs::Cancellation)
}

/// Whether this person's word counts for that kind of document: a manager's, or that of somebody who may cancel it, which in
/// ERPNext marks who answers for it.
pub fn may_approve(person: &Text, kind: Kind, site: &SiteId, masters: &Masters) -> bool {
    let Some(user) = masters.user(person.as_str()) else { return false };
    let works_here = user.sites.is_empty() || user.sites.contains(site);
    let has_permissions = masters.permissions().next().is_some();
    works_here && (user.is_manager || (has_permissions && rights::may(Deed::Cancel, kind, user, masters).is_ok()))
}
