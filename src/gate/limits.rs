//! What the gate allows at most, and the bucket that measures rates.

use std::time::{Duration, Instant};

/// Every limit of a gate. The defaults suit a box with some dozens of devices on a Raspberry Pi.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Logged-in connections. Past it a CONNECT gets "server unavailable". A login has one connection: its client id
    /// is its name, and a second CONNECT takes over from the first.
    pub connections: usize,
    /// Connections that have not logged in yet. When one more arrives, the oldest of them is dropped.
    pub pending: usize,
    /// Time from accepted socket to whole CONNECT, handshakes of TLS and WebSocket included.
    pub connect_time: Duration,
    /// Bytes of a payload with its topic; a larger PUBLISH closes the connection once it is recorded as refused.
    pub packet_bytes: usize,
    /// Packets a second of one device, over all of its connections; past it the gate reads slower.
    pub packets_per_second: f64,
    /// Packets that a device may send at once before the rate counts.
    pub packets_burst: f64,
    /// Bytes a second of one device; past it the gate reads slower.
    pub bytes_per_second: f64,
    /// Bytes that a device may send at once before the rate counts.
    pub bytes_burst: f64,
    /// A device that was read slower without a break for this long floods, and is disconnected.
    pub flood_after: Duration,
    /// Publishes of one connection that wait for their answer; past it the gate stops reading from it.
    pub in_flight: u16,
    /// Filters one connection may have subscribed.
    pub subscriptions: usize,
    /// Refusals of one device in a minute that are recorded; past it the device is disconnected without PUBACK.
    pub refusals_per_minute: u32,
    /// Silence after which a connection that asked for no keepalive is closed.
    pub idle_without_keepalive: Duration,
    /// Bytes waiting for a subscriber's socket above which the gate takes no more from the router for it.
    pub outgoing_bytes: usize,
    /// A subscriber whose socket took nothing for this long while bytes waited is disconnected.
    pub slow_subscriber: Duration,
    /// How long a device waits, connected but unread, after the desk could not record: then it is disconnected, so
    /// that it sends again. It keeps a full disk from becoming a storm of reconnects.
    pub unavailable_pause: Duration,
    /// Different topics that may ever be handed to one router, which frees none of them (0.9 KiB each).
    pub topics: usize,
    /// Bytes per segment, and segments, that the router keeps per filter: what a subscriber may lag behind. It is
    /// never given back, so it bounds the router's memory per filter. A segment is at least 1 KiB.
    pub router_segment: (usize, usize),
    /// Publishes of the owner that may wait for the router; past it the oldest that is not retained is dropped.
    pub publish_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            pending: 1024,
            connect_time: Duration::from_secs(10),
            packet_bytes: 256 * 1024,
            packets_per_second: 5_000.0,
            packets_burst: 10_000.0,
            bytes_per_second: 4.0 * 1024.0 * 1024.0,
            bytes_burst: 8.0 * 1024.0 * 1024.0,
            flood_after: Duration::from_secs(300),
            in_flight: 64,
            subscriptions: 32,
            refusals_per_minute: 60,
            idle_without_keepalive: Duration::from_secs(3600),
            outgoing_bytes: 64 * 1024,
            slow_subscriber: Duration::from_secs(10),
            unavailable_pause: Duration::from_secs(2),
            topics: 4096,
            router_segment: (32 * 1024, 4),
            publish_queue: 4096,
        }
    }
}

/// Longest CONNECT, which is read before anyone has logged in: name, password and a will fit well.
pub(crate) const CONNECT_BYTES: usize = 8 * 1024;

/// Longest SUBSCRIBE or UNSUBSCRIBE: 32 filters of the longest kind take 4.2 KiB.
pub(crate) const SUBSCRIBE_BYTES: usize = 16 * 1024;

/// Tokens that refill with time; taking may go into debt, and the debt says how long to wait.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    burst: f64,
    per_second: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(per_second: f64, burst: f64, now: Instant) -> Self {
        Self { tokens: burst, burst, per_second, filled: now }
    }

    /// Takes `amount`, and says how long the taker has to rest (zero: go on).
    pub(crate) fn take(&mut self, amount: f64, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst) - amount;
        self.filled = now;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / self.per_second) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10.0, 5.0, start);
        for _ in 0..5 {
            assert_eq!(bucket.take(1.0, start), Duration::ZERO);
        }
        assert_eq!(bucket.take(1.0, start), Duration::from_millis(100));
        assert_eq!(bucket.take(1.0, start + Duration::from_millis(300)), Duration::ZERO);
        assert!(bucket.take(1.0, start + Duration::from_millis(300)) == Duration::ZERO);
        assert!(bucket.take(1.0, start + Duration::from_millis(300)) > Duration::ZERO);
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1000.0, 2.0, start);
        let later = start + Duration::from_secs(60);
        assert_eq!(bucket.take(2.0, later), Duration::ZERO);
        assert!(bucket.take(1.0, later) > Duration::ZERO);
    }
}
