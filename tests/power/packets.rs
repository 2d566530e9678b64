//! A few MQTT 3.1.1 packets by hand: a subscriber that takes one retained message, and a publisher at QoS 1.

use rig::town::PASSWORD;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The tablet that looks at what the box shows.
pub const LOOKER: &str = "looker";
/// How long an answer may take before the question is put again.
const PATIENCE: Duration = Duration::from_secs(5);

fn text(text: &str) -> Vec<u8> {
    let mut out = (text.len() as u16).to_be_bytes().to_vec();
    out.extend_from_slice(text.as_bytes());
    out
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    let mut length = body.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(body);
    out
}

fn read(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    let first = byte[0];
    let (mut length, mut shift) = (0, 0);
    loop {
        stream.read_exact(&mut byte).ok()?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] < 0x80 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((first, body))
}

fn connect(at: SocketAddr, user: &str, password: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(at).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let body = [b"\0\x04MQTT\x04\xc2\0\x3c".to_vec(), text(user), text(user), text(password)].concat();
    stream.write_all(&packet(0x10, &body)).ok()?;
    let (first, body) = read(&mut stream)?;
    (first == 0x20 && body[1] == 0).then_some(stream)
}

/// The retained message of a topic, as a tablet sees it that does nothing else.
pub fn latest(at: SocketAddr, topic: &str) -> Option<String> {
    let mut stream = connect(at, LOOKER, PASSWORD)?;
    let body = [vec![0, 1], text(topic), vec![0]].concat();
    stream.write_all(&packet(0x82, &body)).ok()?;
    loop {
        let (first, body) = read(&mut stream)?;
        if first >> 4 == 3 {
            let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
            return Some(String::from_utf8_lossy(&body[2 + topic..]).into_owned());
        }
    }
}

/// Publishes once at QoS 1 and waits for the PUBACK.
pub fn publish(at: SocketAddr, user: &str, password: &str, topic: &str, payload: &[u8]) {
    let mut stream = connect(at, user, password).expect("the login is right");
    let body = [text(topic), vec![0, 1], payload.to_vec()].concat();
    stream.write_all(&packet(0x32, &body)).unwrap();
    while read(&mut stream).expect("a PUBACK").0 != 0x40 {}
}
