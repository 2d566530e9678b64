//! An office's table, two boxes, and roads that lose, repeat and reorder: at quiet a box has what is its own, no more.

use super::*;
use crate::domain::id::{Generation, SiteId};
use crate::domain::master::segment::Audience;
use crate::wire::rows::{Cursor, Delta, Jump, Key, Line, MAX_JUMPS};
use std::collections::BTreeMap;

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

fn site(n: u64) -> SiteId {
    format!("w{n}").parse().unwrap()
}

fn key(n: u64) -> Key {
    Key { table: 4, name: format!("item-{n}").into() }
}

fn body(text: &str) -> Box<[u8]> {
    text.as_bytes().into()
}

fn all(text: &str) -> Wanted {
    Some((body(text), Audience::All))
}

fn only(sites: &[u64], text: &str) -> Wanted {
    Some((body(text), Audience::Sites(sites.iter().map(|n| site(*n)).collect())))
}

fn generation(n: u64) -> Generation {
    Generation::new(n, [n as u8; 10])
}

fn table() -> SiteRows {
    SiteRows::new(generation(1))
}

fn put(rows: &mut SiteRows, changes: Vec<Put>) -> usize {
    let plan = rows.plan(changes, 1_000).unwrap();
    let count = plan.slots.len();
    rows.apply(plan);
    count
}

/// A box's end: what its disk has, and what it says.
struct Shop {
    /// What is durable.
    kept: Kept,
    follow: Follow,
    /// What is not, where a flaw says a cursor before the sync.
    unsynced: Option<Vec<Change>>,
}

impl Shop {
    fn new() -> Self {
        Self { kept: Kept::default(), follow: Follow::new(NOTHING), unsynced: None }
    }

    fn hear(&mut self, delta: Delta) {
        let Some(change) = self.follow.hear(delta) else { return };
        let (before, cursor) = (self.kept.cursor(), change.cursor);
        if let Some(unsynced) = &mut self.unsynced {
            unsynced.push(change);
            return self.follow.stored(cursor);
        }
        assert!(before.generation < cursor.generation || before.version <= cursor.version, "a cursor goes back");
        for (key, _, version, _) in self.kept.iter().filter(|row| row.3 && before.generation == cursor.generation) {
            let line = change.rows.iter().find(|line| line.key == *key);
            assert!(line.is_none_or(|line| version <= line.version), "a later version was replaced");
        }
        self.kept.apply(change);
        self.follow.stored(cursor);
    }

    /// It starts anew, from its disk.
    fn restart(&mut self) {
        self.unsynced.iter_mut().for_each(Vec::clear);
        self.follow = Follow::new(self.kept.cursor());
    }

    fn rows(&self) -> BTreeMap<Key, Vec<u8>> {
        self.kept.iter().map(|(key, body, ..)| (key.clone(), body.to_vec())).collect()
    }
}

fn expected(rows: &SiteRows, of: &SiteId) -> BTreeMap<Key, Vec<u8>> {
    rows.of(of).iter().map(|(key, body)| (key.clone(), body.to_vec())).collect()
}

/// All that goes from a feed to a shop on a good line. Returns how many rows came.
fn talk(now_ms: u64, feed: &mut Feed, rows: &SiteRows, of: &SiteId, shop: &mut Shop) -> usize {
    let mut came = 0;
    assert!(!feed.hear(now_ms, shop.follow.cursor(), &rows.of(of)));
    while let Some(delta) = feed.poll(now_ms, &rows.of(of)) {
        came += delta.rows.len();
        shop.hear(delta);
        feed.hear(now_ms, shop.follow.cursor(), &rows.of(of));
    }
    came
}

#[test]
fn a_row_that_is_put_as_it_is_changes_nothing() {
    let mut rows = table();
    assert_eq!(put(&mut rows, vec![(key(1), all("a")), (key(2), only(&[1], "b")), (key(3), None)]), 2);
    let newest = rows.newest();
    assert_eq!(put(&mut rows, vec![(key(1), all("a")), (key(2), only(&[1], "b")), (key(3), None)]), 0);
    assert_eq!(rows.newest(), newest);
    assert_eq!(put(&mut rows, vec![(key(1), all("b")), (key(1), all("a"))]), 0, "the last one of a key counts");
}

