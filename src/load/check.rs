//! Whether the rows fit each other and the books: what they name is there, numbers make sense, nothing is double.
//!
//! In comes the plan; out go errors and warnings. Rows that are in no file are looked at only where a deletion takes what they
//! name. What is absent: what a single field's type says already.

use super::graph::{self, Names};
use super::plan::Plan;
use super::report::{At, MAX_PROBLEMS, Report};
use super::secret::MAX_CLEAR;
use crate::domain::decimal::Decimal;
use crate::domain::master::{
    Bom, Item, ItemPrice, ItemTaxTemplate, Level, Masters, OpenInvoice, Row, SalesOrderRow, Settings, Table, TaxRule,
    TaxTemplate, Transit, User, WorkOrder, companies,
};
use crate::domain::totals::{self, MAX_PRECISION, MAX_TAXES};
use std::collections::{BTreeMap, BTreeSet};

/// Looks at all that is planned.
pub(super) fn check(plan: &Plan<'_>, report: &mut Report) {
    for found in &plan.files.rows {
        let at = plan.files.at(found);
        let mut found_so = Looked { masters: &plan.after, at, report };
        found_so.references(&found.row);
        found_so.rules(&found.row);
    }
    clear(plan, report);
    barcodes(plan, report);
    ids(plan, report);
    defaults(plan, report);
    circles(plan, report);
    left_behind(plan, report);
}

/// One row that is looked at.
struct Looked<'a, 'r> {
    masters: &'a Masters,
    at: At<'a>,
    report: &'r mut Report,
}

impl Looked<'_, '_> {
    fn error(&mut self, field: impl Into<String>, rule: impl Into<String>) {
        self.report.error(self.at.clone().field(field), rule);
    }

    fn warn(&mut self, field: impl Into<String>, rule: impl Into<String>) {
        self.report.warn(self.at.clone().field(field), rule);
    }

    fn references(&mut self, row: &Row) {
        for names in graph::names(row) {
            if !graph::is_there(&names, self.masters) {
                let Names { field, table, name } = names;
                self.error(field, format!("there is no {} {name}: correct it, or load it too", table.slug()));
            }
        }
    }

    fn rules(&mut self, row: &Row) {
        for company in companies(row).into_iter().filter(|company| self.masters.sites_of(&[company]).is_empty()) {
            let rule = format!("no site is of the company {company}, so nobody gets it: is the name right?");
            self.warn(if row.table() == Table::FiscalYear { "companies" } else { "company" }, rule);
        }
        match row {
            Row::Settings(row) => self.settings(row),
            Row::Warehouse(row) => {
                let site = row.site.as_ref().filter(|site| self.masters.settings(site).is_none());
                if let Some(site) = site {
                    self.warn("site", format!("the site {site} has no settings: is the name right?"));
                }
            }
            Row::Item(row) => self.item(row),
            Row::PriceList(row) => {
                self.currency(row.currency.as_str());
                if !row.selling && !row.buying {
                    self.warn("selling", "the list is for neither sales nor purchases: set selling or buying to 1");
                }
            }
            Row::ItemPrice(row) => self.price(row),
            Row::TaxTemplate(row) => self.taxes(row),
            Row::ItemTaxTemplate(row) => self.item_taxes(row),
            Row::Period(row) if row.end_date < row.start_date => {
                self.error("end_date", "it is before start_date: correct one")
            }
            Row::FiscalYear(row) if row.year_end_date < row.year_start_date => {
                self.error("year_end_date", "it is before year_start_date: correct one");
            }
            Row::Bom(row) => self.bom(row),
            Row::WorkOrder(row) => self.work_order(row),
            Row::SalesOrderRow(row) => self.sales_order(row),
            Row::OpenInvoice(OpenInvoice { outstanding_amount, .. }) => {
                self.at_least_0("outstanding_amount", *outstanding_amount)
            }
            Row::Level(row) => self.level(row),
            Row::Transit(row) => self.transit(row),
            Row::Employee(row) => {
                if let Some(user) = row.user_id.as_ref().filter(|user| self.masters.user(user.as_str()).is_none()) {
                    self.warn("user_id", format!("there is no user {user}: they cannot log in"));
                }
            }
            Row::User(row) => self.user(row),
            Row::Batch(row) if self.masters.item(row.item.as_str()).is_some_and(|item| !item.has_batch_no) => {
                self.error("item", "the item has no batches: set its has_batch_no to 1, or take the batch out");
            }
            _ => {}
        }
    }

