//! The guard in ERPNext is told which workshops are there, where `erpnext.toml` has `[guard]`: one thread, one row for each site.
//!
//! In: who is there on its line. Out: each such site's row, saved as often as the settings say, and at once when its line comes up. Of a
//! site that is not there nothing is said, and of none while the office is off: what is not said for long counts as down. Absent: what
//! ERPNext makes of it (`outpost_erpnext::guard`). Trouble is told in `status`, and posting does not wait for this.

use super::settings::{self, KEY, NAME};
use super::{Hub, lock};
use crate::domain::id::SiteId;
use crate::domain::time::rfc3339;
use crate::moment::up_ms;
use crate::office::sites::Sites;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use outpost_erpnext::client::Client;
use outpost_erpnext::guard;
use outpost_erpnext::map::Settings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often it is looked who is there.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure.
const RETRY: Duration = Duration::from_secs(15);

/// How it goes, for others to see.
#[derive(Default)]
pub(super) struct Told {
    sites: BTreeMap<SiteId, Site>,
    trouble: Option<String>,
}

/// One site.
#[derive(Default)]
struct Site {
    is_up: bool,
    written_at_ms: Option<i64>,
    due_ms: u64,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        let site = |site: &Site| json!({ "up": site.is_up, "written": site.written_at_ms.map(rfc3339) });
        let sites: BTreeMap<_, _> = self.sites.iter().map(|(name, own)| (name, site(own))).collect();
        json!({ "sites": sites, "trouble": self.trouble })
    }
}

/// ERPNext, by the settings of that moment.
struct At {
    made_by: [Option<SystemTime>; 2],
    client: Client,
    zone: TimeZone,
}

/// The thread's own.
pub(super) struct Herald {
    dir: PathBuf,
    hub: Arc<Hub>,
    sites: Arc<Sites>,
}

impl Herald {
    pub(super) fn new(dir: &Path, hub: Arc<Hub>, sites: Arc<Sites>) -> Self {
        Self { dir: dir.to_owned(), hub, sites }
    }

    /// Runs until the office stops.
    pub(super) fn run(self) {
        let mut at = None;
        while !self.hub.stopped() {
            // What is wrong with the file is said by whoever posts.
            let settings = settings::read(&self.dir).ok().flatten();
            let pause = match settings.as_ref().and_then(|all| all.guard.as_ref().map(|own| (all, own.every_s))) {
                Some((settings, every_s)) => match self.round(&mut at, settings, every_s * 1000) {
                    Ok(()) => LOOK_EVERY,
                    Err(why) => {
                        lock(&self.hub.guard).trouble = Some(why);
                        at = None;
                        RETRY
                    }
                },
                None => {
                    *lock(&self.hub.guard) = Told::default();
                    LOOK_EVERY
                }
            };
            self.hub.wait(pause);
        }
    }

    /// Looks who is there, and says so of those of whom it is due.
    fn round(&self, at: &mut Option<At>, settings: &Settings, every_ms: u64) -> Result<(), String> {
        let now_ms = self.sites.now_ms();
        let there = self.sites.there();
        let mut due = Vec::new();
        let mut told = lock(&self.hub.guard);
        told.sites.retain(|site, _| settings.sites.contains_key(site));
        for name in settings.sites.keys() {
            let site = told.sites.entry(name.clone()).or_default();
            let seen_at_ms = there.get(name).copied();
            let came = seen_at_ms.is_some() && !site.is_up;
            site.is_up = seen_at_ms.is_some();
            due.extend(seen_at_ms.filter(|_| came || site.due_ms <= up_ms()).map(|at_ms| (name.clone(), at_ms)));
        }
        // Nobody waits for the status while ERPNext is asked.
        drop(told);
        for (name, seen_at_ms) in due {
            self.say(at, settings, &name, seen_at_ms)?;
            let mut told = lock(&self.hub.guard);
            told.trouble = None;
            if let Some(site) = told.sites.get_mut(&name) {
                site.due_ms = up_ms() + every_ms;
                site.written_at_ms = Some(now_ms);
            }
        }
        Ok(())
    }

    fn say(&self, at: &mut Option<At>, settings: &Settings, site: &SiteId, seen_at_ms: i64) -> Result<(), String> {
        let made_by =
            [NAME, KEY].map(|name| std::fs::metadata(self.dir.join(name)).and_then(|found| found.modified()).ok());
        let at = match at {
            Some(known) if known.made_by == made_by => known,
            _ => {
                let key = settings::key(&self.dir.join(KEY)).map_err(|error| format!("{error:#}"))?;
                let client = settings::client(&self.dir, settings, &key).map_err(|error| format!("{error:#}"))?;
                let zone = settings::zone(&client)?;
                at.insert(At { made_by, client, zone })
            }
        };
        let seen = Timestamp::from_millisecond(seen_at_ms).map_err(|error| error.to_string())?;
        let heard = at.zone.to_datetime(seen).strftime("%Y-%m-%d %H:%M:%S").to_string();
        guard::say(&at.client, site.as_str(), &heard).map_err(|failure| failure.to_string())
    }
}
