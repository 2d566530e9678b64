//! The office asks sites' boxes to record documents, takes some of that back, and each request is answered, whatever happens.

use super::Flaws;
use super::card::Refusal;
use super::dice::Dice;
use super::trade::{ITEMS, stores, text};
use super::workshop::{Workshop, mark};
use super::world::{Site, World};
use outpost::domain::booked::Mark;
use outpost::domain::document::{Document, Kind};
use outpost::domain::id::IntentId;
use outpost::domain::master::Masters;
use outpost::domain::record::{Entry, Submitted};
use outpost::domain::request::{Declined, Requested, TakenBack};
use serde_json::json;
use std::collections::BTreeSet;

/// What a box has to answer.
#[derive(Debug, Default)]
pub struct Asked {
    waiting: Vec<Requested>,
    taken_back: Vec<TakenBack>,
    declined: BTreeSet<IntentId>,
}

/// What somebody at the office wants of a site: goods out, or sometimes in.
fn wanted(n: usize, dice: &mut Dice) -> Requested {
    let (item, qty) = (ITEMS[dice.below(3) as usize], dice.between(1, 30));
    let items = json!([{"item_code": item, "qty": qty}]);
    let fields = match dice.percent(70) {
        true => json!({"stock_entry_type": "Material Issue", "from_warehouse": stores(n), "items": items}),
        false => json!({"stock_entry_type": "Material Receipt", "to_warehouse": stores(n), "items": items}),
    };
    let document = Document::deserialize_as(Kind::StockEntry, fields).expect("a document");
    Requested { id: IntentId(dice.uuid()), by: text("wati"), document }
}

impl World {
    /// Somebody at the office asks; what is not on the office's disk was not asked.
    pub fn ask(&mut self, n: usize) {
        let wanted = wanted(n, &mut self.dice);
        if !self.office_up {
            return;
        }
        let mark = mark(&wanted.submission()).expect("a document");
        // The power may go after the write.
        self.sites[n].promises.entry(mark).or_default().said += 1;
        self.say(n, &Entry::Requested(wanted));
        self.tally.requests += 1;
    }

    /// Somebody at the office wants the latest no more of which no answer is there.
    pub fn take_back(&mut self, n: usize) {
        let site = &self.sites[n];
        let Some(live) = site.desk.live.as_ref() else { return };
        let answered: BTreeSet<IntentId> =
            live.replica.lines.values().filter_map(|line| line.record.as_ref()?.entry.answers()).collect();
        let mut asked = live.own.lines.iter().filter_map(|line| asked(&line.record.as_ref()?.entry));
        let Some(latest) = asked.rfind(|asked| !answered.contains(&asked.id)) else { return };
        let request = latest.id;
        self.say(n, &Entry::TakenBack(TakenBack { request, by: text("wati") }));
        self.tally.requests_taken_back += 1;
    }

    fn say(&mut self, n: usize, word: &Entry) {
        let now = self.now_ms;
        let desk = &mut self.sites[n].desk;
        let said = desk.append(now, word, &mut self.dice).map(drop).and_then(|()| desk.sync());
        match said {
            Ok(()) => self.pump_desk(n),
            Err(Refusal::Full) => self.tally.full_disks += 1,
            Err(Refusal::Cut) => {
                self.tally.fuses_blown += 1;
                self.office_cut();
            }
        }
    }

    /// The box answers what it was asked; how it does is what the real box does around the same core.
    pub fn answer(&mut self, n: usize) -> Result<(), Refusal> {
        let (now, flaws) = (self.now_ms, self.flaws);
        let dice = &mut self.dice;
        let site = &mut self.sites[n];
        let workshop = &mut site.boxes[site.on_line];
        let masters = super::shared::known(&self.masters, &workshop.node.card.rows);
        workshop.answer(now, (&*masters, &flaws), dice)
    }

