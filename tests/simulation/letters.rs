//! Numbers on paper over restored and copied cards: the office gives each branch of a journal a letter of its own, as rows, and a box
//! takes it. What office and box do is the real code; what of it may share a number is said here.

use super::Flaws;
use super::node::{Node, TRUE_MS};
use super::workshop::Workshop;
use super::world::{Site, World};
use outpost::domain::id::{IntentId, Position, SiteId};
use outpost::domain::letters::{Borne, Letters, in_force};
use outpost::domain::master::segment::Audience;
use outpost::domain::master::{Life, Row, Table};
use outpost::domain::number::Series;
use outpost::domain::record::{Entry, Record};
use outpost::sync::rows::{Kept, SiteRows};
use outpost::wire::row;
use outpost::wire::rows::Key;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The lives that a box has been told of.
fn told(kept: &Kept, site: &SiteId) -> Vec<Life> {
    let lives = kept.iter().filter(|(key, ..)| key.table == Table::Life as u8);
    let read = lives.filter_map(|(_, body, ..)| match row::decode(Table::Life, body) {
        Ok(Row::Life(life)) => Some(life),
        _ => None,
    });
    read.filter(|life| life.site == *site).collect()
}

fn number(record: &Record) -> Option<(&'static str, Series, u32, IntentId)> {
    let Entry::Submitted(submitted) = &record.entry else { return None };
    let no = submitted.booked.as_ref()?.no?;
    Some((submitted.document.kind().slug(), no.series, no.count, submitted.id))
}

impl Workshop {
    /// The letter of the next number.
    pub fn letter(&self) -> Series {
        let (card, live) = (&self.node.card, self.node.live.as_ref().expect("the power is on"));
        let lines = &live.own.lines;
        let place = |life: Position| {
            let last = lines.iter().rfind(|line| line.at.epoch == life.epoch)?.at;
            let epoch = lines.iter().position(|line| line.at.epoch == life.epoch)?;
            (life.seq <= last.seq).then_some((epoch, life.seq))
        };
        let lives = told(&card.rows, &self.node.me).into_iter().map(|life| (life.first, life.series));
        in_force((Series::FIRST, self.desk.shop.last_series()), lives, place)
    }

    /// Notes which lives the box knew of when it wrote a document, or had to know of.
    pub fn note_heard(&mut self, at: Position) {
        let mut known = self.node.card.talked_of.clone();
        known.extend(told(&self.node.card.rows, &self.node.me).into_iter().map(|life| life.first));
        if !known.is_empty() {
            self.heard.insert(at, known);
        }
    }
}

impl Node {
    /// Where the peer's journal parts, and the letters in it.
    fn parted(&self) -> (Vec<Position>, BTreeSet<Borne>) {
        let Some(live) = &self.live else { return Default::default() };
        let inbox = live.link.inbox();
        let lives = inbox.lives();
        if lives.is_empty() {
            return Default::default();
        }
        let bear = |at: Position, series| {
            let lives = lives.iter().copied().filter(|life| inbox.is_in(*life, at)).collect();
            Borne { series, lives }
        };
        let lines = live.replica.lines.values();
        let numbered = lines.filter_map(|line| Some((line.at, number(line.record.as_ref()?)?)));
        let borne = numbered.map(|(at, (_, series, ..))| bear(at, series)).collect();
        (lives, borne)
    }
}

impl World {
    /// The office gives letters where a journal parts, and keeps them for sending.
    pub fn give_letters(&mut self, n: usize) {
        if self.flaws.gives_no_letters {
            return;
        }
        let site = &mut self.sites[n];
        let (lives, borne) = site.desk.parted();
        site.letters.note(&borne);
        site.letters.give(&lives).expect("no world wears out 702 letters");
        if publish(&mut self.table, &site.desk.peer, &site.letters, TRUE_MS as u64 + self.now_ms) {
            self.tally.letters_told += 1;
            (0..self.sites.len()).for_each(|n| self.pump_desk(n));
        }
    }
}

