//! The MQTT road, over any broker: the office's own gate, or Mosquitto, or what the company already has.
//!
//! In go envelopes for a site, out come envelopes and the line's ups and downs. One task owns the connection: it polls
//! rumqttc and reconnects with jittered backoff. Every connection is a fresh rumqttc client with a clean session:
//! rumqttc drops its queue on a reconnect, brokers forget sessions, and neither matters, because a PUBACK is nobody's
//! proof here and `sync` sends again whatever was not acked by the other end's disk. QoS 1 serves only to measure
//! what the line can take.
//!
//! Topics: a box publishes `op/<site>/up` and `op/<site>/enrol` and reads `op/<site>/down`; the office the reverse with
//! `op/+/up`, `op/+/enrol`. A broker should let a box's login do only its own three.
//!
//! Deliberately absent: retries of an envelope, persistent sessions, retained messages, anything about its content.

mod config;
mod link;
mod outbox;
mod usage;

pub use config::{BadBrokerUrl, BrokerUrl, ConfigError, Login, MqttConfig, Policy, Role};
pub use usage::{Bytes, Usage, on_the_wire, tls_handshake};

use super::inbox::Inbox;
use super::{Arrivals, Courier, Purpose, Refused, Why, check_length};
use crate::domain::id::SiteId;
use link::Wish;
use outbox::Outbox;
use rumqttc::QoS;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long [`MqttCourier::close`] lets the farewell take before it hangs up.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the courier cannot know by itself.
pub struct Hands {
    /// Any 64 random bits, for the jitter of waits.
    pub random: Box<dyn FnMut() -> u64 + Send>,
    /// The believed time in seconds since 1970, for the day's and month's counts. May jump.
    pub now: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// Where the line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Trying, since then.
    Connecting {
        /// Beginning of this attempt.
        since: Instant,
    },
    /// Up, since then.
    Connected {
        /// When the broker had granted the subscription.
        since: Instant,
    },
    /// Down, since then.
    Disconnected {
        /// The first failure after it was last up (or after the start).
        since: Instant,
        /// What the last attempt failed on.
        why: Why,
        /// The next attempt.
        next_try_at: Instant,
    },
    /// Closed for good.
    Closed,
}

/// The last known state of the road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// Where the line stands.
    pub line: Line,
    /// The broker in use or tried last.
    pub broker: BrokerUrl,
    /// What the line has cost.
    pub usage: Usage,
    /// Whether the month's budget is used up. Then whoever feeds the courier sends records and acks, and nothing else.
    pub budget_used_up: bool,
    /// Envelopes not yet acked by the broker.
    pub waiting: usize,
    /// Envelopes received and dropped since the start because nobody read them in time.
    pub dropped: u64,
}

/// The sending side; [`Arrivals`] is the other. Dropping it hangs up; [`MqttCourier::close`] says goodbye first.
pub struct MqttCourier {
    role: Role,
    outbox: Arc<Outbox>,
    state: watch::Receiver<LinkState>,
    wish: watch::Sender<Wish>,
    now: Arc<dyn Fn() -> u64 + Send + Sync>,
    task: Option<JoinHandle<()>>,
}

impl MqttCourier {
    /// Starts connecting, in a task of the current tokio runtime. A broker that is not there is no error: it is tried
    /// until it is.
    pub fn start(config: MqttConfig, hands: Hands) -> Result<(Self, Arrivals), ConfigError> {
        config.check()?;
        let usage = config.usage_file.as_deref().map(Usage::load).unwrap_or_default();
        let outbox = Arc::new(Outbox::new(config.queues, usage));
        let (inbox, arrivals) = Inbox::new(config.queues);
        let (wish, wished) = watch::channel(Wish::default());
        let role = config.role.clone();
        let now = hands.now.clone();
        let (link, state) = link::Link::new(config, hands, outbox.clone(), inbox, wished);
        let task = Some(tokio::spawn(link.run()));
        Ok((Self { role, outbox, state, wish, now, task }, arrivals))
    }

    /// The line's state; wakes at each change of [`LinkState::line`], not at each byte.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    /// Ends a wait for the next attempt: the modem says it is online again.
    pub fn try_now(&self) {
        self.wish.send_modify(|wish| wish.try_now += 1);
    }

