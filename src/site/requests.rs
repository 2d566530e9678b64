//! What the office asks of this box, answered one after the other: each becomes a document of the journal, or word of why not.
//!
//! In: the office's journal for the site, as the views list what waits for an answer. Out: submissions to the journal's writer, which
//! decides on them as on a tablet's. A power cut between a request and its answer leaves it waiting, and it is answered at the next
//! start: by the document's id it is recorded once. Absent: telling the office, which hears of both as of any record.

use super::admit::{Admit, Came, Submission};
use super::start::SITE_NO;
use crate::books::Shelves;
use crate::domain::id::{DeviceId, IntentId};
use crate::domain::master::Masters;
use crate::domain::record::{Entry, Record, Sent};
use crate::domain::request::{Declined, Requested, TakenBack};
use crate::domain::time::Quality;
use crate::journal::ScribeHandle;
use crate::moment::Moment;
use crate::views::{self, Journals, Locator, RequestLine, Stream};
use crate::wire::record;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

const DOWN: Stream = Stream::Down(SITE_NO);
/// How long a request waits for the next try where the disk or the views refused it.
const AGAIN: Duration = Duration::from_secs(5);
/// How long the views may take to have read what has come.
const CATCH_UP: Duration = Duration::from_secs(60);

/// The task and what it asks with.
pub(super) struct Requests {
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
    pub(super) scribe: ScribeHandle<Admit>,
    /// The office's data, by which requests are judged.
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    pub(super) moment: Arc<Moment>,
    /// Told when the office's journal has more.
    pub(super) came: Arc<Notify>,
}

impl Requests {
    /// Runs until told to stop.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let again = match tokio::task::block_in_place(|| self.answer_all()) {
                Ok(true) => None,
                // The time is learnt from many; that is looked at again.
                Ok(false) => Some(AGAIN),
                Err(why) => {
                    tracing::warn!(%why, "what the office asks is not answered yet; tried again");
                    Some(AGAIN)
                }
            };
            tokio::select! {
                () = self.came.notified() => {}
                Ok(()) = self.masters.changed(), if again.is_some() => {}
                () = tokio::time::sleep(again.unwrap_or(Duration::MAX)) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Whether all that waited is answered. A new box has not all of the office's data yet, and one without a clock chip not the time: what it
    /// cannot judge now it does not decline for that.
    fn answer_all(&self) -> Result<bool, String> {
        let words = |error: views::NotNow| error.to_string();
        // An answer that the views have not read yet would be given twice.
        for stream in [DOWN, Stream::Up(SITE_NO)] {
            self.views.wait_for(stream, self.shelves.records(stream), CATCH_UP).map_err(words)?;
        }
        let mut all = true;
        for line in self.views.pending_requests(SITE_NO).map_err(words)? {
            let can_judge = self.masters.borrow().is_complete() && self.moment.quality() > Quality::Floor;
            if can_judge || line.taken_back.is_some() {
                let answer = self.answer(&line)?;
                self.submit(line.id, answer)?;
            } else {
                all = false;
            }
        }
        Ok(all)
    }

    /// What is to be recorded.
    fn answer(&self, line: &RequestLine) -> Result<Entry, String> {
        if let Some(at) = line.taken_back {
            let word = match self.read(at)? {
                Some(Entry::TakenBack(word)) => word,
                _ => TakenBack::decided(line.id),
            };
            return Ok(Entry::Declined(Declined::taken_back(&word)));
        }
        match self.read(line.place.locator)? {
            Some(Entry::Requested(requested)) => Ok(Requested::submission(&requested)),
            _ => Ok(Entry::Declined(Declined::new(line.id, "the request is lost to damage at the box: ask again"))),
        }
    }

    /// A record of the office's; nothing where it cannot be read.
    fn read(&self, at: Locator) -> Result<Option<Entry>, String> {
        let body = self.shelves.body(DOWN, at).map_err(|error| error.to_string())?;
        Ok(body.and_then(|body| record::decode(&body).ok()).map(|Record { entry, .. }| entry))
    }

    /// Hands it to the journal's writer, and waits until the answer is on the disk.
    fn submit(&self, id: IntentId, answer: Entry) -> Result<(), String> {
        let came = Came {
            device: DeviceId::office(),
            topic: String::new(),
            payload: bytes::Bytes::new(),
            sent: Sent { session: 0, packet: 0, dup: false },
        };
        let (told, heard) = mpsc::sync_channel(1);
        let reply = Box::new(move |done: Result<crate::journal::Done<_>, Arc<crate::journal::WriteError>>| {
            let _ = told.send(done.map(|_| ()).map_err(|error| error.to_string()));
        });
        let submission = Submission::new(answer, None, None, came);
        self.scribe.submit_blocking(submission, reply).map_err(|error| error.to_string())?;
        heard.recv().unwrap_or_else(|_| Err("the journal's writer has ended".into()))?;
        self.views.notify();
        tracing::info!(%id, "what the office asked is answered");
        Ok(())
    }
}
