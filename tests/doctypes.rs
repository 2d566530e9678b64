//! Every document against ERPNext's own definition of it: names, types, options, links, mandatory fields.
//!
//! In: `shared/erpnext/doctypes`, the definitions as a real ERPNext 15 has them, in a directory above this one. Absent: what ERPNext's
//! controllers ask for beyond the definitions; that is in the recorded answers, and in the rules of each kind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use outpost::domain::document::{Document, Field, Form, Kind, Link};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Kinds that are not among the definitions.
const WITHOUT: [(Kind, &str); 2] = [
    (
        Kind::TillOpening,
        "POS Opening Entry was not recorded: the till is the box's own, and nothing of it is posted yet",
    ),
    (Kind::TillClosing, "POS Closing Entry was not recorded: as above"),
];

/// What ERPNext works out or takes from its settings: the payloads that a real one took have none of these (FACTS, 4).
const OFFICE: [(&str, &str); 22] = [
    ("naming_series", "the office's own numbers"),
    ("company", "the site's company, from the office's settings"),
    ("currency", "the company's where absent"),
    ("conversion_rate", "from the currency"),
    ("selling_price_list", "the office's default list where absent"),
    ("price_list_currency", "from the list"),
    ("plc_conversion_rate", "from the list"),
    ("base_net_total", "worked out"),
    ("base_grand_total", "worked out"),
    ("grand_total", "worked out"),
    ("debit_to", "the customer's account"),
    ("credit_to", "the supplier's account"),
    ("item_name", "from the item"),
    ("uom", "the item's own where absent"),
    ("stock_uom", "from the item"),
    ("conversion_factor", "from the item"),
    ("amount", "worked out"),
    ("base_rate", "worked out"),
    ("base_amount", "worked out"),
    ("income_account", "from the item or the company"),
    ("cost_center", "from the company"),
    ("status", "the state of the document"),
];

/// The same for fields of one kind, and those that the box gives where the device does not.
const OF_KIND: [(Kind, &str, &str); 20] = [
    (Kind::DeliveryNote, "posting_time", "the box's time where absent"),
    (Kind::PurchaseReceipt, "posting_time", "the box's time where absent"),
    (Kind::StockReconciliation, "posting_time", "the box's time where absent"),
    (Kind::JournalEntry, "posting_date", "the box's day where absent"),
    (Kind::StockReconciliation, "items.warehouse", "set_warehouse where absent: the rules ask for one of them"),
    (Kind::StockReconciliation, "purpose", "there is one: whoever posts writes Stock Reconciliation"),
    (Kind::PurchaseReceipt, "items.received_qty", "worked out"),
    (Kind::PurchaseInvoice, "items.stock_qty", "worked out"),
    (Kind::StockEntry, "items.transfer_qty", "worked out"),
    (Kind::PaymentEntry, "paid_from", "the account of the customer, or of mode_of_payment"),
    (Kind::PaymentEntry, "paid_to", "the account of mode_of_payment, or of the supplier"),
    (Kind::PaymentEntry, "paid_from_account_currency", "from the account"),
    (Kind::PaymentEntry, "paid_to_account_currency", "from the account"),
    (Kind::PaymentEntry, "source_exchange_rate", "one currency"),
    (Kind::PaymentEntry, "target_exchange_rate", "one currency"),
    (Kind::PaymentEntry, "base_paid_amount", "worked out"),
    (Kind::PaymentEntry, "received_amount", "the same as paid_amount: one currency"),
    (Kind::PaymentEntry, "base_received_amount", "worked out"),
    (Kind::JobCard, "workstation", "the office's Job Card has it; time is added to that"),
    (Kind::JobCard, "wip_warehouse", "the office's Job Card has it; time is added to that"),
];

/// Links that no reference tells.
const UNTOLD: [(&str, &str); 7] = [
    ("currency", "the form is looked at: three capital letters; the office's price lists say which"),
    ("batch_no", "looked at with its row: a batch is of an item"),
    ("item_group", "groups do not come down; the office puts an unknown one into its default"),
    ("barcodes.uom", "one of the item's own units, which are looked at"),
    ("operation", "looked at with the Work Order that has it"),
    ("stock_entry_type", "a choice"),
    ("party_type", "a choice"),
];