    fn at_least_0(&mut self, field: impl Into<String>, value: Decimal) {
        if value.is_negative() {
            self.error(field, format!("{value} is below 0: correct it"));
        }
    }

    fn above_0(&mut self, field: impl Into<String>, value: Decimal) {
        if value <= Decimal::ZERO {
            self.error(field, format!("{value} is not above 0: correct it"));
        }
    }

    fn currency(&mut self, code: &str) {
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.error("currency", format!("{code:?} is no currency: write three capital letters, like IDR"));
        }
    }

    fn settings(&mut self, row: &Settings) {
        self.currency(row.currency.as_str());
        if row.currency_precision > MAX_PRECISION {
            self.error("currency_precision", format!("it is more than {MAX_PRECISION}, which the books do not keep"));
        }
        if let Some(coin) = row.smallest_currency_fraction_value {
            self.at_least_0("smallest_currency_fraction_value", coin);
        }
        if let Some(percent) = row.approvals.discount_over_percent
            && (percent.is_negative() || percent > Decimal::from(100))
        {
            self.error("approvals.discount_over_percent", "it is no percentage: write 0 to 100");
        }
        for (field, list, selling) in [
            ("selling_price_list", &row.selling_price_list, true),
            ("buying_price_list", &row.buying_price_list, false),
        ] {
            let Some(list) = list.as_ref().and_then(|list| self.masters.price_list(list.as_str())) else { continue };
            if !(if selling { list.selling } else { list.buying }) {
                self.error(field, "the list is not for this: set selling or buying of it to 1, or name another");
            }
            if list.currency != row.currency {
                self.error(
                    field,
                    format!("its prices are in {}, the books in {}: name another list", list.currency, row.currency),
                );
            }
        }
    }

    fn item(&mut self, row: &Item) {
        for (number, unit) in row.uoms.iter().enumerate() {
            self.above_0(format!("uoms[{number}].conversion_factor"), unit.conversion_factor);
            if unit.uom == row.stock_uom && unit.conversion_factor != Decimal::from(1) {
                self.error(format!("uoms[{number}].conversion_factor"), "it is the item's own unit: the factor is 1");
            }
            if row.uoms[..number].iter().any(|before| before.uom == unit.uom) {
                self.error(format!("uoms[{number}].uom"), "the unit stands twice: take one out");
            }
        }
        for (number, code) in row.barcodes.iter().enumerate() {
            if let Some(uom) = code.uom.as_ref().filter(|uom| !has_unit(row, uom.as_str())) {
                self.error(format!("barcodes[{number}].uom"), format!("{uom} is no unit of the item: add it to uoms"));
            }
        }
        if !row.is_stock_item && (row.has_batch_no || row.has_serial_no) {
            let field = if row.has_batch_no { "has_batch_no" } else { "has_serial_no" };
            self.error(field, "an item without stock has none: set is_stock_item to 1, or this to 0");
        }
    }

    fn price(&mut self, row: &ItemPrice) {
        self.at_least_0("price_list_rate", row.price_list_rate);
        if let (Some(from), Some(upto)) = (row.valid_from, row.valid_upto)
            && upto < from
        {
            self.error("valid_upto", "it is before valid_from: correct one");
        }
        if let Some(item) = self.masters.item(row.item_code.as_str())
            && !has_unit(item, row.uom.as_str())
        {
            self.error("uom", format!("{} is no unit of the item: add it to the item's uoms", row.uom));
        }
    }

    fn taxes(&mut self, row: &TaxTemplate) {
        if let Err(invalid) = totals::check_taxes(&row.taxes) {
            self.error(invalid.field, invalid.rule);
        }
        let of_a_purchase = |tax: &TaxRule| tax.category.is_some() || tax.add_deduct_tax.is_some();
        if let Some(number) = row.taxes.iter().position(of_a_purchase).filter(|_| !row.buying) {
            let rule = "only purchases have a category or deduct: leave both out, or set buying";
            self.error(format!("taxes[{number}]"), rule);
        }
    }

    fn item_taxes(&mut self, row: &ItemTaxTemplate) {
        if row.taxes.is_empty() {
            self.error("taxes", "there is no rate: name at least one account with its rate, 0 for none");
        }
        if row.taxes.len() > MAX_TAXES {
            let rule =
                format!("{} accounts are more than the {MAX_TAXES} that taxes can have rows of", row.taxes.len());
            self.error("taxes", format!("{rule}: take some out"));
        }
        for (number, tax) in row.taxes.iter().enumerate() {
            if row.taxes[..number].iter().any(|before| before.tax_type == tax.tax_type) {
                self.error(format!("taxes[{number}].tax_type"), "the account stands twice: take one out");
            }
        }
    }

    fn bom(&mut self, row: &Bom) {
        self.above_0("quantity", row.quantity);
        if row.items.is_empty() {
            self.error("items", "nothing goes in: name at least one item");
        }
        for (list, lines) in [("items", &row.items), ("scrap_items", &row.scrap_items)] {
            for (number, line) in lines.iter().enumerate() {
                self.above_0(format!("{list}[{number}].stock_qty"), line.stock_qty);
            }
        }
    }

    fn work_order(&mut self, row: &WorkOrder) {
        self.above_0("qty", row.qty);
        self.at_least_0("produced_qty", row.produced_qty);
        for (number, line) in row.required_items.iter().enumerate() {
            self.above_0(format!("required_items[{number}].required_qty"), line.required_qty);
        }
        if self.masters.bom(row.bom_no.as_str()).is_some_and(|bom| bom.item != row.production_item) {
            self.error("bom_no", format!("it does not make {}: name one that does", row.production_item));
        }
        if !row.skip_transfer && row.wip_warehouse.is_none() {
            self.error("wip_warehouse", "it is missing: name one, or set skip_transfer to 1");
        }
    }

    fn sales_order(&mut self, row: &SalesOrderRow) {
        self.at_least_0("grand_total", row.grand_total);
        if row.items.is_empty() {
            self.error("items", "nothing is ordered: name at least one item");
        }
        let mut names = BTreeSet::new();
        for (number, line) in row.items.iter().enumerate() {
            self.above_0(format!("items[{number}].qty"), line.qty);
            if !names.insert(&line.name) {
                self.error(format!("items[{number}].name"), "two rows of the order have this name: number them");
            }
        }
    }

    fn level(&mut self, row: &Level) {
        if self.masters.item(row.item_code.as_str()).is_some_and(|item| !item.is_stock_item) {
            self.error("item_code", "the item has no stock: set its is_stock_item to 1, or take the level out");
        }
        if self.masters.warehouse(row.warehouse.as_str()).is_some_and(|warehouse| warehouse.site.is_none()) {
            self.warn("warehouse", "it belongs to no site, so that no workshop gets this level");
        }
    }

    fn transit(&mut self, row: &Transit) {
        if self.masters.warehouse(row.warehouse.as_str()).is_some_and(|warehouse| !warehouse.is_transit) {
            self.error("warehouse", "it is no transit warehouse: name one, or set its is_transit to 1");
        }
        if row.from.as_ref() == Some(&row.to) {
            self.error("to", "it goes where it comes from: correct one");
        }
        let mut names = BTreeSet::new();
        for (number, line) in row.items.iter().enumerate() {
            self.above_0(format!("items[{number}].qty"), line.qty);
            if !names.insert(&line.name) {
                self.error(format!("items[{number}].name"), "two rows of the transfer have this name: number them");
            }
        }
    }

    fn user(&mut self, row: &User) {
        for (number, role) in row.roles.iter().enumerate() {
            if self.masters.permissions_of(role.as_str()).next().is_none() {
                self.warn(
                    format!("roles[{number}]"),
                    format!("the role {role} may do nothing: give it rows of the table permission"),
                );
            }
        }
        for site in row.sites.iter().filter(|site| self.masters.settings(site).is_none()) {
            self.warn("sites", format!("the site {site} has no settings: is the name right?"));
        }
    }
}

