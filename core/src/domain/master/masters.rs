//! The rows of one site, or at the office of all, in memory, and the questions that are asked of them.
//!
//! In come rows and deletions, newest last; out go rows by what a document or a person calls them. A row whose references are
//! missing is kept all the same: what it names may come later. What is absent: what a site did since (`domain::shop` adds it),
//! and who gets which row ([`super::segment`]).

use super::keep::{Keep, Parts, parts};
use super::{
    Account, ActivityType, Batch, Bom, Customer, Employee, FiscalYear, Item, ItemTaxTemplate, Level, Life,
    ModeOfPayment, Named, OpenInvoice, Period, Permission, PriceList, Project, Row, RowKey, SalesOrderRow, Settings,
    Supplier, Table, Tables, TaxTemplate, Transit, Uom, User, Warehouse, WorkOrder, parts_of, ref_parts,
};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text};
use crate::domain::effects::Progress;
use crate::domain::id::{IntentId, SiteId};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Master data, found by name. A clone shares the rows.
#[derive(Clone, Debug, Default)]
pub struct Masters {
    tables: Tables,
    barcodes: Keep<BarcodeOf>,
    boms: Keep<BomOf>,
    made_customers: BTreeMap<IntentId, Arc<Customer>>,
    made_suppliers: BTreeMap<IntentId, Arc<Supplier>>,
    complete: bool,
}

impl Masters {
    /// Takes a row, in the place of the one that has its key.
    pub fn put(&mut self, row: Row) {
        self.forget(row.table(), &parts_of(&row.key().name));
        match row {
            Row::Item(item) => self.put_item(Arc::new(item)),
            Row::Bom(bom) => self.put_bom(Arc::new(bom)),
            Row::Customer(row) => self.put_customer(Arc::new(row)),
            Row::Supplier(row) => self.put_supplier(Arc::new(row)),
            row => self.tables.put(row),
        }
    }

    /// Takes the row of a key out; whether there was one.
    pub fn delete(&mut self, key: &RowKey) -> bool {
        let place = parts_of(&key.name);
        self.forget(key.table, &place);
        self.tables.delete(key.table, &place)
    }

    /// The row of a key.
    pub fn get(&self, key: &RowKey) -> Option<Row> {
        self.tables.get(key.table, &parts_of(&key.name))
    }

    /// How many rows a table has.
    pub fn count(&self, table: Table) -> usize {
        self.tables.len(table)
    }

    /// The rows of a table, in the order of their keys.
    pub fn rows(&self, table: Table) -> impl Iterator<Item = Row> + '_ {
        self.tables.iter(table)
    }

    /// All rows, table by table.
    pub fn iter(&self) -> impl Iterator<Item = Row> + '_ {
        Table::ALL.iter().flat_map(|table| self.tables.iter(*table))
    }

    /// A whole snapshot has been taken at least once: what is not here is not known to the office either.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Says whether a whole snapshot has been taken.
    pub fn set_complete(&mut self, complete: bool) {
        self.complete = complete;
    }

    fn put_item(&mut self, item: Arc<Item>) {
        for row in 0..item.barcodes.len() {
            self.barcodes.put(BarcodeOf(Arc::clone(&item), row));
        }
        self.tables.items.put(item);
    }

    fn put_bom(&mut self, bom: Arc<Bom>) {
        self.boms.put(BomOf(Arc::clone(&bom)));
        self.tables.boms.put(bom);
    }

    fn put_customer(&mut self, customer: Arc<Customer>) {
        if let Some(id) = customer.outpost_id {
            self.made_customers.insert(id, Arc::clone(&customer));
        }
        self.tables.customers.put(customer);
    }

    fn put_supplier(&mut self, supplier: Arc<Supplier>) {
        if let Some(id) = supplier.outpost_id {
            self.made_suppliers.insert(id, Arc::clone(&supplier));
        }
        self.tables.suppliers.put(supplier);
    }

    /// Takes what the indexes hold of a row out.
    fn forget(&mut self, table: Table, place: &Parts<'_>) {
        match table {
            Table::Item => {
                let Some(item) = self.tables.items.get(place).map(Arc::clone) else { return };
                for row in 0..item.barcodes.len() {
                    self.barcodes.take(&BarcodeOf(Arc::clone(&item), row).parts());
                }
            }
            Table::Bom => {
                let Some(bom) = self.tables.boms.get(place).map(Arc::clone) else { return };
                self.boms.take(&BomOf(bom).parts());
            }
            Table::Customer => {
                let Some(row) = self.tables.customers.get(place) else { return };
                forget_made(&mut self.made_customers, row.outpost_id, row);
            }
            Table::Supplier => {
                let Some(row) = self.tables.suppliers.get(place) else { return };
                forget_made(&mut self.made_suppliers, row.outpost_id, row);
            }
            _ => {}
        }
    }
}

