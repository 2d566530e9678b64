//! What of a site's settings ERPNext decides: the company, its currency, and how that is rounded.
//!
//! In: each company, its currency. Out: the row of each site. All else in it is the office's own, and stays as it is.

use super::known::Known;
use super::rows::Doc;
use super::source::Source;
use super::{Came, Scope};
use crate::client::{Failure, Query};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Text;
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Approvals, Row, RowKey, Settings, Shortage, Table};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What ERPNext says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) company: Text,
    pub(super) currency: Text,
    /// Not everybody may read it.
    pub(super) precision: Option<u8>,
    pub(super) smallest: Decimal,
}

/// Reads them for all sites.
pub(super) fn step(source: &dyn Source, known: &dyn Known, scope: &Scope, came: &mut Came) -> Result<(), Failure> {
    let asked = json!({ "doctype": "System Settings", "fieldname": "[\"currency_precision\", \"number_format\"]" });
    let system = match source.call("frappe.client.get_value", &asked) {
        Err(Failure::Refused { .. }) => Value::Null,
        answer => answer?,
    };
    let mut all = Vec::new();
    for (company, sites) in &scope.companies {
        match of_company(source, company, &system) {
            Ok(Ok(facts)) => all.push((facts, sites)),
            Ok(Err(why)) => came.told.push(format!("the settings of {company}: {why}")),
            // One that is not there keeps no other from its own.
            Err(Failure::Refused { words, .. }) if scope.is_several() => {
                came.told.push(format!("the settings of {company}: ERPNext refuses them ({words})"));
            }
            Err(failure) => return Err(failure),
        }
    }
    // The office's own part is looked at last: somebody may write it while ERPNext is asked.
    let there = |site: &SiteId| known.row(&RowKey { table: Table::Settings, name: site.as_str().into() });
    for (facts, sites) in &all {
        came.rows.extend(sites.iter().map(|site| Row::Settings(of_site(site, facts, there(site)))));
    }
    Ok(())
}

/// Asks for a company and its currency.
fn of_company(source: &dyn Source, company: &str, system: &Value) -> Result<Result<Facts, String>, Failure> {
    let company = source.get("Company", company)?;
    let currency = Doc { fields: &company, with: &BTreeMap::new() }.str("default_currency").to_owned();
    let query = Query {
        fields: &["name", "smallest_currency_fraction_value"],
        filters: vec![json!(["name", "=", currency])],
        page: 1,
        ..Query::default()
    };
    let currencies = source.list("Currency", &query)?;
    Ok(facts(&company, currencies.first().unwrap_or(&Value::Null), system))
}

/// What ERPNext's answers say: pure.
pub(super) fn facts(company: &Value, currency: &Value, system: &Value) -> Result<Facts, String> {
    let none = BTreeMap::new();
    let read = |fields| Doc { fields, with: &none };
    let given = read(system).number("currency_precision").ok().filter(|digits| !digits.is_zero());
    let precision = given.and_then(|digits| digits.to_string().parse().ok());
    Ok(Facts {
        company: read(company).text("name")?,
        currency: read(company).text("default_currency")?,
        precision: precision.or_else(|| digits_of(read(system).str("number_format"))),
        smallest: read(currency).number("smallest_currency_fraction_value")?,
    })
}

/// The digits after the point in one of ERPNext's forms of numbers.
fn digits_of(format: &str) -> Option<u8> {
    match format {
        "" => None,
        "#,###" | "#.###" => Some(0),
        "#,###.###" => Some(3),
        _ => Some(2),
    }
}

/// A site's settings, with what ERPNext says. An office that rounds nothing goes on so.
pub(super) fn of_site(site: &SiteId, facts: &Facts, there: Option<Row>) -> Settings {
    let before = match there {
        Some(Row::Settings(row)) => row,
        _ => Settings {
            site: site.clone(),
            company: facts.company.clone(),
            currency: facts.currency.clone(),
            currency_precision: 2,
            smallest_currency_fraction_value: Some(facts.smallest),
            number_prefix: None,
            shortage: Shortage::default(),
            approvals: Approvals::default(),
            walk_in_customer: None,
            selling_price_list: None,
            buying_price_list: None,
            till_difference_account: None,
        },
    };
    Settings {
        company: facts.company.clone(),
        currency: facts.currency.clone(),
        currency_precision: facts.precision.unwrap_or(before.currency_precision),
        smallest_currency_fraction_value: before.smallest_currency_fraction_value.map(|_| facts.smallest),
        ..before
    }
}
