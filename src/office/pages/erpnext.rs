//! Whether ERPNext has what documents will need, as `outpost office erpnext check` says it without an administrator's key: such a key is not
//! sent to the desk.

use super::{Desk, Question, Role, Route, Whose};
use crate::web::{Fault, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[("POST", "/api/erpnext/check", Whose::Of(Role::Admin), Desk::check_erpnext)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {}

impl Desk {
    fn check_erpnext(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Check {} = question.asked.json()?;
        let clerk = &self.office.clerk;
        if clerk.status() == Value::Null {
            let rule = "nothing is posted into ERPNext here: the office has no erpnext.toml";
            return Err(Fault::new(
                StatusCode::CONFLICT,
                None,
                rule,
                "write one at the office's terminal: docs/ERPNEXT.md",
            ));
        }
        // What is wrong with the settings is what the check is asked for; where they lie is nobody's business at a desk.
        let said = clerk.check(None).unwrap_or_else(|word| word.replace(&format!("{}/", clerk.dir().display()), ""));
        Ok(Reply::json(&json!({ "said": said.lines().collect::<Vec<_>>() })))
    }
}
