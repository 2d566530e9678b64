//! Time on Job Cards: the Work Order has made the card, and a workshop's lines are added to it.

use super::{Ask, Erpnext, HOURS_CLOSED_HERE, words};
use crate::client::{Failure, Query};
use crate::payload::{AddToCard, Unmappable, add_to_card, has_parts, is_same_line};
use crate::readback::{Reading, decimal};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Text;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Verdict};
use serde_json::{Value, json};

const CARD: &str = "Job Card";
/// Cards of one operation of a Work Order that are listed at a time: it has several where it stands in the order more than once, or is split
/// into batches.
const PAGE: usize = 100;
/// Most cards that are told.
const MAX_TOLD: usize = 5;
/// How often a card that somebody changes meanwhile is read anew.
const TRIES: u32 = 3;

impl Erpnext {
    /// Adds lines to a card, and submits it with the last piece. Of a closed month no lines are added; what is in the card stays.
    pub(super) fn card(&mut self, add: &AddToCard, closed: bool) -> Verdict {
        for _ in 0..TRIES {
            match self.try_card(add, closed) {
                Err(failure) if failure.is("TimestampMismatchError") => {}
                Err(failure) => return self.failed(failure),
                Ok(verdict) => return verdict,
            }
        }
        Verdict::Again { why: "somebody is changing the Job Card".into(), alive: true }
    }

    fn try_card(&mut self, add: &AddToCard, closed: bool) -> Result<Verdict, Failure> {
        let cards = self.read_cards(add)?;
        let with_some = || cards.iter().find(|card| has_any(card, add));
        let free = || cards.iter().find(|card| takes(card, add));
        let Some(card) = with_lines(&cards, add).or_else(with_some).or_else(free) else {
            return Ok(Verdict::Held(Hold::Refused, no_card(&cards, add)));
        };
        let name = card.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let change = add_to_card(card, add);
        // Some of the lines are left on it: on another card those would be booked twice.
        if change.put.is_some() && !takes(card, add) {
            let why = format!(
                "{name} has some of these lines, and does not take the rest. Put all of them onto it in ERPNext, or none, and retry."
            );
            return Ok(Verdict::Held(Hold::Refused, why));
        }
        if let Some(put) = &change.put {
            if closed {
                return Ok(Verdict::Held(Hold::Closed, HOURS_CLOSED_HERE.into()));
            }
            self.client.update(CARD, &name, put)?;
        }
        if change.complete
            && !change.submitted
            && let Err(failure) = self.client.update(CARD, &name, &json!({ "docstatus": 1 }))
        {
            return self.has_the_lines(&name, "submitted", failure);
        }
        let read = match self.client.get(CARD, &name) {
            Ok(read) => read,
            Err(failure) => return self.has_the_lines(&name, "shown", failure),
        };
        let wrong = differs(&read, add, change.complete);
        Ok(match (wrong, Text::try_from(name.clone())) {
            (None, Ok(name)) => {
                Verdict::Done(Posted { completes: read.get("docstatus") == Some(&json!(1)), ..Posted::new(name) })
            }
            (wrong, _) => {
                let wrong = wrong.unwrap_or("a name that is none here");
                Verdict::Held(Hold::Differs, format!("{name} has {wrong}. Correct it in ERPNext, and retry."))
            }
        })
    }

    /// A refusal that comes once the lines are in the card: the hours count there, whatever the card is.
    fn has_the_lines(&self, name: &str, not: &str, failure: Failure) -> Result<Verdict, Failure> {
        if failure.is("TimestampMismatchError") {
            return Err(failure);
        }
        Ok(match self.failed(failure.clone()) {
            Verdict::Held(..) => {
                let before = format!("{name} has this time in it, and is not {not}. ");
                Verdict::Held(Hold::Differs, words::of_rest(&before, &failure))
            }
            verdict => verdict,
        })
    }

    fn has_lines(&self, add: &AddToCard) -> Result<bool, Failure> {
        Ok(self.read_cards(add)?.iter().any(|card| has_any(card, add)))
    }

    /// The cards that lines may be in.
    fn cards_of(&self, add: &AddToCard) -> Result<Vec<String>, Failure> {
        let filters = vec![
            json!(["work_order", "=", add.work_order]),
            json!(["operation", "=", add.operation]),
            json!(["docstatus", "<", 2]),
        ];
        let named = |row: &Value| Some(row.get("name")?.as_str()?.to_owned());
        let mut names = Vec::new();
        for start in (0..).step_by(PAGE) {
            let query = Query {
                fields: &["name"],
                filters: filters.clone(),
                order_by: "creation asc, name asc",
                start,
                page: PAGE,
                ..Query::default()
            };
            let rows = self.client.list(CARD, &query)?;
            names.extend(rows.iter().filter_map(named));
            if rows.len() < PAGE {
                break;
            }
        }
        Ok(names)
    }

    fn read_cards(&self, add: &AddToCard) -> Result<Vec<Value>, Failure> {
        self.cards_of(add)?.iter().map(|name| self.client.get(CARD, name)).collect()
    }

