//! What has happened, for whoever listens: the latest events, numbered, and which of them somebody has missed.
//!
//! Pure: no clock, no I/O. Events are kept up to a bound; who was there before they begin, or is far behind, is told so and gets the newest
//! of each alone. Numbers mean something to the start of the office that gave them.

use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::str::FromStr;

/// Events that are kept: some hundred kilobytes.
const KEPT: usize = 1_000;
/// Events that somebody may be behind and still get each.
const BEHIND: usize = 100;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::office) enum Event {
    /// A site is otherwise: an item of `GET /api/sites`.
    Site(Value),
    /// How many are held of a site.
    Held { site: String, held: usize },
    /// A document is in the books.
    Posted { site: String, id: String, name: String },
    /// So many are, in one second: too many to name.
    ManyPosted { site: String, count: u64 },
    /// How many of a site's requests are undecided; which, and what was asked since, is otherwise than before.
    Transactions { site: String, undecided: usize },
    /// An import is further. What is in it is its maker's to ask for.
    Import(String),
    /// The sticks that are in.
    Stick(Value),
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Held { .. } => "held",
            Self::Posted { .. } | Self::ManyPosted { .. } => "posted",
            Self::Transactions { .. } => "transactions",
            Self::Import(_) => "import",
            Self::Stick(_) => "stick",
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::Site(item) | Self::Stick(item) => item.clone(),
            Self::Import(import) => serde_json::json!({ "import": import }),
            Self::Held { site, held } => serde_json::json!({ "site": site, "held": held }),
            Self::Transactions { site, undecided } => serde_json::json!({ "site": site, "undecided": undecided }),
            Self::Posted { site, id, name } => serde_json::json!({ "site": site, "id": id, "name": name }),
            Self::ManyPosted { site, count } => serde_json::json!({ "site": site, "count": count }),
        }
    }

    /// Of what it tells the newest.
    fn subject(&self) -> String {
        match self {
            Self::Site(item) => format!("site {}", item["site"]),
            Self::Import(import) => format!("import {import}"),
            Self::Held { site, .. } => format!("held {site}"),
            Self::Posted { site, .. } | Self::ManyPosted { site, .. } => format!("posted {site}"),
            Self::Transactions { site, .. } => format!("transactions {site}"),
            Self::Stick(_) => "stick".into(),
        }
    }
}

/// A place among the events: of which start, and after which number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    start: u32,
    n: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.start, self.n)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (start, n) = text.split_once('-').ok_or(())?;
        Ok(Self { start: u32::from_str_radix(start, 16).map_err(drop)?, n: n.parse().map_err(drop)? })
    }
}

impl Place {
    /// None of ours: whoever says to be there has missed everything.
    pub(super) const NOWHERE: Self = Self { start: 0, n: u64::MAX };
}

/// One event as it is sent.
pub(super) fn written(place: Place, name: &str, data: &Value) -> String {
    format!("id: {place}\nevent: {name}\ndata: {data}\n\n")
}

struct Kept {
    n: u64,
    subject: String,
    event: Event,
}

/// The latest events.
pub(super) struct Feed {
    start: u32,
    next: u64,
    kept: VecDeque<Kept>,
}

impl Feed {
    /// Nothing has happened yet. `start` tells this one from others.
    pub(super) fn new(start: u32) -> Self {
        Self { start, next: 1, kept: VecDeque::new() }
    }

    /// Something happened.
    pub(super) fn tell(&mut self, event: Event) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Kept { n: self.next, subject: event.subject(), event });
        self.next += 1;
    }

    /// Nobody looked for a while: whoever was here before has missed something.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
        self.next += 1;
    }

    /// After all that has happened.
    pub(super) fn now(&self) -> Place {
        Place { start: self.start, n: self.next - 1 }
    }

    /// What is told to who is at this place, and where they are then; nothing where nothing happened since.
    pub(super) fn after(&self, place: Place) -> Option<(String, Place)> {
        let now = self.now();
        if place == now {
            return None;
        }
        let first = self.kept.front().map_or(self.next, |first| first.n);
        let is_ours = place.start == self.start && place.n < self.next;
        if is_ours && place.n + 1 >= first && now.n - place.n <= BEHIND as u64 {
            let missed = self.kept.iter().filter(|kept| kept.n > place.n);
            return Some((missed.map(|kept| self.write(kept)).collect(), now));
        }
        let mut seen = HashSet::new();
        let mut newest: Vec<&Kept> = self.kept.iter().rev().filter(|kept| seen.insert(&kept.subject)).collect();
        newest.reverse();
        // Where the newest begin the reader is told to ask anew, so that what follows is of then.
        let mut text = written(Place { n: first - 1, ..now }, "reset", &serde_json::json!({}));
        newest.into_iter().for_each(|kept| text.push_str(&self.write(kept)));
        Some((text, now))
    }

    fn write(&self, kept: &Kept) -> String {
        written(Place { start: self.start, n: kept.n }, kept.event.name(), &kept.event.data())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(site: &str, held: usize) -> Event {
        Event::Held { site: site.into(), held }
    }

    fn events(text: &str) -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix("event: ").map(str::to_owned)).collect()
    }

    #[test]
    fn each_event_is_told_once_in_order() {
        let mut feed = Feed::new(7);
        let begun = feed.now();
        assert_eq!(feed.after(begun), None);
        feed.tell(held("bandung", 1));
        feed.tell(Event::Stick(serde_json::json!({ "sticks": [] })));
        let (text, then) = feed.after(begun).unwrap();
        assert_eq!(
            text,
            "id: 00000007-1\nevent: held\ndata: {\"held\":1,\"site\":\"bandung\"}\n\nid: 00000007-2\nevent: stick\ndata: {\"sticks\":[]}\n\n"
        );
        assert_eq!((feed.after(then), then), (None, feed.now()));
        let again: Place = "00000007-1".parse().unwrap();
        assert_eq!(events(&feed.after(again).unwrap().0), ["stick"]);
    }

    #[test]
    fn who_is_far_behind_is_told_so_and_gets_the_newest_of_each() {
        let mut feed = Feed::new(7);
        let begun = feed.now();
        for n in 0..=BEHIND {
            feed.tell(held(if n % 2 == 0 { "bandung" } else { "solo" }, n));
        }
        let (text, then) = feed.after(begun).unwrap();
        assert_eq!(events(&text), ["reset", "held", "held"]);
        assert!(
            text.contains("\"held\":100") && text.contains("\"held\":99") && !text.contains("\"held\":98"),
            "{text}"
        );
        assert_eq!(then, feed.now());
        assert_eq!(events(&feed.after(Place { n: 1, ..begun }).unwrap().0).len(), BEHIND, "no further than it may be");
    }

    #[test]
    fn a_place_that_means_nothing_here_is_far_behind() {
        let mut feed = Feed::new(7);
        feed.tell(held("bandung", 1));
        for strange in ["00000008-0", "00000008-1", "00000007-2", "00000007-18446744073709551615"] {
            let (text, then) = feed.after(strange.parse().unwrap()).unwrap();
            assert_eq!((events(&text), then), (vec!["reset".to_owned(), "held".to_owned()], feed.now()), "{strange}");
        }
        let before = feed.now();
        feed.forget();
        assert_eq!(events(&feed.after(before).unwrap().0), ["reset"]);
        for broken in ["", "7", "x-1", "00000007-x", "00000007--1"] {
            assert!(broken.parse::<Place>().is_err(), "{broken}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut feed = Feed::new(7);
        (0..2 * KEPT).for_each(|n| feed.tell(held("bandung", n)));
        assert_eq!(feed.kept.len(), KEPT);
    }
}
