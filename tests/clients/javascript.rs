//! MQTT.js over WebSocket, in both versions of MQTT.

use crate::steps::{Shop, check, run};
use crate::{installed, script};
use std::process::Command;

const PACKAGES: [&str; 1] = ["mqtt@5.16.0"];

fn mqttjs(version: u8) {
    let dir = installed("mqttjs");
    let node = rig::packages::node(&dir, &PACKAGES);
    let shop = Shop::open(u64::from(version) + 30);
    let told = shop.told(version, shop.till.websocket.unwrap().port());
    let steps = run(Command::new(node).arg(script("mqttjs_client.mjs")).current_dir(&dir), &told);
    check(&steps, &shop.sales[0], version);
    shop.check_books(&[&shop.sales[0]]);
}

#[test]
fn mqttjs_sells_over_websocket_with_mqtt_3() {
    mqttjs(4);
}

#[test]
fn mqttjs_sells_over_websocket_with_mqtt_5() {
    mqttjs(5);
}
