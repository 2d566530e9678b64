//! The doctypes' definitions: fields, types, options, mandatory ones, who may do what.
//!
//! In: `shared/erpnext/doctypes`, in a directory above this one or where `ERPNEXT_DOCTYPES` says. Out: a [`Doctype`] by its name.
//! Absent: what controllers ask for beyond the definitions. A doctype of [`FREE`] has no definition there: it takes any field.

use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) options: String,
    pub(crate) default: Option<String>,
    pub(crate) reqd: bool,
    pub(crate) allow_on_submit: bool,
    pub(crate) unique: bool,
    pub(crate) fetch_from: String,
    pub(crate) fetch_if_empty: bool,
    /// `permlevel`: above 0 a role needs a right of its own for it.
    pub(crate) level: i64,
    /// It is a column of the table; a Custom Field whose column could not be made is none.
    pub(crate) has_column: bool,
    /// As it was defined.
    pub(crate) whole: Value,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Float,
    Date,
    Time,
    Datetime,
    Link,
    DynamicLink,
    Select,
    Table,
    Text,
}

/// What a role may do.
#[derive(Clone, Debug)]
pub(crate) struct Right {
    pub(crate) role: String,
    pub(crate) whole: Value,
}

/// One doctype.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doctype {
    pub(crate) name: String,
    pub(crate) autoname: String,
    pub(crate) submittable: bool,
    pub(crate) is_child: bool,
    pub(crate) free: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) rights: Vec<Right>,
    /// Links by position, each with the fields that it fetches.
    pub(crate) links: Vec<(usize, Vec<usize>)>,
    /// Fields that have something in them where nothing was sent, and tables.
    pub(crate) filled: Vec<usize>,
    /// Mandatory fields that are no numbers.
    pub(crate) needed: Vec<usize>,
    /// Fields of a choice.
    pub(crate) chosen: Vec<usize>,
    /// Days and times.
    pub(crate) dated: Vec<usize>,
}

impl Doctype {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name).map(|i| &self.fields[*i])
    }

    /// Adds a field, as a Custom Field does.
    pub(crate) fn add(&mut self, field: Field) {
        self.by_name.insert(field.name.clone(), self.fields.len());
        self.fields.push(field);
    }

    /// Works out what is looked up often.
    pub(crate) fn finish(&mut self) {
        let fetched = |name: &str| {
            let from = |f: &Field| f.fetch_from.split_once('.').is_some_and(|(link, _)| link == name);
            (0..self.fields.len()).filter(|i| from(&self.fields[*i])).collect()
        };
        let is_link = |i: &usize| matches!(self.fields[*i].kind, Kind::Link | Kind::DynamicLink);
        let filled = |i: &usize| {
            let field = &self.fields[*i];
            let own = field.default.as_deref().is_some_and(|d| !matches!(d, "0" | "0.0"));
            let common = field.kind == Kind::Link && matches!(field.name.as_str(), "company" | "currency");
            let choice =
                field.kind == Kind::Select && field.options.split('\n').next().is_some_and(|o| !o.trim().is_empty());
            own || common || choice || field.kind == Kind::Table
        };
        let those = |which: fn(&Field) -> bool| (0..self.fields.len()).filter(|i| which(&self.fields[*i])).collect();
        self.needed = those(|f| f.reqd && !matches!(f.kind, Kind::Whole | Kind::Float));
        self.chosen = those(|f| f.kind == Kind::Select && f.name != "naming_series");
        self.dated = those(|f| matches!(f.kind, Kind::Date | Kind::Time | Kind::Datetime));
        self.filled = (0..self.fields.len()).filter(filled).collect();
        self.links = (0..self.fields.len()).filter(is_link).map(|i| (i, fetched(&self.fields[i].name))).collect();
    }

    /// Makes a field with its column, or one without.
    pub(crate) fn set_column(&mut self, name: &str, has_column: bool) {
        if let Some(field) = self.by_name.get(name).and_then(|at| self.fields.get_mut(*at)) {
            field.has_column = has_column;
        }
    }

    /// A field takes a value that another document has.
    pub(crate) fn let_repeat(&mut self, name: &str) {
        if let Some(field) = self.by_name.get(name).and_then(|at| self.fields.get_mut(*at)) {
            field.unique = false;
        }
    }

    /// Has a field as it is now, as a Custom Field that is saved does.
    pub(crate) fn change(&mut self, field: Field) {
        if let Some(at) = self.by_name.get(&field.name) {
            self.fields[*at] = field;
        }
        self.finish();
    }

    /// Takes a field out, as a Custom Field that is deleted does.
    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|field| field.name != name);
        self.by_name = self.fields.iter().enumerate().map(|(i, field)| (field.name.clone(), i)).collect();
        self.finish();
    }

    /// The tables of this doctype: field and child doctype.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.kind == Kind::Table)
    }
}

