//! Debian's mosquitto_pub, mosquitto_sub and mosquitto_rr, in both versions of MQTT.

use crate::steps::{SITE, Shop, Steps, TABLET, bad, check};
use rig::packages;
use rig::process::Process;
use rig::town::PASSWORD;
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::time::Duration;

/// How long a program waits for what it subscribed to, in seconds.
const WAIT_S: &str = "30";

struct Client<'a> {
    shop: &'a Shop,
    version: &'a str,
    steps: Steps,
}

impl Client<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(packages::program(program).expect("mosquitto-clients are there"));
        let port = self.shop.till.addr.port().to_string();
        command.args(["-h", "127.0.0.1", "-p", &port, "-V", self.version]);
        command
    }

    /// Logged in, without a client id: the box gives it the login's name.
    fn tablet(&self, program: &str) -> Command {
        let mut command = self.command(program);
        command.args(["-u", TABLET, "-P", PASSWORD]);
        command
    }

    fn tell(&mut self, step: &str, what: Value) {
        self.steps.insert(step.to_owned(), what);
    }

    fn refused(&mut self, step: &str, login: &[&str]) {
        let output = self.command("mosquitto_pub").args(login).args(["-q", "1", "-t", "in/x/scan", "-m", "1"]).output();
        let output = output.unwrap();
        self.tell(step, json!({ "refused": !output.status.success(), "said": said(&output) }));
    }

    /// What mosquitto_sub gets at once: the box's state is retained.
    fn state(&mut self) {
        let mut sub = self.tablet("mosquitto_sub");
        let output = sub.args(["-W", WAIT_S, "-C", "1", "-q", "1", "-t", "state/box"]).output().unwrap();
        let payload: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        self.tell("state", json!({ "payload": payload }));
    }

    /// Publishes and prints the first receipt, on one connection. It says itself what the PUBACK was.
    fn publish(&mut self, step: &str, topic: &str, payload: &str, qos: &str) {
        let mut request = self.tablet("mosquitto_rr");
        request.args(["-d", "-W", WAIT_S, "-q", qos, "-e", &format!("receipt/{TABLET}"), "-t", topic, "-m", payload]);
        let output = request.output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        let receipt = out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(Value::is_object);
        let receipt = receipt.unwrap_or_else(|| panic!("{step}: {}", said(&output)));
        // "Client … received PUBACK (Mid: 2, RC:153)"
        let puback = out.lines().find(|line| line.contains("PUBACK")).and_then(|line| line.split_once("RC:"));
        let puback: Option<u8> = puback.map(|(_, code)| code.trim_end_matches(')').parse().unwrap());
        self.tell(step, json!({ "puback": puback, "receipt": receipt }));
    }
}

fn said(output: &Output) -> String {
    format!("{} {}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn mosquitto(name: &str, version: u8) {
    packages::ensure(&["mosquitto-clients"]);
    let shop = Shop::open(u64::from(version) + 10);
    let mut client = Client { shop: &shop, version: name, steps: Steps::new() };
    let sales = format!("tx/{TABLET}/sales-invoice");
    let (scan, weight) = (format!("in/{TABLET}/scan"), format!("in/{TABLET}/weight"));
    client.refused("no_login", &[]);
    client.refused("wrong_password", &["-u", TABLET, "-P", "guess"]);
    client.state();
    let bad = bad(&shop.sales[1]);
    client.publish("sale", &sales, &shop.sales[0].json, "1");
    client.publish("sale_again", &sales, &shop.sales[0].json, "1");
    client.publish("scan_text", &scan, "8991002101234", "1");
    client.publish("scan_json", &scan, r#"{"code":"8991002101234"}"#, "1");
    client.publish("weight_text", &weight, "-3g", "1");
    client.publish("weight_json", &weight, r#"{"weight":"1.250","unit":"kg"}"#, "1");
    client.publish("bad", &sales, &bad, "1");
    client.publish("forbidden", "tx/till-2/sales-invoice", &shop.sales[0].json, "1");
    client.publish("qos0", &sales, &bad, "0");
    // mosquitto_pub alone ends well only when it has its PUBACK.
    let sold = client
        .tablet("mosquitto_pub")
        .args(["-i", TABLET, "-q", "1", "-t", &sales, "-m", &shop.sales[2].json])
        .output();
    assert!(sold.unwrap().status.success());
    check(&client.steps, &shop.sales[0], version);
    shop.check_books(&[&shop.sales[0], &shop.sales[2]]);
}

#[test]
fn mosquitto_clients_sell_with_mqtt_3() {
    mosquitto("mqttv311", 4);
}

#[test]
fn mosquitto_clients_sell_with_mqtt_5() {
    mosquitto("mqttv5", 5);
}

#[test]
fn mosquitto_sub_hears_the_line_go_up_and_down() {
    packages::ensure(&["mosquitto-clients"]);
    let mut shop = Shop::open(40);
    let client = Client { shop: &shop, version: "mqttv311", steps: Steps::new() };
    let mut sub = Process::start(client.tablet("mosquitto_sub").args(["-q", "1", "-v", "-t", "state/#"])).unwrap();
    let wait = Duration::from_secs(60);
    sub.wait_for(SITE, wait).unwrap();
    sub.wait_for(r#""office_answers":true"#, wait).unwrap();
    shop.town.office.kill9().unwrap();
    sub.wait_for(r#""office_answers":false"#, wait).unwrap();
    shop.town.office.start().unwrap();
    sub.wait_for(r#""office_answers":true"#, wait).unwrap();
}
