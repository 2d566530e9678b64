//! Sticks: what lies on one, and what both ends do when it is put in, in the order of the real import and export.
//!
//! A file is on a stick whole or not at all, as the real folder sees to by temporary names; so a stick that is pulled, or a
//! power cut, ends a visit between two files. Absent: file systems, names as text, full sticks, keys that were replaced.

use super::node::TRUE_MS;
use super::workshop::mark;
use super::world::World;
use outpost::domain::id::{Position, Seq, StoreId};
use outpost::domain::record::{Extent, Span};
use outpost::sync::Outbox;
use outpost::wire::message::{Ack, Held, Message, Run};
use std::collections::BTreeSet;

const DAY_MS: u64 = 86_400_000;

/// What a file holds, in the order in which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Parcel(Extent),
    Word(u32),
}

/// Whose folder: a site, and whether it is the one that the box writes.
type Place = (usize, bool);

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    place: Place,
    content: Content,
    bytes: Vec<u8>,
    /// What the name says of the bytes; nothing where a person has renamed it, so that only the seal protects it.
    digest: Option<u32>,
    /// What the bytes were when they were written, for checking.
    written: u32,
    holds: Vec<Span>,
    at_ms: u64,
}

impl File {
    fn fits(&self) -> bool {
        self.digest.is_none_or(|digest| digest == crc32fast::hash(&self.bytes))
    }

    fn is_hurt(&self) -> bool {
        self.written != crc32fast::hash(&self.bytes)
    }

    fn extent(&self) -> Option<Extent> {
        if let Content::Parcel(extent) = self.content { Some(extent) } else { None }
    }

    fn positions(&self) -> impl Iterator<Item = Position> + '_ {
        self.holds.iter().copied().flat_map(positions)
    }
}

/// A stick. Two with the same files are two copies.
#[derive(Clone, Debug, Default)]
pub struct Stick {
    files: Vec<File>,
}

impl Stick {
    fn of(&self, place: Place) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.place == place)
    }

    /// The files of a folder in the order in which they are read.
    fn listed(&self, place: Place) -> Vec<File> {
        let mut files: Vec<File> = self.of(place).cloned().collect();
        files.sort_by_key(|file| (file.digest.is_none(), file.content));
        files
    }

    fn remove(&mut self, file: &File) {
        self.files.retain(|other| other != file);
    }
}

/// How many more files are read, written or removed before the stick is pulled.
struct Hold(u32);

impl Hold {
    fn lets_go(&mut self) -> bool {
        let pulled = self.0 == 0;
        self.0 = self.0.saturating_sub(1);
        pulled
    }
}

/// Why a visit ended early: the stick was pulled, or the power went.
struct Over;

impl World {
    fn stick(&self, stick: usize) -> Option<usize> {
        (!self.sticks.is_empty()).then(|| stick % self.sticks.len())
    }

    /// A stick is put into the box of `n`.
    pub fn stick_in(&mut self, n: usize, stick: usize, files: u32) {
        let Some(stick) = self.stick(stick) else { return };
        if self.line_box(n).node.live.is_none() {
            return;
        }
        self.tally.stick_visits += 1;
        let others = |world: &Self| -> Vec<File> {
            world.sticks[stick].files.iter().filter(|file| file.place != (n, true)).cloned().collect()
        };
        let before = others(self);
        let mut hold = Hold(files);
        let visit = self.import(stick, (n, false), &mut hold).and_then(|_| self.export(stick, (n, true), &mut hold));
        self.tally.sticks_pulled_early += u64::from(visit.is_err());
        assert!(before == others(self), "stick: the box of site {n} touched what is not its own");
        if visit.is_ok() {
            self.check_all_is_on(stick, (n, true));
        }
        self.pump_box(n);
    }

    /// A stick is put in at the office.
    pub fn stick_office(&mut self, stick: usize, files: u32) {
        let Some(stick) = self.stick(stick) else { return };
        if !self.office_up {
            return;
        }
        self.tally.stick_visits += 1;
        let came: BTreeSet<usize> =
            self.sticks[stick].files.iter().filter(|file| file.place.1).map(|file| file.place.0).collect();
        let visit = self.serve_at_office(stick, &came, &mut Hold(files));
        self.tally.sticks_pulled_early += u64::from(visit.is_err());
        came.into_iter().for_each(|n| self.pump_desk(n));
    }

