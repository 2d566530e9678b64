//! How many may be here at once: of one address, and in all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections of one address. A browser opens six.
const OF_ONE: usize = 64;
/// Connections in all: with 16 KiB of headers each they hold 4 MiB.
const IN_ALL: usize = 256;

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Seats(Mutex<Taken>);

impl Seats {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat, until it is dropped; none where there are too many.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr) -> Option<Seat> {
        let mut taken = self.lock();
        let of_one = taken.of.get(&from).copied().unwrap_or_default();
        if taken.all >= IN_ALL || of_one >= OF_ONE {
            return None;
        }
        taken.all += 1;
        taken.of.insert(from, of_one + 1);
        Some(Seat { seats: Arc::clone(self), from })
    }
}

/// One connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    from: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.all -= 1;
        if let Some(of_one) = taken.of.get_mut(&self.from) {
            *of_one -= 1;
            if *of_one == 0 {
                taken.of.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_given_up_to_both_limits_and_come_back() {
        let seats = Arc::new(Seats::default());
        let address = |n: u8| IpAddr::from([10, 0, 0, n]);
        let mut here: Vec<_> = (0..OF_ONE).map(|_| seats.take(address(1)).unwrap()).collect();
        assert!(seats.take(address(1)).is_none());
        for n in 2..=4 {
            here.extend((0..OF_ONE).map(|_| seats.take(address(n)).unwrap()));
        }
        assert_eq!(here.len(), IN_ALL);
        assert!(seats.take(address(5)).is_none());
        here.pop();
        assert!(seats.take(address(5)).is_some());
        drop(here);
        assert!(seats.lock().of.is_empty() && seats.lock().all == 0);
    }
}
