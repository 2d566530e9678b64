//! Group commit for many submitters.

use super::paper::{Faults, Paper};
use super::*;
use outpost::domain::id::RecordHash;
use outpost::journal::{Admit, Done, Group, Scribe, Submitting, Verdict, WriteError, Written};
use std::sync::mpsc;

/// Takes every body once by its key; a known key with another body becomes a refusal.
struct Shop {
    epochs: u8,
    groups: mpsc::Sender<Option<usize>>,
    deduplicates: bool,
}

impl Admit for Shop {
    type Submission = Vec<u8>;
    type Note = &'static str;

    fn admit(&mut self, body: Vec<u8>, group: &Group<'_>) -> Verdict<&'static str> {
        let key = key_of(&body);
        let held = key.filter(|_| self.deduplicates).and_then(|key| group.find(&key).unwrap());
        match held {
            None => Verdict::Append { body, key, note: "taken" },
            Some(held) if group.body(held).unwrap() == body => Verdict::Repeat { of: held, note: "known" },
            Some(_) => Verdict::Append { body: b"refused".to_vec(), key: None, note: "refused" },
        }
    }

    fn settled(&mut self, written: Option<&[Written]>) {
        let _ = self.groups.send(written.map(<[Written]>::len));
    }

    fn begin(&mut self, _: Option<(Position, RecordHash)>) -> (Epoch, Vec<u8>) {
        self.epochs += 1;
        (epoch(self.epochs), b"opened".to_vec())
    }
}

/// Which submission, and what it was told.
type Told = (u64, Answer);

type Answer = Result<Done<&'static str>, Arc<WriteError>>;

struct Set {
    scribe: Scribe<Shop>,
    groups: mpsc::Receiver<Option<usize>>,
    answers: (mpsc::Sender<Told>, mpsc::Receiver<Told>),
}

fn start(paper: &Paper, deduplicates: bool) -> Set {
    let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let (sender, groups) = mpsc::channel();
    let scribe = Scribe::start(own, Shop { epochs: 1, groups: sender, deduplicates }).unwrap();
    Set { scribe, groups, answers: mpsc::channel() }
}

impl Set {
    fn submit(&self, n: u64, body: Vec<u8>) {
        let answers = self.answers.0.clone();
        let reply = Box::new(move |answer| drop(answers.send((n, answer))));
        self.scribe.handle().submit_blocking(body, reply).unwrap();
    }

    fn answers(self) -> (Vec<(u64, Answer)>, Own) {
        let own = self.scribe.shut_down();
        drop(self.answers.0);
        (self.answers.1.iter().collect(), own)
    }
}

#[test]
fn every_submitter_is_answered_with_a_place_that_is_durable() {
    let paper = Paper::default();
    let set = start(&paper, true);
    let durable = set.scribe.handle().durable();
    (0..500).for_each(|n| set.submit(n, keyed(n, 200)));
    let (answers, own) = set.answers();
    assert_eq!(answers.len(), 500, "shutting down answers what is in the queue");
    assert_eq!(*durable.borrow(), 501);
    drop(own);
    let (own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.crash(1)))).unwrap();
    for (n, answer) in answers {
        let Done { written, repeat, note } = answer.unwrap();
        let stored = own.reader().read_at(written.locator).unwrap();
        assert_eq!((stored.body, stored.position, stored.ordinal), (keyed(n, 200), written.position, written.ordinal));
        assert_eq!((stored.prev != RecordHash::NONE, repeat, note), (true, false, "taken"));
    }
}

fn repeats(deduplicates: bool) -> (usize, usize) {
    let paper = Paper::default();
    let set = start(&paper, deduplicates);
    (0..200).for_each(|n| set.submit(n, keyed(n % 10, 200)));
    set.submit(999, keyed(3, 201));
    let (answers, own) = set.answers();
    let places =
        answers.iter().filter(|(n, _)| n % 10 == 3).map(|(_, answer)| answer.as_ref().unwrap().written.position);
    let places: std::collections::BTreeSet<_> = places.collect();
    (own.reader().count() as usize, places.len())
}

