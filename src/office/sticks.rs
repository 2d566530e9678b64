//! Sticks that are put into the office's machine: served like those that somebody imports by a command.
//!
//! One thread looks once a second and serves one stick after the other. Absent: mirrors; what is owed to sites changes with each
//! of theirs, and is written when the stick that brought it is served.

use super::config::Config;
use super::sites::Sites;
use super::stick::{self, For};
use crate::carry::place::{Looker, Place};
use board::stick::Watch;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often sticks are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is told of the sticks that are in, by the key of their insertion.
#[derive(Default)]
pub(super) struct Board {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    stop: bool,
    told: BTreeMap<String, Value>,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For status.
    pub(super) fn json(&self) -> Value {
        self.lock().told.values().cloned().collect()
    }
}

/// The thread that looks.
pub(super) struct Sticks {
    board: Arc<Board>,
    thread: JoinHandle<()>,
}

impl Sticks {
    pub(super) fn start(sites: Arc<Sites>, config: &Config, dir: &Path) -> std::io::Result<Self> {
        let mounts = dir.join("sticks");
        let watch = config.sticks.then(|| Watch::new(&mounts));
        let looker = Looker::new(watch, config.stick_dirs.clone(), dir, config.trial_sticks);
        let board = Arc::new(Board::default());
        let keeper = Keeper { sites, looker, mounts, board: board.clone() };
        let thread = std::thread::Builder::new().name("sticks".into()).spawn(move || keeper.run())?;
        Ok(Self { board, thread })
    }

    pub(super) fn board(&self) -> Arc<Board> {
        self.board.clone()
    }

    /// Stops looking, and waits for the stick that is being served.
    pub(super) fn stop(self) {
        self.board.lock().stop = true;
        self.board.changed.notify_all();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the sticks panicked");
        }
    }
}

struct Keeper {
    sites: Arc<Sites>,
    looker: Looker,
    mounts: PathBuf,
    board: Arc<Board>,
}

impl Keeper {
    fn run(mut self) {
        loop {
            let places = self.looker.look();
            let keys: Vec<String> = places.iter().map(Place::key).collect();
            self.board.lock().told.retain(|key, _| keys.contains(key));
            for (key, place) in keys.into_iter().zip(&places) {
                if !self.board.lock().told.contains_key(&key) {
                    self.board.lock().told.insert(key.clone(), json!({ "name": place.name(), "state": "working" }));
                    let told = self.serve(place);
                    self.board.lock().told.insert(key, told);
                }
            }
            let inner = self.board.lock();
            let waited = self.board.changed.wait_timeout_while(inner, LOOK_EVERY, |inner| !inner.stop);
            if waited.unwrap_or_else(PoisonError::into_inner).0.stop {
                return;
            }
        }
    }

    fn serve(&self, place: &Place) -> Value {
        let served = place.open(&self.mounts).and_then(|open| {
            let served = stick::serve(&self.sites, &open.path, For::ThoseOnIt, &mut stick::untold);
            // Whatever went wrong before, it is put away in order.
            let closed = open.close();
            served.and_then(|served| closed.map(|()| served))
        });
        let name = place.name();
        match served {
            Ok(served) => {
                tracing::info!(stick = name, %served, "a stick was served, and may be pulled");
                json!({ "name": name, "state": "may_pull", "served": served })
            }
            Err(word) => {
                tracing::warn!(stick = name, word, "a stick was not served");
                json!({ "name": name, "state": "problem", "word": word })
            }
        }
    }
}
