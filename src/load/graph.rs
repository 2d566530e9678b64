//! What one row names of others, whether it is there, and what runs in a circle.

use crate::domain::document::Text;
use crate::domain::master::{Masters, Row, Table};
use std::collections::{BTreeMap, BTreeSet};

/// A field that names a row of another table.
pub(super) struct Names<'a> {
    /// Its path.
    pub(super) field: String,
    /// The table.
    pub(super) table: Table,
    /// The name.
    pub(super) name: &'a Text,
}

/// Gathers the names of one row.
struct Gather<'a>(Vec<Names<'a>>);

impl<'a> Gather<'a> {
    fn one(&mut self, field: impl Into<String>, table: Table, name: impl Into<Option<&'a Text>>) {
        if let Some(name) = name.into() {
            self.0.push(Names { field: field.into(), table, name });
        }
    }

    fn each<T>(
        &mut self,
        list: &str,
        rows: &'a [T],
        field: &str,
        table: Table,
        name: impl Fn(&'a T) -> Option<&'a Text>,
    ) {
        for (number, row) in rows.iter().enumerate() {
            self.one(format!("{list}[{number}].{field}"), table, name(row));
        }
    }
}

/// The rows of other tables that a row names.
pub(super) fn names(row: &Row) -> Vec<Names<'_>> {
    let mut all = Gather(Vec::new());
    match row {
        Row::Settings(row) => {
            all.one("walk_in_customer", Table::Customer, row.walk_in_customer.as_ref());
            all.one("selling_price_list", Table::PriceList, row.selling_price_list.as_ref());
            all.one("buying_price_list", Table::PriceList, row.buying_price_list.as_ref());
            all.one("till_difference_account", Table::Account, row.till_difference_account.as_ref());
        }
        Row::Item(row) => {
            all.one("stock_uom", Table::Uom, &row.stock_uom);
            all.each("uoms", &row.uoms, "uom", Table::Uom, |unit| Some(&unit.uom));
            all.each("taxes", &row.taxes, "item_tax_template", Table::ItemTaxTemplate, |tax| {
                Some(&tax.item_tax_template)
            });
        }
        Row::ItemPrice(row) => {
            all.one("item_code", Table::Item, &row.item_code);
            all.one("price_list", Table::PriceList, &row.price_list);
            all.one("uom", Table::Uom, &row.uom);
        }
        Row::ModeOfPayment(row) => {
            all.one("default_account", Table::Account, &row.default_account);
            all.each("accounts", &row.accounts, "default_account", Table::Account, |own| Some(&own.default_account));
        }
        Row::TaxTemplate(row) => {
            all.each("taxes", &row.taxes, "account_head", Table::Account, |tax| Some(&tax.account_head));
        }
        Row::ItemTaxTemplate(row) => {
            all.each("taxes", &row.taxes, "tax_type", Table::Account, |tax| Some(&tax.tax_type));
        }
        Row::Bom(row) => {
            all.one("item", Table::Item, &row.item);
            all.each("items", &row.items, "item_code", Table::Item, |line| Some(&line.item_code));
            all.each("scrap_items", &row.scrap_items, "item_code", Table::Item, |line| Some(&line.item_code));
        }
        Row::WorkOrder(row) => {
            all.one("production_item", Table::Item, &row.production_item);
            all.one("bom_no", Table::Bom, &row.bom_no);
            all.one("source_warehouse", Table::Warehouse, row.source_warehouse.as_ref());
            all.one("wip_warehouse", Table::Warehouse, row.wip_warehouse.as_ref());
            all.one("fg_warehouse", Table::Warehouse, &row.fg_warehouse);
            let needed = &row.required_items;
            all.each("required_items", needed, "item_code", Table::Item, |line| Some(&line.item_code));
            all.each("required_items", needed, "source_warehouse", Table::Warehouse, |line| {
                line.source_warehouse.as_ref()
            });
        }
        Row::SalesOrderRow(row) => {
            all.one("customer", Table::Customer, &row.customer);
            all.each("items", &row.items, "item_code", Table::Item, |line| Some(&line.item_code));
            all.each("items", &row.items, "uom", Table::Uom, |line| Some(&line.uom));
            all.each("items", &row.items, "warehouse", Table::Warehouse, |line| line.warehouse.as_ref());
        }
        Row::OpenInvoice(row) => {
            all.one("party", if row.buying { Table::Supplier } else { Table::Customer }, &row.party);
        }
        Row::Level(row) => {
            all.one("item_code", Table::Item, &row.item_code);
            all.one("warehouse", Table::Warehouse, &row.warehouse);
        }
        Row::Transit(row) => {
            all.one("warehouse", Table::Warehouse, &row.warehouse);
            all.each("items", &row.items, "item_code", Table::Item, |line| Some(&line.item_code));
        }
        Row::Batch(row) => all.one("item", Table::Item, &row.item),
        _ => {}
    }
    all.0
}

/// Whether the row that is named is there.
pub(super) fn is_there(names: &Names<'_>, masters: &Masters) -> bool {
    let name = names.name.as_str();
    match names.table {
        Table::Customer => masters.customer(name).is_some(),
        Table::Supplier => masters.supplier(name).is_some(),
        Table::Item => masters.item(name).is_some(),
        Table::Uom => masters.uom(name).is_some(),
        Table::Warehouse => masters.warehouse(name).is_some(),
        Table::Account => masters.account(name).is_some(),
        Table::ItemTaxTemplate => masters.item_tax_template(name).is_some(),
        Table::PriceList => masters.price_list(name).is_some(),
        Table::Bom => masters.bom(name).is_some(),
        table => masters.get(&crate::domain::master::RowKey { table, name: name.into() }).is_some(),
    }
}

/// The items that are made of themselves, by whatever way: each circle once, as the items in it.
pub(super) fn circles(masters: &Masters) -> Vec<Vec<&str>> {
    let mut made_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for bom in masters.boms() {
        made_of.entry(bom.item.as_str()).or_default().extend(bom.items.iter().map(|line| line.item_code.as_str()));
    }
    let mut circles = Vec::new();
    let mut done = BTreeSet::new();
    for start in made_of.keys() {
        // Without recursion: how deep the files nest is theirs to say.
        let mut way: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut on_way = BTreeMap::new();
        let mut next = Some(*start);
        loop {
            if let Some(item) = next.take().filter(|item| !done.contains(item)) {
                match on_way.get(item) {
                    Some(at) => circles.push(way[*at..].iter().map(|(item, _)| *item).collect()),
                    None => {
                        on_way.insert(item, way.len());
                        way.push((item, made_of.get(item).into_iter().flatten().copied().collect()));
                    }
                }
            }
            let Some((item, left)) = way.last_mut() else { break };
            next = left.pop();
            if next.is_none() {
                done.insert(*item);
                on_way.remove(*item);
                way.pop();
            }
        }
    }
    circles
}