#[test]
fn repeats_are_answered_with_the_first_ones_place_also_within_a_group() {
    assert_eq!(repeats(true), (1 + 10 + 1, 1));
}

#[test]
fn without_deduplication_the_same_proof_fails() {
    assert_ne!(repeats(false), (1 + 10 + 1, 1));
}

#[test]
fn other_bytes_under_a_known_key_become_a_refusal_of_their_own() {
    let set = start(&Paper::default(), true);
    set.submit(0, keyed(1, 100));
    set.submit(1, keyed(1, 101));
    let (answers, own) = set.answers();
    let notes: Vec<_> = answers.iter().map(|(_, answer)| answer.as_ref().unwrap().note).collect();
    assert_eq!(notes, ["taken", "refused"]);
    let second = answers[1].1.as_ref().unwrap().written;
    assert_eq!(own.reader().read_at(second.locator).unwrap().body, b"refused");
}

#[test]
fn a_group_has_one_sync() {
    let paper = Paper::default();
    let set = start(&paper, true);
    let before = paper.counts()[1];
    (0..300).for_each(|n| set.submit(n, keyed(n, 20)));
    let groups = {
        let (_, _own) = (set.scribe.shut_down(), ());
        set.groups.iter().map(|written| written.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(groups.iter().sum::<usize>(), 300);
    let syncing = groups.iter().filter(|&&written| written > 0).count() as u64;
    assert_eq!(paper.counts()[1] - before, syncing);
}

#[test]
fn a_full_disk_is_told_to_every_submitter_and_passes() {
    let paper = Paper::default();
    let set = start(&paper, true);
    paper.set(Faults { room: Some(0), ..Faults::default() });
    set.submit(0, keyed(1, 9000));
    assert!(matches!(&*set.answers.1.recv().unwrap().1.unwrap_err(), WriteError::Full));
    paper.set(Faults::default());
    set.submit(1, keyed(1, 9000));
    assert_eq!(set.answers.1.recv().unwrap().1.unwrap().note, "taken");
}

#[test]
fn after_a_failed_sync_it_goes_on_in_a_new_epoch() {
    let paper = Paper::default();
    let set = start(&paper, true);
    paper.set(Faults { sync_fails: true, ..Faults::default() });
    set.submit(0, keyed(1, 100));
    assert!(matches!(&*set.answers.1.recv().unwrap().1.unwrap_err(), WriteError::Poisoned(_)));
    paper.set(Faults::default());
    set.submit(1, keyed(1, 100));
    let done = set.answers.1.recv().unwrap().1.unwrap();
    assert_eq!((done.written.position, done.note), (at(2, 2), "taken"));
    let (_, own) = set.answers();
    assert!(own.reader().verify(|_| true).unwrap().is_sound());
}

#[test]
fn a_full_queue_says_busy_and_a_closed_one_closed() {
    let set = start(&Paper::default(), true);
    let handle = set.scribe.handle();
    // The writer waits in a reply until the queue has been filled.
    let (release, held) = mpsc::channel::<()>();
    let (entered, in_reply) = mpsc::channel();
    let hold = Box::new(move |_: Answer| {
        entered.send(()).unwrap();
        let _ = held.recv();
    });
    handle.try_submit(keyed(1, 20), hold).unwrap();
    in_reply.recv().unwrap();
    let taken = (0..outpost::journal::QUEUE + 1).map(|_| handle.try_submit(keyed(2, 20), Box::new(drop)));
    assert_eq!(taken.filter(Result::is_ok).count(), outpost::journal::QUEUE);
    assert_eq!(handle.try_submit(keyed(2, 20), Box::new(drop)), Err(Submitting::Busy));
    release.send(()).unwrap();
    set.scribe.shut_down();
    assert_eq!(handle.try_submit(keyed(2, 20), Box::new(drop)), Err(Submitting::Closed));
}
