//! Job Card: time that was worked, and pieces that were done, on an operation of a Work Order. The office has the card itself; what a
//! workshop sends are lines for its `time_logs`.

use super::check::{not_below_zero, qty_in_range, some_rows};
use super::trade::Names;
use super::work_time::{apart, minutes, stretch};
use super::{Invalid, Link, Moment, Ref, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Progress, Step, Worked};
use jiff::civil::Date;

fields! {
    /// Work on an operation, with ERPNext's field names.
    JobCard {
        /// The Work Order.
        must work_order: Text,
        /// The operation, by its name.
        must operation: Text,
        /// The day of the work in the workshop's time zone; that of the first line where absent.
        may posting_date: Date,
        /// Who worked when.
        rows time_logs: Vec<CardLog>,
        /// A note.
        may remarks: Text,
    }
}

fields! {
    /// A stretch of work.
    CardLog {
        /// Who.
        must employee: Text,
        /// From when.
        must from_time: Moment,
        /// Until when.
        must to_time: Moment,
        /// How many pieces were done, zero or above.
        must completed_qty: Decimal,
    }
}

impl Rules for JobCard {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("time_logs", &self.time_logs)?;
        for (i, row) in self.time_logs.iter().enumerate() {
            let field = |name: &str| format!("time_logs[{i}].{name}");
            stretch(|| field("to_time"), row.from_time, row.to_time)?;
            not_below_zero(|| field("completed_qty"), row.completed_qty)?;
            qty_in_range(|| field("completed_qty"), row.completed_qty)?;
        }
        apart("time_logs", self.time_logs.iter().map(|row| (&row.employee, row.from_time, row.to_time)).collect())
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date.or_else(|| self.time_logs.iter().map(|row| row.from_time.day()).min())
    }

    fn effects(&self, _: &Booked) -> Effects {
        let sum = |of: &dyn Fn(&CardLog) -> Decimal| {
            // Valid rows are in range, and so is the sum of as many as a document may have.
            self.time_logs.iter().fold(Decimal::ZERO, |sum, row| sum.plus(of(row)).unwrap_or(sum))
        };
        let step =
            |what, by| Step { of: Ref::from(self.work_order.clone()), row: Some(self.operation.clone()), what, by };
        let completed = step(Progress::Completed, sum(&|row| row.completed_qty));
        let worked = step(Progress::Minutes, sum(&|row| minutes(row.from_time, row.to_time)));
        let stretch = |row: &CardLog| Worked { employee: row.employee.clone(), from: row.from_time, to: row.to_time };
        let stretches = self.time_logs.iter().map(stretch).collect();
        Effects { steps: vec![completed, worked], worked: stretches, ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("work_order", Link::WorkOrder, Some(&self.work_order));
        for (i, row) in self.time_logs.iter().enumerate() {
            names.add(&format!("time_logs[{i}].employee"), Link::Employee, Some(&row.employee));
        }
        found
    }
}
