//! What a look at ERPNext has found, line by line.

use crate::client::Failure;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it has to be.
    Ok,
    /// Documents are posted, and something may surprise people.
    Warning,
    /// Documents would be held or booked wrongly.
    Error,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was looked at: `sites.bandung.warehouses.Shop`.
    pub field: String,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing is to be done.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok     ",
            Level::Warning => "warning",
            Level::Error => "ERROR  ",
        };
        write!(f, "{level} {}: {}", self.field, self.found)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ". {}", self.remedy) }
    }
}

/// The lines so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn ok(&mut self, field: impl Into<String>, found: impl Into<String>) {
        self.push(Level::Ok, field, found, "");
    }

    pub(super) fn warning(&mut self, field: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) {
        self.push(Level::Warning, field, found, remedy);
    }

    pub(super) fn error(&mut self, field: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) {
        self.push(Level::Error, field, found, remedy);
    }

    /// Whether something has been said of a field.
    pub(super) fn tells_of(&self, field: &str) -> bool {
        self.0.iter().any(|finding| finding.field == field)
    }

    /// An answer, or the line that says why there is none.
    pub(super) fn answer<T>(&mut self, field: &str, answer: Result<T, Failure>) -> Option<T> {
        let failure = match answer {
            Ok(answer) => return Some(answer),
            Err(failure) => failure,
        };
        let remedy = match &failure {
            Failure::Denied(_) => "Have a new key made: run setup with `new_key`.",
            Failure::Again(_) => "Look at ERPNext and at the line to it, and check again.",
            _ if failure.is("PermissionError") => "The connector may not read it: run setup, which gives it its roles.",
            Failure::Refused { .. } => "Look at it in ERPNext.",
        };
        self.error(field, format!("could not be read: {failure}"), remedy);
        None
    }

    fn push(&mut self, level: Level, field: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Finding { level, field: field.into(), found: found.into(), remedy: remedy.into() });
    }
}
