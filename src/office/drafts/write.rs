//! Words and ids written into a draft, on whatever day.
//!
//! In: fields. Out: the draft as ERPNext has saved it. Unless somebody has ticked Edit Posting Date and Time, ERPNext makes the day of each
//! save the draft's own, and refuses an invoice that was due before: whoever wrote it yesterday could be told nothing. So what was due
//! by then is due on the new day, and no other field of it changes. Which day that is ERPNext says, once it has saved one that is due a day
//! later than the office's clock thinks: where the second save does not come, it is due a day late, and its terms are whole.

use super::At;
use super::said::text;
use crate::domain::document::Kind;
use crate::moment::rough_ms;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use outpost_erpnext::client::Failure;
use serde_json::{Value, json};

/// What the database has of a row of a table. A row with the name of one that is gone would not be made.
const OF_ROWS: [&str; 10] =
    ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "parent", "parentfield", "parenttype"];

impl At {
    /// Saves a draft with these fields.
    pub(super) fn write(&self, kind: Kind, name: &str, fields: &Value) -> Result<Value, Failure> {
        let refused = match self.client.update(kind.name(), name, fields) {
            Err(failure) if is_due(kind) && failure.is("ValidationError") => failure,
            answer => return answer,
        };
        // Its words are in the language of whoever asks: what the draft says decides whether this may be why.
        let before = self.client.get(kind.name(), name)?;
        let Some(due) = due(&before) else { return Err(refused) };
        let later = due.max(&tomorrow(&self.zone)).to_owned();
        let mut redated = fields.clone();
        (redated["payment_schedule"], redated["due_date"]) = (json!(schedule(&before, &later)), later.into());
        let saved = self.client.update(kind.name(), name, &redated)?;
        let due = due.max(text(&saved, "posting_date"));
        if text(&saved, "due_date") == due {
            return Ok(saved);
        }
        let on_time = json!({ "payment_schedule": schedule(&before, due), "due_date": due });
        self.client.update(kind.name(), name, &on_time)
    }
}

/// The day after this one, as ERPNext writes it.
fn tomorrow(zone: &TimeZone) -> String {
    let now = Timestamp::from_millisecond(rough_ms() as i64).unwrap_or_default();
    zone.to_datetime(now).date().saturating_add(1.day()).to_string()
}

/// True of what has a day on which it is due.
fn is_due(kind: Kind) -> bool {
    matches!(kind, Kind::SalesInvoice | Kind::PurchaseInvoice)
}

fn rows(draft: &Value) -> impl Iterator<Item = &Value> {
    draft.get("payment_schedule").and_then(Value::as_array).into_iter().flatten()
}

/// The last day on which something of it is due, where its own day moves.
fn due(draft: &Value) -> Option<&str> {
    if draft.get("set_posting_time").and_then(Value::as_u64) == Some(1) {
        return None;
    }
    let all = rows(draft).chain([draft]).map(|of| text(of, "due_date"));
    all.max().filter(|due| !due.is_empty())
}

/// Its rows once more, the last of them due on that day.
fn schedule(draft: &Value, due: &str) -> Vec<Value> {
    let mut all: Vec<Value> = rows(draft).cloned().collect();
    for row in all.iter_mut().filter_map(Value::as_object_mut) {
        row.retain(|field, _| !OF_ROWS.contains(&field.as_str()));
    }
    if let Some(last) = all.iter_mut().max_by_key(|row| text(row, "due_date").to_owned()) {
        last["due_date"] = due.into();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use erpnext_stand_in::{Faults, Options, StandIn};
    use outpost_erpnext::client::{Client, Key};
    use std::time::Duration;

    const INVOICE: &str = "Sales Invoice";
    /// Sequences of requests of which one in four has no answer.
    const SEEDS: u64 = 60;

    fn terms(draft: &Value) -> Vec<(&str, f64)> {
        rows(draft).map(|row| (text(row, "due_date"), row["invoice_portion"].as_f64().unwrap())).collect()
    }

    #[test]
    fn an_invoice_of_yesterday_keeps_its_terms_wherever_saving_it_is_broken_off() {
        let zone = TimeZone::get(&Options::default().zone).unwrap();
        let yesterday = zone.to_datetime(Timestamp::now()).date().yesterday().unwrap();
        let now = Some(format!("{yesterday} 12:00:00"));
        let erp = StandIn::start(Options { now, ..Options::default() }).unwrap();
        let admin = erp.admin();
        let client = Client::new(&erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
        let at = At { made_by: [None; 2], client, zone, user: String::new() };
        let item = json!({ "item_code": "SEWING", "qty": 1, "rate": 1000 });
        let new = json!({ "customer": "Bu Sari", "company": "Tailor Works", "items": [item] });
        let [day, name] =
            ["posting_date", "name"].map(|field| text(&at.client.insert(INVOICE, &new).unwrap(), field).to_owned());
        let early = "2026-01-31";
        let row = |due: &str| json!({ "due_date": due, "invoice_portion": 50 });
        let whole = json!({ "payment_schedule": [row(early), row(&day)] });
        at.client.update(INVOICE, &name, &whole).unwrap();
        let draft = || erp.document(INVOICE, &name).unwrap().into();
        assert_eq!(terms(&draft()), [(early, 50.0), (&day, 50.0)]);
        erp.put_clock_on(Duration::from_secs(24 * 3600));
        let written = |fields: &Value| at.write(Kind::SalesInvoice, &name, fields);
        let (mut broken_off, mut late) = (0, 0);
        for seed in 0..SEEDS {
            let snapshot = erp.snapshot();
            erp.set_faults(Faults { seed, drop_before: 0.25, ..Faults::default() });
            broken_off += usize::from(written(&json!({ "remarks": "asked" })).is_err());
            erp.set_faults(Faults::default());
            let there: Value = draft();
            late += usize::from(text(&there, "due_date") > text(&there, "posting_date"));
            let portions: Vec<f64> = terms(&there).into_iter().map(|(_, portion)| portion).collect();
            assert_eq!((terms(&there)[0].0, portions), (early, vec![50.0, 50.0]), "{seed}");
            let saved = written(&json!({ "remarks": "asked once more" })).unwrap();
            assert_eq!(terms(&saved)[0], (early, 50.0));
            erp.restore(&snapshot);
        }
        println!("{broken_off} of {SEEDS} were broken off, {late} of them between the two");
        assert!(late > 0 && broken_off > late, "{late} of {broken_off}");
        let saved = written(&json!({ "remarks": "asked" })).unwrap();
        assert_eq!(terms(&saved), [(early, 50.0), (text(&saved, "posting_date"), 50.0)]);
        assert_eq!(text(&saved, "due_date"), text(&saved, "posting_date"));
    }
}
