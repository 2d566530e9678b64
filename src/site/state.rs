//! How the box is, for everybody who asks: the retained topic `state/box`, `outpost status`, and the light.

use super::floor::Changed;
use super::health::Health;
use super::line::LineState;
use super::on_card::OnCard;
use super::pages::Cursor;
use super::sticks::Board;
use crate::books::Shelves;
use crate::courier::mqtt::{Line, LinkState};
use crate::domain::id::{Position, SiteId};
use crate::domain::master::Masters;
use crate::domain::time::{Quality, rfc3339};
use crate::exchange::Look;
use crate::files::free_mb;
use crate::journal::Reader;
use crate::keys::key::Fingerprint;
use crate::moment::{Moment, up_ms};
use crate::rows::SharedRows;
use crate::views::Progress;
use crate::wire::message::Condition;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// The retained topic.
pub(super) const TOPIC: &str = "state/box";
/// The retained topic of the sticks.
pub(super) const STICK_TOPIC: &str = "state/stick";
/// The retained topic of the line.
pub(super) const LINE_TOPIC: &str = "state/line";

/// The retained topic of the office's data.
pub(super) const ROWS_TOPIC: &str = "state/rows";
/// The retained topic of the workshop's figures.
pub(super) const SHOP_TOPIC: &str = "state/shop";

/// The retained topic of what the site says of codes.
pub(super) const CODES_TOPIC: &str = "state/barcodes";

/// Whatever tells how the box is.
#[derive(Clone)]
pub(super) struct State {
    pub(super) site: SiteId,
    /// Of the box's key: what somebody compares with what the office shows.
    pub(super) fingerprint: Fingerprint,
    pub(super) dir: PathBuf,
    pub(super) health: Arc<Health>,
    pub(super) moment: Arc<Moment>,
    pub(super) journal: Reader,
    pub(super) line: watch::Receiver<LineState>,
    pub(super) road: watch::Receiver<LinkState>,
    pub(super) warn_free_mb: u64,
    pub(super) sticks: Arc<Board>,
    /// Where the pages are.
    pub(super) pages: Arc<[String]>,
    pub(super) shelves: Arc<Shelves>,
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    pub(super) rows: SharedRows,
    /// The last records that changed something which tablets ask for.
    pub(super) changed: watch::Receiver<Changed>,
    pub(super) utc_offset_minutes: i16,
}

fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Floor => "not known",
        Quality::Person => "a person",
        Quality::Chip => "clock chip",
        Quality::Office => "office",
        Quality::Network => "network",
    }
}

fn place(at: Option<Position>) -> Value {
    at.map_or(Value::Null, |at| json!({ "epoch": at.epoch, "seq": at.seq.0 }))
}

impl State {
    /// What the office is told of this box, whenever it is asked for.
    pub(super) fn condition(&self) -> Look {
        let state = self.clone();
        Box::new(move || Condition {
            version: env!("CARGO_PKG_VERSION").into(),
            at_ms: state.moment.now_ms(),
            time_from: quality(state.moment.quality()).into(),
            free_mb: free_mb(&state.dir),
            bytes_this_month: state.road.borrow().usage.this_month.wire(),
        })
    }

    /// What the light shows.
    pub(super) fn light(&self) -> board::light::State {
        let line = self.line.borrow();
        let own = match () {
            () if self.health.reason().is_some() => board::light::State::CannotRecord,
            () if self.is_short_of_space() => board::light::State::Attention,
            () if line.refused.is_some() => board::light::State::Attention,
            () if !line.settled => board::light::State::NoLine,
            () => board::light::State::Working,
        };
        self.sticks.light().map_or(own, |sticks| own.max(sticks))
    }

    fn is_short_of_space(&self) -> bool {
        free_mb(&self.dir).is_some_and(|free| free < self.warn_free_mb)
    }

    /// The content of `state/box`: what changes rarely, so that it is not published with each record.
    pub(super) fn of_box(&self) -> Value {
        let warning = self
            .is_short_of_space()
            .then(|| format!("less than {} MB are free: back the box up and put a larger card in", self.warn_free_mb));
        json!({
            "site": self.site,
            "recording": self.health.reason().is_none(),
            "reason": self.health.reason(),
            "warning": warning,
            "time_from": quality(self.moment.quality()),
            "version": env!("CARGO_PKG_VERSION"),
            "store": self.shelves.store(),
            "epoch": self.journal.last().map(|at| at.epoch),
            "utc_offset_minutes": self.utc_offset_minutes,
            "people": self.masters.borrow().has_people(),
        })
    }

