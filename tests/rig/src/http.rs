//! An HTTP client that says exactly what a test wants said.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for an answer.
const SOON: Duration = Duration::from_secs(120);

/// An answer.
#[derive(Debug)]
pub struct Heard {
    /// Its status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Heard {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let wanted = |line: &&str| line.split_once(':').is_some_and(|(given, _)| given.eq_ignore_ascii_case(name));
        self.head.lines().find(wanted).and_then(|line| Some(line.split_once(':')?.1.trim()))
    }

    /// Its body, which has to be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its JSON, where it went well.
    pub fn well(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The input that a refusal names; the refusal has its whole form.
    pub fn refused(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let error = self.json()["error"].clone();
        assert!(error["rule"].as_str().is_some_and(|rule| !rule.is_empty()), "{error}");
        assert!(error["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{error}");
        error["input"].clone()
    }
}

/// Hears an answer until the connection ends.
pub fn hear(socket: &mut TcpStream) -> Option<Heard> {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = socket.read(&mut piece) {
        heard.extend_from_slice(&piece[..n]);
    }
    let end = heard.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(heard[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some(Heard { status, head, body: heard[end + 4..].to_vec() })
}

/// Says these bytes, and hears the answer until its end.
pub fn say(at: SocketAddr, bytes: &[u8]) -> Option<Heard> {
    let mut socket = TcpStream::connect(at).unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    // Whoever is refused early is hung up on while still speaking.
    let _ = socket.write_all(bytes);
    hear(&mut socket)
}

/// The bytes of a request, whose connection ends with its answer.
pub fn written(at: SocketAddr, line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        bytes.push_str(&format!("Host: {at}\r\n"));
    }
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    if !line.starts_with("GET") && !line.starts_with("HEAD") {
        bytes.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A request on a connection of its own.
pub fn request(at: SocketAddr, line: &str, headers: &[&str], body: &[u8]) -> Heard {
    say(at, &written(at, line, headers, body)).unwrap_or_else(|| panic!("no answer to {line}"))
}
