//! Facts of a load as a whole: what changes, who gets it, and that whatever is loaded can be loaded again.

use super::*;
use crate::domain::id::SiteId;
use crate::load::shape::{self, Shape};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn site(name: &str) -> SiteId {
    name.parse().unwrap()
}

#[test]
fn a_check_changes_nothing_and_tells_what_would_change() {
    let mut rows = workshop();
    let before = rows.clone();
    let report = rows.load(&[("uom.csv", "uom_name\nNos\nPair\n")], Order { check: true, replace: false });
    assert!(!report.taken && !report.is_refused());
    assert_eq!(report.tables[0], TableCount { table: "uom".into(), new: 1, changed: 1, ..TableCount::default() });
    assert_eq!(rows, before);
}

#[test]
fn only_a_replaced_table_loses_what_is_not_in_its_files() {
    let mut rows = workshop();
    let uoms = [("uom.csv", "uom_name,must_be_whole_number\nNos,1\nBox,1\n")];
    assert_eq!(rows.take(&uoms).tables[0].deleted, 0);
    let report = rows.load(&uoms, Order { check: false, replace: true });
    assert_eq!(report.tables[0], TableCount { table: "uom".into(), unchanged: 2, deleted: 1, ..TableCount::default() });
    assert!(
        report.warnings[0].to_string().contains("item CLOTH still names the uom Meter, which is deleted"),
        "{report}"
    );
    assert_eq!(rows.readers(Table::Uom, "Meter"), None);
    assert!(rows.readers(Table::Item, "CLOTH").is_some(), "other tables stay");
}

#[test]
fn stock_goes_along_with_a_warehouse_that_changes_hands() {
    let mut rows = workshop();
    rows.take(&[
        ("settings.csv", "site,company,currency\nbogor,TW,IDR\n"),
        ("level.csv", "item_code,warehouse,actual_qty\nSHIRT,Bandung - TW,5\n"),
    ]);
    let key = "Bandung - TW\u{1f}SHIRT";
    assert_eq!(rows.readers(Table::Level, key), Some(Audience::Sites([site("bandung")].into())));
    let report = rows.take(&[("warehouse.csv", "name,site\nBandung - TW,bogor\n")]);
    assert!(report.taken, "{report}");
    assert_eq!(rows.readers(Table::Level, key), Some(Audience::Sites([site("bogor")].into())));
}

#[test]
fn a_level_says_what_of_it_is_the_sites_own_doing() {
    let mut rows = workshop();
    let included = |warehouse: &Text, item: &Text| {
        assert_eq!((warehouse.as_str(), item.as_str()), ("Bandung - TW", "SHIRT"));
        (Decimal::from(3), Some(IntentId(uuid::Uuid::from_u128(9))))
    };
    let files = sources(&[("level.csv", "item_code,warehouse,actual_qty\nSHIRT,Bandung - TW,5\n")]);
    assert!(load(&files, Order::default(), &mut rows, &included).unwrap().taken);
    let level =
        rows.rows().into_iter().find_map(|row| if let Row::Level(row) = row { Some(row) } else { None }).unwrap();
    assert_eq!((level.actual_qty, level.included), (Decimal::from(5), Decimal::from(3)));
    assert_eq!(level.counted, Some(IntentId(uuid::Uuid::from_u128(9))));
}

#[test]
fn a_row_that_cannot_be_read_is_told_and_left() {
    let mut rows = workshop();
    let key = RowKey { table: Table::Uom, name: "Odd".into() };
    rows.0.insert(key.clone(), (b"\xff".to_vec(), Audience::All));
    let report = rows.take(&[("uom.csv", "uom_name\nPair\n")]);
    assert!(report.taken && report.warnings[0].to_string().contains("uom Odd cannot be read"), "{report}");
    assert!(rows.0.contains_key(&key));
}

/// A value of a field's shape, of few texts so that keys meet, or nothing.
fn value(shape: &Shape, name: &str) -> BoxedStrategy<Value> {
    match shape {
        // Of a hash the loader asks for its form.
        Shape::Text if name.ends_with("_hash") => Just(Value::Null).boxed(),
        Shape::Id => prop::option::of(any::<u128>()).prop_map(|id| json!(id.map(uuid::Uuid::from_u128))).boxed(),
        Shape::Day => (1i8..29).prop_map(|day| json!(jiff::civil::date(2026, 2, day).to_string())).boxed(),
        Shape::Text if matches!(name, "site" | "sites" | "to" | "from") => {
            prop::sample::select(vec!["bandung", "bogor"]).prop_map(Value::from).boxed()
        }
        Shape::Text if name == "document" => {
            prop::sample::select(vec!["Sales Invoice", "Stock Entry"]).prop_map(Value::from).boxed()
        }
        Shape::Text if name == "shortage" => {
            prop::sample::select(vec!["warn", "approve", "refuse"]).prop_map(Value::from).boxed()
        }
        Shape::Text => {
            prop::sample::select(vec!["A", "B, \"b\"", "Ö", "=1+1", "0", "1e3", "true"]).prop_map(Value::from).boxed()
        }
        Shape::Whole => (0u8..10).prop_map(Value::from).boxed(),
        Shape::Value => prop::sample::select(vec![json!(0), json!(1), json!("12.5")]).boxed(),
        Shape::Fields(fields) => object(fields.clone()).boxed(),
        Shape::List(row) => {
            // A row of a list without any field has no line in CSV.
            prop::collection::vec(value(row, name), 0..4)
                .prop_map(|rows| rows.into_iter().filter(|row| *row != json!({})).collect())
                .boxed()
        }
    }
}

