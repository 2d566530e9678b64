//! The office's road to its boxes: its own gate, or somebody else's broker. Either way envelopes in, envelopes out.

use crate::courier::mqtt::MqttCourier;
use crate::courier::{Courier, Purpose, Refused};
use crate::domain::id::{DeviceId, SiteId};
use crate::gate::{self, Answer, Incoming, Pass, Publisher, Qos, Refusal, RefusalCode, Route, TopicFilter};
use crate::wire::envelope::MAX_ENVELOPE;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Envelopes that wait to be sorted to their sites. What does not fit is lost, and sent again by its box.
pub(super) const SORTING: usize = 256;

/// An envelope as it came.
pub(super) struct Came {
    pub(super) purpose: Purpose,
    pub(super) bytes: Vec<u8>,
}

/// The way out.
pub(super) enum Road {
    /// Boxes are logged in here.
    Gate(OnceLock<Publisher>),
    /// Boxes and the office are clients of a broker.
    Broker(MqttCourier),
}

impl Road {
    /// Hands an envelope over, and promises nothing more.
    pub(super) fn send(&self, to: &SiteId, purpose: Purpose, envelope: Vec<u8>) -> Result<(), Refused> {
        match self {
            Self::Broker(courier) => courier.send(to, purpose, envelope),
            Self::Gate(publisher) => {
                if envelope.len() > MAX_ENVELOPE {
                    return Err(Refused::TooLarge { len: envelope.len() });
                }
                let publisher = publisher.get().ok_or(Refused::NotConnected)?;
                match publisher.publish(&format!("op/{to}/down"), envelope, false) {
                    true => Ok(()),
                    false => Err(Refused::NotConnected),
                }
            }
        }
    }

    /// Whether a box listens at the office's own gate at this moment, by what the gate itself sees of its connection. A broker of
    /// somebody else's does not tell.
    pub(super) fn is_listening(&self, site: &SiteId) -> Option<bool> {
        match self {
            Self::Broker(_) => None,
            Self::Gate(publisher) => {
                Some(publisher.get().is_some_and(|publisher| publisher.is_wanted(&format!("op/{site}/down"))))
            }
        }
    }
}

/// A box's rights at the office's gate: its own three topics.
pub(super) fn rights(site: &DeviceId, kind: &str) -> Option<gate::logins::Rights> {
    let filters = |names: &[String]| names.iter().filter_map(|name| TopicFilter::new(name).ok()).collect();
    (kind == KIND).then(|| gate::logins::Rights {
        publish: filters(&[format!("op/{site}/up"), format!("op/{site}/enrol")]),
        subscribe: filters(&[format!("op/{site}/down")]),
    })
}

/// The kind of login that a box has.
pub(super) const KIND: &str = "box";

/// The desk of the office's gate: sorts, and keeps nothing.
pub(super) struct Counter {
    pub(super) came: mpsc::Sender<Came>,
    pub(super) dropped: AtomicU64,
}

impl gate::Desk for Counter {
    fn route(&self, _: &Pass, topic: &str, _: Qos, _: bool) -> Route {
        if purpose(topic).is_some() { Route::Record } else { Route::Unknown }
    }

    fn take(&self, incoming: Incoming, answer: Answer) {
        // A PUBACK says only that the envelope was taken off the line: the word that ends the box's duty is the ack in
        // an envelope of ours.
        answer.recorded();
        let Some(purpose) = purpose(&incoming.topic) else { return };
        let came = Came { purpose, bytes: incoming.payload.to_vec() };
        if self.came.try_send(came).is_err() && self.dropped.fetch_add(1, Ordering::Relaxed).is_multiple_of(100) {
            tracing::warn!("envelopes come faster than they can be stored; boxes will send them again");
        }
    }

    fn refuse(&self, refusal: Refusal, answer: Answer) {
        tracing::warn!(site = %refusal.pass.device, reason = %refusal.reason, "a box published what it may not");
        answer.refused_recorded(RefusalCode::NotAuthorized);
    }
}

fn purpose(topic: &str) -> Option<Purpose> {
    match topic.rsplit_once('/')?.1 {
        "up" => Some(Purpose::Records),
        "enrol" => Some(Purpose::Enrol),
        _ => None,
    }
}
