//! What takes two people: the office's settings say which, a second person's PIN or badge is the answer.

use super::super::decimal::Decimal;
use super::super::document::{Document, Kind, Text};
use super::super::id::SiteId;
use super::super::master::{Masters, Settings};
use super::super::rights::{self, Deed};

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

/// Whether submitting this document takes a second person.
pub fn to_submit(document: &Document, settings: &Settings) -> Option<Needs> {
    let priced = document.rules().priced()?;
    if let Some(over) = settings.approvals.discount_over_percent
        && priced.discount_percent > over
    {
        return Some(Needs::Discount { percent: priced.discount_percent, over });
    }
    (settings.approvals.refund && priced.is_return && !priced.buying).then_some(Needs::Refund)
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
