//! The sender's end: what a peer gets next of a table.
//!
//! A peer that has not said on this connection how far it is gets nothing: an older program ignores rows, and a box whose card was
//! replaced has none. Where nothing is heard of it though it answers, it is asked, less and less often.

use crate::domain::id::Generation;
use crate::sync::pace::Pace;
use crate::wire::rows::{Cursor, Delta, MAX_ROWS};

/// The table as its peer is to have it.
pub trait Table {
    /// Which one it is for this peer.
    fn generation(&self) -> Generation;

    /// The newest version; 0 where there never was a row.
    fn newest(&self) -> u64;

    /// Whether its history ever had that version as the newest.
    fn knows(&self, version: u64) -> bool;

    /// The changes after `version`: at least one where there are any, then as many as fit in `max_bytes` and `max_rows`.
    fn since(&self, version: u64, max_bytes: usize, max_rows: usize) -> Delta;
}

/// The times and sizes that a feed keeps to.
#[derive(Clone, Debug)]
pub struct RowRules {
    /// First wait for a cursor before rows are sent again; doubles each time.
    pub resend_ms: u64,
    /// Longest wait before sending again.
    pub resend_max_ms: u64,
    /// Most deltas under way. Two keep a slow line busy while the word on the first comes back.
    pub window: usize,
    /// Largest delta, in bytes of rows before compression. Documents' outcomes wait behind one, two seconds at 32 kbit/s.
    pub bytes: usize,
    /// Smallest size that a breaking line makes of a delta.
    pub floor_bytes: usize,
}

impl Default for RowRules {
    fn default() -> Self {
        Self { resend_ms: 30_000, resend_max_ms: 600_000, window: 2, bytes: 64 * 1024, floor_bytes: 4 * 1024 }
    }
}

#[derive(Debug)]
struct Flight {
    generation: Generation,
    through: u64,
    last: bool,
    bytes: usize,
    sent_ms: u64,
    resend_ms: u64,
}

/// What one peer gets, and how far it is.
#[derive(Debug)]
pub struct Feed {
    rules: RowRules,
    peer: Option<Cursor>,
    /// The peer has said its cursor on the road that is open.
    live: bool,
    /// When a peer that answers and has said none is asked, and how often it was.
    ask_ms: Option<u64>,
    asks: u32,
    flights: Vec<Flight>,
    pace: Pace,
    resends: u32,
    round_trip_ms: u64,
    /// From the first version to the second there is nothing for this peer.
    nothing: Option<(Generation, u64, u64)>,
}

impl Feed {
    /// A feed to a peer of which nothing is known.
    pub fn new(rules: RowRules) -> Self {
        Self {
            peer: None,
            live: false,
            ask_ms: None,
            asks: 0,
            flights: Vec::new(),
            pace: Pace::new(rules.floor_bytes, rules.bytes),
            resends: 0,
            round_trip_ms: 0,
            nothing: None,
            rules,
        }
    }

    /// How far the peer is, as far as is known.
    pub fn peer(&self) -> Option<Cursor> {
        self.peer
    }

    /// Takes what a file says of the peer, at start.
    pub fn remember(&mut self, cursor: Cursor) {
        self.peer = Some(cursor);
    }

    /// A road has opened.
    pub fn connected(&mut self) {
        self.unsettled();
        self.asks = 0;
        self.pace.begins();
    }

    /// The road has closed.
    pub fn disconnected(&mut self) {
        if !self.flights.is_empty() {
            self.pace.lost();
        }
        self.unsettled();
    }

    /// The peer has to be heard anew: it may be another disk.
    pub fn unsettled(&mut self) {
        self.live = false;
        self.ask_ms = None;
        self.flights.clear();
    }

    /// The peer answers on the road that is open.
    pub fn settled(&mut self, now_ms: u64) {
        if !self.live && self.ask_ms.is_none() {
            self.ask_ms = Some(now_ms + self.rules.resend_ms);
        }
    }

    /// The peer says on a live road how far it is. True where it knows of a history that is not the table's: this table was
    /// restored, and its owner must give it a generation after the cursor's for this peer.
    pub fn hear(&mut self, now_ms: u64, cursor: Cursor, table: &impl Table) -> bool {
        self.live = true;
        self.take(cursor, table);
        let landed = self.flights.iter().take_while(|flight| {
            flight.generation == cursor.generation && flight.through <= cursor.version && (cursor.whole || !flight.last)
        });
        for flight in self.flights.drain(..landed.count()) {
            self.round_trip_ms = now_ms.saturating_sub(flight.sent_ms);
            self.resends = 0;
            self.pace.landed(flight.bytes);
        }
        let resend_ms = now_ms + self.patience_ms();
        if self.resends == 0 {
            // The line carries: what stands behind what has landed is late only from now on.
            self.flights.iter_mut().for_each(|flight| flight.resend_ms = flight.resend_ms.max(resend_ms));
        }
        is_foreign(cursor, table)
    }

