//! Days and times: the workshop's, as ERPNext's time zone has them.
//!
//! A document stays on the day that its receipt says, so a moment that is another day in ERPNext's zone is put at the edge of its own.

use super::{About, Unmappable};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use outpost_core::domain::booked::Booked;
use outpost_core::domain::document::{Document, Moment};
use outpost_core::domain::record::Submitted;

/// When a document is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// The day.
    pub(super) date: Date,
    /// The time of it, in ERPNext's zone.
    pub(super) time: Time,
    /// The day that the receipt says, where it is another.
    pub(super) truly: Option<Date>,
}

/// The last second of a day.
const LAST: Time = Time::constant(23, 59, 59, 0);

impl When {
    /// Of a document, or of the day that it is to be posted on instead: there it comes before all else of that day.
    pub(super) fn of(submitted: &Submitted, booked: &Booked, about: &About<'_>) -> Result<Self, Unmappable> {
        let day = submitted.day();
        if let Some(date) = about.post_on.filter(|date| Some(*date) != day) {
            return Ok(Self { date, time: Time::midnight(), truly: day });
        }
        let Some(date) = day else {
            let rule = "its day is not known, since the box had no clock: a day to post it on has to be said";
            return Err(Unmappable::unfit("posting_date", rule));
        };
        let time = match own_time(&submitted.document).or(booked.time) {
            Some(time) => in_erp(date, time, about)?,
            None => unsaid(submitted),
        };
        Ok(Self { date, time, truly: None })
    }
}

/// The time of a document that says a day alone: what brings goods in comes first, and what takes them out last, so that none is
/// short of what came on its day. But a return is after what it takes back, which may be of the same day.
fn unsaid(submitted: &Submitted) -> Time {
    let moves = submitted.effects().moves;
    let brings = !moves.is_empty() && !moves.iter().any(|moved| moved.qty.is_negative());
    if brings && !takes_back(&submitted.document) { Time::midnight() } else { LAST }
}

fn takes_back(document: &Document) -> bool {
    match document {
        Document::SalesInvoice(document) => document.return_against.is_some(),
        Document::DeliveryNote(document) => document.return_against.is_some(),
        Document::PurchaseReceipt(document) => document.return_against.is_some(),
        Document::PurchaseInvoice(document) => document.return_against.is_some(),
        _ => false,
    }
}

fn own_time(document: &Document) -> Option<Time> {
    match document {
        Document::SalesInvoice(document) => document.posting_time,
        Document::DeliveryNote(document) => document.posting_time,
        Document::PurchaseReceipt(document) => document.posting_time,
        Document::PurchaseInvoice(document) => document.posting_time,
        Document::StockEntry(document) => document.posting_time,
        Document::StockReconciliation(document) => document.posting_time,
        _ => None,
    }
}

fn in_erp(date: Date, time: Time, about: &About<'_>) -> Result<Time, Unmappable> {
    let there = elsewhere(date.to_datetime(time), about)?;
    Ok(match there.date().cmp(&date) {
        std::cmp::Ordering::Less => Time::midnight(),
        std::cmp::Ordering::Equal => there.time(),
        std::cmp::Ordering::Greater => LAST,
    })
}

/// A moment of the workshop in ERPNext's zone.
fn elsewhere(moment: DateTime, about: &About<'_>) -> Result<DateTime, Unmappable> {
    let Some(name) = &about.map.time_zone else { return Ok(moment) };
    let unfit = |error: jiff::Error| Unmappable::unfit("time_zone", format!("{name}: {error}"));
    let zone = TimeZone::get(name).map_err(unfit)?;
    Ok(zone.to_zoned_datetime(moment).map_err(unfit)?.with_time_zone(about.erp_zone.clone()).datetime())
}

/// A stretch of work begins and ends when it did, whatever day that is there.
pub(super) fn moved(moment: Moment, about: &About<'_>) -> Result<String, Unmappable> {
    let text = moment.to_string();
    let read: DateTime =
        text.parse().map_err(|error: jiff::Error| Unmappable::unfit("time_logs", error.to_string()))?;
    let there = elsewhere(read, about)?;
    Ok(format!("{} {}", there.date(), shown(there.time())))
}

/// `01:02:27`, with microseconds where there are any.
pub(super) fn shown(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{:02}:{:02}:{:02}{fraction}", time.hour(), time.minute(), time.second())
}
