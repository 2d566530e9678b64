//! An office with a box, and people who are logged in at its desk.

use crate::{EXE, SOON};
use rig::http::{Heard, request};
use rig::town::{House, Town};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

/// An office whose desk is open to `ani` (admin), `wati` (work) and `lia` (look).
pub struct Office {
    pub town: Town,
    /// Where the desk is.
    pub at: SocketAddr,
    pub dir: TempDir,
}

impl Office {
    /// Founds one; `more` is added to its settings.
    pub fn open(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(EXE, dir.path(), more).unwrap();
        add_people(&town.office);
        let at = town.office.pages().unwrap();
        Self { town, at, dir }
    }

    /// Enrols a box with the tablet `till`, and starts it; it has come to the office once this returns.
    pub fn with_box(&self, site: &str) -> House {
        let mut house = self.town.settle(site, None, &["till"], "").unwrap();
        house.start().unwrap();
        let answers = |status: &Value| Town::site(status, site)["answers"] == true;
        self.town.office.wait_until("the box to come", SOON, answers).unwrap();
        house
    }

    /// Logs in.
    pub fn log_in(&self, user: &str) -> Desk {
        Desk::log_in(self.at, user, PASSWORD)
    }
}

/// Lets `ani` (admin), `wati` (work) and `lia` (look) log in.
pub fn add_people(office: &House) {
    for (name, role) in [("ani", "admin"), ("wati", "work"), ("lia", "look")] {
        let full_name = format!("{name} the {role}");
        let args = ["office", "user", "add", name, "--role", role, "--full-name", &full_name, "--password-stdin"];
        office.command(&args, PASSWORD).unwrap();
    }
}

/// A login with these words.
pub fn try_log_in(at: SocketAddr, user: &str, password: &str, headers: &[&str]) -> Heard {
    let body = json!({ "user": user, "password": password }).to_string();
    let headers = [&["Content-Type: application/json"], headers].concat();
    request(at, "POST /api/login", &headers, body.as_bytes())
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Desk {
    pub at: SocketAddr,
    /// The header.
    pub cookie: String,
    /// The header.
    pub csrf: String,
}

impl Desk {
    pub fn log_in(at: SocketAddr, user: &str, password: &str) -> Self {
        let heard = try_log_in(at, user, password, &[]);
        let csrf = format!("Outpost-CSRF: {}", heard.well()["csrf"].as_str().unwrap());
        let cookie = heard.header("set-cookie").unwrap().split(';').next().unwrap();
        Self { at, cookie: format!("Cookie: {cookie}"), csrf }
    }

    pub fn get(&self, path: &str) -> Heard {
        request(self.at, &format!("GET {path}"), &[&self.cookie], b"")
    }

    /// The same, which has to be answered.
    pub fn ask(&self, path: &str) -> Value {
        self.get(path).well()
    }

    /// A request that changes something.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Heard {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [&*self.cookie, &self.csrf, "Content-Type: application/json"];
        request(self.at, &format!("{method} {path}"), &headers, body.as_bytes())
    }

    pub fn post(&self, path: &str, body: &Value) -> Heard {
        self.send("POST", path, body)
    }
}
