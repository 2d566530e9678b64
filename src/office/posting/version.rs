//! Which ERPNext it is: who updates it hears from the office that the connector is to be looked at, also where it is a small step.
//!
//! In: what ERPNext says of itself, to the connector's key. Out: a word in the log and in `status`, until a check finds no error. What was
//! seen is kept in a file, for updates while the office is off. Posting waits for none of this, and neither does what ERPNext does not
//! tell.

use super::settings::{self, KEY};
use super::{Hub, lock};
use crate::domain::time::rfc3339;
use crate::files;
use crate::moment::{rough_ms, up_ms};
use outpost_erpnext::client::Client;
use outpost_erpnext::setup::{self, Reached};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The file, in the office's directory. Lost, the next version that is seen is the first one.
const NAME: &str = "erpnext.version";
/// How often it is asked.
const ASK_EVERY_MS: u64 = 600_000;
/// How often after no answer.
const RETRY_MS: u64 = 60_000;
/// How often it is looked whether it is time.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// ERPNext's version, and that of what it runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    erpnext: String,
    frappe: Option<String>,
}

impl Version {
    fn of(reached: Reached) -> Option<Self> {
        Some(Self { erpnext: reached.erpnext?, frappe: reached.frappe })
    }

    /// What has become of it.
    fn became(&self, now: &Self) -> String {
        let unknown = "of an unknown version";
        let [was, is] = [self, now].map(|version| version.frappe.as_deref().unwrap_or(unknown));
        let [erpnext, frappe] = [
            (self.erpnext != now.erpnext).then(|| format!("ERPNext was {} and is {}", self.erpnext, now.erpnext)),
            (was != is).then(|| format!("Frappe was {was} and is {is}")),
        ];
        erpnext.into_iter().chain(frappe).collect::<Vec<_>>().join(", ")
    }
}

/// What was seen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Whose.
    url: String,
    now: Option<Version>,
    /// What it was when it was last looked at, where that is another.
    before: Option<Version>,
    /// Since when it is what it is.
    since: Option<String>,
}