    /// Looks again which documents are on this card alone.
    pub(super) fn look(&self, on_card: &mut OnCard) {
        let unacked = self.line.borrow().unacked.clone();
        if let Some(unacked) = unacked {
            on_card.look(&self.journal, &unacked, self.sticks.mirrored());
        }
    }

    /// The content of `state/line`.
    pub(super) fn of_line(&self, on_card: &OnCard) -> Value {
        let line = self.line.borrow();
        json!({
            "up": line.connected,
            "office_answers": line.settled,
            "waiting": line.waiting,
            "since": rfc3339(line.since_ms),
            "on_card": on_card.count(),
            "oldest_on_card": on_card.oldest_ms().map(rfc3339),
        })
    }

    /// The content of `state/rows`.
    pub(super) fn of_rows(&self) -> Value {
        let here = self.rows.read().cursor();
        let cursor = Cursor::all(here.generation, here.version).to_string();
        json!({ "cursor": cursor, "complete": self.masters.borrow().is_complete() })
    }

    /// The content of `state/shop`; nothing before there is a record.
    pub(super) fn of_shop(&self) -> Value {
        place(self.changed.borrow().figures)
    }

    /// The content of `state/barcodes`; nothing before anybody has said what a code stands for.
    pub(super) fn of_codes(&self) -> Value {
        place(self.changed.borrow().codes)
    }

    /// The content of `state/stick`.
    pub(super) fn of_sticks(&self) -> Value {
        self.sticks.json()
    }

    /// The same for tablets, without what only whoever keeps the box needs.
    pub(super) fn for_tablets(&self, views: &Progress) -> Value {
        let mut all = self.full(views);
        for (within, name) in [("", "fingerprint"), ("", "notices"), ("/line", "broker")] {
            if let Some(object) = all.pointer_mut(within).and_then(Value::as_object_mut) {
                object.remove(name);
            }
        }
        all
    }

    /// Everything, for `outpost status`.
    pub(super) fn full(&self, views: &Progress) -> Value {
        let line = self.line.borrow().clone();
        let road = self.road.borrow().clone();
        let seconds = |since: tokio::time::Instant| since.elapsed().as_secs();
        let road_says = match &road.line {
            Line::Connecting { since } => json!({ "state": "connecting", "for_s": seconds(*since) }),
            Line::Connected { since } => json!({ "state": "up", "for_s": seconds(*since) }),
            Line::Disconnected { since, why, .. } => {
                json!({ "state": "down", "for_s": seconds(*since), "why": why.to_string() })
            }
            Line::Closed => json!({ "state": "closed" }),
        };
        json!({
            "role": "box",
            "box": self.of_box(),
            "fingerprint": self.fingerprint,
            "time": rfc3339(self.moment.now_ms()),
            "records": self.journal.count(),
            "last": self.journal.last().map(|at| at.to_string()),
            "free_mb": free_mb(&self.dir),
            "waiting": line.waiting,
            "master": line.master.map(|master| json!({
                "rows": master.rows,
                "unread": master.unread,
                "version": master.version,
                "complete": master.complete,
            })),
            "under_way": line.under_way,
            "line": {
                "broker": road.broker.to_string(),
                "road": road_says,
                "office_answers": line.settled,
                "refused": line.refused,
                "office_heard_s_ago": line.tally.heard_ms.map(|at| up_ms().saturating_sub(at) / 1000),
                "envelopes_sent": line.tally.sent,
                "envelopes_taken": line.tally.taken,
                "envelopes_rejected": line.tally.rejected,
                "last_rejection": line.tally.last_rejection,
                "bytes_today": road.usage.today.wire(),
                "bytes_this_month": road.usage.this_month.wire(),
                "budget_used_up": road.budget_used_up,
            },
            "views": { "done": views.done, "total": views.total, "building": views.building, "doubts": views.doubts },
            "sticks": self.of_sticks()["sticks"],
            "pages": *self.pages,
            "notices": line.tally.notices,
        })
    }
}
