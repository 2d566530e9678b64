//! What became of what a tablet sent: documents, cancellations, days' closes, words on codes, by the ids that it gave them.

use super::{Pages, Question};
use crate::domain::id::{DeviceId, IntentId};
use crate::domain::record::Entry;
use crate::domain::shop::day_at;
use crate::domain::time::rfc3339;
use crate::pages::line::Mark;
use crate::site::admit::key_of_intent;
use crate::site::start::SITE_NO;
use crate::views::Locator;
use crate::web::{Fault, Query, Reply};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most ids of one question.
const MOST: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    ids: Vec<IntentId>,
}

impl Pages {
    pub(super) fn marks(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Of { ids } = question.asked.json()?;
        if ids.len() > MOST {
            return Err(Fault::bad("ids", format!("at most {MOST} ids at once"), "ask for the others after these"));
        }
        self.catch_up()?;
        let prefix = question.masters.number_prefix(&self.site);
        let mut marks = Map::new();
        for id in ids {
            let mark = match question.device {
                Some(device) => self.mark(id, device, &prefix)?,
                None => None,
            };
            marks.insert(id.to_string(), mark.unwrap_or_default());
        }
        Ok(Reply::json(&json!({ "marks": marks })))
    }

    /// None where the box has nothing of this id from this device.
    fn mark(&self, id: IntentId, device: &DeviceId, prefix: &str) -> Result<Option<Value>, Fault> {
        if let Some(line) = self.views.document(SITE_NO, id)? {
            let read = self.read(&line).filter(|read| read.submitted.device == *device);
            return read.map(|read| self.line(&line, Some(&read), prefix)).transpose();
        }
        let found = self.journal.find(&key_of_intent(id)).ok().flatten();
        let Some((stored, entry, at_ms)) = found.and_then(|at| self.record(Locator(at.into()))) else {
            return Ok(None);
        };
        let kind = match &entry {
            entry if entry.device() != Some(device) => return Ok(None),
            Entry::Cancelled(_) => "cancellation",
            Entry::DayClosed(_) => "day-close",
            Entry::Scan(_) => "scan",
            Entry::Weight(_) => "weight",
            Entry::Barcode(_) => "barcode",
            _ => return Ok(None),
        };
        let fate = self.views.fate(SITE_NO, id)?;
        let state = self.views.state(SITE_NO, stored.position)?;
        let mark = Mark::of(fate.as_ref(), state, Some(at_ms));
        let day = day_at(at_ms, self.utc_offset_minutes);
        Ok(Some(json!({
            "id": id,
            "kind": kind,
            "number": null,
            "day": day.to_string(),
            "party": null,
            "total": null,
            "position": stored.position.to_string(),
            "mark": mark.mark,
            "since": mark.since.map(rfc3339),
            "name": mark.name,
            "why": mark.why,
            "cancelled": false,
        })))
    }
}
