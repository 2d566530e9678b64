//! Rows of an office whose sites are of several companies in the books: whose a row is, and what a site has of them.
//!
//! In: a row, and the settings of the sites, which say of which company each is. Out: the sites of a company, a mode's account there, and the
//! rows as a site has them. A row that names no company is everybody's, and all rows are in an office of one company. Absent: how a row
//! comes to its company.

use super::{Masters, ModeOfPayment, Row, RowKey, Table, Warehouse};
use crate::domain::document::Text;
use crate::domain::id::SiteId;
use std::sync::Arc;

/// Tables whose rows may be of companies.
pub const OF_COMPANIES: [Table; 12] = [
    Table::Warehouse,
    Table::Account,
    Table::ModeOfPayment,
    Table::TaxTemplate,
    Table::ItemTaxTemplate,
    Table::Period,
    Table::FiscalYear,
    Table::Bom,
    Table::SalesOrderRow,
    Table::OpenInvoice,
    Table::Employee,
    Table::Project,
];

/// The companies whose a row is; none where it is every site's.
pub fn companies(row: &Row) -> Vec<&Text> {
    let one = match row {
        Row::Warehouse(row) => &row.company,
        Row::Account(row) => &row.company,
        Row::TaxTemplate(row) => &row.company,
        Row::ItemTaxTemplate(row) => &row.company,
        Row::Period(row) => &row.company,
        Row::Bom(row) => &row.company,
        Row::SalesOrderRow(row) => &row.company,
        Row::OpenInvoice(row) => &row.company,
        Row::Employee(row) => &row.company,
        Row::Project(row) => &row.company,
        Row::ModeOfPayment(row) => return row.accounts.iter().map(|account| &account.company).collect(),
        Row::FiscalYear(row) => return row.companies.iter().collect(),
        _ => return Vec::new(),
    };
    one.iter().collect()
}

impl Masters {
    /// The company that a site is of.
    pub fn company(&self, site: &SiteId) -> Option<&Text> {
        self.settings(site).map(|settings| &settings.company)
    }

