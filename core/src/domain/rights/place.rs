//! Whose a warehouse is, and what a document may do there: one table, one function.
//!
//! What touches only the site's own warehouses works always, and what goes between sites goes through a transit warehouse, so
//! neither side needs a line. What touches another's is refused for now, with the name of the site that it needs: once sites
//! agree among each other, [`decide`] is where that comes in, and nowhere else.

use super::super::document::{Kind, Text, Touch};
use super::super::id::SiteId;
use super::super::master::Masters;
use std::fmt;

/// Whose a warehouse is, seen from one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The site's own.
    Own,
    /// Another site's.
    Site(SiteId),
    /// The office's.
    Office,
    /// Nobody's: goods on their way between sites.
    Transit,
    /// The office has told of none by that name.
    Unknown,
    /// It is in use no more.
    Disabled,
}

/// Whose `warehouse` is, seen from `site`.
pub fn whose(warehouse: &Text, site: &SiteId, masters: &Masters) -> Whose {
    let Some(known) = masters.warehouse(warehouse.as_str()) else { return Whose::Unknown };
    match &known.site {
        _ if known.disabled => Whose::Disabled,
        _ if known.is_transit => Whose::Transit,
        Some(owner) if owner == site => Whose::Own,
        Some(owner) => Whose::Site(owner.clone()),
        None => Whose::Office,
    }
}

/// Whether a document may touch a warehouse so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allowed,
    /// It may not.
    Refused(Why),
}

/// Why not, with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is another site's: both have to agree.
    #[error("needs the site {0}, whose it is: send the goods through a transit warehouse, or let {0} do it")]
    NeedsSite(SiteId),
    /// It is the office's.
    #[error("needs the office, whose it is: send the goods through a transit warehouse, or let the office do it")]
    NeedsOffice,
    /// Goods leave a transit warehouse only by being received.
    #[error(
        "is a transit warehouse: receive what was sent (a Stock Entry that names the sender's in outgoing_stock_entry)"
    )]
    OnlyReceived,
    /// Goods get into a transit warehouse only by being sent.
    #[error("is a transit warehouse: send the goods (a Material Transfer with add_to_transit)")]
    OnlySent,
    /// What is on its way is at nobody's hand.
    #[error("is a transit warehouse: what is under way is counted where it arrives")]
    UnderWay,
    /// Sending goes into transit, receiving comes out of it.
    #[error("is no transit warehouse: goods for another site are sent through one")]
    NoTransit,
    /// Nobody knows it.
    #[error("is no warehouse that the office has told of: choose one of this site's")]
    Unknown,
    /// It is out of use.
    #[error("is in use no more: choose another")]
    Disabled,
    /// That is not what this kind of document does.
    #[error("is not what a {0} does with stock")]
    NotItsWork(Kind),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a kind of document may do with stock. What names a warehouse and moves nothing there (an invoice of what was delivered
/// before) promises.
pub fn work(kind: Kind) -> &'static [Touch] {
    match kind {
        Kind::SalesInvoice | Kind::PurchaseInvoice => &[Touch::Out, Touch::In, Touch::Promise],
        Kind::DeliveryNote | Kind::PurchaseReceipt => &[Touch::Out, Touch::In],
        Kind::StockEntry => &[Touch::Out, Touch::In, Touch::Send, Touch::Receive],
        Kind::StockReconciliation => &[Touch::Count],
        Kind::SalesOrder => &[Touch::Promise],
        _ => &[],
    }
}

/// Decides. The table is `docs/RIGHTS.md`, which is made from this.
pub fn decide(kind: Kind, touch: Touch, whose: &Whose) -> Decision {
    use Decision::{Allowed, Refused};
    if !work(kind).contains(&touch) {
        return Refused(Why::NotItsWork(kind));
    }
    match (touch, whose) {
        (_, Whose::Unknown) => Refused(Why::Unknown),
        (_, Whose::Disabled) => Refused(Why::Disabled),
        (Touch::Send | Touch::Receive, Whose::Transit) => Allowed,
        (Touch::Send | Touch::Receive, _) => Refused(Why::NoTransit),
        (Touch::Out | Touch::In | Touch::Count | Touch::Promise, Whose::Own) => Allowed,
        (Touch::Out, Whose::Transit) => Refused(Why::OnlyReceived),
        (Touch::In, Whose::Transit) => Refused(Why::OnlySent),
        (Touch::Count | Touch::Promise, Whose::Transit) => Refused(Why::UnderWay),
        (_, Whose::Site(owner)) => Refused(Why::NeedsSite(owner.clone())),
        (_, Whose::Office) => Refused(Why::NeedsOffice),
    }
}
