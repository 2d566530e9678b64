//! Opening a directory: what is there, what is damaged, where writing goes on.
//!
//! Reads the headers and indexes of the sealed segments and scans the last one alone, so the time to open does not grow with the
//! journal. Whatever is not understood is refused with its file's name; an empty start is for an empty directory.

use super::catalog::{Catalog, Place};
use super::disk::{DiskFile, read_what_can_be};
use super::facts::{Run, scan_segment};
use super::index::Index;
use super::log::{Active, Role};
use super::reader::frames_of_run;
use super::{Damage, OpenError, OpenReport, Options};
use crate::domain::id::{Epoch, Position, RecordHash, Seq};
use crate::domain::record::Span;
use crate::wire::frame::{BLOCK, BadHeader, FRAME_HEAD, SegmentHeader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What opening made.
pub(crate) struct Opened {
    pub(crate) catalog: Catalog,
    pub(crate) active: Option<Active>,
    pub(crate) report: OpenReport,
}

pub(crate) fn segment_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.seg"))
}

pub(crate) fn index_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.idx"))
}

/// A segment's header as found: none where it is damaged.
struct Head {
    header: Option<SegmentHeader>,
    crc: u32,
    size: u64,
}

pub(crate) fn load(dir: &Path, options: &Options, role: Role) -> Result<Opened, OpenError> {
    let count = count_segments(dir, options)?;
    if count > 0 {
        // What a killed predecessor wrote and did not sync is in memory alone: make it durable before anybody is told of it,
        // and then look at what the disk has rather than at what the system remembers.
        let path = segment_path(dir, count);
        let file = options.disk.open(&path, true).map_err(OpenError::io("open", &path))?;
        file.sync_all().map_err(OpenError::io("sync", &path))?;
        options.disk.sync_dir(dir).map_err(OpenError::io("sync", dir))?;
        file.forget_cache();
    }
    let heads = (1..=count).map(|number| read_head(dir, options, number)).collect::<Result<Vec<_>, _>>()?;
    let mut opened = Opened { catalog: Catalog::default(), active: None, report: OpenReport::default() };
    opened.report.segments = count;
    for (number, head) in (1..).zip(&heads) {
        let next_base = heads.get(number as usize).and_then(|next| next.header.as_ref()).map(|next| next.ordinal);
        if number < count {
            opened.load_sealed(dir, options, number, head, next_base)?;
        } else {
            opened.load_last(dir, options, number, head)?;
        }
    }
    opened.tell_damage(dir, options, role);
    opened.report.count = opened.catalog.next_ordinal();
    opened.report.last = last_record(&opened.catalog, dir, options);
    for Damage { path, offset, bytes, missing } in &opened.report.damages {
        tracing::warn!(path = %path.display(), offset, bytes, ?missing, "the journal is damaged: records are missing");
    }
    Ok(opened)
}

/// How many segments there are; none may be missing.
fn count_segments(dir: &Path, options: &Options) -> Result<u32, OpenError> {
    let names = options.disk.list(dir).map_err(OpenError::io("read the directory", dir))?;
    let numbers = |extension: &str| {
        let stems = names.iter().filter_map(|name| name.strip_suffix(extension));
        stems.filter(|stem| stem.len() == 8).filter_map(|stem| stem.parse().ok()).collect::<Vec<u32>>()
    };
    let segments = numbers(".seg");
    let newest = segments.iter().chain(&numbers(".idx")).copied().max().unwrap_or(0);
    match (1..=newest).find(|number| !segments.contains(number)) {
        Some(missing) => Err(OpenError::Missing { path: segment_path(dir, missing) }),
        None => Ok(newest),
    }
}

fn read_head(dir: &Path, options: &Options, number: u32) -> Result<Head, OpenError> {
    let path = segment_path(dir, number);
    let file = options.disk.open(&path, false).map_err(OpenError::io("open", &path))?;
    let size = file.size().map_err(OpenError::io("read", &path))?;
    let block = read_what_can_be(&*file, 0, BLOCK).map_err(OpenError::io("read", &path))?;
    let header = match SegmentHeader::decode(&block) {
        Ok(header) => header,
        Err(BadHeader::Newer(version)) => return Err(OpenError::Newer { path, version }),
        Err(BadHeader::Damaged) => return Ok(Head { header: None, crc: 0, size }),
    };
    if header.site != options.site {
        return Err(OpenError::OtherSite { path, expected: options.site.clone(), found: header.site });
    }
    if header.number != number {
        return Err(OpenError::Renamed { path, says: header.number });
    }
    Ok(Head { header: Some(header), crc: crc32fast::hash(&block), size })
}

