//! Facts of CSV and JSON.

use super::*;

#[test]
fn a_list_goes_on_in_lines_whose_own_columns_are_blank() {
    let mut rows = workshop();
    let csv = "item_code,item_name,stock_uom,barcodes.barcode,barcodes.uom,uoms.uom,uoms.conversion_factor\n\
        TIE,\"Tie, silk\",Nos,111,,Box,10\n\
        ,,,222,Box,,\n\
        \n\
        HAT,,Nos,,,,\n";
    let report = rows.take(&[("item.csv", csv)]);
    assert!(report.taken, "{report}");
    let json = r#"[
        {"item_code": "TIE", "item_name": "Tie, silk", "stock_uom": "Nos", "is_stock_item": 1,
         "barcodes": [{"barcode": "111"}, {"barcode": "222", "uom": "Box"}], "uoms": [{"uom": "Box", "conversion_factor": 10}]},
        {"item_code": "HAT", "item_name": "HAT", "stock_uom": "Nos", "is_stock_item": true, "item_group": null}]"#;
    let report = rows.take(&[("item.json", json)]);
    assert_eq!(report.tables[0], TableCount { table: "item".into(), unchanged: 2, ..TableCount::default() });
}

#[test]
fn lists_of_names_and_fields_of_fields_have_columns() {
    let mut rows = workshop();
    let report = rows.take(&[
        ("period.csv", "period_name,start_date,end_date,closed_documents.document_type\nOct,2026-10-01,2026-10-31,Sales Invoice\n,,,Stock Entry\n"),
        ("settings.csv", "site,company,currency,approvals.cancellation,approvals.discount_over_percent\nbogor,TW,IDR,1,7.5\n"),
        ("user.csv", "name,sites,roles\nani@tw,bandung,Stock User\n,bogor,Sales User\n"),
    ]);
    assert!(report.taken, "{report}");
    let rows = rows.rows();
    let period = rows.iter().find_map(|row| if let Row::Period(row) = row { Some(row) } else { None }).unwrap();
    assert_eq!(period.closed_documents.len(), 2);
    let user = rows.iter().find_map(|row| if let Row::User(row) = row { Some(row) } else { None }).unwrap();
    assert_eq!((user.sites.len(), user.roles.len(), user.full_name.as_str()), (2, 2, "ani@tw"));
    let all = rows.iter().filter_map(|row| if let Row::Settings(row) = row { Some(row) } else { None });
    assert_eq!(all.filter(|row| row.approvals.cancellation).count(), 1);
}

#[test]
fn a_byte_order_mark_is_tolerated_and_told() {
    let mut rows = Memory::default();
    let report = rows.take(&[("uom.csv", "\u{feff}uom_name\r\nNos\r\n")]);
    assert!(report.taken);
    assert!(report.warnings[0].to_string().contains("byte order mark"), "{report}");
}

#[test]
fn a_file_is_named_after_its_table() {
    for name in ["item.csv", "Item.CSV", "item.2.csv", "item.json"] {
        assert_eq!(table_of(name), Some(Table::Item), "{name}");
    }
    assert_eq!(table_of("Item Price.csv"), Some(Table::ItemPrice));
    assert_eq!(table_of("tax_template.json"), Some(Table::TaxTemplate));
    is_wrong(
        "stuff.csv",
        "a\n",
        "stuff.csv: ",
        "a file's name says its table, like item.csv; the tables are settings, warehouse",
    );
    is_wrong("item.xlsx", "a\n", "item.xlsx: ", "only .csv and .json");
}

#[test]
fn what_is_no_csv_of_the_table_is_told_with_its_line_and_field() {
    is_wrong("uom.csv", "", "uom.csv:1: ", "it is empty");
    is_wrong("uom.csv", "uom_name;must_be_whole_number\n", "uom.csv:1: ", "commas");
    is_wrong("uom.csv", "uom_name,uom_name\n", "uom.csv:1: uom_name: ", "two columns");
    is_wrong("uom.csv", "uom_name,owner\n", "uom.csv:1: owner: ", "there are uom_name, must_be_whole_number");
    is_wrong("uom.csv", "uom_name\nNos,1\n", "uom.csv:2: ", "2 cells, but the first line names 1");
    is_wrong(
        "uom.csv",
        "uom_name,must_be_whole_number\nNos,yes\n",
        "uom.csv:2: must_be_whole_number: ",
        "write 1 or 0",
    );
    is_wrong("item.csv", "item_code,stock_uom,barcodes.barcode\n,,1\n", "item.csv:2: ", "none above");
    is_wrong(
        "item.csv",
        "item_code,stock_uom,barcodes.code\n",
        "item.csv:1: barcodes.code: ",
        "there are barcodes.barcode, barcodes.uom",
    );
    is_wrong("item.csv", "item_code\nTIE\n", "item.csv:2: stock_uom: ", "it is missing: fill it in");
    let csv = "item_code,stock_uom,barcodes.barcode,barcodes.uom\nTIE,Nos,1,\n,,,Box\n";
    is_wrong("item.csv", csv, "item.csv:3: barcodes[1].barcode: ", "it is missing");
    is_wrong(
        "item-price.csv",
        "item_code,price_list,uom,price_list_rate\nSHIRT,Retail,Nos,\"1,5\"\n",
        "item-price.csv:2: price_list_rate: ",
        "digits with a point",
    );
    is_wrong(
        "period.csv",
        "period_name,start_date,end_date,closed_documents\nOct,31-10-2026,2026-10-31,Sales Invoice\n",
        "period.csv:2: start_date: ",
        "write it like 2026-11-02",
    );
    is_wrong(
        "permission.csv",
        "role,document,read\nTailor,Sale Invoice,1\n",
        "permission.csv:2: document: ",
        "Sales Invoice",
    );
}