/// A row goes; its id goes along, unless it has become another's: it was renamed.
fn forget_made<T>(made: &mut BTreeMap<IntentId, Arc<T>>, id: Option<IntentId>, row: &Arc<T>) {
    let Some(id) = id else { return };
    if made.get(&id).is_some_and(|known| Arc::ptr_eq(known, row)) {
        made.remove(&id);
    }
}

/// One row by its name, or all of a table.
macro_rules! finders {
    ($($(#[$doc:meta])* $one:ident, $all:ident, $row:ty;)*) => { $(
        $(#[$doc])*
        pub fn $one(&self, name: &str) -> Option<&$row> {
            self.tables.$all.get(&parts([name])).map(|row| &**row)
        }

        #[doc = concat!("All of the table `", stringify!($all), "`, by name.")]
        pub fn $all(&self) -> impl Iterator<Item = &$row> {
            self.tables.$all.iter().map(|row| &**row)
        }
    )* };
}

impl Masters {
    finders! {
        /// A warehouse.
        warehouse, warehouses, Warehouse;
        /// A unit.
        uom, uoms, Uom;
        /// An item.
        item, items, Item;
        /// A list of prices.
        price_list, price_lists, PriceList;
        /// An account.
        account, accounts, Account;
        /// A mode of payment.
        mode_of_payment, modes_of_payment, ModeOfPayment;
        /// A template of taxes.
        tax_template, tax_templates, TaxTemplate;
        /// An item tax template.
        item_tax_template, item_tax_templates, ItemTaxTemplate;
        /// Closed days.
        period, periods, Period;
        /// A year of the books.
        fiscal_year, fiscal_years, FiscalYear;
        /// A bill of materials.
        bom, boms, Bom;
        /// A Work Order.
        work_order, work_orders, WorkOrder;
        /// An employee.
        employee, employees, Employee;
        /// A project.
        project, projects, Project;
        /// What hours are spent on.
        activity_type, activity_types, ActivityType;
        /// Somebody who may log in.
        user, users, User;
        /// A batch.
        batch, batches, Batch;
    }

    /// Somebody can show who they are, by a PIN or a badge: from then on people are told apart. Users alone, as an ERP has them, can not.
    pub fn has_people(&self) -> bool {
        self.users().any(|user| user.pin_hash.is_some() || user.badge_hash.is_some())
    }

    /// What the office decides for a site.
    pub fn settings(&self, site: &SiteId) -> Option<&Settings> {
        self.tables.settings.get(&parts([site.as_str()])).map(|row| &**row)
    }

    /// What the numbers on a site's paper begin with.
    pub fn number_prefix(&self, site: &SiteId) -> String {
        let chosen = self.settings(site).and_then(|settings| settings.number_prefix.as_ref());
        chosen.map_or_else(|| site.as_str().to_ascii_uppercase(), Text::to_string)
    }

    /// The item that a code on a label stands for, and the unit where it is not the item's own. Of several items the first that is
    /// in use.
    pub fn item_of_barcode(&self, code: &str) -> Option<(&Item, Option<&Text>)> {
        let mut found = self.barcodes.under([code]).peekable();
        let first = *found.peek()?;
        let BarcodeOf(item, row) = found.find(|entry| !entry.0.disabled).unwrap_or(first);
        Some((item, item.barcodes[*row].uom.as_ref()))
    }

    /// The price of one `uom` of an item on a day: the latest that has begun and not ended. Where the list has none in that unit,
    /// it is made from that of the item's own unit; where it has none at all, from those of what the item is a variant of.
    pub fn price(&self, item: &str, list: &str, uom: &str, day: Date) -> Option<Decimal> {
        let row = self.item(item);
        let of_unit = |code: &str| {
            let row = row?;
            let factor = row.uoms.iter().find(|row| row.uom.as_str() == uom)?.conversion_factor;
            self.listed(code, list, row.stock_uom.as_str(), day)?.times(factor)
        };
        let codes = [Some(item), row.and_then(|row| row.variant_of.as_ref()).map(Text::as_str)];
        codes.into_iter().flatten().find_map(|code| self.listed(code, list, uom, day).or_else(|| of_unit(code)))
    }

    fn listed(&self, item: &str, list: &str, uom: &str, day: Date) -> Option<Decimal> {
        let valid = self.tables.prices.under([item, list, uom]).filter(|price| {
            price.valid_from.is_none_or(|from| from <= day) && price.valid_upto.is_none_or(|upto| day <= upto)
        });
        valid.last().map(|price| price.price_list_rate)
    }

    /// A customer, by name or by the id of the site that made it.
    pub fn customer(&self, name: &str) -> Option<&Customer> {
        let by_name = self.tables.customers.get(&parts([name]));
        by_name.or_else(|| self.made_customers.get(&id(name)?)).map(|row| &**row)
    }

    /// All customers, by name.
    pub fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.tables.customers.iter().map(|row| &**row)
    }

    /// A supplier, by name or by the id of the site that made it.
    pub fn supplier(&self, name: &str) -> Option<&Supplier> {
        let by_name = self.tables.suppliers.get(&parts([name]));
        by_name.or_else(|| self.made_suppliers.get(&id(name)?)).map(|row| &**row)
    }

    /// All suppliers, by name.
    pub fn suppliers(&self) -> impl Iterator<Item = &Supplier> {
        self.tables.suppliers.iter().map(|row| &**row)
    }

    /// The taxes of a sale or a purchase that names no template.
    pub fn default_tax_template(&self, buying: bool) -> Option<&TaxTemplate> {
        self.tax_templates().find(|template| template.is_default && template.buying == buying)
    }

    /// The bills of materials that make an item.
    pub fn boms_of<'a>(&'a self, item: &str) -> impl Iterator<Item = &'a Bom> {
        self.boms.under([item]).map(|entry| &*entry.0)
    }

    /// An open Sales Order.
    pub fn sales_order(&self, order: &Ref) -> Option<&SalesOrderRow> {
        self.tables.sales_orders.get(&ref_parts(order)).map(|row| &**row)
    }

    /// All open Sales Orders.
    pub fn sales_orders(&self) -> impl Iterator<Item = &SalesOrderRow> {
        self.tables.sales_orders.iter().map(|row| &**row)
    }

    /// An invoice of others with something to pay.
    pub fn open_invoice(&self, invoice: &Ref) -> Option<&OpenInvoice> {
        self.tables.open_invoices.get(&ref_parts(invoice)).map(|row| &**row)
    }

    /// All invoices of others with something to pay.
    pub fn open_invoices(&self) -> impl Iterator<Item = &OpenInvoice> {
        self.tables.open_invoices.iter().map(|row| &**row)
    }

    /// The office's figure of an item's stock in a warehouse.
    pub fn level(&self, warehouse: &str, item: &str) -> Option<&Level> {
        self.tables.levels.get(&parts([warehouse, item])).map(|row| &**row)
    }

    /// The office's figures of all stock, by warehouse and item.
    pub fn levels(&self) -> impl Iterator<Item = &Level> {
        self.tables.levels.iter().map(|row| &**row)
    }

    /// The office's figures of a warehouse's stock, by item.
    pub fn levels_of<'a>(&'a self, warehouse: &str) -> impl Iterator<Item = &'a Level> {
        self.tables.levels.under([warehouse]).map(|row| &**row)
    }

    /// How far other sites have brought an order, an invoice or a Work Order, or one of its rows, as far as the office knows.
    pub fn done_elsewhere(&self, of: &Ref, row: Option<&Text>, what: Progress) -> Decimal {
        let [of, ..] = ref_parts(of);
        let done = self.tables.progress.under([&*of]).map(|site| site.done(row, what));
        done.fold(Decimal::ZERO, |sum, done| sum.plus(done).unwrap_or(sum))
    }

    /// Every site that master data names: by its settings, or as a warehouse's.
    pub fn sites(&self) -> BTreeSet<SiteId> {
        let settings = self.tables.settings.iter().map(|row| row.site.clone());
        settings.chain(self.warehouses().filter_map(|row| row.site.clone())).collect()
    }

    /// The sites of any of these companies.
    pub fn sites_of(&self, companies: &[&Text]) -> BTreeSet<SiteId> {
        let all = self.tables.settings.iter();
        all.filter(|row| companies.contains(&&row.company)).map(|row| row.site.clone()).collect()
    }

    /// What is under way by a transfer.
    pub fn transit(&self, entry: &Ref) -> Option<&Transit> {
        self.tables.transits.get(&ref_parts(entry)).map(|row| &**row)
    }

    /// All that is under way.
    pub fn transits(&self) -> impl Iterator<Item = &Transit> {
        self.tables.transits.iter().map(|row| &**row)
    }

    /// The lives of a site's box.
    pub fn lives<'a>(&'a self, site: &SiteId) -> impl Iterator<Item = &'a Life> {
        self.tables.lives.under([site.as_str()]).map(|row| &**row)
    }

    /// What a role may do, kind by kind.
    pub fn permissions_of<'a>(&'a self, role: &str) -> impl Iterator<Item = &'a Permission> {
        self.tables.permissions.under([role]).map(|row| &**row)
    }

    /// What the roles may do.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.tables.permissions.iter().map(|row| &**row)
    }
}

fn id(text: &str) -> Option<IntentId> {
    Uuid::parse_str(text).ok().map(IntentId)
}

/// An item's barcode, by its place in the item.
#[derive(Clone, Debug)]
struct BarcodeOf(Arc<Item>, usize);

impl Named for BarcodeOf {
    fn parts(&self) -> Parts<'_> {
        parts([self.0.barcodes[self.1].barcode.as_str(), self.0.item_code.as_str()])
    }
}

/// A bill of materials, by what it makes.
#[derive(Clone, Debug)]
struct BomOf(Arc<Bom>);

impl Named for BomOf {
    fn parts(&self) -> Parts<'_> {
        parts([self.0.item.as_str(), self.0.name.as_str()])
    }
}
