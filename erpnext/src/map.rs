//! What a site's documents need to know of ERPNext that they do not say themselves: `erpnext.toml` in the office's directory.
//!
//! Names that are the same in ERPNext and at the workshop, as they are where master data comes from ERPNext, need no line.

use jiff::civil::Date;
use outpost_core::domain::id::SiteId;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The longest pause between two looks: a week.
const LONGEST_S: u64 = 7 * 24 * 3600;

/// A pause between two words on a site that is too long: the guard's patience is 300 s, and one word may be late.
const LONGEST_GUARD_S: u64 = 121;

/// A pause between two looks for drafts that is too long: a person waits for the answer.
const LONGEST_ASKS_S: u64 = 3600;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where ERPNext is: `https://books.example`.
    pub url: String,
    /// A PEM file with the CA of its certificate; the usual ones where absent.
    #[serde(default)]
    pub ca_file: Option<std::path::PathBuf>,
    /// Master data comes from ERPNext as well; where absent it comes from files.
    #[serde(default)]
    pub master_data: Option<MasterData>,
    /// The office says in ERPNext which workshops it hears; where absent it does not.
    #[serde(default)]
    pub guard: Option<Guard>,
    /// Each site that is posted.
    #[serde(default)]
    pub sites: BTreeMap<SiteId, SiteMap>,
}

impl Settings {
    /// What of it cannot be: the setting, the rule, the remedy.
    pub fn contradiction(&self) -> Option<String> {
        if let Some(Guard { every_s, asks_every_s }) = self.guard {
            let limits = [("every_s", every_s, LONGEST_GUARD_S - 1), ("asks_every_s", asks_every_s, LONGEST_ASKS_S)];
            let wrong = limits.into_iter().find(|(_, seconds, longest)| *seconds == 0 || seconds > longest);
            if let Some((setting, seconds, longest)) = wrong {
                return Some(format!("guard.{setting} = {seconds}: it is from 1 to {longest} seconds"));
            }
        }
        let own = self.master_data.as_ref()?;
        for (setting, seconds) in [("changes_every_s", own.changes_every_s), ("stock_every_s", own.stock_every_s)] {
            if seconds == 0 || seconds > LONGEST_S {
                return Some(format!("master_data.{setting} = {seconds}: it is from 1 to {LONGEST_S} seconds"));
            }
        }
        let mapped = self.sites.iter().find(|(_, map)| map.has_names_of_its_own());
        mapped.map(|(site, _)| {
            format!(
                "sites.{site} maps names, and with [master_data] the workshop has ERPNext's names: take the maps out, or [master_data]"
            )
        })
    }
}

impl Settings {
    /// The companies whose master data comes from ERPNext: the usual one, and those of sites. Empty where it does not come from there.
    pub fn companies(&self) -> BTreeSet<&str> {
        let Some(own) = &self.master_data else { return BTreeSet::new() };
        let of_sites = self.sites.values().filter_map(|map| map.company.as_deref());
        of_sites.chain([own.company.as_str()]).collect()
    }

    /// The company of whose master data a site has its own, by what its settings say (`said`): that of its section, else the one that its
    /// settings name, else the usual one. None where it does not come from ERPNext, and for a site that has no section and whose settings
    /// name none of the companies.
    pub fn company_of<'a>(&'a self, site: &SiteId, said: Option<&str>) -> Option<&'a str> {
        let own = self.master_data.as_ref()?;
        let section = self.sites.get(site);
        let said = || said.and_then(|said| self.companies().get(said).copied());
        section.and_then(|map| map.company.as_deref()).or_else(said).or_else(|| section.map(|_| own.company.as_str()))
    }
}

/// The guard in ERPNext, which refuses what is for a workshop that the office does not hear.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Seconds between two words on a site.
    #[serde(default = "a_minute")]
    pub every_s: u64,
    /// Seconds between two looks for drafts of which a workshop's box is to be asked.
    #[serde(default = "five_seconds")]
    pub asks_every_s: u64,
}

/// Master data out of ERPNext.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterData {
    /// ERPNext's name of the usual company: that of sites that name no other.
    pub company: String,
    /// Seconds between two looks at what has changed.
    #[serde(default = "a_minute")]
    pub changes_every_s: u64,
    /// Seconds between two looks at a site's stock.
    #[serde(default = "five_minutes")]
    pub stock_every_s: u64,
    /// Whose a warehouse is, where its field `outpost_site` does not say.
    #[serde(default)]
    pub warehouses: BTreeMap<String, SiteId>,
}

fn a_minute() -> u64 {
    60
}

fn five_seconds() -> u64 {
    5
}

fn five_minutes() -> u64 {
    300
}