#[test]
fn what_is_no_json_of_the_table_is_told_with_its_line_and_field() {
    is_wrong("uom.json", "[{\"uom_name\": \"Nos\"},\n{\"uom_name\"\n}]", "uom.json:3: ", "a list of objects");
    is_wrong("uom.json", "{\"uom_name\": \"Nos\"}", "uom.json:1: ", "a list of objects");
    is_wrong("uom.json", "[\n 1]", "uom.json:2: ", "a row is an object");
    is_wrong("uom.json", "[\n{\"uom_name\": \"A\",\n\"uom_name\": \"B\"}]", "uom.json:3: ", "stands twice");
    is_wrong(
        "uom.json",
        "[{\"uom_name\": \"Nos\"},\n\n{\"uom_name\": \"A\", \"owner\": 1}]",
        "uom.json:3: owner: ",
        "there are uom_name",
    );
    let json =
        "[{\"item_code\": \"TIE\", \"stock_uom\": \"Nos\", \"barcodes\": [{\"barcode\": \"1\"}, {\"barcode\": 2}]}]";
    is_wrong("item.json", json, "item.json:1: barcodes[1].barcode: ", "string");
    let price = |rate: &str| {
        format!("[{{\"item_code\":\"SHIRT\",\"price_list\":\"Retail\",\"uom\":\"Nos\",\"price_list_rate\":{rate}}}]")
    };
    is_wrong("item-price.json", &price("1.00000000001"), "item-price.json:1: price_list_rate: ", "more than 9 digits");
    assert!(workshop().take(&[("item-price.json", &price("0.1"))]).taken);
}

#[test]
fn text_that_is_not_utf_8_is_told_with_its_line() {
    let bytes = b"uom_name\nNos\nBl\xf6cke\n".to_vec();
    let report =
        load(&[Source { name: "uom.csv".into(), bytes }], Order::default(), &mut Memory::default(), &nothing_included)
            .unwrap();
    assert!(report.errors[0].to_string().starts_with("uom.csv:3: it is not UTF-8"), "{report}");
}

#[test]
fn the_limits_hold_at_and_past_their_edges() {
    let lines = |n: usize| {
        let mut text = String::from("activity_type\n");
        (0..n).for_each(|n| text.push_str(&format!("{n}\n")));
        text
    };
    let check = Order { check: true, replace: false };
    assert!(!Memory::default().load(&[("activity-type.csv", &lines(MAX_ROWS))], check).is_refused());
    let past = Memory::default().load(&[("activity-type.csv", &lines(MAX_ROWS + 1))], check);
    assert!(past.errors[0].rule.contains("more than 200000 rows"), "{past}");
    let parts = [("activity-type.1.csv", &*lines(MAX_ROWS)), ("activity-type.2.csv", "activity_type\nlast\n")];
    assert!(Memory::default().load(&parts, check).is_refused());

    let roles = |n: usize| format!("[{{\"name\": \"ani\", \"roles\": [{}\"last\"]}}]", "\"a\",".repeat(n - 1));
    assert!(!Memory::default().load(&[("user.json", &roles(MAX_LIST))], check).is_refused());
    assert!(Memory::default().load(&[("user.json", &roles(MAX_LIST + 1))], check).is_refused());

    let long = |n: usize| {
        format!("[{{\"name\": \"ani\", \"roles\": [{}]}}]", vec![format!("\"{}\"", "r".repeat(120)); n].join(","))
    };
    assert!(!Memory::default().load(&[("user.json", &long(500))], check).is_refused());
    let past = Memory::default().load(&[("user.json", &long(600))], check);
    assert!(past.errors[0].rule.contains("larger than 64 KiB"), "{past}");

    let padded = |n: usize| format!("uom_name\nNos\n{}", "\n".repeat(n - 13));
    assert!(!Memory::default().load(&[("uom.csv", &padded(MAX_FILE_BYTES))], check).is_refused());
    let past = Memory::default().load(&[("uom.csv", &padded(MAX_FILE_BYTES + 1))], check);
    assert!(past.errors[0].rule.contains("split it"), "{past}");
}

#[test]
fn all_errors_are_told_up_to_a_limit_and_the_rest_is_counted() {
    let csv = format!("uom_name,must_be_whole_number\n{}", "Nos,x\n".repeat(MAX_PROBLEMS + 3));
    let report = Memory::default().take(&[("uom.csv", &csv)]);
    assert_eq!((report.errors.len(), report.more_errors), (MAX_PROBLEMS, 3));
    assert!(report.to_string().contains("error: and 3 more"), "{report}");
}
