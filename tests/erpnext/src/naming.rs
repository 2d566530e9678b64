//! How a document gets its name.
//!
//! In: a document, and whether it may name itself. Out: its `name`. Absent: whether the name is taken.

use crate::doc::{Doc, blank, int, owned, put, text};
use crate::erp::{ABBR, COMPANY, Erp};
use crate::error::{Error, Res};
use crate::schema::Doctype;

impl Erp {
    /// The next name of a series: `ACC-SINV-.YYYY.-`, `OUT-.#####`.
    pub(crate) fn series(&mut self, series: &str) -> String {
        let today = self.clock.today();
        let series = if series.contains('#') { series.to_owned() } else { format!("{series}.#####") };
        let mut name = String::new();
        for part in series.split('.') {
            match part {
                "YYYY" => name.push_str(&today[..4]),
                "YY" => name.push_str(&today[2..4]),
                "MM" => name.push_str(&today[5..7]),
                "DD" => name.push_str(&today[8..10]),
                _ if part.starts_with('#') => {
                    let number = self.db.next(&name);
                    name.push_str(&format!("{number:0width$}", width = part.len()));
                }
                other => name.push_str(other),
            }
        }
        name
    }

    /// The series of a document that names none.
    pub(crate) fn default_series(def: &Doctype) -> String {
        let field = def.field("naming_series");
        let first = field.and_then(|f| {
            f.default.clone().or_else(|| f.options.split('\n').find(|o| !o.is_empty()).map(str::to_owned))
        });
        first.unwrap_or_default()
    }

    /// Names a document.
    pub(crate) fn name(&mut self, def: &Doctype, doc: &mut Doc, may_name_itself: bool) -> Res<()> {
        let own = owned(doc, "name");
        if def.field("naming_series").is_some() && blank(doc, "naming_series") {
            put(doc, "naming_series", Self::default_series(def));
        }
        let name = if may_name_itself && !own.is_empty() {
            own
        } else if !blank(doc, "amended_from") {
            let from = owned(doc, "amended_from");
            match from.rsplit_once('-').filter(|_| !self.value(&def.name, &from, "amended_from").is_empty()) {
                Some((stem, number)) => format!("{stem}-{}", number.parse::<u32>().unwrap_or(1) + 1),
                None => format!("{from}-1"),
            }
        } else {
            self.made(def, doc)?
        };
        if name.is_empty() {
            return Err(Error::invalid(format!("Please set the document name for {}", def.name)));
        }
        if def.autoname != "single" {
            Self::good_name(&def.name, &name)?;
        }
        if def.name == "Item" {
            // From the code that was sent, before an own name takes its place.
            let code = owned(doc, "item_code");
            crate::doc::fill(doc, "item_name", code.clone());
            crate::doc::fill(doc, "description", code);
        }
        if let Some(field) = def.autoname.strip_prefix("field:")
            && def.field(field).is_some()
        {
            put(doc, field, name.clone());
        }
        put(doc, "name", name);
        Ok(())
    }

    /// What no document is called, by Frappe's source (`validate_name`).
    fn good_name(doctype: &str, name: &str) -> Res<()> {
        let text = if name.starts_with(&format!("New {doctype}")) {
            "There were some errors setting the name, please contact the administrator".into()
        } else if name == doctype {
            format!("Name of {doctype} cannot be {name}")
        } else if name.contains(['<', '>']) {
            "Name cannot contain special characters like '<', '>'".into()
        } else {
            return Ok(());
        };
        Err(Error::with(409, "NameError", text))
    }

    fn made(&mut self, def: &Doctype, doc: &Doc) -> Res<String> {
        let end = format!(" - {}", self.abbr(&Self::company(doc)));
        let abbr = |name: &str| if name.ends_with(&end) { name.to_owned() } else { format!("{name}{end}") };
        Ok(match def.name.as_str() {
            "Customer" => {
                let name = owned(doc, "customer_name");
                if name.is_empty() {
                    return Ok(self.series(&owned(doc, "naming_series")));
                }
                let mut tried = name.clone();
                let mut number = 0;
                while self.db.has("Customer", &tried) {
                    number += 1;
                    tried = format!("{name} - {number}");
                }
                tried
            }
            "Supplier" => owned(doc, "supplier_name"),
            "Item" => owned(doc, "item_code"),
            "User" => owned(doc, "email"),
            "Custom Field" => format!("{}-{}", text(doc, "dt"), text(doc, "fieldname")),
            "Warehouse" => abbr(text(doc, "warehouse_name")),
            "Account" => abbr(text(doc, "account_name")),
            "Cost Center" => abbr(text(doc, "cost_center_name")),
            "Accounting Period" => abbr(text(doc, "period_name")),
            "Sales Taxes and Charges Template" | "Purchase Taxes and Charges Template" => abbr(text(doc, "title")),
            "BOM" => {
                let stem = format!("BOM-{}", text(doc, "item"));
                let number = self.db.next(&stem);
                format!("{stem}-{number:03}")
            }
            "Employee" => self.series("HR-EMP-.#####"),
            "Project" => self.series("PROJ-.####"),
            "Data Import" => format!("{} Import on {}", text(doc, "reference_doctype"), text(doc, "creation")),
            _ => match def.autoname.as_str() {
                "naming_series:" => self.series(&owned(doc, "naming_series")),
                "Prompt" => owned(doc, if blank(doc, "__newname") { "name" } else { "__newname" }),
                "" | "hash" => self.hash(),
                "single" => def.name.clone(),
                auto => match auto.strip_prefix("field:") {
                    Some(field) => owned(doc, field),
                    None => self.series(auto),
                },
            },
        })
    }

    /// The company of a document; the first where it says none.
    pub(crate) fn company(doc: &Doc) -> String {
        let company = owned(doc, "company");
        if company.is_empty() { COMPANY.to_owned() } else { company }
    }

    /// A company's letters, at the end of the names of all that is its own.
    pub(crate) fn abbr(&self, company: &str) -> String {
        match self.value("Company", company, "abbr") {
            abbr if abbr.is_empty() => ABBR.to_owned(),
            abbr => abbr,
        }
    }

    /// 0 draft, 1 submitted, 2 cancelled.
    pub(crate) fn state(doc: &Doc) -> i64 {
        int(doc, "docstatus")
    }
}
