//! Masters: what they are filled in with, and the few rules that they have.
//!
//! In: a customer, an item, a warehouse. Out: its fields. Absent: variants, addresses.

use crate::doc::{Doc, blank, fill, is, num, owned, put, rows, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};
use crate::lifecycle::Act;
use serde_json::{Value, json};

impl Erp {
    pub(crate) fn validate_master(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        let name = owned(doc, "name");
        match text(doc, "doctype") {
            "Customer" | "Supplier" => {
                fill(doc, "language", "en");
                if text(doc, "doctype") == "Supplier" {
                    fill(doc, "country", "Indonesia");
                }
            }
            "Item" => {
                fill(doc, "stock_uom", "Nos");
                fill(doc, "item_name", name.clone());
                fill(doc, "description", name);
                fill(doc, "end_of_life", "2099-12-31");
                let uom = owned(doc, "stock_uom");
                if !rows(doc, "uoms").iter().any(|r| text(r, "uom") == uom) {
                    let mut uoms = crate::doc::take(doc, "uoms");
                    if let Value::Object(row) = json!({ "uom": uom, "conversion_factor": 1.0 }) {
                        uoms.push(row);
                    }
                    crate::doc::give(doc, "uoms", uoms);
                }
                if rows(doc, "item_defaults").is_empty() {
                    put(doc, "item_defaults", json!([{ "company": COMPANY, "default_warehouse": "Stores - TW" }]));
                }
            }
            "Item Price" => {
                let item = self.load("Item", text(doc, "item_code"))?;
                fill(doc, "item_name", owned(&item, "item_name"));
                fill(doc, "uom", owned(&item, "stock_uom"));
                fill(doc, "currency", "IDR");
                let buying = is(&self.load("Price List", text(doc, "price_list")).unwrap_or_default(), "buying");
                put(doc, "buying", i32::from(buying));
                put(doc, "selling", i32::from(!buying));
            }
            "Accounting Period" | "POS Profile" => {
                put(doc, if text(doc, "doctype") == "POS Profile" { "title" } else { "period_name" }, name)
            }
            "Account" => fill(doc, "account_currency", "IDR"),
            "Employee" => {
                let whole = [owned(doc, "first_name"), owned(doc, "last_name")].join(" ").trim().to_owned();
                put(doc, "employee_name", whole);
            }
            "Batch" | "Serial No" => fill(doc, "batch_qty", 0.0),
            "Custom Field" if act.new => {
                let (dt, field) = (owned(doc, "dt"), owned(doc, "fieldname"));
                if self.schema.get(&dt).is_some_and(|def| def.field(&field).is_some()) {
                    let text = format!("A field with the name <strong>{field}</strong> already exists in {dt}");
                    return Err(Error::invalid(text));
                }
            }
            _ => {}
        }
        if text(doc, "doctype") == "Item Price" && num(doc, "price_list_rate") < 0.0 {
            return Err(Error::invalid("Rate cannot be negative"));
        }
        if text(doc, "doctype") == "Batch" && blank(doc, "item") {
            return Err(Error::refused("MandatoryError", format!("[Batch, {}]: item", text(doc, "name"))));
        }
        Ok(())
    }

    /// The Contact that ERPNext makes of a telephone number or an e-mail address, by its source (`make_contact`, `validate_phone_number`). It is
    /// not kept here.
    pub(crate) fn reach(doc: &Doc) -> Res<()> {
        let number = text(doc, "mobile_no").trim();
        let of_one =
            |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '_' | '-' | ',' | '.' | '*' | '#' | '(' | ')');
        if number.chars().count() > 20 || !number.chars().all(of_one) {
            return Err(Error::refused("InvalidPhoneNumberError", format!("{number} is not a valid Phone Number")));
        }
        let called = if text(doc, "doctype") == "Customer" { "customer_name" } else { "supplier_name" };
        let name = format!("{}-{}", text(doc, called), text(doc, "name"));
        if !(number.is_empty() && blank(doc, "email_id")) && name.chars().count() > 140 {
            let exception = "pymysql.err.DataError: (1406, \"Data too long for column 'name' at row 1\")";
            return Err(Error {
                status: 500,
                exc_type: "DataError".into(),
                exception: Some(exception.into()),
                message: String::new(),
            });
        }
        Ok(())
    }

    /// A selling price that comes with the item.
    pub(crate) fn after_insert_item(&mut self, doc: &Doc) {
        let rate = num(doc, "standard_rate");
        if rate > 0.0 {
            let (name, now) = (self.hash(), self.clock.now());
            let price = json!({
                "name": name, "doctype": "Item Price", "item_code": text(doc, "name"), "price_list": "Standard Selling", "uom": text(doc, "stock_uom"),
                "currency": "IDR", "price_list_rate": rate, "selling": 1, "creation": now, "modified": now, "docstatus": 0,
            });
            if let Value::Object(price) = price {
                self.db.store("Item Price", price);
            }
        }
    }
}
