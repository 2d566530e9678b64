//! Timesheet, and the time of a Job Card.

use super::Unmappable;
use super::card::AddToCard;
use super::fields::{number, set};
use super::making::Making;
use super::moment::moved;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{JobCard, Moment, Timesheet};
use serde_json::{Value, json};

/// Hours of somebody. ERPNext works them out of the two times, whatever it is told, so they are said as it will have them.
pub(super) fn timesheet(making: &mut Making<'_>, sheet: &Timesheet) -> Result<(), Unmappable> {
    making.transaction()?;
    for (i, row) in sheet.time_logs.iter().enumerate() {
        let (from, to) = (moved(row.from_time, making.about)?, moved(row.to_time, making.about)?);
        let Some(written) = making.rows("time_logs").nth(i) else { continue };
        set(written, "from_time", from);
        set(written, "to_time", to);
        set(written, "hours", number(hours(row.from_time, row.to_time)));
        // ERPNext wants it in each row.
        if let (Some(whole), None) = (&sheet.parent_project, &row.project) {
            set(written, "project", whole.as_str());
        }
    }
    Ok(())
}

/// The hours between two moments, to nine digits.
pub(crate) fn hours(from: Moment, to: Moment) -> Decimal {
    // A document's stretches are a day at most.
    let seconds = u32::try_from(to.seconds_since(from)).unwrap_or_default();
    Decimal::from(seconds).over(Decimal::from(3600), 9).unwrap_or_default()
}

/// Time for the Job Card of an operation.
pub(super) fn card(making: &Making<'_>, card: &JobCard) -> Result<AddToCard, Unmappable> {
    let mut time_logs: Vec<Value> = Vec::new();
    for row in &card.time_logs {
        time_logs.push(json!({
            "employee": row.employee.as_str(),
            "from_time": moved(row.from_time, making.about)?,
            "to_time": moved(row.to_time, making.about)?,
            "completed_qty": number(row.completed_qty),
        }));
    }
    Ok(AddToCard { work_order: card.work_order.to_string(), operation: card.operation.to_string(), time_logs })
}
