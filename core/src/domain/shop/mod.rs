//! The workshop as its records make it, and whether the next document fits.
//!
//! In: a site's records in the order of its journal ([`Shop::apply`]), each intent once. Out: stock, progress of documents, numbers
//! given, the till, the days; and for a document that a device submits either what the box worked out for it ([`Booked`]) or why it is
//! refused ([`Shop::admit`]). Absent: a clock, a disk, who may do what (`domain/rights`), and the documents themselves: those that are
//! named are looked up by the caller ([`Lookup`]).
//!
//! All of it but counts of stock is sums, so a cancellation is the same with the other sign, and nothing is ever folded anew. What was
//! applied since the last [`Shop::settle`] can be taken back, for the disk may refuse a group.
//!
//! [`Booked`]: crate::domain::booked::Booked

mod admission;
mod codes;
mod days;
mod in_books;
mod kept;
mod place;
mod progress;
mod sum;
#[cfg(test)]
mod tests;
mod till;
mod world;

pub use codes::{Said, StandsFor};
pub use days::DayState;
pub use in_books::{InBooks, OutOfOrder};
pub use place::{MAX_COUNTS, Standing};
pub use till::{Opened, Till};
pub use world::{Lookup, Refusal, Why, World};

use super::document::{Document, Kind, Moment, Ref, Text};
use super::effects::{Effects, Progress, Worked};
use super::id::{Epoch, IntentId, Position};
use super::master::Masters;
use super::number::Series;
use super::record::{Cancelled, DayClosed, DayTotal, Entry, Record, Submitted};
use super::time::Stamp;
use days::Days;
use jiff::civil::Date;
use kept::{Kept, One};
use place::{Place, negative};
use progress::Advance;
use serde::{Deserialize, Serialize};
use till::Act;

/// Where a record stands among those of its journal: by the order in which epochs came, not by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(u32, u64)", into = "(u32, u64)")]
pub(super) struct Rank {
    epoch: u32,
    seq: u64,
}

impl From<(u32, u64)> for Rank {
    fn from((epoch, seq): (u32, u64)) -> Self {
        Self { epoch, seq }
    }
}

impl From<Rank> for (u32, u64) {
    fn from(rank: Rank) -> Self {
        (rank.epoch, rank.seq)
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apply {
    /// It is in.
    Done,
    /// It does not come after the one before: nothing was changed. The fold has to be made anew.
    OutOfOrder,
}

/// A site's records, folded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shop {
    /// The workshop's time zone, for the day of what names none.
    utc_offset_minutes: i16,
    /// The openings of the journal, in order.
    epochs: One<Vec<Epoch>>,
    reached: One<Option<Position>>,
    places: Kept<PlaceKey, Place>,
    advance: Advance,
    /// Where a piece with a serial number lies, by item and number; of most nothing is known.
    pieces: Kept<(Text, Text), Lies>,
    /// Until when somebody worked, by kind of document, who, and since when.
    worked: Kept<(Kind, Text, Moment), Option<Moment>>,
    /// Cancelled documents.
    cancelled: Kept<IntentId, bool>,
    /// Cancelled documents that another stands for.
    amended: Kept<IntentId, Option<IntentId>>,
    /// The highest count given.
    numbers: Kept<(Series, Kind), u32>,
    /// Customers, suppliers and items that the site made, by name; those with an id are looked up by it.
    made: Kept<(Kind, Text), Option<IntentId>>,
    till: One<Till>,
    days: Days,
    /// What codes stand for by the site's word.
    said: Kept<String, Option<Said>>,
    /// The record with the latest of these words.
    said_at: One<Option<Position>>,
}

/// An item in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct PlaceKey(Box<str>);

impl std::borrow::Borrow<str> for PlaceKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The warehouse first, so that a warehouse's items stand together.
fn place_key(warehouse: &Text, item: &Text) -> String {
    let mut key = String::with_capacity(warehouse.as_str().len() + item.as_str().len() + 1);
    key.push_str(warehouse.as_str());
    key.push(super::master::PART);
    key.push_str(item.as_str());
    key
}

/// Where a piece lies, as far as the site's records say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Lies {
    /// They say nothing of it.
    #[default]
    Unknown,
    /// In this warehouse.
    In(Text),
    /// It left the site.
    Gone,
}

