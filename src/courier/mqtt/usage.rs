//! What the line costs: bytes sent and received, today and this month (UTC).
//!
//! MQTT bytes are counted exactly, packet by packet. rumqttc does not show its socket, so what goes over the wire is
//! estimated from them: [`on_the_wire`] adds TLS records, TCP and IP headers and the other side's bare ACKs, and each
//! connection adds its handshakes. Retransmissions by TCP are not seen; a modem bills them. `courier_contract` holds the
//! estimate (without TCP and IP) against a relay that counts.

use crate::files::write_atomically;
use std::path::Path;
use std::time::Duration;

/// How often a count that moves is written: a small file that is replaced whole costs a memory card 75 kB.
const WRITE_EVERY: Duration = Duration::from_secs(15 * 60);
/// One that moved by less than [`MUCH`] waits so long. A power cut takes that from the month's account.
const WRITE_EVERY_LITTLE: Duration = Duration::from_secs(60 * 60);
/// Bytes on the wire that are worth a write of their own.
const MUCH: u64 = 64 * 1024;

/// Most plaintext in one TLS record.
const TLS_RECORD: u64 = 16 * 1024;
/// What a TLS 1.3 record adds: header 5, content type 1, tag 16.
const TLS_RECORD_EXTRA: u64 = 22;
/// A whole handshake with a certificate of ours, tickets included, as measured with Mosquitto: client's and server's
/// bytes. `courier_contract` measures them again.
const TLS_FULL: (u64, u64) = (316, 1317);
/// One that a ticket shortened, new tickets included.
const TLS_RESUMED: (u64, u64) = (599, 512);
/// Payload of one TCP segment, timestamps on, over a path of 1400 bytes as mobile networks have it.
const SEGMENT: u64 = 1348;
/// IPv4, TCP and timestamps.
const SEGMENT_EXTRA: u64 = 52;
/// SYN or FIN exchanges of one connection, each direction.
const TCP_CONNECTION: u64 = 4 * SEGMENT_EXTRA;

/// Bytes of one period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// MQTT packets sent, exact.
    pub mqtt_sent: u64,
    /// MQTT packets received, exact.
    pub mqtt_received: u64,
    /// Sent on the wire with TLS, TCP and IP, estimated.
    pub wire_sent: u64,
    /// Received on the wire with TLS, TCP and IP, estimated.
    pub wire_received: u64,
}

impl Bytes {
    /// What a budget is held against: both directions on the wire, estimated.
    pub fn wire(&self) -> u64 {
        self.wire_sent + self.wire_received
    }

    fn add(&mut self, more: Bytes) {
        self.mqtt_sent += more.mqtt_sent;
        self.mqtt_received += more.mqtt_received;
        self.wire_sent += more.wire_sent;
        self.wire_received += more.wire_received;
    }
}

/// What was used today and this month, by the believed time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Days since 1970 of the day counted in `today`.
    pub day: u32,
    /// 100 × year + month of the month counted in `this_month`.
    pub month: u32,
    /// Since midnight UTC.
    pub today: Bytes,
    /// Since the first of the month, UTC.
    pub this_month: Bytes,
}

/// Which way a packet went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Sent,
    Received,
}

/// Bytes that `packet` MQTT bytes cause on the wire: in their own direction, and as ACKs in the other one.
pub fn on_the_wire(packet: u64, tls: bool) -> (u64, u64) {
    let stream = if tls { packet + TLS_RECORD_EXTRA * packet.div_ceil(TLS_RECORD) } else { packet };
    let segments = stream.div_ceil(SEGMENT);
    // A receiver acknowledges every second segment, and a lone one after a moment.
    (stream + segments * SEGMENT_EXTRA, segments.div_ceil(2) * SEGMENT_EXTRA)
}

/// The stream bytes of a handshake, client's and server's, without TCP.
pub fn tls_handshake(resumed: bool) -> (u64, u64) {
    if resumed { TLS_RESUMED } else { TLS_FULL }
}

impl Usage {
    /// Counts one MQTT packet at `now` (seconds since 1970).
    pub(super) fn packet(&mut self, now: u64, direction: Direction, len: u64, tls: bool) {
        let (there, back) = on_the_wire(len, tls);
        let bytes = match direction {
            Direction::Sent => Bytes { mqtt_sent: len, wire_sent: there, wire_received: back, ..Bytes::default() },
            Direction::Received => {
                Bytes { mqtt_received: len, wire_received: there, wire_sent: back, ..Bytes::default() }
            }
        };
        self.count(now, bytes);
    }

    /// Counts the making of one connection.
    pub(super) fn connection(&mut self, now: u64, tls: bool, resumed: bool) {
        let (sent, received) = if tls { tls_handshake(resumed) } else { (0, 0) };
        let segments = |len: u64| len.div_ceil(SEGMENT) * SEGMENT_EXTRA;
        let bytes = Bytes {
            wire_sent: sent + segments(sent) + TCP_CONNECTION,
            wire_received: received + segments(received) + TCP_CONNECTION,
            ..Bytes::default()
        };
        self.count(now, bytes);
    }

    fn count(&mut self, now: u64, bytes: Bytes) {
        let (day, month) = day_and_month(now);
        // A clock set back must not empty the month's count a second time.
        if day > self.day {
            (self.day, self.today) = (day, Bytes::default());
        }
        if month > self.month {
            (self.month, self.this_month) = (month, Bytes::default());
        }
        self.today.add(bytes);
        self.this_month.add(bytes);
    }

