//! The guard: whether it is there, whether ERPNext runs it, when each site's link was last written.
//!
//! The connector sees the links, and warehouses; scripts are for an administrator's key.

use super::super::finding::Findings;
use super::super::guard::{SWITCH_ON, are_on};
use super::super::meta::{Meta, get, text};
use super::books::Books;
use crate::client::{Client, Failure};
use crate::guard::{ANSWER, ASK, ASKABLE, LINK, Mode, Script, is_too_wide, scripts};
use crate::map::Settings;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const PLACE: &str = "guard";
const INSTALL: &str = "Install it with `outpost office erpnext setup --guard`, or take [guard] out of erpnext.toml.";

/// What the connector sees.
pub(super) fn of_connector(books: &Books<'_>, settings: &Settings, roles: &[String], findings: &mut Findings) {
    let meta = match Meta::read(books.client, LINK) {
        // What is not there nobody may read.
        Err(failure @ Failure::Refused { .. }) if failure.is("PermissionError") || failure.is("DoesNotExistError") => {
            None
        }
        answer => match findings.answer(PLACE, answer) {
            Some(meta) => Some(meta),
            None => return,
        },
    };
    match (meta, &settings.guard) {
        (None, None) => findings.ok(PLACE, "not installed"),
        (None, Some(_)) => {
            findings.error(PLACE, format!("ERPNext has no {LINK}, or the connector may not read it"), INSTALL)
        }
        (Some(_), None) => {
            let remedy = "Write [guard] in erpnext.toml, or take it out of ERPNext with `setup --no-guard`.";
            let found = "it is in ERPNext, and no office writes there whom it hears: what is submitted for a workshop's warehouse is refused";
            findings.error(PLACE, found, remedy);
        }
        (Some(meta), Some(_)) => {
            if !["read", "write", "create"].iter().all(|right| meta.allows(roles, right)) {
                let remedy = "Give Stock Manager read, write and create there in ERPNext's Role Permissions Manager.";
                findings.error(PLACE, format!("the connector may not write {LINK}"), remedy);
                return;
            }
            writers(&meta, findings);
            for site in settings.sites.keys() {
                link(books, site.as_str(), findings);
            }
            asking(books, findings);
        }
    }
}

/// Who may write the links beside the office.
fn writers(meta: &Meta, findings: &mut Findings) {
    let roles: BTreeSet<&str> =
        meta.permissions().filter(|row| is_too_wide(row)).map(|row| text(row, "role")).collect();
    if !roles.is_empty() {
        let roles: Vec<&str> = roles.into_iter().collect();
        let found = format!("{} may write, delete or share {LINK}, and count as the office then", roles.join(", "));
        let remedy =
            "Run `setup --guard` again; where it stays so, take that away in ERPNext's Role Permissions Manager.";
        findings.error(format!("{PLACE}.{LINK}"), found, remedy);
    }
}

/// Whether people can ask a workshop's box from a draft.
fn asking(books: &Books<'_>, findings: &mut Findings) {
    let mut without = Vec::new();
    for doctype in ASKABLE {
        let Some(meta) = findings.answer(PLACE, Meta::read(books.client, doctype)) else { return };
        if [ASK, ANSWER].iter().any(|field| meta.field(field).is_none()) {
            without.push(doctype);
        }
    }
    let place = format!("{PLACE}.{ASK}");
    match without.first() {
        None => findings.ok(place, "drafts can be ticked, and the workshop's box is asked"),
        Some(_) if without.len() == ASKABLE.len() => {
            findings.ok(
                place,
                "no draft can be ticked: what is for a workshop is refused while its link is down, and nobody is asked",
            );
        }
        Some(doctype) => {
            let told = format!("{} of {} doctypes cannot be asked for, {doctype} first", without.len(), ASKABLE.len());
            findings.warning(place, told, "Run `setup --guard` again.");
        }
    }
}

/// One site's link, and whether there is anything to guard.
fn link(books: &Books<'_>, site: &str, findings: &mut Findings) {
    let place = format!("{PLACE}.{site}");
    let asked = books.list("Warehouse", &["name"], vec![json!(["outpost_site", "=", site])]);
    let Some(warehouses) = findings.answer(&place, asked) else { return };
    if warehouses.is_empty() {
        let remedy = "Write the site's name into Outpost Site of its warehouses in ERPNext.";
        findings.warning(place, "no warehouse in ERPNext is said to be its, so nothing of it is guarded", remedy);
        return;
    }
    let asked = books.list(LINK, &["name", "heard", "modified"], vec![json!(["name", "=", site])]);
    let Some(links) = findings.answer(&place, asked) else { return };
    match links.first() {
        Some(link) => {
            let (heard, modified) = (text(link, "heard"), text(link, "modified"));
            findings.ok(place, format!("heard {heard}, written {modified}, for {} warehouses", warehouses.len()));
        }
        None => {
            let remedy = "It is written while the workshop's line is up: has its box ever been heard?";
            findings.warning(
                place,
                "its link was never written, so what is submitted for it in ERPNext is refused",
                remedy,
            );
        }
    }
}

/// What an administrator sees.
pub(super) fn of_all(admin: &Client, findings: &mut Findings) {
    let mut found = BTreeMap::new();
    for script in scripts(Mode::Asking) {
        match get(admin, "Server Script", &script.to_string()) {
            Ok(there) => drop(found.insert(script.to_string(), there)),
            Err(failure) if failure.is("PermissionError") => {
                findings.ok(PLACE, "its scripts are not looked at: only a Script Manager's key reads them");
                return;
            }
            Err(failure) => {
                findings.answer::<()>(PLACE, Err(failure));
                return;
            }
        }
    }
    if found.values().all(Option::is_none) {
        return findings.ok(PLACE, "it has no scripts in ERPNext");
    }
    let Some(on) = findings.answer(PLACE, are_on(admin)) else { return };
    if on == Some(false) {
        let place = format!("{PLACE}.server_script_enabled");
        let remedy = format!("{SWITCH_ON}. Or take the guard away: `setup --no-guard`.");
        findings.error(
            place,
            "Server Scripts are switched off: ERPNext refuses each document that the guard looks at",
            remedy,
        );
    }
    let broken = |mode: Mode| -> Vec<Script> {
        let is_broken = |script: &Script| {
            let there = found.get(&script.to_string()).and_then(Option::as_ref);
            there.is_none_or(|there| !script.is_whole(there))
        };
        scripts(mode).filter(is_broken).collect()
    };
    // Which of the two was wished for is what most of them are.
    let both = [Mode::Asking, Mode::WhileDown].map(|mode| (mode, broken(mode)));
    let (mode, broken) = both.into_iter().min_by_key(|(_, broken)| broken.len()).unwrap_or_default();
    let count = scripts(mode).count();
    let (when, again) = match mode {
        Mode::WhileDown => {
            ("they refuse while a workshop's link is down", "Run `setup --guard --only-while-down` again.")
        }
        Mode::Asking => ("they refuse always, and a tick has the workshop's box asked", "Run `setup --guard` again."),
    };
    match broken.first() {
        None => findings.ok(PLACE, format!("its {count} scripts are as they were made: {when}")),
        Some(Script { doctype, .. }) => {
            let told =
                format!("{} of its {count} scripts are missing, disabled or changed, of {doctype} first", broken.len());
            findings.warning(PLACE, told, again);
        }
    }
}
