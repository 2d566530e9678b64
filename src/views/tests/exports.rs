//! The books as CSV.

use super::*;
use crate::domain::booked::Booked;
use crate::domain::document::{Form, Kind};
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

const INVOICE_HEADER: &str = "outpost_id,set_posting_time,is_pos,customer,posting_date,posting_time,due_date,currency,\
    update_stock,set_warehouse,remarks,is_return,return_against,update_outstanding_for_self,selling_price_list,\
    taxes_and_charges,apply_discount_on,additional_discount_percentage,discount_amount,change_amount,project,\
    items.item_code,items.qty,items.rate,items.uom,items.warehouse,items.price_list_rate,items.discount_percentage,\
    items.batch_no,items.serial_no,items.description,items.sales_order,items.so_detail,items.delivery_note,\
    items.dn_detail,items.sales_invoice_item,items.item_tax_template,items.use_serial_batch_fields,\
    payments.mode_of_payment,payments.amount,\
    taxes.charge_type,taxes.account_head,taxes.rate,taxes.tax_amount,taxes.description,taxes.included_in_print_rate,\
    taxes.row_id,advances.reference_name,advances.reference_row,advances.allocated_amount,advances.reference_type,\
    advances.advance_amount\n";

/// The rows below the header, each as what is in it by column; blanks are left out.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        let cells = header.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|found| row(found.unwrap())).collect()
}

fn row(cells: &[(&str, &str)]) -> BTreeMap<String, String> {
    cells.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect()
}

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
        for field in kind.fields() {
            let own = columns.contains(&Column { table: None, field: field.name, extra: None });
            let Form::Table(cells) = field.form else {
                assert!(own, "{}: {}", kind.name(), field.name);
                continue;
            };
            assert!(!own, "{}: {}", kind.name(), field.name);
            for cell in cells() {
                assert!(columns.contains(&Column { table: Some(field.name), field: cell.name, extra: None }));
            }
        }
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
    assert!(csv.starts_with(INVOICE_HEADER), "{csv}");
    assert!(csv.contains(&format!("\n{},1,1,\"CV \"\"Jaya\"\", Bandung\",2026-11-02,01:02:27,", id(1))), "{csv}");
    let first = row(&[
        ("outpost_id", &id(1).to_string()),
        ("set_posting_time", "1"),
        ("is_pos", "1"),
        ("customer", "CV \"Jaya\", Bandung"),
        ("posting_date", "2026-11-02"),
        ("posting_time", "01:02:27"),
        ("items.item_code", "=CLOTH-1"),
        ("items.qty", "2.5"),
        ("items.rate", "48000"),
        ("payments.mode_of_payment", "Cash"),
        ("payments.amount", "100000"),
    ]);
    let second =
        row(&[("items.item_code", "BUTTON"), ("items.qty", "10"), ("items.rate", "0.000000001"), ("items.uom", "Nos")]);
    assert_eq!(rows(&csv), [first, second]);
    assert_eq!(exported, Exported { documents: 1, rows: 2, lost: 0 });
}

#[test]
fn date_and_time_are_those_of_the_record_where_the_document_has_none() {
    let journals = Memory::new();
    journals.put(UP, &sale(1, None, "CLOTH", "1"));
    let (csv, _) = export(&journals, Kind::SalesInvoice, (2026, 11, 3), (2026, 11, 3));
    assert!(csv.contains(",1,,Bu Sari,2026-11-03,03:00:00,,,1,Stores - TW,"), "{csv}");
}

#[test]
fn an_order_s_day_stands_where_erpnext_looks_for_it() {
    let journals = Memory::new();
    let fields = json!({"customer": "Bu Sari", "delivery_date": "2026-11-20", "set_warehouse": "Stores - TW",
        "items": [{"item_code": "SHIRT", "qty": "1", "rate": "250000", "description": "Chest 96\nWaist 80"}]});
    journals.put(UP, &submitted(1, document(Kind::SalesOrder, fields)));
    let (csv, _) = export(&journals, Kind::SalesOrder, (2026, 11, 3), (2026, 11, 3));
    let rows = rows(&csv);
    assert_eq!(rows[0]["transaction_date"], "2026-11-03");
    assert_eq!(rows[0]["items.description"], "Chest 96\nWaist 80");
    assert!(!csv.contains("set_posting_time"), "an order has none: {csv}");
}

