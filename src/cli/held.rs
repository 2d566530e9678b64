//! `outpost office held …`: documents that are not in the company's books yet.

use crate::control::{self, Ask};
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use crate::office::posting::TABLES;
use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::Value;
use std::path::Path;
use uuid::Uuid;

#[derive(Subcommand)]
pub(super) enum Held {
    /// Show what is held, and why.
    List {
        /// Only this workshop's.
        site: Option<SiteId>,
        /// Behind this one: its id. At most 1,000 are listed at once.
        #[arg(long, value_name = "ID")]
        after: Option<Uuid>,
        /// As JSON, for other programs; `after` there is what to ask next with, and null on the last page.
        #[arg(long)]
        json: bool,
    },
    /// Try again, by the settings and names as they are now. One that is posted is looked for, and posted again where it is gone.
    Retry {
        /// Which document, by its id. With --all all that are held, but not what is gone from restored books.
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// All that are held.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        /// Only this workshop's.
        #[arg(long)]
        site: Option<SiteId>,
    },
    /// Say that a name of the workshops' means another one in ERPNext: a line of erpnext.toml. What is held there is tried again.
    Map {
        /// A document that is held for that name, by its id.
        id: Uuid,
        /// What has the name.
        #[arg(long, value_parser = TABLES)]
        table: String,
        /// What the workshop calls it.
        #[arg(long)]
        from: String,
        /// What ERPNext calls it.
        #[arg(long)]
        to: String,
        /// Of all workshops, and not of the document's alone.
        #[arg(long)]
        all_sites: bool,
    },
    /// Decide that a document is never posted. It stays in the office's own books, marked with who decided it and why.
    GiveUp {
        /// Which document, by its id.
        id: Uuid,
        /// Who decides it.
        #[arg(long)]
        by: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say that a document that is held, was given up, or was posted and is gone, was entered in ERPNext by hand, and under which name. ERPNext is asked.
    Entered {
        /// Which document, by its id.
        id: Uuid,
        /// Its name in ERPNext, like ACC-SINV-2026-00012.
        #[arg(long = "as")]
        name: String,
        /// Who says so.
        #[arg(long)]
        by: String,
        /// It has another sum, day, party, number of pieces, warehouse or payment there than on its paper, and is meant to.
        #[arg(long)]
        anyway: bool,
    },
}

impl Held {
    pub(super) fn run(self, dir: &Path) -> anyhow::Result<()> {
        match self {
            Self::List { site, after, json } => {
                let answer = asked(dir, &Ask::Held { site: site.clone(), after: after.map(IntentId) })?;
                if json {
                    println!("{answer}");
                    return Ok(());
                }
                print!("{}", sheet(&answer, site.as_ref(), after.is_some()));
            }
            Self::Retry { id, site, .. } => {
                let count = asked(dir, &Ask::Retry { site, id: id.map(IntentId) })?;
                println!("{count} tried again: `outpost office held list` shows what stays");
            }
            Self::Map { id, table, from, to, all_sites } => {
                let count = asked(dir, &Ask::Remap { id: IntentId(id), table, from, to, all_sites })?;
                println!("{count} tried again: `outpost office held list` shows what stays");
            }
            Self::GiveUp { id, by, reason } => {
                if reason.trim().is_empty() {
                    bail!("say why with --reason: it stands in the books of both ends for ever");
                }
                let by = Text::try_from(by).map_err(anyhow::Error::msg)?;
                let ask = Ask::GiveUp { id: IntentId(id), by, reason };
                control::ask(dir, &ask, &mut std::io::stdout().lock())?;
            }
            Self::Entered { id, name, by, anyway } => {
                let [name, by] = [("--as", name), ("--by", by)].map(|(field, text)| {
                    Text::try_from(text.trim().to_owned()).map_err(|error| anyhow::anyhow!("{field}: {error}"))
                });
                let ask = Ask::Entered { id: IntentId(id), name: name?, by: by?, anyway };
                control::ask(dir, &ask, &mut std::io::stdout().lock())?;
            }
        }
        Ok(())
    }
}

/// What is held, for people. `behind` where it does not begin with the first.
fn sheet(answer: &Value, site: Option<&SiteId>, behind: bool) -> String {
    let held = answer["held"].as_array().map_or(&[][..], Vec::as_slice);
    if held.is_empty() {
        return if behind { "Nothing more is held.\n" } else { "Nothing is held.\n" }.into();
    }
    let mut lines = Vec::new();
    for line in held {
        let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        let [site, called, day, sum, hold] = ["site", "called", "day", "sum", "hold"].map(text);
        lines.push(format!("{called}  {site}  {day}  {sum}  {hold}"));
        lines.push(format!("    {}", text("why")));
        let means = line["means"].as_array().into_iter().flatten().filter_map(Value::as_str);
        lines.push(format!("    given up: {}", means.collect::<Vec<_>>().join("; ")));
        lines.push(format!("    id {}", text("id")));
    }
    if let Some(after) = answer["after"].as_str() {
        let site = site.map(|site| format!("{site} ")).unwrap_or_default();
        lines.push(format!("{} in all; more: `outpost office held list {site}--after {after}`", answer["count"]));
    }
    lines.join("\n") + "\n"
}

fn asked(dir: &Path, ask: &Ask) -> anyhow::Result<Value> {
    let mut answer = Vec::new();
    control::ask(dir, ask, &mut answer)?;
    serde_json::from_slice(&answer).context("the answer is cut off: ask again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_of_what_is_held_says_how_to_ask_for_the_next() {
        let line = json!({ "id": "0193", "called": "BDG-SI-A000001", "site": "bandung", "hold": "stock", "why": "too little", "means": ["a", "b"] });
        let sheet = |after: Value, site: Option<&SiteId>| {
            sheet(&json!({ "count": 1_001, "held": [line], "after": after }), site, true)
        };
        let told = "BDG-SI-A000001  bandung  -  -  stock\n    too little\n    given up: a; b\n    id 0193\n";
        assert_eq!(sheet(Value::Null, None), told);
        let more = |site: &str| format!("{told}1001 in all; more: `outpost office held list {site}--after 0193`\n");
        assert_eq!(sheet("0193".into(), None), more(""));
        assert_eq!(sheet("0193".into(), Some(&"bandung".parse().unwrap())), more("bandung "));
    }

    #[test]
    fn nothing_held_is_said() {
        let none = json!({ "count": 0, "held": [], "after": null });
        assert_eq!(sheet(&none, None, false), "Nothing is held.\n");
        assert_eq!(sheet(&none, None, true), "Nothing more is held.\n");
    }
}