fn object(fields: shape::Fields) -> impl Strategy<Value = Value> {
    fields
        .into_iter()
        .fold(Just(Map::new()).boxed(), |object, (name, shape)| {
            (object, value(&shape, name))
                .prop_map(move |(mut object, value)| {
                    let empty = value.is_null() || value == json!([]) || value == json!({});
                    if !empty {
                        object.insert(name.into(), value);
                    }
                    object
                })
                .boxed()
        })
        .prop_map(Value::Object)
}

/// Rows of one table, by key.
fn rows_of(table: Table) -> impl Strategy<Value = BTreeMap<RowKey, Row>> {
    prop::collection::vec(object(shape::fields(table)), 0..8).prop_map(move |objects| {
        let rows = objects.into_iter().filter_map(|object| Row::deserialize_as(table, object).ok());
        rows.map(|row| (row.key(), row)).collect()
    })
}

/// A row's fields, with those that are told where they are at rest.
fn fields_of(row: &Row) -> Map<String, Value> {
    let Value::Object(mut fields) = row.serialize_fields(serde_json::value::Serializer).unwrap() else { panic!() };
    if row.table() == Table::Item {
        fields.entry("is_stock_item").or_insert(json!(0));
    }
    fields
}

fn as_json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(&rows.iter().map(fields_of).collect::<Vec<_>>()).unwrap()
}

fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The rows as CSV with every column, lists going on in lines of their own.
fn as_csv(table: Table, rows: &[Row]) -> String {
    let mut columns = Vec::new();
    for (name, shape) in shape::fields(table) {
        match shape {
            Shape::Fields(fields) => columns.extend(fields.into_iter().map(|(inner, _)| (name, Some(inner)))),
            Shape::List(row) => match *row {
                Shape::Fields(fields) => columns.extend(fields.into_iter().map(|(inner, _)| (name, Some(inner)))),
                _ => columns.push((name, None)),
            },
            _ => columns.push((name, None)),
        }
    }
    let mut csv = ::csv::Writer::from_writer(Vec::new());
    csv.write_record(
        columns.iter().map(|(name, inner)| inner.map_or_else(|| (*name).to_owned(), |inner| format!("{name}.{inner}"))),
    )
    .unwrap();
    for row in rows {
        let fields = fields_of(row);
        let lines = fields.values().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0).max(1);
        for line in 0..lines {
            csv.write_record(columns.iter().map(|(name, inner)| {
                let value = match fields.get(*name) {
                    Some(Value::Array(list)) => list.get(line),
                    other => other.filter(|_| line == 0),
                };
                value
                    .and_then(|value| inner.map_or(Some(value), |inner| value.get(inner)))
                    .map(cell)
                    .unwrap_or_default()
            }))
            .unwrap();
        }
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}

fn read_back(name: String, text: String) -> Vec<Row> {
    let sources = [Source { name, bytes: text.into_bytes() }];
    let mut report = Report::default();
    let files = read::read(&sources, &nothing_included, &mut report);
    assert_eq!(report.errors, [], "{report}\n{}", String::from_utf8_lossy(&sources[0].bytes));
    files.rows.into_iter().map(|found| found.row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn rows_written_as_csv_or_json_are_read_as_they_were(
        (table, rows) in prop::sample::select(Table::loaded().collect::<Vec<_>>()).prop_flat_map(|table| (Just(table), rows_of(table)))
    ) {
        let rows: Vec<Row> = rows.into_values().collect();
        prop_assert_eq!(&read_back(format!("{}.json", table.slug()), as_json(&rows)), &rows);
        prop_assert_eq!(&read_back(format!("{}.csv", table.slug()), as_csv(table, &rows)), &rows);
    }

    #[test]
    fn no_file_makes_the_loader_panic_and_none_that_is_refused_changes_anything(
        table in prop::sample::select(Table::loaded().collect::<Vec<_>>()),
        json in any::<bool>(),
        junk in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[\\[\\]{}\",:a-z_0-9. \n]{0,200}".prop_map(String::into_bytes),
            "(name|item_code|item|uoms\\.uom|barcodes\\.barcode|qty|pin)(,(name|taxes\\.rate|stock_uom|roles)){0,3}\n[a-z0-9,\n\"]{0,100}".prop_map(String::into_bytes),
        ],
    ) {
        let name = format!("{}.{}", table.slug(), if json { "json" } else { "csv" });
        let mut rows = Memory::default();
        let report = load(&[Source { name, bytes: junk }], Order::default(), &mut rows, &nothing_included).unwrap();
        prop_assert!(report.taken != report.is_refused());
        if report.is_refused() {
            prop_assert_eq!(rows, Memory::default());
        }
        report.to_string();
    }
}

#[test]
fn every_table_has_rows_in_the_property_test_above() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for table in Table::loaded() {
        let any = (0..20).any(|_| !rows_of(table).new_tree(&mut runner).unwrap().current().is_empty());
        assert!(any, "{}", table.slug());
    }
}
