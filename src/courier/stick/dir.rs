//! One folder on a stick, held by its descriptor: names in it are looked up there and nowhere else.
//!
//! In go single names; out come folders below, what is there, bytes. A symbolic link is never followed, another file
//! system never entered, nothing but a regular file opened for reading, so whatever lies on a stick, nothing outside of
//! its folder is touched. Deliberately absent: what names mean.

use super::change::{Hook, Step, Stick};
use super::error::{StickError, Trouble, called};
use super::name::spellings;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Whoever carries the stick may do with our folders as with their own: users of one machine are strangers to the next
/// one's.
const EVERYBODY: Mode = Mode::RWXU.union(Mode::RWXG).union(Mode::RWXO);

/// A folder. No path leads anywhere from here, only single names.
pub(super) struct Dir {
    pub(super) stick: Arc<Stick>,
    pub(super) fd: OwnedFd,
    /// From the top of the stick, for messages.
    pub(super) place: PathBuf,
}

/// What bears a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) kind: FileType,
    pub(super) bytes: u64,
}

impl Found {
    pub(super) fn is_file(&self) -> bool {
        self.kind == FileType::RegularFile
    }
}

/// Why a file was not read.
pub(super) enum Unread {
    Missing,
    NotAFile(&'static str),
    TooLarge(u64),
    Failed(StickError),
}

impl Dir {
    /// The top of a stick. The path is the caller's and may lead through links.
    pub(super) fn top(mount: &Path, hook: Option<Arc<Hook>>) -> Result<Self, StickError> {
        let failed = |errno: Errno| {
            let trouble = Trouble { doing: "open the stick at", place: mount.to_owned(), source: errno.into() };
            match errno {
                Errno::NOENT => StickError::Pulled(trouble),
                Errno::NOTDIR => StickError::NotAFolder { place: mount.to_owned(), found: "no folder" },
                _ => StickError::of(trouble, || false),
            }
        };
        let fd = rustix::fs::open(mount, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
        let device = rustix::fs::fstat(&fd).map_err(failed)?.st_dev;
        Ok(Self { stick: Arc::new(Stick::new(device, hook)), fd, place: PathBuf::new() })
    }

    /// The folder `name` in this one, if there is one.
    pub(super) fn child(&self, name: &str) -> Result<Option<Self>, StickError> {
        for spelled in spellings(name) {
            let place = self.place.join(&spelled);
            match rustix::fs::openat(&self.fd, &spelled, FOLDER, Mode::empty()) {
                Ok(fd) => return self.entered(fd, place).map(Some),
                Err(Errno::NOENT) => {}
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    let found = self.found(spelled.as_ref())?.map_or("something", |found| called(found.kind));
                    return Err(StickError::NotAFolder { place, found });
                }
                Err(errno) => return Err(self.stick.failed("open", &place)(errno)),
            }
        }
        Ok(None)
    }

    fn entered(&self, fd: OwnedFd, place: PathBuf) -> Result<Self, StickError> {
        let device = rustix::fs::fstat(&fd).map_err(self.stick.failed("look at", &place))?.st_dev;
        if device != self.stick.device {
            return Err(StickError::NotAFolder { place, found: "another file system" });
        }
        Ok(Self { stick: self.stick.clone(), fd, place })
    }

    /// The folder `name` in this one, made where there is none.
    pub(super) fn child_or_new(&self, name: &str) -> Result<Self, StickError> {
        if let Some(child) = self.child(name)? {
            return Ok(child);
        }
        let place = self.place.join(name);
        let made = self.stick.change(Step::MakeDir, || rustix::fs::mkdirat(&self.fd, name, EVERYBODY));
        made.map_err(self.stick.failed("make the folder", &place))?;
        self.sync()?;
        let child = self.child(name)?;
        let vanished = || self.stick.failed("open", &place)(Errno::NOENT);
        child.ok_or_else(vanished)
    }

    /// The names in this folder, in no order, at most `limit`, and whether there are more. No more than that is read.
    pub(super) fn names(&self, limit: usize) -> Result<(Vec<OsString>, bool), StickError> {
        let failed = |errno: Errno| self.stick.failed("list", &self.place)(errno);
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            if names.len() == limit {
                return Ok((names, true));
            }
            names.push(OsString::from_vec(name.to_vec()));
        }
        Ok((names, false))
    }

    /// What bears the name, itself and not what it may lead to.
    pub(super) fn found(&self, name: &OsStr) -> Result<Option<Found>, StickError> {
        if !is_single(name) {
            return Ok(None);
        }
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let bytes = u64::try_from(stat.st_size).unwrap_or(0);
                Ok(Some(Found { kind: FileType::from_raw_mode(stat.st_mode), bytes }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.stick.failed("look at", &self.place.join(name))(errno)),
        }
    }

    /// The bytes of the file `name`, of which there are at most `limit`.
    pub(super) fn read(&self, name: &OsStr, limit: usize) -> Result<Vec<u8>, Unread> {
        // Looked at before it is opened, for opening alone can have an effect on a device, and of the open file again.
        let found = self.found(name).map_err(Unread::Failed)?.ok_or(Unread::Missing)?;
        check(found, limit)?;
        let place = self.place.join(name);
        let failed = |error: io::Error| Unread::Failed(self.stick.failed("read", &place)(error));
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
        let stat = rustix::fs::fstat(&fd).map_err(|errno| failed(errno.into()))?;
        let bytes = u64::try_from(stat.st_size).unwrap_or(0);
        check(Found { kind: FileType::from_raw_mode(stat.st_mode), bytes }, limit)?;
        let mut content = Vec::with_capacity(bytes as usize);
        File::from(fd).take(limit as u64 + 1).read_to_end(&mut content).map_err(failed)?;
        if content.len() > limit {
            return Err(Unread::TooLarge(content.len() as u64));
        }
        Ok(content)
    }

    /// Makes the folder's names durable.
    pub(super) fn sync(&self) -> Result<(), StickError> {
        let synced = match self.stick.settle(Step::SyncDir, || rustix::fs::fsync(&self.fd)) {
            // Some file systems cannot sync a folder alone.
            Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => return self.sync_all(),
            synced => synced,
        };
        synced.map_err(self.stick.failed("sync", &self.place))
    }

    /// Makes all that was written on the stick durable.
    pub(super) fn sync_all(&self) -> Result<(), StickError> {
        let synced = self.stick.settle(Step::SyncAll, || rustix::fs::syncfs(&self.fd));
        synced.map_err(self.stick.failed("sync", &self.place))
    }

    pub(super) fn unlink(&self, name: &str) -> Result<(), StickError> {
        match self.stick.change(Step::Unlink, || rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            unlinked => unlinked.map_err(self.stick.failed("remove", &self.place.join(name))),
        }
    }
}

fn check(found: Found, limit: usize) -> Result<(), Unread> {
    if !found.is_file() {
        return Err(Unread::NotAFile(called(found.kind)));
    }
    if found.bytes > limit as u64 {
        return Err(Unread::TooLarge(found.bytes));
    }
    Ok(())
}

/// True for what can be a name in this folder and cannot lead out of it.
fn is_single(name: &OsStr) -> bool {
    !matches!(name.as_bytes(), b"" | b"." | b"..") && !name.as_bytes().iter().any(|b| matches!(b, b'/' | 0))
}
