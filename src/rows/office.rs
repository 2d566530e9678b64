//! The office's master data on its disk: [`SiteRows`] with a log.

use super::RowsError;
use super::frames::{OfficeFrame, WrittenSlot, jumps};
use super::log::{Kind, Log};
use crate::domain::id::{Generation, SiteId};
use crate::domain::master::segment::Audience;
use crate::domain::master::{MAX_NAME, RowKey, Table};
use crate::journal::disk::{Disk, RealDisk};
use crate::moment::rough_ms;
use crate::sync::rows::{OfSite, Plan, SiteRows};
use crate::wire::cbor;
use crate::wire::rows::{Key, MAX_ROW};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// About how many bytes of rows are in one frame: each is synced before the next.
const FRAME_BYTES: usize = 512 * 1024;

/// A row that the office has: its key, its bytes, who gets it.
pub type Entry = (RowKey, Box<[u8]>, Audience);

/// What a row is to be at the office: its bytes and who gets it; none where it is deleted.
pub type Told = (RowKey, Option<(Vec<u8>, Audience)>);

/// The table, for all who use it at the office.
pub struct OfficeRows {
    inner: Mutex<Inner>,
    newest: watch::Sender<u64>,
}

struct Inner {
    log: Log,
    rows: SiteRows,
}

impl OfficeRows {
    /// Opens the table in `dir`, or begins one. One with damage begins another history: what was on the damaged place has to be
    /// loaded again, and every site gets all of it anew.
    pub fn open(dir: &Path) -> Result<Self, RowsError> {
        Self::open_on(dir, Arc::new(RealDisk))
    }

