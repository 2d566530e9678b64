//! What is read for whom: the companies, and the sites of each.

use outpost_core::domain::document::Text;
use outpost_core::domain::id::SiteId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is read for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// ERPNext's name of the usual company, one of `companies`.
    pub company: String,
    /// Each company, by ERPNext's name, with its sites. A site is of one.
    pub companies: BTreeMap<String, Vec<SiteId>>,
    /// Whose a warehouse is, where ERPNext's own field `outpost_site` does not say.
    pub warehouses: BTreeMap<String, SiteId>,
}

impl Scope {
    /// There is more than one company, so that rows say whose they are.
    pub(super) fn is_several(&self) -> bool {
        self.companies.len() > 1
    }

    /// The condition that a document is of one of them.
    pub(super) fn filter(&self) -> Value {
        if self.is_several() {
            json!(["company", "in", self.companies.keys().collect::<Vec<_>>()])
        } else {
            json!(["company", "=", self.company])
        }
    }

    /// What a row of a company says of it.
    pub(super) fn said(&self, company: &str) -> Result<Option<Text>, String> {
        let said = self.is_several().then(|| Text::try_from(company).map_err(|why| format!("company: {why}")));
        said.transpose()
    }

    /// The company that a site is of, where it is of any.
    pub(super) fn company_of(&self, site: &SiteId) -> Option<&str> {
        self.companies.iter().find(|(_, sites)| sites.contains(site)).map(|(company, _)| company.as_str())
    }

    /// Their names, for people: `the company X`, `any of the companies X, Y`.
    pub(super) fn named(&self) -> String {
        match self.is_several() {
            false => format!("the company {}", self.company),
            true => {
                let names: Vec<&str> = self.companies.keys().map(String::as_str).collect();
                format!("any of the companies {}", names.join(", "))
            }
        }
    }
}
