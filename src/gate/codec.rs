//! Packets: bytes from a device in, what the gate cares about out, and back.
//!
//! The frame (type, flags, length) is checked here before the codec of rumqttc sees it, one whole frame at a time, so
//! that a length that lies allocates nothing and an error inside a frame is never taken for "read on". Types that no
//! device sends never reach the codec.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use rumqttc::mqttbytes::{self as four, v4};
use rumqttc::v5::mqttbytes::v5;

/// Quality of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Qos {
    /// 0: no answer, may be lost.
    AtMostOnce = 0,
    /// 1: PUBACK.
    AtLeastOnce = 1,
    /// 2: not supported by this gate.
    ExactlyOnce = 2,
}

/// The protocol a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// MQTT 3.1.1.
    Four,
    /// MQTT 5.
    Five,
}

/// The limits of one frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameLimits {
    pub(crate) publish: usize,
    pub(crate) connect: usize,
    pub(crate) subscribe: usize,
}

/// Why a connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("malformed packet: {0}")]
    Malformed(&'static str),
    #[error("packet of {0} bytes is over the limit")]
    TooLarge(usize),
    #[error("packet type {0} is not for a server")]
    Unexpected(u8),
}

/// A last will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Will {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    pub(crate) retain: bool,
}

/// CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connect {
    pub(crate) version: Version,
    pub(crate) client_id: String,
    pub(crate) clean: bool,
    pub(crate) keep_alive_s: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) will: Option<Will>,
    /// Largest packet the client takes.
    pub(crate) packet_max: Option<u32>,
    /// Unacknowledged messages that the client takes.
    pub(crate) receive_max: u16,
}

/// What a CONNECT turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Greeting {
    Connect(Box<Connect>),
    /// A protocol we do not speak: answer with these bytes and close.
    Foreign(&'static [u8]),
}

/// PUBLISH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Publish {
    pub(crate) dup: bool,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// What is not UTF-8 is replaced, by a character that no valid topic has.
    pub(crate) topic: String,
    pub(crate) packet_id: u16,
    pub(crate) payload: Bytes,
}

/// What a device sends once it is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packet {
    Publish(Publish),
    /// The filters as sent, with the quality of service asked for.
    Subscribe {
        packet_id: u16,
        filters: Vec<(String, Qos)>,
    },
    Unsubscribe {
        packet_id: u16,
        filters: Vec<String>,
    },
    PubAck,
    Ping,
    /// True: the will is not to be published.
    Disconnect(bool),
}

/// One whole frame: its first byte, and all of its bytes.
struct Frame {
    kind: u8,
    flags: u8,
    body_at: usize,
    bytes: BytesMut,
}

impl Frame {
    fn body(&self) -> &[u8] {
        &self.bytes[self.body_at..]
    }
}

const CONNECT: u8 = 1;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const SUBSCRIBE: u8 = 8;
const UNSUBSCRIBE: u8 = 10;
const PINGREQ: u8 = 12;
const DISCONNECT: u8 = 14;

/// Bytes of a PUBLISH beyond its payload: header, topic's length, packet id, properties that we do not use.
const PUBLISH_EXTRA: usize = 1024;

/// Takes the next whole frame off `stream`.
fn frame(stream: &mut BytesMut, limits: &FrameLimits) -> Result<Option<Frame>, Broken> {
    let Some(&first) = stream.first() else { return Ok(None) };
    let (kind, flags) = (first >> 4, first & 15);
    let most = match kind {
        CONNECT => limits.connect,
        PUBLISH => limits.publish + PUBLISH_EXTRA,
        SUBSCRIBE | UNSUBSCRIBE => limits.subscribe,
        PUBACK | PINGREQ | DISCONNECT => 1024,
        other => return Err(Broken::Unexpected(other)),
    };
    let flags_fine = match kind {
        PUBLISH => flags & 0b0110 != 0b0110,
        SUBSCRIBE | UNSUBSCRIBE => flags == 0b0010,
        _ => flags == 0,
    };
    if !flags_fine {
        return Err(Broken::Malformed("flags"));
    }
    let mut length = 0;
    let mut at = 1;
    loop {
        let Some(&byte) = stream.get(at) else { return Ok(None) };
        length |= usize::from(byte & 0x7f) << (7 * (at - 1));
        at += 1;
        if byte & 0x80 == 0 {
            break;
        }
        if at > 4 {
            return Err(Broken::Malformed("length"));
        }
    }
    if length > most {
        return Err(Broken::TooLarge(length));
    }
    if stream.len() < at + length {
        stream.reserve(at + length - stream.len());
        return Ok(None);
    }
    Ok(Some(Frame { kind, flags, body_at: at, bytes: stream.split_to(at + length) }))
}

