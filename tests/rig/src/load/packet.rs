//! The four packets of MQTT 3.1.1 that a publisher at QoS 1 needs. Pure; writes into the caller's buffer.
//!
//! Deliberately absent: everything else. A packet that a publisher does not expect is skipped whole.

/// What a broker sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Its return code; 0 is yes.
    ConnAck { code: u8 },
    /// The id of the publish that it has taken.
    PubAck { id: u16 },
    /// Something that concerns us not.
    Other,
}

/// The bytes are no MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// PINGREQ, whole.
pub(super) const PING: [u8; 2] = [0xc0, 0];
/// DISCONNECT, whole.
pub(super) const DISCONNECT: [u8; 2] = [0xe0, 0];

/// Who connects, and how.
pub(super) struct Connect<'a> {
    pub(super) client_id: &'a str,
    /// Name and password.
    pub(super) login: Option<(&'a str, &'a str)>,
    pub(super) is_clean: bool,
    pub(super) keep_alive_s: u16,
}

pub(super) fn write_connect(connect: &Connect<'_>, out: &mut Vec<u8>) {
    let login_bytes = connect.login.map_or(0, |(name, password)| 4 + name.len() + password.len());
    let login_flags = if connect.login.is_some() { 0xc0 } else { 0 };
    out.push(0x10);
    write_length(12 + connect.client_id.len() + login_bytes, out);
    out.extend_from_slice(b"\0\x04MQTT\x04");
    out.push(login_flags | u8::from(connect.is_clean) << 1);
    out.extend_from_slice(&connect.keep_alive_s.to_be_bytes());
    write_text(connect.client_id, out);
    if let Some((name, password)) = connect.login {
        write_text(name, out);
        write_text(password, out);
    }
}

/// The header of a PUBLISH at QoS 1; exactly `payload_len` bytes of payload are to follow.
pub(super) fn write_publish(topic: &str, id: u16, is_repeat: bool, payload_len: usize, out: &mut Vec<u8>) {
    out.push(0x32 | u8::from(is_repeat) << 3);
    write_length(4 + topic.len() + payload_len, out);
    write_text(topic, out);
    out.extend_from_slice(&id.to_be_bytes());
}

fn write_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let length = u16::try_from(text.len()).expect("invariant: names and topics are short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The first packet in these bytes and its length, or nothing while it is not whole.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(Answer, usize)>, Malformed> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    let mut length = 0;
    for (index, &byte) in rest.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let start = 2 + index;
            let Some(body) = bytes.get(start..start + length) else { return Ok(None) };
            return Ok(Some((answer(first, body)?, start + length)));
        }
    }
    if rest.len() < 4 { Ok(None) } else { Err(Malformed) }
}

fn answer(first: u8, body: &[u8]) -> Result<Answer, Malformed> {
    match (first, body) {
        (0x20, &[_, code]) => Ok(Answer::ConnAck { code }),
        (0x40, &[high, low]) => Ok(Answer::PubAck { id: u16::from_be_bytes([high, low]) }),
        (0x20 | 0x40 | 0x00, _) => Err(Malformed),
        _ => Ok(Answer::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connect_is_as_the_standard_has_it() {
        let mut out = Vec::new();
        let login = Some(("u", "pw"));
        write_connect(&Connect { client_id: "c1", login, is_clean: true, keep_alive_s: 60 }, &mut out);
        assert_eq!(out, b"\x10\x15\0\x04MQTT\x04\xc2\0\x3c\0\x02c1\0\x01u\0\x02pw");
    }

    #[test]
    fn a_publish_is_as_the_standard_has_it() {
        let mut out = Vec::new();
        write_publish("a/b", 0x0102, true, 200, &mut out);
        assert_eq!(out, b"\x3a\xcf\x01\0\x03a/b\x01\x02");
    }

    #[test]
    fn answers_are_read_one_by_one_and_only_whole() {
        let bytes = [0x20, 2, 0, 5, 0x40, 2, 1, 2, 0xd0, 0];
        assert_eq!(read(&bytes), Ok(Some((Answer::ConnAck { code: 5 }, 4))));
        assert_eq!(read(&bytes[4..]), Ok(Some((Answer::PubAck { id: 0x0102 }, 4))));
        assert_eq!(read(&bytes[8..]), Ok(Some((Answer::Other, 2))));
        for whole in [0..4, 4..8, 8..10] {
            for end in whole.start..whole.end {
                assert_eq!(read(&bytes[whole.start..end]), Ok(None));
            }
        }
    }

    #[test]
    fn what_is_no_mqtt_is_malformed() {
        for bytes in [&[0x40, 3, 1, 2, 3][..], &[0x20, 0], &[0, 0], &[0x30, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(read(bytes), Err(Malformed), "{bytes:?}");
        }
    }
}
