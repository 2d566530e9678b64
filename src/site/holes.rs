//! What is damaged becomes a record of the hole, once, so that the office hears of it and nothing waits for it.

use super::admit::{Admit, Came, Submission};
use crate::domain::record::{Entry, Record, Sent, Span};
use crate::journal::{OpenReport, Reader, ScribeHandle};
use crate::wire::record;
use std::collections::BTreeSet;

/// Records the holes of `report` that are not recorded yet, in a thread of its own: finding out reads the journal.
pub(super) fn record(journal: Reader, report: OpenReport, scribe: ScribeHandle<Admit>) {
    let missing: BTreeSet<Span> = report.damages.into_iter().flat_map(|damage| damage.missing).collect();
    if missing.is_empty() {
        return;
    }
    std::thread::spawn(move || {
        let mut new = missing;
        for stored in journal.scan(0).flatten() {
            if let Ok(Record { entry: Entry::Hole(span), .. }) = record::decode(&stored.body) {
                new.remove(&span);
            }
        }
        for span in new {
            let entry = Entry::Hole(span);
            let came = Came {
                device: "journal".parse().expect("invariant: a valid name"),
                topic: String::new(),
                payload: bytes::Bytes::new(),
                sent: Sent { session: 0, packet: 0, dup: false },
            };
            let reply = Box::new(move |done: Result<_, std::sync::Arc<_>>| match done {
                Ok(_) => tracing::warn!(?span, "the hole is recorded"),
                Err(error) => tracing::error!(?span, %error, "the hole could not be recorded: tried at the next start"),
            });
            if scribe.submit_blocking(Submission::new(entry, None, None, came), reply).is_err() {
                return;
            }
        }
    });
}
