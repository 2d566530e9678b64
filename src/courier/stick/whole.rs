//! Files that are on a stick whole or not at all, whenever it is pulled, on file systems that promise little.
//!
//! In goes a name and bytes. They are written under a temporary name, synced, renamed, synced again. No name that
//! exists is ever renamed over: vfat would not do it in one. Deliberately absent: which files these are.
//!
//! vfat's rename writes the new entry, first with no size, and removes the old one after that, so a stick pulled in
//! between can show three things that no other file system shows:
//! - the new name with an empty file. So the file is synced after its rename too, and an empty one counts as none;
//! - nothing. It is written again the next time;
//! - both names, with the same bytes *in the same place*. Removing either would free what the other still uses, later
//!   files would be written over it, and removing the other in its turn would make the kernel turn the stick
//!   read-only. So such twins are left alone, both of them.

use super::PIECE_BYTES;
use super::change::Step;
use super::dir::{Dir, Found, Unread};
use super::error::{StickError, called};
use super::name::spellings;
use rustix::fs::{Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What a file is called until it is whole: its name and this.
const UNFINISHED: &str = ".new";

/// Who may read and write a file: a stick keeps no secret by its modes, what has to be secret is sealed.
const EVERYBODY: Mode =
    Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP).union(Mode::WGRP).union(Mode::ROTH).union(Mode::WOTH);

/// A file that is being written. It is removed when it is dropped before it is finished.
pub(super) struct Unfinished<'a> {
    dir: &'a Dir,
    name: String,
    temporary: String,
    fd: OwnedFd,
    renamed: bool,
}

