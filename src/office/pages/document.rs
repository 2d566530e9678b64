//! One document with all that is known of it, at each site that has it, and the stamps of its way.

use super::turn::Site;
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::id::{IntentId, Position};
use crate::domain::master::Masters;
use crate::domain::outcome::Fate;
use crate::domain::record::{Cancelled, Entry};
use crate::domain::time::{Quality, rfc3339};
use crate::office::came_by::{self, CameBy};
use crate::office::ledger::masters;
use crate::office::words::{self, Said, Word};
use crate::pages::line::{self, Mark, Read};
use crate::pages::means;
use crate::views::{DocumentLine, Stream};
use crate::web::{Fault, Query, Reply};
use serde_json::{Value, json};
use std::path::Path;

pub(super) const ROUTES: &[Route] = &[("GET", "/api/documents/{id}", Whose::Of(Role::Look), Desk::document)];

/// A record of a site: the id of its intent, where it stands, when it was made and whether that is sure.
struct Made {
    id: IntentId,
    position: Position,
    at_ms: i64,
    sure: bool,
}

impl Desk {
    fn document(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let id = question.places.first().and_then(|id| id.parse().ok()).map(IntentId);
        let id = id.ok_or_else(|| Fault::bad("id", "a document's id is a UUID", "take it from a list of documents"))?;
        let masters = masters(self.office.sites.rows());
        let mut ways = Vec::new();
        for site in self.office.sites.numbers() {
            self.catch_up(&site)?;
            if let Some(line) = self.office.views.document(site.1, id)? {
                ways.push(self.way(&masters, &site, &line)?);
            }
        }
        if ways.is_empty() {
            return Err(Fault::absent(Some("id"), "no document has this id here", "look for it by its day or number"));
        }
        Ok(Reply::json(&json!({ "ways": ways })))
    }

    fn way(&self, masters: &Masters, site: &Site, line: &DocumentLine) -> Result<Value, Fault> {
        let read = self.read(site, line);
        let cancellation = self.cancellation(site, line);
        let figures = self.figures(&site.0)?;
        let made = read.as_ref().map(made);
        let all: Vec<&Made> = made.iter().chain(cancellation.iter().map(|(_, made)| made)).collect();
        let mut words = Vec::new();
        if let Some(down) = self.office.shelves.reader(Stream::Down(site.1)) {
            let of: Vec<_> = all.iter().map(|made| (made.id, made.position)).collect();
            words = words::on(&down, &of).map_err(|error| self.unread(error))?;
        }
        let dir = self.office.sites.with_premises(|premises| premises.paths.sites.join(site.0.as_str()));
        let mut stamped = all.iter().zip(words).map(|(made, words)| stamps(&dir, made, &words));
        let of_document = made.as_ref().and_then(|_| stamped.next()).unwrap_or_default();
        let cancellation = cancellation.as_ref().map(|(cancelled, made)| {
            json!({
                "id": cancelled.id,
                "at": rfc3339(made.at_ms),
                "user": cancelled.user,
                "reason": cancelled.reason,
                "approved_by": cancelled.approved_by,
                "stamps": stamped.next().unwrap_or_default(),
            })
        });
        let submitted = read.as_ref().map(|read| &read.submitted);
        let fate = self.office.views.fate(site.1, line.id)?;
        let prefix = masters.number_prefix(&site.0);
        let amended_by = figures.shop.amended_by(line.id);
        let instead = amended_by.map(|id| self.office.views.document(site.1, id)).transpose()?.flatten();
        let number = instead.and_then(|line| {
            let read = self.read(site, &line).map(|read| read.submitted);
            line.printed(read.as_ref(), &prefix)
        });
        Ok(json!({
            "site": site.0,
            "line": self.line(site, &prefix, line, read.as_ref())?,
            "document": submitted.map(line::fields),
            "booked": submitted.and_then(|submitted| submitted.booked.as_ref()),
            "device": submitted.map(|submitted| &submitted.device),
            "user": submitted.and_then(|submitted| submitted.user.as_ref()),
            "approved_by": submitted.and_then(|submitted| submitted.approved_by.as_ref()),
            "hash": read.as_ref().map(|read| read.stored.hash(&site.0).short()),
            "amends": submitted.and_then(|submitted| submitted.amends),
            "amended_by": amended_by,
            "amended_by_number": number,
            "not_booked": submitted.map(|submitted| means::not_booked(submitted, fate.as_ref())),
            "returned": submitted.map(|submitted| line::returned(&figures.shop, submitted)),
            "cancellation": cancellation,
            "stamps": of_document,
        }))
    }

    fn cancellation(&self, site: &Site, line: &DocumentLine) -> Option<(Cancelled, Made)> {
        let reader = self.office.shelves.reader(Stream::Up(site.1))?;
        let (stored, entry, (at_ms, quality)) = line::record(&reader, line.cancelled?)?;
        let Entry::Cancelled(cancelled) = entry else { return None };
        let (id, sure) = (cancelled.id, quality != Quality::Floor);
        Some((cancelled, Made { id, position: stored.position, at_ms, sure }))
    }
}

fn made(read: &Read) -> Made {
    let (id, position) = (read.submitted.id, read.stored.position);
    Made { id, position, at_ms: read.at_ms, sure: read.quality != Quality::Floor }
}

/// Who has said that it was entered in the books by hand.
fn by_hand(said: &Said) -> Option<String> {
    match said {
        Said::Fate(Fate::Posted { by, .. }) => by.as_ref().map(|by| format!("entered by hand, says {by}")),
        _ => None,
    }
}

/// The way of a record: saved at its workshop, arrived here, and each word on it.
fn stamps(dir: &Path, made: &Made, words: &[Word]) -> Vec<Value> {
    let saved = json!({
        "what": "saved",
        "at": rfc3339(made.at_ms),
        "sure": made.sure,
        "position": made.position.to_string(),
        "road": null,
        "name": null,
        "why": null,
    });
    let said = |word: &Word| {
        let mark = match &word.said {
            Said::AtOffice => None,
            Said::Fate(fate) => Some(Mark::said(fate)),
        };
        let road = match (&word.said, came_by::of(dir, made.position, word.ordinal)) {
            (Said::AtOffice, CameBy::Line) => Some("line"),
            (Said::AtOffice, CameBy::Stick) => Some("stick"),
            _ => None,
        };
        json!({
            "what": mark.as_ref().map_or("arrived", |mark| mark.mark),
            "at": rfc3339(word.at_ms()),
            "sure": word.sure(),
            "position": word.position.to_string(),
            "road": road,
            "name": mark.as_ref().and_then(|mark| mark.name),
            "why": by_hand(&word.said).or_else(|| mark.as_ref()?.why.map(str::to_owned)),
        })
    };
    [saved].into_iter().chain(words.iter().map(said)).collect()
}
