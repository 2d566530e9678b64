//! What a running box answers on its control socket.

use super::pages::Pages;
use super::show::Figures;
use super::start::SITE_NO;
use super::state::State;
use super::sticks::Asker;
use crate::books::Shelves;
use crate::control::{Answer, Ask};
use crate::domain::time::rfc3339;
use crate::views::{self, Stream};
use crate::wire::record;
use serde_json::json;
use std::io::Write;
use std::sync::Arc;

/// The box's answers.
pub(super) struct Answers {
    pub(super) state: State,
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
    pub(super) figures: Figures,
    pub(super) sticks: Asker,
    pub(super) pages: Arc<Pages>,
}

impl Answer for Answers {
    fn answer(&self, ask: Ask, out: &mut dyn Write) -> Result<(), String> {
        let told =
            |value: serde_json::Value, out: &mut dyn Write| writeln!(out, "{value}").map_err(|error| error.to_string());
        match ask {
            Ask::Status => told(self.state.full(&self.views.progress()), out),
            Ask::Export { kind, from, to, site } => {
                if site.is_some_and(|site| site != self.state.site) {
                    return Err(format!("this box is {}, and knows no other site", self.state.site));
                }
                crate::books::export(&self.views, &*self.shelves, kind, (from, to), vec![SITE_NO], out)
            }
            Ask::Document { id } => {
                crate::books::catch_up(&self.views, &*self.shelves, SITE_NO)?;
                let line = self.views.document(SITE_NO, id).map_err(|error| error.to_string())?;
                let Some(line) = line else { return Err(format!("no document has the id {id}")) };
                let body = self.shelves.reader(Stream::Up(SITE_NO)).and_then(|reader| {
                    let stored = reader.read_at(line.locator.0.into()).ok()?;
                    record::decode(&stored.body).ok()
                });
                let state = match line.state {
                    views::State::Saved => json!({ "state": "saved" }),
                    views::State::AtOffice { at_ms } => json!({ "state": "at the office", "since": rfc3339(at_ms) }),
                };
                let fate = self.views.fate(SITE_NO, id).map_err(|error| error.to_string())?;
                let books = fate.as_ref().map(crate::show::fate);
                let saved = body.map(|record| rfc3339(record.stamp.at_ms()));
                let at = line.position.to_string();
                told(
                    json!({ "id": id, "kind": line.kind, "position": at, "saved": saved, "way": state, "books": books }),
                    out,
                )
            }
            Ask::StickCsv { from, to } => {
                let word = self.sticks.csv((from, to))?;
                writeln!(out, "{word}").map_err(|error| error.to_string())
            }
            Ask::Pair { name } => told(self.pages.open_pairing(name)?, out),
            Ask::Import { .. } => Err("a box takes sticks by itself: put it in and wait for the light".into()),
            Ask::Enrol { .. } | Ask::Confirm { .. } | Ask::Revoke { .. } => {
                Err("a box enrols and revokes nobody: the office does".into())
            }
            Ask::Show(what) => told(json!(self.figures.show(what)?), out),
            Ask::Load { .. } => Err("a box has its master data from its office: load the files there".into()),
            Ask::Held { .. }
            | Ask::Retry { .. }
            | Ask::GiveUp { .. }
            | Ask::Remap { .. }
            | Ask::Entered { .. }
            | Ask::Reconcile { .. }
            | Ask::ErpnextCheck { .. }
            | Ask::ErpnextRefresh => Err("a box posts nothing into books: the office does".into()),
            Ask::Quarantine { .. } | Ask::Judge { .. } => Err("a box has no quarantine: the office has".into()),
        }
    }
}
