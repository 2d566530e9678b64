//! A box with an office's data and no line, and tablets that speak to it.

use crate::{EXE, JOKOS_PIN, NINAS_PIN, SARIS_PIN, WATIS_BADGE, WATIS_PIN};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use outpost::domain::id::Generation;
use outpost::domain::master::{Row, Table};
use outpost::rows::BoxRows;
use outpost::sync::rows::Change;
use outpost::wire::row;
use outpost::wire::rows::{Cursor, Line};
use rig::town::{House, PASSWORD, Town};
use rumqttc::{Client, Connection, Event, Incoming, MqttOptions, QoS};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(60);

/// An office's box with tablets `till-1` and `till-2`.
pub(crate) struct Shop {
    pub(crate) till: House,
    pub(crate) addr: SocketAddr,
    _town: Town,
    _dir: TempDir,
}

/// The hash of a secret, cheap: what is tried here is not argon2.
fn hash(secret: &str) -> String {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2.hash_password_with_salt(secret.as_bytes(), &[7; 16]).unwrap();
    hash.to_string()
}

/// What the office sends: four people, one of them a manager and one who may cancel, an item and a customer.
fn rows(approvals: Value) -> Vec<(&'static str, Value)> {
    let user = |name: &str, manager: bool, pin: &str, badge: Option<&str>| {
        let (badge, role) = (badge.map(hash), if name == "nina" { "Boss" } else { "Till" });
        json!({ "name": name, "full_name": name, "roles": [role], "is_manager": manager, "pin_hash": hash(pin),
            "badge_hash": badge })
    };
    vec![
        ("settings", json!({ "site": "bandung", "company": "Outpost", "currency": "IDR", "approvals": approvals })),
        ("user", user("wati", false, WATIS_PIN, Some(WATIS_BADGE))),
        ("user", user("joko", false, JOKOS_PIN, None)),
        ("user", user("sari", true, SARIS_PIN, None)),
        ("user", user("nina", false, NINAS_PIN, None)),
        ("permission", json!({ "role": "Boss", "document": "Sales Invoice", "create": 1, "submit": 1, "cancel": 1 })),
        ("permission", json!({ "role": "Boss", "document": "POS Closing Entry", "create": 1, "submit": 1 })),
        ("permission", json!({ "role": "Till", "document": "Sales Invoice", "create": 1, "submit": 1 })),
        ("uom", json!({ "uom_name": "Nos" })),
        ("item", json!({ "item_code": "SEW", "item_name": "Sewing", "stock_uom": "Nos" })),
        ("customer", json!({ "name": "Bu Sari", "customer_name": "Bu Sari" })),
    ]
}

impl Shop {
    /// Enrols and starts one. `approvals` is what the office wants two people for, `more` goes into the box's settings.
    pub(crate) fn open(approvals: Value, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut town = Town::found(EXE, dir.path(), "").unwrap();
        let till = town.settle("bandung", None, &["till-1", "till-2"], more).unwrap();
        // All that is tried here works with no line, and an office would tell the time.
        town.office.stop().unwrap();
        keep(&till.dir, rows(approvals));
        let mut shop = Self { addr: till.addr, till, _town: town, _dir: dir };
        shop.start();
        shop
    }

    /// Starts the box.
    pub(crate) fn start(&mut self) {
        self.till.start().unwrap();
    }

    /// Kills the box without a word.
    pub(crate) fn kill(&mut self) {
        self.till.kill9().unwrap();
    }

    /// A tablet, logged in at the gate and listening.
    pub(crate) fn tablet(&self, name: &str) -> Tablet {
        Tablet::connect(self.addr, name).unwrap()
    }

    /// The files under the box's directory that hold these bytes.
    pub(crate) fn files_with(&self, secret: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        look(&self.till.dir, secret.as_bytes(), &mut found);
        found
    }
}

fn look(dir: &Path, secret: &[u8], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, secret, found);
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(secret.len()).any(|window| window == secret) {
                found.push(path);
            }
        }
    }
}

/// Puts the office's data where a box has it once it has come.
fn keep(dir: &Path, rows: Vec<(&str, Value)>) {
    let (mut store, _) = BoxRows::open(&dir.join("rows"), Box::new(())).unwrap();
    let line = |(table, row): (&str, Value)| {
        let row = Row::deserialize_as(Table::named(table).unwrap(), row).unwrap();
        Line { key: (&row.key()).into(), version: 1, body: Some(row::encode(&row).into()) }
    };
    let generation = Generation(uuid::Uuid::from_u128(0x01936e5b_5a00_7000_8000_0123456789ab));
    let cursor = Cursor { generation, version: 1, ahead: 0, whole: true };
    store.apply(Change { rows: rows.into_iter().map(line).collect(), begins: true, cursor }).unwrap();
}

