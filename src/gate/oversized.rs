//! A PUBLISH that is larger than the limit: its head is kept for the refusal, the rest is read and thrown away.
//!
//! A device that knows no other way would send it again for ever if the connection were just closed.

use super::codec::{Broken, Publish, Qos};
use bytes::{Buf, Bytes, BytesMut};

/// Bytes of the payload that are kept.
const KEPT: usize = 256;
/// Longest topic of such a PUBLISH; a longer one is garbage, not a large message.
const TOPIC: usize = 1024;

/// See the module.
pub(crate) struct Oversized {
    pub(crate) publish: Publish,
    left: usize,
}

impl Oversized {
    /// Reads the head of the packet at the front of `input`, whose frame was found to be valid but too long; `None`:
    /// not enough of it is there yet, and nothing was taken.
    pub(crate) fn begin(input: &mut BytesMut) -> Result<Option<Self>, Broken> {
        const BAD: Broken = Broken::Malformed("PUBLISH");
        let Some(&first) = input.first() else { return Ok(None) };
        if first >> 4 != 3 {
            return Err(Broken::Malformed("packet is too long"));
        }
        let digits = 1 + input.iter().skip(1).take(4).take_while(|byte| **byte & 0x80 != 0).count();
        let Some(length) = input.get(1..=digits) else { return Ok(None) };
        let length = length.iter().rev().fold(0, |n, byte| n << 7 | usize::from(byte & 0x7f));
        let body_at = 1 + digits;
        let Some(topic_length) = input.get(body_at..body_at + 2) else { return Ok(None) };
        let topic_length = usize::from(u16::from_be_bytes([topic_length[0], topic_length[1]]));
        if topic_length > TOPIC || length < topic_length + 4 + KEPT {
            return Err(BAD);
        }
        let whole_head = body_at + 2 + topic_length + 2 + KEPT;
        if input.len() < whole_head {
            return Ok(None);
        }
        let left = body_at + length - whole_head;
        let mut head: Bytes = input.split_to(whole_head).freeze();
        head.advance(body_at + 2);
        let topic = String::from_utf8_lossy(&head.split_to(topic_length)).into_owned();
        let qos = match (first >> 1) & 3 {
            0 => Qos::AtMostOnce,
            1 => Qos::AtLeastOnce,
            _ => Qos::ExactlyOnce,
        };
        let packet_id = if qos == Qos::AtMostOnce { 0 } else { head.get_u16() };
        if qos != Qos::AtMostOnce && packet_id == 0 {
            return Err(BAD);
        }
        let payload = Bytes::copy_from_slice(&head);
        let publish = Publish { dup: first & 8 != 0, qos, retain: first & 1 != 0, topic, packet_id, payload };
        Ok(Some(Self { publish, left }))
    }

    /// Throws away what was read of the rest; returns how much.
    pub(crate) fn skip(&mut self, input: &mut BytesMut) -> usize {
        let skipped = self.left.min(input.len());
        input.advance(skipped);
        self.left -= skipped;
        skipped
    }

    /// Whether all of it has been read.
    pub(crate) fn is_whole(&self) -> bool {
        self.left == 0
    }
}
