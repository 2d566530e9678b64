//! Timesheet: what hours somebody spent on what.

use super::check::{above_zero, some_rows};
use super::trade::Names;
use super::work_time::{apart, hours, stretch};
use super::{Invalid, Link, LongText, Moment, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Worked};
use jiff::civil::Date;

fields! {
    /// Hours, with ERPNext's field names. Time on a Work Order is a Job Card's.
    Timesheet {
        /// Whose hours.
        must employee: Text,
        /// What they did.
        rows time_logs: Vec<TimeLog>,
        /// The project of all of it.
        may parent_project: Text,
        /// A note.
        may note: LongText,
    }
}

fields! {
    /// A stretch of time.
    TimeLog {
        /// What it was spent on.
        must activity_type: Text,
        /// From when.
        must from_time: Moment,
        /// Until when.
        must to_time: Moment,
        /// How many hours that is; the office works it out where absent.
        may hours: Decimal,
        /// The project.
        may project: Text,
        /// What was done.
        may description: LongText,
    }
}

impl Rules for Timesheet {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("time_logs", &self.time_logs)?;
        for (i, row) in self.time_logs.iter().enumerate() {
            let field = |name: &str| format!("time_logs[{i}].{name}");
            stretch(|| field("to_time"), row.from_time, row.to_time)?;
            let Some(said) = row.hours else { continue };
            above_zero(|| field("hours"), said)?;
            // Devices round hours to two digits.
            let off = hours(row.from_time, row.to_time).minus(said).map(Decimal::abs);
            if off > Decimal::of_parts(1, 2) {
                let rule = format!("{said} is not from from_time to to_time: correct it, or leave it out");
                return Err(Invalid::at(field("hours"), rule));
            }
        }
        apart("time_logs", self.time_logs.iter().map(|row| ((), row.from_time, row.to_time)).collect())
    }

    /// What a row is for that names no project is the whole's; one of another project ERPNext refuses.
    fn of_late(&self) -> Result<(), Invalid> {
        let Some(whole) = &self.parent_project else { return Ok(()) };
        let other = |row: &TimeLog| row.project.as_ref().is_some_and(|project| project != whole);
        match self.time_logs.iter().position(other) {
            Some(i) => {
                let rule = format!("not {whole}, the parent_project: leave one of them out, or send two Timesheets");
                Err(Invalid::at(format!("time_logs[{i}].project"), rule))
            }
            None => Ok(()),
        }
    }

    /// ERPNext's `start_date`, which it takes from the rows.
    fn posting_date(&self) -> Option<Date> {
        self.time_logs.iter().map(|row| row.from_time.day()).min()
    }

    fn effects(&self, _: &Booked) -> Effects {
        let worked = |row: &TimeLog| Worked { employee: self.employee.clone(), from: row.from_time, to: row.to_time };
        Effects { worked: self.time_logs.iter().map(worked).collect(), ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("employee", Link::Employee, Some(&self.employee));
        names.add("parent_project", Link::Project, self.parent_project.as_ref());
        for (i, row) in self.time_logs.iter().enumerate() {
            names.add(&format!("time_logs[{i}].activity_type"), Link::ActivityType, Some(&row.activity_type));
            names.add(&format!("time_logs[{i}].project"), Link::Project, row.project.as_ref());
        }
        found
    }
}