    /// Whether a card has any of the lines.
    pub(super) fn is_on_a_card(&mut self, submitted: &Submitted) -> Result<bool, String> {
        match self.request(submitted, None, Reading::Later) {
            Ok(Ask::AddToCard(add)) => self.has_lines(&add).map_err(|failure| failure.to_string()),
            Ok(_) => Ok(false),
            Err(Unmappable::Books(failure)) => Err(failure.to_string()),
            // They could not be made, and so were not.
            Err(_) => Ok(false),
        }
    }

    /// Takes lines out of a card that is open still.
    pub(super) fn take_from_card(&mut self, of: &Submitted) -> Verdict {
        let add = match self.request(of, None, Reading::Later) {
            Ok(Ask::AddToCard(add)) => add,
            Ok(_) => return Verdict::Kept,
            Err(why) => return self.unmappable(why),
        };
        match self.try_taking(&add) {
            Ok(verdict) => verdict,
            Err(failure) => self.failed(failure),
        }
    }

    fn try_taking(&mut self, add: &AddToCard) -> Result<Verdict, Failure> {
        let cards = self.read_cards(add)?;
        let some = || cards.iter().find(|card| has_any(card, add));
        let Some(card) = with_lines(&cards, add).or_else(some) else { return Ok(Verdict::Kept) };
        let name = card.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if card.get("docstatus") == Some(&json!(1)) {
            let why = format!("{name} is submitted: cancel it in ERPNext, and make one without these lines.");
            return Ok(Verdict::Held(Hold::Refused, why));
        }
        let all = lines_of(card);
        let left: Vec<Value> = all.iter().filter(|line| !add.has(line)).cloned().collect();
        self.client.update(CARD, &name, &json!({ "time_logs": left, "modified": card.get("modified") }))?;
        let read = self.client.get(CARD, &name)?;
        if lines_of(&read).iter().any(|line| add.has(line)) {
            return Ok(Verdict::Again { why: format!("{name} has the lines still"), alive: true });
        }
        Ok(Text::try_from(name).map_or(Verdict::Kept, |name| Verdict::Done(Posted::new(name))))
    }
}

/// The card that has all the lines.
fn with_lines<'c>(cards: &'c [Value], add: &AddToCard) -> Option<&'c Value> {
    cards.iter().find(|card| add_to_card(card, add).put.is_none())
}

fn has_any(card: &Value, add: &AddToCard) -> bool {
    lines_of(card).iter().any(|line| add.has(line))
}

fn is_open(card: &Value) -> bool {
    card.get("docstatus") != Some(&json!(1))
}

/// Whether lines may be added to a card.
fn takes(card: &Value, add: &AddToCard) -> bool {
    is_open(card) && add_to_card(card, add).fits
}

/// Why there is no card for the lines.
fn no_card(cards: &[Value], add: &AddToCard) -> String {
    let (order, operation) = (&add.work_order, &add.operation);
    let number = |row: &Value, field: &str| row.get(field).and_then(decimal).unwrap_or_default();
    let sum = |rows: &[Value]| {
        rows.iter().fold(Decimal::ZERO, |sum, row| sum.plus(number(row, "completed_qty")).unwrap_or(sum))
    };
    let room = |card: &Value| {
        let name = card.get("name").and_then(Value::as_str).unwrap_or_default();
        let left = number(card, "for_quantity").minus(sum(lines_of(card))).unwrap_or_default();
        format!("{name} takes {}", left.max(Decimal::ZERO))
    };
    let open: Vec<String> = cards.iter().filter(|card| is_open(card)).take(MAX_TOLD).map(room).collect();
    if open.is_empty() {
        return format!("{order} has no open Job Card for {operation}. Make one in ERPNext, and retry.");
    }
    format!(
        "No open Job Card of {order} for {operation} takes {} more at once ({}). Cancel it and record the pieces card by card, or make one \
         that takes them in ERPNext, and retry.",
        sum(&add.time_logs),
        open.join(", ")
    )
}

/// The lines of a card.
fn lines_of(card: &Value) -> &[Value] {
    card.get("time_logs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
}

/// What a card has otherwise than it was told.
fn differs(card: &Value, add: &AddToCard, complete: bool) -> Option<&'static str> {
    let says = |field: &str, ours: &str| card.get(field).and_then(Value::as_str) == Some(ours);
    if !says("work_order", &add.work_order) || !says("operation", &add.operation) {
        return Some("another Work Order or operation");
    }
    // ERPNext reckons the pieces of such a card by its parts, and a person submits it.
    let has_parts = has_parts(card);
    if !has_parts && card.get("docstatus") != Some(&json!(u8::from(complete))) {
        return Some(if complete {
            "not been submitted, though all pieces are done"
        } else {
            "another state than open"
        });
    }
    if add_to_card(card, add).put.is_some() {
        return Some("not all lines");
    }
    let lines = lines_of(card);
    let told = |log: &Value| {
        let line = lines.iter().find(|line| is_same_line(line, log));
        let pieces = |row: &Value| row.get("completed_qty").and_then(decimal).unwrap_or_default();
        line.is_some_and(|line| pieces(line) == pieces(log))
    };
    let pieces = |row: &Value, field: &str| row.get(field).and_then(decimal).unwrap_or_default();
    let all = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.plus(pieces(line, "completed_qty")));
    if !has_parts && all != Some(pieces(card, "total_completed_qty")) {
        return Some("a sum of pieces that its lines do not have");
    }
    (!add.time_logs.iter().all(told)).then_some("another number of pieces in a line")
}