    /// What a quiet moment shows of the requests.
    pub fn check_asked(&mut self) {
        for site in &self.sites {
            let (recorded, declined) = site.check_asked();
            self.tally.requests_recorded += recorded;
            self.tally.requests_declined += declined;
        }
    }
}

fn asked(entry: &Entry) -> Option<&Requested> {
    if let Entry::Requested(requested) = entry { Some(requested) } else { None }
}

impl Workshop {
    /// After a start: what the journal has declined.
    pub fn note_declined(&mut self) {
        self.asked = Asked::default();
        let Some(live) = &self.node.live else { return };
        let entries = live.own.lines.iter().filter_map(|line| Some(&line.record.as_ref()?.entry));
        self.asked.declined =
            entries.filter_map(|entry| if let Entry::Declined(it) = entry { Some(it.request) } else { None }).collect();
    }

    /// Whether something waits for its answer.
    pub fn is_asked(&self) -> bool {
        !self.asked.waiting.is_empty()
    }

    /// A word of the office's.
    pub fn hears(&mut self, word: &Entry) {
        match word {
            Entry::Requested(requested) => self.asked.waiting.push(requested.clone()),
            Entry::TakenBack(by) => self.asked.taken_back.push(by.clone()),
            _ => {}
        }
    }

    fn answer(&mut self, now_ms: u64, (masters, flaws): (&Masters, &Flaws), dice: &mut Dice) -> Result<(), Refusal> {
        while let Some(requested) = self.asked.waiting.first().cloned() {
            if self.node.live.is_none() {
                return Ok(());
            }
            let (id, back) = (requested.id, self.asked.taken_back.iter().find(|by| by.request == requested.id));
            let known = self.is_known(id) || self.asked.declined.contains(&id);
            if !known || flaws.no_dedupe {
                let answer = match back {
                    Some(by) => Err(Declined::taken_back(by)),
                    None => {
                        self.admitted(now_ms, masters, requested.submission()).map_err(|why| Declined::new(id, why))
                    }
                };
                let is_declined = answer.is_err();
                let entry = answer.unwrap_or_else(Entry::Declined);
                self.append(now_ms, entry, flaws.forgets_returns, dice)?;
                if is_declined {
                    self.asked.declined.insert(id);
                }
            }
            self.asked.waiting.remove(0);
        }
        Ok(())
    }
}

impl Site {
    /// Each request that is on the office's disk is answered, and what was recorded was there by the box's figures.
    fn check_asked(&self) -> (u64, u64) {
        let desk = self.desk.live.as_ref().expect("repaired");
        let entries: Vec<&Entry> =
            desk.replica.lines.values().filter_map(|line| Some(&line.record.as_ref()?.entry)).collect();
        let answered: BTreeSet<IntentId> = entries.iter().filter_map(|entry| entry.answers()).collect();
        let shadowed = self.shadowed();
        for requested in desk.own.lines.iter().filter_map(|line| asked(&line.record.as_ref()?.entry)) {
            let is_lost = || mark(&requested.submission()).is_some_and(|mark| shadowed.contains(&mark));
            assert!(
                answered.contains(&requested.id) || self.history.is_odd() || is_lost(),
                "requests: {} was asked for {} and has not answered",
                self.desk.peer,
                requested.id
            );
        }
        let recorded: Vec<&Submitted> = entries
            .iter()
            .filter_map(|entry| if let Entry::Submitted(it) = entry { Some(it) } else { None })
            .filter(|submitted| submitted.is_requested())
            .collect();
        for submitted in &recorded {
            let marks = submitted.booked.iter().flat_map(|booked| &booked.marks);
            let short = marks.filter(|mark| matches!(mark, Mark::Short { .. })).count();
            assert_eq!(short, 0, "requests: {} recorded for the office what is not there", self.desk.peer);
        }
        let declined = entries.iter().filter(|entry| matches!(entry, Entry::Declined(_))).count();
        (recorded.len() as u64, declined as u64)
    }
}
