//! Who may come in, and what they may then do: the trait that the gate asks.

use super::topics::TopicFilter;
use crate::domain::id::DeviceId;
use futures_util::future::BoxFuture;
use std::net::IpAddr;

/// What a login may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The login's name, which is also its MQTT user name and client id.
    pub device: DeviceId,
    /// What sort of login it is, in the owner's words.
    pub kind: String,
    /// Topics it may publish to.
    pub publish: Vec<TopicFilter>,
    /// Filters it may subscribe, and any filter that one of these contains.
    pub subscribe: Vec<TopicFilter>,
}

impl Pass {
    /// Whether it may publish to `topic`.
    pub fn may_publish(&self, topic: &str) -> bool {
        self.publish.iter().any(|filter| filter.matches(topic))
    }

    /// The first of its filters that contains `wanted`.
    pub fn may_subscribe(&self, wanted: &TopicFilter) -> Option<&TopicFilter> {
        self.subscribe.iter().find(|filter| filter.contains(wanted))
    }
}

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Knock {
    /// The MQTT user name.
    pub user: String,
    /// The password, in clear.
    pub password: String,
    /// The MQTT client id; empty where the client gave none.
    pub client_id: String,
    /// Where from.
    pub from: IpAddr,
}

/// Why somebody was not let in. The client learns no more than MQTT's code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No such login, or a wrong password.
    #[error("unknown name or wrong password")]
    BadLogin,
    /// The client id is not the login's name.
    #[error("the client id is not the name of the login")]
    BadClientId,
    /// Too many failures, from this address or for this name.
    #[error("too many failed logins")]
    TooMany,
    /// The right password of a device that may do nothing any more.
    #[error("the device was revoked: a manager can restore it")]
    Revoked,
    /// The check itself could not be made.
    #[error("logins cannot be checked now")]
    Unavailable,
}

/// Knows the logins.
pub trait Doorkeeper: Send + Sync + 'static {
    /// Lets in or not. May take its time (a password hash does); the connection counts as pending meanwhile.
    fn check(&self, knock: Knock) -> BoxFuture<'_, Result<Pass, Denied>>;

    /// Looks again at where the logins come from; may block, is called every few seconds off the runtime.
    fn refresh(&self) {}

    /// Whether a login that is connected may stay: it still exists, with this kind.
    fn still_welcome(&self, pass: &Pass) -> bool;
}