impl Seen {
    pub(super) fn read(dir: &Path) -> Self {
        let bytes = std::fs::read(dir.join(NAME)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Takes note of what there is; whether that is something else than before.
    fn saw(&mut self, url: &str, now: Version, at: String) -> bool {
        if self.url != url {
            *self = Self { url: url.to_owned(), ..Self::default() };
        }
        let Some(known) = self.now.replace(now.clone()).filter(|known| *known != now) else { return false };
        // One that has come back, with a backup, has been looked at.
        self.before = self.before.take().or(Some(known)).filter(|before| *before != now);
        self.since = Some(at);
        self.before.is_some()
    }

    /// What a person should know.
    fn words(&self) -> Option<String> {
        let (before, now) = (self.before.as_ref()?, self.now.as_ref()?);
        let since = self.since.as_deref().unwrap_or_default();
        Some(format!("{} since {since}: run `outpost office erpnext check`", before.became(now)))
    }

    /// What is known of the one at `url`.
    pub(super) fn json(&self, url: &str) -> Value {
        let known = Some(self).filter(|seen| seen.url == url);
        let now = known.and_then(|seen| seen.now.as_ref());
        json!({
            "erpnext": now.map(|now| &now.erpnext),
            "frappe": now.and_then(|now| now.frappe.as_ref()),
            "changed": known.and_then(Self::words),
        })
    }

    fn write(&self, dir: &Path) {
        let written = serde_json::to_vec(self)
            .map_err(Into::into)
            .and_then(|bytes| files::write_atomically(&dir.join(NAME), &bytes, files::PUBLIC));
        if let Err(error) = written {
            tracing::warn!(%error, "{NAME} is not written: an update of ERPNext while the office is off is not told");
        }
    }
}

/// What it says of itself; nothing where it does not.
pub(super) fn ask(client: &Client) -> Option<Version> {
    Version::of(setup::status(client).reached.ok()?)
}

/// A check has found no error with what was there as it began: nobody has to look at that one again.
pub(super) fn checked(dir: &Path, hub: &Hub, url: &str, looked_at: Option<Version>) {
    let mut seen = lock(&hub.version);
    if let Some(version) = looked_at {
        seen.saw(url, version, told_now());
    }
    seen.before = None;
    seen.write(dir);
}

/// The thread's own.
pub(super) struct Watch {
    dir: PathBuf,
    hub: Arc<Hub>,
}

impl Watch {
    pub(super) fn new(dir: &Path, hub: Arc<Hub>) -> Self {
        *lock(&hub.version) = Seen::read(dir);
        Self { dir: dir.to_owned(), hub }
    }

    /// Runs until the office stops.
    pub(super) fn run(self) {
        let mut due_ms = 0;
        while !self.hub.stopped() {
            if up_ms() >= due_ms {
                due_ms = up_ms() + if self.ask().is_some() { ASK_EVERY_MS } else { RETRY_MS };
            }
            self.hub.wait(LOOK_EVERY);
        }
    }

    /// Asks, where there are books; nothing where they do not say. Why they do not is said by whoever posts.
    fn ask(&self) -> Option<()> {
        let settings = settings::read(&self.dir).ok()??;
        let key = settings::key(&self.dir.join(KEY)).ok()?;
        let client = settings::client(&self.dir, &settings, &key).ok()?;
        let now = ask(&client)?;
        let mut seen = lock(&self.hub.version);
        let before = seen.clone();
        if seen.saw(&settings.url, now, told_now()) {
            let words = seen.words();
            tracing::warn!(words, "ERPNext was updated");
        }
        if *seen != before {
            seen.write(&self.dir);
        }
        Some(())
    }
}

fn told_now() -> String {
    i64::try_from(rough_ms()).map(rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://books.example";

    fn version(erpnext: &str, frappe: &str) -> Version {
        Version { erpnext: erpnext.into(), frappe: Some(frappe.into()) }
    }

    fn see(seen: &mut Seen, erpnext: &str, frappe: &str) -> Option<String> {
        let changed = seen.saw(URL, version(erpnext, frappe), "2026-11-27T08:00:00Z".into());
        seen.words().inspect(|_| assert!(seen.before.is_some() || !changed))
    }

    #[test]
    fn a_small_step_is_told_with_both_versions_until_it_was_looked_at() {
        let mut seen = Seen::default();
        assert_eq!(see(&mut seen, "15.71.0", "15.72.4"), None, "the first one is no news");
        let told = "ERPNext was 15.71.0 and is 15.72.1 since 2026-11-27T08:00:00Z: run `outpost office erpnext check`";
        assert_eq!(see(&mut seen, "15.72.1", "15.72.4").as_deref(), Some(told));
        assert_eq!(see(&mut seen, "15.72.1", "15.72.4").as_deref(), Some(told), "it is told on");
        let both = see(&mut seen, "15.73.0", "15.74.0").unwrap();
        assert!(
            both.starts_with("ERPNext was 15.71.0 and is 15.73.0, Frappe was 15.72.4 and is 15.74.0 since"),
            "{both}"
        );
        seen.before = None;
        assert_eq!(see(&mut seen, "15.73.0", "15.74.0"), None);
        let frappe = see(&mut seen, "15.73.0", "15.75.0").unwrap();
        assert!(frappe.starts_with("Frappe was 15.74.0 and is 15.75.0 since"), "{frappe}");
    }

    #[test]
    fn what_came_back_is_as_it_was_and_another_erpnext_is_no_update() {
        let mut seen = Seen::default();
        see(&mut seen, "15.71.0", "15.72.4");
        assert!(see(&mut seen, "15.72.1", "15.72.4").is_some());
        assert_eq!(see(&mut seen, "15.71.0", "15.72.4"), None);
        assert!(!seen.saw("https://other.example", version("14.1.0", "14.2.0"), String::new()));
        assert_eq!(seen.words(), None);
    }

    #[test]
    fn what_was_seen_is_known_after_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let mut seen = Seen::read(dir.path());
        see(&mut seen, "15.71.0", "15.72.4");
        see(&mut seen, "15.72.1", "15.72.4");
        seen.write(dir.path());
        assert_eq!(Seen::read(dir.path()), seen);
    }
}
