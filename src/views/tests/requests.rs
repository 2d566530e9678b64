//! What the office asked and what a site answered, read in whichever order.

use super::*;
use crate::domain::request::{Declined, Requested, TakenBack};
use proptest::prelude::*;

fn requested(number: u128) -> Record {
    let entry = Entry::Requested(Requested {
        id: id(number),
        by: "wati".try_into().unwrap(),
        document: Document::deserialize_as(
            Kind::StockEntry,
            json!({"stock_entry_type": "Material Issue", "from_warehouse": "Stores",
                "items": [{"item_code": "CLOTH", "qty": "1"}]}),
        )
        .unwrap(),
    });
    Record { stamp: stamp(AT_MS), entry }
}

fn taken_back(number: u128) -> Record {
    let by = "lia".try_into().unwrap();
    Record { stamp: stamp(AT_MS), entry: Entry::TakenBack(TakenBack { request: id(number), by }) }
}

fn done(number: u128) -> Record {
    let Entry::Requested(requested) = requested(number).entry else { unreachable!("just made") };
    Record { stamp: stamp(AT_MS), entry: requested.submission() }
}

fn declined(number: u128) -> Record {
    Record { stamp: stamp(AT_MS), entry: Entry::Declined(Declined::new(id(number), "not there")) }
}

fn all(reader: &Reader) -> Vec<RequestLine> {
    reader.requests(SITE, u64::MAX, usize::MAX).unwrap()
}

fn pending(reader: &Reader) -> Vec<IntentId> {
    reader.pending_requests(SITE).unwrap().iter().map(|line| line.id).collect()
}

#[test]
fn a_request_waits_until_its_site_has_answered() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    for number in 1..=4 {
        journals.put(DOWN, &requested(number));
    }
    journals.put(DOWN, &taken_back(3));
    let views = start(dir.path(), &journals, 2);
    current(&views, &journals);
    let reader = views.reader();
    assert_eq!(pending(&reader), [1, 2, 3, 4].map(id));
    journals.put(UP, &done(1));
    journals.put(UP, &declined(2));
    journals.put(UP, &declined(3));
    current(&views, &journals);
    assert_eq!(pending(&reader), [id(4)]);
    let lines = all(&reader);
    let answers = lines.iter().map(|line| (line.id, line.answer.map(|answer| (answer.is_done, answer.locator.0))));
    let expected = [(id(4), None), (id(3), Some((false, 2))), (id(2), Some((false, 1))), (id(1), Some((true, 0)))];
    assert!(answers.eq(expected));
    assert_eq!(
        lines.iter().map(|line| line.taken_back.map(|at| at.0)).collect::<Vec<_>>(),
        [None, Some(4), None, None]
    );
    let page = reader.requests(SITE, u64::MAX, 3).unwrap();
    assert_eq!(page, lines[..3]);
    assert_eq!(reader.requests(SITE, page[2].place.ordinal, 3).unwrap(), lines[3..]);
    assert_eq!(reader.request(SITE, id(2)).unwrap(), Some(lines[2]));
    assert_eq!((reader.request(SITE, id(9)).unwrap(), all(&reader).len()), (None, 4));
    assert_eq!(reader.pending_requests(SiteNo(1)).unwrap(), [], "another site's");
    let totals = reader.totals(SITE).unwrap();
    assert_eq!((totals.documents, totals.declined, totals.records()), (1, 2, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The two journals are read in whatever order, with commits and restarts between, and a copied card may have answered twice.
    #[test]
    fn the_order_of_reading_changes_nothing(
        down in proptest::collection::vec((1_u128..6, any::<bool>()), 0..12),
        up in proptest::collection::vec((1_u128..6, any::<bool>()), 0..12),
        split in 0_usize..12,
    ) {
        let down = down.iter().map(|(n, asks)| if *asks { requested(*n) } else { taken_back(*n) });
        let up = up.iter().map(|(n, does)| if *does { done(*n) } else { declined(*n) });
        let (down, up): (Vec<_>, Vec<_>) = (down.collect(), up.collect());
        let whole = tempfile::tempdir().unwrap();
        let (at_once, bit_by_bit) = (Memory::new(), Memory::new());
        down.iter().for_each(|record| at_once.put(DOWN, record));
        up.iter().for_each(|record| at_once.put(UP, record));
        let views = start(whole.path(), &at_once, 100);
        current(&views, &at_once);
        let (expected, waiting) = (all(&views.reader()), pending(&views.reader()));
        views.shutdown();
        let parts = tempfile::tempdir().unwrap();
        // What is up comes first here, and a part of it after a restart.
        let split = split.min(up.len());
        up[..split].iter().for_each(|record| bit_by_bit.put(UP, record));
        let views = start(parts.path(), &bit_by_bit, 1);
        current(&views, &bit_by_bit);
        views.shutdown();
        down.iter().for_each(|record| bit_by_bit.put(DOWN, record));
        let views = start(parts.path(), &bit_by_bit, 1);
        current(&views, &bit_by_bit);
        up[split..].iter().for_each(|record| bit_by_bit.put(UP, record));
        views.reader().notify();
        current(&views, &bit_by_bit);
        prop_assert_eq!(all(&views.reader()), expected);
        prop_assert_eq!(pending(&views.reader()), waiting);
    }
}
