//! What `outpost status` says of ERPNext at an office: how each site is posted, how master data is read, whom the guard hears.
//!
//! In: `erpnext` of the office's status, which `--json` shows whole. Out: a few lines each; nothing where the office has no ERPNext.

use super::text;
use serde_json::Value;

/// What was found while reading and is named: the rest is counted.
const NAMED: usize = 3;

pub(super) fn lines(erpnext: &Value, said: &mut Vec<String>) {
    if erpnext["error"].is_string() {
        said.push(format!("  ERPNext: NOTHING IS POSTED: {}", text(&erpnext["error"])));
        return;
    }
    if erpnext.is_null() {
        return;
    }
    said.push(format!("  ERPNext {}", text(&erpnext["url"])));
    trouble_of(&erpnext["version"]["changed"], "UPDATED", "    ", said);
    for (site, posting) in erpnext["sites"].as_object().into_iter().flatten() {
        said.push(format!("    {site}: {}", posted(site, posting)));
        for (trouble, what) in [("trouble", "TROUBLE"), ("stock_trouble", "STOCK IS NOT READ")] {
            trouble_of(&posting[trouble], what, "      ", said);
        }
    }
    if erpnext["master_data"].is_object() {
        master_data(&erpnext["master_data"], said);
    }
    if erpnext["guard"].is_object() {
        guard(&erpnext["guard"], said);
    }
}

fn posted(site: &str, posting: &Value) -> String {
    if !posting["posted"].is_u64() {
        return "not posted yet: its box has not come, or the office has just started".into();
    }
    let (posted, to_read) = (text(&posting["posted"]), text(&posting["to_read"]));
    let mut words = format!("{posted} posted since the start, {to_read} waiting");
    words += &match posting["held"].as_u64() {
        Some(0) | None => ", none held".into(),
        Some(held) => format!(", {held} HELD: outpost office held list {site}"),
    };
    if posting["from"].is_string() {
        words += &format!("; {} of before {} go in no more", text(&posting["before"]), text(&posting["from"]));
    }
    if posting["stock_read"].is_string() {
        words += &format!("; stock read at {}", text(&posting["stock_read"]));
    }
    words
}

fn master_data(reading: &Value, said: &mut Vec<String>) {
    let finished = match reading["finished"].is_string() {
        true => format!("all that had changed was read at {}", text(&reading["finished"])),
        false => "no round has ended since the start".into(),
    };
    let now = match reading["reading"].is_string() {
        true => format!("; now at {}", text(&reading["reading"])),
        false => String::new(),
    };
    said.push(format!("    master data: {finished}{now}; {} rows changed since the start", text(&reading["changed"])));
    trouble_of(&reading["trouble"], "TROUBLE", "      ", said);
    let told = reading["told"].as_array().map_or(&[][..], Vec::as_slice);
    said.extend(told.iter().take(NAMED).map(|words| format!("      left out, or to be looked at: {}", text(words))));
    if told.len() > NAMED {
        said.push(format!("      and {} more: outpost status --json", told.len() - NAMED));
    }
}

fn guard(guard: &Value, said: &mut Vec<String>) {
    let (mut up, mut unwritten, mut down) = (Vec::new(), Vec::new(), Vec::new());
    for (site, link) in guard["sites"].as_object().into_iter().flatten() {
        match (link["up"] == true, link["written"].is_string()) {
            (true, true) => up.push(site.as_str()),
            (true, false) => unwritten.push(site.as_str()),
            (false, _) => down.push(site.as_str()),
        }
    }
    let links = [("up", up), ("up and not yet written", unwritten), ("down", down)];
    let links: Vec<_> = links.iter().filter(|(_, sites)| !sites.is_empty()).collect();
    let links = links.iter().map(|(how, sites)| format!("{how}: {}", sites.join(", "))).collect::<Vec<_>>();
    said.push(format!("    guard, links {}", if links.is_empty() { "of no site".into() } else { links.join("; ") }));
    trouble_of(&guard["trouble"], "TROUBLE", "      ", said);
    if guard["drafts"].is_object() {
        said.push(format!("    drafts that boxes are asked of: {} undecided", text(&guard["drafts"]["undecided"])));
        trouble_of(&guard["drafts"]["trouble"], "TROUBLE", "      ", said);
    }
}

fn trouble_of(trouble: &Value, what: &str, indent: &str, said: &mut Vec<String>) {
    if trouble.is_string() {
        said.push(format!("{indent}{what}: {}", text(trouble)));
    }
}