fn has_unit(item: &Item, uom: &str) -> bool {
    item.stock_uom.as_str() == uom || item.uoms.iter().any(|unit| unit.uom.as_str() == uom)
}

/// The office answers while it hashes, but not for an hour.
fn clear(plan: &Plan<'_>, report: &mut Report) {
    let mut so_far = 0;
    let past = plan.files.rows.iter().find(|found| {
        so_far += found.secrets.clear();
        so_far > MAX_CLEAR
    });
    if let Some(found) = past {
        report.error(
            plan.files.at(found),
            format!("more than {MAX_CLEAR} PINs and badges in clear: load the file in parts"),
        );
    }
}

/// A code that stands for two items finds the wrong one.
fn barcodes(plan: &Plan<'_>, report: &mut Report) {
    let mut of = BTreeMap::new();
    for item in plan.after.items() {
        for code in &item.barcodes {
            of.entry(code.barcode.as_str()).or_insert_with(Vec::new).push(item.item_code.as_str());
        }
    }
    for found in &plan.files.rows {
        let Row::Item(item) = &found.row else { continue };
        for (number, code) in item.barcodes.iter().enumerate() {
            let Some(items) = of.get(code.barcode.as_str()).filter(|items| items.len() > 1) else { continue };
            let other = items.iter().find(|other| **other != item.item_code.as_str());
            let rule = match other {
                Some(other) => format!("{} stands for {other} too: take one out", code.barcode),
                None => format!("{} stands twice: take one out", code.barcode),
            };
            report.error(plan.files.at(found).field(format!("barcodes[{number}].barcode")), rule);
        }
    }
}

