//! All documents of the days that are asked for, and what the three have of each.

use super::line::{Document, Foreign, Goods, Sources, Standing, There, Unread};
use super::one::{Found, One};
use super::sheet::{Difference, Figures, Question, Row, Sheet, State, Why};
use crate::domain::document::Kind;
use crate::domain::id::IntentId;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

type Key = (Date, Kind);

/// Holds the three against each other.
pub fn compare(question: &Question, sources: &Sources) -> Sheet {
    let mut sheet = Making { question, rows: BTreeMap::new(), doubted: BTreeMap::new(), differences: Vec::new() };
    let (journal, books) = (by_id(&sources.journal), by_id(&sources.books));
    journal.values().for_each(|document| sheet.count(document, |row| &mut row.journal));
    books.values().for_each(|document| sheet.count(document, |row| &mut row.books));

    let mut theirs: HashMap<IntentId, Vec<&There>> = HashMap::new();
    for there in sources.there.iter().flatten() {
        match there.id.filter(|id| journal.contains_key(id) || books.contains_key(id)) {
            Some(id) => theirs.entry(id).or_default().push(there),
            None => sheet.foreign(there),
        }
    }
    let all: BTreeSet<IntentId> = journal.keys().chain(books.keys()).copied().collect();
    for id in all {
        let (recorded, listed) = (journal.get(&id).copied(), books.get(&id).copied());
        let Some(paper) = recorded.or(listed) else { continue };
        sheet.books_differ(recorded, listed);
        if sources.there.is_some() {
            let none = Vec::new();
            sheet.document(&One::new(paper, sources), theirs.get(&id).unwrap_or(&none));
        }
    }
    sources.foreign.iter().for_each(|foreign| sheet.moved(foreign));
    sheet.finish(sources.there.is_some(), &sources.unread)
}

fn by_id(documents: &[Document]) -> HashMap<IntentId, &Document> {
    documents.iter().map(|document| (document.id, document)).collect()
}

/// A sheet in the making.
struct Making<'a> {
    question: &'a Question,
    rows: BTreeMap<Key, (Figures, Figures, Figures)>,
    /// Rows that have differences, and whether somebody has to look at one of them.
    doubted: BTreeMap<Key, bool>,
    differences: Vec<Difference>,
}

/// A row's figures while it is counted.
struct Counting<'r> {
    journal: &'r mut Figures,
    books: &'r mut Figures,
    there: &'r mut Figures,
}

