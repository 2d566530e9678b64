//! A draft that has our id: somebody has written it in ERPNext, and a box has recorded it since. It becomes the document, under its own name.
//!
//! In: the draft's name, the body that would be posted. Out: the draft with all of that on it, submitted, and then read back as ever. What
//! the body does not say stays: accounts, addresses, fields of people's own. What our document could not say is not submitted
//! along: that is for a person. Absent: who asks the box (the office), and what a draft says (`crate::draft`).

use super::confirming::Made;
use super::{Erpnext, telling};
use crate::client::Failure;
use crate::draft::{self, Shapes, Unsayable};
use crate::guard::ANSWER;
use crate::payload::Request;
use crate::readback::Reading;
use jiff::civil::Date;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::Verdict;
use serde_json::{Map, Value};

/// The field by which a row is known to be the same one.
const SAME: [(&str, &str); 2] = [("items", "item_code"), ("taxes", "account_head")];

impl Erpnext {
    /// Puts the document on the draft, and submits that.
    pub(super) fn submit_draft(
        &mut self,
        submitted: &Submitted,
        mut request: Request,
        day: Option<Date>,
        name: String,
    ) -> Result<Verdict, Failure> {
        let there = self.client.get(request.doctype, &name)?;
        if self.map.cost_center.is_none() {
            keep_centers(&mut request.body, &there);
        }
        let body = onto(&request.body, &there, &self.recorded(submitted));
        // Looked at before: what is submitted cannot be changed back.
        let shapes = Shapes::read(&self.client, request.doctype, &draft::TABLES)?;
        match draft::unsaid(submitted.document.kind(), &beyond(&request.body, &body), &shapes) {
            Ok(()) => {}
            Err(Unsayable::Books(failure)) => return Err(failure),
            Err(unsayable) => {
                let before = format!("its draft {name} says more than the workshop has recorded: ");
                let remedy = "Put that right in the draft, or delete it, and retry.";
                let why = telling::fitted(&before, &unsayable.to_string(), remedy);
                // Nothing of it counts there yet.
                return Ok(Verdict::Held(Hold::Refused, why));
            }
        }

        self.client.update(request.doctype, &name, &body)?;
        let expected = self.expected(submitted, Reading::First);
        let Request { doctype, mut body } = request;
        if let Some(fields) = body.as_object_mut() {
            // It keeps the name that it has.
            for field in NAMES {
                fields.remove(field);
            }
        }
        self.made.insert(submitted.id, Made { request: Request { doctype, body }, expected, name, day });
        Ok(Verdict::Made)
    }

    /// What the draft says of it from then on.
    fn recorded(&self, submitted: &Submitted) -> String {
        let prefix = self.library.masters(&self.site).number_prefix(&self.site);
        let no = submitted.number(&prefix).map(|number| format!(" as {number}")).unwrap_or_default();
        format!("{}'s box has recorded it{no}.", self.site)
    }
}

/// What our document may not say, and a draft that people have made of another document of ours may have from that.
const OF_ANOTHER: [&str; 3] = ["outpost_no", "outpost_user", "outpost_date"];

/// What a document that is there already is called.
const NAMES: [&str; 2] = ["name", "naming_series"];

/// What ERPNext alone writes of a document. With `modified` it would take this for a change that was made before somebody else's.
const ITS_OWN: [&str; 7] = ["name", "doctype", "owner", "creation", "modified", "modified_by", "idx"];

/// The draft's own fields, with the body's on them. Rows of the same item, in the same place, stay the same rows: each is sent whole, as
/// ERPNext's own pages do, since it takes what is not sent for empty.
fn onto(body: &Value, there: &Value, answer: &str) -> Value {
    let (Some(body), Some(draft)) = (body.as_object(), there.as_object()) else { return body.clone() };
    let mut all = draft.clone();
    all.retain(|field, _| !ITS_OWN.contains(&field.as_str()) && !field.starts_with('_'));
    for (field, value) in body.iter().filter(|(field, _)| !NAMES.contains(&field.as_str())) {
        let same = SAME.iter().find(|(table, _)| table == field);
        let value = match (value, same) {
            (Value::Array(rows), Some((_, key))) => {
                let olds = draft.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                Value::Array(rows.iter().enumerate().map(|(i, row)| row_onto(row, olds.get(i), key)).collect())
            }
            (value, _) => value.clone(),
        };
        all.insert(field.clone(), value);
    }
    for field in OF_ANOTHER.iter().filter(|field| !body.contains_key(**field) && draft.contains_key(**field)) {
        all.insert((*field).to_owned(), Value::Null);
    }
    // It was due on the day on which the draft was written.
    let text = |fields: &Map<String, Value>, field: &str| fields.get(field).and_then(Value::as_str).map(str::to_owned);
    let (due, posted) = (text(&all, "due_date"), text(&all, "posting_date"));
    if let (Some(due), Some(posted)) = (due, posted)
        && due < posted
    {
        all.insert("due_date".into(), posted.into());
        all.insert("payment_schedule".into(), Value::Array(Vec::new()));
    }
    if all.contains_key(ANSWER) {
        all.insert(ANSWER.into(), answer.into());
    }
    Value::Object(all)
}

/// Rows of the draft keep the cost center that they have there.
fn keep_centers(body: &mut Value, there: &Value) {
    for (table, key) in SAME {
        let olds = there.get(table).and_then(Value::as_array);
        let rows = body.get_mut(table).and_then(Value::as_array_mut);
        for (row, old) in rows.into_iter().flatten().zip(olds.into_iter().flatten()) {
            let has_one = old.get("cost_center").is_some_and(|center| !center.is_null());
            if let Some(row) = row.as_object_mut().filter(|row| has_one && row.get(key) == old.get(key)) {
                row.remove("cost_center");
            }
        }
    }
}

/// What is on the draft beside what the body says.
fn beyond(body: &Value, all: &Value) -> Value {
    let mut rest = all.clone();
    let (Some(fields), Some(said)) = (rest.as_object_mut(), body.as_object()) else { return rest };
    if said.contains_key("additional_discount_percentage") {
        // ERPNext works it out of the percentage, anew at each save.
        fields.remove("discount_amount");
    }
    fields.retain(|field, _| !said.contains_key(field) || SAME.iter().any(|(table, _)| table == field));
    for (table, _) in SAME {
        let ours = said.get(table).and_then(Value::as_array);
        let rows = fields.get_mut(table).and_then(Value::as_array_mut);
        for (row, ours) in rows.into_iter().flatten().zip(ours.into_iter().flatten()) {
            if let (Some(row), Some(ours)) = (row.as_object_mut(), ours.as_object()) {
                row.retain(|field, _| !ours.contains_key(field));
            }
        }
    }
    rest
}

fn row_onto(row: &Value, old: Option<&Value>, key: &str) -> Value {
    let (Some(new), Some(old)) = (row.as_object(), old.and_then(Value::as_object)) else { return row.clone() };
    if old.get(key) != new.get(key) {
        return row.clone();
    }
    let mut all = old.clone();
    all.extend(new.clone());
    Value::Object(all)
}
