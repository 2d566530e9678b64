#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod any;
mod cases;

use super::*;
use crate::domain::decimal::Decimal;
use crate::domain::document::{Kind, Text};
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use jiff::civil::{Date, date};
use uuid::Uuid;

const DAY: Date = date(2026, 11, 20);
const NEXT: Date = date(2026, 11, 21);

fn question() -> Question {
    Question { site: "bandung".parse().unwrap(), from: DAY, to: NEXT }
}

fn id(n: u128) -> IntentId {
    IntentId(Uuid::from_u128(n))
}

fn name(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

/// A document of the first day, with a number on paper.
fn paper(n: u32, kind: Kind, sum: u32) -> Document {
    let number = Some(format!("BDG-{}-A{n:06}", kind.abbreviation()));
    Document { id: id(n.into()), kind, day: DAY, sum: sum.into(), number, cancelled: None }
}

/// The same in the company's books.
fn posted(of: &Document) -> There {
    There {
        name: format!("N-{}", of.id.0.as_u128()),
        kind: of.kind,
        id: Some(of.id),
        day: Some(of.day),
        truly: None,
        sum: Some(of.sum),
        standing: if of.cancelled.is_some() { Standing::Cancelled } else { Standing::Submitted },
    }
}

fn word(of: &Document) -> Fate {
    Fate::Posted { name: name(&posted(of).name), day: None, by: None }
}

/// Documents that all three have, word and all.
fn agreed(documents: &[Document]) -> Sources {
    let mut sources = Sources {
        journal: documents.to_vec(),
        books: documents.to_vec(),
        there: Some(documents.iter().map(posted).collect()),
        ..Sources::default()
    };
    for document in documents {
        sources.said.insert(document.id, word(document));
        sources.said.extend(document.cancelled.map(|id| (id, word(document))));
    }
    sources
}

/// The first line of a document in the company's books.
fn there(sources: &mut Sources, n: u128) -> &mut There {
    sources.there.as_mut().unwrap().iter_mut().find(|line| line.id == Some(id(n))).unwrap()
}

fn figures(documents: u64, cancelled: u64, sum: u32) -> Figures {
    Figures { documents, cancelled, sum: sum.into() }
}

fn zero() -> Decimal {
    Decimal::ZERO
}
