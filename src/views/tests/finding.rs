//! Searches: by customer, by number, over all kinds of a day; cancelled documents in them.

use super::*;
use crate::views::meta::{Meta, VERSION};
use crate::views::store::{Disk, Sums};

/// All pages of a search.
pub(super) fn page_by_page(reader: &Reader, party: &str, limit: usize) -> Vec<DocumentLine> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let found = reader.documents_of(SITE, party, after, limit).unwrap();
        assert!(found.lines.len() == limit || found.more.is_none());
        lines.extend(found.lines);
        match found.more {
            Some(more) => after = Some(more),
            None => return lines,
        }
    }
}

fn ids(lines: &[DocumentLine]) -> Vec<IntentId> {
    lines.iter().map(|line| line.id).collect()
}

fn day(of_november: i8) -> i32 {
    days_since_1970(jiff::civil::date(2026, 11, of_november))
}

/// The views of these records.
fn views_of(records: &[Record]) -> (tempfile::TempDir, Arc<Memory>, Views) {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    records.iter().for_each(|record| journals.put(UP, record));
    let views = start(dir.path(), &journals, 100);
    current(&views, &journals);
    (dir, journals, views)
}

#[test]
fn a_customers_documents_are_found_by_exactly_the_name_the_newest_first() {
    let sold = |number, customer| sold(number, Some(2), ("CLOTH", "1"), customer, None);
    let (_dir, _, views) = views_of(&[
        sold(1, "Bu Sari"),
        sold(2, "Bu Sari Dua"),
        sold(3, "Bu Sari"),
        sold(4, "bu sari"),
        sold(5, "Bu Sari"),
    ]);
    let reader = views.reader();
    let found = reader.documents_of(SITE, "Bu Sari", None, 10).unwrap();
    assert_eq!((ids(&found.lines), found.more), (vec![id(5), id(3), id(1)], None));
    assert_eq!(ids(&page_by_page(&reader, "Bu Sari", 1)), [id(5), id(3), id(1)]);
    let exactly = reader.documents_of(SITE, "Bu Sari", None, 3).unwrap();
    assert_eq!((exactly.lines.len(), exactly.more), (3, None), "a page that is just full is the last");
    assert_eq!(reader.documents_of(SITE, "Bu", None, 10).unwrap().lines, []);
    assert_eq!(reader.documents_of(SiteNo(1), "Bu Sari", None, 10).unwrap().lines, [], "another site's");
}

#[test]
fn a_document_is_found_by_its_number_and_by_no_other() {
    let kind = Kind::SalesInvoice;
    let second = Number { series: "AB".parse().unwrap(), count: 1 };
    let with = |number, no| sold(number, Some(2), ("CLOTH", "1"), "Bu Sari", Some(no));
    let (_dir, _, views) = views_of(&[with(1, no(1)), with(2, no(300)), with(3, second), with(4, no(u32::MAX))]);
    let reader = views.reader();
    let found = |no| reader.numbered(SITE, kind, no).unwrap().first().map(|line| (line.id, line.number));
    for (no, number) in [(no(1), 1), (no(300), 2), (second, 3), (no(u32::MAX), 4)] {
        assert_eq!(found(no), Some((id(number), Some(no))));
    }
    assert_eq!((found(no(0)), found(no(2)), found(no(299)), found(no(301))), (None, None, None, None));
    assert_eq!(reader.numbered(SITE, Kind::StockEntry, no(1)).unwrap(), [], "another kind counts for itself");
    assert_eq!(reader.numbered(SiteNo(1), kind, no(1)).unwrap(), []);
    assert_eq!(reader.shared_numbers(SITE, 10).unwrap(), []);
}

#[test]
fn of_a_number_that_was_given_more_than_once_every_document_is_found() {
    let with = |number, count| sold(number, Some(2), ("CLOTH", "1"), "Bu Sari", Some(no(count)));
    let (_dir, _, views) =
        views_of(&[with(1, 7), with(2, 7), with(3, 8), with(4, 300), with(5, 7), with(6, 300), with(2, 7)]);
    let reader = views.reader();
    let found = |count| ids(&reader.numbered(SITE, Kind::SalesInvoice, no(count)).unwrap());
    assert_eq!((found(7), found(8), found(300)), (vec![id(1), id(2), id(5)], vec![id(3)], vec![id(4), id(6)]));
    assert_eq!(reader.document(SITE, id(2)).unwrap().unwrap().number, Some(no(7)));
    assert_eq!(ids(&reader.shared_numbers(SITE, 10).unwrap()), [id(1), id(2), id(5), id(4), id(6)]);
    assert_eq!(reader.shared_numbers(SiteNo(1), 10).unwrap(), [], "another site's");
}