#[test]
fn rows_of_taxes_are_those_that_the_box_has_worked_out() {
    let journals = Memory::new();
    let mut record = sale(1, Some(3), "CLOTH", "1");
    let Entry::Submitted(submitted) = &mut record.entry else { unreachable!() };
    let rule = json!({"charge_type": "On Net Total", "account_head": "PPN", "rate": "11", "description": "PPN 11%"});
    let taxes = vec![serde_json::from_value(rule).unwrap()];
    let time = Some(jiff::civil::time(9, 30, 0, 0));
    submitted.booked = Some(Booked { taxes, time, ..Booked::default() });
    journals.put(UP, &record);
    let (csv, _) = export(&journals, Kind::SalesInvoice, (2026, 11, 3), (2026, 11, 3));
    let rows = rows(&csv);
    assert_eq!((&*rows[0]["taxes.account_head"], &*rows[0]["taxes.rate"]), ("PPN", "11"));
    assert_eq!((&*rows[0]["posting_date"], &*rows[0]["posting_time"]), ("2026-11-03", "09:30:00"));
}

#[test]
fn a_row_names_the_item_tax_template_that_the_box_has_taxed_it_by() {
    let journals = Memory::new();
    let items =
        json!([{"item_code": "CLOTH", "qty": "1", "rate": "5"}, {"item_code": "SHIRT", "qty": "1", "rate": "5"}]);
    let order = json!({"customer": "Bu Sari", "delivery_date": "2026-11-20", "set_warehouse": "W", "items": items});
    let mut record = submitted(1, document(Kind::SalesOrder, order));
    let Entry::Submitted(taken) = &mut record.entry else { unreachable!() };
    let taxed = json!({"item_tax_template": "Free", "taxes": [{"tax_type": "PPN", "tax_rate": "0"}], "rows": [2]});
    let item_taxes = vec![serde_json::from_value(taxed).unwrap()];
    taken.booked = Some(Booked { item_taxes, ..Booked::default() });
    journals.put(UP, &record);
    let (csv, _) = export(&journals, Kind::SalesOrder, (2026, 11, 3), (2026, 11, 3));
    let rows = rows(&csv);
    assert!(!rows[0].contains_key("items.item_tax_template"), "{csv}");
    assert_eq!(rows[1]["items.item_tax_template"], "Free");
}

#[test]
fn what_data_import_needs_beside_what_a_device_sends_is_filled_in() {
    let journals = Memory::new();
    let paid = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "posting_date": "2026-11-03",
        "mode_of_payment": "Cash", "paid_amount": "1000"});
    journals.put(UP, &submitted(1, document(Kind::PaymentEntry, paid)));
    let counted = json!({"posting_date": "2026-11-03", "items": [{"item_code": "CLOTH", "warehouse": "W", "qty": "3",
        "batch_no": "LOT-7"}, {"item_code": "BUTTON", "warehouse": "W", "qty": "0"}]});
    journals.put(UP, &submitted(2, document(Kind::StockReconciliation, counted)));
    let (csv, _) = export(&journals, Kind::PaymentEntry, (2026, 11, 3), (2026, 11, 3));
    assert_eq!(rows(&csv)[0]["received_amount"], "1000");
    let (csv, _) = export(&journals, Kind::StockReconciliation, (2026, 11, 3), (2026, 11, 3));
    let rows = rows(&csv);
    assert_eq!(rows[0]["purpose"], "Stock Reconciliation");
    assert_eq!(rows[0]["items.use_serial_batch_fields"], "1");
    assert!(!rows[1].contains_key("items.use_serial_batch_fields"));
    assert!(!rows[1].contains_key("purpose"), "a further row repeats nothing");
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