/// One site.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteMap {
    /// ERPNext's company; that of the site's settings where absent.
    pub company: Option<String>,
    /// The cost center of its rows; the company's own where absent.
    pub cost_center: Option<String>,
    /// The POS Profile of sales that are paid at once; none where absent.
    pub pos_profile: Option<String>,
    /// The workshop's time zone, IANA's name: `Asia/Jakarta`; ERPNext's own where absent.
    pub time_zone: Option<String>,
    /// The first day whose documents are posted; all are where absent.
    pub from: Option<Date>,
    /// How documents are named.
    pub naming: Naming,
    /// What is done with a document of a day that the books have closed.
    pub closed_period: ClosedPeriod,
    /// The workshop's name of a warehouse → ERPNext's.
    pub warehouses: BTreeMap<String, String>,
    /// The workshop's mode of payment → ERPNext's.
    pub modes_of_payment: BTreeMap<String, String>,
    /// The workshop's name of an account → ERPNext's.
    pub accounts: BTreeMap<String, String>,
    /// The workshop's list of prices → ERPNext's.
    pub price_lists: BTreeMap<String, String>,
}

/// How documents are named in ERPNext. Their number on paper stands in a field of its own in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// By ERPNext's own series.
    #[default]
    Erpnext,
    /// By a series of the site: `BDG-SI-.#####`.
    Site,
    /// By the number on paper, where the law needs it (API v2).
    Number,
}

/// What is done with a document of a day that the books have closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedPeriod {
    /// It is held, and a person decides.
    #[default]
    Hold,
    /// It is posted on the first open day after it, with the true date in a field of its own.
    FirstOpenDay,
}

impl SiteMap {
    fn has_names_of_its_own(&self) -> bool {
        [&self.warehouses, &self.modes_of_payment, &self.accounts, &self.price_lists].iter().any(|map| !map.is_empty())
    }

    /// ERPNext's name of a workshop's name; the same where the map has none.
    pub fn name<'a>(map: &'a BTreeMap<String, String>, name: &'a str) -> &'a str {
        map.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Of two sections, of which the second names this company.
    fn settings(solo: &str) -> Settings {
        let sites = json!({ "bandung": {}, "solo": { "company": solo } });
        let own = json!({ "company": "Tailor Works" });
        serde_json::from_value(json!({ "url": "https://books.example", "master_data": own, "sites": sites })).unwrap()
    }

    #[test]
    fn a_site_is_of_the_company_of_its_section_else_of_its_settings_else_of_the_usual_one() {
        let settings = settings("Cutter Works");
        assert_eq!(settings.companies(), ["Cutter Works", "Tailor Works"].into());
        let of = |site: &str, said| settings.company_of(&site.parse().unwrap(), said);
        assert_eq!(of("bandung", None), Some("Tailor Works"));
        assert_eq!(of("bandung", Some("Cutter Works")), Some("Cutter Works"));
        assert_eq!(of("bandung", Some("Weaver Works")), Some("Tailor Works"), "no company of the office's");
        assert_eq!(of("solo", Some("Tailor Works")), Some("Cutter Works"), "its section goes before");
        assert_eq!(of("garut", Some("Cutter Works")), Some("Cutter Works"), "one that is not posted");
        assert_eq!((of("garut", None), of("garut", Some("Weaver Works"))), (None, None));
    }

    #[test]
    fn an_office_of_one_company_has_the_sites_that_it_always_had() {
        let settings = settings("Tailor Works");
        assert_eq!(settings.companies(), ["Tailor Works"].into());
        let of = |site: &str, said| settings.company_of(&site.parse().unwrap(), said).is_some();
        assert!(of("bandung", None) && of("bandung", Some("Tailor")) && of("solo", None));
        assert!(of("garut", Some("Tailor Works")) && !of("garut", Some("Tailor")) && !of("garut", None));
    }
    #[test]
    fn a_link_is_written_each_1_to_120_seconds_and_drafts_are_looked_for_each_1_to_3600() {
        let said = |guard: serde_json::Value| {
            let settings = json!({ "url": "https://books.example", "guard": guard });
            serde_json::from_value::<Settings>(settings).unwrap().contradiction()
        };
        for seconds in [1, 60, 120] {
            assert_eq!(said(json!({ "every_s": seconds })), None);
        }
        for seconds in [0, 121] {
            let told = said(json!({ "every_s": seconds })).unwrap();
            assert_eq!(told, format!("guard.every_s = {seconds}: it is from 1 to 120 seconds"));
        }
        for seconds in [1, 5, 3_600] {
            assert_eq!(said(json!({ "asks_every_s": seconds })), None);
        }
        for seconds in [0, 3_601] {
            let told = said(json!({ "asks_every_s": seconds })).unwrap();
            assert_eq!(told, format!("guard.asks_every_s = {seconds}: it is from 1 to 3600 seconds"));
        }
    }
}
