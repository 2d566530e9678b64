//! Two files, `a.rows` and `b.rows`, of which one counts: a header, frames with a crc, the latest last. FORMAT.md has the bytes.
//!
//! In come frames' bodies, each synced before the next; out come those that are whole, when it is opened. A new beginning (when most
//! of what is there counts no more) is written to the other file and counts from its seal on, so that a power cut leaves one of
//! the two whole. What frames say is absent.

use super::RowsError;
use crate::journal::disk::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whose rows are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The office's table.
    Office = 1,
    /// What a box has taken.
    Box = 2,
}

/// The version that is written, and the newest that is read.
pub const FORMAT_VERSION: u16 = 1;
/// Largest body of a frame: a full message of rows, or a part of the office's table.
pub const MAX_FRAME: usize = 2 * 1024 * 1024;

const MAGIC: [u8; 8] = *b"OUTPOSTR";
const HEADER: usize = 32;
const MARK: [u8; 4] = *b"ROWS";
const FRAME_HEAD: usize = 12;
const NAMES: [&str; 2] = ["a.rows", "b.rows"];
/// Below this it never begins anew: a small file wastes nothing worth a write.
const WORTH_BEGINNING: u64 = 256 * 1024;
/// How much is read at a time.
const READ: usize = 4 * 1024 * 1024;

/// What opening found beside whole frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Bytes of a frame that a power cut left unfinished at the end; cut off.
    pub torn_bytes: u64,
    /// Bytes that are damaged, with whole frames after them or where the beginning should be sealed.
    pub damaged_bytes: u64,
}

/// The log.
pub struct Log {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    kind: Kind,
    /// Which of the two counts, and its number: the other one's next is one more.
    which: usize,
    number: u32,
    file: Arc<dyn DiskFile>,
    end: u64,
    /// Bytes of the sealed beginning.
    base: u64,
    poisoned: bool,
    _lock: Box<dyn Send + Sync>,
}

struct Scanned {
    number: u32,
    sealed_at: Option<u64>,
    end: u64,
    size: u64,
    damaged: u64,
    bodies: Vec<Vec<u8>>,
}

impl Log {
    /// Opens the log in `dir`, or begins one. Returns the bodies of its frames, oldest first.
    pub fn open(dir: &Path, kind: Kind, disk: Arc<dyn Disk>) -> Result<(Self, Vec<Vec<u8>>, Found), RowsError> {
        let failed = |what| move |error| failed(what, dir, error);
        disk.make_dir(dir).map_err(failed("cannot make"))?;
        let lock = disk.lock(&dir.join("lock")).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => RowsError::InUse(dir.display().to_string()),
            _ => failed("cannot lock")(error),
        })?;
        let mut best: Option<(usize, Arc<dyn DiskFile>, Scanned)> = None;
        for (which, name) in NAMES.iter().enumerate() {
            let file = match disk.open(&dir.join(name), true) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened.map_err(failed("cannot open"))?,
            };
            let scanned = scan(&*file, kind).map_err(failed("cannot read"))?;
            let rank = |scanned: &Scanned| (scanned.sealed_at.is_some(), scanned.number, scanned.size);
            if best.as_ref().is_none_or(|(.., before)| rank(before) < rank(&scanned)) {
                best = Some((which, file, scanned));
            }
        }
        let Some((which, file, scanned)) = best else {
            return Self::begin(disk, dir, kind, lock);
        };
        let Scanned { number, sealed_at, end, size, mut damaged, bodies } = scanned;
        let torn_bytes = size - end;
        if sealed_at.is_none() {
            // Without a frame it is a beginning that a power cut ended, and nothing was lost.
            damaged = if bodies.is_empty() { 0 } else { damaged.max(1) };
        }
        if torn_bytes > 0 {
            file.set_size(end).map_err(failed("cannot cut"))?;
        }
        let base = sealed_at.unwrap_or(0);
        let end = end.max(HEADER as u64);
        let mut log =
            Self { disk, dir: dir.to_owned(), kind, which, number, file, end, base, poisoned: false, _lock: lock };
        if sealed_at.is_none() {
            // Its seal, or its header, is damaged, or it never had one: it gets them.
            let copies: Vec<_> = bodies.iter().map(Vec::as_slice).collect();
            log.rewrite(copies)?;
        }
        Ok((log, bodies, Found { torn_bytes, damaged_bytes: damaged }))
    }

    fn begin(
        disk: Arc<dyn Disk>,
        dir: &Path,
        kind: Kind,
        lock: Box<dyn Send + Sync>,
    ) -> Result<(Self, Vec<Vec<u8>>, Found), RowsError> {
        let file = disk.create(&dir.join(NAMES[1])).map_err(|error| failed("cannot make", dir, error))?;
        let (end, base) = (HEADER as u64, 0);
        let mut log = Self {
            disk,
            dir: dir.to_owned(),
            kind,
            which: 1,
            number: 0,
            file,
            end,
            base,
            poisoned: false,
            _lock: lock,
        };
        log.rewrite([])?;
        Ok((log, Vec::new(), Found::default()))
    }

    /// Appends a frame; it is durable when this returns. After a refusal the log is as it was.
    pub fn append(&mut self, body: &[u8]) -> Result<(), RowsError> {
        if self.poisoned {
            return Err(RowsError::Poisoned);
        }
        let frame = frame(body);
        if let Err(error) = self.file.write_at(&frame, self.end) {
            // What of it is there is torn, and the next frame is written over it; a cut that fails leaves no more than that.
            let _ = self.file.set_size(self.end);
            return Err(self.failed("cannot write", error));
        }
        if let Err(error) = self.file.sync_data() {
            self.poisoned = true;
            return Err(self.failed("cannot sync", error));
        }
        self.end += frame.len() as u64;
        Ok(())
    }

    /// True where a sync has failed: only a new beginning helps.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// True where it has grown to more than twice its beginning: most of it counts no more.
    pub fn is_worth_beginning(&self) -> bool {
        self.end > WORTH_BEGINNING && self.end > 2 * self.base
    }

    /// Begins anew with these frames. After a refusal the log is as it was.
    pub fn rewrite<'a>(&mut self, bodies: impl IntoIterator<Item = &'a [u8]>) -> Result<(), RowsError> {
        let (which, number) = (1 - self.which, self.number + 1);
        let path = self.dir.join(NAMES[which]);
        let written = || {
            let file = self.disk.create(&path)?;
            // Of an earlier use nothing may come back after a power cut, or an old seal would vouch for what is new.
            file.sync_all()?;
            let mut end = 0;
            let mut write = |bytes: &[u8]| {
                file.write_at(bytes, end)?;
                end += bytes.len() as u64;
                Ok::<_, io::Error>(())
            };
            write(&header(self.kind, number))?;
            bodies.into_iter().try_for_each(|body| write(&frame(body)))?;
            // The frames are durable before the seal that vouches for them.
            file.sync_all()?;
            self.disk.sync_dir(&self.dir)?;
            write(&frame(&[]))?;
            file.sync_all()?;
            Ok((file, end))
        };
        let (file, end) = written().map_err(|error| self.failed("cannot begin anew", error))?;
        let old = std::mem::replace(&mut self.file, file);
        (self.which, self.number, self.end, self.base, self.poisoned) = (which, number, end, end, false);
        // Only its room is wanted back; it counts no more.
        let _ = old.set_size(0);
        Ok(())
    }

    fn failed(&self, what: &'static str, error: io::Error) -> RowsError {
        failed(what, &self.dir, error)
    }
}

