//! Eclipse Paho in Python, in both versions of MQTT, and CBOR as cbor2 writes it.

use crate::steps::{Shop, check, run};
use crate::{installed, script};
use std::process::Command;

const PACKAGES: [&str; 2] = ["paho-mqtt==2.2.0", "cbor2==6.2.1"];

fn paho(version: u8) {
    let python = rig::packages::python(&installed("paho"), &PACKAGES);
    let shop = Shop::open(u64::from(version) + 20);
    let told = shop.told(version, shop.till.addr.port());
    let steps = run(Command::new(python).arg(script("paho_client.py")), &told);
    check(&steps, &shop.sales[0], version);
    for name in ["same_by_cbor", "cbor", "weight_cbor"] {
        assert_eq!(steps[name]["receipt"]["status"], "recorded", "{name}: {:#}", steps[name]);
    }
    assert_eq!(steps["same_by_cbor"]["receipt"]["hash"], steps["sale"]["receipt"]["hash"], "one record in both forms");
    assert_eq!(steps["cbor"]["receipt"]["id"], shop.sales[2].id);
    assert_eq!(steps["float_cbor"]["receipt"]["status"], "refused", "a float is not exact");
    shop.check_books(&[&shop.sales[0], &shop.sales[2]]);
}

#[test]
fn paho_sells_with_mqtt_3() {
    paho(4);
}

#[test]
fn paho_sells_with_mqtt_5() {
    paho(5);
}