    /// Whose a warehouse is: nobody's where that site is of another company.
    pub fn owner<'a>(&self, warehouse: &'a Warehouse) -> Option<&'a SiteId> {
        let fits = |site: &&SiteId| warehouse.company.as_ref().is_none_or(|own| self.company(site) == Some(own));
        warehouse.site.as_ref().filter(fits)
    }

    /// The account that a site books a mode of payment on; none where its company has none.
    pub fn account_of<'a>(&self, mode: &'a ModeOfPayment, site: &SiteId) -> Option<&'a Text> {
        if mode.accounts.is_empty() {
            return Some(&mode.default_account);
        }
        let company = self.company(site)?;
        mode.accounts.iter().find(|account| account.company == *company).map(|account| &account.default_account)
    }

    /// The rows as a site has them: without those of companies that it is not of.
    pub fn of_site(self: &Arc<Self>, site: &SiteId) -> Arc<Self> {
        let others = self.of_others(site);
        if others.is_empty() {
            return Arc::clone(self);
        }
        let mut own = Self::clone(self);
        for key in &others {
            own.delete(key);
        }
        Arc::new(own)
    }

    fn of_others(&self, site: &SiteId) -> Vec<RowKey> {
        let company = self.company(site);
        let of_another = |row: &Row| {
            let companies = companies(row);
            !companies.is_empty() && company.is_none_or(|own| !companies.contains(&own))
        };
        OF_COMPANIES.iter().flat_map(|table| self.rows(*table)).filter(of_another).map(|row| row.key()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::{Audience, affected, audience};
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn row(table: Table, fields: Value) -> Row {
        Row::deserialize_as(table, fields).unwrap()
    }

    fn settings(site: &str, company: &str) -> Row {
        row(Table::Settings, json!({"site": site, "company": company, "currency": "IDR"}))
    }

    /// Bandung and Bogor are of one company, Solo is of another.
    fn house() -> Masters {
        let mut masters = Masters::default();
        for (site, company) in [("bandung", "Tailor Works"), ("bogor", "Tailor Works"), ("solo", "Cutter Works")] {
            masters.put(settings(site, company));
        }
        for (name, site, company) in [
            ("Bandung - TW", Some("bandung"), "Tailor Works"),
            ("Stores - TW", None, "Tailor Works"),
            ("Solo - CW", Some("solo"), "Cutter Works"),
            ("Lost - CW", Some("bogor"), "Cutter Works"),
        ] {
            masters.put(row(Table::Warehouse, json!({"name": name, "site": site, "company": company})));
        }
        masters
    }

    fn cash() -> Row {
        let accounts = json!([{"company": "Cutter Works", "default_account": "Cash - CW"},
            {"company": "Tailor Works", "default_account": "Cash - TW"}]);
        row(
            Table::ModeOfPayment,
            json!({"mode_of_payment": "Cash", "default_account": "Cash - TW", "accounts": accounts}),
        )
    }

    fn only(sites: &[&str]) -> Audience {
        Audience::Sites(sites.iter().map(|site| site.parse().unwrap()).collect())
    }

    /// One of each table, of the second company.
    fn theirs() -> Vec<Row> {
        let company = "Cutter Works";
        vec![
            row(Table::Warehouse, json!({"name": "Stores - CW", "company": company})),
            row(Table::Account, json!({"name": "Cash - CW", "company": company})),
            row(Table::TaxTemplate, json!({"name": "PPN - CW", "taxes": [], "company": company})),
            row(Table::ItemTaxTemplate, json!({"name": "Free - CW", "taxes": [], "company": company})),
            row(
                Table::Period,
                json!({"period_name": "Oct - CW", "start_date": "2026-10-01", "end_date": "2026-10-31",
                    "closed_documents": [], "company": company}),
            ),
            row(
                Table::FiscalYear,
                json!({"year": "2026-27", "year_start_date": "2026-04-01", "year_end_date": "2027-03-31",
                    "companies": [company]}),
            ),
            row(Table::Bom, json!({"name": "BOM-1", "item": "SHIRT", "quantity": 1, "items": [], "company": company})),
            row(
                Table::SalesOrderRow,
                json!({"order": "SO-1", "customer": "Bu Sari", "grand_total": 1, "company": company, "items": [
                    {"name": "1", "item_code": "SHIRT", "qty": 1, "uom": "Nos", "rate": 1}]}),
            ),
            row(
                Table::OpenInvoice,
                json!({"invoice": "SI-1", "party": "Bu Sari", "posting_date": "2026-11-01", "outstanding_amount": 1,
                    "company": company}),
            ),
            row(Table::Employee, json!({"name": "HR-1", "employee_name": "Joko", "company": company})),
            row(Table::Project, json!({"name": "PROJ-1", "project_name": "Suit", "company": company})),
            row(
                Table::ModeOfPayment,
                json!({"mode_of_payment": "Till", "default_account": "Cash - CW",
                    "accounts": [{"company": company, "default_account": "Cash - CW"}]}),
            ),
        ]
    }

    #[test]
    fn a_row_of_a_company_goes_to_its_sites_alone_and_is_there_for_nobody_else() {
        let mut masters = house();
        assert_eq!(theirs().iter().map(Row::table).collect::<BTreeSet<_>>(), OF_COMPANIES.into());
        for row in theirs() {
            assert_eq!(audience(&row, &masters), only(&["solo"]), "{row:?}");
            masters.put(row);
        }
        let masters = Arc::new(masters);
        let (bogor, solo) = (masters.of_site(&"bogor".parse().unwrap()), masters.of_site(&"solo".parse().unwrap()));
        for row in theirs() {
            assert!(bogor.get(&row.key()).is_none() && solo.get(&row.key()).is_some(), "{row:?}");
        }
        assert!(bogor.warehouse("Bandung - TW").is_some() && solo.warehouse("Bandung - TW").is_none());
    }

    #[test]
    fn rows_of_no_company_are_every_site_s_and_make_no_copy() {
        let mut masters = Masters::default();
        masters.put(settings("bandung", "Tailor Works"));
        let account = row(Table::Account, json!({"name": "Cash - TW"}));
        assert_eq!(audience(&account, &masters), Audience::All);
        masters.put(account);
        let masters = Arc::new(masters);
        for site in ["bandung", "nowhere"] {
            assert!(Arc::ptr_eq(&masters.of_site(&site.parse().unwrap()), &masters));
        }
    }

    #[test]
    fn a_warehouse_that_is_said_to_be_a_site_s_of_another_company_is_nobody_s() {
        let masters = house();
        let level = |at: &str| {
            row(Table::Level, json!({"item_code": "SHIRT", "warehouse": at, "actual_qty": 1, "included": 0}))
        };
        assert_eq!(audience(&level("Solo - CW"), &masters), only(&["solo"]));
        assert_eq!(audience(&level("Lost - CW"), &masters), only(&[]));
    }

    #[test]
    fn a_mode_of_payment_has_the_account_of_the_site_s_company() {
        let mut masters = house();
        let Row::ModeOfPayment(cash) = cash() else { panic!("another table") };
        let of = |masters: &Masters, site: &str| masters.account_of(&cash, &site.parse().unwrap()).map(Text::to_string);
        assert_eq!(of(&masters, "bandung").as_deref(), Some("Cash - TW"));
        assert_eq!(of(&masters, "solo").as_deref(), Some("Cash - CW"));
        masters.put(settings("garut", "Weaver Works"));
        assert_eq!(of(&masters, "garut"), None, "its company has none");
        let plain = ModeOfPayment { accounts: Vec::new(), ..cash.clone() };
        assert_eq!(masters.account_of(&plain, &"garut".parse().unwrap()), Some(&plain.default_account));
    }

    #[test]
    fn a_site_that_goes_to_another_company_takes_its_rows_along() {
        let mut masters = house();
        let level =
            row(Table::Level, json!({"item_code": "SHIRT", "warehouse": "Solo - CW", "actual_qty": 1, "included": 0}));
        masters.put(level.clone());
        masters.put(row(Table::Account, json!({"name": "Shared"})));
        let key = settings("solo", "Tailor Works").key();
        let moved = affected(&key, &masters);
        let warehouses = ["Bandung - TW", "Lost - CW", "Solo - CW", "Stores - TW"];
        let names: BTreeSet<&str> =
            moved.iter().filter(|key| key.table == Table::Warehouse).map(|key| &*key.name).collect();
        assert_eq!(names, warehouses.into());
        assert!(moved.contains(&level.key()) && moved.len() == warehouses.len() + 1, "{moved:?}");
    }
}