/// A tablet.
pub(crate) struct Tablet {
    name: String,
    client: Client,
    heard: Receiver<(String, Value)>,
}

impl Tablet {
    /// `Err` where the gate does not let it in.
    pub(crate) fn connect(addr: SocketAddr, name: &str) -> Result<Self, String> {
        let mut options = MqttOptions::new(name, addr.ip().to_string(), addr.port());
        options.set_credentials(name, PASSWORD).set_keep_alive(Duration::from_secs(30));
        let (client, connection) = Client::new(options, 16);
        let (tell, heard) = channel();
        let (let_in, wait) = channel();
        std::thread::spawn(move || listen(connection, &tell, &let_in));
        wait.recv_timeout(SOON).map_err(|error| error.to_string())??;
        let tablet = Self { name: name.into(), client, heard };
        for topic in ["session", "receipt"] {
            tablet.client.subscribe(format!("{topic}/{name}"), QoS::AtLeastOnce).unwrap();
            tablet.hear("suback");
        }
        Ok(tablet)
    }

    /// The next word on this topic's first level; others are skipped.
    fn hear(&self, root: &str) -> Value {
        let end = Instant::now() + SOON;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let (topic, word) = self.heard.recv_timeout(left).unwrap_or_else(|_| panic!("waited for {root}"));
            if topic.split('/').next() == Some(root) {
                return word;
            }
        }
    }

    /// Waits until the box hangs up.
    pub(crate) fn is_hung_up_on(&self) {
        self.hear("gone");
    }

    /// Asks on `me/`, and gives the answer.
    pub(crate) fn ask(&self, what: &str, payload: Value) -> Value {
        let topic = format!("me/{}/{what}", self.name);
        self.client.publish(topic, QoS::AtLeastOnce, false, payload.to_string()).unwrap();
        let word = self.hear("session");
        assert_eq!(word["re"], what, "{word}");
        word
    }

    /// Logs in, and gives the session.
    pub(crate) fn log_in(&self, user: &str, pin: &str) -> String {
        let word = self.ask("login", json!({ "user": user, "pin": pin }));
        assert_eq!((&word["ok"], &word["user"]), (&json!(true), &json!(user)), "{word}");
        word["session"].as_str().unwrap().to_owned()
    }

    /// Sends a document, and gives the receipt.
    pub(crate) fn send(&self, kind: &str, document: &Value) -> Value {
        let topic = format!("tx/{}/{kind}", self.name);
        self.client.publish(topic, QoS::AtLeastOnce, false, document.to_string()).unwrap();
        self.hear("receipt")
    }

    /// Publishes, and gives the receipt.
    pub(crate) fn publish(&self, topic: &str, payload: &str) -> Value {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
        self.hear("receipt")
    }
}

fn listen(
    mut connection: Connection,
    tell: &std::sync::mpsc::Sender<(String, Value)>,
    let_in: &std::sync::mpsc::Sender<Result<(), String>>,
) {
    for event in connection.iter() {
        let word = match event {
            Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                let _ = let_in.send(Ok(()));
                continue;
            }
            Ok(Event::Incoming(Incoming::SubAck(_))) => ("suback".into(), Value::Null),
            Ok(Event::Incoming(Incoming::Publish(publish))) => {
                (publish.topic, serde_json::from_slice(&publish.payload).unwrap())
            }
            Ok(_) => continue,
            Err(error) => {
                let _ = let_in.send(Err(error.to_string()));
                let _ = tell.send(("gone".into(), Value::Null));
                return;
            }
        };
        if tell.send(word).is_err() {
            return;
        }
    }
}

/// A sale, and a new id for it each time.
pub(crate) fn sale(session: Option<&str>) -> Value {
    let id = uuid::Uuid::from_u128(rand());
    json!({ "id": id.to_string(), "session": session, "customer": "Bu Sari", "posting_date": "2026-01-05",
        "items": [{ "item_code": "SEW", "qty": 1, "rate": "1000" }] })
}

fn rand() -> u128 {
    let mut random = [0; 16];
    getrandom::fill(&mut random).unwrap();
    u128::from_be_bytes(random)
}
