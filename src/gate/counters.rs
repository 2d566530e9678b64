//! What the gate has done since it started, for the owner's status page.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters of a running gate; each only grows, but for `connected`.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl Counters {
            /// Every counter with its name, as they are now.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed)),)*]
            }
        }
    };
}

counters! {
    /// Devices that are logged in now.
    connected,
    /// Sockets that were accepted.
    accepted,
    /// Sockets that ended before a whole, allowed CONNECT: timeouts, bad handshakes, the oldest dropped for a new one.
    pending_dropped,
    /// Logins that were granted.
    logins,
    /// Logins that were refused: unknown name, wrong password, wrong client id, too many failures.
    logins_refused,
    /// Connections that were turned away because of the limit on all of them.
    full,
    /// Publishes that were handed to the desk to record.
    taken,
    /// Publishes that were handed to the router.
    relayed,
    /// Publishes that were refused and recorded as such.
    refused,
    /// Subscriptions that were refused.
    subscriptions_refused,
    /// Connections that ended because a newer one has the same client id.
    ended_takeover,
    /// Connections that the device ended itself, with or without DISCONNECT.
    ended_by_device,
    /// Connections that fell silent.
    ended_silent,
    /// Connections that broke the protocol.
    ended_protocol,
    /// Connections that were over their quota of refusals.
    ended_quota,
    /// Connections that flooded.
    ended_flood,
    /// Connections that were ended because the desk could not record.
    ended_unavailable,
    /// Connections that did not take what they had subscribed, or lost some of it.
    ended_slow,
    /// Connections that were ended because their login was removed.
    ended_login_removed,
    /// Connections that were ended so that they subscribe again at a fresh router.
    ended_router,
    /// Connections that were ended because the gate stopped.
    ended_shutdown,
    /// Publishes of the owner that were dropped because the queue to the router was full.
    publishes_dropped,
    /// Publishes of the owner that nobody had subscribed, and which were not made.
    publishes_skipped,
    /// Publishes that were not made because the router has seen too many different topics.
    topics_refused,
    /// Times the router died or fell silent and was replaced.
    router_restarts,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