impl Making<'_> {
    fn asked(&self, day: Date) -> bool {
        (self.question.from..=self.question.to).contains(&day)
    }

    fn row(&mut self, key: Key) -> Counting<'_> {
        let (journal, books, there) = self.rows.entry(key).or_default();
        Counting { journal, books, there }
    }

    fn count(&mut self, document: &Document, of: impl for<'r> Fn(&'r mut Counting<'_>) -> &'r mut Figures) {
        if self.asked(document.day) {
            let mut row = self.row((document.day, document.kind));
            of(&mut row).add(document.cancelled.is_some(), document.sum);
        }
    }

    /// A line that no document of the site has made.
    fn foreign(&mut self, there: &There) {
        let Some(day) = there.truly.or(there.day).filter(|day| self.asked(*day)) else { return };
        if there.standing == Standing::Draft {
            return;
        }
        self.row((day, there.kind)).there.add(there.standing == Standing::Cancelled, there.sum.unwrap_or_default());
        let words = match there.id {
            Some(_) => {
                "it has an id that the site's journal does not have: another office posts for this site, or \
                        this one was restored."
            }
            None => {
                "it has no id: it was copied or amended from one of the site's. Take out its Outpost Site, or \
                     correct the one that it stands for."
            }
        };
        self.tell(
            there.id,
            None,
            (day, there.kind),
            Found {
                there: Some(there),
                why: Why::Foreign,
                words: format!("{} is said to be this site's, and {words}", there.name),
                counts: true,
            },
        );
    }

    /// Stock of the site's that somebody else has moved. It is in no row: what it comes to is not the workshop's.
    fn moved(&mut self, foreign: &Foreign) {
        self.differences.push(Difference {
            id: None,
            number: None,
            kind: Kind::named(&foreign.doctype),
            day: foreign.day,
            name: Some(foreign.name.clone()),
            posted_on: None,
            ours: None,
            theirs: None,
            why: Why::Foreign,
            words: moved_in_words(foreign),
            counts: false,
        });
    }

    /// What the office's books have otherwise than the journal.
    fn books_differ(&mut self, recorded: Option<&Document>, listed: Option<&Document>) {
        let (paper, why, words) = match (recorded, listed) {
            (Some(paper), None) => {
                let words = "The journal has it, and the office's books do not: run `outpost doctor`.".to_owned();
                (paper, Why::NotInBooks, words)
            }
            (None, Some(paper)) => {
                let words = "The office's books have it, and the journal does not: run `outpost doctor`.".to_owned();
                (paper, Why::NotInJournal, words)
            }
            (Some(paper), Some(listed)) if paper != listed => {
                let words = format!(
                    "The office's books have it as {} of {}, {}, and not as the journal: run `outpost doctor`.",
                    listed.kind.name(),
                    listed.day,
                    if listed.cancelled.is_some() { "cancelled".to_owned() } else { listed.sum.to_string() },
                );
                (paper, Why::BooksDiffer, words)
            }
            _ => return,
        };
        let also = listed.map(|listed| (listed.day, listed.kind));
        if !self.asked(paper.day) && !also.is_some_and(|(day, _)| self.asked(day)) {
            return;
        }
        self.tell(
            Some(paper.id),
            Some(paper),
            (paper.day, paper.kind),
            Found { there: None, why, words, counts: true },
        );
        self.doubt(also, true);
    }

    /// What the company's books have of a document.
    fn document(&mut self, one: &One<'_>, theirs: &[&There]) {
        let counting = |line: &&&There| line.standing != Standing::Draft;
        let there_asked = theirs.iter().filter(counting).any(|line| self.asked(one.day(line).0));
        if !self.asked(one.paper.day) && !there_asked {
            return;
        }
        for line in theirs.iter().filter(counting) {
            let day = one.day(line).0;
            if self.asked(day) {
                let cancelled = one.standing(line) == Standing::Cancelled;
                self.row((day, line.kind)).there.add(cancelled, line.sum.unwrap_or_default());
            }
        }
        for found in one.against(theirs) {
            let also = found.there.map(|line| (one.day(line).0, line.kind));
            let counts = found.counts;
            self.tell(Some(one.paper.id), Some(one.paper), (one.paper.day, one.paper.kind), found);
            self.doubt(also, counts);
        }
    }

    fn doubt(&mut self, key: Option<Key>, counts: bool) {
        if let Some(key) = key {
            *self.doubted.entry(key).or_default() |= counts;
        }
    }

    fn tell(&mut self, id: Option<IntentId>, paper: Option<&Document>, (day, kind): Key, found: Found<'_>) {
        self.doubt(Some((day, kind)), found.counts);
        let there = found.there;
        let priced = |there: &There| there.sum.filter(|_| there.standing == Standing::Submitted);
        self.differences.push(Difference {
            id,
            number: paper.and_then(|paper| paper.number.clone()),
            kind: Some(kind),
            day,
            name: there.map(|there| there.name.clone()),
            posted_on: there.and_then(|there| there.day).filter(|posted| *posted != day),
            ours: paper.filter(|paper| paper.cancelled.is_none()).map(|paper| paper.sum),
            theirs: there.and_then(priced),
            why: found.why,
            words: found.words,
            counts: found.counts,
        });
    }

    fn finish(mut self, with_there: bool, unread: &Unread) -> Sheet {
        self.differences
            .sort_by(|a, b| (a.day, a.kind, a.id, a.why, &a.name).cmp(&(b.day, b.kind, b.id, b.why, &b.name)));
        let (question, doubted) = (self.question, &self.doubted);
        let row = |((day, kind), (journal, books, there)): (Key, (Figures, Figures, Figures))| {
            let same = journal == books && (!with_there || books == there);
            let state = match (same, doubted.get(&(day, kind))) {
                (true, None) => State::Equal,
                // Every figure that is another has a difference that says why.
                (_, Some(false)) => State::Settled,
                (false, None) | (_, Some(true)) => State::Differs,
            };
            Row { day, kind, journal, books, there: with_there.then_some(there), state }
        };
        let rows: Vec<Row> = self.rows.into_iter().map(row).collect();
        let equal =
            rows.iter().all(|row| row.state != State::Differs) && !self.differences.iter().any(|one| one.counts);
        let equal = equal && unread.count == 0;
        Sheet {
            site: question.site.clone(),
            from: question.from,
            to: question.to,
            equal,
            without: None,
            unread: unread.count,
            unread_first: unread.first.iter().map(ToString::to_string).collect(),
            rows,
            differences: self.differences,
        }
    }
}

fn moved_in_words(Foreign { doctype, name, goods, more, .. }: &Foreign) -> String {
    let each = |Goods { item, warehouse, qty }: &Goods| match qty {
        qty if qty.is_zero() => format!("{item} in {warehouse}"),
        qty if qty.is_negative() => format!("{} of {item} out of {warehouse}", qty.abs()),
        qty => format!("{qty} of {item} into {warehouse}"),
    };
    let mut moved = goods.iter().map(each).collect::<Vec<_>>().join(", ");
    if *more > 0 {
        let _ = write!(moved, " and {more} more");
    }
    format!(
        "{doctype} {name} was made in ERPNext and is no workshop's: {moved}. Where it was entered for a document of the workshop, say so: \
         `outpost office held entered`."
    )
}
