//! The office's master data for all its sites, and what each of them is to have of it.
//!
//! In come rows and who gets them; out come slots for the log that keeps them, and deltas for a site. Each change has a version of
//! its own, and only the newest of a row is there. A row that leaves a site's segment is a deletion for that site. Files are absent:
//! what [`SiteRows::plan`] returns is durable before [`SiteRows::apply`] makes it visible.
//!
//! Versions of one opening follow each other; a later opening begins at the time, in steps so fine that they never meet, and by chance a
//! little later, should the time be the same (a backup that is put back at once, a clock that was set back). So a table
//! that was restored from a backup and went on never gives a number again that its sites have heard of, and a site whose cursor lies in
//! what was lost is told by it ([`Table::knows`]).

use super::Table;
use crate::domain::id::{Generation, SiteId};
use crate::domain::master::segment::Audience;
use crate::wire::rows::{Delta, Jump, Key, Line, MAX_JUMPS, MAX_VERSION};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Versions for each second since 1970: more than rows can be written in one. 2^53 lasts until the year 2242.
const VERSIONS_PER_S: u64 = 1 << 20;
/// An opening begins at most so many versions beyond the time: half a second.
const MOST_CHANCE: u32 = 1 << 19;
/// What a row is to be: its bytes, and who gets it; none where it is deleted.
pub type Wanted = Option<(Box<[u8]>, Audience)>;
/// A row and what it is to be.
pub type Put = (Key, Wanted);

/// The newest of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The version that changed it, or who gets it.
    pub version: u64,
    /// The version that changed it.
    pub content: u64,
    /// Its bytes; none where it was deleted.
    pub body: Option<Box<[u8]>>,
    /// Who gets it.
    pub audience: Audience,
    /// Who has been getting it since `content` without a break: it is no news to them at `version`.
    pub kept: Audience,
    /// Who had it at some time: for those of them who do not get it now it is deleted.
    pub former: Audience,
}

/// Changes that are not made yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What each row is to be, by version.
    pub slots: Vec<(Key, Slot)>,
    /// The jump to the first of them, where it begins an opening.
    pub jump: Option<Jump>,
}

/// The table.
#[derive(Clone, Debug)]
pub struct SiteRows {
    generation: Generation,
    /// Of sites that knew of a history that was lost.
    generations: BTreeMap<SiteId, Generation>,
    newest: u64,
    jumps: Vec<Jump>,
    /// This opening has given a version.
    begun: bool,
    /// How far beyond the time this opening begins.
    chance: u32,
    slots: BTreeMap<Arc<Key>, Slot>,
    by_version: BTreeMap<u64, Arc<Key>>,
}

impl SiteRows {
    /// An empty one.
    pub fn new(generation: Generation) -> Self {
        Self {
            generation,
            generations: BTreeMap::new(),
            newest: 0,
            jumps: Vec::new(),
            begun: false,
            chance: 0,
            slots: BTreeMap::new(),
            by_version: BTreeMap::new(),
        }
    }

    /// The generation for sites that have none of their own.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The generations of sites that have their own.
    pub fn generations(&self) -> &BTreeMap<SiteId, Generation> {
        &self.generations
    }

    /// The newest version; 0 where there never was a row.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// The jumps between its openings, oldest first.
    pub fn jumps(&self) -> &[Jump] {
        &self.jumps
    }

    /// Another history begins for everybody.
    pub fn set_generation(&mut self, generation: Generation) {
        self.generation = generation;
        self.generations.clear();
    }

    /// Another history begins for one site.
    pub fn set_generation_of(&mut self, site: SiteId, generation: Generation) {
        self.generations.insert(site, generation);
    }

    /// A row's slot.
    pub fn get(&self, key: &Key) -> Option<&Slot> {
        self.slots.get(key)
    }

    /// The rows that are there, by key, with who gets them.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &[u8], &Audience)> {
        self.slots.iter().filter_map(|(key, slot)| Some((&**key, slot.body.as_deref()?, &slot.audience)))
    }

    /// The rows from a key on, by key, without those that were deleted.
    pub fn from(&self, key: Key) -> impl Iterator<Item = (&Key, &[u8], &Audience)> {
        let slots = self.slots.range(Arc::new(key)..);
        slots.filter_map(|(key, slot)| Some((&**key, slot.body.as_deref()?, &slot.audience)))
    }

    /// All slots, deleted rows too, by version.
    pub fn slots(&self) -> impl Iterator<Item = (&Key, &Slot)> {
        let newest = self.by_version.iter().filter(|(version, key)| self.slots[*key].version == **version);
        newest.map(|(_, key)| (&**key, &self.slots[key]))
    }

    /// What of `changes` changes anything, with the versions that it gets at `now_s`, seconds since 1970. Of a row that is named
    /// twice the last counts. None where no version is left.
    pub fn plan(&self, changes: impl IntoIterator<Item = Put>, now_s: u64) -> Option<Plan> {
        let first = self.first_version(now_s);
        let mut version = first;
        let mut plan = Plan::default();
        let changes: BTreeMap<Key, Wanted> = changes.into_iter().collect();
        for (key, change) in changes {
            let Some(slot) = changed(self.slots.get(&key), change, version) else { continue };
            plan.slots.push((key, slot));
            version += 1;
        }
        let jump = Jump { after: self.newest, first };
        plan.jump = (!plan.slots.is_empty() && first > self.newest + 1).then_some(jump);
        (version <= MAX_VERSION).then_some(plan)
    }

    fn first_version(&self, now_s: u64) -> u64 {
        let next = self.newest + 1;
        if self.begun {
            return next;
        }
        let time = now_s.saturating_mul(VERSIONS_PER_S);
        next.max(time).saturating_add(u64::from(self.chance)).min(MAX_VERSION.max(next))
    }

    /// Makes the changes of a plan, or of a log in its order.
    pub fn apply(&mut self, Plan { slots, jump }: Plan) {
        self.jumps.extend(jump);
        let excess = self.jumps.len().saturating_sub(MAX_JUMPS);
        self.jumps.drain(..excess);
        self.begun |= !slots.is_empty();
        for (key, slot) in slots {
            let key = Arc::new(key);
            if let Some(before) = self.slots.get(&key) {
                self.by_version.remove(&before.version);
                self.by_version.remove(&before.content);
            }
            self.newest = self.newest.max(slot.version);
            self.by_version.insert(slot.version, key.clone());
            self.by_version.insert(slot.content, key.clone());
            self.slots.insert(key, slot);
        }
    }

    /// What was read from a log is all there is: what comes now is of another opening. `chance` is any number; a part of it counts.
    pub fn opened(&mut self, chance: u32) {
        self.begun = false;
        self.chance = chance % MOST_CHANCE;
    }

    /// The table as one site has it.
    pub fn of<'a>(&'a self, site: &'a SiteId) -> OfSite<'a> {
        OfSite { rows: self, site }
    }
}