    /// What a stick says of how far the peer is. On a line it says so itself. True as in [`Feed::hear`].
    pub fn hear_carried(&mut self, cursor: Cursor, table: &impl Table) -> bool {
        if self.live {
            return false;
        }
        self.take(cursor, table);
        is_foreign(cursor, table)
    }

    fn take(&mut self, cursor: Cursor, table: &impl Table) {
        let before = self.held(table);
        self.peer = Some(cursor);
        if self.held(table) < before {
            // It has lost rows: what is under way does not join what it has.
            self.flights.clear();
        }
    }

    /// Up to where the peer has all of this table.
    fn held(&self, table: &impl Table) -> u64 {
        self.same(table).map_or(0, |cursor| cursor.version)
    }

    fn same(&self, table: &impl Table) -> Option<Cursor> {
        self.peer.filter(|cursor| cursor.generation == table.generation())
    }

    /// The next rows for the peer, if there are any and it is their turn. Hand them to the road at once.
    pub fn poll(&mut self, now_ms: u64, table: &impl Table) -> Option<Delta> {
        if !self.live {
            return self.question(now_ms, table);
        }
        let (generation, newest) = (table.generation(), table.newest());
        self.flights.retain(|flight| flight.generation == generation);
        if self.flights.iter().any(|flight| flight.resend_ms <= now_ms) {
            self.flights.clear();
            self.resends += 1;
        }
        if newest == 0 || self.flights.len() >= self.rules.window {
            return None;
        }
        let at = self.flights.last().map_or(self.held(table), |flight| flight.through);
        let whole = self.flights.last().map_or(self.same(table).is_some_and(|cursor| cursor.whole), |last| last.last);
        let is_done = |from: u64| {
            from >= newest || self.nothing.is_some_and(|(of, a, b)| of == generation && a <= from && newest <= b)
        };
        if whole && is_done(at) {
            return None;
        }
        let delta = table.since(at, self.pace.size(), MAX_ROWS);
        if whole && delta.rows.is_empty() {
            self.nothing = Some((generation, at, newest));
            return None;
        }
        // Behind what is under way only what fills a delta: the rest is gathered meanwhile.
        if !self.flights.is_empty() && delta.is_last() {
            return None;
        }
        let resend_ms = now_ms + self.patience_ms();
        let (through, bytes) = (delta.through, delta.size());
        let last = whole || delta.is_last();
        self.flights.push(Flight { generation, through, last, bytes, sent_ms: now_ms, resend_ms });
        Some(delta)
    }

    /// An empty delta, which a receiver answers with its cursor.
    fn question(&mut self, now_ms: u64, table: &impl Table) -> Option<Delta> {
        let newest = table.newest();
        if self.ask_ms.is_none_or(|ask_ms| ask_ms > now_ms) {
            return None;
        }
        if newest == 0 {
            // There is nothing to ask about yet: the time begins anew, or whoever waits for it would never sleep.
            self.ask_ms = None;
            return None;
        }
        self.asks += 1;
        // Its word or the question may have been lost, and the next ones too: nothing but a word ends it.
        let wait_ms = self.rules.resend_ms.saturating_mul(1 << self.asks.min(20)).min(self.rules.resend_max_ms);
        self.ask_ms = Some(now_ms + wait_ms);
        let generation = table.generation();
        Some(Delta { generation, from: newest, through: newest, newest, jumps: Vec::new(), rows: Vec::new() })
    }

    fn patience_ms(&self) -> u64 {
        let wait = self.rules.resend_ms.max(4 * self.round_trip_ms).saturating_mul(1 << self.resends.min(10));
        wait.min(self.rules.resend_max_ms)
    }

    /// When [`Feed::poll`] has something to do though nothing happens before.
    pub fn wake_ms(&self) -> Option<u64> {
        let ask_ms = self.ask_ms.filter(|_| !self.live);
        self.flights.iter().map(|flight| flight.resend_ms).chain(ask_ms).min()
    }

    /// The next rows for a stick where what lies on it goes up to `written`, if there are any. What is under way on a line
    /// counts for nothing: only a cursor ends that.
    pub fn parcel(&self, written: Option<u64>, max_bytes: usize, table: &impl Table) -> Option<Delta> {
        let at = written.unwrap_or(self.held(table));
        let whole = written.is_some() || self.same(table).is_some_and(|cursor| cursor.whole);
        if table.newest() == 0 || whole && at >= table.newest() {
            return None;
        }
        let delta = table.since(at, max_bytes, MAX_ROWS);
        (!whole || !delta.rows.is_empty()).then_some(delta)
    }

    /// True where the peer has all that a file with the rows of `generation` from `from` to `through` brings, or could do
    /// nothing with it.
    pub fn is_done(&self, generation: Generation, through: u64, table: &impl Table) -> bool {
        generation != table.generation() || through <= self.held(table)
    }

    /// Where the rows after what the peer has begin.
    pub fn begins(&self, table: &impl Table) -> u64 {
        self.held(table)
    }
}

fn is_foreign(cursor: Cursor, table: &impl Table) -> bool {
    let ours = table.generation();
    cursor.generation > ours
        || cursor.generation == ours && !(table.knows(cursor.version) && table.knows(cursor.seen()))
}
