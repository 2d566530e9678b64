//! The office's words on documents, of which the later counts in whatever order they come.

use super::*;
use crate::domain::outcome::{Fate, Hold, Outcome, SaidAt};

fn word(number: u128, at_ms: i64, fate: Fate) -> Record {
    Record { stamp: stamp(at_ms), entry: Entry::Outcome(Outcome { of: id(number), fate }) }
}

fn posted() -> Fate {
    Fate::Posted { name: "ACC-SINV-1".try_into().unwrap(), day: None, by: None }
}

#[test]
fn a_word_that_was_overtaken_changes_nothing_whether_its_document_is_here_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    let views = start(dir.path(), &journals, 1);
    let reader = views.reader();
    let held = Fate::held(Hold::Stock, "too few");
    for number in [1, 2] {
        journals.put(DOWN, &word(number, AT_MS + 5, posted()));
        journals.put(DOWN, &word(number, AT_MS + 1, held.clone()));
    }
    journals.put(UP, &sold(1, Some(2), ("CLOTH", "1"), "Bu Sari", None));
    current(&views, &journals);
    journals.put(DOWN, &word(1, AT_MS + 2, held.clone()));
    current(&views, &journals);
    for number in [1, 2] {
        assert_eq!(reader.fate(SITE, id(number)).unwrap(), Some(posted()), "{number}");
    }
    // Said later in the same millisecond, and later than all.
    journals.put(DOWN, &word(1, AT_MS + 5, held.clone()));
    current(&views, &journals);
    assert_eq!(reader.fate(SITE, id(1)).unwrap(), Some(held.clone()));
    journals.put(DOWN, &word(2, AT_MS + 9, held.clone()));
    journals.put(UP, &sold(2, Some(2), ("CLOTH", "1"), "Bu Sari", None));
    current(&views, &journals);
    assert_eq!(reader.fate(SITE, id(2)).unwrap(), Some(held));
    let (said, _) = reader.word(SITE, id(2)).unwrap().unwrap();
    assert!(said > SaidAt::from((AT_MS + 8, 99)) && said < SaidAt::from((AT_MS + 10, 0)));
}

#[test]
fn words_of_any_length_stand_side_by_side_and_each_is_replaced_alone() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    let views = start(dir.path(), &journals, 1);
    let reader = views.reader();
    // More than a chunk, and one in the middle about which nothing is said.
    let said =
        |number: u128, round: u128| Fate::held(Hold::Stock, "x".repeat(((number * 37 + round * 91) % 400) as usize));
    let spoken = |number: &u128| *number != 35;
    for number in 1..=70 {
        journals.put(UP, &sold(number, Some(2), ("CLOTH", "1"), "Bu Sari", None));
    }
    for round in 1..=3_u128 {
        for number in (1..=70).filter(spoken) {
            journals.put(DOWN, &word(number, AT_MS + round as i64, said(number, round)));
        }
        current(&views, &journals);
        for number in 1..=70 {
            let (line, fate) = reader.document_and_fate(SITE, id(number)).unwrap();
            assert_eq!(fate, spoken(&number).then(|| said(number, round)), "{number} in round {round}");
            assert_eq!(fate, reader.fate(SITE, id(number)).unwrap());
            assert_eq!(line, reader.document(SITE, id(number)).unwrap());
            assert!(line.is_some_and(|line| line.id == id(number)));
        }
    }
    assert_eq!(reader.document_and_fate(SITE, id(71)).unwrap(), (None, None));
}