    fn serve_at_office(&mut self, stick: usize, came: &BTreeSet<usize>, hold: &mut Hold) -> Result<(), Over> {
        let mut older = None;
        for n in came {
            older = older.max(self.import(stick, (*n, true), hold)?);
        }
        if let Some(before) = older {
            self.renew_office(came.first().copied().unwrap_or(0), before);
        }
        for n in came {
            self.export(stick, (*n, false), hold)?;
            self.check_all_is_on(stick, (*n, false));
        }
        Ok(())
    }

    /// Takes in what lies there, file by file. Returns the id that this store has to succeed, if there is one.
    fn import(&mut self, stick: usize, place: Place, hold: &mut Hold) -> Result<Option<StoreId>, Over> {
        let (n, to_office) = place;
        let (mut older, mut whole) = (None, true);
        let files = self.sticks[stick].listed(place);
        for file in &files {
            if hold.lets_go() {
                return Err(Over);
            }
            let opened = file.fits().then(|| self.open(n, to_office, &file.bytes)).flatten();
            let Some(message) = opened else {
                assert!(file.is_hurt(), "stick: a whole file was refused");
                self.tally.files_refused += 1;
                continue;
            };
            assert!(!file.is_hurt(), "stick: a file with a flipped bit was taken");
            self.count_taken(file, &message);
            self.tell(n, to_office, &message, " by hand");
            let known = match to_office {
                true => self.office_hears(n, message, true),
                false => self.box_hears(n, message, None),
            };
            let Ok(heard) = known else { return Err(Over) };
            older = older.max(heard.older);
            whole &= heard.stored;
        }
        if to_office && whole {
            self.check_all_has_come(n, &files);
        }
        Ok(older)
    }

    fn count_taken(&mut self, file: &File, message: &Message) {
        let (n, to_office) = file.place;
        let node = if to_office { &self.sites[n].desk } else { &self.line_box(n).node };
        let inbox = node.live.as_ref().expect("a visit ends with the power").link.inbox();
        let spans: Vec<Span> = message.batch.iter().map(Run::span).collect();
        let all: usize = spans.iter().map(|span| positions(*span).count()).sum();
        let missing = spans.iter().flat_map(|span| inbox.missing(*span));
        let new: usize = missing.map(|span| positions(span).count()).sum();
        let days = (self.now_ms - file.at_ms) / DAY_MS;
        let tally = &mut self.tally;
        match (all, new) {
            (0, _) => tally.words_taken += 1,
            (_, 0) => tally.parcels_repeated += 1,
            _ => {
                tally.parcels_taken += 1;
                tally.parcels_half_known += u64::from(new < all);
                tally.most_days_on_a_stick = tally.most_days_on_a_stick.max(days);
            }
        }
    }

    /// Puts on the stick what the owner of the folder owes to the other end.
    fn export(&mut self, stick: usize, place: Place, hold: &mut Hold) -> Result<(), Over> {
        let (n, to_office) = place;
        let files = self.sticks[stick].listed(place);
        let ours = || files.iter().filter(|file| file.digest.is_some());
        let parcels = || ours().filter_map(|file| Some((file, file.extent()?)));
        let outbox = self.outbox(place);
        let (done, staying): (Vec<_>, Vec<_>) =
            parcels().filter(|(file, _)| file.fits()).partition(|(_, extent)| outbox.is_done(*extent));
        let mut staying: Vec<Extent> = staying.into_iter().map(|(_, extent)| extent).collect();
        if self.flaws.trusts_gaps {
            staying = widened(outbox, &staying);
        }
        let mut owed = outbox.owed(&staying);
        for (file, _) in done {
            self.touch(place, hold)?;
            self.check_may_go(file);
            self.sticks[stick].remove(file);
            self.tally.parcels_removed += 1;
        }
        self.write_word(stick, place, &files, hold)?;
        loop {
            let live = self.node(place).live.as_ref().expect("a visit ends with the power");
            let parcel = live.link.parcel(&mut owed, &live.own).expect("the log has what the outbox knows of");
            let Some(parcel) = parcel else { break };
            self.write(stick, place, Content::Parcel(parcel.extent), &parcel.message, hold)?;
            self.tally.parcels_written += 1;
        }
        for (file, _) in parcels().filter(|(file, _)| !file.fits()) {
            self.touch(place, hold)?;
            self.sticks[stick].remove(file);
        }
        if self.flaws.parcels_are_acks && to_office {
            self.believe_it_delivered(n);
        }
        Ok(())
    }

