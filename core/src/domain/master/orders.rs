//! Open orders of the office: to be sold, to be made, under way to sites.

use super::keep::{Parts, parts};
use super::{Named, is_default, ref_parts};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text, flag};
use crate::domain::id::SiteId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A Sales Order with something left to deliver or to bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesOrderRow {
    /// What documents name it by: the site's own id of it, or ERPNext's name.
    pub order: Ref,
    /// For whom.
    pub customer: Text,
    /// The day that was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_date: Option<Date>,
    /// What was ordered.
    pub items: Vec<OrderRow>,
    /// What is to be paid of it: rounded to coins, where the books round.
    pub grand_total: Decimal,
    /// What was paid ahead by documents that no site made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub advance_paid: Decimal,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// A line of an order. What sites did with it is not in it: the box adds its own, and the other sites' ([`SiteProgress`](super::SiteProgress)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The row's name, for `so_detail`: ERPNext's, or its number from 1 where a site made the order.
    pub name: Text,
    /// The item.
    pub item_code: Text,
    /// How much, in `uom`.
    pub qty: Decimal,
    /// The unit.
    pub uom: Text,
    /// The price of one.
    pub rate: Decimal,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<Text>,
    /// Delivered by documents that no site made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivered_qty: Decimal,
    /// Billed by documents that no site made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub billed_qty: Decimal,
}

/// A Work Order that is not completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrder {
    /// Its name.
    pub name: Text,
    /// What is made.
    pub production_item: Text,
    /// By which bill of materials.
    pub bom_no: Text,
    /// How much.
    pub qty: Decimal,
    /// Made by documents that no site made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub produced_qty: Decimal,
    /// From where materials come, unless their line says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_warehouse: Option<Text>,
    /// Where work is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wip_warehouse: Option<Text>,
    /// Where what is made goes.
    pub fg_warehouse: Text,
    /// Materials are taken from their source as it is made; nothing is moved to `wip_warehouse` before.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub skip_transfer: bool,
    /// What it needs.
    pub required_items: Vec<RequiredItem>,
    /// Its operations, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<WorkOperation>,
    /// The order of a customer that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order: Option<Ref>,
}

/// A material of a Work Order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredItem {
    /// The item.
    pub item_code: Text,
    /// How much for all of the order, in its stock unit.
    pub required_qty: Decimal,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_warehouse: Option<Text>,
}

/// An operation of a Work Order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOperation {
    /// The operation.
    pub operation: Text,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workstation: Option<Text>,
    /// The Job Card on which its time is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_card: Option<Text>,
}

/// A transfer to a site that is under way, or was received not long ago. From another site both sites have it: from the sender's document,
/// and from what the receiver's receipts took that the office has; the receiver's box knows what it has received since. From the office
/// only the receiver has it, while something is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transit {
    /// The sender's Stock Entry, for `outgoing_stock_entry`.
    pub entry: Ref,
    /// The number on its paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Text>,
    /// Who sent it; the office where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<SiteId>,
    /// For whom.
    pub to: SiteId,
    /// Through which warehouse.
    pub warehouse: Text,
    /// When it was sent.
    pub sent_on: Date,
    /// What was sent.
    pub items: Vec<TransitLine>,
}

/// A line of a transfer under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitLine {
    /// The row's name, for `ste_detail`: ERPNext's, or its number from 1 where a site sent it.
    pub name: Text,
    /// The item.
    pub item_code: Text,
    /// How much was sent, in the item's stock unit.
    pub qty: Decimal,
    /// Where a site sent it: how much of it was received, as far as the office knows; while there is any, its sender does not cancel it.
    /// Where the office sent it: how much was received by documents of others than sites.
    #[serde(default, skip_serializing_if = "is_default")]
    pub received: Decimal,
}

impl Transit {
    /// How much of a line was received, of which the receiving site's own documents did `own`.
    pub fn received(&self, line: &TransitLine, own: Decimal) -> Decimal {
        match self.entry {
            Ref::Own(_) => own.max(line.received),
            Ref::Office(_) => own.plus(line.received).unwrap_or(own),
        }
    }

    /// How much of a line the receiving site's own documents may receive.
    pub fn receivable(&self, line: &TransitLine) -> Option<Decimal> {
        match self.entry {
            Ref::Own(_) => Some(line.qty),
            Ref::Office(_) => line.qty.minus(line.received),
        }
    }
}

impl Named for SalesOrderRow {
    fn parts(&self) -> Parts<'_> {
        ref_parts(&self.order)
    }
}

impl Named for WorkOrder {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Transit {
    fn parts(&self) -> Parts<'_> {
        ref_parts(&self.entry)
    }
}