/// CONNACK 1: a protocol version of the 3.1 kind that we do not speak.
const UNACCEPTABLE_VERSION: &[u8] = &[0x20, 2, 0, 1];
/// CONNACK 0x84 of MQTT 5: unsupported protocol version.
const UNSUPPORTED_VERSION: &[u8] = &[0x20, 3, 0, 0x84, 0];

/// Reads a CONNECT; `None`: not all of it is there yet.
pub(crate) fn greeting(stream: &mut BytesMut, limits: &FrameLimits) -> Result<Option<Greeting>, Broken> {
    if stream.first().is_some_and(|first| first >> 4 != CONNECT) {
        return Err(Broken::Malformed("the first packet is not CONNECT"));
    }
    let Some(frame) = frame(stream, limits)? else { return Ok(None) };
    let body = frame.body();
    let level = match body {
        [0, 4, b'M', b'Q', b'T', b'T', level, ..] => *level,
        [0, 6, b'M', b'Q', b'I', b's', b'd', b'p', ..] => return Ok(Some(Greeting::Foreign(UNACCEPTABLE_VERSION))),
        _ => return Err(Broken::Malformed("protocol name")),
    };
    if body.get(7).is_none_or(|flags| flags & 1 != 0) {
        return Err(Broken::Malformed("connect flags"));
    }
    let whole = &mut frame.bytes.clone();
    let connect = match level {
        4 => connect_four(whole)?,
        5 => connect_five(whole)?,
        6.. => return Ok(Some(Greeting::Foreign(UNSUPPORTED_VERSION))),
        _ => return Ok(Some(Greeting::Foreign(UNACCEPTABLE_VERSION))),
    };
    Ok(Some(Greeting::Connect(Box::new(connect))))
}

fn connect_four(whole: &mut BytesMut) -> Result<Connect, Broken> {
    let size = whole.len();
    let Ok(v4::Packet::Connect(connect)) = v4::Packet::read(whole, size) else {
        return Err(Broken::Malformed("CONNECT"));
    };
    let login = connect.login.unwrap_or(v4::Login { username: String::new(), password: String::new() });
    Ok(Connect {
        version: Version::Four,
        client_id: connect.client_id,
        clean: connect.clean_session,
        keep_alive_s: connect.keep_alive,
        user: login.username,
        password: login.password,
        will: connect.last_will.map(|w| Will { topic: w.topic, payload: w.message, retain: w.retain }),
        packet_max: None,
        receive_max: u16::MAX,
    })
}

fn connect_five(whole: &mut BytesMut) -> Result<Connect, Broken> {
    let size = whole.len() as u32;
    let Ok(v5::Packet::Connect(connect, will, login)) = v5::Packet::read(whole, Some(size)) else {
        return Err(Broken::Malformed("CONNECT"));
    };
    let will = will.map(|w| Will {
        topic: String::from_utf8_lossy(&w.topic).into_owned(),
        payload: w.message,
        retain: w.retain,
    });
    let (user, password) = login.map_or_else(Default::default, |l| (l.username, l.password));
    Ok(Connect {
        version: Version::Five,
        client_id: connect.client_id,
        clean: connect.clean_start,
        keep_alive_s: connect.keep_alive,
        user,
        password,
        will,
        packet_max: connect.properties.as_ref().and_then(|p| p.max_packet_size),
        receive_max: connect.properties.and_then(|p| p.receive_maximum).unwrap_or(u16::MAX),
    })
}

/// Reads the next packet of a connected device; `None`: not all of it is there yet. With it comes its size in bytes.
pub(crate) fn packet(
    stream: &mut BytesMut,
    version: Version,
    limits: &FrameLimits,
) -> Result<Option<(Packet, usize)>, Broken> {
    let Some(mut frame) = frame(stream, limits)? else { return Ok(None) };
    let size = frame.bytes.len();
    let packet = match frame.kind {
        PUBLISH => Packet::Publish(publish(&mut frame, version)?),
        PUBACK if frame.body().len() >= 2 => Packet::PubAck,
        PINGREQ if frame.body().is_empty() => Packet::Ping,
        DISCONNECT => Packet::Disconnect(frame.body().first().is_none_or(|reason| *reason == 0)),
        SUBSCRIBE => subscribe(&mut frame.bytes, version)?,
        UNSUBSCRIBE => unsubscribe(&mut frame.bytes, version)?,
        CONNECT => return Err(Broken::Malformed("a second CONNECT")),
        _ => return Err(Broken::Malformed("empty packet")),
    };
    Ok(Some((packet, size)))
}

