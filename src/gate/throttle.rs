//! Slows down whoever guesses passwords: failures are counted per address, and per address and name.
//!
//! Never per name alone: a stranger must not be able to lock a device out by guessing at its name from elsewhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Failures of one name from one address in a period before nobody of that name from there is heard.
pub(crate) const FAILURES_PER_NAME: u32 = 10;
/// Failures of all names from one address in a period.
pub(crate) const FAILURES_PER_ADDRESS: u32 = 30;
/// The period.
const PERIOD: Duration = Duration::from_secs(60);
/// Most entries of either table; when one is full of current entries, it is emptied: guessing from thousands of
/// addresses is not what this guards against.
const ENTRIES: usize = 4096;

#[derive(Debug)]
struct Table<K>(HashMap<K, (Instant, u32)>);

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: std::hash::Hash + Eq> Table<K> {
    fn count(&self, key: &K, now: Instant) -> u32 {
        self.0.get(key).filter(|(since, _)| now.saturating_duration_since(*since) < PERIOD).map_or(0, |(_, n)| *n)
    }

    fn add(&mut self, key: K, now: Instant) {
        if self.0.len() >= ENTRIES {
            self.0.retain(|_, (since, _)| now.saturating_duration_since(*since) < PERIOD);
        }
        if self.0.len() >= ENTRIES {
            self.0.clear();
        }
        let entry = self.0.entry(key).or_insert((now, 0));
        if now.saturating_duration_since(entry.0) >= PERIOD {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    names: Table<(IpAddr, String)>,
    addresses: Table<IpAddr>,
}

impl Throttle {
    pub(crate) fn may_try(&self, from: IpAddr, user: &str, now: Instant) -> bool {
        self.addresses.count(&from, now) < FAILURES_PER_ADDRESS
            && self.names.count(&(from, user.to_owned()), now) < FAILURES_PER_NAME
    }

    pub(crate) fn failed(&mut self, from: IpAddr, user: &str, now: Instant) {
        self.addresses.add(from, now);
        let user: String = user.chars().take(64).collect();
        self.names.add((from, user), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

    #[test]
    fn failures_stop_a_name_at_its_limit_and_are_forgotten() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..FAILURES_PER_NAME {
            assert!(throttle.may_try(HERE, "till", now));
            throttle.failed(HERE, "till", now);
        }
        assert!(!throttle.may_try(HERE, "till", now));
        assert!(throttle.may_try(THERE, "till", now), "the device itself, elsewhere, is not locked out");
        assert!(throttle.may_try(HERE, "other", now));
        assert!(throttle.may_try(HERE, "till", now + PERIOD));
    }

    #[test]
    fn many_names_from_one_address_stop_at_its_limit() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        for n in 0..FAILURES_PER_ADDRESS {
            assert!(throttle.may_try(HERE, "x", now));
            throttle.failed(HERE, &n.to_string(), now);
        }
        assert!(!throttle.may_try(HERE, "x", now));
    }

    #[test]
    fn the_tables_stay_bounded() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        for n in 0..3 * ENTRIES as u32 {
            throttle.failed(IpAddr::V4(n.into()), "x", now);
        }
        assert!(throttle.addresses.0.len() <= ENTRIES && throttle.names.0.len() <= ENTRIES);
    }
}
