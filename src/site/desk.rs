//! Between the gate and the journal: what a device publishes becomes an entry, and the answer waits for the disk.

use super::admit::{Admit, Came, Note, Submission};
use super::health::Health;
use super::people::Reception;
use crate::domain::id::{DeviceId, SiteId};
use crate::domain::person::SessionId;
use crate::domain::record::{Entry, Sent, Weight};
use crate::domain::time::rfc3339;
use crate::gate::{self, Answer, Incoming, Pass, Publisher, Qos, Refusal, RefusalCode, RefusalReason, Route};
use crate::intake::{self, Code, Reason, Receipt, Status, receipt};
use crate::journal::{Done, Reply, ScribeHandle};
use serde_json::json;
use std::sync::{Arc, OnceLock};

/// The kinds of device, and what each may do: its own topics, its receipts, and the state of the box.
pub const KINDS: &[&str] = &["scanner", "scale", "tablet"];

/// The rights of a device.
pub(super) fn rights(device: &DeviceId, kind: &str) -> Option<gate::logins::Rights> {
    if *device == DeviceId::office() {
        return None;
    }
    let own: &[String] = match kind {
        "scanner" => &[format!("in/{device}/scan")],
        "scale" => &[format!("in/{device}/weight")],
        "tablet" => &[
            format!("in/{device}/scan"),
            format!("in/{device}/weight"),
            format!("tx/{device}/+"),
            format!("me/{device}/+"),
        ],
        _ => return None,
    };
    let filters = |names: &[String]| names.iter().filter_map(|name| gate::TopicFilter::new(name).ok()).collect();
    Some(gate::logins::Rights {
        publish: filters(own),
        subscribe: filters(&[receipt::topic(device), intake::people::topic(device), "state/#".to_owned()]),
    })
}

/// What was read: the entry, and the session that came beside it.
type Read = (Entry, Option<SessionId>);

/// The site's desk.
pub(super) struct Desk {
    pub(super) site: SiteId,
    pub(super) scribe: ScribeHandle<Admit>,
    pub(super) health: Arc<Health>,
    /// Hears what people ask.
    pub(super) reception: Reception,
    /// Set once the gate is there: it needs the desk first.
    pub(super) publisher: Arc<OnceLock<Publisher>>,
}

impl Desk {
    fn submit(&self, (entry, session): Read, reason: Option<Reason>, came: Came, answer: Answer, code: RefusalCode) {
        let counted = reason.is_some();
        let weighed = match &entry {
            Entry::Weight(weight) => Some(weight.clone()),
            _ => None,
        };
        let reply = self.reply(came.device.clone(), came.sent.packet, weighed, answer, (code, counted));
        // A full queue drops the answer: the device is told nothing, keeps what it has and comes again.
        if let Err(error) = self.scribe.try_submit(Submission::new(entry, reason, session, came), reply) {
            self.health.overloaded(&error);
        }
    }

    /// `counted` where it is a refusal that is in the device's quota already.
    fn reply(
        &self,
        device: DeviceId,
        packet: u16,
        weighed: Option<Weight>,
        answer: Answer,
        (code, counted): (RefusalCode, bool),
    ) -> Reply<Note> {
        let (site, health, publisher) = (self.site.clone(), self.health.clone(), self.publisher.clone());
        Box::new(move |done| match done {
            Ok(Done { written, note, .. }) => {
                health.recorded();
                match &note.reason {
                    None => answer.recorded(),
                    // The writer has refused it, past the quota: it is recorded, and the gate disconnects the device.
                    Some(_) if !counted && !answer.claim_refusal() => {}
                    Some(reason) if reason.code == Code::Conflict => {
                        answer.refused_recorded(RefusalCode::ImplementationSpecific);
                    }
                    Some(_) => answer.refused_recorded(code),
                }
                if let (Some(Weight { weight, unit, .. }), Some(publisher)) = (&weighed, publisher.get()) {
                    // For the tablet beside the scale: what is weighed now, and never what was.
                    let now = json!({ "weight": weight, "unit": unit, "at": rfc3339(note.at_ms) });
                    publisher.publish(&format!("state/weight/{device}"), now.to_string(), false);
                }
                let topic = receipt::topic(&device);
                let Some(publisher) = publisher.get().filter(|publisher| publisher.is_wanted(&topic)) else { return };
                let receipt = Receipt {
                    id: note.id,
                    status: if note.reason.is_some() { Status::Refused } else { Status::Recorded },
                    site: &site,
                    position: written.position,
                    hash: written.hash,
                    at_ms: note.at_ms,
                    reason: note.reason.as_ref(),
                    packet: Some(packet),
                    number: note.printed.number.as_deref(),
                    total: note.printed.total,
                    marks: &note.printed.marks,
                    outcome: None,
                };
                publisher.publish(&topic, receipt.to_json(), false);
            }
            Err(error) => health.refused(&error),
        })
    }
}

impl gate::Desk for Desk {
    fn route(&self, _: &Pass, topic: &str, _: Qos, _: bool) -> Route {
        if ["in/", "tx/", "me/"].iter().any(|root| topic.starts_with(root)) { Route::Record } else { Route::Unknown }
    }

    fn take(&self, incoming: Incoming, answer: Answer) {
        let Incoming { pass, session, topic, payload, qos, packet_id, dup, .. } = incoming;
        let device = pass.device.clone();
        let sent = Sent { session, packet: packet_id, dup };
        let read = match qos {
            _ if topic.starts_with("me/") => match intake::people::read(&device, &topic, &payload) {
                Ok(ask) => return self.reception.ask(device, ask, packet_id, answer),
                Err(reason) => Err(reason),
            },
            Qos::AtMostOnce if topic.starts_with("tx/") => {
                Err(Reason::new(Code::Qos, "a document at QoS 0 can be lost on the way: publish it with QoS 1"))
            }
            _ => intake::read_with_session(&device, &topic, &payload, sent),
        };
        let came = Came { device, topic, payload, sent };
        match read {
            Ok(read) => self.submit(read, None, came, answer, RefusalCode::ImplementationSpecific),
            // Over its quota: no record and no PUBACK; the gate disconnects the device.
            Err(_) if !answer.claim_refusal() => {}
            Err(reason) => {
                let entry = intake::refused(&came.device, &came.topic, &came.payload, sent, &reason);
                self.submit((entry, None), Some(reason), came, answer, RefusalCode::PayloadFormatInvalid);
            }
        }
    }

    fn refuse(&self, refusal: Refusal, answer: Answer) {
        let Refusal { pass, session, topic, reason, payload, packet_id, dup } = refusal;
        let device = pass.device.clone();
        let sent = Sent { session, packet: packet_id, dup };
        let why = match reason {
            RefusalReason::ExactlyOnce => Code::Qos,
            RefusalReason::TooLarge => Code::TooLarge,
            RefusalReason::BadTopic(_) | RefusalReason::NotAllowed | RefusalReason::TooManyTopics => Code::UnknownTopic,
        };
        let why = Reason::new(why, reason.to_string());
        let entry = intake::refused(&device, &topic, &payload, sent, &why);
        self.submit((entry, None), Some(why), Came { device, topic, payload, sent }, answer, reason.code());
    }
}