fn definitions() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|dir| dir.join("shared/erpnext/doctypes")).find(|dir| dir.is_dir());
    found.unwrap_or_else(|| panic!("shared/erpnext/doctypes is missing in every directory above {}", here.display()))
}

/// A doctype's fields by name.
struct Doctype {
    name: String,
    fields: Map<String, Value>,
}

impl Doctype {
    fn read(name: &str) -> Self {
        let file = definitions().join(format!("{}.json", name.to_lowercase().replace(' ', "_")));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let whole: Value = serde_json::from_str(&text).unwrap();
        let field = |field: &Value| (field["fieldname"].as_str().unwrap().to_owned(), field.clone());
        Self { name: name.to_owned(), fields: whole["fields"].as_array().unwrap().iter().map(field).collect() }
    }

    fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or_else(|| panic!("{} has no field {name}", self.name))
    }
}

fn word<'a>(field: &'a Value, key: &str) -> &'a str {
    field[key].as_str().unwrap_or_default()
}

fn is_set(field: &Value, key: &str) -> bool {
    field[key].as_i64() == Some(1)
}

/// A table: the field that it is in (none for the document itself), our fields, its doctype.
type Table = (Option<&'static str>, Vec<Field>, Doctype);

/// Each kind that has a definition, with its tables.
fn kinds() -> Vec<(Kind, Vec<Table>)> {
    let tables = |kind: Kind| {
        let own = Doctype::read(kind.name());
        let mut tables = Vec::new();
        for field in kind.fields() {
            if let Form::Table(cells) = field.form {
                let rows = own.field(field.name);
                assert_eq!(word(rows, "fieldtype"), "Table", "{} {}", own.name, field.name);
                tables.push((Some(field.name), cells(), Doctype::read(word(rows, "options"))));
            }
        }
        tables.insert(0, (None, kind.fields(), own));
        (kind, tables)
    };
    let known = |kind: &&Kind| !WITHOUT.iter().any(|(without, _)| without == *kind);
    Kind::ALL.iter().filter(known).map(|kind| tables(*kind)).collect()
}

fn path(table: Option<&str>, field: &str) -> String {
    table.map_or(field.to_owned(), |table| format!("{table}.{field}"))
}

#[test]
fn every_kind_but_those_with_a_reason_has_a_definition() {
    assert_eq!(kinds().len() + WITHOUT.len(), Kind::ALL.len());
    for (kind, reason) in WITHOUT {
        let file = definitions().join(format!("{}.json", kind.name().to_lowercase().replace(' ', "_")));
        assert!(!file.exists(), "it is there now, so look at it; it was left out since: {reason}");
    }
}

#[test]
fn every_field_is_erpnext_s_and_takes_what_ours_takes() {
    for (kind, tables) in kinds() {
        for (table, fields, doctype) in &tables {
            for field in fields {
                let theirs = doctype.field(field.name);
                let at = format!("{} {}", kind.name(), path(*table, field.name));
                let (fieldtype, options) = (word(theirs, "fieldtype"), word(theirs, "options"));
                let fits: &[&str] = match field.form {
                    Form::Text => &["Data", "Link", "Dynamic Link", "Small Text", "Text", "Read Only", "Select"],
                    Form::LongText => &["Text", "Text Editor", "Small Text", "Long Text"],
                    Form::Number => &["Currency", "Float", "Percent"],
                    Form::Whole => &["Int", "Data"],
                    Form::Flag => &["Check"],
                    Form::Date => &["Date"],
                    Form::Time => &["Time"],
                    Form::Moment => &["Datetime"],
                    Form::Ref => &["Link", "Dynamic Link"],
                    Form::Choice(_) => &["Select", "Link"],
                    Form::Table(_) => &["Table"],
                };
                assert!(fits.contains(&fieldtype), "{at} is a {fieldtype}, ours takes {:?}", field.form);
                match field.form {
                    Form::Choice(words) if fieldtype == "Select" => {
                        let theirs: Vec<&str> = options.lines().collect();
                        words
                            .iter()
                            .for_each(|word| assert!(theirs.contains(word), "{at}: {word} is none of {theirs:?}"));
                    }
                    // A Link whose rows are part of ERPNext: the purposes of stock entries, the names of doctypes.
                    Form::Choice(words) if options == "Stock Entry Type" => {
                        let purposes = Doctype::read("Stock Entry Type");
                        let purposes: Vec<&str> = word(purposes.field("purpose"), "options").lines().collect();
                        words.iter().for_each(|word| assert!(purposes.contains(word), "{at}: {word}"));
                    }
                    Form::Choice(words) => {
                        assert_eq!(options, "DocType", "{at}");
                        words.iter().for_each(|word| drop(Doctype::read(word)));
                    }
                    Form::Ref if fieldtype == "Link" => {
                        assert!(Kind::named(options).is_some(), "{at} names a {options}")
                    }
                    Form::Text if fieldtype == "Select" => {
                        assert_eq!(field.name, "charge_type", "{at}: make it a choice")
                    }
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn every_way_to_charge_a_tax_is_taken() {
    for child in ["Sales Taxes and Charges", "Purchase Taxes and Charges"] {
        let doctype = Doctype::read(child);
        for charge in word(doctype.field("charge_type"), "options").lines().filter(|charge| !charge.is_empty()) {
            let tax = |charge: &str| json!({"charge_type": charge, "account_head": "PPN", "description": "PPN"});
            let mut second = tax(charge);
            if charge.starts_with("On Previous Row") {
                second["row_id"] = json!(1);
            }
            let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "A", "qty": "1", "rate": "1"}],
                "taxes": [tax("Actual"), second]});
            let document = Document::deserialize_as(Kind::SalesInvoice, &sale).unwrap();
            assert_eq!(document.rules().validate(), Ok(()), "{charge}");
        }
    }
}

#[test]
fn what_erpnext_must_have_we_must_have_or_say_who_fills_it_in() {
    for (kind, tables) in kinds() {
        for (table, fields, doctype) in &tables {
            for (name, theirs) in doctype.fields.iter().filter(|(_, field)| is_set(field, "reqd")) {
                let at = path(*table, name);
                let filled = !word(theirs, "default").is_empty() || !word(theirs, "fetch_from").is_empty();
                let by_office = OFFICE.iter().any(|(field, _)| field == name);
                let by_somebody = OF_KIND.iter().any(|(of, field, _)| *of == kind && *field == at);
                let required = fields.iter().any(|field| field.name == name && field.required);
                assert!(required || filled || by_office || by_somebody, "{} {at} is mandatory", kind.name());
                assert!(!(required && by_somebody), "{} {at} is required now: take it off the list", kind.name());
            }
        }
    }
}

#[test]
fn no_exception_is_there_for_nothing() {
    let kinds = kinds();
    for (kind, field, _) in &OF_KIND {
        let (_, tables) = kinds.iter().find(|(of, _)| of == kind).unwrap();
        let mandatory = |(table, _, doctype): &Table| {
            doctype.fields.iter().any(|(name, theirs)| is_set(theirs, "reqd") && path(*table, name) == *field)
        };
        assert!(tables.iter().any(mandatory), "{} {field} is not mandatory", kind.name());
    }
    for (field, _) in OFFICE {
        let mandatory = |doctype: &Doctype| doctype.fields.get(field).is_some_and(|theirs| is_set(theirs, "reqd"));
        assert!(kinds.iter().flat_map(|(_, tables)| tables).any(|(_, _, doctype)| mandatory(doctype)), "{field}");
    }
}

/// A document of this kind with every field that there is; of a choice the word number `word`, around and around.
fn full(fields: &[Field], word: usize) -> Value {
    let value = |field: &Field| match field.form {
        Form::Text | Form::LongText | Form::Ref => json!(format!("the {}", field.name)),
        Form::Number => json!("1"),
        Form::Whole => json!(1),
        Form::Flag => json!(true),
        Form::Date => json!("2026-11-02"),
        Form::Time => json!("10:00:00"),
        Form::Moment => json!("2026-11-02 10:00:00"),
        Form::Choice(words) => json!(words[word % words.len()]),
        // Two rows: the last one of a Journal Entry is another account than the others.
        Form::Table(cells) => json!([full(&cells(), word), full(&cells(), word)]),
    };
    Value::Object(fields.iter().map(|field| (field.name.to_owned(), value(field))).collect())
}

fn doctype_of(link: Link) -> &'static str {
    match link {
        Link::Item => "Item",
        Link::Customer => "Customer",
        Link::Supplier => "Supplier",
        Link::Uom => "UOM",
        Link::Account | Link::ExpenseAccount => "Account",
        Link::ModeOfPayment => "Mode of Payment",
        Link::PriceList => "Price List",
        Link::SalesTaxes => "Sales Taxes and Charges Template",
        Link::PurchaseTaxes => "Purchase Taxes and Charges Template",
        Link::ItemTaxes => "Item Tax Template",
        Link::Bom => "BOM",
        Link::WorkOrder => "Work Order",
        Link::Employee => "Employee",
        Link::Project => "Project",
        Link::ActivityType => "Activity Type",
    }
}

/// `items[1].qty` → (`items`, `qty`).
fn parts(field: &str) -> (Option<&str>, &str) {
    match field.split_once('[') {
        Some((table, rest)) => (Some(table), rest.split_once("].").unwrap().1),
        None => (None, field),
    }
}

#[test]
fn what_a_document_names_is_of_the_doctype_that_its_field_links_to() {
    for (kind, tables) in kinds() {
        for word_number in 0..6 {
            let document = Document::deserialize_as(kind, &full(&kind.fields(), word_number)).unwrap();
            let of = |field: &str| {
                let (table, name) = parts(field);
                let found = tables.iter().find(|(of, ..)| *of == table);
                found.unwrap_or_else(|| panic!("{} {field}", kind.name())).2.field(name).clone()
            };
            for reference in document.rules().references() {
                let theirs = of(&reference.field);
                let at = format!("{} {}", kind.name(), reference.field);
                match word(&theirs, "fieldtype") {
                    "Link" => assert_eq!(word(&theirs, "options"), doctype_of(reference.link), "{at}"),
                    "Dynamic Link" => assert!(["Customer", "Supplier"].contains(&doctype_of(reference.link)), "{at}"),
                    other => panic!("{at} is a {other}"),
                }
                let (_, name) = parts(&reference.field);
                assert_eq!(reference.name.as_str(), format!("the {name}"), "{at} is told under another field");
            }
            for place in document.rules().places() {
                let theirs = of(&place.field);
                assert_eq!(word(&theirs, "options"), "Warehouse", "{} {}", kind.name(), place.field);
            }
        }
    }
}

#[test]
fn every_link_is_told_or_has_a_reason() {
    for (kind, tables) in kinds() {
        let document = Document::deserialize_as(kind, &full(&kind.fields(), 0)).unwrap();
        let references = document.rules().references();
        let places = document.rules().places();
        let told = references.iter().map(|found| &found.field).chain(places.iter().map(|found| &found.field));
        let told: Vec<_> = told.map(|field| parts(field)).collect();
        for (table, fields, doctype) in &tables {
            for field in fields.iter().filter(|field| matches!(field.form, Form::Text | Form::Choice(_))) {
                let at = path(*table, field.name);
                let theirs = doctype.field(field.name);
                let untold = UNTOLD.iter().any(|(name, _)| *name == at || *name == field.name);
                if word(theirs, "fieldtype") == "Link" && !untold && word(theirs, "options") != "DocType" {
                    assert!(told.contains(&(*table, field.name)), "{} {at} is looked at by nobody", kind.name());
                }
            }
        }
    }
}