impl Lies {
    fn after(warehouse: &Option<Text>) -> Self {
        warehouse.clone().map_or(Self::Gone, Self::In)
    }
}

impl Shop {
    /// Before the first record. The offset is that of the workshop's time zone.
    pub fn new(utc_offset_minutes: i16) -> Self {
        Self {
            utc_offset_minutes,
            epochs: One::default(),
            reached: One::default(),
            places: Kept::default(),
            advance: Advance::default(),
            pieces: Kept::default(),
            worked: Kept::default(),
            cancelled: Kept::default(),
            amended: Kept::default(),
            numbers: Kept::default(),
            made: Kept::default(),
            till: One::default(),
            days: Days::default(),
            said: Kept::default(),
            said_at: One::default(),
        }
    }

    /// Takes the next record. The caller gives the first of each intent only, in the order of the journal; `lookup` finds what a
    /// cancellation names.
    pub fn apply(&mut self, at: Position, record: &Record, lookup: Lookup<'_>) -> Apply {
        let Some(rank) = self.next_rank(at) else { return Apply::OutOfOrder };
        *self.reached.edit() = Some(at);
        let on = self.day_of(&record.stamp);
        match &record.entry {
            Entry::Submitted(submitted) => self.submitted(rank, on, submitted),
            Entry::Cancelled(cancelled) => self.cancel(on, cancelled, lookup),
            Entry::DayClosed(closed) => self.days.closed(closed.day),
            Entry::Barcode(named) => self.say(at, named, &record.stamp),
            _ => {}
        }
        Apply::Done
    }

    /// Keeps what was applied since the last time, or takes it back exactly: the disk has refused it.
    pub fn settle(&mut self, kept: bool) {
        self.epochs.settle(kept);
        self.reached.settle(kept);
        self.places.settle(kept);
        self.advance.settle(kept);
        self.pieces.settle(kept);
        self.worked.settle(kept);
        self.cancelled.settle(kept);
        self.amended.settle(kept);
        self.numbers.settle(kept);
        self.made.settle(kept);
        self.till.settle(kept);
        self.days.settle(kept);
        self.said.settle(kept);
        self.said_at.settle(kept);
    }

    /// The last record that is in.
    pub fn reached(&self) -> Option<Position> {
        *self.reached.get()
    }

    /// How much it holds: a rough count of what a checkpoint has to write.
    pub fn size(&self) -> usize {
        let documents = self.cancelled.len() + self.made.len() + self.advance.len();
        documents + self.places.len() + self.pieces.len() + self.worked.len() + self.said.len()
    }

    /// The workshop's day at a stamp.
    pub fn day_of(&self, stamp: &Stamp) -> Date {
        day_at(stamp.at_ms(), self.utc_offset_minutes)
    }

    /// The workshop's time zone, minutes east of UTC.
    pub fn utc_offset_minutes(&self) -> i16 {
        self.utc_offset_minutes
    }

    /// The stock of an item in a warehouse; `None` where neither the office nor the site's records say anything of it, or all that they
    /// say was taken back.
    pub fn stock(&self, masters: &Masters, warehouse: &Text, item: &Text) -> Option<Standing> {
        let level = masters.level(warehouse.as_str(), item.as_str());
        place::standing(level, self.places.get(place_key(warehouse, item).as_str()))
    }

    /// What the site's records moved there since its latest count, or ever, and that count: for an office, what of its own level is the
    /// site's ([`super::master::Level`]).
    pub fn since_count(&self, warehouse: &Text, item: &Text) -> (super::decimal::Decimal, Option<IntentId>) {
        self.places.get(place_key(warehouse, item).as_str()).map(Place::since_count).unwrap_or_default()
    }

    /// Every warehouse and item that the site's records touched.
    pub fn touched(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places.iter().filter_map(|(key, _)| key.0.split_once(super::master::PART))
    }

