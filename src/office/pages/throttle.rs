//! Slows down whoever guesses passwords at the desk: five wrong ones of a user from an address, or twenty of an address, close that user
//! from there, or that address, for a minute; the next five or twenty for two, then four, up to an hour.
//!
//! Never a user from everywhere: a stranger must not be able to lock the admin out. An attempt counts as wrong when it begins, so that many
//! at once are no more than one after the other; a right one takes that back.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Wrong ones of a user from an address before they are closed.
const OF_A_USER: u32 = 5;
/// Wrong ones of an address before it is closed.
const OF_AN_ADDRESS: u32 = 20;
/// The first closure.
const SHORTEST: Duration = Duration::from_secs(60);
/// The longest.
const LONGEST: Duration = Duration::from_secs(3600);
/// What is quiet for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(2 * 3600);
/// Most entries of either table; where more are current, those that were quiet longest go.
const ENTRIES: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Entry {
    wrong: u32,
    closures: u32,
    closed_until: Option<Instant>,
    last: Instant,
}

#[derive(Debug)]
struct Table<K> {
    most: u32,
    entries: HashMap<K, Entry>,
}

impl<K: Hash + Eq + Clone> Table<K> {
    fn new(most: u32) -> Self {
        Self { most, entries: HashMap::new() }
    }

    /// For how long it is closed still.
    fn closed(&self, key: &K, now: Instant) -> Option<Duration> {
        let until = self.entries.get(key)?.closed_until?;
        until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    fn wrong(&mut self, key: K, now: Instant) {
        self.make_room(now);
        let nothing = Entry { wrong: 0, closures: 0, closed_until: None, last: now };
        let entry = self.entries.entry(key).or_insert(nothing);
        if now.saturating_duration_since(entry.last) >= FORGOTTEN {
            *entry = nothing;
        }
        entry.last = now;
        entry.wrong += 1;
        if entry.wrong >= self.most {
            let closure = SHORTEST.saturating_mul(1 << entry.closures.min(6)).min(LONGEST);
            *entry = Entry { wrong: 0, closures: entry.closures + 1, closed_until: Some(now + closure), last: now };
        }
    }

    /// The attempt that was counted was right.
    fn take_back(&mut self, key: &K) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        match entry.wrong.checked_sub(1) {
            Some(wrong) => entry.wrong = wrong,
            // It was the one that closed it.
            None => {
                entry.wrong = self.most - 1;
                entry.closures = entry.closures.saturating_sub(1);
                entry.closed_until = None;
            }
        }
    }

    fn make_room(&mut self, now: Instant) {
        if self.entries.len() < ENTRIES {
            return;
        }
        self.entries.retain(|_, entry| now.saturating_duration_since(entry.last) < FORGOTTEN);
        if self.entries.len() >= ENTRIES {
            let mut quiet: Vec<Instant> = self.entries.values().map(|entry| entry.last).collect();
            quiet.sort_unstable();
            let oldest = quiet[ENTRIES / 4];
            self.entries.retain(|_, entry| entry.last > oldest);
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Throttle {
    users: Table<(IpAddr, String)>,
    addresses: Table<IpAddr>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { users: Table::new(OF_A_USER), addresses: Table::new(OF_AN_ADDRESS) }
    }
}

/// What one person has of addresses: of IPv6 a whole network.
fn place(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) & !u128::from(u64::MAX)).into()),
        four => four,
    }
}

impl Throttle {
    /// Begins an attempt, or says for how long there is to be none.
    pub(super) fn begin(&mut self, from: IpAddr, user: &str, now: Instant) -> Result<(), Duration> {
        let (from, user) = (place(from), user.to_owned());
        let closed = self.addresses.closed(&from, now).max(self.users.closed(&(from, user.clone()), now));
        if let Some(left) = closed {
            return Err(left);
        }
        self.addresses.wrong(from, now);
        self.users.wrong((from, user), now);
        Ok(())
    }

    /// The attempt that was begun was right: the user's wrong ones from there are forgotten.
    pub(super) fn right(&mut self, from: IpAddr, user: &str) {
        let from = place(from);
        self.addresses.take_back(&from);
        self.users.entries.remove(&(from, user.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    fn minutes(n: u64) -> Duration {
        Duration::from_secs(60 * n)
    }

    #[test]
    fn five_wrong_ones_close_a_user_for_longer_and_longer() {
        let (mut throttle, mut now) = (Throttle::default(), Instant::now());
        for closed_for in [1, 2, 4, 8, 16, 32, 60, 60] {
            for _ in 0..OF_A_USER {
                assert_eq!(throttle.begin(HERE, "ani", now), Ok(()));
            }
            assert_eq!(throttle.begin(HERE, "ani", now), Err(minutes(closed_for)));
            assert_eq!(throttle.begin(THERE, "ani", now), Ok(()), "elsewhere Ani herself may come in");
            throttle.right(THERE, "ani");
            // The address is not to close before the user does.
            throttle.addresses.entries.clear();
            now += minutes(closed_for);
        }
        now += FORGOTTEN;
        (0..OF_A_USER).for_each(|_| assert_eq!(throttle.begin(HERE, "ani", now), Ok(())));
        assert_eq!(throttle.begin(HERE, "ani", now), Err(minutes(1)));
    }

    #[test]
    fn twenty_wrong_ones_of_whomever_close_an_address() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..OF_AN_ADDRESS {
            assert_eq!(throttle.begin(HERE, &n.to_string(), now), Ok(()));
        }
        assert_eq!(throttle.begin(HERE, "ani", now), Err(minutes(1)));
        assert_eq!(throttle.begin(THERE, "ani", now), Ok(()));
    }

    #[test]
    fn a_right_one_takes_itself_back_even_where_it_was_the_twentieth() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for n in 1..OF_AN_ADDRESS {
            assert_eq!(throttle.begin(HERE, &n.to_string(), now), Ok(()));
        }
        for _ in 0..50 {
            assert_eq!(throttle.begin(HERE, "ani", now), Ok(()));
            throttle.right(HERE, "ani");
        }
        assert_eq!(throttle.begin(HERE, "budi", now), Ok(()));
        assert_eq!(throttle.begin(HERE, "ani", now), Err(minutes(1)));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_the_tables_stay_bounded() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..u128::from(OF_AN_ADDRESS) {
            let from = IpAddr::V6((0x2001_0db8_u128 << 96 | n).into());
            assert_eq!(throttle.begin(from, &n.to_string(), now), Ok(()));
        }
        assert!(throttle.begin("2001:db8::ffff".parse().unwrap(), "ani", now).is_err());
        for n in 0..3 * ENTRIES as u32 {
            let _ = throttle.begin(IpAddr::V4(n.into()), "x", now + Duration::from_millis(n.into()));
        }
        assert!(throttle.addresses.entries.len() <= ENTRIES && throttle.users.entries.len() <= ENTRIES);
    }
}
