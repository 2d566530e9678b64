//! The desk over TLS.

use crate::house::{Office, PASSWORD};
use rig::http::written;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// What is answered to these bytes.
async fn said(at: SocketAddr, ca_pem: &str, bytes: &[u8]) -> String {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let config = outpost::keys::ca::client_config(ca_pem, Arc::new(now)).unwrap();
    let socket = TcpStream::connect(at).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut tls = TlsConnector::from(config).connect(name, socket).await.unwrap();
    tls.write_all(bytes).await.unwrap();
    let mut heard = Vec::new();
    // Whoever hangs up without a word of TLS has said everything before.
    let _ = tls.read_to_end(&mut heard).await;
    String::from_utf8(heard).unwrap()
}

#[test]
fn over_tls_the_cookie_is_one_that_a_browser_sends_over_tls_alone() {
    let mut office = Office::open("https = [\"127.0.0.1:0\"]");
    let log = office.town.office.process().unwrap().log();
    let at = log.iter().find_map(|line| line.strip_prefix("the desk is at https://")).unwrap().parse().unwrap();
    let ca_pem = std::fs::read_to_string(office.town.office.dir.join("tls/ca.pem")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let body = json!({ "user": "ani", "password": PASSWORD }).to_string();
    let login = written(at, "POST /api/login", &["Content-Type: application/json"], body.as_bytes());
    let heard = runtime.block_on(said(at, &ca_pem, &login));
    let cookie = heard.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{heard}"));
    assert!(cookie.starts_with("__Secure-outpost=") && cookie.ends_with("; Secure"), "{cookie}");
    let token = cookie.split(';').next().unwrap();
    let ask = |cookie: &str| {
        let asked = written(at, "GET /api/me", &[&format!("Cookie: {cookie}")], b"");
        runtime.block_on(said(at, &ca_pem, &asked))
    };
    assert!(ask(token).starts_with("HTTP/1.1 200"));
    let plain = token.replace("__Secure-", "");
    assert!(ask(&plain).starts_with("HTTP/1.1 401"), "a name that plain HTTP can set is none here");
}
