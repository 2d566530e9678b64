//! A stick's files through the desk: each sale once, whatever is brought in which order how often.

use crate::caller::Caller;
use crate::events::Listener;
use crate::pocket::{Pocket, SITE};
use crate::unpack;
use rig::town::Town;
use serde_json::json;
use std::path::PathBuf;

/// A shop that has sold on two days, the stick that it filled, and somebody at the desk.
fn filled() -> (Pocket, Caller, Vec<PathBuf>) {
    let mut pocket = Pocket::open();
    pocket.sell(20);
    pocket.visit_shop("red");
    pocket.sell(10);
    pocket.visit_shop("red");
    let files = Pocket::files(&pocket.stick("red"), "to-office");
    assert!(Pocket::parcels(&pocket.stick("red"), "to-office").len() >= 2, "{files:?}");
    let sari = Caller::at(&pocket.town.office, "sari", "work");
    (pocket, sari, files)
}

#[test]
fn the_files_of_a_stick_in_two_imports_count_once_however_often_they_are_taken_and_the_answers_reach_the_box() {
    let (mut pocket, sari, files) = filled();
    let stick = pocket.stick("red");
    let (first, second) = files.split_at(1);
    let [one, two] = [first, second].map(|files| {
        let import = sari.import();
        sari.put_files(&import, &stick, files);
        import
    });
    let taken = [&two, &one, &two, &one].map(|import| sari.take(import));
    let news: Vec<u64> = taken.iter().map(|told| told["new"].as_u64().unwrap()).collect();
    assert!(news[0] > 0 && news[1] > 0 && news[2] == 0 && news[3] == 0, "{taken:?}");
    assert_eq!((&taken[2]["known"], &taken[3]["known"]), (&taken[0]["new"], &taken[1]["new"]));
    for told in &taken {
        assert_eq!(
            (&told["state"], &told["refused"], &told["done"]),
            (&json!("done"), &json!([]), &told["files"]),
            "{told}"
        );
    }
    pocket.all_is_booked_once();

    let answers = sari.get(&format!("/api/imports/{one}/answers"));
    assert_eq!((answers.status, answers.header("content-type")), (200, Some("application/zip")), "{}", answers.head);
    assert!(answers.header("content-disposition").unwrap().contains("attachment"), "{}", answers.head);
    unpack::onto(&answers.body, &stick);
    let said = pocket.visit_shop("red");
    assert!(said["word"].as_str().unwrap().contains("the office has everything"), "{said}");
    assert!(Pocket::parcels(&pocket.stick("red"), "to-office").is_empty(), "the box has cleared the stick");
}

#[test]
fn files_without_their_folders_are_known_by_themselves() {
    let (pocket, sari, files) = filled();
    let import = sari.import();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        assert_eq!(sari.put(&import, &name, &std::fs::read(file).unwrap()).status, 201, "{name}");
    }
    let told = sari.take(&import);
    assert_eq!((&told["refused"], told["new"].as_u64() >= Some(30)), (&json!([]), true), "{told}");
    pocket.all_is_booked_once();
}

