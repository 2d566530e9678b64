//! A look at everything in ERPNext that a document would be held for, or booked wrongly by, later.
//!
//! In: a connection, `erpnext.toml`, the office's master data. Out: [`Finding`]s, the good ones too. Nothing is changed.
//!
//! `server` is ERPNext itself and the key, `rights` the custom fields and what the connector may do, `surplus` roles that it does not need,
//! `prefixes` whether numbers on paper tell sites apart, `site` each site's names, `money` what a site pays with and prices in, `maps` what
//! else its maps name, `profile` what ERPNext puts over a sale that is paid at once, `master` what comes down, `settings`
//! what is set for all, `frozen` who may post into a frozen day, `narrowed` whether the connector is shown all, `credit` who passes a credit
//! limit, `guard` the guard, `workflow` whether people approve in ERPNext what is posted.

mod books;
mod credit;
mod frozen;
mod guard;
mod maps;
mod master;
mod money;
mod narrowed;
mod prefixes;
mod profile;
mod rights;
mod server;
mod settings;
mod site;
mod surplus;
mod workflow;

use super::finding::{Finding, Findings};
use crate::client::Client;
use crate::map::Settings;
use books::Books;
use outpost_core::domain::master::Masters;
use std::sync::Arc;

/// Looks with the connector's key.
pub fn check(client: &Client, settings: &Settings, masters: &Masters) -> Vec<Finding> {
    let mut findings = Findings::default();
    let Some(server) = server::look(client, settings, &mut findings) else { return findings.0 };
    rights::look(client, &server.roles, &mut findings);
    let mut books = Books::new(client);
    settings::of_connector(&books, &server.roles, settings, masters, &mut findings);
    if let Some(own) = &settings.master_data {
        master::look(&mut books, (settings, own), masters, &mut findings);
    }
    guard::of_connector(&books, settings, &server.roles, &mut findings);
    if settings.sites.is_empty() {
        let remedy = "Give each workshop that is to be posted a section [sites.NAME] in erpnext.toml.";
        findings.warning("sites", "no site is posted", remedy);
    }
    prefixes::look(settings, masters, &mut findings);
    let all = Arc::new(masters.clone());
    for (site, map) in &settings.sites {
        let masters = all.of_site(site);
        let about = site::About { site, map, masters: &masters, server: &server };
        site::look(&mut books, &about, &mut findings);
    }
    findings.0
}

/// Looks with an administrator's key whether something narrows what ERPNext shows the connector, whose own key is `own`.
pub fn check_sight(admin: &Client, own: &Client) -> Vec<Finding> {
    let mut findings = Findings::default();
    narrowed::look(admin, own, &mut findings);
    findings.0
}

/// Looks with an administrator's key at what the connector may not read: how ERPNext rounds, how it names customers, who approves.
pub fn check_settings(admin: &Client, settings: &Settings, masters: &Masters) -> Vec<Finding> {
    let mut findings = Findings::default();
    settings::of_all(&Books::new(admin), settings, masters, &mut findings);
    guard::of_all(admin, &mut findings);
    workflow::look(admin, &mut findings);
    findings.0
}
