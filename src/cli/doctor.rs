//! `outpost doctor`: looks at the store, the disk, the clock and the line, and says what to do.

use crate::control::{self, Ask};
use crate::files::free_mb;
use crate::journal::{Options, Own, Reader, Replica};
use crate::{office, site};
use anyhow::bail;
use serde_json::Value;
use std::path::Path;

/// What was found, line by line.
#[derive(Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    fn good(&self, what: impl std::fmt::Display) {
        println!("  ok    {what}");
    }

    fn bad(&mut self, what: impl std::fmt::Display, remedy: &str) {
        self.bad += 1;
        println!("  BAD   {what}");
        println!("        → {remedy}");
    }
}

pub(super) fn doctor(dir: &Path) -> anyhow::Result<()> {
    let is_office = dir.join(office::config::NAME).exists();
    if !is_office && !dir.join("identity.toml").exists() {
        bail!("{} is neither a box nor an office: name its directory with --dir", dir.display());
    }
    let mut findings = Findings::default();
    println!("{} in {}", if is_office { "office" } else { "box" }, dir.display());
    settings(dir, is_office, &mut findings);
    disk(dir, &mut findings);
    let mut answer = Vec::new();
    match control::ask(dir, &Ask::Status, &mut answer) {
        Ok(()) => running(&serde_json::from_slice(&answer)?, &mut findings),
        Err(control::AskError::NotRunning(_)) => {
            findings.good("nothing runs here now, so the journals are read from end to end");
            journals(dir, is_office, &mut findings)?;
        }
        Err(error) => findings.bad(format!("it runs and does not answer: {error}"), "stop it and start it again"),
    }
    clock(&mut findings);
    match findings.bad {
        0 => println!("Nothing is wrong."),
        n => bail!("{n} things need a person"),
    }
    Ok(())
}

fn settings(dir: &Path, is_office: bool, findings: &mut Findings) {
    let read = match is_office {
        true => office::config::read(dir).map(|_| ()),
        false => site::config::read(dir).map(|_| ()),
    };
    match read {
        Ok(()) => findings.good("the settings can be read"),
        Err(error) => findings.bad(error, "mend the line that it names"),
    }
}

fn disk(dir: &Path, findings: &mut Findings) {
    match free_mb(dir) {
        Some(free) if free < 256 => findings.bad(format!("only {free} MB are free"), "make room, or use a larger card"),
        Some(free) => findings.good(format!("{free} MB are free")),
        None => findings.bad("the free space cannot be read", "check that the disk is mounted"),
    }
    let probe = dir.join(".doctor");
    match crate::files::write_atomically(&probe, b"can this disk be written?", crate::files::PUBLIC) {
        Ok(()) => {
            let _ = std::fs::remove_file(&probe);
            findings.good("the disk takes and keeps what is written");
        }
        Err(error) => {
            findings
                .bad(format!("the disk refuses to be written: {error}"), "check its mount, its free space, its life");
        }
    }
}

