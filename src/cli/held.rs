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
        /// As JSON, for other programs.
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
            Self::List { site, json } => {
                let answer = asked(dir, &Ask::Held { site })?;
                if json {
                    println!("{answer}");
                    return Ok(());
                }
                show(&answer);
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

fn show(answer: &Value) {
    let held = answer["held"].as_array().map_or(&[][..], Vec::as_slice);
    if held.is_empty() {
        println!("Nothing is held.");
        return;
    }
    for line in held {
        let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        let [site, called, day, sum, hold] = ["site", "called", "day", "sum", "hold"].map(text);
        println!("{called}  {site}  {day}  {sum}  {hold}");
        println!("    {}", text("why"));
        let means = line["means"].as_array().into_iter().flatten().filter_map(Value::as_str);
        println!("    given up: {}", means.collect::<Vec<_>>().join("; "));
        println!("    id {}", text("id"));
    }
    if let Some(count) = answer["count"].as_u64().filter(|count| *count > held.len() as u64) {
        println!("{count} in all; these are the first {}", held.len());
    }
}

fn asked(dir: &Path, ask: &Ask) -> anyhow::Result<Value> {
    let mut answer = Vec::new();
    control::ask(dir, ask, &mut answer)?;
    serde_json::from_slice(&answer).context("the answer is cut off: ask again")
}