    /// As [`OfficeRows::open`], on a disk of the caller's.
    pub fn open_on(dir: &Path, disk: Arc<dyn Disk>) -> Result<Self, RowsError> {
        let (log, bodies, found) = Log::open(dir, Kind::Office, disk)?;
        let mut rows = SiteRows::new(Generation(uuid::Uuid::nil()));
        let mut unread = 0;
        for body in bodies {
            match cbor::from_slice::<OfficeFrame>(&body) {
                Ok(frame) => replay(&mut rows, frame),
                Err(_) => unread += 1,
            }
        }
        let mut chance = [0; 4];
        getrandom::fill(&mut chance).expect("invariant: the kernel gives random bytes");
        rows.opened(u32::from_le_bytes(chance));
        let (newest, _) = watch::channel(rows.newest());
        let mut inner = Inner { log, rows };
        if found.damaged_bytes > 0 || unread > 0 {
            let (path, bytes) = (dir.display().to_string(), found.damaged_bytes);
            tracing::error!(
                path,
                bytes,
                unread,
                "master data is damaged: load it again; every site gets all of it anew"
            );
            inner.renew()?;
            inner.begin_anew()?;
        } else if inner.rows.generation() == Generation(uuid::Uuid::nil()) {
            inner.renew()?;
        }
        Ok(Self { inner: Mutex::new(inner), newest })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps rows, each with who gets it, and deletes those that have none. How many that changed; what is as it was gets no new
    /// version. On an error the first of them may be kept, durably; the same call again does the rest.
    pub fn put(&self, changes: Vec<Told>) -> Result<usize, RowsError> {
        let too_large = |(key, change): &Told| {
            let body = change.as_ref().map_or(0, |(body, _)| body.len());
            (body > MAX_ROW || key.name.len() > MAX_NAME).then_some(body + key.name.len())
        };
        if let Some(bytes) = changes.iter().find_map(too_large) {
            return Err(RowsError::TooLarge(bytes));
        }
        let boxed = |(body, audience): (Vec<u8>, Audience)| (body.into_boxed_slice(), audience);
        let changes = changes.into_iter().map(|(key, change)| (Key::from(&key), change.map(boxed)));
        let mut inner = self.lock();
        let now_s = rough_ms() / 1_000;
        let plan = inner.rows.plan(changes, now_s).ok_or(RowsError::NoVersion)?;
        let count = plan.slots.len();
        let kept = inner.keep(plan);
        self.newest.send_replace(inner.rows.newest());
        kept.map(|()| count)
    }

    /// The newest version; 0 where there never was a row.
    pub fn version(&self) -> u64 {
        self.lock().rows.newest()
    }

    /// Tells of each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// The generation for sites that have none of their own.
    pub fn generation(&self) -> Generation {
        self.lock().rows.generation()
    }

    /// A row's bytes, and who gets it.
    pub fn get(&self, key: &RowKey) -> Option<(Box<[u8]>, Audience)> {
        let inner = self.lock();
        let slot = inner.rows.get(&Key::from(key))?;
        Some((slot.body.clone()?, slot.audience.clone()))
    }

    /// Every row whose table this version knows, by key.
    pub fn all(&self) -> Vec<Entry> {
        let inner = self.lock();
        let known =
            |(key, body, audience): (&Key, &[u8], &Audience)| Some((key.known()?, body.into(), audience.clone()));
        inner.rows.iter().filter_map(known).collect()
    }

    /// At most `most` rows of a table in the order of their names, from behind the name `after`.
    pub fn after(&self, table: Table, after: &str, most: usize) -> Vec<Entry> {
        let inner = self.lock();
        let first = Key { table: table as u8, name: after.into() };
        let own = inner.rows.from(first).take_while(|(key, ..)| key.table == table as u8);
        let behind = own.filter(|(key, ..)| &*key.name > after);
        let known =
            |(key, body, audience): (&Key, &[u8], &Audience)| Some((key.known()?, body.into(), audience.clone()));
        behind.filter_map(known).take(most).collect()
    }

    /// Looks at the table as one site has it.
    pub fn of<T>(&self, site: &SiteId, look: impl FnOnce(&OfSite<'_>) -> T) -> T {
        look(&self.lock().rows.of(site))
    }

    /// Gives a site a generation after `known`, of which it knows: this table was restored from a backup since.
    pub fn renew_for(&self, site: &SiteId, known: Generation) -> Result<(), RowsError> {
        let mut inner = self.lock();
        let ours = inner.rows.of(site);
        let after = known.max(crate::sync::rows::Table::generation(&ours));
        let generation = successor(after);
        if generation <= after {
            // No office ever made that one; whoever says it harms itself.
            return Ok(());
        }
        tracing::warn!(%site, "this office's master data is older than its box knows it: the box gets all of it anew");
        let generations = [(site.clone(), generation)].into();
        inner.append(&OfficeFrame { generations, ..OfficeFrame::default() })?;
        inner.rows.set_generation_of(site.clone(), generation);
        Ok(())
    }

    /// Another history begins for every site.
    pub fn renew(&self) -> Result<(), RowsError> {
        self.lock().renew()
    }
}

fn successor(after: Generation) -> Generation {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("invariant: the kernel gives random bytes");
    Generation::successor(Some(after), rough_ms(), random)
}

fn replay(rows: &mut SiteRows, frame: OfficeFrame) {
    let OfficeFrame { generation, generations, jumps, slots } = frame;
    if let Some(generation) = generation {
        rows.set_generation(generation);
    }
    generations.into_iter().for_each(|(site, generation)| rows.set_generation_of(site, generation));
    for (after, first) in jumps {
        rows.apply(Plan { slots: Vec::new(), jump: Some(crate::wire::rows::Jump { after, first }) });
    }
    rows.apply(Plan { slots: slots.into_iter().map(WrittenSlot::read).collect(), jump: None });
}

impl Inner {
    /// Makes a plan durable, part by part, each visible once it is.
    fn keep(&mut self, plan: Plan) -> Result<(), RowsError> {
        let Plan { slots, mut jump } = plan;
        let mut slots = slots.into_iter().peekable();
        while slots.peek().is_some() {
            let (mut part, mut bytes) = (Vec::new(), 0);
            while let Some((key, slot)) = slots.next_if(|_| bytes < FRAME_BYTES) {
                bytes += WrittenSlot::size(&key, &slot);
                part.push((key, slot));
            }
            let written = part.iter().map(|(key, slot)| WrittenSlot::of(key, slot)).collect();
            self.append(&OfficeFrame { jumps: jumps(jump), slots: written, ..OfficeFrame::default() })?;
            self.rows.apply(Plan { slots: part, jump: jump.take() });
        }
        if self.log.is_worth_beginning()
            && let Err(error) = self.begin_anew()
        {
            tracing::warn!(%error, "the log of master data could not be begun anew; it grows");
        }
        Ok(())
    }

    fn append(&mut self, frame: &OfficeFrame) -> Result<(), RowsError> {
        if self.log.is_poisoned() {
            self.begin_anew()?;
        }
        self.log.append(&cbor::to_vec(frame))
    }

    fn renew(&mut self) -> Result<(), RowsError> {
        let latest = self.rows.generations().values().copied().max();
        let generation = successor(self.rows.generation().max(latest.unwrap_or(self.rows.generation())));
        self.append(&OfficeFrame { generation: Some(generation), ..OfficeFrame::default() })?;
        self.rows.set_generation(generation);
        Ok(())
    }

    fn begin_anew(&mut self) -> Result<(), RowsError> {
        let head = OfficeFrame {
            generation: Some(self.rows.generation()),
            generations: self.rows.generations().clone(),
            jumps: jumps(self.rows.jumps().iter().copied()),
            slots: Vec::new(),
        };
        let mut bodies = vec![cbor::to_vec(&head)];
        let (mut part, mut bytes) = (OfficeFrame::default(), 0);
        for (key, slot) in self.rows.slots() {
            bytes += WrittenSlot::size(key, slot);
            part.slots.push(WrittenSlot::of(key, slot));
            if bytes >= FRAME_BYTES {
                bodies.push(cbor::to_vec(&std::mem::take(&mut part)));
                bytes = 0;
            }
        }
        bodies.push(cbor::to_vec(&part));
        self.log.rewrite(bodies.iter().map(Vec::as_slice))
    }
}
