//! What was posted is undone: cancelled, or where it has no drafts put out of use. What counts is what ERPNext has afterwards.

use super::days::posted_on;
use super::{CLOSED_HERE, Erpnext, is_master, names};
use crate::client::Failure;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Verdict};
use serde_json::{Value, json};

impl Erpnext {
    pub(super) fn undo(&mut self, kind: Kind, of: &Submitted) -> Result<Verdict, Failure> {
        let doctype = kind.name();
        let Some((name, docstatus)) = names::find(&self.client, &*self.library, kind, of.id)? else {
            return Ok(Verdict::Kept);
        };
        if docstatus == 1 && !is_master(kind) {
            let there = self.client.get(doctype, &name)?;
            if posted_on(&there).is_some_and(|day| self.is_closed_here(kind, day)) {
                return Ok(Verdict::Held(Hold::Closed, CLOSED_HERE.into()));
            }
        }
        let tried = match docstatus {
            2 => return Ok(done(name)),
            // What has no drafts is in use by other documents: it is put out of use, and stays.
            0 if is_master(kind) => self.client.update(doctype, &name, &json!({ "disabled": 1 })).map(|_| ()),
            0 => self.client.delete(doctype, &name),
            _ => self.client.cancel(doctype, &name),
        };
        // Cancelled twice is an error; that it is cancelled is what counts.
        let after = names::find(&self.client, &*self.library, kind, of.id)?;
        let undone = match &after {
            None => return Ok(Verdict::Kept),
            Some((_, docstatus)) if is_master(kind) => *docstatus == 2 || self.is_disabled(doctype, &name)?,
            Some((_, docstatus)) => *docstatus == 2,
        };
        match tried {
            _ if undone => Ok(done(name)),
            Ok(()) => Ok(Verdict::Again { why: format!("{name} is not cancelled in ERPNext yet"), alive: true }),
            Err(failure) => Err(failure),
        }
    }

    fn is_disabled(&self, doctype: &str, name: &str) -> Result<bool, Failure> {
        let there = self.client.get(doctype, name)?;
        Ok(there.get("disabled").and_then(Value::as_u64) == Some(1))
    }
}

fn done(name: String) -> Verdict {
    Text::try_from(name).map_or(Verdict::Kept, |name| Verdict::Done(Posted::new(name)))
}
