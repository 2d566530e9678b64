//! Whatever single thing is altered in a world that agrees: it is told, by its document, and nothing else is.

use super::*;
use proptest::prelude::*;

const KINDS: [Kind; 4] = [Kind::SalesInvoice, Kind::PaymentEntry, Kind::JournalEntry, Kind::DeliveryNote];

#[derive(Clone, Copy, Debug)]
enum Change {
    LostFromJournal,
    LostFromBooks,
    LostThere,
    BooksSum,
    BooksDay,
    BooksCancelled,
    SumThere,
    DayThere,
    CancelledThere,
    DraftThere,
    Twice,
    WordLost,
    Foreign,
}

const CHANGES: [Change; 13] = [
    Change::LostFromJournal,
    Change::LostFromBooks,
    Change::LostThere,
    Change::BooksSum,
    Change::BooksDay,
    Change::BooksCancelled,
    Change::SumThere,
    Change::DayThere,
    Change::CancelledThere,
    Change::DraftThere,
    Change::Twice,
    Change::WordLost,
    Change::Foreign,
];

fn world() -> impl Strategy<Value = Vec<Document>> {
    let one = (0..KINDS.len(), 1..100_000_u32, any::<bool>(), prop::bool::weighted(0.2));
    prop::collection::vec(one, 1..40).prop_map(|drawn| {
        let document = |(i, (kind, sum, next, cancelled)): (usize, (usize, u32, bool, bool))| {
            let mut document = paper(i as u32 + 1, KINDS[kind], sum);
            document.day = if next { NEXT } else { DAY };
            document.cancelled = cancelled.then(|| id(10_000 + i as u128));
            document
        };
        drawn.into_iter().enumerate().map(document).collect()
    })
}

/// Alters one thing of a document; whether that makes a difference to a document like this one.
fn alter(sources: &mut Sources, of: &Document, change: Change) -> bool {
    let same = |document: &&mut Document| document.id == of.id;
    let lines = sources.there.as_mut().unwrap();
    let line = lines.iter_mut().find(|line| line.id == Some(of.id)).unwrap();
    let live = of.cancelled.is_none();
    match change {
        Change::LostFromJournal => sources.journal.retain(|document| document.id != of.id),
        Change::LostFromBooks => sources.books.retain(|document| document.id != of.id),
        Change::LostThere => lines.retain(|line| line.id != Some(of.id)),
        Change::BooksSum => sources.books.iter_mut().find(same).unwrap().sum = 7_000_000.into(),
        Change::BooksDay => sources.books.iter_mut().find(same).unwrap().day = date(2026, 1, 1),
        Change::BooksCancelled => {
            let cancelled = &mut sources.books.iter_mut().find(same).unwrap().cancelled;
            *cancelled = if live { Some(id(1)) } else { None };
        }
        // What is cancelled sums nothing, whatever it came to.
        Change::SumThere => {
            line.sum = Some(7_000_000.into());
            return live;
        }
        Change::DayThere => line.day = Some(date(2026, 1, 1)),
        Change::CancelledThere => line.standing = if live { Standing::Cancelled } else { Standing::Submitted },
        Change::DraftThere => line.standing = Standing::Draft,
        Change::Twice => {
            let again = There { name: "AGAIN".into(), ..line.clone() };
            lines.push(again);
        }
        Change::WordLost => {
            sources.said.remove(&of.id);
            return live;
        }
        Change::Foreign => {
            let foreign = There { name: "FOREIGN".into(), id: Some(id(99_999)), ..line.clone() };
            lines.push(foreign);
        }
    }
    true
}

proptest! {
    #[test]
    fn what_agrees_is_equal_and_one_alteration_is_told_alone(documents in world(), which in any::<prop::sample::Index>(), change in 0..CHANGES.len()) {
        let mut sources = agreed(&documents);
        let sheet = compare(&question(), &sources);
        prop_assert!(sheet.equal && sheet.differences.is_empty());
        prop_assert!(sheet.rows.iter().all(|row| row.state == State::Equal));

        let (of, change) = (&documents[which.index(documents.len())], CHANGES[change]);
        let matters = alter(&mut sources, of, change);
        let sheet = compare(&question(), &sources);
        prop_assert_eq!(sheet.equal, !matters, "{:?}: {:#?}", change, sheet);
        prop_assert_eq!(sheet.differences.is_empty(), !matters);
        let named = if matches!(change, Change::Foreign) { id(99_999) } else { of.id };
        for told in &sheet.differences {
            prop_assert_eq!(told.id, Some(named));
            prop_assert!(told.counts && !told.words.is_empty());
        }
        // Every row that says other figures is a row of the altered document, and is marked.
        for row in &sheet.rows {
            let same = row.journal == row.books && row.there == Some(row.books);
            prop_assert!(same || row.state == State::Differs);
            prop_assert!(row.kind == of.kind || row.state == State::Equal);
        }
    }
}