fn publish(table: &mut SiteRows, site: &SiteId, letters: &Letters, now_ms: u64) -> bool {
    let changes: Vec<_> = letters
        .lives
        .iter()
        .map(|(first, series)| {
            let row = Row::Life(Life { site: site.clone(), first: *first, series: *series });
            let audience = Audience::Sites([site.clone()].into());
            (Key::from(&row.key()), Some((row::encode(&row).into_boxed_slice(), audience)))
        })
        .collect();
    let Some(plan) = table.plan(changes, now_ms / 1_000).filter(|plan| !plan.slots.is_empty()) else { return false };
    table.apply(plan);
    true
}

impl Site {
    /// Nothing moves any more: the box on the line has to know what the office knows.
    pub fn note_talked(&mut self) {
        let lives = self.desk.live.as_ref().expect("repaired").link.inbox().lives();
        self.boxes[self.on_line].node.card.talked_of.extend(lives);
    }

    /// The office is another, and has to talk anew.
    pub fn forget_talks(&mut self) {
        let cards = self.boxes.iter_mut().map(|workshop| &mut workshop.node.card);
        cards.chain(&mut self.image).for_each(|card| card.talked_of.clear());
    }

    /// Of all documents in the books two share a number only where both were written by branches of a journal whose boxes had not
    /// heard of it yet. Returns how many numbers are shared.
    pub fn check_shared(&self, records: &[(Position, Record)], flaws: &Flaws) -> u64 {
        // What a card lost from its middle it does not know that it numbered.
        let has_holes = records.iter().any(|(_, record)| matches!(record.entry, Entry::Hole(_)));
        if self.history.rotted || self.history.tampered || has_holes || flaws.no_dedupe {
            return 0;
        }
        let inbox = self.desk.live.as_ref().expect("repaired").link.inbox();
        let lives = inbox.lives();
        assert!(
            lives.is_empty() || self.history.branched,
            "numbers: {} parts though no card was copied",
            self.desk.peer
        );
        let deaf = |at: Position| {
            let heard = self.boxes.iter().find_map(|workshop| workshop.heard.get(&at));
            let mut own = lives.iter().filter(|life| inbox.is_in(**life, at));
            own.any(|life| heard.is_none_or(|heard| !heard.contains(life)))
        };
        let (mut given, mut ids) = (BTreeMap::<_, Vec<(Position, IntentId)>>::new(), HashSet::new());
        for (at, record) in records {
            if let Some((kind, series, count, id)) = number(record)
                && ids.insert(id)
            {
                given.entry((kind, series, count)).or_default().push((*at, id));
            }
        }
        let shared = given.iter().filter(|(_, documents)| documents.len() > 1);
        for ((kind, series, count), documents) in shared.clone() {
            let knew = documents.iter().find(|(at, _)| !deaf(*at));
            assert!(
                knew.is_none(),
                "numbers: {kind} {series}{count} of {} is on more than one paper, {documents:?}, though the box of {knew:?} had \
                 its own letter",
                self.desk.peer
            );
        }
        shared.count() as u64
    }

    /// In its own journal a box's numbers of one letter are 1, 2, 3 …
    pub fn check_unbroken(&self, flaws: &Flaws) {
        if flaws.no_dedupe || self.history.rotted || self.history.tampered {
            return;
        }
        for workshop in &self.boxes {
            let Some(live) = &workshop.node.live else { continue };
            let records: Vec<&Record> = live.own.lines.iter().filter_map(|line| line.record.as_ref()).collect();
            if records.iter().any(|record| matches!(record.entry, Entry::Hole(_))) {
                continue;
            }
            let mut last = BTreeMap::new();
            for (kind, series, count, _) in records.into_iter().filter_map(number) {
                let last: &mut u32 = last.entry((kind, series)).or_default();
                assert_eq!(count, *last + 1, "numbers: {kind} {series}{count} at {} leaves a gap", self.desk.peer);
                *last = count;
            }
        }
    }
}