#[test]
fn a_row_changed_twice_before_it_is_sent_is_sent_once() {
    let (mut rows, mut shop, mut feed) = (table(), Shop::new(), Feed::new(RowRules::default()));
    put(&mut rows, vec![(key(1), all("a")), (key(2), all("b"))]);
    put(&mut rows, vec![(key(1), all("c"))]);
    assert_eq!(talk(0, &mut feed, &rows, &site(1), &mut shop), 2);
    assert_eq!(shop.rows(), expected(&rows, &site(1)));
    assert!(shop.follow.cursor().whole);
    assert_eq!(talk(0, &mut feed, &rows, &site(1), &mut shop), 0);
}

#[test]
fn a_row_that_leaves_a_segment_is_deleted_there_and_comes_back_with_it() {
    let (mut rows, mut shop, mut feed) = (table(), Shop::new(), Feed::new(RowRules::default()));
    put(&mut rows, vec![(key(1), all("a")), (key(2), only(&[1], "b"))]);
    talk(0, &mut feed, &rows, &site(1), &mut shop);
    for (n, audience) in [(1, only(&[2], "a")), (2, only(&[], "b")), (1, all("a")), (2, only(&[1, 2], "b"))] {
        put(&mut rows, vec![(key(n), audience)]);
        talk(0, &mut feed, &rows, &site(1), &mut shop);
        assert_eq!(shop.rows(), expected(&rows, &site(1)));
    }
    assert_eq!(shop.rows().len(), 2);
}

#[test]
fn who_has_a_row_does_not_get_it_again_when_others_get_it_too() {
    let (mut rows, mut shop, mut feed) = (table(), Shop::new(), Feed::new(RowRules::default()));
    put(&mut rows, vec![(key(1), only(&[1], "a"))]);
    talk(0, &mut feed, &rows, &site(1), &mut shop);
    put(&mut rows, vec![(key(1), only(&[1, 2], "a"))]);
    assert_eq!(talk(0, &mut feed, &rows, &site(1), &mut shop), 0);
    let mut other = Shop::new();
    assert_eq!(talk(0, &mut Feed::new(RowRules::default()), &rows, &site(2), &mut other), 1);
    put(&mut rows, vec![(key(1), only(&[2], "a"))]);
    assert_eq!(talk(0, &mut feed, &rows, &site(1), &mut shop), 1);
    assert!(shop.rows().is_empty());
}

#[test]
fn who_begins_hears_nothing_of_deleted_rows() {
    let mut rows = table();
    put(&mut rows, (0..100).map(|n| (key(n), all("a"))).collect());
    put(&mut rows, (1..100).map(|n| (key(n), None)).collect());
    let mut shop = Shop::new();
    assert_eq!(talk(0, &mut Feed::new(RowRules::default()), &rows, &site(1), &mut shop), 1);
}

#[test]
fn an_empty_table_sends_nothing_and_an_empty_segment_is_told_once() {
    let (mut rows, mut shop, mut feed) = (table(), Shop::new(), Feed::new(RowRules::default()));
    talk(0, &mut feed, &rows, &site(1), &mut shop);
    assert!(!shop.follow.cursor().whole, "an office without master data says nothing of it");
    put(&mut rows, vec![(key(1), only(&[2], "a"))]);
    feed.hear(0, shop.follow.cursor(), &rows.of(&site(1)));
    let delta = feed.poll(0, &rows.of(&site(1))).expect("word that this is all");
    assert!(delta.is_last() && delta.rows.is_empty());
    shop.hear(delta);
    assert!(shop.follow.cursor().whole);
    assert_eq!(talk(0, &mut feed, &rows, &site(1), &mut shop), 0);
    assert_eq!(feed.poll(0, &rows.of(&site(1))), None);
}