fn running(status: &Value, findings: &mut Findings) {
    findings.good("it runs and answers (stop it to have the journals read from end to end)");
    let views = &status["views"];
    if views["doubts"].as_u64().unwrap_or(0) > 0 {
        findings.good(format!("the views were built anew {} times since the start", views["doubts"]));
    }
    if status["role"] == "box" {
        match status["box"]["recording"].as_bool() {
            Some(true) => findings.good("records are taken"),
            _ => findings.bad(format!("records are refused: {}", status["box"]["reason"]), "see the reason"),
        }
        let line = &status["line"];
        if let Some(reason) = line["refused"].as_str() {
            findings.bad(
                format!("the office does not take this box's key: {reason}"),
                "ask the office for a new enrolment (`outpost enrol --replace`), and take it; what is recorded stays",
            );
        }
        match line["office_answers"].as_bool() {
            Some(true) => findings.good("the office answers"),
            _ => findings.bad(
                format!("the office does not answer; the road: {}", line["road"]),
                "check the modem and the office; what was recorded waits safely",
            ),
        }
        if status["box"]["time_from"] == "not known" {
            findings.bad("the time is not known for certain", "connect a network or the office, or fit a clock chip");
        }
    }
    for stick in status["sticks"].as_array().into_iter().flatten().filter(|stick| stick["state"] == "problem") {
        findings.bad(format!("the stick {}: {}", stick["name"], stick["word"]), "see there; another stick may do");
    }
    for site in status["sites"].as_array().into_iter().flatten() {
        let name = site["site"].as_str().unwrap_or("?");
        if site["missing"].as_u64().unwrap_or(0) > 0 {
            findings.bad(
                format!("{name}: {} records exist and are not here: {}", site["missing"], site["gaps"]),
                "connect its box; what is on a lost card stays missing",
            );
        }
        if let Some(fingerprint) = site["compare"].as_str() {
            findings.bad(
                format!("{name}: nobody has compared the fingerprint of its box, {fingerprint}: it gets no records"),
                "call the workshop; if its box shows the same, `outpost office confirm`",
            );
        }
        if site["letters_used_up"] == true {
            findings.bad(
                format!("{name}: there is no letter left for the numbers of a restored box: they may repeat another's"),
                "enrol the workshop under a new name",
            );
        }
        if site["quarantined"].as_u64().unwrap_or(0) > 0 {
            findings.bad(
                format!("{name}: {} envelopes under keys that count no more are kept aside", site["quarantined"]),
                "`outpost office quarantine list`, then release or drop",
            );
        }
        for notice in site["notices"].as_array().into_iter().flatten() {
            findings.bad(format!("{name}: {}", notice.as_str().unwrap_or("")), "look into it with the workshop");
        }
    }
}

fn journals(dir: &Path, is_office: bool, findings: &mut Findings) -> anyhow::Result<()> {
    use crate::domain::id::SiteId;
    use crate::keys::identity::Identity;
    use crate::wire::envelope::public_of;
    let identity = Identity::load(&dir.join("identity.toml"), public_of)?;
    let store = crate::store::open(dir, &identity.site, false, 0)?;
    let options = |site: &SiteId| Options::new(site.clone(), store, |_| None);
    if !is_office {
        let paths = site::Paths::new(dir);
        verify(
            &paths.journal,
            Own::open(&paths.journal, options(&identity.site)).map(|(own, _)| own.reader()),
            findings,
        );
        let down = Replica::open(&paths.down, options(&SiteId::office())).map(|(replica, _)| replica.reader());
        verify(&paths.down, down, findings);
        return Ok(());
    }
    for entry in std::fs::read_dir(dir.join("sites"))? {
        let entry = entry?;
        let Ok(site) = entry.file_name().to_string_lossy().parse::<SiteId>() else { continue };
        let (up, down) = (entry.path().join("up"), entry.path().join("down"));
        verify(&up, Replica::open(&up, options(&site)).map(|(replica, _)| replica.reader()), findings);
        verify(&down, Own::open(&down, options(&SiteId::office())).map(|(own, _)| own.reader()), findings);
    }
    Ok(())
}

fn verify(dir: &Path, opened: Result<Reader, crate::journal::OpenError>, findings: &mut Findings) {
    let dir = dir.display();
    let verified = match opened {
        Ok(reader) => reader.verify(|_| true),
        Err(error) => return findings.bad(format!("{dir}: {error}"), "see the reason"),
    };
    match verified {
        Ok(verified) if verified.is_sound() => findings.good(format!("{dir}: every record is whole and in its chain")),
        Ok(verified) => findings.bad(
            format!("{dir}: {verified:?}"),
            "the card is failing: copy the directory to a new one; what is damaged comes back from the other side",
        ),
        Err(error) => findings.bad(format!("{dir}: {error}"), "the card is failing: copy the directory to a new one"),
    }
}

fn clock(findings: &mut Findings) {
    match board::clock::kernel_synchronised() {
        true => findings.good("the kernel's clock is set by the network"),
        false => {
            findings.good("the kernel's clock is not set by the network; the office's time is used when it answers")
        }
    }
}
