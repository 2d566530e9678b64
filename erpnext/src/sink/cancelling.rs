//! What was posted is undone: cancelled, or where it has no drafts put out of use. What counts is what ERPNext has afterwards.
//!
//! Nothing that people have made is undone. What we post is made and submitted in one, so a draft under our id is somebody's: it stays. So does
//! a customer, supplier or item that a site's was joined with: it is the others' as well.

use super::days::posted_on;
use super::{CLOSED_HERE, Erpnext, names};
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
        if docstatus == 0 && !kind.is_master() {
            return Ok(Verdict::Kept);
        }
        if kind.is_master() && !self.is_made_here(of, &self.client.get(doctype, &name)?) {
            tracing::info!(site = %self.site, id = %of.id, name, "cancelled at the site, and left as it is: the site has not made it alone");
            return Ok(Verdict::Kept);
        }
        if docstatus == 1 {
            let there = self.client.get(doctype, &name)?;
            if posted_on(&there).is_some_and(|day| self.is_closed_here(kind, day)) {
                return Ok(Verdict::Held(Hold::Closed, CLOSED_HERE.into()));
            }
        }
        let tried = match docstatus {
            2 => return Ok(done(name)),
            // What has no drafts is in use by other documents: it is put out of use, and stays.
            0 => self.client.update(doctype, &name, &json!({ "disabled": 1 })).map(|_| ()),
            _ => self.client.cancel(doctype, &name),
        };
        // Cancelled twice is an error; that it is cancelled is what counts.
        let after = names::find(&self.client, &*self.library, kind, of.id)?;
        let undone = match &after {
            None => return Ok(Verdict::Kept),
            Some((_, docstatus)) if kind.is_master() => *docstatus == 2 || self.is_disabled(doctype, &name)?,
            Some((_, docstatus)) => *docstatus == 2,
        };
        match tried {
            _ if undone => Ok(done(name)),
            Ok(()) => Ok(Verdict::Again { why: format!("{name} is not cancelled in ERPNext yet"), alive: true }),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the site has made this customer, supplier or item. One that it was joined with got its id alone, or has another's.
    fn is_made_here(&self, of: &Submitted, there: &Value) -> bool {
        let is = |field: &str, own: &str| there.get(field).and_then(Value::as_str) == Some(own);
        is("outpost_id", &of.id.to_string()) && is("outpost_site", self.site.as_str())
    }

    fn is_disabled(&self, doctype: &str, name: &str) -> Result<bool, Failure> {
        let there = self.client.get(doctype, name)?;
        Ok(there.get("disabled").and_then(Value::as_u64) == Some(1))
    }
}

fn done(name: String) -> Verdict {
    Text::try_from(name).map_or(Verdict::Kept, |name| Verdict::Done(Posted::new(name)))
}