    /// Says goodbye to the broker, stores the count and waits for the task. What is queued is forgotten.
    pub async fn close(mut self) {
        self.wish.send_modify(|wish| wish.close = true);
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(FAREWELL, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for MqttCourier {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Courier for MqttCourier {
    fn send(&self, to: &SiteId, purpose: Purpose, envelope: Vec<u8>) -> Result<(), Refused> {
        check_length(&envelope)?;
        let Some(topic) = topic(&self.role, to, purpose) else {
            return Err(Refused::NoSuchRoad { to: to.clone(), purpose });
        };
        self.outbox.offer(topic, envelope, (self.now)())
    }

    fn rest(&self, yes: bool) {
        self.wish.send_if_modified(|wish| std::mem::replace(&mut wish.rest, yes) != yes);
    }
}

/// Where an envelope is published.
fn topic(role: &Role, to: &SiteId, purpose: Purpose) -> Option<String> {
    let to_office = *to == SiteId::office();
    match (role, purpose) {
        (Role::Site(site), Purpose::Records) if to_office => Some(format!("op/{site}/up")),
        (Role::Site(site), Purpose::Enrol) if to_office => Some(format!("op/{site}/enrol")),
        (Role::Office, Purpose::Records | Purpose::Refusal) if !to_office => Some(format!("op/{to}/down")),
        _ => None,
    }
}

/// What is subscribed to.
fn filters(role: &Role) -> Vec<String> {
    match role {
        Role::Site(site) => vec![format!("op/{site}/down")],
        Role::Office => vec!["op/+/up".into(), "op/+/enrol".into()],
    }
}

/// How it is subscribed to. A box's PUBACK for each of the office's envelopes would be 26 bytes on its line that prove nothing;
/// the office's line is good, and there they hold a flood back.
fn subscribed_at(role: &Role) -> QoS {
    match role {
        Role::Site(_) => QoS::AtMostOnce,
        Role::Office => QoS::AtLeastOnce,
    }
}

/// Sender and purpose by the topic an envelope came on; `None` for a topic that was not asked for. A refusal comes on that
/// of records: its header says what it is.
fn meaning(role: &Role, topic: &str) -> Option<(SiteId, Purpose)> {
    let (site, leaf) = topic.strip_prefix("op/")?.split_once('/')?;
    let site: SiteId = site.parse().ok()?;
    match (role, leaf) {
        (Role::Site(own), "down") if *own == site => Some((SiteId::office(), Purpose::Records)),
        (Role::Office, "up") if site != SiteId::office() => Some((site, Purpose::Records)),
        (Role::Office, "enrol") if site != SiteId::office() => Some((site, Purpose::Enrol)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_that_is_published_means_the_same_at_the_other_end() {
        let delhi: SiteId = "delhi".parse().expect("a name");
        let box_role = Role::Site(delhi.clone());
        for purpose in [Purpose::Records, Purpose::Enrol] {
            let up = topic(&box_role, &SiteId::office(), purpose).expect("a road");
            assert_eq!(meaning(&Role::Office, &up), Some((delhi.clone(), purpose)));
            assert_eq!(meaning(&box_role, &up), None, "a box does not hear itself");
        }
        let down = topic(&Role::Office, &delhi, Purpose::Records).expect("a road");
        assert_eq!(meaning(&box_role, &down), Some((SiteId::office(), Purpose::Records)));
        assert_eq!(meaning(&Role::Office, &down), None);
    }

    #[test]
    fn topics_of_other_sites_and_odd_ones_mean_nothing() {
        let role = Role::Site("delhi".parse().expect("a name"));
        for odd in ["op/pune/down", "op/delhi/down/", "op//down", "op/delhi", "xop/delhi/down", "op/DELHI/down", ""] {
            assert_eq!(meaning(&role, odd), None, "{odd}");
        }
        for odd in ["op/office/up", "op/a/b/up", "op/ö/up", "$SYS/up"] {
            assert_eq!(meaning(&Role::Office, odd), None, "{odd}");
        }
    }
}
