//! What came of a load: what is wrong, what a person should look at, what changed.
//!
//! A problem names the file, the line, the field, the rule and the remedy, never a PIN.

use crate::domain::master::Table;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most problems, and most warnings, that are listed; the others are counted. Who has more corrects a column, not a cell.
pub(super) const MAX_PROBLEMS: usize = 200;

/// Something about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The field's path, like `barcodes[1].barcode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The rule that it breaks, and what to do.
    pub rule: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.rule)
    }
}

/// What happens to the rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCount {
    /// The table's slug.
    pub table: String,
    /// Rows that were not there.
    pub new: usize,
    /// Rows that were there otherwise.
    pub changed: usize,
    /// Rows that were there as they are.
    pub unchanged: usize,
    /// Rows that were there and are not in the files.
    pub deleted: usize,
}

/// What came of a load.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What is wrong: with one of these, nothing is taken.
    pub errors: Vec<Problem>,
    /// How many more there are.
    pub more_errors: usize,
    /// What a person should look at; it stops nothing.
    pub warnings: Vec<Problem>,
    /// How many more there are.
    pub more_warnings: usize,
    /// Per table of the files.
    pub tables: Vec<TableCount>,
    /// It is done.
    pub taken: bool,
}

/// Where in the files something stands.
#[derive(Clone, Debug)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) line: Option<u64>,
    pub(super) field: Option<String>,
}

impl<'a> At<'a> {
    pub(super) fn file(file: &'a str) -> Self {
        Self { file, line: None, field: None }
    }

    pub(super) fn line(file: &'a str, line: u64) -> Self {
        Self { file, line: Some(line), field: None }
    }

    pub(super) fn field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    fn problem(self, rule: impl Into<String>) -> Problem {
        Problem { file: self.file.to_owned(), line: self.line, field: self.field, rule: rule.into() }
    }
}

impl Report {
    /// Something is wrong, and nothing is taken.
    pub fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }

    pub(super) fn error(&mut self, at: At<'_>, rule: impl Into<String>) {
        match self.errors.len() < MAX_PROBLEMS {
            true => self.errors.push(at.problem(rule)),
            false => self.more_errors += 1,
        }
    }

    pub(super) fn warn(&mut self, at: At<'_>, rule: impl Into<String>) {
        match self.warnings.len() < MAX_PROBLEMS {
            true => self.warnings.push(at.problem(rule)),
            false => self.more_warnings += 1,
        }
    }

    pub(super) fn count(&mut self, table: Table) -> &mut TableCount {
        let at = self.tables.iter().position(|count| count.table == table.slug());
        let at = at.unwrap_or_else(|| {
            self.tables.push(TableCount { table: table.slug().into(), ..TableCount::default() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, name: &str, problems: &[Problem], more: usize| {
            problems.iter().try_for_each(|problem| writeln!(f, "{name}: {problem}"))?;
            if more > 0 { writeln!(f, "{name}: and {more} more") } else { Ok(()) }
        };
        list(f, "warning", &self.warnings, self.more_warnings)?;
        list(f, "error", &self.errors, self.more_errors)?;
        if !self.tables.is_empty() {
            writeln!(f, "{:<18}{:>9}{:>9}{:>11}{:>9}", "table", "new", "changed", "unchanged", "deleted")?;
        }
        for count in &self.tables {
            let TableCount { table, new, changed, unchanged, deleted } = count;
            writeln!(f, "{table:<18}{new:>9}{changed:>9}{unchanged:>11}{deleted:>9}")?;
        }
        match (self.is_refused(), self.taken) {
            (true, _) => writeln!(f, "Nothing was changed: correct the errors and load again."),
            (false, true) => writeln!(f, "Taken. The workshops get it with the next exchange."),
            (false, false) => writeln!(f, "Only checked: nothing was changed."),
        }
    }
}