#[test]
fn nothing_is_sent_to_who_says_no_cursor_and_it_is_asked_less_and_less_often() {
    let (mut rows, mut feed) = (table(), Feed::new(RowRules::default()));
    put(&mut rows, vec![(key(1), all("a"))]);
    let me = site(1);
    feed.connected();
    feed.settled(0);
    let mut asked = Vec::new();
    for _ in 0..15 {
        let at = feed.wake_ms().expect("it is asked for ever");
        let question = feed.poll(at, &rows.of(&me)).expect("it was woken for something");
        assert!(question.rows.is_empty() && question.from == question.newest);
        asked.push(at);
        let mut shop = Shop::new();
        shop.follow.said();
        shop.hear(question);
        assert_eq!(shop.kept.cursor(), NOTHING, "a question moves nothing");
        assert_eq!(shop.follow.due(), Some(NOTHING));
    }
    assert_eq!(asked[..4], [30_000, 90_000, 210_000, 450_000]);
    assert_eq!((asked[5] - asked[4], asked[14] - asked[13]), (600_000, 600_000));
}

#[test]
fn another_generation_leaves_the_old_rows_until_it_is_whole_and_then_only_its_own() {
    let rules = RowRules { bytes: 40, floor_bytes: 40, window: 1, ..RowRules::default() };
    let (mut rows, mut shop, mut feed) = (table(), Shop::new(), Feed::new(rules));
    let me = site(1);
    put(&mut rows, (0..5).map(|n| (key(n), all("old"))).collect());
    talk(0, &mut feed, &rows, &me, &mut shop);
    assert_eq!(shop.rows().len(), 5);
    let mut rows = SiteRows::new(generation(2));
    put(&mut rows, (3..9).map(|n| (key(n), all("new"))).collect());
    feed.hear(0, shop.follow.cursor(), &rows.of(&me));
    let mut seen = Vec::new();
    while let Some(delta) = feed.poll(0, &rows.of(&me)) {
        shop.hear(delta);
        shop.restart();
        feed.hear(0, shop.follow.cursor(), &rows.of(&me));
        seen.push((shop.rows().len(), shop.kept.cursor().whole));
    }
    assert!(seen.len() == 3 && seen[..seen.len() - 1].iter().all(|(rows, whole)| *rows >= 5 && !whole), "{seen:?}");
    assert_eq!(shop.rows(), expected(&rows, &me));
    let late = Delta { generation: generation(1), from: 0, through: 9, newest: 9, jumps: vec![], rows: vec![] };
    assert_eq!(shop.follow.hear(late), None, "a stick from before");
}

#[test]
fn a_table_that_was_restored_and_went_on_is_told_by_the_cursor_of_who_saw_more() {
    let mut rows = table();
    put(&mut rows, vec![(key(1), all("a"))]);
    let before = rows.clone();
    put(&mut rows, vec![(key(2), all("b")), (key(1), None)]);
    let seen = Cursor { generation: rows.generation(), version: rows.newest(), ahead: 0, whole: true };
    let went_on = |chance, now_s| {
        let mut restored = before.clone();
        restored.opened(chance);
        let plan = restored.plan((5..50).map(|n| (key(n), all("x"))), now_s).unwrap();
        restored.apply(plan);
        assert!(restored.newest() > seen.version, "the number alone would not tell");
        restored
    };
    let me = site(1);
    for now_s in [1_000, 1] {
        let restored = went_on(12_345, now_s);
        assert!(Feed::new(RowRules::default()).hear(0, seen, &restored.of(&me)), "the same time, and one that was");
    }
    let mut restored = went_on(0, 1_001);
    let mut feed = Feed::new(RowRules::default());
    assert!(feed.hear(0, seen, &restored.of(&me)));
    assert!(!feed.hear(0, Cursor { version: restored.jumps()[1].after, ..seen }, &restored.of(&me)));
    let mut shop = Shop::new();
    shop.hear(rows.of(&me).since(0, 1 << 20, 100));
    restored.set_generation_of(me.clone(), Generation::successor(Some(seen.generation), 0, [0; 10]));
    talk(0, &mut feed, &restored, &me, &mut shop);
    assert_eq!(shop.rows(), expected(&restored, &me));
}

#[test]
fn of_jumps_the_latest_are_remembered() {
    let mut rows = table();
    for n in 0..MAX_JUMPS as u64 + 1 {
        rows.opened(0);
        let plan = rows.plan([(key(n), all("a"))], 1_000 + n).unwrap();
        rows.apply(plan);
        assert_eq!(rows.jumps().len() as u64, (n + 1).min(MAX_JUMPS as u64));
    }
    assert_eq!(rows.of(&site(1)).since(0, 100, 100).jumps.len(), MAX_JUMPS);
    assert!(rows.of(&site(1)).knows(rows.newest()) && !rows.of(&site(1)).knows(rows.newest() - 1));
}