    fn write_word(&mut self, stick: usize, place: Place, files: &[File], hold: &mut Hold) -> Result<(), Over> {
        let number = |file: &File| if let Content::Word(number) = file.content { Some(number) } else { None };
        let words = || files.iter().filter(|file| file.digest.is_some()).filter_map(|file| Some((file, number(file)?)));
        let next = words().map(|(_, number)| number + 1).max().unwrap_or(1);
        let clock_ms = (!place.1).then_some(TRUE_MS + self.now_ms as i64);
        let node = if place.1 { &mut self.line_box(place.0).node } else { &mut self.sites[place.0].desk };
        let word = node.live.as_mut().expect("a visit ends with the power").link.word(clock_ms);
        self.write(stick, place, Content::Word(next), &word, hold)?;
        for (file, _) in words() {
            self.touch(place, hold)?;
            self.sticks[stick].remove(file);
        }
        Ok(())
    }

    fn write(
        &mut self,
        stick: usize,
        place: Place,
        content: Content,
        message: &Message,
        hold: &mut Hold,
    ) -> Result<(), Over> {
        self.touch(place, hold)?;
        let bytes = self.seal(place.0, place.1, message);
        let written = crc32fast::hash(&bytes);
        let holds = message.batch.iter().map(Run::span).collect();
        let file = File { place, content, bytes, digest: Some(written), written, holds, at_ms: self.now_ms };
        self.sticks[stick].files.push(file);
        Ok(())
    }

    /// Each change of a stick may be the last: somebody pulls it, or the power goes.
    fn touch(&mut self, (n, to_office): Place, hold: &mut Hold) -> Result<(), Over> {
        if hold.lets_go() {
            return Err(Over);
        }
        let card = if to_office { &mut self.line_box(n).node.card } else { &mut self.sites[n].desk.card };
        if card.burn() {
            self.tally.fuses_blown += 1;
            if to_office {
                self.box_cut(n)
            } else {
                self.office_cut()
            }
            return Err(Over);
        }
        Ok(())
    }

    /// Whoever writes in that folder.
    fn node(&self, (n, to_office): Place) -> &super::node::Node {
        let site = &self.sites[n];
        if to_office { &site.boxes[site.on_line].node } else { &site.desk }
    }

    fn outbox(&self, place: Place) -> &Outbox {
        self.node(place).live.as_ref().expect("a visit ends with the power").link.outbox()
    }

    /// What a box would do that takes a written stick for a delivered one.
    fn believe_it_delivered(&mut self, n: usize) {
        let store = self.sites[n].desk.card.store.expect("made at the start");
        let live = self.line_box(n).node.live.as_mut().expect("it has just written");
        let held = Held { through: live.own.last().into_iter().collect(), beyond: vec![] };
        live.link.hear_carried(0, Message { ack: Some(Ack { store, held }), ..Message::default() }, &live.replica);
    }

    pub fn stick_copy(&mut self, from: usize, to: usize) {
        let (Some(from), Some(to)) = (self.stick(from), self.stick(to)) else { return };
        self.sticks[to] = self.sticks[from].clone();
    }

    /// A bit flips in some file; where files are sealed, sometimes in one that a person has renamed.
    pub fn stick_flip(&mut self, stick: usize, at: u64) {
        let Some(stick) = self.stick(stick) else { return };
        let files = &mut self.sticks[stick].files;
        if files.is_empty() {
            return;
        }
        let (chosen, at) = (at as usize % files.len(), at as usize / files.len());
        let file = &mut files[chosen];
        let bits = file.bytes.len() * 8;
        file.bytes[at % bits / 8] ^= 1 << (at % 8);
        if self.seals.is_some() && at.is_multiple_of(3) {
            file.digest = None;
        }
        self.tally.files_flipped += 1;
    }

