//! Paper from the box's printer, for tablets that have none.
//!
//! In: the paper as the tablet lays it out, in its language, and the document's id. Out: the printer has it. At its foot the box says itself
//! what it has under this id: number, total, the record and its hash.

use super::documents::no_id;
use super::{Pages, Question};
use crate::domain::id::IntentId;
use crate::pages::line::Read;
use crate::site::printer::{self, Line};
use crate::site::start::SITE_NO;
use crate::web::{Fault, Named, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::json;

/// Most lines of a paper: three metres of it.
const MAX_LINES: usize = 500;
/// Most characters of a text.
const MAX_TEXT: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    id: IntentId,
    width_mm: u8,
    lines: Vec<Named<Line>>,
}

impl Pages {
    pub(super) fn print(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Paper { id, width_mm, lines } = question.asked.json()?;
        let mut lines: Vec<Line> = lines.into_iter().map(|Named(line)| line).collect();
        if ![58, 80].contains(&width_mm) {
            return Err(Fault::bad("width_mm", "paper is 58 or 80 mm wide", "send 58 or 80"));
        }
        let is_long = |line: &Line| [&line.left, &line.right].iter().any(|text| text.chars().count() > MAX_TEXT);
        if lines.len() > MAX_LINES || lines.iter().any(is_long) {
            let rule = format!("a paper has at most {MAX_LINES} lines, and a text in it {MAX_TEXT} characters");
            return Err(Fault::bad("lines", rule, "leave some of it out"));
        }
        let conflict = |rule: String, remedy: &str| Fault::new(StatusCode::CONFLICT, None, rule, remedy);
        let none =
            || conflict("this box has no printer".into(), "name one as printer in box.toml, or print at the tablet");
        let printer = self.printer.as_ref().ok_or_else(none)?;
        self.catch_up()?;
        let line = self.views.document(SITE_NO, id)?.ok_or_else(no_id)?;
        question.must_read(line.kind)?;
        let read = self.read(&line);
        let lost = || Fault::not_now("its record cannot be read: look at the box with outpost doctor");
        let Read { stored, submitted, .. } = read.as_ref().ok_or_else(lost)?;
        let prefix = question.masters.number_prefix(&self.site);
        let number = submitted.number(&prefix).unwrap_or_default();
        let total = Some(submitted.effects().sum).filter(|sum| !sum.is_zero()).map(|sum| sum.to_string());
        lines.push(Line { left: number, right: total.unwrap_or_default(), ..Line::default() });
        let record = format!("{} {}", line.position.seq.0, stored.hash(&self.site).short());
        lines.push(Line { left: record, ..Line::default() });
        let bytes = printer::bytes(&lines, printer::columns(width_mm));
        printer.print(&bytes).map_err(|error| {
            tracing::warn!(%error, "the printer did not take a paper");
            conflict(
                format!("the printer did not take it: {}", error.kind()),
                "look whether it is on and has paper, and print again",
            )
        })?;
        Ok(Reply::json(&json!({ "lines": lines.len() })))
    }
}
