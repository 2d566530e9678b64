//! The clock of the site: its time zone, microseconds, and no moment twice.
//!
//! In: where the clock starts. Out: text as Frappe writes it, days and seconds. Absent: sleeping.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::time::{Duration, Instant};

/// A clock that runs from a moment that was chosen, or from now.
pub(crate) struct Clock {
    zone: String,
    start: DateTime,
    since: Instant,
    last: Option<DateTime>,
    /// How far the clock has been put on by hand.
    pub(crate) ahead: Duration,
}

impl Clock {
    /// A clock in a zone, at a local moment (`2026-11-23 16:15:00`), or at the present one.
    pub(crate) fn new(zone: &str, at: Option<&str>) -> Self {
        let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let now = tz.to_datetime(Timestamp::now());
        let start = at.and_then(|at| at.replacen(' ', "T", 1).parse().ok()).unwrap_or(now);
        Self { zone: zone.to_owned(), start, since: Instant::now(), last: None, ahead: Duration::ZERO }
    }

    /// The zone's name.
    pub(crate) fn zone(&self) -> &str {
        &self.zone
    }

    fn tick(&mut self) -> DateTime {
        let gone = self.since.elapsed() + self.ahead;
        let step = jiff::SignedDuration::from_micros(1);
        let mut now = self.start.saturating_add(jiff::SignedDuration::from_micros(gone.as_micros() as i64));
        if let Some(last) = self.last
            && now <= last
        {
            now = last.saturating_add(step);
        }
        self.last = Some(now);
        now
    }

    /// Now, as `modified` has it; later than every moment before.
    pub(crate) fn now(&mut self) -> String {
        self.tick().strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
    }

    /// Today.
    pub(crate) fn today(&self) -> String {
        let gone = self.since.elapsed() + self.ahead;
        let now = self.start.saturating_add(jiff::SignedDuration::from_micros(gone.as_micros() as i64));
        now.date().to_string()
    }
}

/// A day, where the text is one.
pub(crate) fn date(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// A local moment, where the text is one: `2026-11-23 16:15:00`, with or without a fraction.
pub(crate) fn moment(text: &str) -> Option<DateTime> {
    if text.contains(['Z', '+']) {
        return None;
    }
    if text.len() == 10 {
        return date(text).map(|d| d.to_datetime(jiff::civil::Time::midnight()));
    }
    text.replacen(' ', "T", 1).parse().ok()
}

/// A moment as text, with microseconds only where there are any.
pub(crate) fn written(at: DateTime) -> String {
    if at.subsec_nanosecond() == 0 {
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    } else {
        at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
    }
}

/// True where a text is a time of day without a zone.
pub(crate) fn is_time(text: &str) -> bool {
    let mut parts = text.splitn(2, '.');
    let whole: Vec<&str> = parts.next().unwrap_or_default().split(':').collect();
    let fraction = parts.next().unwrap_or("0");
    let number = |s: &&str| !s.is_empty() && s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit());
    (2..=3).contains(&whole.len()) && whole.iter().all(number) && fraction.bytes().all(|b| b.is_ascii_digit())
}
