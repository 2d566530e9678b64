//! The line of a document, as this box has it.

use super::Pages;
use crate::domain::record::Entry;
use crate::journal::Stored;
use crate::pages::line::{self, Read};
use crate::site::start::SITE_NO;
use crate::views::{DocumentLine, Locator};
use crate::web::Fault;
use serde_json::Value;

impl Pages {
    /// The record of a document; none where its bytes are lost.
    pub(super) fn read(&self, line: &DocumentLine) -> Option<Read> {
        line::read(&self.journal, line)
    }

    /// A record, and its moment.
    pub(super) fn record(&self, at: Locator) -> Option<(Stored, Entry, i64)> {
        let (stored, entry, (at_ms, _)) = line::record(&self.journal, at)?;
        Some((stored, entry, at_ms))
    }

    /// The line of a document, as far as it can be read.
    pub(super) fn line(&self, line: &DocumentLine, read: Option<&Read>, prefix: &str) -> Result<Value, Fault> {
        let fate = self.views.fate(SITE_NO, line.id)?;
        Ok(line::told(line, read, fate.as_ref(), prefix))
    }

    /// The lines of a list.
    pub(super) fn lines<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a DocumentLine>,
        prefix: &str,
    ) -> Result<Vec<Value>, Fault> {
        lines.into_iter().map(|line| self.line(line, self.read(line).as_ref(), prefix)).collect()
    }
}
