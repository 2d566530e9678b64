//! A device on a bare socket that may say whatever it likes. MQTT 3.1.1, as bytes.

use rig::town::PASSWORD;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take on a loaded machine.
const WAIT: Duration = Duration::from_secs(30);

pub(crate) struct Device {
    pub(crate) socket: TcpStream,
    name: String,
    packet: u16,
}

/// A packet: its first byte and what follows its length.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut left = body.len();
    loop {
        let more = if left > 127 { 0x80 } else { 0 };
        bytes.push((left % 128) as u8 | more);
        left /= 128;
        if left == 0 {
            break;
        }
    }
    bytes.extend_from_slice(body);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

/// A CONNECT with the password that every device has here.
pub(crate) fn connect(client: &str, user: &str, is_clean: bool) -> Vec<u8> {
    let flags = 0xc0 | if is_clean { 2 } else { 0 };
    packet(0x10, &[&[0, 4][..], b"MQTT", &[4, flags, 0, 60], &text(client), &text(user), &text(PASSWORD)].concat())
}

pub(crate) fn subscribe(filter: &str) -> Vec<u8> {
    packet(0x82, &[&[0, 9][..], &text(filter), &[1]].concat())
}

pub(crate) fn publish(topic: &str, packet_id: u16, payload: &[u8]) -> Vec<u8> {
    match packet_id {
        0 => packet(0x30, &[&text(topic)[..], payload].concat()),
        id => packet(0x32, &[&text(topic)[..], &id.to_be_bytes(), payload].concat()),
    }
}

impl Device {
    /// Connected, and nothing said.
    pub(crate) fn knock(at: SocketAddr) -> TcpStream {
        let socket = TcpStream::connect(at).unwrap();
        socket.set_read_timeout(Some(WAIT)).unwrap();
        socket.set_nodelay(true).unwrap();
        socket
    }

    /// Logged in.
    pub(crate) fn log_in(at: SocketAddr, name: &str) -> Self {
        Self::greet(at, name, name, true).unwrap_or_else(|code| panic!("{name} is refused with {code}"))
    }

    /// Logged in, or CONNACK's code.
    pub(crate) fn greet(at: SocketAddr, client: &str, user: &str, is_clean: bool) -> Result<Self, u8> {
        let mut device = Self { socket: Self::knock(at), name: user.into(), packet: 0 };
        device.say(&connect(client, user, is_clean));
        let (first, body) = device.next().expect("a CONNACK");
        assert_eq!(first, 0x20);
        if body[1] == 0 { Ok(device) } else { Err(body[1]) }
    }

    /// What the box does with it may be to hang up.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).ok();
    }

    /// The next packet, or `None` where the box has hung up.
    pub(crate) fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut byte = [0];
        self.socket.read_exact(&mut byte).ok()?;
        let first = byte[0];
        let (mut length, mut shift) = (0, 0);
        loop {
            self.socket.read_exact(&mut byte).ok()?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).ok()?;
        Some((first, body))
    }

    pub(crate) fn subscribe(&mut self, filter: &str) -> u8 {
        self.say(&subscribe(filter));
        loop {
            let (first, body) = self.next().expect("a SUBACK");
            if first == 0x90 {
                return body[2];
            }
        }
    }

    /// Scans, and waits for the PUBACK and for the receipt, which comes by way of the router. It must be subscribed to.
    pub(crate) fn works(&mut self) {
        self.packet = self.packet % 60_000 + 1;
        let topic = format!("in/{}/scan", self.name);
        self.say(&publish(&topic, self.packet, b"8991002101234"));
        let (mut has_puback, mut has_receipt) = (false, false);
        let wanted = format!(r#""packet":{}}}"#, self.packet);
        while !(has_puback && has_receipt) {
            let (first, body) = self.next().unwrap_or_else(|| panic!("{} is served no more", self.name));
            match first & 0xf0 {
                0x40 => has_puback |= body[..2] == self.packet.to_be_bytes(),
                0x30 => {
                    let topic = usize::from(u16::from_be_bytes([body[0], body[1]])) + 2;
                    self.say(&[&[0x40, 2], &body[topic..topic + 2]].concat());
                    has_receipt |= body.ends_with(wanted.as_bytes());
                }
                other => panic!("unexpected: {other:x}"),
            }
        }
    }
}
