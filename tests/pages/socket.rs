//! A tablet at `/mqtt`: MQTT 3.1.1 in WebSocket messages on the pages' own listener.

use crate::house::{DAY, Shop, id, sale};
use crate::http;
use rig::town::PASSWORD;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

/// Longest wait for a word.
const SOON: Duration = Duration::from_secs(60);

pub struct Tablet {
    name: String,
    socket: WebSocket<TcpStream>,
    unread: Vec<u8>,
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let mut left = body.len();
    let mut packet = vec![head];
    loop {
        let (byte, rest) = ((left % 128) as u8, left / 128);
        packet.push(byte | if rest > 0 { 128 } else { 0 });
        left = rest;
        if left == 0 {
            break;
        }
    }
    [&packet, body].concat()
}

/// The length of the packet at the beginning, head included, and where its body begins.
fn whole(bytes: &[u8]) -> Option<(usize, usize)> {
    let (mut length, mut at) = (0, 1);
    loop {
        let byte = *bytes.get(at)?;
        length |= usize::from(byte & 127) << (7 * (at - 1));
        at += 1;
        if byte < 128 {
            return (bytes.len() >= at + length).then_some((at + length, at));
        }
    }
}

impl Tablet {
    /// Connects with these headers more; the error is the HTTP status.
    pub fn open(at: SocketAddr, headers: &[(&'static str, &str)]) -> Result<WebSocket<TcpStream>, u16> {
        let mut request = format!("ws://{at}/mqtt").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(at).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        match client::client(request, stream) {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::HandshakeError::Failure(Error::Http(refused))) => {
                Err(refused.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// The code of the CONNACK.
    pub fn connect(at: SocketAddr, name: &str, password: &str) -> (Self, u8) {
        let socket = Self::open(at, &[("sec-websocket-protocol", "mqtt")]).unwrap();
        let mut tablet = Self { name: name.into(), socket, unread: Vec::new() };
        let head = [text("MQTT"), vec![4, 0xc2, 0, 60], text(name), text(name), text(password)].concat();
        tablet.write(&packet(0x10, &head));
        let (kind, body) = tablet.read();
        assert_eq!(kind, 0x20);
        (tablet, body[1])
    }

    /// One that is let in and listens.
    pub fn log_on(at: SocketAddr, name: &str) -> Self {
        let (mut tablet, code) = Self::connect(at, name, PASSWORD);
        assert_eq!(code, 0);
        let filters = [format!("receipt/{name}"), format!("session/{name}"), "state/#".into()];
        let filters: Vec<u8> = filters.iter().flat_map(|filter| [text(filter), vec![1]].concat()).collect();
        tablet.write(&packet(0x82, &[&[0, 1], &filters[..]].concat()));
        while tablet.read().0 != 0x90 {}
        tablet
    }

    fn write(&mut self, bytes: &[u8]) {
        self.socket.send(Message::Binary(bytes.to_vec().into())).unwrap();
    }

    fn read(&mut self) -> (u8, Vec<u8>) {
        loop {
            if let Some((end, body)) = whole(&self.unread) {
                let packet: Vec<u8> = self.unread.drain(..end).collect();
                return (packet[0], packet[body..].to_vec());
            }
            match self.socket.read().unwrap() {
                Message::Binary(bytes) => self.unread.extend_from_slice(&bytes),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next message on this topic; others are skipped.
    pub fn hear(&mut self, wanted: &str) -> Value {
        loop {
            let (kind, body) = self.read();
            if kind & 0xf0 != 0x30 {
                continue;
            }
            let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
            let topic = std::str::from_utf8(&body[2..2 + length]).unwrap().to_owned();
            let payload = &body[2 + length + if kind & 6 == 0 { 0 } else { 2 }..];
            if kind & 6 != 0 {
                let id = [body[2 + length], body[3 + length]];
                self.write(&packet(0x40, &id));
            }
            if topic == wanted {
                return serde_json::from_slice(payload).unwrap();
            }
        }
    }

    /// Publishes, and does not wait.
    pub fn publish(&mut self, topic: &str, payload: &Value) {
        let body = [text(topic), vec![0, 7], payload.to_string().into_bytes()].concat();
        self.write(&packet(0x32, &body));
    }

    /// Sends a document, and gives the receipt.
    pub fn send(&mut self, kind: &str, document: &Value) -> Value {
        let (topic, receipt) = (format!("tx/{}/{kind}", self.name), format!("receipt/{}", self.name));
        self.publish(&topic, document);
        self.hear(&receipt)
    }

    /// The same for one that has to be taken.
    pub fn submit(&mut self, kind: &str, document: &Value) -> Value {
        let receipt = self.send(kind, document);
        assert_eq!(receipt["status"], "recorded", "{receipt}");
        receipt
    }

    /// Logs somebody in, and gives the session.
    pub fn log_in(&mut self, user: &str, pin: &str) -> String {
        let (topic, session) = (format!("me/{}/login", self.name), format!("session/{}", self.name));
        self.publish(&topic, &json!({"user": user, "pin": pin}));
        let word = self.hear(&session);
        assert_eq!(word["ok"], true, "{word}");
        word["session"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_sale_at_the_pages_own_socket_has_its_receipt_and_is_listed_with_its_mark() {
    let shop = Shop::open(&[]);
    let mut tablet = Tablet::log_on(shop.at, "till");
    let sold = tablet.submit("sales-invoice", &sale(1, 2, None));
    assert_eq!(sold["number"], "BDG-SI-A000001");
    let listed = http::ask(shop.at, &format!("/api/documents?day={DAY}"));
    let line = &listed["items"][0];
    assert_eq!((&line["id"], &line["mark"]), (&json!(id(1)), &json!("saved")), "{listed}");
    assert_eq!((&line["number"], &line["total"]), (&sold["number"], &json!("2000")), "{listed}");
    assert_eq!(line["position"], format!("{}/{}", sold["epoch"].as_str().unwrap(), sold["seq"]));
}

#[test]
fn the_socket_keeps_the_gates_rules() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    assert_eq!(Tablet::connect(at, "till", "a wrong password").1, 4);
    let mqtt = ("sec-websocket-protocol", "mqtt");
    assert_eq!(Tablet::open(at, &[]).unwrap_err(), 400, "without the subprotocol");
    assert_eq!(Tablet::open(at, &[mqtt, ("origin", "https://evil.example.com")]).unwrap_err(), 403);
    assert_eq!(Tablet::open(at, &[mqtt, ("host", "evil.example.com")]).unwrap_err(), 403);
    assert!(Tablet::open(at, &[mqtt, ("origin", "http://127.0.0.1:8080")]).is_ok());
    let plain = http::request(at, "GET /mqtt", &[], b"");
    assert_eq!(plain.status, 400, "no WebSocket at all: {plain:?}");
}
