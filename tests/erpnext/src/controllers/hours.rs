//! Timesheets: hours, and nobody twice at one time.
//!
//! In: time logs. Out: their ends and sums. Absent: costs, billing.

use crate::clock::{moment, written};
use crate::doc::{Doc, blank, fill, num, owned, put, putf, rows, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};
use crate::lifecycle::Act;

impl Erp {
    pub(crate) fn validate_timesheet(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        fill(doc, "company", COMPANY);
        fill(doc, "currency", "IDR");
        putf(doc, "exchange_rate", 1.0);
        let employee = owned(doc, "employee");
        if !employee.is_empty() {
            let name = self.value("Employee", &employee, "employee_name");
            fill(doc, "title", name.clone());
            fill(doc, "employee_name", name);
        }
        let mut total = 0.0;
        let (mut first, mut last) = (String::new(), String::new());
        let mut table = crate::doc::take(doc, "time_logs");
        for (i, row) in table.iter_mut().enumerate() {
            let from = moment(text(row, "from_time"));
            if act.submit && blank(row, "activity_type") {
                return Err(Error::invalid(format!("Row {}: Activity Type is mandatory.", i + 1)));
            }
            match (from, moment(text(row, "to_time"))) {
                // Worked out of the two times, whatever was sent, to six digits.
                (Some(from), Some(to)) => {
                    let hours = to.duration_since(from).as_secs_f64() / 3600.0;
                    putf(row, "hours", (hours * 1e6).round_ties_even() / 1e6);
                }
                (Some(from), _) => {
                    let gone = jiff::SignedDuration::from_secs_f64(num(row, "hours") * 3600.0);
                    put(row, "to_time", written(from.saturating_add(gone)));
                }
                (None, _) if act.submit => {
                    return Err(Error::invalid(format!("Row {}: From Time and To Time is mandatory.", i + 1)));
                }
                _ => {}
            }
            if num(row, "hours") == 0.0 && act.submit {
                return Err(Error::invalid(format!("Row {}: Hours value must be greater than zero.", i + 1)));
            }
            let project = owned(row, "project");
            if !project.is_empty() {
                let name = self.value("Project", &project, "project_name");
                fill(row, "project_name", name);
            }
            let whole = text(doc, "parent_project");
            if !whole.is_empty() && whole != project {
                let text = format!("Row {}: Project must be same as the one set in the Timesheet: {whole}.", i + 1);
                return Err(Error::invalid(text));
            }
            total += num(row, "hours");
            let (from, to) = (owned(row, "from_time"), owned(row, "to_time"));
            if first.is_empty() || from < first {
                first = from;
            }
            last = last.max(to);
        }
        self.overlaps(doc, &employee, &table)?;
        crate::doc::give(doc, "time_logs", table);
        putf(doc, "total_hours", total);
        if first.len() >= 10 && last.len() >= 10 {
            put(doc, "start_date", &first[..10]);
            put(doc, "end_date", &last[..10]);
        }
        put(doc, "status", if act.submit { "Submitted" } else { "Draft" });
        Ok(())
    }

    fn overlaps(&self, doc: &Doc, employee: &str, table: &[Doc]) -> Res<()> {
        if employee.is_empty() {
            return Ok(());
        }
        let name = text(doc, "name");
        let others = self.db.having("Timesheet", "employee", employee);
        let there = others
            .iter()
            .filter(|n| *n != name)
            .filter_map(|n| self.db.get("Timesheet", n))
            .filter(|d| Self::state(d) < 2);
        for other in there {
            for (i, row) in table.iter().enumerate() {
                let clash = |r: &&Doc| {
                    text(r, "from_time") < text(row, "to_time") && text(r, "to_time") > text(row, "from_time")
                };
                if rows(&other, "time_logs").iter().any(clash) {
                    let other = text(&other, "name");
                    let text = format!("Row {}: From Time and To Time of {name} is overlapping with {other}", i + 1);
                    return Err(Error::refused("OverlapError", text));
                }
            }
        }
        Ok(())
    }
}
