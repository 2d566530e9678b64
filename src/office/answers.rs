//! What a running office answers on its control socket.

use super::drafts;
use super::figures::{Included, Kept};
use super::ledger::UnderWay;
use super::line::{self, Order};
use super::load;
use super::posting::{Clerk, Entering, NotEntered, Remap};
use super::quarantine::BadEnvelopeId;
use super::reconcile::Reconciling;
use super::seconds_since;
use super::show::Shown;
use super::sites::{Sites, Terms};
use super::stick::{self, For};
use super::sticks::Board;
use crate::books::{self, Shelves};
use crate::control::{Answer, Ask};
use crate::domain::document::Text;
use crate::domain::master::Table;
use crate::domain::time::rfc3339;
use crate::files::free_mb;
use crate::load::{Report, Source, load_replacing, table_of};
use crate::views;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

/// Held documents that are named one by one in an answer.
const MAX_HELD: usize = 1_000;
/// Gaps that are named one by one.
const GAPS: usize = 20;

/// The office's answers.
pub(super) struct Answers {
    pub(super) sites: Arc<Sites>,
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
    pub(super) sticks: Arc<Board>,
    pub(super) under_way: UnderWay,
    pub(super) clerk: Clerk,
    /// Held while files are taken: what one load has checked is not changed by another.
    pub(super) loads: Mutex<()>,
    /// Held while a site is compared: it takes memory and ERPNext's time, and one at a time is enough.
    pub(super) reconciling: Mutex<()>,
    /// Sites' figures, for who pages through them.
    pub(super) figures: Kept,
    /// Held while a month is closed or opened.
    pub(super) months: Mutex<()>,
    /// Held while a site is asked for something, so that one id is asked once.
    pub(super) asking: Mutex<()>,
    /// How it goes with drafts in ERPNext; nothing where nobody can ask there.
    pub(super) drafts: Mutex<Option<drafts::Told>>,
}

impl Answers {
    /// How each site is whose line runs, by name.
    pub(super) fn sites_told(&self) -> Vec<Value> {
        let mut sites = Vec::new();
        let compare: BTreeMap<_, _> = self.sites.to_compare().into_iter().collect();
        let letters = self.sites.letters();
        self.sites.each(|site, running| {
            let state = running.state.borrow().clone();
            let missing: u64 =
                state.missing.iter().fold(0, |sum: u64, span| sum.saturating_add(span.last.0 - span.first.0 + 1));
            let gaps: Vec<String> = state
                .missing
                .iter()
                .take(GAPS)
                .map(|span| format!("{} {}..={}", span.epoch, span.first, span.last))
                .collect();
            let totals = self.views.totals(running.number).ok();
            sites.push(json!({
                "site": site,
                "heard": state.heard_at_ms.map(rfc3339),
                "carried": state.carried_at_ms.map(rfc3339),
                "condition": state.condition.as_ref().map(line::Told::json),
                "heard_s_ago": state.tally.heard_ms.map(seconds_since),
                "answers": state.settled,
                "records": state.held,
                "documents": totals.as_ref().map(|totals| totals.documents),
                "repeats": totals.as_ref().map(|totals| totals.repeats),
                "conflicts": totals.as_ref().map(|totals| totals.conflicts),
                "refusals": totals.as_ref().map(|totals| totals.refused),
                "declined": totals.as_ref().map(|totals| totals.declined),
                "unreadable": totals.as_ref().map(|totals| totals.unreadable),
                "to_come": state.to_come,
                "missing": missing,
                "gaps": gaps,
                "waiting_for_site": state.waiting,
                "master_version": state.master_version,
                "compare": compare.get(site),
                "letter": letters.get(site).map(|letter| letter.latest),
                "letters_used_up": letters.get(site).is_some_and(|letter| letter.used_up),
                "quarantined": state.quarantined,
                "turned_away": state.turned_away.0,
                "last_turned_away": state.turned_away.1,
                "envelopes_taken": state.tally.taken,
                "envelopes_rejected": state.tally.rejected,
                "last_rejection": state.tally.last_rejection,
                "notices": state.tally.notices,
            }));
        });
        sites
    }

