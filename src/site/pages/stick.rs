//! CSV on the stick, for a manager: the same as `outpost stick csv`.

use super::{Pages, Question};
use crate::pages::parameters::DAY;
use crate::web::{Fault, Query, Reply, StatusCode};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    from: String,
    to: String,
}

impl Pages {
    pub(super) fn stick_csv(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        if question.person.is_some_and(|person| !person.is_manager) {
            let rule = "anybody can read what lies on a stick as CSV, so a manager asks for it";
            return Err(Fault::forbidden(Some("Outpost-Session"), rule, "ask a manager"));
        }
        let Days { from, to } = question.asked.json()?;
        let day = |name, text: &str| text.parse::<Date>().map_err(|_| Fault::bad(name, DAY.0, DAY.1));
        let days = (day("from", &from)?, day("to", &to)?);
        if days.0 > days.1 {
            return Err(Fault::bad("to", "the last day is not before the first", "send the first day as from"));
        }
        let word =
            self.sticks.csv(days).map_err(|why| Fault::new(StatusCode::CONFLICT, None, why, "ask again then"))?;
        Ok(Reply::json(&json!({ "said": word })))
    }
}
