//! `outpost status`: how a running box or office is, in words.

mod erpnext;

use crate::control::{self, Ask};
use crate::domain::id::IntentId;
use anyhow::Context;
use serde_json::Value;
use std::path::Path;

pub(super) fn status(dir: &Path, document: Option<uuid::Uuid>, json: bool) -> anyhow::Result<()> {
    let ask = match document {
        Some(id) => Ask::Document { id: IntentId(id) },
        None => Ask::Status,
    };
    let mut answer = Vec::new();
    control::ask(dir, &ask, &mut answer)?;
    let value: Value = serde_json::from_slice(&answer).context("the answer is cut off: ask again")?;
    if json || document.is_some() {
        println!("{}", serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    words(&value).iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// What a person is told of it, line by line.
fn words(value: &Value) -> Vec<String> {
    let mut said = Vec::new();
    match value["role"].as_str() {
        Some("office") => office(value, &mut said),
        _ => a_box(value, &mut said),
    }
    said
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".into(),
        other => other.to_string(),
    }
}

fn ago(seconds: &Value) -> String {
    let Some(seconds) = seconds.as_u64() else { return "not since the start".into() };
    match seconds {
        0..=119 => format!("{seconds} s ago"),
        120..=7199 => format!("{} min ago", seconds / 60),
        7200..=172_799 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn a_box(value: &Value, said: &mut Vec<String>) {
    let line = &value["line"];
    said.push(format!("{} (box)", text(&value["box"]["site"])));
    said.push(format!("  fingerprint      {}", text(&value["fingerprint"])));
    match value["box"]["recording"].as_bool() {
        Some(true) => said.push(format!("  records          taken; {} so far", text(&value["records"]))),
        _ => said.push(format!("  records          REFUSED: {}", text(&value["box"]["reason"]))),
    }
    said.push(format!("  line             {}", road(&line["road"])));
    said.push(format!(
        "  office           {}",
        if line["office_answers"] == true { "answers" } else { "does not answer" }
    ));
    if line["refused"].is_string() {
        said.push(format!("  REFUSED          {}", text(&line["refused"])));
    }
    said.push(format!("  office heard     {}", ago(&line["office_heard_s_ago"])));
    said.push(format!("  waiting          {} records that the office does not have yet", text(&value["waiting"])));
    said.push(format!("  master data      {}", master_data(&value["master"])));
    for stick in value["sticks"].as_array().into_iter().flatten() {
        said.push(format!("  stick            {}: {}", text(&stick["name"]), stick_says(stick)));
    }
    said.push(format!("  this month       {} bytes on the line, about", text(&line["bytes_this_month"])));
    said.push(format!("  time             {} (from: {})", text(&value["time"]), text(&value["box"]["time_from"])));
    said.push(format!("  free             {} MB", text(&value["free_mb"])));
    if value["box"]["warning"].is_string() {
        said.push(format!("  WARNING          {}", text(&value["box"]["warning"])));
    }
    views(value, said);
    notices(value, "  ", said);
}

fn master_data(master: &Value) -> String {
    if !master.is_object() {
        return "none here: the line is just starting, or the disk refuses them".into();
    }
    let (rows, version) = (text(&master["rows"]), text(&master["version"]));
    let whole = if master["complete"] == true { "complete" } else { "NOT COMPLETE YET" };
    let unread = match master["unread"].as_u64() {
        Some(0) | None => String::new(),
        Some(unread) => format!("; {unread} that this version cannot read: update the box"),
    };
    format!("{rows} rows, version {version}, {whole}{unread}")
}

fn stick_says(stick: &Value) -> String {
    let progress = &stick["progress"];
    match stick["state"].as_str() {
        Some("working") if progress["seconds_left"].is_u64() => format!(
            "{}: {} of {}, {} s left",
            text(&progress["doing"]),
            text(&progress["done"]),
            text(&progress["total"]),
            text(&progress["seconds_left"])
        ),
        Some("problem") => format!("LOOK: {}", text(&stick["word"])),
        Some("may_pull") if !stick["word"].is_string() => "it may be pulled".into(),
        _ => text(&stick["word"]),
    }
}

fn road(road: &Value) -> String {
    match road["state"].as_str() {
        Some("up") => format!("up for {} s", text(&road["for_s"])),
        Some("down") => format!("down for {} s: {}", text(&road["for_s"]), text(&road["why"])),
        _ => text(&road["state"]),
    }
}

/// By how many seconds a box's clock may be off before that is said: what a bad line takes is no fault of a clock.
const CLOCK_OFF_S: i64 = 120;

fn office(value: &Value, said: &mut Vec<String>) {
    said.push("office".into());
    said.push(format!(
        "  {:<24} {:<16} {:>9} {:>9} {:>9} {:>9}",
        "site", "heard", "records", "documents", "to come", "missing"
    ));
    let (none, mut carried) = (Vec::new(), Vec::new());
    let sites = value["sites"].as_array().unwrap_or(&none);
    for site in sites {
        if site["carried"].is_string() {
            carried.push(format!("  {}: by stick last at {}", text(&site["site"]), text(&site["carried"])));
        }
        let heard = match site["heard_s_ago"].is_u64() {
            true => ago(&site["heard_s_ago"]),
            false => text(&site["heard"]),
        };
        said.push(format!(
            "  {:<24} {:<16} {:>9} {:>9} {:>9} {:>9}",
            text(&site["site"]),
            heard,
            text(&site["records"]),
            text(&site["documents"]),
            text(&site["to_come"]),
            text(&site["missing"]),
        ));
        let told = &site["condition"];
        if told.is_object() {
            let free = told["free_mb"].as_u64().map_or("not known".into(), |free| format!("{free} MB"));
            let ahead = told["clock"]["ahead_s"].as_i64().filter(|ahead| ahead.abs() >= CLOCK_OFF_S);
            let clock = ahead.map_or(String::new(), |ahead| format!(", ITS CLOCK IS {} s OFF", ahead));
            said.push(format!(
                "    version {}, {free} free, {} bytes this month, time from {}{clock}",
                text(&told["version"]),
                text(&told["bytes_this_month"]),
                text(&told["clock"]["from"]),
            ));
        }
        for gap in site["gaps"].as_array().unwrap_or(&none) {
            said.push(format!("    missing: {}", text(gap)));
        }
        if site["envelopes_rejected"].as_u64().unwrap_or(0) > 0 {
            said.push(format!(
                "    rejected: {} envelopes, the last: {}",
                text(&site["envelopes_rejected"]),
                text(&site["last_rejection"])
            ));
        }
        if site["unreadable"].as_u64().unwrap_or(0) > 0 {
            let count = text(&site["unreadable"]);
            said.push(format!(
                "    NOT READ: {count} records that this version cannot read, of a newer box: update the office"
            ));
        }
        if site["compare"].is_string() {
            let (name, fingerprint) = (text(&site["site"]), text(&site["compare"]));
            said.push(format!("    compare fingerprints: {fingerprint}"));
            said.push(format!("      if the box shows the same: outpost office confirm {name} {fingerprint}"));
        }
        if site["letters_used_up"] == true {
            let word =
                "    NUMBERS: there is no letter left for a restored box: its numbers may repeat those of another";
            said.push(word.into());
        }
        if site["quarantined"].as_u64().unwrap_or(0) > 0 {
            let (name, count) = (text(&site["site"]), text(&site["quarantined"]));
            said.push(format!("    in quarantine: {count} envelopes: outpost office quarantine list {name}"));
        }
        if site["turned_away"].as_u64().unwrap_or(0) > 0 {
            said.push(format!(
                "    NOT KEPT: {} envelopes under keys that count no more: {}",
                text(&site["turned_away"]),
                text(&site["last_turned_away"])
            ));
        }
        notices(site, "    ", said);
    }
    said.append(&mut carried);
    for stick in value["sticks"].as_array().unwrap_or(&none) {
        said.push(format!("  stick {}: {}", text(&stick["name"]), stick_says(stick)));
    }
    for expected in value["expected"].as_array().unwrap_or(&none) {
        said.push(format!("  {:<24} expected: its box has not come yet", text(expected)));
    }
    for unserved in value["unserved"].as_array().unwrap_or(&none) {
        said.push(format!(
            "  NOT SERVED: {}: see the office's log; it is tried again every half minute",
            text(unserved)
        ));
    }
    if value["strangers"].as_u64().unwrap_or(0) > 0 {
        said.push(format!("  {} envelopes came from nobody who is known here", text(&value["strangers"])));
    }
    erpnext::lines(&value["erpnext"], said);
    said.push(format!("  free: {} MB", text(&value["free_mb"])));
    views(value, said);
}

fn views(value: &Value, said: &mut Vec<String>) {
    let views = &value["views"];
    if views["building"] == true {
        said.push(format!("  views            being built: {} of {}", text(&views["done"]), text(&views["total"])));
    }
}

fn notices(value: &Value, indent: &str, said: &mut Vec<String>) {
    for notice in value["notices"].as_array().into_iter().flatten() {
        said.push(format!("{indent}notice: {}", text(notice)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn office_with(erpnext: &Value) -> Vec<String> {
        words(&json!({ "role": "office", "sites": [], "free_mb": 9_000, "erpnext": erpnext }))
    }

    #[test]
    fn an_office_says_how_each_site_is_posted_what_reading_left_out_and_whom_the_guard_hears() {
        let posting = json!({
            "posted": 12, "held": 2, "to_read": 3, "trying": null, "trouble": "connection refused",
            "stock_read": "2026-11-27T10:00:00Z", "stock_trouble": null, "from": "2026-11-01", "before": 5, "goes_in": 17,
        });
        let quiet = json!({
            "posted": 0, "held": 0, "to_read": 0, "trying": null, "trouble": null, "stock_read": null,
            "stock_trouble": "Bin: no answer", "from": null, "before": 0, "goes_in": 0,
        });
        let said = office_with(&json!({
            "url": "https://books.example",
            "version": { "erpnext": "15.72.1", "frappe": null, "changed": "ERPNext was 15.71.0 and is 15.72.1: look" },
            "sites": { "bandung": posting, "garut": quiet, "solo": null },
            "master_data": {
                "reading": "Item", "rounds": 1, "finished": "2026-11-27T09:59:00Z", "changed": 40,
                "trouble": "it answers 502", "told": ["BOM-1: one", "BOM-2: two", "BOM-3: three", "BOM-4: four", "BOM-5: five"],
            },
            "guard": {
                "sites": {
                    "bandung": { "up": true, "written": "2026-11-27T09:59:00Z" },
                    "garut": { "up": true, "written": null },
                    "solo": { "up": false, "written": "2026-11-26T09:59:00Z" },
                },
                "trouble": "Outpost Link: not permitted",
                "drafts": { "undecided": 4, "trouble": "Stock Entry MAT-1: closed" },
            },
        }));
        let expected = [
            "  ERPNext https://books.example",
            "    UPDATED: ERPNext was 15.71.0 and is 15.72.1: look",
            "    bandung: 12 posted since the start, 3 waiting, 2 HELD: outpost office held list bandung; 5 of before 2026-11-01 go in no more; \
             stock read at 2026-11-27T10:00:00Z",
            "      TROUBLE: connection refused",
            "    garut: 0 posted since the start, 0 waiting, none held",
            "      STOCK IS NOT READ: Bin: no answer",
            "    solo: not posted yet: its box has not come, or the office has just started",
            "    master data: all that had changed was read at 2026-11-27T09:59:00Z; now at Item; 40 rows changed since the start",
            "      TROUBLE: it answers 502",
            "      left out, or to be looked at: BOM-1: one",
            "      left out, or to be looked at: BOM-2: two",
            "      left out, or to be looked at: BOM-3: three",
            "      and 2 more: outpost status --json",
            "    guard, links up: bandung; up and not yet written: garut; down: solo",
            "      TROUBLE: Outpost Link: not permitted",
            "    drafts that boxes are asked of: 4 undecided",
            "      TROUBLE: Stock Entry MAT-1: closed",
        ];
        let begin = said.iter().position(|line| line.starts_with("  ERPNext")).unwrap();
        assert_eq!(said[begin..begin + expected.len()], expected);
        assert_eq!(said[begin + expected.len()..], ["  free: 9000 MB"]);
    }

    #[test]
    fn an_office_says_what_of_a_newer_box_it_cannot_read() {
        let said = |unreadable| {
            words(&json!({ "role": "office", "sites": [{ "site": "bandung", "unreadable": unreadable }] })).concat()
        };
        assert!(said(3).contains("NOT READ: 3 records that this version cannot read"));
        assert!(!said(0).contains("NOT READ"));
    }

    #[test]
    fn an_office_without_erpnext_says_nothing_of_it_and_one_with_wrong_settings_why_nothing_is_posted() {
        assert!(!office_with(&Value::Null).concat().contains("ERPNext"));
        let said = office_with(&json!({ "error": "erpnext.toml: unknown field `ulr`" }));
        assert!(
            said.contains(&"  ERPNext: NOTHING IS POSTED: erpnext.toml: unknown field `ulr`".to_owned()),
            "{said:?}"
        );
    }

    #[test]
    fn a_box_says_how_much_master_data_it_has_and_whether_that_is_all() {
        let said = |master: Value| {
            let said = words(&json!({ "role": "box", "master": master }));
            said.into_iter().find(|line| line.starts_with("  master data ")).unwrap()
        };
        let whole = said(json!({ "rows": 812, "unread": 0, "version": 815, "complete": true }));
        assert_eq!(whole, "  master data      812 rows, version 815, complete");
        let part = said(json!({ "rows": 40, "unread": 2, "version": 41, "complete": false }));
        assert_eq!(
            part,
            "  master data      40 rows, version 41, NOT COMPLETE YET; 2 that this version cannot read: update the box"
        );
        assert!(said(Value::Null).contains("none here"));
    }
}
