//! Stretches of time that somebody worked: the rule of their form, for Timesheets and Job Cards.

use super::{Invalid, Moment};
use crate::domain::decimal::Decimal;

/// Longest stretch, in hours: whoever forgot to stop the clock yesterday corrects it today.
pub(super) const MAX_HOURS: i64 = 24;

/// From when until when: it ends after it begins, and within [`MAX_HOURS`].
pub(super) fn stretch(field: impl FnOnce() -> String, from: Moment, to: Moment) -> Result<(), Invalid> {
    let seconds = to.seconds_since(from);
    if seconds <= 0 {
        return Err(Invalid::at(field(), format!("{to} is not after from_time, {from}: correct one of them")));
    }
    if seconds > MAX_HOURS * 3600 {
        return Err(Invalid::at(field(), format!("more than {MAX_HOURS} hours after from_time: split the row")));
    }
    Ok(())
}

/// Nobody works twice at once. `stretches` are who, from when, until when, in the order of the rows of `table`.
pub(super) fn apart<W: Ord + Copy>(table: &str, stretches: Vec<(W, Moment, Moment)>) -> Result<(), Invalid> {
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    order.sort_by_key(|&i| (stretches[i].0, stretches[i].1));
    for pair in order.windows(2) {
        let ((who, _, until), (other, from, _)) = (stretches[pair[0]], stretches[pair[1]]);
        if who == other && from < until {
            let rule = format!("begins before {table}[{}] has ended: one person works once at a time", pair[0]);
            return Err(Invalid::at(format!("{table}[{}].from_time", pair[1]), rule));
        }
    }
    Ok(())
}

/// Its length in minutes, to nine digits.
pub(super) fn minutes(from: Moment, to: Moment) -> Decimal {
    sixtieths(i128::from(to.seconds_since(from)))
}

/// Its length in hours, to nine digits.
pub(super) fn hours(from: Moment, to: Moment) -> Decimal {
    let minutes = minutes(from, to);
    minutes.over(Decimal::from(60), crate::domain::decimal::MAX_SCALE).unwrap_or(minutes)
}

fn sixtieths(count: i128) -> Decimal {
    // At most a day, or the range of the calendar: far within the books' range.
    Decimal::of_parts(count * 1_000_000_000 / 60, 9).unwrap_or_default()
}
