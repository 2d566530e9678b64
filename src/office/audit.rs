//! Who decided what at the desk: a line of JSON for each login and each request that changes something, in the office's directory.
//!
//! In: who, from where, what, and the status that it was answered with; ids, never secrets. Out: pages of it, the latest first. A line is
//! synced before its answer goes out. Bounded: a file of 4 MiB is put aside and the eighth one before it goes, which is room for about a
//! hundred thousand lines. Deliberately absent: requests that read, and those of nobody known.

use crate::files;
use crate::views::day_of;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file that is written.
const NAME: &str = "audit.jsonl";
/// Bytes after which the next one is begun.
const FULL: u64 = 4 * 1024 * 1024;
/// Files that were put aside.
const OLD: u32 = 8;
/// Longest word of a line, in characters.
const WORD: usize = 200;
/// Most bytes of all that a line tells of a request, as JSON: what is longest is left out.
const WHAT: usize = 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Its number, counted on over all files.
    pub(super) n: u64,
    /// When, RFC 3339 in UTC.
    pub(super) at: String,
    /// Who.
    pub(super) user: String,
    /// From where.
    pub(super) address: String,
    /// Method and path, as the contract has it.
    pub(super) act: String,
    /// On what: what stands in the path's places, and some fields of the body.
    pub(super) what: Map<String, Value>,
    /// The status of the answer.
    pub(super) outcome: u16,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Days since 1970 by the office's clock, both included.
    pub(super) days: (Option<i32>, Option<i32>),
    pub(super) utc_offset_minutes: i32,
    pub(super) user: Option<String>,
    /// Before the line of this number.
    pub(super) before: Option<u64>,
}

impl Wanted {
    fn takes(&self, line: &Line) -> bool {
        let day = || {
            let at: jiff::Timestamp = line.at.parse().unwrap_or_default();
            day_of(at.as_millisecond(), self.utc_offset_minutes)
        };
        self.before.is_none_or(|before| line.n < before)
            && self.user.as_ref().is_none_or(|user| *user == line.user)
            && self.days.0.is_none_or(|from| day() >= from)
            && self.days.1.is_none_or(|to| day() <= to)
    }
}

struct Inner {
    file: File,
    bytes: u64,
    next: u64,
}

/// The file.
pub(super) struct Audit {
    dir: PathBuf,
    inner: Mutex<Inner>,
}

fn old(dir: &Path, n: u32) -> PathBuf {
    dir.join(format!("audit.{n}.jsonl"))
}

