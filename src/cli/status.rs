//! `outpost status`: how a running box or office is, in words.

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
    match value["role"].as_str() {
        Some("office") => office(&value),
        _ => a_box(&value),
    }
    Ok(())
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

fn a_box(value: &Value) {
    let line = &value["line"];
    println!("{} (box)", text(&value["box"]["site"]));
    println!("  fingerprint      {}", text(&value["fingerprint"]));
    match value["box"]["recording"].as_bool() {
        Some(true) => println!("  records          taken; {} so far", text(&value["records"])),
        _ => println!("  records          REFUSED: {}", text(&value["box"]["reason"])),
    }
    println!("  line             {}", road(&line["road"]));
    println!("  office           {}", if line["office_answers"] == true { "answers" } else { "does not answer" });
    if line["refused"].is_string() {
        println!("  REFUSED          {}", text(&line["refused"]));
    }
    println!("  office heard     {}", ago(&line["office_heard_s_ago"]));
    println!("  waiting          {} records that the office does not have yet", text(&value["waiting"]));
    for stick in value["sticks"].as_array().into_iter().flatten() {
        println!("  stick            {}: {}", text(&stick["name"]), stick_says(stick));
    }
    println!("  this month       {} bytes on the line, about", text(&line["bytes_this_month"]));
    println!("  time             {} (from: {})", text(&value["time"]), text(&value["box"]["time_from"]));
    println!("  free             {} MB", text(&value["free_mb"]));
    if value["box"]["warning"].is_string() {
        println!("  WARNING          {}", text(&value["box"]["warning"]));
    }
    views(value);
    notices(value, "  ");
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

fn office(value: &Value) {
    println!("office");
    println!("  {:<24} {:<16} {:>9} {:>9} {:>9} {:>9}", "site", "heard", "records", "documents", "to come", "missing");
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
        println!(
            "  {:<24} {:<16} {:>9} {:>9} {:>9} {:>9}",
            text(&site["site"]),
            heard,
            text(&site["records"]),
            text(&site["documents"]),
            text(&site["to_come"]),
            text(&site["missing"]),
        );
        let told = &site["condition"];
        if told.is_object() {
            let free = told["free_mb"].as_u64().map_or("not known".into(), |free| format!("{free} MB"));
            let ahead = told["clock"]["ahead_s"].as_i64().filter(|ahead| ahead.abs() >= CLOCK_OFF_S);
            let clock = ahead.map_or(String::new(), |ahead| format!(", ITS CLOCK IS {} s OFF", ahead));
            println!(
                "    version {}, {free} free, {} bytes this month, time from {}{clock}",
                text(&told["version"]),
                text(&told["bytes_this_month"]),
                text(&told["clock"]["from"]),
            );
        }
        for gap in site["gaps"].as_array().unwrap_or(&none) {
            println!("    missing: {}", text(gap));
        }
        if site["envelopes_rejected"].as_u64().unwrap_or(0) > 0 {
            println!(
                "    rejected: {} envelopes, the last: {}",
                text(&site["envelopes_rejected"]),
                text(&site["last_rejection"])
            );
        }
        if site["compare"].is_string() {
            let (name, fingerprint) = (text(&site["site"]), text(&site["compare"]));
            println!("    compare fingerprints: {fingerprint}");
            println!("      if the box shows the same: outpost office confirm {name} {fingerprint}");
        }
        if site["letters_used_up"] == true {
            println!(
                "    NUMBERS: there is no letter left for a restored box: its numbers may repeat those of another"
            );
        }
        if site["quarantined"].as_u64().unwrap_or(0) > 0 {
            let (name, count) = (text(&site["site"]), text(&site["quarantined"]));
            println!("    in quarantine: {count} envelopes: outpost office quarantine list {name}");
        }
        if site["turned_away"].as_u64().unwrap_or(0) > 0 {
            println!(
                "    NOT KEPT: {} envelopes under keys that count no more: {}",
                text(&site["turned_away"]),
                text(&site["last_turned_away"])
            );
        }
        notices(site, "    ");
    }
    carried.iter().for_each(|line| println!("{line}"));
    for stick in value["sticks"].as_array().unwrap_or(&none) {
        println!("  stick {}: {}", text(&stick["name"]), stick_says(stick));
    }
    for expected in value["expected"].as_array().unwrap_or(&none) {
        println!("  {:<24} expected: its box has not come yet", text(expected));
    }
    for unserved in value["unserved"].as_array().unwrap_or(&none) {
        println!("  NOT SERVED: {}: see the office's log; it is tried again every half minute", text(unserved));
    }
    if value["strangers"].as_u64().unwrap_or(0) > 0 {
        println!("  {} envelopes came from nobody who is known here", text(&value["strangers"]));
    }
    println!("  free: {} MB", text(&value["free_mb"]));
    views(value);
}

fn views(value: &Value) {
    let views = &value["views"];
    if views["building"] == true {
        println!("  views            being built: {} of {}", text(&views["done"]), text(&views["total"]));
    }
}

fn notices(value: &Value, indent: &str) {
    for notice in value["notices"].as_array().into_iter().flatten() {
        println!("{indent}notice: {}", text(notice));
    }
}
