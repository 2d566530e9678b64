//! The books: a month's journal, books and ERPNext side by side, and documents as CSV.

use super::{Desk, Question, Role, Route, Whose};
use crate::books;
use crate::domain::decimal::Decimal;
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::office::months::Month;
use crate::office::reconcile::Reconciling;
use crate::pages::parameters::{days, kind, none_lost};
use crate::reconcile::{Difference, Figures, Sheet, State};
use crate::web::{Fault, Query, Reply, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::TryLockError;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/reconcile", Whose::Of(Role::Look), Desk::reconcile),
    ("GET", "/api/export", Whose::Of(Role::Look), Desk::export),
];

/// After which an office that compares already is worth asking again, in seconds.
const COME_AGAIN_S: u32 = 10;
/// Differences that are told one by one.
const NAMED: usize = 500;

impl Desk {
    /// One at a time: it takes memory, and ERPNext's time.
    fn reconcile(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["month", "site"])?;
        let rule = "a month is written YYYY-MM";
        let month: Option<Month> = query.read_as("month", rule, "send month=2026-11")?;
        let month = month.ok_or_else(|| Fault::bad("month", "it is missing", "send month=2026-11"))?;
        let sites = self.sites_asked(&query)?;
        let _alone = match self.office.reconciling.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let rule = "another comparison is being made";
                return Err(Fault::later(StatusCode::SERVICE_UNAVAILABLE, None, rule, COME_AGAIN_S));
            }
            Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
            Ok(alone) => alone,
        };
        let office = &self.office;
        let (sites_of, shelves, views) = (&*office.sites, &*office.shelves, &office.views);
        let reconciling = Reconciling { sites: sites_of, shelves, views, clerk: &office.clerk };
        let (mut items, mut without, mut unread) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (mut differences, mut notes) = (Told::default(), Told::default());
        for (site, _) in &sites {
            let sheet = reconciling.sheet(site, month.days()).map_err(|why| self.unread(why))?;
            items.extend(kinds(&sheet));
            for difference in &sheet.differences {
                let told = if difference.counts { &mut differences } else { &mut notes };
                told.add(site, difference);
            }
            if sheet.unread > 0 {
                unread.insert(site.to_string(), sheet.unread);
            }
            without.extend(sheet.without.map(|why| (site.to_string(), why)));
        }
        Ok(Reply::json(&json!({
            "month": month.to_string(),
            "items": items,
            "without": without,
            "unread": unread,
            "differences": differences.named,
            "more_differences": differences.more,
            "notes": notes.named,
            "more_notes": notes.more,
        })))
    }

    fn export(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["kind", "from", "to", "site"])?;
        let missing = || Fault::bad("kind", "it is missing", "send kind, from and to");
        let kind = kind(&query)?.ok_or_else(missing)?;
        let (from, to) = days(&query)?;
        let sites = self.sites_asked(&query)?;
        let of = query.text("site").unwrap_or("all");
        let numbers = sites.iter().map(|(_, number)| *number).collect();
        let mut csv = Vec::new();
        let exported =
            books::export_left(&self.office.views, &*self.office.shelves, kind, (from, to), numbers, &mut csv);
        none_lost(exported.map_err(|why| self.unread(why))?)?;
        Ok(Reply::csv(&format!("{of}-{}-{from}-{to}.csv", kind.slug()), csv))
    }
}

/// Differences, of which the first ones are told one by one.
#[derive(Default)]
struct Told {
    named: Vec<Value>,
    more: u64,
}

impl Told {
    fn add(&mut self, site: &SiteId, difference: &Difference) {
        if self.named.len() == NAMED {
            self.more += 1;
            return;
        }
        self.named.push(json!({
            "site": site,
            "id": difference.id,
            "number": difference.number,
            "kind": difference.kind.map(Kind::slug),
            "day": difference.day,
            "name": difference.name,
            "ours": difference.ours,
            "theirs": difference.theirs,
            "words": difference.words,
        }));
    }
}

/// A kind in a month.
#[derive(Default)]
struct Sums {
    journal: Figures,
    books: Figures,
    there: Option<Figures>,
    differs: bool,
}

/// A sheet by kind.
fn kinds(sheet: &Sheet) -> Vec<Value> {
    let mut kinds: BTreeMap<Kind, Sums> = BTreeMap::new();
    for row in &sheet.rows {
        let sums = kinds.entry(row.kind).or_default();
        add(&mut sums.journal, &row.journal);
        add(&mut sums.books, &row.books);
        if let Some(there) = &row.there {
            add(sums.there.get_or_insert_default(), there);
        }
        sums.differs |= row.state == State::Differs;
    }
    let line = |(kind, sums): (Kind, Sums)| {
        json!({
            "site": sheet.site,
            "kind": kind.slug(),
            "at_site": sums.journal,
            "at_office": sums.books,
            "in_books": sums.there,
            "differs": sums.differs,
        })
    };
    kinds.into_iter().map(line).collect()
}

fn add(to: &mut Figures, more: &Figures) {
    to.documents += more.documents;
    to.cancelled += more.cancelled;
    // A sum beyond the books' range stays as it was: no documents within them make one.
    to.sum = Decimal::plus(to.sum, more.sum).unwrap_or(to.sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::Why;

    #[test]
    fn five_hundred_differences_are_told_one_by_one_and_the_others_counted() {
        let difference = Difference {
            id: None,
            number: None,
            kind: None,
            day: jiff::civil::date(2026, 11, 7),
            name: Some("SCR-3".into()),
            posted_on: None,
            ours: None,
            theirs: None,
            why: Why::Foreign,
            words: "no workshop's".into(),
            counts: false,
        };
        let mut told = Told::default();
        for number in 1..=NAMED + 2 {
            told.add(&"garut".parse().unwrap(), &difference);
            let more = number.saturating_sub(NAMED);
            assert_eq!((told.named.len(), told.more), (number - more, more as u64));
        }
        assert_eq!((&told.named[0]["site"], &told.named[0]["kind"]), (&json!("garut"), &Value::Null));
    }
}
