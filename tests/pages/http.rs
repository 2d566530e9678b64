//! What a tablet asks over HTTP.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
pub use rig::http::{Heard, hear, request, say};
use rig::town::PASSWORD;
use serde_json::Value;
use std::net::SocketAddr;

/// A login's header.
pub fn basic(device: &str, password: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{device}:{password}")))
}

/// A question of the tablet `till`.
pub fn get(at: SocketAddr, path: &str) -> Heard {
    request(at, &format!("GET {path}"), &[&basic("till", PASSWORD)], b"")
}

/// The same, which has to be answered.
pub fn ask(at: SocketAddr, path: &str) -> Value {
    let heard = get(at, path);
    assert_eq!(heard.status, 200, "{path}: {heard:?}");
    heard.json()
}

/// A question of `till` with a body.
pub fn post(at: SocketAddr, path: &str, body: &Value) -> Heard {
    let headers = [&*basic("till", PASSWORD), "Content-Type: application/json"];
    request(at, &format!("POST {path}"), &headers, body.to_string().as_bytes())
}
