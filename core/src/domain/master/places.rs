//! Warehouses, and what is in them.

use super::keep::{Parts, parts};
use super::{Named, is_default};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Text, flag};
use crate::domain::id::{IntentId, SiteId};
use serde::{Deserialize, Serialize};

/// A warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warehouse {
    /// Its name.
    pub name: Text,
    /// Whose it is; the office's where absent. Of a transit warehouse: who receives what is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Goods between sites are in it: whoever sends puts them in, whoever receives takes them out.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_transit: bool,
    /// It is in use no more.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// The stock of an item in a warehouse, as the office has it, read between two postings.
///
/// The box's own figure is this, without what the office has counted in of the site's documents, and with all that the site has
/// done: see `domain::shop::stock`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The item.
    pub item_code: Text,
    /// The warehouse; a site's own.
    pub warehouse: Text,
    /// How much there is, in the item's stock unit.
    pub actual_qty: Decimal,
    /// The sum of what the site's documents moved that are in `actual_qty`, since the count that `counted` names.
    pub included: Decimal,
    /// The latest of the site's counts (Stock Reconciliation) that is in `actual_qty`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<IntentId>,
}

impl Named for Warehouse {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Level {
    fn parts(&self) -> Parts<'_> {
        parts([self.warehouse.as_str(), self.item_code.as_str()])
    }
}