/// The lines of a file that are whole, the oldest first.
fn lines(path: &Path) -> io::Result<Vec<Line>> {
    match std::fs::read(path) {
        Ok(bytes) => {
            Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn begin(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(files::PRIVATE).open(path)
}

impl Audit {
    /// Opens it in the office's directory; what a power cut left of a line goes.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(NAME);
        let last = [lines(&path)?, lines(&old(dir, 1))?].into_iter().find_map(|lines| Some(lines.last()?.n));
        let mut file = begin(&path)?;
        let text = std::fs::read(&path)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64)?;
            file.sync_all()?;
        }
        file.flush()?;
        files::sync_directory(&path)?;
        let inner = Inner { file, bytes: whole as u64, next: last.map_or(1, |last| last + 1) };
        Ok(Self { dir: dir.to_owned(), inner: Mutex::new(inner) })
    }

    /// Writes a line down; its number is given here.
    pub(super) fn write(&self, mut line: Line) -> io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.bytes >= FULL {
            self.put_aside(&mut inner)?;
        }
        line.n = inner.next;
        for word in line.what.values_mut() {
            if let Value::String(text) = word
                && text.chars().count() > WORD
            {
                *text = text.chars().take(WORD).collect();
            }
        }
        // Who sends much is written down with less of it, so that nobody makes the log forget others.
        while serde_json::to_string(&line.what).is_ok_and(|text| text.len() > WHAT) {
            let longest = line.what.iter().max_by_key(|(_, value)| value.to_string().len());
            let Some(name) = longest.map(|(name, _)| name.clone()) else { break };
            line.what.remove(&name);
        }
        let mut text = serde_json::to_string(&line).map_err(io::Error::other)?;
        text.push('\n');
        let written = inner.file.write_all(text.as_bytes()).and_then(|()| inner.file.sync_data());
        if written.is_err() {
            // Half a line must not swallow the next one.
            inner.file.set_len(inner.bytes)?;
        }
        written?;
        inner.bytes += text.len() as u64;
        inner.next += 1;
        Ok(())
    }

    fn put_aside(&self, inner: &mut Inner) -> io::Result<()> {
        let path = self.dir.join(NAME);
        // Where it is gone an earlier try got as far as that, and could not begin the next one: nothing moves on once more.
        let oldest = if path.exists() { OLD } else { 0 };
        for n in (1..oldest).rev() {
            match std::fs::rename(old(&self.dir, n), old(&self.dir, n + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if oldest > 0 {
            std::fs::rename(&path, old(&self.dir, 1))?;
        }
        inner.file = begin(&path)?;
        inner.bytes = 0;
        files::sync_directory(&path)
    }

    /// The latest that are wanted, at most so many.
    pub(super) fn latest(&self, wanted: &Wanted, most: usize) -> io::Result<Vec<Line>> {
        let paths = std::iter::once(self.dir.join(NAME)).chain((1..=OLD).map(|n| old(&self.dir, n)));
        let mut found = Vec::new();
        // Files are not put aside while they are read.
        let _inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for path in paths {
            let missing = most - found.len();
            found.extend(lines(&path)?.into_iter().rev().filter(|line| wanted.takes(line)).take(missing));
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn line(user: &str, at: &str) -> Line {
        let (user, at, address) = (user.to_owned(), at.to_owned(), "127.0.0.1".to_owned());
        Line { n: 0, at, user, address, act: "POST /api/held/retry".into(), what: Map::new(), outcome: 200 }
    }

    fn numbers(audit: &Audit, wanted: &Wanted, most: usize) -> Vec<u64> {
        audit.latest(wanted, most).unwrap().iter().map(|line| line.n).collect()
    }

    #[test]
    fn what_was_written_is_found_the_latest_first_by_day_user_and_number() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit::open(dir.path()).unwrap();
        for (user, at) in
            [("ani", "2026-11-02T08:00:00Z"), ("budi", "2026-11-02T20:00:00Z"), ("ani", "2026-11-03T08:00:00Z")]
        {
            audit.write(line(user, at)).unwrap();
        }
        let all = Wanted::default();
        assert_eq!(numbers(&audit, &all, 10), [3, 2, 1]);
        assert_eq!(numbers(&audit, &all, 2), [3, 2]);
        assert_eq!(numbers(&audit, &Wanted { before: Some(3), ..all.clone() }, 1), [2]);
        assert_eq!(numbers(&audit, &Wanted { user: Some("ani".into()), ..all.clone() }, 10), [3, 1]);
        let day = Some(day_of(1_793_577_600_000, 0));
        let of_day = |utc_offset_minutes| Wanted { days: (day, day), utc_offset_minutes, ..all.clone() };
        assert_eq!(day, Some(20_759), "2026-11-02");
        assert_eq!(numbers(&audit, &of_day(0), 10), [2, 1]);
        assert_eq!(numbers(&audit, &of_day(420), 10), [1], "at seven hours east it is the third by then");
        let mode = dir.path().join(NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_line_goes_and_the_numbers_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        Audit::open(dir.path()).unwrap().write(line("ani", "2026-11-02T08:00:00Z")).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"n\": 2, \"at\"");
        std::fs::write(&path, bytes).unwrap();
        let audit = Audit::open(dir.path()).unwrap();
        audit.write(line("ani", "2026-11-02T09:00:00Z")).unwrap();
        assert_eq!(numbers(&audit, &Wanted::default(), 10), [2, 1]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit::open(dir.path()).unwrap();
        for _ in 0..=OLD + 2 {
            audit.write(line("ani", "2026-11-02T08:00:00Z")).unwrap();
            audit.inner.lock().unwrap().bytes = FULL;
        }
        let files = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(files as u32, OLD + 1);
        let kept = numbers(&audit, &Wanted::default(), 100);
        assert_eq!((kept.len(), kept[0]), (9, 11));
        drop(audit);
        let audit = Audit::open(dir.path()).unwrap();
        audit.write(line("ani", "2026-11-02T08:00:00Z")).unwrap();
        assert_eq!(numbers(&audit, &Wanted::default(), 1), [12]);
        // A try that could not begin the next file: it is begun, and no other is lost for it.
        for n in (1..OLD).rev() {
            let _ = std::fs::rename(old(dir.path(), n), old(dir.path(), n + 1));
        }
        std::fs::rename(dir.path().join(NAME), old(dir.path(), 1)).unwrap();
        let before = numbers(&audit, &Wanted::default(), 100);
        audit.inner.lock().unwrap().bytes = FULL;
        audit.write(line("ani", "2026-11-02T08:00:00Z")).unwrap();
        assert_eq!(numbers(&audit, &Wanted::default(), 100), [&[13], &before[..]].concat());
        let mut long = line("ani", "2026-11-02T08:00:00Z");
        long.what.insert("id".into(), "x".repeat(1000).into());
        audit.write(long).unwrap();
        assert_eq!(audit.latest(&Wanted::default(), 1).unwrap()[0].what["id"].as_str().unwrap().len(), WORD);
        let mut much = line("ani", "2026-11-02T08:00:00Z");
        (0..14).for_each(|n| drop(much.what.insert(format!("field-{n}"), "\u{1}".repeat(WORD).into())));
        much.what.insert("id".into(), "1".into());
        audit.write(much).unwrap();
        let told = &audit.latest(&Wanted::default(), 1).unwrap()[0].what;
        assert!(told["id"] == "1" && serde_json::to_string(told).unwrap().len() <= WHAT, "{told:?}");
    }
}
