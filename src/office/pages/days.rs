//! The sites' days: which are complete, and what there is of each.

use super::turn::{Part, Site, Turn, part_of};
use super::{Desk, Question, Role, Route, Whose};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::domain::record::DayTotal;
use crate::domain::shop::day_at;
use crate::office::figures::{Day, Figures};
use crate::pages::parameters::days;
use crate::web::{Fault, Reply};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) const ROUTES: &[Route] = &[("GET", "/api/days", Whose::Of(Role::Look), Desk::days)];

impl Desk {
    fn days(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["from", "to", "site"])?;
        let (from, to) = days(&turn.query)?;
        let (sites, lacking) = (self.sites_asked(&turn.query)?, self.lacking());
        turn.of_sites(&sites, |site, after, most| self.of_site(site, &lacking, (from, to), after, most))
    }

    fn of_site(
        &self,
        site: &Site,
        lacking: &BTreeSet<SiteId>,
        (from, to): (Date, Date),
        after: Option<&str>,
        most: usize,
    ) -> Result<Part, Fault> {
        let all = from.series(1.day()).take_while(|day| *day <= to).collect();
        let (days, on) = part_of(all, after, most)?;
        let figures = self.figures(&site.0)?;
        let lacks = lacking.contains(&site.0);
        let line = |day: Date| {
            let (state, differs) = match figures.day(day, lacks) {
                Day::Complete => ("complete", Vec::new()),
                Day::Differs(kinds) => ("differs", kinds),
                Day::Idle => ("idle", Vec::new()),
                Day::Open => ("open", Vec::new()),
                Day::Unknown => ("unknown", Vec::new()),
            };
            let kinds: Vec<Value> = figures.shop.totals(day).iter().map(total).collect();
            json!({ "site": site.0, "day": day, "state": state, "differs": differs.iter().map(|kind: &Kind| kind.slug()).collect::<Vec<_>>(), "kinds": kinds })
        };
        Ok((days.into_iter().map(line).collect(), on))
    }

    /// The sites of which records are known to exist and not held.
    pub(super) fn lacking(&self) -> BTreeSet<SiteId> {
        let mut lacking = BTreeSet::new();
        self.office.sites.each(|site, running| {
            if !running.state.borrow().missing.is_empty() {
                lacking.insert(site.clone());
            }
        });
        lacking
    }

    pub(super) fn figures(&self, site: &SiteId) -> Result<Arc<Figures>, Fault> {
        self.office.figures.of(&self.office.sites, &self.office.shelves, site).map_err(|why| self.unread(why))
    }

    pub(super) fn utc_offset_minutes(&self) -> i16 {
        self.office.sites.with_premises(|premises| premises.config.utc_offset_minutes)
    }

    pub(super) fn today(&self) -> Date {
        day_at(self.office.sites.now_ms(), self.utc_offset_minutes())
    }
}

fn total(total: &DayTotal) -> Value {
    json!({
        "kind": total.kind.slug(),
        "documents": total.documents,
        "cancelled": total.cancelled,
        "sum": total.sum,
    })
}
