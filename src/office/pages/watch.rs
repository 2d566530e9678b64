//! Looks each second, while somebody listens, for what has changed: sites, what is held and posted, what was asked, sticks, imports.
//!
//! In: what the office tells of itself. Out: [`Event`]s. Absent: who hears them.

use super::Desk;
use super::feed::Event;
use super::imports::{ImportId, Progress};
use crate::domain::id::{IntentId, SiteId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks that go on after the last who listened has gone: a page that was cut off comes again, and has missed nothing.
const QUIET: u32 = 120;
/// Documents that are told one by one, of all sites, in a second.
const NAMED: usize = 10;

/// What was seen the last time.
#[derive(Default)]
struct Seen {
    sites: BTreeMap<String, Value>,
    held: BTreeMap<SiteId, usize>,
    posted: BTreeMap<SiteId, u64>,
    /// The latest request of each site, and those that are undecided.
    asked: BTreeMap<SiteId, (Option<u64>, Vec<IntentId>)>,
    sticks: Value,
    imports: BTreeMap<ImportId, Progress>,
}

impl Seen {
    /// Looks, and tells what is otherwise.
    fn look(&mut self, desk: &Desk) -> VecDeque<Event> {
        let mut events = VecDeque::new();
        for item in desk.site_items() {
            let site = item["site"].as_str().unwrap_or_default().to_owned();
            if self.sites.get(&site) != Some(&item) {
                self.sites.insert(site, item.clone());
                events.push_back(Event::Site(item));
            }
        }
        let mut named = NAMED;
        for (site, news) in desk.office.clerk.news(|site| self.posted.get(site).copied().unwrap_or(u64::MAX)) {
            if self.held.insert(site.clone(), news.held) != Some(news.held) {
                events.push_back(Event::Held { site: site.to_string(), held: news.held });
            }
            let before = self.posted.insert(site.clone(), news.posted);
            let new = news.posted - before.unwrap_or(news.posted).min(news.posted);
            if new > 0 && new <= named as u64 && news.latest.len() as u64 == new {
                named -= news.latest.len();
                let told = news.latest.into_iter();
                events.extend(told.map(|(id, name)| Event::Posted {
                    site: site.to_string(),
                    id: id.to_string(),
                    name,
                }));
            } else if new > 0 {
                events.push_back(Event::ManyPosted { site: site.to_string(), count: new });
            }
        }
        for (site, number) in desk.office.sites.numbers() {
            let views = &desk.office.views;
            // Views that are being built are asked again in a second.
            let Ok(latest) = views.requests(number, u64::MAX, 1) else { continue };
            let Ok(undecided) = views.pending_requests(number) else { continue };
            let latest = latest.first().map(|line| line.place.ordinal);
            let asked = (latest, undecided.iter().map(|line| line.id).collect::<Vec<_>>());
            let undecided = asked.1.len();
            if self.asked.get(&site) != Some(&asked) {
                self.asked.insert(site.clone(), asked);
                events.push_back(Event::Transactions { site: site.to_string(), undecided });
            }
        }
        let imports = desk.imports.progress();
        let is_further = |(id, progress): &(&ImportId, &Progress)| self.imports.get(id) != Some(progress);
        let further = imports.iter().filter(is_further).map(|(id, _)| Event::Import(id.to_string()));
        events.extend(further.collect::<Vec<_>>());
        self.imports = imports;
        let sticks = desk.office.sticks.json();
        if self.sticks != sticks {
            self.sticks = sticks.clone();
            events.push_back(Event::Stick(json!({ "sticks": sticks })));
        }
        events
    }
}

/// Looks until it is told to stop.
pub(super) async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let (mut seen, mut quiet): (Option<Seen>, u32) = (None, QUIET);
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        quiet = if desk.listeners.is_any() { 0 } else { quiet.saturating_add(1) };
        if quiet >= QUIET {
            if seen.take().is_some() {
                desk.listeners.forget();
            }
            continue;
        }
        // The first look tells all: what changed since the page that listens asked for it is among that.
        let mut last = seen.take().unwrap_or_default();
        let own = desk.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let events = last.look(&own);
            (last, events)
        });
        match looked.await {
            Ok((last, events)) => {
                seen = Some(last);
                events.into_iter().for_each(|event| desk.tell(event));
            }
            Err(error) => tracing::error!(%error, "what changed could not be looked for"),
        }
    }
}