/// A site's own id names one customer or supplier.
fn ids(plan: &Plan<'_>, report: &mut Report) {
    let mut customers = BTreeMap::new();
    let mut suppliers = BTreeMap::new();
    plan.after.customers().filter_map(|row| row.outpost_id).for_each(|id| *customers.entry(id).or_insert(0) += 1);
    plan.after.suppliers().filter_map(|row| row.outpost_id).for_each(|id| *suppliers.entry(id).or_insert(0) += 1);
    for found in &plan.files.rows {
        let (id, counts) = match &found.row {
            Row::Customer(row) => (row.outpost_id, &customers),
            Row::Supplier(row) => (row.outpost_id, &suppliers),
            _ => continue,
        };
        if id.and_then(|id| counts.get(&id)).is_some_and(|count: &i32| *count > 1) {
            report.error(plan.files.at(found).field("outpost_id"), "another has the same id: take it out of one");
        }
    }
}

/// One default each.
fn defaults(plan: &Plan<'_>, report: &mut Report) {
    for found in &plan.files.rows {
        let double = match &found.row {
            Row::Bom(row) if row.is_default => plan
                .after
                .boms_of(row.item.as_str())
                .filter(|other| other.is_default && other.company == row.company)
                .nth(1)
                .map(|_| "bill of materials of the item"),
            Row::TaxTemplate(row) if row.is_default => {
                let same = |other: &&TaxTemplate| {
                    (other.is_default, other.buying, &other.company) == (true, row.buying, &row.company)
                };
                plan.after.tax_templates().filter(same).nth(1).map(|_| "template")
            }
            _ => None,
        };
        if let Some(what) = double {
            let rule = format!("another {what} is the default too: leave one");
            report.error(plan.files.at(found).field("is_default"), rule);
        }
    }
}

/// Nothing is made of itself.
fn circles(plan: &Plan<'_>, report: &mut Report) {
    for circle in graph::circles(&plan.after).into_iter().take(MAX_PROBLEMS) {
        let in_it: BTreeSet<&str> = circle.iter().copied().collect();
        let closes = |row: &Row| match row {
            Row::Bom(bom) => {
                in_it.contains(bom.item.as_str())
                    && bom.items.iter().any(|line| in_it.contains(line.item_code.as_str()))
            }
            _ => false,
        };
        let found = plan.files.rows.iter().find(|found| closes(&found.row));
        let at = found.map_or(At::file("the office's rows"), |found| plan.files.at(found));
        let way = circle.iter().chain(circle.first()).copied().collect::<Vec<_>>().join(" of ");
        let rule = format!("a bill of materials goes in a circle, {way}: take one of them out");
        // What was there before is no fault of these files.
        match found {
            Some(_) => report.error(at.field("items"), rule),
            None => report.warn(at, rule),
        }
    }
}

/// What rows that stay name of those that go.
fn left_behind(plan: &Plan<'_>, report: &mut Report) {
    let gone: BTreeSet<(Table, &str)> = plan.deleted.iter().map(|key| (key.table, &*key.name)).collect();
    if gone.is_empty() {
        return;
    }
    for row in plan.after.iter() {
        let key = row.key();
        if plan.places.contains_key(&key) {
            continue;
        }
        for names in graph::names(&row) {
            if gone.contains(&(names.table, names.name.as_str())) && !graph::is_there(&names, &plan.after) {
                let name = key.name.replace(crate::domain::master::PART, " / ");
                let rule = format!(
                    "{} {name} still names the {} {}, which is deleted",
                    key.table.slug(),
                    names.table.slug(),
                    names.name
                );
                report.warn(At::file("the office's rows").field(names.field), rule);
            }
        }
    }
}
