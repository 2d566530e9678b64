//! The times and sizes that a link keeps to: a box's, the office's.

use crate::wire::message::MAX_BATCH_BYTES;

/// The times and sizes that a link keeps to.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long an ack may wait for something to travel with, while the peer has nothing more to say. The office answers
    /// at once; a box waits, so that the ack of an outcome goes with the next sale.
    pub ack_delay_ms: u64,
    /// How long the peer may let an ack wait. No batch counts as late before.
    pub peer_ack_delay_ms: u64,
    /// How long a batch under way keeps what waits from going, where the peer lets acks wait: none tells that it has landed.
    pub gather_ms: u64,
    /// First wait for an ack before a batch is sent again; doubles each time.
    pub resend_ms: u64,
    /// Longest wait before sending again.
    pub resend_max_ms: u64,
    /// Most batches under way.
    pub window: usize,
    /// Largest batch, in bytes of records before compression.
    pub batch_bytes: usize,
    /// Smallest size that a breaking line makes of a batch. Three of them fill a line of 32 kbit/s with 600 ms.
    pub batch_floor_bytes: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ack_delay_ms: 0,
            peer_ack_delay_ms: 0,
            gather_ms: u64::MAX,
            resend_ms: 30_000,
            resend_max_ms: 600_000,
            window: 3,
            batch_bytes: MAX_BATCH_BYTES,
            batch_floor_bytes: 8_192,
        }
    }
}

/// How long a box lets an ack of the office's word wait for its next sale. An envelope of its own costs as much as half a sale;
/// a shop that sells once in five minutes never pays it.
const BOX_ACK_DELAY_MS: u64 = 300_000;

/// How long the office gathers its word behind a batch whose ack the box lets wait: what became of a sale is known at the till while the
/// customer is still there, and the words on ten sales go in one envelope.
const GATHER_MS: u64 = 10_000;

impl Rules {
    /// Those of a box.
    pub fn of_box() -> Self {
        Self { ack_delay_ms: BOX_ACK_DELAY_MS, ..Self::default() }
    }

    /// Those of the office.
    pub fn of_office() -> Self {
        Self { peer_ack_delay_ms: BOX_ACK_DELAY_MS, gather_ms: GATHER_MS, ..Self::default() }
    }
}
