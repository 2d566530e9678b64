//! How long a connection is waited for: 10 s from the first byte of a request (or from the connection) to the end of its headers, 60 s for
//! anything else to move. Whoever writes a header a minute holds no place.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Headers of a request, from its first byte.
const HEADERS: Duration = Duration::from_secs(10);
/// Anything else.
const IDLE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Headers come.
    Head,
    /// A request is being answered.
    Busy,
    /// Nothing is asked.
    Idle,
}

/// What a connection is at, and until when that may last.
#[derive(Clone, Copy, Debug)]
struct Turn {
    phase: Phase,
    until: Instant,
}

impl Turn {
    fn of(phase: Phase, now: Instant) -> Self {
        let until = now + if phase == Phase::Head { HEADERS } else { IDLE };
        Self { phase, until }
    }

    /// Bytes came.
    fn read(self, now: Instant) -> Self {
        match self.phase {
            // However they dribble, they have the one time.
            Phase::Head => self,
            Phase::Idle => Self::of(Phase::Head, now),
            Phase::Busy => Self::of(Phase::Busy, now),
        }
    }

    /// Bytes went.
    fn wrote(self, now: Instant) -> Self {
        if self.phase == Phase::Head { self } else { Self::of(self.phase, now) }
    }

    /// Until when to wait; nothing where it is over.
    fn goes_on(self, now: Instant) -> Option<Instant> {
        match self.phase {
            _ if now < self.until => Some(self.until),
            // An answer takes as long as it takes: what it works on has limits of its own.
            Phase::Busy => Some(now + IDLE),
            Phase::Head | Phase::Idle => None,
        }
    }
}

/// The clock of one connection, which its stream and its requests wind.
#[derive(Clone, Debug)]
pub(super) struct Patience(Arc<Mutex<Turn>>);

impl Patience {
    pub(super) fn begin() -> Self {
        Self(Arc::new(Mutex::new(Turn::of(Phase::Head, Instant::now()))))
    }

    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, next: impl FnOnce(Turn, Instant) -> Turn) {
        let mut turn = self.lock();
        *turn = next(*turn, Instant::now());
    }

    /// The headers are there.
    pub(super) fn asked(&self) {
        self.turn(|_, now| Turn::of(Phase::Busy, now));
    }

    /// The answer is made, and goes out.
    pub(super) fn answered(&self) {
        self.turn(|_, now| Turn::of(Phase::Idle, now));
    }

    /// Returns once it is over.
    pub(super) async fn over(&self) {
        loop {
            let turn = *self.lock();
            let Some(until) = turn.goes_on(Instant::now()) else { return };
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

/// A stream that winds the clock.
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) patience: Patience,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.patience.turn(Turn::read);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.patience.turn(Turn::wrote);
        Poll::Ready(Ok(wrote))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(begun: Instant, s: u64) -> Instant {
        begun + Duration::from_secs(s)
    }

    #[test]
    fn headers_have_ten_seconds_however_they_dribble() {
        let begun = Instant::now();
        let mut turn = Turn::of(Phase::Head, begun);
        for s in 1..10 {
            turn = turn.read(after(begun, s));
            assert!(turn.goes_on(after(begun, s)).is_some());
        }
        assert!(turn.goes_on(after(begun, 10)).is_none());
    }

    #[test]
    fn a_connection_may_rest_a_minute_and_its_next_headers_have_ten_seconds_again() {
        let begun = Instant::now();
        let rests = Turn::of(Phase::Idle, begun);
        assert!(rests.goes_on(after(begun, 59)).is_some() && rests.goes_on(after(begun, 60)).is_none());
        let asks = rests.read(after(begun, 50));
        assert!(asks.goes_on(after(begun, 59)).is_some() && asks.goes_on(after(begun, 60)).is_none());
    }

    #[test]
    fn an_answer_that_takes_long_is_waited_for_and_its_reader_has_a_minute_for_each_piece() {
        let begun = Instant::now();
        assert!(Turn::of(Phase::Busy, begun).goes_on(after(begun, 600)).is_some());
        let reads = Turn::of(Phase::Idle, begun).wrote(after(begun, 50));
        assert!(reads.goes_on(after(begun, 109)).is_some() && reads.goes_on(after(begun, 110)).is_none());
    }
}