    /// How far a document, or a row of it, was brought by this site.
    pub fn progress(&self, of: &Ref, row: Option<&Text>, what: Progress) -> super::decimal::Decimal {
        self.advance.of(&(of.clone(), row.cloned(), what))
    }

    /// Whether a document is cancelled.
    pub fn is_cancelled(&self, id: IntentId) -> bool {
        self.cancelled.get(&id).is_some()
    }

    /// The document that stands for a cancelled one.
    pub fn amended_by(&self, id: IntentId) -> Option<IntentId> {
        self.amended.get(&id).copied().flatten()
    }

    /// The document by which the site made a customer, supplier or item of that name.
    pub fn made_by(&self, kind: Kind, name: &str) -> Option<IntentId> {
        let name = Text::try_from(name).ok()?;
        self.made.get(&(kind, name)).copied().flatten()
    }

    /// How many live documents stand on this one.
    pub fn standing_on(&self, id: IntentId) -> u32 {
        self.advance.standing(id)
    }

    /// The highest number that was given.
    pub fn last_number(&self, series: Series, kind: Kind) -> u32 {
        self.numbers.get(&(series, kind)).copied().unwrap_or_default()
    }

    /// The latest letter of its numbers.
    pub fn last_series(&self) -> Option<Series> {
        self.numbers.iter().map(|((series, _), _)| *series).next_back()
    }

    /// The till.
    pub fn till(&self) -> &Till {
        self.till.get()
    }

    /// How a day stands.
    pub fn day_state(&self, day: Date) -> DayState {
        self.days.state(day)
    }

    /// What there is of a day, in the order of kinds.
    pub fn totals(&self, day: Date) -> Vec<DayTotal> {
        self.days.of(day)
    }

    /// The close of a day as it stands, by nobody. `last` is the record before it.
    pub fn close(&self, day: Date, last: Position) -> DayClosed {
        DayClosed { day, last, kinds: self.totals(day), by: None, asked: None }
    }

    /// The days before today that have to be closed before the next record: they have documents that no close has counted.
    pub fn due(&self, today: Date) -> impl Iterator<Item = Date> {
        self.days.due(today)
    }

    fn next_rank(&mut self, at: Position) -> Option<Rank> {
        let known = self.epochs.get().iter().rposition(|epoch| *epoch == at.epoch);
        let epoch = match (known, self.reached()) {
            (Some(index), Some(last)) => {
                (last.epoch == at.epoch && last.seq < at.seq).then_some(())?;
                index
            }
            (Some(index), None) => index,
            (None, _) => {
                self.epochs.edit().push(at.epoch);
                self.epochs.get().len() - 1
            }
        };
        Some(Rank { epoch: u32::try_from(epoch).ok()?, seq: at.seq.0 })
    }

    fn rank(&self, at: Position) -> Option<Rank> {
        let epoch = self.epochs.get().iter().rposition(|epoch| *epoch == at.epoch)?;
        Some(Rank { epoch: u32::try_from(epoch).ok()?, seq: at.seq.0 })
    }

    fn submitted(&mut self, rank: Rank, on: Date, submitted: &Submitted) {
        let effects = submitted.effects();
        let kind = submitted.document.kind();
        self.do_effects(rank, kind, &effects, false);
        for count in &effects.counts {
            let key = PlaceKey(place_key(&count.warehouse, &count.item_code).into());
            self.places.edit(key, |place| place.counted(rank, submitted.id, count.qty));
        }
        for piece in &effects.found {
            let key = (piece.item_code.clone(), piece.serial_no.clone());
            self.pieces.edit(key, |place| *place = Lies::after(&piece.to));
        }
        let day = submitted.day();
        if let Some(act) = till_act(submitted) {
            self.till.edit().acted(submitted.id, day, &act);
        }
        self.days.submitted(day.unwrap_or(on), on, kind, effects.sum);
        if let Some(number) = submitted.booked.as_ref().and_then(|booked| booked.no) {
            self.numbers.edit((number.series, kind), |last| *last = (*last).max(number.count));
        }
        if let Some(original) = submitted.amends {
            self.amended.edit(original, |by| *by = Some(submitted.id));
        }
        if let Some(name) = made_name(submitted) {
            self.made.edit((kind, name.clone()), |by| *by = Some(submitted.id));
        }
    }

