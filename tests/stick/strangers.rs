//! What lies on a stick and is not what it seems: refused in bounded time and memory, each with its word, and nothing else
//! is hurt.

use crate::pocket::{Pocket, SITE};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

fn to_office(stick: &Path) -> std::path::PathBuf {
    stick.join("OUTPOST/to-office").join(SITE)
}

fn import_of(pocket: &Pocket, stick: &Path) -> String {
    match pocket.town.office.command(&["office", "import", &stick.to_string_lossy()], "") {
        Ok(told) => told,
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn a_bit_flipped_anywhere_is_refused_and_the_whole_file_counts_afterwards() {
    let mut pocket = Pocket::open();
    pocket.sell(5);
    pocket.visit_shop("red");
    let stick = pocket.stick("red");
    let file = Pocket::parcels(&stick, "to-office").remove(0);
    let whole = fs::read(&file).unwrap();
    // Under another name nothing but the seal is there to notice.
    let copy = to_office(&stick).join("copy.op");
    fs::remove_file(&file).unwrap();
    for at in (0..whole.len()).step_by(whole.len().div_ceil(60)) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&copy, &flipped).unwrap();
        let told = import_of(&pocket, &stick);
        assert!(told.contains("refused") || told.contains("0 new records, 0 known"), "byte {at}: {told}");
        let status = pocket.town.office.status().unwrap();
        assert_eq!(rig::town::Town::site(&status, SITE)["records"], 0, "byte {at} was taken: {told}");
    }
    for cut in [0, 1, 50, whole.len() - 1] {
        fs::write(&copy, &whole[..cut]).unwrap();
        let told = import_of(&pocket, &stick);
        assert!(told.contains(" 0 new records"), "cut to {cut}: {told}");
    }
    fs::write(&file, &whole).unwrap();
    pocket.visit_shop("red");
    fs::remove_file(&copy).unwrap();
    pocket.visit_office("red");
    pocket.all_is_booked_once();
}

#[test]
fn another_offices_envelopes_another_sites_and_a_huge_file_are_refused_each_with_its_word() {
    let (mut ours, mut theirs) = (Pocket::open(), Pocket::open());
    ours.sell(4);
    theirs.sell(4);
    ours.visit_shop("red");
    theirs.visit_shop("blue");
    let stick = ours.stick("red");
    let foreign = Pocket::parcels(&theirs.stick("blue"), "to-office").remove(0);
    fs::copy(&foreign, to_office(&stick).join("foreign.op")).unwrap();
    File::create(to_office(&stick).join("huge.op")).unwrap().set_len(10_000_000_000).unwrap();
    fs::write(to_office(&stick).join("noise.op"), vec![b'O'; 5_000]).unwrap();
    fs::write(to_office(&stick).join("\u{1b}[2Jclear.op"), b"noise").unwrap();
    let told = import_of(&ours, &stick);
    for word in ["foreign.op", "huge.op", "noise.op", "clear.op", "10000000000 bytes"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(!told.contains('\u{1b}'), "a file's name commands no terminal");
    ours.all_is_booked_once();
}

#[test]
fn ten_times_ten_thousand_files_of_nobodys_cost_seconds_and_are_told() {
    let mut pocket = Pocket::open();
    pocket.sell(4);
    pocket.visit_shop("red");
    let stick = pocket.stick("red");
    for n in 0..100_000 {
        File::create(to_office(&stick).join(format!("x{n}.jpg"))).unwrap();
    }
    let began = Instant::now();
    let told = import_of(&pocket, &stick);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    println!("{:?}: {told}", began.elapsed());
    assert!(told.contains("there are more files than are looked at"), "{told}");
    let memory = pocket.town.office.process().unwrap().peak_resident_bytes().unwrap();
    assert!(memory < 200_000_000, "{memory} bytes");
}
