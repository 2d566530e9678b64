//! What a link says, and when: hellos, batches, acks that travel with them.

use super::Link;
use crate::sync::Log;
use crate::sync::outbox::Flight;
use crate::sync::parcel::gather;
use crate::sync::session::Session;
use crate::wire::compress;
use crate::wire::message::{Ack, Hello, MAX_BATCH_RECORDS, Message, Run};

impl Link {
    /// What to say now, if anything. Says nothing twice: the caller hands it to the road at once.
    pub fn poll<L: Log>(&mut self, now_ms: u64, clock_ms: Option<i64>, log: &L) -> Result<Option<Message>, L::Error> {
        self.ask_again(now_ms);
        let Some(session) = &self.session else { return Ok(None) };
        let settled = session.settled;
        let mut message = Message { hello: self.hello(now_ms), ..Message::default() };
        if settled && !self.held_back {
            message.batch = self.batch(now_ms, log)?;
            message.more = self.more();
        }
        let ack_due = self.ack_ms.is_some_and(|due| due <= now_ms);
        if !(ack_due || message.hello.is_some() || !message.batch.is_empty()) {
            return Ok(None);
        }
        if ack_due || message.hello.is_some() || self.ack_ms.is_some() {
            message.ack =
                Some(Ack { store: self.store, held: self.inbox.held_naming(&std::mem::take(&mut self.asked)) });
            message.clock_ms = clock_ms;
            self.ack_ms = None;
        }
        message.echo = self.echo.filter(|_| message.ack.is_some());
        Ok(Some(message))
    }

    /// What is not acked though it was sent again may be sent to somebody who takes us for another session, or cannot
    /// store it: asking costs less than sending it a third time.
    fn ask_again(&mut self, now_ms: u64) {
        let overdue = self.outbox.flights.iter().any(|flight| flight.resend_ms <= now_ms);
        if let Some(session) = self.session.as_mut().filter(|session| session.settled && overdue && self.resends > 0) {
            let nonces = session.nonces + 1;
            *session = Session { settled: false, hello_ms: now_ms, hellos: 0, nonces, ..*session };
            self.outbox.flights.clear();
            self.resends += 1;
        }
    }

    fn hello(&mut self, now_ms: u64) -> Option<Hello> {
        let believes = self.outbox.believes();
        let session = self.session.as_mut().filter(|session| !session.settled && session.hello_ms <= now_ms)?;
        session.hellos += 1;
        let wait = self.rules.resend_ms.saturating_mul(1 << (session.hellos - 1).min(10));
        session.hello_ms = now_ms + wait.min(self.rules.resend_max_ms);
        Some(Hello { nonce: session.nonce(), dictionary: compress::NEWEST, believes })
    }

    fn batch<L: Log>(&mut self, now_ms: u64, log: &L) -> Result<Vec<Run>, L::Error> {
        let overdue = self.outbox.flights.iter().any(|flight| flight.resend_ms <= now_ms);
        if overdue {
            self.resends += 1;
            self.outbox.flights.retain(|flight| flight.resend_ms > now_ms);
        }
        let gather_ms = self.rules.gather_ms;
        let flying =
            self.outbox.flights.iter().filter(|flight| now_ms < flight.sent_ms.saturating_add(gather_ms)).count();
        if flying >= self.rules.window {
            return Ok(Vec::new());
        }
        if flying > 0 && !overdue {
            let waiting = self.more();
            let bytes = (waiting as usize).saturating_mul(self.record_bytes);
            if bytes < self.pace.size() && waiting < MAX_BATCH_RECORDS as u64 {
                return Ok(Vec::new());
            }
        }
        let mut waiting = self.outbox.waiting().take(MAX_BATCH_RECORDS).collect();
        let runs = gather(&mut waiting, self.pace.size(), log)?;
        let bodies = || runs.iter().flat_map(|run| &run.bodies);
        let (bytes, records) = (bodies().map(|body| body.len()).sum::<usize>(), bodies().count());
        if runs.is_empty() {
            return Ok(runs);
        }
        self.record_bytes = (bytes / records).max(16);
        let resend_ms = now_ms + self.patience_ms();
        let spans = runs.iter().map(Run::span).collect();
        self.outbox.flights.push(Flight { spans, bytes, sent_ms: now_ms, resend_ms });
        Ok(runs)
    }

    /// How long an ack is waited for.
    pub(super) fn patience_ms(&self) -> u64 {
        let expected = self.round_trip_ms.map_or(0, |ms| 4 * ms);
        let wait = self.rules.resend_ms.max(expected).saturating_mul(1 << self.resends.min(10));
        wait.min(self.rules.resend_max_ms) + self.rules.peer_ack_delay_ms
    }

    /// When [`Link::poll`] has something to do though nothing happens before.
    pub fn wake_ms(&self) -> Option<u64> {
        let session = self.session.as_ref()?;
        let hello = (!session.settled).then_some(session.hello_ms);
        let flights = self.outbox.flights.iter().filter(|_| session.settled);
        let resend = flights.clone().map(|flight| flight.resend_ms).min();
        let waits = self.rules.gather_ms < u64::MAX && self.outbox.waiting().next().is_some();
        let gathered = flights.filter(|_| waits).map(|flight| flight.sent_ms + self.rules.gather_ms).max();
        [hello, resend, gathered, self.ack_ms].into_iter().flatten().min()
    }
}
