//! What records mean: the views equal a model, whatever happens between.

use super::*;
use crate::domain::repeats::Repeats;
use proptest::prelude::*;

/// The same fold, with everything in memory and nothing clever.
#[derive(Default, PartialEq, Debug)]
struct Model {
    documents: BTreeMap<IntentId, (Kind, i32, u64, Option<i64>)>,
    /// By kind; the empty text is all kinds.
    days: BTreeMap<(String, i32), Vec<IntentId>>,
    parties: BTreeMap<String, Vec<IntentId>>,
    numbers: BTreeMap<(Kind, Number), IntentId>,
    /// The seq of its cancellation.
    cancelled: BTreeMap<IntentId, u64>,
    totals: Totals,
    refusals: Vec<u64>,
    conflicts: Vec<u64>,
}

fn model(journals: &Memory) -> Model {
    let mut model = Model::default();
    let mut firsts: BTreeMap<IntentId, Entry> = BTreeMap::new();
    let mut repeats = Repeats::default();
    let mut at_office: BTreeMap<u64, i64> = BTreeMap::new();
    let mut cancellations: BTreeMap<IntentId, u64> = BTreeMap::new();
    let streams = journals.streams.lock().unwrap();
    for body in streams.get(&DOWN).into_iter().flatten() {
        let Ok(Record { stamp, entry: Entry::AtOffice(span) }) = record::decode(body) else { continue };
        for seq in span.first.0..=span.last.0 {
            at_office.entry(seq).or_insert(stamp.at_ms());
        }
        model.totals.at_office_words += 1;
    }
    for (index, body) in streams[&UP].iter().enumerate() {
        let seq = index as u64 + 1;
        if body.is_empty() {
            model.totals.lost += 1;
            continue;
        }
        let Ok(record) = record::decode(body) else {
            model.totals.unreadable += 1;
            continue;
        };
        let repeated = repeats.original(&record.entry).is_some();
        repeats.note(&record.entry, ());
        if repeated {
            model.totals.repeats += 1;
            continue;
        }
        if let Some(first) = record.entry.intent().and_then(|id| firsts.get(&id)) {
            if first.same_meaning(&record.entry) {
                model.totals.repeats += 1;
            } else {
                model.totals.conflicts += 1;
                model.conflicts.insert(0, seq);
            }
            continue;
        }
        if let Some(id) = record.entry.intent() {
            firsts.insert(id, record.entry.clone());
        }
        match &record.entry {
            Entry::Submitted(submitted) => {
                model.totals.documents += 1;
                let day = submitted.day().map_or(day_of(record.stamp.at_ms(), JAKARTA), days_since_1970);
                let kind = submitted.document.kind();
                model.documents.insert(submitted.id, (kind, day, seq, at_office.get(&seq).copied()));
                model.days.entry((kind.name().into(), day)).or_default().push(submitted.id);
                model.days.entry((String::new(), day)).or_default().push(submitted.id);
                if let Some(party) = submitted.document.rules().party() {
                    model.parties.entry(party.to_string()).or_default().push(submitted.id);
                }
                if let Some(no) = submitted.booked.as_ref().and_then(|booked| booked.no) {
                    model.numbers.entry((kind, no)).or_insert(submitted.id);
                }
            }
            Entry::Cancelled(cancelled) => {
                model.totals.cancellations += 1;
                cancellations.entry(cancelled.document).or_insert(seq);
            }
            Entry::DayClosed(_) => model.totals.closed_days += 1,
            Entry::Person(_) => model.totals.people += 1,
            Entry::Scan(_) => model.totals.scans += 1,
            Entry::Barcode(_) => model.totals.barcodes += 1,
            Entry::Weight(_) => model.totals.weights += 1,
            Entry::Refused(_) => {
                model.totals.refused += 1;
                model.refusals.insert(0, seq);
            }
            _ => unreachable!("the test makes no others"),
        }
    }
    model.cancelled = cancellations.into_iter().filter(|(id, _)| model.documents.contains_key(id)).collect();
    model.refusals.truncate(LATEST as usize);
    model.conflicts.truncate(LATEST as usize);
    model
}

