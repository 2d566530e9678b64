//! The books as CSV.

use super::*;
use crate::views::export::{Books, Column, Exported, Selection, columns};

fn export(journals: &Arc<Memory>, kind: Kind, from: (i16, i8, i8), to: (i16, i8, i8)) -> (String, Exported) {
    let dir = tempfile::tempdir().unwrap();
    let views = start(dir.path(), journals, 50);
    let reader = current(&views, journals);
    let day = |(year, month, day)| days_since_1970(jiff::civil::date(year, month, day));
    let selection = Selection { kind, from_day: day(from), to_day: day(to), sites: Vec::new() };
    let mut out = Vec::new();
    let books = Books { reader: &reader, journals: &**journals };
    let exported = books.export(&selection, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), exported)
}

const INVOICE_HEADER: &str = "outpost_id,set_posting_time,customer,posting_date,posting_time,due_date,currency,\
    update_stock,set_warehouse,remarks,items.item_code,items.qty,items.rate,items.uom,items.warehouse,\
    payments.mode_of_payment,payments.amount\n";

#[test]
fn the_header_is_there_and_the_same_though_there_is_no_document() {
    let journals = Memory::new();
    let (csv, exported) = export(&journals, Kind::SalesInvoice, (2026, 1, 1), (2026, 12, 31));
    assert_eq!((csv.as_str(), exported.documents), (INVOICE_HEADER, 0));
}

#[test]
fn every_kind_has_columns_of_itself_and_of_its_tables() {
    for kind in Kind::ALL {
        let columns = columns(*kind);
        assert!(columns.contains(&Column { table: None, field: "posting_date" }), "{columns:?}");
        assert!(columns.contains(&Column { table: Some("items"), field: "item_code" }), "{columns:?}");
        assert!(!columns.contains(&Column { table: None, field: "items" }), "{columns:?}");
    }
}

#[test]
fn a_document_s_further_rows_leave_its_own_columns_blank_and_its_tables_share_them() {
    let journals = Memory::new();
    let fields = json!({"customer": "CV \"Jaya\", Bandung", "posting_date": "2026-11-02", "posting_time": "01:02:27",
        "items": [{"item_code": "=CLOTH-1", "qty": "2.50", "rate": "48000"},
                  {"item_code": "BUTTON", "qty": "10", "rate": "0.000000001", "uom": "Nos"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "100000"}]});
    journals.put(UP, &submitted(1, document(Kind::SalesInvoice, fields)));
    let (csv, exported) = export(&journals, Kind::SalesInvoice, (2026, 11, 2), (2026, 11, 2));
    let expected = format!(
        "{INVOICE_HEADER}{},1,\"CV \"\"Jaya\"\", Bandung\",2026-11-02,01:02:27,,,,,,=CLOTH-1,2.5,48000,,,Cash,100000\n\
         ,,,,,,,,,,BUTTON,10,0.000000001,Nos,,,\n",
        id(1)
    );
    assert_eq!(csv, expected);
    assert_eq!(exported, Exported { documents: 1, rows: 2, lost: 0 });
}

#[test]
fn date_and_time_are_those_of_the_record_where_the_document_has_none() {
    let journals = Memory::new();
    journals.put(UP, &sale(1, None, "CLOTH", "1"));
    let (csv, _) = export(&journals, Kind::SalesInvoice, (2026, 11, 3), (2026, 11, 3));
    assert!(csv.contains(",1,Bu Sari,2026-11-03,03:00:00,,,1,Stores - TW,,CLOTH,1,1000,,,,\n"), "{csv}");
}

#[test]
fn days_are_exported_in_order_with_both_ends_and_nothing_beyond() {
    let journals = Memory::new();
    for (number, day) in [(1, 5), (2, 3), (3, 4), (4, 3), (5, 6), (6, 2)] {
        journals.put(UP, &sale(number, Some(day), "CLOTH", "1"));
    }
    journals.put(UP, &receipt(7, 4, "CLOTH", "1"));
    let (csv, exported) = export(&journals, Kind::SalesInvoice, (2026, 11, 3), (2026, 11, 5));
    let ids: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(ids, [2, 4, 3, 1].map(|number| id(number).to_string()));
    assert_eq!(exported.documents, 4);
    let (csv, _) = export(&journals, Kind::StockEntry, (2026, 11, 4), (2026, 11, 4));
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains(",Material Receipt,2026-11-04,"), "{csv}");
}

#[test]
fn a_record_that_damage_took_is_counted_as_lost_and_the_others_are_exported() {
    let journals = Memory::new();
    let dir = tempfile::tempdir().unwrap();
    (1..4).for_each(|number| journals.put(UP, &sale(number, Some(3), "CLOTH", "1")));
    let views = start(dir.path(), &journals, 50);
    let reader = current(&views, &journals);
    journals.streams.lock().unwrap().get_mut(&UP).unwrap()[1] = Vec::new().into();
    let selection = Selection { kind: Kind::SalesInvoice, from_day: i32::MIN, to_day: i32::MAX, sites: vec![SITE] };
    let books = Books { reader: &reader, journals: &*journals };
    let exported = books.export(&selection, Vec::new()).unwrap();
    assert_eq!(exported, Exported { documents: 2, rows: 2, lost: 1 });
}