/// What becomes of a slot, where anything does.
fn changed(before: Option<&Slot>, change: Wanted, version: u64) -> Option<Slot> {
    let nobody = || Audience::Sites(BTreeSet::new());
    let former = before.map_or_else(nobody, |slot| union(&slot.former, &slot.audience));
    let Some((body, audience)) = change else {
        before.filter(|slot| slot.body.is_some())?;
        let (audience, kept) = (nobody(), nobody());
        return Some(Slot { version, content: version, body: None, audience, kept, former });
    };
    let same = before.filter(|slot| slot.body.as_ref() == Some(&body));
    if same.is_some_and(|slot| slot.audience == audience) {
        return None;
    }
    let kept = same.map(|slot| (slot.content, both(&slot.kept, &audience)));
    let (content, kept) = kept.filter(|(_, kept)| *kept != nobody()).unwrap_or_else(|| (version, audience.clone()));
    Some(Slot { version, content, body: Some(body), audience, kept, former })
}

fn union(a: &Audience, b: &Audience) -> Audience {
    match (a, b) {
        (Audience::Sites(a), Audience::Sites(b)) => Audience::Sites(a | b),
        _ => Audience::All,
    }
}

fn both(a: &Audience, b: &Audience) -> Audience {
    match (a, b) {
        (Audience::All, other) | (other, Audience::All) => other.clone(),
        (Audience::Sites(a), Audience::Sites(b)) => Audience::Sites(a & b),
    }
}

/// The table as one site has it.
#[derive(Clone, Copy, Debug)]
pub struct OfSite<'a> {
    rows: &'a SiteRows,
    site: &'a SiteId,
}

impl OfSite<'_> {
    /// What the site is to hear of a slot at the version at which it stands in the order. A site hears of a row in one place.
    fn line(&self, version: u64, key: &Key, slot: &Slot) -> Option<Line> {
        let has_kept = slot.content != slot.version && slot.kept.includes(self.site);
        if has_kept != (version != slot.version) {
            return None;
        }
        let body = slot.body.clone().filter(|_| slot.audience.includes(self.site));
        let concerns = body.is_some() || slot.former.includes(self.site);
        concerns.then(|| Line { key: key.clone(), version, body })
    }

    /// The rows that are the site's.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &[u8])> {
        self.rows.iter().filter(|(_, _, audience)| audience.includes(self.site)).map(|(key, body, _)| (key, body))
    }
}

impl Table for OfSite<'_> {
    fn generation(&self) -> Generation {
        let own = self.rows.generations.get(self.site).copied();
        own.unwrap_or(self.rows.generation).max(self.rows.generation)
    }

    fn newest(&self) -> u64 {
        self.rows.newest
    }

    fn knows(&self, version: u64) -> bool {
        version <= self.rows.newest && !self.rows.jumps.iter().any(|jump| jump.skips(version))
    }

    fn since(&self, version: u64, max_bytes: usize, max_rows: usize) -> Delta {
        let (mut rows, mut bytes) = (Vec::<Line>::new(), 0);
        let newest = self.rows.newest.max(version);
        let jumps = self.rows.jumps.iter().filter(|jump| jump.first > version).copied().collect();
        let delta =
            |through, rows| Delta { generation: self.generation(), from: version, through, newest, jumps, rows };
        for (at, key) in self.rows.by_version.range(version + 1..) {
            let Some(line) = self.line(*at, key, &self.rows.slots[key]) else { continue };
            // Who begins has nothing to delete: what it held before goes when this generation is whole.
            if version == 0 && line.body.is_none() {
                continue;
            }
            bytes += line.size();
            if let Some(last) = rows.last().filter(|_| bytes > max_bytes || rows.len() == max_rows) {
                return delta(last.version, rows);
            }
            rows.push(line);
        }
        delta(newest, rows)
    }
}