    pub fn stick_lose(&mut self, stick: usize) {
        let Some(stick) = self.stick(stick) else { return };
        self.sticks[stick] = Stick::default();
    }

    // --- what must hold ---

    /// After a visit that nobody cut short, all that is not acked is on the stick.
    fn check_all_is_on(&self, stick: usize, place: Place) {
        let whole = self.sticks[stick].of(place).filter(|file| !file.is_hurt());
        let on_it: BTreeSet<Position> = whole.flat_map(File::positions).collect();
        for at in self.outbox(place).owed(&[]).into_iter().flat_map(positions) {
            assert!(on_it.contains(&at), "stick: {at} is not acked, and not on the stick of site {}", place.0);
        }
    }

    /// After an import that nobody cut short, the office's disk has all that was whole on the stick.
    fn check_all_has_come(&mut self, n: usize, files: &[File]) {
        let site = &mut self.sites[n];
        let desk = super::journal::Replica::read(site.desk.card.durable(super::card::PEER), &site.desk.peer);
        for at in files.iter().filter(|file| !file.is_hurt()).flat_map(File::positions) {
            let line = desk.lines.get(&at);
            assert!(line.is_some(), "stick: {at} was on a stick that the office has taken in, and is not there");
            let record = line.and_then(|line| line.record.as_ref());
            let carried = record.and_then(|record| mark(&record.entry)).filter(|mark| mark.1 != "shirt");
            // Its card may be gone: here is another copy, and nothing excuses any more.
            if let Some(promise) = carried.and_then(|mark| site.promises.get_mut(&mark)) {
                promise.excused = false;
            }
        }
    }

    /// A box removes only what the office has, or had before it was restored.
    fn check_may_go(&self, file: &File) {
        let (n, true) = file.place else { return };
        let site = &self.sites[n];
        let desk = super::journal::Replica::read(site.desk.card.durable(super::card::PEER), &site.desk.peer);
        for at in file.positions() {
            let had = desk.lines.contains_key(&at) || site.once_held.contains(&at);
            assert!(had, "stick: the box of site {n} removed {at}, which no disk of the office ever held");
        }
    }

    /// Sticks go back and forth until nothing changes any more.
    pub fn carry_until_quiet(&mut self) {
        // One that has seen the world, or a new one.
        let kept = self.sticks.len();
        self.sticks.push(Stick::default());
        let stick = self.dice.below(kept as u64 + 1) as usize;
        let mut before = self.standing();
        for round in 0.. {
            assert!(round < MOST_ROUNDS, "liveness: after {round} rounds with a stick there is still something new");
            (0..self.sites.len()).for_each(|n| self.stick_in(n, stick, u32::MAX));
            self.stick_office(stick, u32::MAX);
            let after = self.standing();
            // In the first round the boxes had no word of the office's yet.
            if round > 0 && before == after {
                break;
            }
            before = after;
        }
        self.sticks.truncate(kept);
    }

    /// All that a round with a stick can change.
    fn standing(&self) -> Vec<(Option<StoreId>, u64, Option<Ack>, u64)> {
        let nodes = self.sites.iter().flat_map(|site| [&site.boxes[site.on_line].node, &site.desk]);
        let standing = |node: &super::node::Node| {
            let link = &node.live.as_ref().expect("repaired").link;
            (node.card.store, link.inbox().count(), link.outbox().believes(), link.outbox().unacked())
        };
        nodes.map(standing).collect()
    }
}

/// Rounds with a stick until nothing is new: records, their acks with the outcomes, the acks of those; as many again where
/// both ends find out that they were restored; and one in which nothing changes.
const MOST_ROUNDS: u32 = 8;

fn positions(span: Span) -> impl Iterator<Item = Position> {
    (span.first.0..=span.last.0).map(move |seq| Position { epoch: span.epoch, seq: Seq(seq) })
}

/// One extent from the first to the last, as if nothing lay between them.
fn widened(outbox: &Outbox, extents: &[Extent]) -> Vec<Extent> {
    let mut ours = extents.iter().filter(|extent| outbox.runs_of(**extent).is_some());
    let Some(first) = ours.next() else { return extents.to_vec() };
    let widest = ours
        .fold(*first, |wide, extent| Extent { first: wide.first.min(extent.first), last: wide.last.max(extent.last) });
    vec![widest]
}
