//! The body of a request: no larger than its path allows, no slower than a bad line, and not too many large ones at once.
//!
//! In: what hyper receives. Out: the bytes, whole, or why not. A usual body is small and has ten seconds in all. A large one, a file, has as
//! long as it takes, so long as it moves; it is held in memory until its request is answered, so only a few are read at once, and the others
//! wait before anything of them is read. Deliberately absent: who may send what, which the owner says ([`super::Pages::room`]).

use super::fault::Fault;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

/// A body where nobody says otherwise, in bytes.
pub const USUAL: usize = 64 * 1024;
/// A usual body, from its headers to its end.
const USUAL_TIME: Duration = Duration::from_secs(10);
/// A large body brings at least so many bytes, or its end, ...
const PACE_BYTES: usize = 32 * 1024;
/// ... in each time of this length: a line of 9 kbit/s, or one that stalls for half a minute, brings a file all the same.
const PACE_TIME: Duration = Duration::from_secs(30);
/// Large bodies that are in memory at once: of 16 MiB they are 64 MiB.
const LARGE_AT_ONCE: usize = 4;
/// How long one waits for its place.
const PLACE_TIME: Duration = Duration::from_secs(30);

/// The place of one large body.
pub(super) type Place = OwnedSemaphorePermit;

/// The places that there are.
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_ONCE)))
    }
}

impl Room {
    /// Reads a body of at most `most` bytes.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Incoming,
        most: usize,
    ) -> Result<(Bytes, Option<Place>), Fault> {
        if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
            let status = StatusCode::LENGTH_REQUIRED;
            return Err(Fault::new(status, Some("Content-Length"), "a body has its length", "send Content-Length"));
        }
        let announced = body.size_hint();
        if announced.lower() > most as u64 {
            return Err(too_large(most));
        }
        if announced.upper().unwrap_or(most as u64).min(most as u64) <= USUAL as u64 {
            let gathered = timeout(USUAL_TIME, gather(body, most, USUAL_TIME)).await;
            return gathered.unwrap_or_else(|_| Err(too_slow(USUAL_TIME))).map(|bytes| (bytes, None));
        }
        let busy = || Fault::later(StatusCode::SERVICE_UNAVAILABLE, None, "others send files just now", 5);
        let place = timeout(PLACE_TIME, Arc::clone(&self.0).acquire_owned()).await;
        let place = place.map_err(|_| busy())?.map_err(|_| busy())?;
        Ok((gather(body, most, PACE_TIME).await?, Some(place)))
    }
}

/// Until when how much has to be there.
#[derive(Clone, Copy, Debug)]
struct Pace {
    time: Duration,
    until: Instant,
    due: usize,
}

impl Pace {
    fn begin(time: Duration, now: Instant) -> Self {
        Self { time, until: now + time, due: PACE_BYTES }
    }

    /// So much is there.
    fn has(self, bytes: usize, now: Instant) -> Self {
        if bytes < self.due {
            return self;
        }
        Self { until: now + self.time, due: bytes + PACE_BYTES, ..self }
    }
}

/// All of it, where enough of it comes in each `time`.
async fn gather(mut body: Incoming, most: usize, time: Duration) -> Result<Bytes, Fault> {
    let mut whole = BytesMut::new();
    let mut pace = Pace::begin(time, Instant::now());
    loop {
        let frame = timeout_at(pace.until, body.frame()).await.map_err(|_| too_slow(time))?;
        let Some(frame) = frame else { return Ok(whole.freeze()) };
        let Ok(frame) = frame else {
            return Err(Fault::bad("Content-Length", "the body did not come as it was announced", "send it again"));
        };
        let Ok(bytes) = frame.into_data() else { continue };
        if whole.len() + bytes.len() > most {
            return Err(too_large(most));
        }
        whole.extend_from_slice(&bytes);
        pace = pace.has(whole.len(), Instant::now());
    }
}

fn too_large(most: usize) -> Fault {
    let rule = format!("a body has at most {most} bytes here");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, Some("Content-Length"), rule, "send less at once")
}

fn too_slow(time: Duration) -> Fault {
    let seconds = time.as_secs();
    let rule = match time == USUAL_TIME {
        true => format!("a body comes within {seconds} seconds of its headers"),
        false => format!("of a file at least {} KiB come in {seconds} seconds", PACE_BYTES / 1024),
    };
    Fault::new(StatusCode::REQUEST_TIMEOUT, None, rule, "send it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_take_as_long_as_it_moves_and_a_dribble_ends() {
        let begun = Instant::now();
        let after = |s: u64| begun + Duration::from_secs(s);
        let mut pace = Pace::begin(PACE_TIME, begun);
        for n in 1..100_usize {
            pace = pace.has(n * PACE_BYTES, after(29 * n as u64));
            assert!(pace.until > after(29 * (n as u64 + 1)), "{n}");
        }
        let mut dribble = Pace::begin(PACE_TIME, begun);
        for n in 1..30 {
            dribble = dribble.has(n * PACE_BYTES / 31, after(n as u64));
        }
        assert_eq!(dribble.until, after(30));
    }
}