/// PUBLISH is read here: its topic may be anything (a refusal shows it), and it is the packet that has to be cheap.
fn publish(frame: &mut Frame, version: Version) -> Result<Publish, Broken> {
    const SHORT: Broken = Broken::Malformed("PUBLISH ends early");
    let flags = frame.flags;
    let qos = match (flags >> 1) & 3 {
        0 => Qos::AtMostOnce,
        1 => Qos::AtLeastOnce,
        _ => Qos::ExactlyOnce,
    };
    let mut body = std::mem::take(&mut frame.bytes).freeze();
    body.advance(frame.body_at);
    let topic_length = usize::from(body.try_get_u16().map_err(|_| SHORT)?);
    if body.len() < topic_length {
        return Err(SHORT);
    }
    let topic = String::from_utf8_lossy(&body[..topic_length]).into_owned();
    body.advance(topic_length);
    let packet_id = if qos == Qos::AtMostOnce { 0 } else { body.try_get_u16().map_err(|_| SHORT)? };
    if qos != Qos::AtMostOnce && packet_id == 0 {
        return Err(Broken::Malformed("packet id 0"));
    }
    if version == Version::Five {
        skip_properties(&mut body)?;
    }
    Ok(Publish { dup: flags & 8 != 0, qos, retain: flags & 1 != 0, topic, packet_id, payload: body })
}

/// Steps over the properties of a PUBLISH: none of them is used. A topic alias was not offered, so a publish that has
/// one and no topic is refused for its empty topic.
fn skip_properties(body: &mut Bytes) -> Result<(), Broken> {
    const BAD: Broken = Broken::Malformed("properties");
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let byte = body.try_get_u8().map_err(|_| BAD)?;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            if body.len() < length {
                return Err(BAD);
            }
            body.advance(length);
            return Ok(());
        }
    }
    Err(BAD)
}

fn subscribe(whole: &mut BytesMut, version: Version) -> Result<Packet, Broken> {
    const BAD: Broken = Broken::Malformed("SUBSCRIBE");
    let size = whole.len();
    let (packet_id, filters) = match version {
        Version::Four => {
            let Ok(v4::Packet::Subscribe(s)) = v4::Packet::read(whole, size) else { return Err(BAD) };
            (s.pkid, s.filters.into_iter().map(|f| (f.path, qos_four(f.qos))).collect())
        }
        Version::Five => {
            let Ok(v5::Packet::Subscribe(s)) = v5::Packet::read(whole, Some(size as u32)) else { return Err(BAD) };
            if s.properties.is_some_and(|p| p.id.is_some()) {
                return Err(Broken::Malformed("subscription identifiers are not supported"));
            }
            (s.pkid, s.filters.into_iter().map(|f| (f.path, qos_five(f.qos))).collect())
        }
    };
    if packet_id == 0 {
        return Err(BAD);
    }
    Ok(Packet::Subscribe { packet_id, filters })
}

fn unsubscribe(whole: &mut BytesMut, version: Version) -> Result<Packet, Broken> {
    const BAD: Broken = Broken::Malformed("UNSUBSCRIBE");
    let size = whole.len();
    let (packet_id, filters) = match version {
        Version::Four => {
            let Ok(v4::Packet::Unsubscribe(u)) = v4::Packet::read(whole, size) else { return Err(BAD) };
            (u.pkid, u.topics)
        }
        Version::Five => {
            let Ok(v5::Packet::Unsubscribe(u)) = v5::Packet::read(whole, Some(size as u32)) else { return Err(BAD) };
            (u.pkid, u.filters)
        }
    };
    if packet_id == 0 || filters.is_empty() {
        return Err(BAD);
    }
    Ok(Packet::Unsubscribe { packet_id, filters })
}

fn qos_four(qos: four::QoS) -> Qos {
    match qos {
        four::QoS::AtMostOnce => Qos::AtMostOnce,
        four::QoS::AtLeastOnce => Qos::AtLeastOnce,
        four::QoS::ExactlyOnce => Qos::ExactlyOnce,
    }
}

fn qos_five(qos: rumqttc::v5::mqttbytes::QoS) -> Qos {
    match qos as u8 {
        0 => Qos::AtMostOnce,
        1 => Qos::AtLeastOnce,
        _ => Qos::ExactlyOnce,
    }
}

/// What a CONNACK says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Welcome {
    Accepted,
    BadClientId,
    Unavailable,
    BadLogin,
    NotAuthorized,
}