/// The same, asked of the views.
fn asked(reader: &Reader, expected: &Model) -> Model {
    let mut model = Model { totals: reader.totals(SITE).unwrap(), ..Model::default() };
    for id in expected.documents.keys() {
        let Some(line) = reader.document(SITE, *id).unwrap() else { continue };
        assert_eq!(line.locator.0 + 1, line.position.seq.0);
        let state = match line.state {
            State::Saved => None,
            State::AtOffice { at_ms } => Some(at_ms),
        };
        model.documents.insert(line.id, (line.kind, line.day, line.position.seq.0, state));
        model.cancelled.extend(line.cancelled.map(|locator| (line.id, locator.0 + 1)));
    }
    for kind in Kind::ALL.iter().copied().map(Some).chain([None]) {
        for (day, count) in reader.days(SITE, kind, i32::MIN, i32::MAX).unwrap() {
            let lines = reader.documents(SITE, kind, day, 0, u32::MAX).unwrap();
            assert_eq!(lines.len(), count as usize);
            let one_by_one = (0..count).flat_map(|skip| reader.documents(SITE, kind, day, skip, 1).unwrap());
            assert!(one_by_one.eq(lines.iter().copied()));
            let name = kind.map_or("", Kind::name).to_owned();
            model.days.insert((name, day), lines.iter().map(|line| line.id).collect());
        }
    }
    for party in expected.parties.keys() {
        let Found { lines, more } = reader.documents_of(SITE, party, None, usize::MAX).unwrap();
        assert_eq!(more, None);
        assert_eq!(super::finding::page_by_page(reader, party, 2), lines);
        model.parties.insert(party.clone(), lines.iter().rev().map(|line| line.id).collect());
    }
    for (kind, no) in expected.numbers.keys() {
        let line = reader.numbered(SITE, *kind, *no).unwrap().swap_remove(0);
        assert_eq!(line.number, Some(*no));
        model.numbers.insert((*kind, *no), line.id);
    }
    let seqs = |listed: Vec<Listed>| listed.iter().map(|line| line.place.position.seq.0).collect();
    model.refusals = seqs(reader.refusals(SITE, usize::MAX).unwrap());
    model.conflicts = seqs(reader.conflicts(SITE, usize::MAX).unwrap());
    model
}

pub(super) fn assert_like_the_model(reader: &Reader, journals: &Memory) {
    let expected = model(journals);
    assert_eq!(asked(reader, &expected), expected);
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    Put(Stream, Vec<u8>),
    Restart,
    Rebuild,
    Flush,
}