/// Doctypes that a site has and whose definitions were not kept, and what names them.
pub(crate) const FREE: [(&str, &str); 26] = [
    ("User Type", "Prompt"),
    ("Currency", "field:currency_name"),
    ("Gender", "field:gender"),
    ("Country", "field:country_name"),
    ("Language", "field:language_code"),
    ("Batch", "field:batch_id"),
    ("Serial No", "field:serial_no"),
    ("Sales Taxes and Charges Template", "title"),
    ("Purchase Taxes and Charges Template", "title"),
    ("Warehouse Type", "Prompt"),
    ("Accounts Settings", "single"),
    ("Stock Settings", "single"),
    ("Selling Settings", "single"),
    ("Buying Settings", "single"),
    ("System Settings", "single"),
    ("Global Defaults", "single"),
    ("Deleted Document", "hash"),
    ("Version", "hash"),
    ("Contact", "hash"),
    ("Address", "hash"),
    ("Address Template", "hash"),
    ("Payment Terms Template", "Prompt"),
    ("Material Request", "hash"),
    ("DocType", "Prompt"),
    ("Server Script", "Prompt"),
    ("Workflow", "field:workflow_name"),
];

const LAYOUT: [&str; 8] = ["Section Break", "Column Break", "Tab Break", "HTML", "Button", "Image", "Heading", "Fold"];

/// All definitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    pub(crate) types: HashMap<String, Arc<Doctype>>,
    /// Child doctype → the doctype and table that it is in.
    pub(crate) parents: HashMap<String, Vec<(String, String)>>,
}

/// Where the definitions are.
pub fn definitions() -> PathBuf {
    if let Some(dir) = std::env::var_os("ERPNEXT_DOCTYPES") {
        return dir.into();
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let around = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().chain(around.ancestors());
    let found = above.map(|dir| dir.join("shared/erpnext/doctypes")).find(|dir| dir.is_dir());
    found.unwrap_or_else(|| {
        panic!(
            "shared/erpnext/doctypes is missing in every directory above {}; ERPNEXT_DOCTYPES may name it",
            here.display()
        )
    })
}

impl Schema {
    /// The definitions, read once.
    pub(crate) fn load() -> Self {
        static READ: OnceLock<Schema> = OnceLock::new();
        READ.get_or_init(|| Self::read(&definitions())).clone()
    }

    fn read(dir: &Path) -> Self {
        let mut schema = Self::default();
        let files = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        for file in files.flatten().map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "json")) {
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let whole: Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let doctype = doctype(&whole);
            // The hrms app is not installed.
            if doctype.name.starts_with("Expense ") {
                continue;
            }
            for table in doctype.tables() {
                let place = (doctype.name.clone(), table.name.clone());
                schema.parents.entry(table.options.clone()).or_default().push(place);
            }
            schema.types.insert(doctype.name.clone(), Arc::new(doctype));
        }
        for (name, autoname) in FREE {
            let doctype = Doctype { name: name.into(), autoname: autoname.into(), free: true, ..Doctype::default() };
            schema.types.entry(name.into()).or_insert_with(|| Arc::new(doctype));
        }
        schema
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Doctype>> {
        self.types.get(name).cloned()
    }
}

/// A field of a definition, or of a Custom Field.
pub(crate) fn field(value: &Value) -> Option<Field> {
    let word = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let on = |key: &str| value[key].as_i64() == Some(1);
    let kind = word("fieldtype");
    if LAYOUT.contains(&kind.as_str()) {
        return None;
    }
    let default = match &value["default"] {
        Value::String(s) if !s.is_empty() => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    };
    Some(Field {
        name: word("fieldname"),
        label: word("label"),
        kind: match kind.as_str() {
            "Check" | "Int" => Kind::Whole,
            "Float" | "Currency" | "Percent" => Kind::Float,
            "Date" => Kind::Date,
            "Time" => Kind::Time,
            "Datetime" => Kind::Datetime,
            "Link" => Kind::Link,
            "Dynamic Link" => Kind::DynamicLink,
            "Select" => Kind::Select,
            "Table" | "Table MultiSelect" => Kind::Table,
            _ => Kind::Text,
        },
        options: word("options"),
        default,
        reqd: on("reqd"),
        allow_on_submit: on("allow_on_submit"),
        unique: on("unique"),
        fetch_from: word("fetch_from"),
        fetch_if_empty: on("fetch_if_empty"),
        level: value["permlevel"].as_i64().unwrap_or(0),
        has_column: true,
        whole: value.clone(),
    })
}

/// A doctype as its document has it.
pub(crate) fn doctype(whole: &Value) -> Doctype {
    let none = Vec::new();
    let mut doctype = Doctype {
        name: whole["name"].as_str().unwrap_or_default().to_owned(),
        autoname: whole["autoname"].as_str().unwrap_or_default().to_owned(),
        submittable: whole["is_submittable"].as_i64() == Some(1),
        is_child: whole["istable"].as_i64() == Some(1),
        ..Doctype::default()
    };
    for value in whole["fields"].as_array().unwrap_or(&none) {
        if let Some(field) = field(value) {
            doctype.add(field);
        }
    }
    let right = |p: &Value| Right { role: p["role"].as_str().unwrap_or_default().to_owned(), whole: p.clone() };
    doctype.finish();
    doctype.rights = whole["permissions"].as_array().unwrap_or(&none).iter().map(right).collect();
    doctype
}