/// Writes CONNACK. `assigned` is the client id of an MQTT 5 client that gave none.
pub(crate) fn connack(
    out: &mut BytesMut,
    version: Version,
    welcome: Welcome,
    receive_max: u16,
    packet_max: usize,
    assigned: Option<&str>,
) {
    if version == Version::Four {
        let code = match welcome {
            Welcome::Accepted => 0,
            Welcome::BadClientId => 2,
            Welcome::Unavailable => 3,
            Welcome::BadLogin => 4,
            Welcome::NotAuthorized => 5,
        };
        out.put_slice(&[0x20, 2, 0, code]);
        return;
    }
    let code = match welcome {
        Welcome::Accepted => 0,
        Welcome::BadClientId => 0x85,
        Welcome::Unavailable => 0x88,
        Welcome::BadLogin => 0x86,
        Welcome::NotAuthorized => 0x87,
    };
    let mut properties = BytesMut::new();
    if welcome == Welcome::Accepted {
        properties.put_u8(33); // receive maximum
        properties.put_u16(receive_max);
        properties.put_slice(&[36, 1]); // maximum quality of service
        properties.put_u8(39); // maximum packet size
        properties.put_u32((packet_max + PUBLISH_EXTRA) as u32);
        properties.put_slice(&[34, 0, 0]); // no topic aliases
        properties.put_slice(&[41, 0]); // no subscription identifiers
        properties.put_slice(&[42, 0]); // no shared subscriptions
        if let Some(name) = assigned {
            properties.put_u8(18);
            properties.put_u16(name.len() as u16);
            properties.put_slice(name.as_bytes());
        }
    }
    // Names are at most 32 bytes, so one byte holds each length.
    out.put_slice(&[0x20, 3 + properties.len() as u8, 0, code, properties.len() as u8]);
    out.put_slice(&properties);
}

/// Writes PUBACK; the reason code only where the protocol has a place for it.
pub(crate) fn puback(out: &mut BytesMut, version: Version, packet_id: u16, code: u8) {
    let [high, low] = packet_id.to_be_bytes();
    if version == Version::Four || code == 0 {
        out.put_slice(&[0x40, 2, high, low]);
    } else {
        out.put_slice(&[0x40, 3, high, low, code]);
    }
}

/// Writes SUBACK or UNSUBACK with one code per filter.
pub(crate) fn suback(out: &mut BytesMut, version: Version, packet_id: u16, codes: &[u8]) {
    out.put_u8(0x90);
    write_length(out, 2 + usize::from(version == Version::Five) + codes.len());
    out.put_u16(packet_id);
    if version == Version::Five {
        out.put_u8(0);
    }
    out.put_slice(codes);
}

/// Writes UNSUBACK for `filters` filters.
pub(crate) fn unsuback(out: &mut BytesMut, version: Version, packet_id: u16, codes: &[u8]) {
    out.put_u8(0xb0);
    if version == Version::Four {
        out.put_u8(2);
        out.put_u16(packet_id);
        return;
    }
    write_length(out, 3 + codes.len());
    out.put_u16(packet_id);
    out.put_u8(0);
    out.put_slice(codes);
}

/// Writes PINGRESP.
pub(crate) fn pong(out: &mut BytesMut) {
    out.put_slice(&[0xd0, 0]);
}

/// Writes DISCONNECT with its reason, which only MQTT 5 has from a server.
pub(crate) fn disconnect(out: &mut BytesMut, version: Version, code: u8) {
    if version == Version::Five {
        // The length of the properties could be left out, but not every client reads it so.
        out.put_slice(&[0xe0, 2, code, 0]);
    }
}

/// Bytes of a PUBLISH to a device.
pub(crate) fn publish_size(version: Version, topic: &str, payload: &[u8], packet_id: u16) -> usize {
    5 + 2 + topic.len() + 2 * usize::from(packet_id != 0) + usize::from(version == Version::Five) + payload.len()
}

/// Writes a PUBLISH to a device; `packet_id` 0 is quality of service 0.
pub(crate) fn write_publish(
    out: &mut BytesMut,
    version: Version,
    topic: &str,
    payload: &[u8],
    packet_id: u16,
    retain: bool,
) {
    let with_id = packet_id != 0;
    out.put_u8(0x30 | u8::from(retain) | u8::from(with_id) << 1);
    let five = usize::from(version == Version::Five);
    write_length(out, 2 + topic.len() + 2 * usize::from(with_id) + five + payload.len());
    out.put_u16(topic.len() as u16);
    out.put_slice(topic.as_bytes());
    if with_id {
        out.put_u16(packet_id);
    }
    if version == Version::Five {
        out.put_u8(0);
    }
    out.put_slice(payload);
}

fn write_length(out: &mut BytesMut, mut length: usize) {
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        if length == 0 {
            return out.put_u8(byte);
        }
        out.put_u8(byte | 0x80);
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
