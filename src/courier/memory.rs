//! A road in memory, for the simulation and the tests: as bad as its caller says, step by step.
//!
//! Nothing moves by itself, no clock, no randomness, no runtime. `send` puts an envelope in flight; the caller then
//! delivers it, delivers it again, delivers a later one first, loses it, or leaves it where it is, and cuts and joins
//! each end's line. Unlike MQTT it also tells exactly what is in flight.

use super::inbox::Inbox;
use super::{Arrivals, Courier, Purpose, Queues, Refused, Why, check_length};
use crate::domain::id::SiteId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// The roads between the office and any number of sites.
#[derive(Clone, Default)]
pub struct MemoryRoads(Arc<Mutex<Roads>>);

/// One end's sending side.
pub struct MemoryCourier {
    from: SiteId,
    roads: MemoryRoads,
}

/// An envelope on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    /// Who sent it.
    pub from: SiteId,
    /// For whom it is.
    pub to: SiteId,
    /// What it is for.
    pub purpose: Purpose,
    /// The envelope.
    pub bytes: Vec<u8>,
}

/// Names one envelope in flight; greater is later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlightId(u64);

#[derive(Default)]
struct Roads {
    ends: BTreeMap<SiteId, End>,
    flights: BTreeMap<FlightId, InFlight>,
    next_flight: u64,
}

struct End {
    inbox: Inbox,
    queues: Queues,
    joined: bool,
}

impl MemoryRoads {
    /// Roads with nobody on them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `site` (or the office) on the road, with its line cut. Whoever was there under this name before is
    /// replaced, as when a box restarts; what was in flight stays in flight.
    pub fn end(&self, site: SiteId, queues: Queues) -> (MemoryCourier, Arrivals) {
        let (inbox, arrivals) = Inbox::new(queues);
        if let Some(before) = self.lock().ends.insert(site.clone(), End { inbox, queues, joined: false }) {
            before.inbox.close();
        }
        (MemoryCourier { from: site, roads: self.clone() }, arrivals)
    }

    /// Connects `site`'s line.
    pub fn join(&self, site: &SiteId) {
        if let Some(end) = self.lock().ends.get_mut(site) {
            end.joined = true;
            end.inbox.connected();
        }
    }

    /// Cuts `site`'s line. What it has sent stays in flight (it may have left already) until the caller loses it.
    pub fn cut(&self, site: &SiteId) {
        if let Some(end) = self.lock().ends.get_mut(site) {
            end.joined = false;
            end.inbox.disconnected(Why::Closed);
        }
    }

    /// Everything in flight, oldest first.
    pub fn in_flight(&self) -> Vec<(FlightId, InFlight)> {
        self.lock().flights.iter().map(|(id, flight)| (*id, flight.clone())).collect()
    }

    /// Delivers one envelope and ends its flight. `false` if it came to nobody: not in flight, its receiver's line is
    /// cut, or its receiver's queue is full.
    pub fn deliver(&self, id: FlightId) -> bool {
        let mut roads = self.lock();
        let Some(flight) = roads.flights.remove(&id) else { return false };
        roads.hand_over(flight)
    }

    /// Delivers one envelope and leaves it in flight, so that it will come again.
    pub fn repeat(&self, id: FlightId) -> bool {
        let roads = self.lock();
        let Some(flight) = roads.flights.get(&id) else { return false };
        roads.hand_over(flight.clone())
    }

    /// Ends a flight without delivery.
    pub fn lose(&self, id: FlightId) -> bool {
        self.lock().flights.remove(&id).is_some()
    }

    /// Delivers everything in flight, oldest first. Returns how many were received.
    pub fn deliver_all(&self) -> usize {
        let mut roads = self.lock();
        let flights = std::mem::take(&mut roads.flights);
        flights.into_values().filter(|flight| roads.hand_over(flight.clone())).count()
    }

    fn lock(&self) -> MutexGuard<'_, Roads> {
        self.0.lock().expect("invariant: nothing panics while the roads are locked")
    }
}

impl Roads {
    fn hand_over(&self, flight: InFlight) -> bool {
        match self.ends.get(&flight.to) {
            Some(end) if end.joined => end.inbox.envelope(Some(flight.from), flight.purpose, flight.bytes),
            _ => false,
        }
    }
}

impl Courier for MemoryCourier {
    fn send(&self, to: &SiteId, purpose: Purpose, envelope: Vec<u8>) -> Result<(), Refused> {
        check_length(&envelope)?;
        let office = SiteId::office();
        let from_box_to_office = self.from != office && *to == office;
        let from_office_to_box = self.from == office && *to != office && purpose != Purpose::Enrol;
        if !from_box_to_office && !from_office_to_box {
            return Err(Refused::NoSuchRoad { to: to.clone(), purpose });
        }
        let mut roads = self.roads.lock();
        let Some(end) = roads.ends.get(&self.from).filter(|end| end.joined) else { return Err(Refused::NotConnected) };
        let mine = roads.flights.values().filter(|flight| flight.from == self.from);
        let (count, bytes) = mine.fold((0, 0), |(count, bytes), flight| (count + 1, bytes + flight.bytes.len()));
        if !end.queues.out_has_room(count, bytes, envelope.len()) {
            return Err(Refused::QueueFull);
        }
        let id = FlightId(roads.next_flight);
        roads.next_flight += 1;
        let flight = InFlight { from: self.from.clone(), to: to.clone(), purpose, bytes: envelope };
        roads.flights.insert(id, flight);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::Arrival;

    fn site(name: &str) -> SiteId {
        name.parse().expect("a valid name")
    }

    fn bytes_of(arrivals: &mut Arrivals) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| arrivals.try_next())
            .filter_map(|arrival| match arrival {
                Arrival::Envelope { bytes, .. } => Some(bytes),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn envelopes_can_be_overtaken_repeated_and_lost() {
        let roads = MemoryRoads::new();
        let (courier, _own) = roads.end(site("delhi"), Queues::BOX);
        let (_office, mut arrivals) = roads.end(SiteId::office(), Queues::OFFICE);
        roads.join(&site("delhi"));
        roads.join(&SiteId::office());
        for n in 0..3u8 {
            courier.send(&SiteId::office(), Purpose::Records, vec![n]).expect("room");
        }
        let ids: Vec<_> = roads.in_flight().into_iter().map(|(id, _)| id).collect();
        assert!(roads.repeat(ids[2]));
        assert!(roads.deliver(ids[2]));
        assert!(roads.lose(ids[0]));
        assert!(!roads.deliver(ids[0]), "what is lost does not arrive");
        assert!(roads.deliver(ids[1]));
        assert_eq!(bytes_of(&mut arrivals), vec![vec![2], vec![2], vec![1]]);
    }

    #[test]
    fn what_reaches_a_cut_line_is_lost_and_what_is_kept_back_arrives_after_it() {
        let roads = MemoryRoads::new();
        let (courier, _own) = roads.end(site("delhi"), Queues::BOX);
        let (_office, mut arrivals) = roads.end(SiteId::office(), Queues::OFFICE);
        roads.join(&site("delhi"));
        courier.send(&SiteId::office(), Purpose::Records, vec![1]).expect("room");
        courier.send(&SiteId::office(), Purpose::Records, vec![2]).expect("room");
        let first = roads.in_flight()[0].0;
        assert!(!roads.deliver(first), "the office is not there");
        roads.join(&SiteId::office());
        assert_eq!(roads.deliver_all(), 1);
        assert_eq!(bytes_of(&mut arrivals), vec![vec![2]]);
    }
}