#[test]
fn what_leaves_a_gap_changes_nothing_and_what_overlaps_joins() {
    let mut shop = Shop::new();
    let line = |n, version| Line { key: key(n), version, body: Some(body("x")) };
    let delta =
        |from, through, rows| Delta { generation: generation(1), from, through, newest: 200, jumps: vec![], rows };
    shop.hear(delta(5, 9, vec![line(1, 9)]));
    assert_eq!((shop.kept.len(), shop.kept.cursor()), (0, NOTHING));
    shop.hear(delta(0, 6, vec![line(2, 6)]));
    shop.hear(delta(5, 9, vec![line(2, 6), line(1, 9)]));
    assert_eq!((shop.kept.len(), shop.kept.cursor().version), (2, 9));
    shop.hear(Delta { jumps: vec![Jump { after: 8, first: 100 }], ..delta(7, 101, vec![line(3, 101)]) });
    assert_eq!(shop.kept.cursor().version, 9, "the sender has lost version 9 since");
}

/// A box, the office's feed to it, and what is under way to either.
type End = (Shop, Feed, Vec<Delta>, Vec<(bool, Cursor)>);

/// A world of two sites, with everything that may happen to a delta and a cursor.
struct World {
    dice: Dice,
    now_ms: u64,
    rows: SiteRows,
    backup: SiteRows,
    shops: Vec<End>,
    sticks: Vec<(usize, Delta)>,
    renewed: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let bytes = [40, 200, 65_536][dice.below(3) as usize];
        let rules = RowRules { bytes, floor_bytes: 40, window: 1 + dice.below(3) as usize, ..RowRules::default() };
        let shop = |_| (Shop::new(), Feed::new(rules.clone()), vec![], vec![]);
        let shops = (0..2).map(shop).collect();
        Self { dice, now_ms: 0, rows: table(), backup: table(), shops, sticks: vec![], renewed: 0 }
    }

    fn office_changes(&mut self) {
        let dice = &mut self.dice;
        let changes: Vec<Put> = (0..1 + dice.below(6))
            .map(|_| {
                let text = format!("{}", dice.below(4));
                let change = match dice.below(5) {
                    0 => None,
                    1 => all(&text),
                    2 => only(&[0], &text),
                    3 => only(&[1], &text),
                    _ => only(&[0, 1], &text),
                };
                (key(dice.below(12)), change)
            })
            .collect();
        let plan = self.rows.plan(changes, 1_000 + self.now_ms / 1_000).unwrap();
        self.rows.apply(plan);
    }

    fn office_restored(&mut self) {
        self.rows = self.backup.clone();
        self.rows.opened(1 << 10);
        for (_, feed, ..) in &mut self.shops {
            *feed = Feed::new(RowRules::default());
        }
    }

    fn office_hears(&mut self, n: usize, live: bool, cursor: Cursor) {
        let site = site(n as u64);
        let feed = &mut self.shops[n].1;
        let is_foreign = match live {
            true => feed.hear(self.now_ms, cursor, &self.rows.of(&site)),
            false => feed.hear_carried(cursor, &self.rows.of(&site)),
        };
        if is_foreign {
            self.renewed += 1;
            let ten = [self.renewed as u8; 10];
            self.rows.set_generation_of(site, Generation::successor(Some(cursor.generation), 0, ten));
        }
    }

    /// What is said now goes on the road; some of it is lost.
    fn say(&mut self, n: usize) {
        let me = site(n as u64);
        let (shop, feed, down, up) = &mut self.shops[n];
        while let Some(delta) = feed.poll(self.now_ms, &self.rows.of(&me)) {
            down.push(delta);
        }
        if let Some(cursor) = shop.follow.due() {
            assert_eq!(cursor, shop.kept.cursor(), "it says what its disk has not");
            up.push((true, cursor));
            shop.follow.said();
        }
    }

    fn step(&mut self) {
        self.now_ms += 1_000 + self.dice.below(20_000);
        let n = self.dice.below(2) as usize;
        match self.dice.below(14) {
            0..3 => self.office_changes(),
            3 => self.shops[n].0.restart(),
            4 => {
                self.shops[n].1.disconnected();
                self.shops[n].1.connected();
                self.shops[n].0.follow.asked();
                self.shops[n].1.settled(self.now_ms);
            }
            5 if self.dice.below(8) == 0 => self.backup = self.rows.clone(),
            5 if self.dice.below(8) == 0 => self.office_restored(),
            6 if self.dice.below(8) == 0 => self.shops[n].0 = Shop::new(),
            7 => self.write_stick(n),
            8 if !self.sticks.is_empty() => {
                let chosen = self.dice.below(self.sticks.len() as u64) as usize;
                let (n, delta) = self.sticks[chosen].clone();
                self.shops[n].0.hear(delta);
                let cursor = self.shops[n].0.follow.cursor();
                self.office_hears(n, false, cursor);
            }
            _ => self.carry(n),
        }
        self.say(n);
    }

    fn write_stick(&mut self, n: usize) {
        let me = site(n as u64);
        let mut written = None;
        while let Some(delta) = self.shops[n].1.parcel(written, 120, &self.rows.of(&me)) {
            written = Some(delta.through);
            self.sticks.push((n, delta));
        }
        let excess = self.sticks.len().saturating_sub(30);
        self.sticks.drain(..excess);
    }

    /// Something on the road arrives, twice, or not at all.
    fn carry(&mut self, n: usize) {
        let (_, _, down, up) = &mut self.shops[n];
        let (is_lost, is_twice) = (self.dice.below(4) == 0, self.dice.below(4) == 0);
        if self.dice.below(2) == 0 && !down.is_empty() {
            let delta = down.remove(self.dice.below(down.len() as u64) as usize);
            if is_twice {
                down.push(delta.clone());
            }
            if !is_lost {
                self.shops[n].0.hear(delta);
            }
        } else if !up.is_empty() {
            let (live, cursor) = up.remove(self.dice.below(up.len() as u64) as usize);
            if !is_lost {
                self.office_hears(n, live, cursor);
            }
        }
    }

    /// The lines are good, and time runs.
    fn heal(&mut self, seed: u64) {
        for n in 0..2 {
            let me = site(n as u64);
            self.shops[n].1.disconnected();
            self.shops[n].1.connected();
            self.shops[n].0.follow.asked();
            self.shops[n].2.clear();
            self.shops[n].3.clear();
            for round in 0.. {
                assert!(round < 200, "seed {seed}: it never ends");
                self.say(n);
                let (down, up) = (std::mem::take(&mut self.shops[n].2), std::mem::take(&mut self.shops[n].3));
                if down.is_empty() && up.is_empty() {
                    break;
                }
                down.into_iter().for_each(|delta| self.shops[n].0.hear(delta));
                up.into_iter().for_each(|(live, cursor)| self.office_hears(n, live, cursor));
            }
            if self.rows.newest() > 0 {
                let shop = &self.shops[n].0;
                assert_eq!(shop.rows(), expected(&self.rows, &me), "seed {seed}, site {n}");
                assert!(shop.kept.cursor().whole, "seed {seed}, site {n}");
            }
        }
    }
}

#[test]
fn at_quiet_every_site_has_its_segment_whatever_happened() {
    let mut renewed = 0;
    for seed in 1..=3_000 {
        let mut world = World::new(seed);
        for _ in 0..3 {
            (0..60).for_each(|_| world.step());
            world.heal(seed);
        }
        renewed += world.renewed;
    }
    assert!(renewed > 10, "no office was restored: the proof is hollow");
}

#[test]
#[should_panic(expected = "it says what its disk has not")]
fn a_cursor_said_before_the_sync_is_caught() {
    let mut world = World::new(1);
    world.shops.iter_mut().for_each(|(shop, ..)| shop.unsynced = Some(Vec::new()));
    (0..200).for_each(|_| world.step());
}

#[test]
fn an_empty_table_keeps_nobody_awake() {
    let (rows, mut feed) = (table(), Feed::new(RowRules::default()));
    feed.connected();
    feed.settled(0);
    let wake_ms = feed.wake_ms().unwrap();
    assert_eq!(feed.poll(wake_ms, &rows.of(&site(1))), None);
    assert!(feed.wake_ms().is_none_or(|again| again > wake_ms));
}
