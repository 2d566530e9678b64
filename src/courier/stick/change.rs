//! The one place through which every call goes that changes a stick.
//!
//! In goes a call; it is made, or a hook says that it fails. So a proof can count the calls, fail any of them with any
//! errno, or cut the power just before one. Deliberately absent: reading, and the meaning of errors.

use super::error::{StickError, Trouble};
use rustix::fs::Dev;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A call that changes a stick, about to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A folder is made.
    MakeDir,
    /// An empty file is made under its temporary name.
    Create,
    /// A piece of at most [`super::PIECE_BYTES`] is written.
    Write,
    /// A file's bytes and size are synced.
    SyncFile,
    /// A file gets its name.
    Rename,
    /// A name is removed.
    Unlink,
    /// A folder's names are synced.
    SyncDir,
    /// The whole file system is synced.
    SyncAll,
}

/// Asked before each [`Step`]; an error stands for the call, which is then not made.
pub type Hook = dyn Fn(Step) -> io::Result<()> + Send + Sync;

/// What all folders of one stick share.
pub(super) struct Stick {
    hook: Option<Arc<Hook>>,
    /// The file system that the mount point is on: nothing on another one is entered.
    pub(super) device: Dev,
    /// The kernel's entry for the device, where it has one. It goes when the stick is pulled.
    in_sys: Option<PathBuf>,
}

impl Stick {
    pub(super) fn new(device: Dev, hook: Option<Arc<Hook>>) -> Self {
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let in_sys = PathBuf::from(format!("/sys/dev/block/{major}:{minor}"));
        Self { hook, device, in_sys: in_sys.exists().then_some(in_sys) }
    }

    /// Makes a call that changes the stick, again where a signal interrupted it.
    pub(super) fn change<T>(&self, step: Step, call: impl FnMut() -> rustix::io::Result<T>) -> io::Result<T> {
        if let Some(hook) = &self.hook {
            hook(step)?;
        }
        Ok(rustix::io::retry_on_intr(call)?)
    }

    /// As [`Stick::change`], for the calls that make durable what others did.
    pub(super) fn settle(&self, step: Step, mut call: impl FnMut() -> rustix::io::Result<()>) -> io::Result<()> {
        self.change(step, || if crate::sabotage::is("stick-unsynced") { Ok(()) } else { call() })
    }

    /// For `map_err`: what a failed call at `place` means.
    pub(super) fn failed<E: Into<io::Error>>(&self, doing: &'static str, place: &Path) -> impl FnOnce(E) -> StickError {
        move |error| {
            let trouble = Trouble { doing, place: place.to_owned(), source: error.into() };
            StickError::of(trouble, || self.is_gone())
        }
    }

    fn is_gone(&self) -> bool {
        self.in_sys.as_ref().is_some_and(|entry| !entry.exists())
    }

    #[cfg(test)]
    pub(super) fn in_sys_at(&mut self, entry: PathBuf) {
        self.in_sys = Some(entry);
    }
}