    /// The count as last written. What is missing or damaged counts from zero: it is an account, not a proof.
    pub(super) fn load(path: &Path) -> Self {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text).unwrap_or_else(|| {
                tracing::warn!(path = %path.display(), "the month's data count is damaged and starts again from zero");
                Self::default()
            }),
            Err(_) => Self::default(),
        }
    }

    /// Whether a power cut would take more than a write costs, `since` the count was written as `written`.
    pub(super) fn is_worth_writing(&self, written: &Self, since: Duration) -> bool {
        let before = if self.month == written.month { written.this_month.wire() } else { 0 };
        let every = if self.this_month.wire() >= before + MUCH { WRITE_EVERY } else { WRITE_EVERY_LITTLE };
        self != written && since >= every
    }

    pub(super) fn store(&self, path: &Path) -> std::io::Result<()> {
        write_atomically(path, self.to_text().as_bytes(), 0o644)
    }

    fn to_text(self) -> String {
        let bytes = |b: Bytes| format!("{} {} {} {}", b.mqtt_sent, b.mqtt_received, b.wire_sent, b.wire_received);
        let body = format!("{} {} {} {}", self.day, self.month, bytes(self.today), bytes(self.this_month));
        format!("{body} {:08x}\n", crc32fast::hash(body.as_bytes()))
    }

    fn from_text(text: &str) -> Option<Self> {
        let (body, crc) = text.strip_suffix('\n')?.rsplit_once(' ')?;
        if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(body.as_bytes()) {
            return None;
        }
        let numbers: Vec<u64> = body.split(' ').map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let [day, month, a, b, c, d, e, f, g, h] = numbers[..] else { return None };
        let bytes = |mqtt_sent, mqtt_received, wire_sent, wire_received| Bytes {
            mqtt_sent,
            mqtt_received,
            wire_sent,
            wire_received,
        };
        Some(Self {
            day: day.try_into().ok()?,
            month: month.try_into().ok()?,
            today: bytes(a, b, c, d),
            this_month: bytes(e, f, g, h),
        })
    }
}

fn day_and_month(now: u64) -> (u32, u32) {
    let second = i64::try_from(now).unwrap_or(i64::MAX);
    let date = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX));
    let month = date.year().unsigned_abs() as u32 * 100 + date.month().unsigned_abs() as u32;
    (u32::try_from(now / 86_400).unwrap_or(u32::MAX), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30T23:59:59Z.
    const LAST_OF_NOVEMBER: u64 = 1_796_083_199;

    #[test]
    fn counts_begin_again_with_the_day_and_the_month_and_not_when_the_clock_goes_back() {
        let mut usage = Usage::default();
        usage.packet(LAST_OF_NOVEMBER - 86_400, Direction::Sent, 100, false);
        usage.packet(LAST_OF_NOVEMBER, Direction::Sent, 10, false);
        assert_eq!((usage.month, usage.today.mqtt_sent, usage.this_month.mqtt_sent), (202_611, 10, 110));
        usage.packet(LAST_OF_NOVEMBER + 1, Direction::Received, 7, false);
        assert_eq!((usage.month, usage.today.mqtt_sent, usage.this_month.mqtt_received), (202_612, 0, 7));
        usage.packet(LAST_OF_NOVEMBER, Direction::Received, 1, false);
        assert_eq!((usage.month, usage.this_month.mqtt_received), (202_612, 8));
    }

    #[test]
    fn a_lone_packet_of_300_bytes_costs_a_record_a_segment_and_an_ack() {
        assert_eq!(on_the_wire(300, true), (300 + 22 + 52, 52));
        assert_eq!(on_the_wire(300, false), (352, 52));
        assert_eq!(on_the_wire(2 * SEGMENT, false), (2 * SEGMENT + 104, 52));
        assert_eq!(on_the_wire(TLS_RECORD, true).0 - TLS_RECORD, 22 + 13 * 52);
    }

    #[test]
    fn a_count_is_written_when_it_moved_much_or_long_ago_and_never_when_it_stands() {
        let none = Usage::default();
        let mut little = none;
        little.packet(LAST_OF_NOVEMBER, Direction::Sent, 300, true);
        let mut much = little;
        much.packet(LAST_OF_NOVEMBER, Direction::Sent, MUCH, true);
        let (soon, later) = (WRITE_EVERY - Duration::from_secs(1), WRITE_EVERY_LITTLE);
        assert!(!none.is_worth_writing(&none, later));
        assert!(!little.is_worth_writing(&none, WRITE_EVERY) && little.is_worth_writing(&none, later));
        assert!(!much.is_worth_writing(&none, soon) && much.is_worth_writing(&none, WRITE_EVERY));
        assert!(!much.is_worth_writing(&much, later));
        let mut december = much;
        december.packet(LAST_OF_NOVEMBER + 1, Direction::Sent, 2 * MUCH, true);
        assert!(december.is_worth_writing(&much, WRITE_EVERY), "the month's count began again");
    }

    #[test]
    fn the_count_survives_a_restart_and_a_damaged_one_starts_at_zero() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("usage");
        assert_eq!(Usage::load(&path), Usage::default());
        let mut usage = Usage::default();
        usage.connection(LAST_OF_NOVEMBER, true, false);
        usage.packet(LAST_OF_NOVEMBER, Direction::Sent, 100, true);
        usage.store(&path).expect("stored");
        assert_eq!(Usage::load(&path), usage);
        let text = std::fs::read_to_string(&path).expect("there");
        std::fs::write(&path, text.replacen("100", "101", 1)).expect("written");
        assert_eq!(Usage::load(&path), Usage::default());
    }
}