#[test]
fn the_documents_of_a_day_are_in_journal_order_across_kinds() {
    let (_dir, _, views) = views_of(&[
        sale(1, Some(2), "CLOTH", "1"),
        receipt(2, 2, "CLOTH", "5"),
        sale(3, Some(3), "CLOTH", "1"),
        sale(4, Some(2), "CLOTH", "1"),
    ]);
    let reader = views.reader();
    assert_eq!(ids(&reader.documents(SITE, None, day(2), 0, 10).unwrap()), [id(1), id(2), id(4)]);
    assert_eq!(ids(&reader.documents(SITE, None, day(2), 1, 1).unwrap()), [id(2)]);
    assert_eq!(reader.days(SITE, None, i32::MIN, i32::MAX).unwrap(), [(day(2), 3), (day(3), 1)]);
}

#[test]
fn the_day_that_the_box_gave_a_document_goes_before_that_of_its_stamp() {
    let mut given = sale(1, None, "CLOTH", "1");
    let Entry::Submitted(submitted) = &mut given.entry else { unreachable!("a sale is submitted") };
    submitted.booked = Some(Booked { day: Some(jiff::civil::date(2026, 11, 9)), ..Booked::default() });
    let (_dir, _, views) = views_of(&[given]);
    assert_eq!(views.reader().document(SITE, id(1)).unwrap().unwrap().day, day(9));
}

#[test]
fn a_cancelled_document_stays_in_every_list_and_is_marked() {
    let one = sold(1, Some(2), ("CLOTH", "3"), "Bu Sari", Some(no(1)));
    let other = sold(2, Some(2), ("CLOTH", "1"), "Bu Sari", Some(no(2)));
    let (_dir, journals, views) = views_of(&[one, other, cancelled(3, 1)]);
    let reader = views.reader();
    let marks = |lines: &[DocumentLine]| lines.iter().map(|line| line.cancelled).collect::<Vec<_>>();
    assert_eq!(marks(&reader.documents(SITE, None, day(2), 0, 9).unwrap()), [Some(Locator(2)), None]);
    assert_eq!(marks(&reader.documents_of(SITE, "Bu Sari", None, 9).unwrap().lines), [None, Some(Locator(2))]);
    assert_eq!(reader.numbered(SITE, Kind::SalesInvoice, no(1)).unwrap()[0].cancelled, Some(Locator(2)));
    assert_eq!(reader.document(SITE, id(3)).unwrap(), None, "a cancellation is no document");

    // The same again is a repeat, other words under its id are a conflict, and a second one changes nothing.
    journals.put(UP, &cancelled(3, 1));
    journals.put(UP, &cancelled(3, 2));
    journals.put(UP, &cancelled(4, 1));
    let reader = current(&views, &journals);
    let totals = reader.totals(SITE).unwrap();
    assert_eq!((totals.cancellations, totals.repeats, totals.conflicts, totals.documents), (2, 1, 1, 2));
    assert_eq!(reader.document(SITE, id(1)).unwrap().unwrap().cancelled, Some(Locator(2)));
    assert_eq!(reader.document(SITE, id(2)).unwrap().unwrap().cancelled, None);
}

#[test]
fn a_cancellation_that_came_before_its_document_counts_as_it_comes_also_after_a_restart() {
    let (dir, journals, views) = views_of(&[cancelled(3, 1), scan(Some(5), 1, false, "X"), cancelled(6, 5)]);
    views.shutdown();
    journals.put(UP, &sale(1, Some(2), "CLOTH", "3"));
    let views = start(dir.path(), &journals, 100);
    let reader = current(&views, &journals);
    assert_eq!(reader.document(SITE, id(1)).unwrap().unwrap().cancelled, Some(Locator(0)));
    assert_eq!(reader.progress().doubts, 0);
}

#[test]
fn views_of_an_older_version_are_built_anew() {
    let (dir, journals, views) = views_of(&[sale(1, Some(2), "CLOTH", "3")]);
    views.shutdown();
    let disk = Disk::open(&dir.path().join("views")).unwrap();
    let mut meta = Meta::read(&disk.meta().unwrap().unwrap(), JAKARTA).unwrap();
    meta.version = VERSION - 1;
    disk.write(&Default::default(), &mut Sums::default(), |_| meta.write()).unwrap();
    drop(disk);
    let views = start(dir.path(), &journals, 100);
    let reader = current(&views, &journals);
    assert_eq!(reader.progress().doubts, 1);
    assert!(reader.progress().last_doubt.unwrap().contains("another version"));
    assert!(reader.document(SITE, id(1)).unwrap().is_some());
}