    pub(super) fn status(&self) -> Value {
        let sites = self.sites_told();
        let views = self.views.progress();
        let free = self.sites.with_premises(|premises| free_mb(&premises.paths.dir));
        json!({
            "role": "office",
            "version": env!("CARGO_PKG_VERSION"),
            "sites": sites,
            "expected": self.sites.expected(),
            "unserved": self.sites.unserved(),
            "master_version": self.sites.rows().version(),
            "strangers": self.sites.strangers(),
            "free_mb": free,
            "sticks": self.sticks.json(),
            "erpnext": self.erpnext(),
            "views": { "done": views.done, "total": views.total, "building": views.building, "doubts": views.doubts },
        })
    }
}

impl Answers {
    /// How it goes with drafts in ERPNext.
    pub(super) fn tell_drafts(&self, told: Option<drafts::Told>) {
        *self.drafts.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    fn erpnext(&self) -> Value {
        let mut status = self.clerk.status();
        let drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(guard), Some(told)) = (status.get_mut("guard").and_then(Value::as_object_mut), &*drafts) {
            guard.insert("drafts".into(), told.json());
        }
        status
    }

    /// Takes master data from files, or only looks at them; `replace` are the tables that hold nothing else afterwards.
    ///
    /// A level in a file is what there is now, by a look at the shelf: all that the office has of the site's documents is in it.
    pub(super) fn load(&self, sources: &[Source], check: bool, replace: &BTreeSet<Table>) -> Result<Report, String> {
        let _alone = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let included = Included::new(&self.sites, &self.shelves);
        let included = |warehouse: &Text, item: &Text| included.of(warehouse, item);
        load_replacing(sources, (check, replace), &mut &**self.sites.rows(), &included)
    }
}

impl Answer for Answers {
    fn take(&self, ask: Ask, body: &mut dyn Read, out: &mut dyn Write) -> Result<(), String> {
        let Ask::Load { order, files } = ask else { return Err("nothing follows this question".into()) };
        let sources = load::receive(files, body)?;
        let tables = sources.iter().filter_map(|source| table_of(&source.name)).filter(|_| order.replace).collect();
        let report = self.load(&sources, order.check, &tables)?;
        let text = serde_json::to_string(&report).map_err(|error| error.to_string())?;
        writeln!(out, "{text}").map_err(|error| error.to_string())
    }