#[test]
fn a_damaged_file_is_refused_by_its_name_and_the_rest_is_taken() {
    let (pocket, sari, files) = filled();
    let stick = pocket.stick("red");
    let parcels = Pocket::parcels(&stick, "to-office");
    let damaged = parcels[0].strip_prefix(&stick).unwrap().to_string_lossy().into_owned();
    let mut bytes = std::fs::read(&parcels[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let import = sari.import();
    let others: Vec<&PathBuf> = files.iter().filter(|file| **file != parcels[0]).collect();
    sari.put_files(&import, &stick, &others);
    // In a folder of somebody's own: it is the name as it was sent that is told.
    let sent = format!("Copies of Monday/{damaged}");
    assert_eq!(sari.put(&import, &sent, &bytes).status, 201);
    let mut heard = Listener::open(&sari.desk, None);
    let told = sari.take(&import);
    assert_eq!((&told["state"], told["refused"].as_array().map(Vec::len)), (&json!("done"), Some(1)), "{told}");
    // What lies in it is told to nobody else.
    assert_eq!(heard.wait_for("import", |_| true), json!({ "import": import }));
    drop(heard);
    assert_eq!(told["refused"][0]["name"], sent.as_str(), "{told}");
    assert!(told["refused"][0]["why"].as_str().unwrap().contains("damaged"), "{told}");
    assert!(told["new"].as_u64() > Some(0) && told["done"] == told["files"], "{told}");
    assert!(told["notes"].is_array());

    let again = sari.import();
    sari.put_files(&again, &stick, &parcels[..1]);
    assert!(sari.take(&again)["new"].as_u64() > Some(0));
    pocket.all_is_booked_once();
}

#[test]
fn what_is_no_envelope_of_ours_is_refused_and_changes_nothing() {
    let (mut pocket, sari, files) = filled();
    let import = sari.import();
    let word = files.last().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    let good = std::fs::read(&files[0]).unwrap();
    let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let cut = &good[..good.len() - 1];
    for (n, bytes) in [&b""[..], &noise, &good[..20], cut, b"OUTPOST", &[0; 4096]].iter().enumerate() {
        assert_eq!(sari.put(&import, &format!("to-office/{SITE}/copy {n}.op"), bytes).status, 201);
        assert_eq!(sari.put(&import, &format!("to-office/nowhere/copy {n}.op"), bytes).status, 201);
    }
    assert_eq!(sari.put(&import, &format!("to-office/{SITE}/{word}"), &noise).status, 201);
    assert_eq!(sari.put(&import, "alone.op", &noise).refused(422), "name");
    assert_eq!(sari.put(&import, "OUTPOST/README.txt", b"hello").refused(422), "name");
    assert_eq!(sari.put(&import, "holiday.jpg", b"hello").refused(422), "name");
    let told = sari.take(&import);
    assert_eq!(
        (&told["state"], &told["new"], told["refused"].as_array().map(Vec::len)),
        (&json!("done"), &json!(0), Some(13)),
        "{told}"
    );
    let status = pocket.town.office.status().unwrap();
    assert_eq!(Town::site(&status, SITE)["records"], 0, "{status}");
    // An answer that is asked for all the same holds nothing that was sent.
    let answers = sari.get(&format!("/api/imports/{import}/answers"));
    assert!(unpack::files(&answers.body).iter().all(|(name, _)| name.starts_with("OUTPOST/to-site/bandung/")));
    assert_eq!(sari.get(&format!("/api/imports/{import}")).status, 200);
    pocket.town.office.stop().unwrap();
    assert!(pocket.town.office.dir.join("imports").exists());
    pocket.town.office.start().unwrap();
    assert!(!pocket.town.office.dir.join("imports").exists(), "what an earlier run left is gone");
}

#[test]
fn a_file_in_the_place_of_one_of_its_name_is_alone_wherever_its_header_puts_it() {
    let (pocket, sari, files) = filled();
    let stick = pocket.stick("red");
    let parcel = std::fs::read(&files[0]).unwrap();
    let first = sari.import();
    sari.put_files(&first, &stick, &files);
    sari.take(&first);
    let answers = unpack::files(&sari.get(&format!("/api/imports/{first}/answers")).body);
    let (_, answer) = answers.iter().find(|(name, _)| name.ends_with(".op")).unwrap();
    let import = sari.import();
    let lies = || {
        let mut all = vec![pocket.town.office.dir.join("imports").join(&import)];
        let mut files = Vec::new();
        while let Some(dir) = all.pop() {
            for entry in std::fs::read_dir(dir).unwrap().flatten() {
                if entry.path().is_dir() { all.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
        files
    };
    for bytes in [&parcel, answer, &parcel] {
        assert_eq!(sari.put(&import, "x.op", bytes).status, 201);
        assert_eq!(lies().len(), 1, "{:?}", lies());
    }
    let told = sari.get(&format!("/api/imports/{import}")).json();
    assert_eq!((&told["files"], &told["bytes"]), (&json!(1), &json!(parcel.len())), "{told}");
}
