//! Nobody works twice at once, over all documents of a kind: as in ERPNext, hours are compared with hours, and work with work.

use super::super::{Refusal, Shop, Why};
use crate::domain::document::Kind;
use crate::domain::effects::{Effects, Worked};

impl Shop {
    /// Refuses a stretch of time that another document has already.
    pub(super) fn has_time(&self, kind: Kind, effects: &Effects) -> Result<(), Refusal> {
        for (i, Worked { employee, from, to }) in effects.worked.iter().enumerate() {
            // Those that are there do not overlap: the last that begins before this one ends is the one that may still last.
            let before = self.worked.range(..(kind, employee.clone(), *to)).next_back();
            let last = before.filter(|((of, who, _), _)| *of == kind && who == employee);
            if let Some(((_, _, since), Some(until))) = last
                && until > from
            {
                let rule = format!(
                    "{employee} has worked from {since} to {until} already: correct the times, or cancel that document"
                );
                return Err(Refusal::new(Why::Rule, format!("time_logs[{i}].from_time"), rule));
            }
        }
        Ok(())
    }
}