fn any_record() -> impl Strategy<Value = Record> {
    let item = prop_oneof![Just("CLOTH"), Just("BUTTON")];
    prop_oneof![
        4 => (0u128..40, proptest::option::of(1u8..4), item, 1u8..4).prop_map(|(number, day, item, qty)| {
            let customer = ["Bu Sari", "Pak Joko", "Walk-in"][number as usize % 3];
            // Some numbers are given twice, as by a copied card.
            let no = (number % 4 > 0).then(|| no(250 + number as u32 % 30));
            sold(number, day, (item, &format!("{qty}.5")), customer, no)
        }),
        2 => (60u128..80, 0u128..50).prop_map(|(number, document)| cancelled(number, document)),
        1 => (1i8..4).prop_map(closed),
        1 => Just(wrong_pin()),
        2 => (30u128..50, 1u8..4, 1u8..3).prop_map(|(number, day, qty)| receipt(number, day, "CLOTH", &qty.to_string())),
        2 => (proptest::option::of(45u128..55), 1u16..4, any::<bool>(), 0u8..2)
            .prop_map(|(number, packet, dup, code)| scan(number, packet, dup, &code.to_string())),
        1 => (1u16..3, any::<bool>()).prop_map(|(packet, dup)| weight(packet, dup)),
        2 => (40u128..62, 0u8..2).prop_map(|(number, code)| barcode(number, &code.to_string())),
        1 => (0u16..3, any::<bool>()).prop_map(|(packet, dup)| refused(packet, dup)),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let up = any_record().prop_map(|r| Step::Put(UP, record::body(&r.stamp, &record::entry(&r.entry))));
    let span = (1u64..60, 0u64..20, 0i64..5).prop_map(|(first, more, at)| {
        let word = at_office(first, first + more, AT_MS + at);
        Step::Put(DOWN, record::body(&word.stamp, &record::entry(&word.entry)))
    });
    prop_oneof![
        40 => up,
        6 => span,
        1 => Just(Step::Put(UP, vec![0xff])),
        1 => Just(Step::Put(UP, Vec::new())),
        1 => Just(Step::Restart),
        1 => Just(Step::Rebuild),
        2 => Just(Step::Flush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_views_equal_the_model_through_restarts_and_rebuilds(
        steps in proptest::collection::vec(any_step(), 1..120), commit_every in 1u64..30,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let journals = Memory::new();
        let mut views = start(dir.path(), &journals, commit_every);
        for step in steps {
            match step {
                Step::Put(stream, body) => {
                    journals.append(stream, body);
                    views.reader().notify();
                }
                Step::Restart => {
                    views.shutdown();
                    views = start(dir.path(), &journals, commit_every);
                }
                Step::Rebuild => views.reader().rebuild("a test wants it"),
                Step::Flush => views.reader().flush(LONG).unwrap(),
            }
        }
        assert_like_the_model(&current(&views, &journals), &journals);
        views.shutdown();
        let views = start(dir.path(), &journals, commit_every);
        let reader = current(&views, &journals);
        assert_like_the_model(&reader, &journals);
        reader.wait_checked(LONG).unwrap();
        prop_assert_eq!(reader.progress().doubts, 0);
    }
}

#[test]
fn the_same_id_with_other_content_is_a_conflict_and_the_first_stands() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    journals.put(UP, &sale(1, Some(2), "CLOTH", "1"));
    journals.put(UP, &sale(1, Some(3), "CLOTH", "5"));
    journals.put(UP, &sale(1, Some(2), "CLOTH", "1"));
    let views = start(dir.path(), &journals, 100);
    let reader = current(&views, &journals);
    let totals = reader.totals(SITE).unwrap();
    assert_eq!((totals.documents, totals.conflicts, totals.repeats), (1, 1, 1));
    assert_eq!(reader.conflicts(SITE, 10).unwrap()[0].place.position.seq, Seq(2));
}

#[test]
fn a_document_without_a_date_is_of_the_day_of_its_stamp_where_the_workshop_is() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    journals.put(UP, &sale(1, None, "CLOTH", "1"));
    let views = start(dir.path(), &journals, 100);
    let line = current(&views, &journals).document(SITE, id(1)).unwrap().unwrap();
    assert_eq!(line.day, days_since_1970(jiff::civil::date(2026, 11, 3)));
}

#[test]
fn days_are_counted_from_1970_in_both_directions() {
    assert_eq!(days_since_1970(jiff::civil::date(1970, 1, 1)), 0);
    assert_eq!(days_since_1970(jiff::civil::date(1969, 12, 31)), -1);
    assert_eq!(days_since_1970(jiff::civil::date(2026, 11, 2)), day_of(AT_MS, 0));
    assert_eq!(day_of(-1, 0), -1);
}

#[test]
fn many_documents_fill_chunks_and_runs_and_are_all_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    let many = 40_000;
    for number in 0..many {
        journals.put(UP, &sale(number, Some(1 + (number % 3) as u8), "CLOTH", "1"));
    }
    let views = start(dir.path(), &journals, 3_000);
    let reader = current(&views, &journals);
    views.shutdown();
    assert_eq!(reader.document(SITE, id(0)), Err(NotNow::Down));
    let views = start(dir.path(), &journals, 3_000);
    let reader = current(&views, &journals);
    assert_eq!(
        reader.days(SITE, Kind::SalesInvoice, i32::MIN, i32::MAX).unwrap().iter().map(|day| day.1).sum::<u32>(),
        40_000
    );
    for number in (0..many).step_by(7) {
        let line = reader.document(SITE, id(number)).unwrap().unwrap();
        assert_eq!(u128::from(line.locator.0), number);
    }
    assert_eq!(reader.document(SITE, id(many)).unwrap(), None);
    reader.wait_checked(LONG).unwrap();
    assert_eq!(reader.progress().doubts, 0);
}
