//! Somebody at the desk.

use crate::found;
use crate::house::{Desk, PASSWORD};
use rig::http::{Heard, hear, request};
use rig::town::House;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

/// A person who is logged in, and brings files.
pub struct Caller {
    pub at: SocketAddr,
    pub desk: Desk,
}

impl Caller {
    /// Lets somebody be a user with a role, and logs them in.
    pub fn at(office: &House, user: &str, role: &str) -> Self {
        let args = ["office", "user", "add", user, "--role", role, "--full-name", user, "--password-stdin"];
        office.command(&args, PASSWORD).unwrap();
        let at = office.pages().unwrap();
        Self { at, desk: Desk::log_in(at, user, PASSWORD) }
    }

    /// Any request of theirs.
    pub fn ask(&self, line: &str, more: &[&str], body: &[u8]) -> Heard {
        request(self.at, line, &[&[&*self.desk.cookie, &*self.desk.csrf], more].concat(), body)
    }

    pub fn get(&self, path: &str) -> Heard {
        self.desk.get(path)
    }

    pub fn drop_import(&self, import: &str) -> Heard {
        self.desk.send("DELETE", &format!("/api/imports/{import}"), &Value::Null)
    }

    pub fn post(&self, path: &str, body: &Value) -> Heard {
        self.ask(&format!("POST {path}"), &["Content-Type: application/json"], body.to_string().as_bytes())
    }

    /// An import of theirs.
    pub fn import(&self) -> String {
        let begun = self.post("/api/imports", &json!({}));
        assert_eq!(begun.status, 201, "{begun:?}");
        begun.json()["import"].as_str().unwrap().to_owned()
    }

    /// Sends a file into an import; its name is encoded here.
    pub fn put(&self, import: &str, name: &str, bytes: &[u8]) -> Heard {
        self.put_encoded(import, &encoded(name), bytes)
    }

    pub fn put_encoded(&self, import: &str, name: &str, bytes: &[u8]) -> Heard {
        let line = format!("PUT /api/imports/{import}/files/{name}");
        self.ask(&line, &["Content-Type: application/octet-stream"], bytes)
    }

    /// Sends files of a stick as a browser does: with the folders that they are in.
    pub fn put_files(&self, import: &str, stick: &Path, files: &[impl AsRef<Path>]) {
        for file in files {
            let name = file.as_ref().strip_prefix(stick).unwrap().to_string_lossy().into_owned();
            let heard = self.put(import, &name, &std::fs::read(file).unwrap());
            assert_eq!(heard.status, 201, "{name}: {heard:?}");
        }
    }

    /// What is answered to a file of that length of which nothing comes.
    pub fn announce(&self, path: &str, length: usize) -> u16 {
        announced(self.at, path, &[&self.desk.cookie, &self.desk.csrf], length)
    }

    /// Has an import taken, and waits until it is.
    pub fn take(&self, import: &str) -> Value {
        let begun = self.post(&format!("/api/imports/{import}/take"), &json!({}));
        assert_eq!((begun.status, &begun.json()["state"]), (202, &json!("taking")), "{begun:?}");
        found("the import", || {
            let told = self.get(&format!("/api/imports/{import}")).json();
            (told["state"] != "taking").then_some(told)
        })
    }
}

/// The same, with these headers.
pub fn announced(at: SocketAddr, path: &str, headers: &[&str], length: usize) -> u16 {
    let headers = headers.iter().map(|header| format!("{header}\r\n")).collect::<String>();
    let kind = "Content-Type: application/octet-stream";
    let head = format!("PUT {path} HTTP/1.1\r\nHost: {at}\r\n{headers}{kind}\r\nContent-Length: {length}\r\n\r\n");
    let mut socket = TcpStream::connect(at).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    hear(&mut socket).unwrap().status
}

/// As a browser encodes one segment of a path.
pub fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