impl Dir {
    /// Sees to it that the file `name` has these bytes and that this is durable. One of that name with other bytes is
    /// removed before: the caller says by the name that it is ours and of no use.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StickError> {
        for spelled in spellings(name) {
            match self.found(spelled.as_ref())? {
                None => {}
                Some(found) if !found.is_file() => return Err(self.not_a_file(&spelled, found)),
                Some(_) if self.has(&spelled, bytes)? => return self.sync_again(&spelled),
                Some(_) => self.unlink(&spelled)?,
            }
        }
        let mut file = self.begin(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Begins a file that will be called `name`, which nothing is.
    pub(super) fn begin(&self, name: &str) -> Result<Unfinished<'_>, StickError> {
        let temporary = format!("{name}{UNFINISHED}");
        match self.found(temporary.as_ref())? {
            Some(found) if !found.is_file() => return Err(self.not_a_file(&temporary, found)),
            Some(_) => self.unlink(&temporary)?,
            None => {}
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let create = || rustix::fs::openat(&self.fd, &temporary, flags, EVERYBODY);
        let fd = self.stick.change(Step::Create, create);
        let fd = fd.map_err(self.stick.failed("write", &self.place.join(name)))?;
        Ok(Unfinished { dir: self, name: name.to_owned(), temporary, fd, renamed: false })
    }

    /// True where the file has exactly these bytes. One that cannot be read has not.
    fn has(&self, name: &str, bytes: &[u8]) -> Result<bool, StickError> {
        match self.read(name.as_ref(), bytes.len()) {
            Ok(found) => Ok(found == bytes),
            Err(Unread::Failed(error @ StickError::Pulled(_))) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Syncs a whole file that is there: whoever wrote it may not have come to that.
    fn sync_again(&self, name: &str) -> Result<(), StickError> {
        let place = self.place.join(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty());
        let fd = fd.map_err(self.stick.failed("open", &place))?;
        let synced = self.stick.settle(Step::SyncFile, || rustix::fs::fsync(&fd));
        synced.map_err(self.stick.failed("sync", &place))?;
        self.sync()
    }

    /// Removes what a pulled stick left behind of files that `is_ours` by their names: unfinished ones and empty ones.
    /// At most `limit` names are looked at. Returns how many it removed.
    pub(super) fn sweep(&self, limit: usize, is_ours: impl Fn(&str) -> bool) -> Result<u64, StickError> {
        self.sweep_those(limit, |name| match finished(name) {
            Some(of) => Ok(is_ours(of) && self.is_left_over(of, name)?),
            None => {
                let is_empty = |found: Found| found.is_file() && found.bytes == 0;
                Ok(is_ours(name) && self.found(name.as_ref())?.is_some_and(is_empty))
            }
        })
    }

    /// As [`Dir::sweep`], where an empty file may be somebody's own.
    pub(super) fn sweep_unfinished(&self, limit: usize, is_ours: impl Fn(&str) -> bool) -> Result<u64, StickError> {
        self.sweep_those(limit, |name| match finished(name) {
            Some(of) => Ok(is_ours(of) && self.is_left_over(of, name)?),
            None => Ok(false),
        })
    }

    fn sweep_those(
        &self,
        limit: usize,
        is_left_over: impl Fn(&str) -> Result<bool, StickError>,
    ) -> Result<u64, StickError> {
        let mut swept = 0;
        for name in self.names(limit)?.0 {
            let Some(name) = name.to_str() else { continue };
            if is_left_over(name)? {
                self.unlink(name)?;
                swept += 1;
            }
        }
        if swept > 0 {
            self.sync()?;
        }
        Ok(swept)
    }

    fn is_left_over(&self, name: &str, temporary: &str) -> Result<bool, StickError> {
        let is_file = self.found(temporary.as_ref())?.is_some_and(|found| found.is_file());
        Ok(is_file && !self.are_twins(name, temporary)?)
    }

    /// Removes the file `name`, however it is spelled, and leaves twins alone.
    pub(super) fn remove(&self, name: &str) -> Result<(), StickError> {
        for spelled in spellings(name) {
            match self.found(spelled.as_ref())? {
                None => {}
                Some(found) if !found.is_file() => return Err(self.not_a_file(&spelled, found)),
                Some(_) if self.are_twins(&spelled, &format!("{name}{UNFINISHED}"))? => {}
                Some(_) => self.unlink(&spelled)?,
            }
        }
        Ok(())
    }

    /// True where both names may stand for the same place on the stick (see the module's text): a name is given to a
    /// file when no other has it, so a finished file beside its unfinished one comes from a rename cut in two.
    fn are_twins(&self, name: &str, temporary: &str) -> Result<bool, StickError> {
        let Some(unfinished) = self.found(temporary.as_ref())? else { return Ok(false) };
        let Some(file) = self.found(name.as_ref())? else { return Ok(false) };
        Ok(file.is_file() && unfinished.is_file() && file.bytes > 0 && file.bytes == unfinished.bytes)
    }

    fn not_a_file(&self, name: &str, found: Found) -> StickError {
        StickError::NotAFile { place: self.place.join(name), found: called(found.kind) }
    }
}

impl Unfinished<'_> {
    /// Writes more of it, in pieces.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StickError> {
        for piece in bytes.chunks(PIECE_BYTES) {
            let mut rest = piece;
            while !rest.is_empty() {
                let written = self.dir.stick.change(Step::Write, || rustix::io::write(&self.fd, rest));
                match written.map_err(self.failed("write"))? {
                    0 => return Err(self.failed("write")(io::Error::from(io::ErrorKind::WriteZero))),
                    more => rest = &rest[more..],
                }
            }
        }
        Ok(())
    }

    /// Gives it its name once it is on the stick, and returns when that is so too.
    pub(super) fn finish(mut self) -> Result<(), StickError> {
        self.sync()?;
        self.rename()?;
        self.renamed = true;
        // vfat keeps a file's size in its entry, and the new entry gets it when the file is synced, not its folder.
        self.sync()?;
        self.dir.sync()
    }

    fn sync(&self) -> Result<(), StickError> {
        let synced = self.dir.stick.settle(Step::SyncFile, || rustix::fs::fsync(&self.fd));
        synced.map_err(self.failed("sync"))
    }

    fn rename(&self) -> Result<(), StickError> {
        let (dir, from, to) = (&self.dir.fd, &self.temporary, &self.name);
        let without_replacing = || rustix::fs::renameat_with(dir, from, dir, to, RenameFlags::NOREPLACE);
        let renamed = match self.dir.stick.change(Step::Rename, without_replacing) {
            // The file system cannot: some drivers outside of the kernel. The look at the name must do then.
            Err(error) if cannot(&error) => match self.dir.found(to.as_ref())? {
                Some(_) => Err(Errno::EXIST.into()),
                None => self.dir.stick.change(Step::Rename, || rustix::fs::renameat(dir, from, dir, to)),
            },
            renamed => renamed,
        };
        renamed.map_err(self.failed("name"))
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> StickError {
        move |error| self.dir.stick.failed(doing, &self.place())(error)
    }

    /// What it will be, for messages.
    pub(super) fn place(&self) -> PathBuf {
        self.dir.place.join(&self.name)
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.renamed && self.dir.are_twins(&self.name, &self.temporary).is_ok_and(|twins| !twins) {
            // The error that matters is the one that led here; the next sweep finds what is left.
            let _ = self.dir.unlink(&self.temporary);
        }
    }
}

/// The name that an unfinished file would have got.
pub(super) fn finished(name: &str) -> Option<&str> {
    let (of, ending) = name.split_at_checked(name.len().checked_sub(UNFINISHED.len())?)?;
    ending.eq_ignore_ascii_case(UNFINISHED).then_some(of)
}

fn cannot(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP))
}

/// True where a name is spelled as [`spellings`] finds it again.
pub(super) fn is_spelled_plainly(name: &OsStr, as_written: &str) -> bool {
    spellings(as_written).any(|spelled| name == spelled.as_str())
}