fn failed(what: &'static str, path: &Path, error: io::Error) -> RowsError {
    RowsError::Io { what, path: path.display().to_string(), error }
}

fn header(kind: Kind, number: u32) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend([kind as u8, 0]);
    bytes.extend(number.to_le_bytes());
    bytes.resize(HEADER - 4, 0);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// The number in a header; none where it does not check.
fn read_header(bytes: &[u8], kind: Kind) -> io::Result<Option<u32>> {
    let Some(head) = bytes.get(..HEADER) else { return Ok(None) };
    let is_whole = head[..8] == MAGIC && head[HEADER - 4..] == crc32fast::hash(&head[..HEADER - 4]).to_le_bytes();
    if !is_whole {
        return Ok(None);
    }
    let version = u16::from_le_bytes([head[8], head[9]]);
    if version > FORMAT_VERSION || head[10] != kind as u8 {
        let what = format!("it has version {version} and kind {}: use the program that wrote it", head[10]);
        return Err(io::Error::other(what));
    }
    Ok(Some(u32::from_le_bytes([head[12], head[13], head[14], head[15]])))
}

fn frame(body: &[u8]) -> Vec<u8> {
    debug_assert!(body.len() <= MAX_FRAME, "invariant: frames are made no larger than they are read");
    let length = (body.len() as u32).to_le_bytes();
    let mut bytes = MARK.to_vec();
    bytes.extend(length);
    bytes.extend(crc_of(&length, body));
    bytes.extend(body);
    bytes
}

fn crc_of(length: &[u8], body: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(length);
    crc.update(body);
    crc.finalize().to_le_bytes()
}

/// The body of the frame that begins `bytes`: whole, or none.
fn whole_frame(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..FRAME_HEAD).filter(|head| head[..4] == MARK)?;
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let body = bytes.get(FRAME_HEAD..FRAME_HEAD.checked_add(length).filter(|_| length <= MAX_FRAME)?)?;
    (head[8..12] == crc_of(&head[4..8], body)).then_some(body)
}

/// Walks a file. Where no frame checks, the next that does is looked for at every byte.
fn scan(file: &dyn DiskFile, kind: Kind) -> io::Result<Scanned> {
    let size = file.size()?;
    let (mut window, mut start) = (Vec::new(), 0_u64);
    let mut scanned = Scanned { number: 0, sealed_at: None, end: 0, size, damaged: 0, bodies: Vec::new() };
    let mut at = 0_u64;
    let mut gap = 0_u64;
    while at < size {
        let held = start + window.len() as u64;
        if held < size && held - at < (MAX_FRAME + FRAME_HEAD) as u64 {
            window = crate::journal::disk::read_what_can_be(file, at, READ)?;
            start = at;
        }
        let rest = &window[(at - start) as usize..];
        if at == 0 {
            let number = read_header(rest, kind)?;
            scanned.number = number.unwrap_or(0);
            scanned.damaged += if number.is_none() { HEADER as u64 } else { 0 };
            at = HEADER as u64;
            scanned.end = at.min(size);
            continue;
        }
        let Some(body) = whole_frame(rest) else {
            let next = rest[1..].windows(MARK.len()).position(|four| four == MARK);
            // The last bytes of a window may begin a mark.
            let step = next.map_or(rest.len().saturating_sub(3).max(1), |next| next + 1) as u64;
            gap += step;
            at += step;
            continue;
        };
        scanned.damaged += std::mem::take(&mut gap);
        at += (FRAME_HEAD + body.len()) as u64;
        match body.is_empty() {
            true => scanned.sealed_at = Some(at),
            false => scanned.bodies.push(body.to_vec()),
        }
        scanned.end = at;
    }
    if scanned.damaged > 0 && scanned.number == 0 {
        scanned.sealed_at = None;
    }
    Ok(scanned)
}
