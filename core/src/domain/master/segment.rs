//! Who gets which row.
//!
//! In comes a row, and the office's rows to see whose a warehouse is; out go its readers. A site gets what it needs to work with
//! no line: its settings, its warehouses' stock and orders, the people who work there, and what all share. No row holds valuation,
//! margin or wages, so nothing has to be cut out of one. What is absent: segments of items, prices and customers; all sites get
//! all of them.

use super::company::{OF_COMPANIES, companies};
use super::{Masters, Row, RowKey, SalesOrderRow, SiteProgress, Table, WorkOrder};
use crate::domain::document::{Ref, Text};
use crate::domain::id::SiteId;
use std::collections::BTreeSet;

/// The sites that get a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every site.
    All,
    /// These alone; nobody but the office where empty.
    Sites(BTreeSet<SiteId>),
}

impl Audience {
    /// Whether a site is among them.
    pub fn includes(&self, site: &SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Sites(sites) => sites.contains(site),
        }
    }
}

/// Who gets a row.
///
/// Settings and lives: their site. Stock levels: the site whose warehouse it is. Work Orders: the sites of any of their warehouses. Sales
/// Orders: the sites of their lines' warehouses; all where no line names one. Transfers: who sent it and for whom it is. Users:
/// where they work. What a site did with an order: the other sites that get the order. All else: all, warehouses too, so that a refusal can name the site that it needs.
/// Of all of these a row of a company goes to the sites whose settings name it.
pub fn audience(row: &Row, masters: &Masters) -> Audience {
    let companies = companies(row);
    let readers = readers(row, masters);
    if companies.is_empty() {
        return readers;
    }
    let own = masters.sites_of(&companies);
    Audience::Sites(match readers {
        Audience::All => own,
        Audience::Sites(sites) => sites.intersection(&own).cloned().collect(),
    })
}

fn readers(row: &Row, masters: &Masters) -> Audience {
    match row {
        Row::Settings(row) => Audience::Sites([row.site.clone()].into()),
        Row::Life(row) => Audience::Sites([row.site.clone()].into()),
        Row::User(row) if !row.sites.is_empty() => Audience::Sites(row.sites.iter().cloned().collect()),
        Row::Transit(row) => Audience::Sites(row.from.iter().chain([&row.to]).cloned().collect()),
        Row::SiteProgress(row) => Audience::Sites(others_with(row, masters)),
        Row::Level(_) | Row::WorkOrder(_) => Audience::Sites(owners(&depends_on(row), masters)),
        Row::SalesOrderRow(_) => match depends_on(row) {
            warehouses if warehouses.is_empty() => Audience::All,
            warehouses => Audience::Sites(owners(&warehouses, masters)),
        },
        _ => Audience::All,
    }
}

/// The warehouses whose owner decides who gets a row.
pub fn depends_on(row: &Row) -> Vec<&Text> {
    match row {
        Row::Level(row) => vec![&row.warehouse],
        Row::WorkOrder(row) => of_work_order(row).collect(),
        Row::SalesOrderRow(row) => of_sales_order(row).collect(),
        _ => Vec::new(),
    }
}

/// The rows whose readers must be worked out anew once the row of `key` has come, changed or gone: those that name a warehouse, and for a
/// site's settings, which say its company, those of companies.
pub fn affected(key: &RowKey, masters: &Masters) -> Vec<RowKey> {
    match key.table {
        Table::Warehouse => in_warehouse(key, masters),
        Table::Settings => of_companies(masters),
        _ => Vec::new(),
    }
}

fn of_companies(masters: &Masters) -> Vec<RowKey> {
    let own = OF_COMPANIES.iter().flat_map(|table| masters.rows(*table)).filter(|row| !companies(row).is_empty());
    let own: BTreeSet<RowKey> = own.map(|row| row.key()).collect();
    let there = own.iter().filter(|key| key.table == Table::Warehouse).flat_map(|key| in_warehouse(key, masters));
    own.iter().cloned().chain(there).collect::<BTreeSet<_>>().into_iter().collect()
}

fn in_warehouse(key: &RowKey, masters: &Masters) -> Vec<RowKey> {
    let warehouse = &*key.name;
    let levels = masters.levels_of(warehouse).cloned().map(Row::Level);
    let names = |text: &Text| text.as_str() == warehouse;
    let work = masters.work_orders().filter(|row| of_work_order(row).any(names)).cloned().map(Row::WorkOrder);
    let sales = masters.sales_orders().filter(|row| of_sales_order(row).any(names)).cloned().map(Row::SalesOrderRow);
    levels.chain(work).chain(sales).map(|row| row.key()).collect()
}

fn of_work_order(row: &WorkOrder) -> impl Iterator<Item = &Text> {
    let own = [Some(&row.fg_warehouse), row.wip_warehouse.as_ref(), row.source_warehouse.as_ref()];
    own.into_iter().flatten().chain(row.required_items.iter().filter_map(|item| item.source_warehouse.as_ref()))
}

fn of_sales_order(row: &SalesOrderRow) -> impl Iterator<Item = &Text> {
    row.items.iter().filter_map(|item| item.warehouse.as_ref())
}

fn owners(warehouses: &[&Text], masters: &Masters) -> BTreeSet<SiteId> {
    warehouses.iter().filter_map(|name| masters.owner(masters.warehouse(name.as_str())?).cloned()).collect()
}

/// The sites that get an order or invoice, without the one that did something with it: that one counts its own documents.
fn others_with(done: &SiteProgress, masters: &Masters) -> BTreeSet<SiteId> {
    let order = masters.sales_order(&done.of).cloned().map(Row::SalesOrderRow);
    let invoice = masters.open_invoice(&done.of).cloned().map(Row::OpenInvoice);
    let work = match &done.of {
        Ref::Office(name) => masters.work_order(name.as_str()).cloned().map(Row::WorkOrder),
        Ref::Own(_) => None,
    };
    let mut sites = BTreeSet::new();
    for row in [order, invoice, work].into_iter().flatten() {
        sites.extend(match audience(&row, masters) {
            Audience::All => masters.sites(),
            Audience::Sites(sites) => sites,
        });
    }
    sites.remove(&done.site);
    sites
}