    fn answer(&self, ask: Ask, out: &mut dyn Write) -> Result<(), String> {
        let told = |value: Value, out: &mut dyn Write| writeln!(out, "{value}").map_err(|error| error.to_string());
        match ask {
            Ask::Status => told(self.status(), out),
            Ask::Export { kind, from, to, site } => {
                let mut numbers = Vec::new();
                self.sites.each(|name, running| {
                    if site.as_ref().is_none_or(|wanted| wanted == name) {
                        numbers.push(running.number);
                    }
                });
                if numbers.is_empty() {
                    return Err("no such site is enrolled here: `outpost status` lists them".into());
                }
                books::export(&self.views, &*self.shelves, kind, (from, to), numbers, out)
            }
            Ask::Import { mount, all_sites } => {
                let whom = if all_sites { For::Everybody } else { For::ThoseOnIt };
                told(stick::serve(&self.sites, &mount, whom, &mut stick::untold)?, out)
            }
            Ask::Show(what) => {
                let (sites, shelves, views) = (&*self.sites, &*self.shelves, &self.views);
                let shown = Shown { sites, shelves, views, under_way: &self.under_way };
                told(json!(shown.show(what)?), out)
            }
            Ask::Load { .. } => Err("files follow this question, and none did".into()),
            Ask::Pair { .. } => Err("tablets belong to a box: ask there".into()),
            Ask::StickCsv { .. } => Err("the office writes CSV with `outpost export`".into()),
            Ask::Document { id } => {
                let mut found = Vec::new();
                for (name, number) in self.sites.numbers() {
                    books::catch_up(&self.views, &*self.shelves, number)?;
                    if let Some(line) = self.views.document(number, id).map_err(|error| error.to_string())? {
                        let at = line.position.to_string();
                        let fate = self.views.fate(number, id).map_err(|error| error.to_string())?;
                        let books = fate.as_ref().map(crate::show::fate);
                        found
                            .push(json!({ "site": name, "id": id, "kind": line.kind, "position": at, "books": books }));
                    }
                }
                if found.is_empty() {
                    return Err(format!("no document has the id {id}"));
                }
                told(Value::Array(found), out)
            }
            Ask::Enrol { site, replace, trust, moves, urls } => {
                let text = self.sites.enrol(&site, Terms { replace, trust, moves, urls });
                let text = text.map_err(|error| format!("{error:#}"))?;
                out.write_all(text.as_bytes()).map_err(|error| error.to_string())
            }
            Ask::Confirm { site, fingerprint } => {
                let said = self.sites.confirm(&site, fingerprint).map_err(|error| error.to_string())?;
                writeln!(out, "{said}").map_err(|error| error.to_string())
            }
            Ask::Revoke { site, fingerprint } => {
                let said = self.sites.revoke(&site, fingerprint).map_err(|error| error.to_string())?;
                writeln!(out, "{said}").map_err(|error| error.to_string())
            }
            Ask::ErpnextCheck { admin } => {
                let said = self.clerk.check(admin)?;
                out.write_all(said.as_bytes()).map_err(|error| error.to_string())
            }
            Ask::ErpnextRefresh => self.clerk.refresh(),
            Ask::Reconcile { site, from, to } => {
                let _alone = match self.reconciling.try_lock() {
                    Err(TryLockError::WouldBlock) => {
                        return Err("another comparison is being made: ask again when it is done".into());
                    }
                    Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
                    Ok(alone) => alone,
                };
                let (sites, shelves, views) = (&*self.sites, &*self.shelves, &self.views);
                let reconciling = Reconciling { sites, shelves, views, clerk: &self.clerk };
                told(json!(reconciling.sheet(&site, (from, to))?), out)
            }
            Ask::Held { site, after } => told(self.clerk.held(site.as_ref(), after, MAX_HELD)?, out),
            Ask::Retry { site, id } => told(json!(self.clerk.retry(site.as_ref(), id)?), out),
            Ask::GiveUp { id, by, reason } => {
                let said = self.clerk.give_up(id, by, reason)?;
                writeln!(out, "{said}").map_err(|error| error.to_string())
            }
            Ask::Remap { id, table, from, to, all_sites } => {
                let remap = Remap { table: &table, from: &from, to: &to };
                told(json!(self.clerk.remap_held(id, all_sites, &remap)?), out)
            }
            Ask::Entered { id, name, by, anyway } => {
                let said = self.clerk.entered(Entering { id, name, by, anyway });
                let said = said.map_err(|error| match error {
                    NotEntered::Differs { .. } => format!("{error}: look, and say --anyway where that is on purpose"),
                    error => error.to_string(),
                })?;
                writeln!(out, "{}", said.join("\n")).map_err(|error| error.to_string())
            }
            Ask::Quarantine { site } => told(Value::Array(self.sites.quarantine(site.as_ref(), &Order::List)?), out),
            Ask::Judge { site, id, release } => {
                let id = id.map(|id| id.parse()).transpose().map_err(|error: BadEnvelopeId| error.to_string())?;
                let order = if release { Order::Release(id) } else { Order::Drop(id) };
                told(Value::Array(self.sites.quarantine(Some(&site), &order)?), out)
            }
        }
    }
}
