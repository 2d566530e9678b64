//! ERPNext itself: whether it answers, which version, in which time zone, to whom.

use super::super::finding::Findings;
use super::super::meta::{roles_of, text, who};
use super::super::roles::NEVER;
use super::super::status::versions;
use crate::client::{Client, Failure};
use crate::map::Settings;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

/// The version that everything was tried with.
const TRIED: &str = "15";

/// What is known of it.
pub(super) struct Server {
    /// The connector's roles.
    pub(super) roles: Vec<String>,
    /// Today, as ERPNext has it.
    pub(super) today: Date,
}

/// Looks. Nothing where looking any further is of no use.
pub(super) fn look(client: &Client, settings: &Settings, findings: &mut Findings) -> Option<Server> {
    let address = settings.url.strip_prefix("http://");
    match address
        .filter(|host| !host.starts_with("127.") && !host.starts_with("localhost") && !host.starts_with("[::1]"))
    {
        Some(_) => {
            let remedy = "Whoever is between reads the key: use https, with `ca_file` for a certificate of your own.";
            findings.warning("url", format!("{} is not encrypted", settings.url), remedy);
        }
        None => findings.ok("url", settings.url.clone()),
    }
    let user = match who(client) {
        Ok(user) => user,
        Err(failure) => {
            unreachable(failure, findings);
            return None;
        }
    };
    findings.ok("erpnext", "it answers");
    let roles = findings.answer("key", roles_of(client, &user))?;
    match NEVER.iter().find(|role| roles.iter().any(|own| own == *role) || user == **role) {
        Some(role) => findings.error(
            "key",
            format!("it is {user}'s, who is {role}: whoever reads the key file can do anything in ERPNext"),
            "Let setup make a user of its own for the connector.",
        ),
        None => findings.ok("key", format!("it is {user}'s")),
    }
    version(client, findings);
    let zone = findings.answer("time_zone", client.call("frappe.client.get_time_zone", &json!({})))?;
    let name = text(&zone, "time_zone");
    let zone = match TimeZone::get(name) {
        Ok(zone) => {
            findings.ok("time_zone", format!("ERPNext's is {name}"));
            zone
        }
        Err(_) => {
            let remedy = "Choose one of IANA's names, like Asia/Jakarta, in ERPNext's System Settings.";
            findings.error("time_zone", format!("ERPNext's is {name:?}, which is not known"), remedy);
            TimeZone::UTC
        }
    };
    Some(Server { roles, today: zone.to_datetime(Timestamp::now()).date() })
}

fn unreachable(failure: Failure, findings: &mut Findings) {
    match failure {
        Failure::Denied(_) => {
            findings.error("key", failure.to_string(), "Have a new key made: run setup with `new_key`.");
        }
        failure if failure.is("PermissionError") => {
            let remedy = "Let setup make the connector's user and its key.";
            findings.error("key", format!("it is nobody's: {failure}"), remedy);
        }
        failure => {
            let remedy =
                "Is the address in erpnext.toml right, does ERPNext run, and does a browser reach it from here?";
            findings.error("erpnext", failure.to_string(), remedy);
        }
    }
}

fn version(client: &Client, findings: &mut Findings) {
    let (erpnext, frappe) = match versions(client) {
        Ok(versions) => versions,
        Err(failure) => {
            let remedy = format!("See that it is {TRIED}: in ERPNext, Help, About.");
            findings.warning("version", format!("it is not told: {failure}"), remedy);
            return;
        }
    };
    let Some(erpnext) = erpnext else {
        let remedy = "Is it ERPNext that answers there? Frappe alone keeps no books.";
        findings.error("version", "ERPNext is not installed there", remedy);
        return;
    };
    let found = format!("ERPNext {erpnext}, Frappe {}", frappe.as_deref().unwrap_or("of an unknown version"));
    let tried = |version: &str| version.split('.').next() == Some(TRIED);
    if tried(&erpnext) && frappe.as_deref().is_none_or(tried) {
        findings.ok("version", found);
    } else {
        let remedy = format!("Outpost was tried with version {TRIED}: try it on a copy of these books first.");
        findings.warning("version", found, remedy);
    }
}