impl Opened {
    fn base_of(&self, head: &Head) -> u64 {
        head.header.as_ref().map_or(self.catalog.next_ordinal(), |header| header.ordinal)
    }

    fn tell_damaged_header(&mut self, path: &Path, head: &Head) {
        if head.header.is_none() {
            let bytes = head.size.min(BLOCK as u64);
            self.report.damages.push(Damage { path: path.to_owned(), offset: 0, bytes, missing: Vec::new() });
        }
    }

    fn load_sealed(
        &mut self,
        dir: &Path,
        options: &Options,
        number: u32,
        head: &Head,
        next_base: Option<u64>,
    ) -> Result<(), OpenError> {
        let path = segment_path(dir, number);
        self.tell_damaged_header(&path, head);
        let base = self.base_of(head);
        let fits = |index: &Index| {
            let facts = &index.facts;
            let same = (facts.number, facts.base, index.header_crc) == (number, base, head.crc);
            same && u64::from(facts.end) <= head.size && next_base.is_none_or(|next| facts.next_ordinal <= next)
        };
        let known = options.disk.open(&index_path(dir, number), false).ok();
        let known = known.and_then(|file| Index::read(&*file).ok().flatten()).filter(fits);
        let index = match known {
            Some(index) => index,
            None => {
                self.report.rebuilt_indexes += 1;
                rebuild_index(dir, options, number, base, next_base, self.catalog.last(), head.crc)?
            }
        };
        self.catalog.add_sealed(Arc::new(index));
        Ok(())
    }

    fn load_last(&mut self, dir: &Path, options: &Options, number: u32, head: &Head) -> Result<(), OpenError> {
        let path = segment_path(dir, number);
        let file = options.disk.open(&path, true).map_err(OpenError::io("open", &path))?;
        let bytes = read_frames(&*file, head.size).map_err(OpenError::io("read", &path))?;
        let mut scanned = scan_segment(number, self.base_of(head), None, self.catalog.last(), &bytes, options.key_of);
        drop(bytes);
        let facts = &mut scanned.facts;
        if head.header.is_none() && facts.runs.is_empty() {
            if scanned.torn == 0 {
                // A power cut came while it was made, so nothing in it was ever acknowledged. The next group makes it anew.
                return Ok(());
            }
            // Nothing can be read of it, but something was there: it stays as it is.
            facts.damages.push((facts.end, facts.end + scanned.torn as u32));
            facts.next_ordinal += scanned.torn / (FRAME_HEAD as u64 + 1);
            scanned.torn = 0;
        }
        self.tell_damaged_header(&path, head);
        let end = u64::from(facts.end);
        let mut zeroed_to = head.size.max(end);
        if scanned.torn > 0 && head.size > end {
            tracing::info!(path = %path.display(), end, torn = scanned.torn, "a torn tail is cut");
            file.set_size(end).and_then(|()| file.sync_all()).map_err(OpenError::io("cut the torn tail of", &path))?;
            self.report.torn_bytes = scanned.torn;
            zeroed_to = end;
        }
        let of_this_store = head.header.as_ref().is_some_and(|header| header.store == options.store);
        let must_roll = !of_this_store || !facts.damages.is_empty();
        self.active = Some(Active { file, header_crc: head.crc, end, zeroed_to, must_roll });
        self.catalog.set_active(scanned.facts, scanned.keys);
        Ok(())
    }

