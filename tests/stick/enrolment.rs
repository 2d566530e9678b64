//! A fresh box becomes somebody by a stick and a code, and answers on the same stick.

use crate::pocket::{Pocket, SITE, sticks_in};
use crate::{EXE, SOON};
use rig::mosquitto::free_addr;
use rig::town::{House, PASSWORD, Town};
use std::path::Path;

/// A box that is nobody, with its sticks in `port`.
fn nobody(dir: &Path, name: &str) -> House {
    let (dir, addr) = (dir.join(name), free_addr().unwrap());
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::create_dir_all(dir.join("port")).unwrap();
    let settings = format!("tcp = [\"{addr}\"]\nwebsocket = []\nhttp = []\n{}\n", sticks_in(&dir.join("port")));
    std::fs::write(dir.join("box.toml"), settings).unwrap();
    House::new(EXE, "box", &dir, addr)
}

fn code(told: &str) -> String {
    told.lines().find_map(|line| line.trim().strip_prefix("outpost enrol --code ")).expect("a code").to_owned()
}

fn put_in(stick: &Path, house: &House) {
    std::fs::rename(stick, house.dir.join("port/stick")).unwrap();
}

/// Pulls the stick, and waits until the box has seen it.
fn pull(stick: &Path, house: &House) {
    std::fs::rename(house.dir.join("port/stick"), stick).unwrap();
    if house.status().is_ok() {
        house.wait_until("no stick", SOON, |status| status["sticks"].as_array().is_some_and(Vec::is_empty)).unwrap();
    }
}

/// Waits until the stick that is in may be pulled.
fn served(house: &House) {
    let is_served = |stick: &serde_json::Value| stick["state"] != "working";
    let all = |status: &serde_json::Value| {
        status["sticks"].as_array().is_some_and(|sticks| !sticks.is_empty() && sticks.iter().all(is_served))
    };
    house.wait_until("the stick", SOON, all).unwrap();
}

fn import(town: &Town, stick: &Path) -> (bool, String) {
    match town.office.command(&["office", "import", &stick.to_string_lossy()], "") {
        Ok(told) => (true, told),
        Err(error) => (false, format!("{error:#}")),
    }
}

#[test]
fn a_box_is_enrolled_by_stick_alone_and_a_second_one_with_the_same_stick_is_refused_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let stick = dir.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    // It connects to where nobody is: there is no line.
    let nowhere = format!("mqtts://localhost:{}", free_addr().unwrap().port());
    let args = ["enrol", SITE, "--stick", &stick.to_string_lossy(), "--url", &nowhere];
    let code = code(&town.office.command(&args, "").unwrap());

    let (mut first, mut second) = (nobody(dir.path(), "first"), nobody(dir.path(), "second"));
    for house in [&mut first, &mut second] {
        house.start_saying("is nobody yet").unwrap();
        put_in(&stick, house);
        house.process().unwrap().wait_for("lets this box become bandung", SOON).unwrap();
        pull(&stick, house);
        let wrong = house.command(&["enrol", "--code", "0000-0000-0000"], "").unwrap_err().to_string();
        assert!(wrong.contains("opens none"), "{wrong}");
        house.command(&["enrol", "--code", &code.to_lowercase()], "").unwrap();
        house.process().unwrap().wait_for("the box is ready", SOON).unwrap();
    }
    first.command(&["device", "add", "till-0", "--kind", "tablet", "--password-stdin"], PASSWORD).unwrap();

    put_in(&stick, &first);
    served(&first);
    pull(&stick, &first);
    let (well, told) = import(&town, &stick);
    assert!(well, "{told}");
    let status = town.office.status().unwrap();
    assert!(Town::site(&status, SITE)["records"].as_u64().unwrap() >= 1, "{status}");

    put_in(&stick, &second);
    served(&second);
    pull(&stick, &second);
    let (well, told) = import(&town, &stick);
    assert!(!well, "{told}");
    put_in(&stick, &second);
    let told = |status: &serde_json::Value| status.to_string().contains("another box already is bandung");
    second.wait_until("the refusal", SOON, told).unwrap();
    pull(&stick, &second);

    // The first one reads the same stick, and is not troubled by what is meant for the other.
    put_in(&stick, &first);
    served(&first);
    let status = first.status().unwrap();
    assert!(!status.to_string().contains("another box already"), "{status}");
    assert!(Pocket::files(&first.dir.join("port/stick"), "to-site").len() >= 2);
}
