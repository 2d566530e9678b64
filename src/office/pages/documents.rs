//! Documents of all sites: of a day, of a customer or supplier, by number, and those whose number another bears as well.

use super::turn::{Part, Site, Turn, part_of};
use super::{Desk, Question, Role, Route, Whose};
use crate::books;
use crate::domain::document::Kind;
use crate::domain::master::Masters;
use crate::domain::number::Number;
use crate::office::ledger::masters;
use crate::pages::line::{self, Read};
use crate::pages::parameters::{day, kind};
use crate::views::{DocumentLine, Journals, Stream, days_since_1970};
use crate::web::{Fault, Paging, Reply};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/documents", Whose::Of(Role::Look), Desk::documents),
    ("GET", "/api/documents/shared-numbers", Whose::Of(Role::Look), Desk::shared_numbers),
];

/// Documents of one site that share their numbers and are listed. More are no lists for people: a card was copied on purpose.
const MOST_SHARED: usize = 10_000;

/// How long a question waits for the views to have the office's latest words.
const CATCH_UP: Duration = Duration::from_secs(60);

impl Desk {
    fn documents(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site", "day", "kind", "party", "number"])?;
        let (query, masters) = (&turn.query, masters(self.office.sites.rows()));
        let (day, kind, sites) = (day(query, "day")?, kind(query)?, self.sites_asked(query)?);
        match (day, query.text("party"), query.text("number")) {
            (Some(day), None, None) => turn.of_sites(&sites, |site, after, most| {
                self.of_day(&masters, site, (days_since_1970(day), kind), (after, most))
            }),
            (None, Some(party), None) if kind.is_none() => {
                turn.of_sites(&sites, |site, after, most| self.of_party(&masters, site, party, (after, most)))
            }
            (None, None, Some(number)) if kind.is_none() => {
                let rule = "it is no number of a document";
                let read = Number::read(number);
                let (prefix, kind, no) =
                    read.ok_or_else(|| Fault::bad("number", rule, "they look like BDG-SI-A000123"))?;
                turn.of_sites(&sites, |site, after, most| {
                    self.catch_up(site)?;
                    let mut lines = self.office.views.numbered(site.1, kind, no)?;
                    let today = masters.number_prefix(&site.0);
                    lines.retain(|line| {
                        let read = self.read(site, line).map(|read| read.submitted);
                        line.begins_with(&prefix, read.as_ref(), &today)
                    });
                    lines.reverse();
                    let (lines, on) = part_of(lines, after, most)?;
                    Ok((self.lines(&masters, site, &lines)?, on))
                })
            }
            _ => {
                let rule = "documents are asked for by day (and kind), by party or by number: one of them";
                Err(Fault::bad("day", rule, "send day=2026-11-02, party=NAME or number=BDG-SI-A000123"))
            }
        }
    }

    /// The latest first. A place is how many of the day come before what was told: what is new since then moves nothing.
    fn of_day(
        &self,
        masters: &Masters,
        site: &Site,
        (day, kind): (i32, Option<Kind>),
        (after, most): (Option<&str>, usize),
    ) -> Result<Part, Fault> {
        self.catch_up(site)?;
        let views = &self.office.views;
        let all: u32 = views.days(site.1, kind, day, day)?.iter().map(|(_, count)| count).sum();
        let end = after.map_or(Ok(all), |after| after.parse().map_err(|_| Paging::gone()))?;
        if end > all {
            return Err(Paging::gone());
        }
        let begin = end.saturating_sub(u32::try_from(most).unwrap_or(u32::MAX));
        let mut lines = views.documents(site.1, kind, day, begin, end - begin)?;
        lines.reverse();
        Ok((self.lines(masters, site, &lines)?, (begin > 0).then(|| begin.to_string())))
    }

    fn of_party(
        &self,
        masters: &Masters,
        site: &Site,
        party: &str,
        (after, most): (Option<&str>, usize),
    ) -> Result<Part, Fault> {
        self.catch_up(site)?;
        let after = after.map(|after| after.parse().map_err(|_| Paging::gone())).transpose()?;
        let found = self.office.views.documents_of(site.1, party, after, most)?;
        Ok((self.lines(masters, site, &found.lines)?, found.more.map(|after| after.to_string())))
    }

    fn shared_numbers(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site"])?;
        let (sites, masters) = (self.sites_asked(&turn.query)?, masters(self.office.sites.rows()));
        turn.of_sites(&sites, |site, after, most| {
            self.catch_up(site)?;
            let lines = self.office.views.shared_numbers(site.1, MOST_SHARED)?;
            let (lines, on) = part_of(lines, after, most)?;
            Ok((self.lines(&masters, site, &lines)?, on))
        })
    }

    fn lines(&self, masters: &Masters, site: &Site, lines: &[DocumentLine]) -> Result<Vec<Value>, Fault> {
        let prefix = masters.number_prefix(&site.0);
        lines.iter().map(|line| self.line(site, &prefix, line, self.read(site, line).as_ref())).collect()
    }

    /// The line of a document, with its site.
    pub(super) fn line(
        &self,
        site: &Site,
        prefix: &str,
        line: &DocumentLine,
        read: Option<&Read>,
    ) -> Result<Value, Fault> {
        let fate = self.office.views.fate(site.1, line.id)?;
        let mut told = line::told(line, read, fate.as_ref(), prefix);
        told["site"] = json!(site.0);
        Ok(told)
    }

    /// The record of a document; none where its bytes are lost.
    pub(super) fn read(&self, site: &Site, line: &DocumentLine) -> Option<Read> {
        line::read(&self.office.shelves.reader(Stream::Up(site.1))?, line)
    }

    /// Waits until the views have what has come from a site, and the office's words on it.
    pub(super) fn catch_up(&self, site: &Site) -> Result<(), Fault> {
        let (views, shelves) = (&self.office.views, &*self.office.shelves);
        books::catch_up(views, shelves, site.1).map_err(|why| self.unread(why))?;
        let words = Stream::Down(site.1);
        Ok(views.wait_for(words, shelves.records(words), CATCH_UP)?)
    }
}
