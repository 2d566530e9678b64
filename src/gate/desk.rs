//! The counter between the gate and its owner: what the owner implements, what it is handed, how it answers.
//!
//! In comes each publish that a device was allowed to make; the owner answers through [`Answer`], once, from any
//! thread, whenever the journal has it. The gate keeps the order of PUBACKs and writes those that became ready
//! together at once. What is absent: the journal, the payload's meaning, any waiting.

use super::codec::Qos;
use super::doorkeeper::Pass;
use super::window::Window;
use bytes::Bytes;
use std::sync::Arc;

/// Where a publish goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To [`Desk::take`]; PUBACK when that has answered.
    Record,
    /// To the router, for whoever has subscribed; PUBACK at once, nothing is kept.
    Relay,
    /// Nowhere: the desk does not know this topic. It is refused like one the pass does not allow.
    Unknown,
}

/// One publish that is to be recorded.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Who: the login and what it may do.
    pub pass: Arc<Pass>,
    /// 0 for the login's one persistent session (clean session 0), else a number made at CONNECT. Together with
    /// device, packet id and bytes it recognises a retransmission of a device that has no ids of its own.
    pub session: u32,
    /// The topic, checked and within the pass.
    pub topic: String,
    /// The bytes, as sent.
    pub payload: Bytes,
    /// At most or at least once; exactly once is refused before it comes here.
    pub qos: Qos,
    /// The packet id, 0 at [`Qos::AtMostOnce`].
    pub packet_id: u16,
    /// The device says that it has sent this before.
    pub dup: bool,
    /// The device asks for it to be retained.
    pub retain: bool,
}

/// Why the gate itself refuses a publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// The topic is not one at all (alphabet, wildcard, length, reserved).
    #[error("bad topic: {0}")]
    BadTopic(#[from] super::topics::BadTopic),
    /// The login may not publish there, or the desk does not know the topic.
    #[error("this login may not publish to this topic")]
    NotAllowed,
    /// Quality of service 2.
    #[error("quality of service 2 is not supported: publish with 1")]
    ExactlyOnce,
    /// Larger than the limit; the payload is cut to what was read, the connection is closed after it.
    #[error("the message is larger than the limit")]
    TooLarge,
    /// The router has seen too many different topics.
    #[error("too many different topics are in use")]
    TooManyTopics,
}

impl RefusalReason {
    /// The reason code of MQTT 5 for it.
    pub fn code(self) -> RefusalCode {
        match self {
            Self::BadTopic(_) => RefusalCode::TopicNameInvalid,
            Self::NotAllowed => RefusalCode::NotAuthorized,
            Self::TooManyTopics => RefusalCode::QuotaExceeded,
            Self::ExactlyOnce | Self::TooLarge => RefusalCode::ImplementationSpecific,
        }
    }
}

/// A publish that the gate refuses, to be recorded as a refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Who: the login and what it may do.
    pub pass: Arc<Pass>,
    /// See [`Incoming::session`].
    pub session: u32,
    /// The topic as sent, with what is not UTF-8 replaced; at most 65,535 bytes.
    pub topic: String,
    /// Why.
    pub reason: RefusalReason,
    /// The bytes, as sent.
    pub payload: Bytes,
    /// The packet id, 0 at quality of service 0.
    pub packet_id: u16,
    /// The device says that it has sent this before.
    pub dup: bool,
}

/// Reason codes of a refused PUBLISH (MQTT 5; a 3.1.1 device gets a plain PUBACK and reads its receipt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RefusalCode {
    /// It cannot be taken, for a reason that only the receipt tells.
    ImplementationSpecific = 0x83,
    /// Not allowed.
    NotAuthorized = 0x87,
    /// Not a topic that is known here.
    TopicNameInvalid = 0x90,
    /// A quota is used up.
    QuotaExceeded = 0x97,
    /// The bytes are not what the topic asks for.
    PayloadFormatInvalid = 0x99,
}

/// What the owner of a gate does with publishes. Every call must return at once: it runs on the connection's task.
pub trait Desk: Send + Sync + 'static {
    /// Where an allowed publish goes.
    fn route(&self, pass: &Pass, topic: &str, qos: Qos, retain: bool) -> Route;

    /// Record this, then answer. The answer of a publish at quality of service 0 sends nothing, and still holds one
    /// place of the connection's window until it is given.
    fn take(&self, incoming: Incoming, answer: Answer);

    /// Record this refusal, then answer with [`Answer::refused_recorded`] and [`RefusalReason::code`]. The device's
    /// quota was counted already: do not call [`Answer::claim_refusal`] here.
    fn refuse(&self, refusal: Refusal, answer: Answer);
}

/// The one answer that a publish is owed. Dropping it means [`Answer::unavailable`].
#[derive(Debug)]
pub struct Answer {
    window: Arc<Window>,
    seq: u64,
    given: bool,
}

impl Answer {
    pub(crate) fn new(window: Arc<Window>, seq: u64) -> Self {
        Self { window, seq, given: false }
    }

    /// The journal has it on disk: PUBACK.
    pub fn recorded(mut self) {
        self.given = true;
        self.window.answer(self.seq, Some(0));
    }

    /// The refusal is on disk: PUBACK, with the reason where MQTT has a place for it.
    pub fn refused_recorded(mut self, reason: RefusalCode) {
        self.given = true;
        self.window.answer(self.seq, Some(reason as u8));
    }

    /// It could not be recorded: no PUBACK. The device is disconnected after a pause, keeps the message and sends it
    /// again.
    pub fn unavailable(self) {}

    /// Counts one refusal of this device: before the desk records it, or after where only its writer could tell. False means that
    /// its quota for this minute is used up: record nothing more and drop the answer; the gate disconnects the device without PUBACK.
    #[must_use]
    pub fn claim_refusal(&self) -> bool {
        self.window.claim_refusal()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.given {
            self.window.answer(self.seq, None);
        }
    }
}