    /// Says what is damaged, and which records are missing by what their neighbours say.
    fn tell_damage(&mut self, dir: &Path, options: &Options, role: Role) {
        let mut holes = Vec::new();
        let segments: Vec<_> = self.catalog.segments().collect();
        for (at, facts) in segments.iter().enumerate() {
            for &(from, to) in &facts.damages {
                let earlier = segments[..at].iter().rev().flat_map(|facts| facts.runs.iter().rev());
                let before = facts.runs.iter().rev().filter(|run| run.offset < from).chain(earlier).next().copied();
                let later = segments[at + 1..].iter().flat_map(|facts| &facts.runs);
                let after = facts.runs.iter().filter(|run| run.offset >= to).chain(later).next().copied();
                holes.push((facts.number, from, to, before, after));
            }
        }
        for (number, from, to, before, after) in holes {
            let mut missing = Vec::new();
            if let Some(after) = after {
                let first = before.filter(|run| run.epoch == after.epoch).map_or(1, |run| run.end());
                missing.extend(self.not_held(after.epoch, first, after.first));
                if role == Role::Own
                    && after.first == 1
                    && let Some(before) = before
                    && let Some(lost) = self.lost_end(dir, options, &before, &after)
                {
                    missing.push(Span { epoch: before.epoch, first: lost, last: lost });
                }
            }
            let (offset, bytes) = (u64::from(from), u64::from(to - from));
            self.report.damages.push(Damage { path: segment_path(dir, number), offset, bytes, missing });
        }
        self.report.damages.sort_by(|a, b| (&a.path, a.offset).cmp(&(&b.path, b.offset)));
    }

    /// The parts of first..end that nothing holds.
    fn not_held(&self, epoch: Epoch, first: u64, end: u64) -> Vec<Span> {
        let mut missing = Vec::new();
        let mut seq = first;
        while seq < end {
            let position = Position { epoch, seq: Seq(seq) };
            if let Some(place) = self.catalog.lookup(position) {
                seq = place.run.end();
                continue;
            }
            let next = self.catalog.next_held(position).map_or(end, |next| next.0.min(end));
            missing.push(Span { epoch, first: Seq(seq), last: Seq(next - 1) });
            seq = next;
        }
        missing
    }

    /// The number of the record lost between an epoch's last known one and the next epoch's first, if that names another
    /// predecessor. How many more are lost before it nobody knows.
    fn lost_end(&mut self, dir: &Path, options: &Options, before: &Run, after: &Run) -> Option<Seq> {
        let place = self.catalog.lookup(after.first_position())?;
        let successor = frames_of_run(&*options.disk, dir, &place).ok()?;
        let prev = successor.iter().find(|stored| stored.position == after.first_position())?.prev;
        let place = self.catalog.lookup(before.last())?;
        let last = frames_of_run(&*options.disk, dir, &place).ok()?.pop()?;
        if last.position == before.last() && last.hash(&options.site) == prev {
            return None;
        }
        let lost = Seq(before.end());
        self.catalog.lost_ends.insert(before.epoch, (lost, prev));
        Some(lost)
    }
}

fn read_frames(file: &dyn DiskFile, size: u64) -> std::io::Result<Vec<u8>> {
    read_what_can_be(file, BLOCK as u64, size.saturating_sub(BLOCK as u64) as usize)
}

/// Scans a sealed segment and writes its index. Where that cannot be written the one in memory serves.
fn rebuild_index(
    dir: &Path,
    options: &Options,
    number: u32,
    base: u64,
    next_base: Option<u64>,
    before: Option<Position>,
    header_crc: u32,
) -> Result<Index, OpenError> {
    let path = segment_path(dir, number);
    let read = options.disk.open(&path, false).and_then(|file| read_frames(&*file, file.size()?));
    let bytes = read.map_err(OpenError::io("read", &path))?;
    let mut scanned = scan_segment(number, base, next_base, before, &bytes, options.key_of);
    if scanned.torn > 0 {
        // It was full and synced once, so this is no torn tail.
        let end = scanned.facts.end;
        scanned.facts.damages.push((end, end + scanned.torn as u32));
    }
    let (index, bytes) = Index::make(scanned.facts, header_crc, scanned.keys);
    let path = index_path(dir, number);
    match options.disk.create(&path).and_then(|file| file.write_at(&bytes, 0)) {
        Ok(()) => tracing::info!(path = %path.display(), "an index was built anew"),
        Err(error) => tracing::warn!(path = %path.display(), %error, "an index could not be written"),
    }
    Ok(index)
}

/// The last whole record that can be read, and its hash.
fn last_record(catalog: &Catalog, dir: &Path, options: &Options) -> Option<(Position, RecordHash)> {
    let segments: Vec<_> = catalog.segments().collect();
    for facts in segments.iter().rev() {
        for (index, run) in facts.runs.iter().enumerate().rev() {
            let place = Place { segment: facts.number, run: *run, limit: facts.run_limit(index) };
            let frames = frames_of_run(&*options.disk, dir, &place).unwrap_or_default();
            if let Some(last) = frames.last() {
                return Some((last.position, last.hash(&options.site)));
            }
        }
    }
    None
}