    fn cancel(&mut self, on: Date, cancelled: &Cancelled, lookup: Lookup<'_>) {
        let id = cancelled.document;
        if self.is_cancelled(id) {
            return;
        }
        self.cancelled.edit(id, |yes| *yes = true);
        // What a hole in the journal has taken did nothing that is known here.
        let Some((at, submitted)) = lookup(id) else { return };
        let Some(rank) = self.rank(at) else { return };
        let effects = submitted.effects();
        let kind = submitted.document.kind();
        self.do_effects(rank, kind, &effects, true);
        for count in &effects.counts {
            let key = PlaceKey(place_key(&count.warehouse, &count.item_code).into());
            self.places.edit(key, |place| place.uncounted(id));
        }
        for piece in &effects.found {
            let (key, said) = ((piece.item_code.clone(), piece.serial_no.clone()), Lies::after(&piece.to));
            // Where it lay before is not kept; where it was moved since then the count says nothing of it any more.
            self.pieces.edit(key, |place| {
                if *place == said {
                    *place = Lies::Unknown;
                }
            });
        }
        if till_act(&submitted).is_some() {
            self.till.edit().undone(id);
        }
        let day = submitted.day().unwrap_or(on);
        self.days.cancelled(day, on, kind, effects.sum);
        if let Some(name) = made_name(&submitted) {
            self.made.edit((kind, name.clone()), |by| *by = by.filter(|by| *by != id));
        }
    }

    fn do_effects(&mut self, rank: Rank, kind: Kind, effects: &Effects, undo: bool) {
        let signed = |value| if undo { negative(value) } else { value };
        for moved in &effects.moves {
            let key = PlaceKey(place_key(&moved.warehouse, &moved.item_code).into());
            self.places.edit(key, |place| place.moved(rank, signed(moved.qty)));
        }
        for piece in &effects.pieces {
            let lies = Lies::after(if undo { &piece.from } else { &piece.to });
            self.pieces.edit((piece.item_code.clone(), piece.serial_no.clone()), |place| *place = lies);
        }
        for Worked { employee, from, to } in &effects.worked {
            self.worked.edit((kind, employee.clone(), *from), |until| *until = Some(*to).filter(|_| !undo));
        }
        self.advance.apply(effects, undo);
        if !effects.money.is_empty() {
            let till = self.till.edit();
            effects.money.iter().for_each(|money| till.money(&money.mode_of_payment, signed(money.amount)));
        }
    }
}

/// The day of a moment, milliseconds since 1970, as many minutes east of UTC.
pub fn day_at(at_ms: i64, utc_offset_minutes: i16) -> Date {
    local(at_ms, utc_offset_minutes).date()
}

/// The date and time of a moment, in whole seconds.
pub fn local(at_ms: i64, utc_offset_minutes: i16) -> jiff::civil::DateTime {
    let local_ms = at_ms.saturating_add(i64::from(utc_offset_minutes) * 60_000);
    let moment = jiff::Timestamp::from_second(local_ms.div_euclid(1000)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::tz::Offset::UTC.to_datetime(moment)
}

/// What a document does to the till.
fn till_act(submitted: &Submitted) -> Option<Act> {
    match &submitted.document {
        Document::TillOpening(opening) => {
            let float = opening.balance_details.iter().map(|row| (row.mode_of_payment.clone(), row.opening_amount));
            Some(Act::Open(float.collect()))
        }
        Document::TillClosing(_) => Some(Act::Close),
        _ => None,
    }
}

/// The name of the customer, supplier or item that a document makes.
fn made_name(submitted: &Submitted) -> Option<&Text> {
    match &submitted.document {
        Document::Customer(customer) => Some(&customer.customer_name),
        Document::Supplier(supplier) => Some(&supplier.supplier_name),
        Document::Item(item) => Some(&item.item_code),
        _ => None,
    }
}
