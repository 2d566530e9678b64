//! A draft's fields under the names and in the forms of ours.
//!
//! ERPNext's names of warehouses, accounts and lists of prices become the workshop's; its time becomes that of the workshop's zone; the
//! documents that it names become ids of ours where a site has made them.

use super::kept::is_nothing;
use super::{Origin, Origins, Unsayable};
use crate::map::SiteMap;
use crate::payload::About;
use crate::readback::decimal;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use outpost_core::domain::decimal::{Decimal, MAX_SCALE};
use outpost_core::domain::document::{Field, Form, Kind};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Fields = Map<String, Value>;

/// Rows that name another document: the field, its kind, and the field of its row.
const BUILT_ON: [(&str, Kind, &str); 5] = [
    ("against_sales_order", Kind::SalesOrder, "so_detail"),
    ("sales_order", Kind::SalesOrder, "so_detail"),
    ("delivery_note", Kind::DeliveryNote, "dn_detail"),
    ("purchase_receipt", Kind::PurchaseReceipt, "pr_detail"),
    ("against_stock_entry", Kind::StockEntry, "ste_detail"),
];

/// What ERPNext writes where nobody has said anything.
const NO_REMARKS: &str = "No Remarks";

/// Most that a rate may be off its list's less the percentage, at a workshop.
const CENT: &str = "0.01";
/// Most that rounding to three digits takes off a percentage.
const ROUNDED: &str = "0.0005";

/// What a draft is read with.
pub(super) struct Reading<'a> {
    pub(super) kind: Kind,
    pub(super) about: &'a About<'a>,
    pub(super) origins: &'a mut dyn Origins,
}

fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

fn is_set(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|value| !is_nothing(value))
}

impl Reading<'_> {
    /// All of the document.
    pub(super) fn head(mut self, draft: &Fields) -> Result<Fields, Unsayable> {
        self.company(draft)?;
        let known = self.kind.fields();
        let mut out = self.plain("", draft, &known)?;
        self.moment(draft, &mut out)?;
        for field in ["from_warehouse", "to_warehouse", "set_warehouse"] {
            self.warehouse("", field, &mut out)?;
        }
        let lists = &self.about.map.price_lists;
        for field in ["selling_price_list", "buying_price_list"] {
            rename("", field, lists, &mut out)?;
        }
        if out.get("remarks").and_then(Value::as_str) == Some(NO_REMARKS) {
            out.remove("remarks");
        }
        self.discount(&mut out);
        if !is_set(draft, "is_return") {
            out.remove("update_outstanding_for_self");
        }
        for field in ["customer", "supplier"] {
            self.party(field, &mut out)?;
        }
        let returned = self.document_of("return_against", self.kind, draft, &mut out)?;
        let sent = self.document_of("outgoing_stock_entry", Kind::StockEntry, draft, &mut out)?;
        for (table, cells) in tables(&known) {
            let rows = draft.get(table).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let mut written = Vec::new();
            for (i, row) in rows.iter().enumerate().filter_map(|(i, row)| Some((i, row.as_object()?))) {
                let at = format!("{table}[{i}].");
                let mut cell = self.plain(&at, row, &cells)?;
                match table {
                    "items" => self.item((&at, draft), row, &mut cell, (returned.as_ref(), sent.as_ref()))?,
                    "taxes" => self.tax(&at, row, &mut cell)?,
                    _ => {
                        let rule =
                            "a workshop is asked without it: leave it empty, and enter it in the books afterwards";
                        return Err(Unsayable::at(table, rule));
                    }
                }
                written.push(Value::Object(cell));
            }
            if written.is_empty() {
                out.remove(table);
            } else {
                out.insert(table.to_owned(), Value::Array(written));
            }
        }
        Ok(out)
    }

    /// Fields that we have under the same name, in our form; tables are left out.
    fn plain(&self, at: &str, from: &Fields, known: &[Field]) -> Result<Fields, Unsayable> {
        let mut out = Fields::new();
        for field in known {
            let Some(value) = from.get(field.name).filter(|value| !is_nothing(value) || field.required) else {
                continue;
            };
            let odd = || {
                Unsayable::at(format!("{at}{}", field.name), "it is not of the form that a workshop knows: correct it")
            };
            let value = match field.form {
                Form::Table(_) => continue,
                Form::Number => Value::String(decimal(value).ok_or_else(odd)?.to_string()),
                Form::Whole => {
                    Value::from(decimal(value).and_then(|n| n.to_string().parse::<u32>().ok()).ok_or_else(odd)?)
                }
                Form::Flag => Value::from(u8::from(!is_nothing(value))),
                Form::Time => Value::String(time(value.as_str().ok_or_else(odd)?).ok_or_else(odd)?.to_string()),
                _ => Value::String(value.as_str().ok_or_else(odd)?.trim().to_owned()),
            };
            out.insert(field.name.to_owned(), value);
        }
        Ok(out)
    }

    fn company(&self, draft: &Fields) -> Result<(), Unsayable> {
        let settings = self.about.masters.settings(self.about.site);
        let own = self.about.map.company.clone().or_else(|| settings.map(|row| row.company.to_string()));
        match (text(draft, "company"), own) {
            (Some(theirs), Some(own)) if theirs != own => {
                let rule = format!("{} is of {own}: choose that company, or another warehouse", self.about.site);
                Err(Unsayable::at("company", rule))
            }
            _ => Ok(()),
        }
    }

    /// The day and the time, where somebody has said them: else they are ERPNext's own, of the last time that it was saved.
    fn moment(&self, draft: &Fields, out: &mut Fields) -> Result<(), Unsayable> {
        let (day, hour) = (out.remove("posting_date"), out.remove("posting_time"));
        let said = is_set(draft, "set_posting_time");
        if !said {
            // ERPNext makes it the day of the posting.
            if text(draft, "due_date") == text(draft, "posting_date") {
                out.remove("due_date");
            }
            return Ok(());
        }
        let odd = || Unsayable::at("posting_date", "it is no day and time: correct it");
        let day: Date = day.as_ref().and_then(Value::as_str).and_then(|text| text.parse().ok()).ok_or_else(odd)?;
        let hour: Time = match hour.as_ref().and_then(Value::as_str) {
            Some(text) => text.parse().map_err(|_| odd())?,
            None => Time::midnight(),
        };
        let there = self.at_site(day.to_datetime(hour))?;
        if there.date() != day {
            let rule =
                format!("at {} that is the {}: say a time that is the same day there", self.about.site, there.date());
            return Err(Unsayable::at("posting_time", rule));
        }
        out.insert("posting_date".into(), there.date().to_string().into());
        out.insert("posting_time".into(), there.time().to_string().into());
        Ok(())
    }

    fn at_site(&self, moment: DateTime) -> Result<DateTime, Unsayable> {
        let Some(name) = &self.about.map.time_zone else { return Ok(moment) };
        let odd =
            |error: jiff::Error| Unsayable::at("time_zone", format!("{name}: {error}. Correct it in erpnext.toml"));
        let zone = TimeZone::get(name).map_err(odd)?;
        Ok(self.about.erp_zone.to_zoned_datetime(moment).map_err(odd)?.with_time_zone(zone).datetime())
    }

    fn warehouse(&self, at: &str, field: &str, out: &mut Fields) -> Result<(), Unsayable> {
        rename(at, field, &self.about.map.warehouses, out)
    }

    /// The discount of the whole: of a percentage ERPNext works out the amount as well.
    fn discount(&self, out: &mut Fields) {
        if out.contains_key("additional_discount_percentage") {
            out.remove("discount_amount");
        } else if !out.contains_key("discount_amount") {
            out.remove("apply_discount_on");
        }
    }

    /// A customer or supplier that only a site knows yet is named by the id of the document that made them.
    fn party(&mut self, field: &str, out: &mut Fields) -> Result<(), Unsayable> {
        let Some(name) = text(out, field).map(str::to_owned) else { return Ok(()) };
        let (kind, known) = match field {
            "customer" => (Kind::Customer, self.about.masters.customer(&name).is_some()),
            _ => (Kind::Supplier, self.about.masters.supplier(&name).is_some()),
        };
        if !known && let Some(id) = self.origins.origin(kind, &name)?.and_then(|origin| origin.id) {
            out.insert(field.to_owned(), id.to_string().into());
        }
        Ok(())
    }

    fn document_of(
        &mut self,
        field: &str,
        kind: Kind,
        from: &Fields,
        out: &mut Fields,
    ) -> Result<Option<Origin>, Unsayable> {
        let Some(name) = text(from, field) else { return Ok(None) };
        let gone = || Unsayable::at(field, format!("there is no {} {name} any more: correct it", kind.name()));
        let origin = self.origins.origin(kind, name)?.ok_or_else(gone)?;
        if let Some(id) = origin.id {
            out.insert(field.to_owned(), id.to_string().into());
        }
        Ok(Some(origin))
    }

    fn item(
        &mut self,
        (at, draft): (&str, &Fields),
        row: &Fields,
        cell: &mut Fields,
        (returned, sent): (Option<&Origin>, Option<&Origin>),
    ) -> Result<(), Unsayable> {
        for field in ["warehouse", "s_warehouse", "t_warehouse"] {
            self.warehouse(at, field, cell)?;
        }
        self.unit(at, row)?;
        self.priced(at, row, cell)?;
        self.described(row, cell);
        if text(row, "project").is_some_and(|own| text(draft, "project") != Some(own)) {
            return Err(Unsayable::at(
                format!("{at}project"),
                "a workshop's document has one project: name it in the head, and none here",
            ));
        }
        for (field, kind, detail) in BUILT_ON {
            if !cell.contains_key(field) {
                continue;
            }
            let origin = self.document_of(field, kind, row, cell)?;
            row_of(at, detail, origin.as_ref(), cell)?;
        }
        let back = match self.kind {
            Kind::DeliveryNote => "dn_detail",
            Kind::SalesInvoice => "sales_invoice_item",
            Kind::PurchaseReceipt => "purchase_receipt_item",
            Kind::PurchaseInvoice => "purchase_invoice_item",
            _ => "ste_detail",
        };
        let origin = if back == "ste_detail" { sent.filter(|_| !is_set(row, "against_stock_entry")) } else { returned };
        row_of(at, back, origin, cell)
    }

    /// A unit is as many as the office's data say.
    fn unit(&self, at: &str, row: &Fields) -> Result<(), Unsayable> {
        let (Some(code), Some(uom)) = (text(row, "item_code"), text(row, "uom")) else { return Ok(()) };
        let Some(item) = self.about.masters.item(code) else { return Ok(()) };
        let listed = item.uoms.iter().find(|unit| unit.uom.as_str() == uom).map(|unit| unit.conversion_factor);
        let ours = listed.or_else(|| (item.stock_uom.as_str() == uom).then(|| 1.into()));
        let theirs = row.get("conversion_factor").and_then(decimal).filter(|factor| !factor.is_zero());
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                let rule = format!("a {uom} of {code} is {ours} and not {theirs} to the workshop: correct it");
                Err(Unsayable::at(format!("{at}conversion_factor"), rule))
            }
            _ => Ok(()),
        }
    }

    fn priced(&self, at: &str, row: &Fields, cell: &mut Fields) -> Result<(), Unsayable> {
        if self.kind == Kind::StockEntry {
            // What leaves has the value that it has there, and nothing is worth nothing only where that is said.
            let zero = !is_set(row, "basic_rate");
            if text(row, "s_warehouse").is_some() {
                cell.remove("basic_rate");
            } else if zero && is_set(row, "allow_zero_valuation_rate") {
                cell.insert("basic_rate".into(), "0".into());
            }
            return Ok(());
        }
        exact(cell);
        // A price above the list's is a discount below zero to ERPNext.
        let off = row.get("discount_amount").and_then(decimal).is_some_and(|off| !off.is_zero() && !off.is_negative());
        if off && !cell.contains_key("discount_percentage") {
            let rule = "a workshop says a discount in percent: write it there, or lower the price";
            return Err(Unsayable::at(format!("{at}discount_amount"), rule));
        }
        if !cell.contains_key("price_list_rate") {
            cell.remove("discount_percentage");
        }
        Ok(())
    }

    /// What somebody has written on the row, and not what ERPNext has filled in of the item.
    fn described(&self, row: &Fields, cell: &mut Fields) {
        let Some(said) = text(cell, "description") else { return };
        let item = text(row, "item_code").and_then(|code| self.about.masters.item(code));
        let own = [text(row, "item_code"), text(row, "item_name"), item.map(|item| item.item_name.as_str())];
        if said.contains(['<', '>']) || own.contains(&Some(said)) {
            cell.remove("description");
        }
    }

    fn tax(&self, at: &str, row: &Fields, cell: &mut Fields) -> Result<(), Unsayable> {
        rename(at, "account_head", &self.about.map.accounts, cell)?;
        if text(row, "charge_type") != Some("Actual") {
            cell.remove("tax_amount");
        } else {
            cell.remove("rate");
        }
        if let Some(of) = text(row, "row_id").and_then(|text| text.parse::<u32>().ok()) {
            cell.insert("row_id".into(), of.into());
        }
        cell.entry("description").or_insert_with(|| row.get("account_head").cloned().unwrap_or_default());
        for (field, usual) in [("category", "Total"), ("add_deduct_tax", "Add")] {
            if text(row, field).is_some_and(|said| said != usual) {
                let rule =
                    format!("a workshop's rows of taxes are {usual}: let the workshop choose a template that has it");
                return Err(Unsayable::at(format!("{at}{field}"), rule));
            }
        }
        Ok(())
    }
}

/// Where somebody has typed a rate below the list's, ERPNext keeps it, and says beside it how many percent that is, to three digits: ours is as
/// many as the rate is made of.
fn exact(cell: &mut Fields) {
    let number = |field: &str| cell.get(field).and_then(decimal);
    let (Some(list), Some(rate)) = (number("price_list_rate"), number("rate")) else { return };
    let percent = number("discount_percentage").unwrap_or_default();
    let hundred = Decimal::from(100);
    let near = |of: Option<Decimal>, to: Decimal, by: &str| {
        let by: Decimal = by.parse().unwrap_or_default();
        of.and_then(|of| of.minus(to)).is_some_and(|off| off.abs() <= by)
    };
    let left = hundred.minus(percent).and_then(|left| list.times(left)?.over(hundred, MAX_SCALE));
    let exact = list.minus(rate).and_then(|off| off.times(hundred)?.over(list, MAX_SCALE));
    if let Some(exact) = exact.filter(|exact| !exact.is_negative())
        && !near(left, rate, CENT)
        && near(Some(exact), percent, ROUNDED)
    {
        cell.insert("discount_percentage".into(), exact.to_string().into());
    }
}

fn tables(known: &[Field]) -> Vec<(&'static str, Vec<Field>)> {
    let table = |field: &Field| if let Form::Table(cells) = field.form { Some((field.name, cells())) } else { None };
    known.iter().filter_map(table).collect()
}

/// The row of a document of ours is its number from 1.
fn row_of(at: &str, detail: &str, of: Option<&Origin>, cell: &mut Fields) -> Result<(), Unsayable> {
    let (Some(Origin { id: Some(_), rows }), Some(name)) = (of, text(cell, detail)) else { return Ok(()) };
    let Some(i) = rows.iter().position(|row| row == name) else {
        return Err(Unsayable::at(format!("{at}{detail}"), "that document has no such row: choose it again"));
    };
    cell.insert(detail.to_owned(), (i + 1).to_string().into());
    Ok(())
}

/// ERPNext's name becomes the workshop's.
fn rename(at: &str, field: &str, map: &BTreeMap<String, String>, out: &mut Fields) -> Result<(), Unsayable> {
    let Some(theirs) = text(out, field).map(str::to_owned) else { return Ok(()) };
    let mut ours: Vec<&str> = map.iter().filter(|(_, name)| **name == theirs).map(|(own, _)| own.as_str()).collect();
    if SiteMap::name(map, &theirs) == theirs && !map.contains_key(&theirs) && ours.is_empty() {
        ours.push(&theirs);
    }
    let [own] = ours[..] else {
        let rule = match ours.len() {
            0 => format!("{theirs} is something else at the workshop (erpnext.toml): choose another"),
            _ => {
                format!("{theirs} is {} at the workshop (erpnext.toml): let the workshop enter it", ours.join(" and "))
            }
        };
        return Err(Unsayable::at(format!("{at}{field}"), rule));
    };
    let own = own.to_owned();
    out.insert(field.to_owned(), own.into());
    Ok(())
}

/// `7:15:00` as well as `07:15:00.123456`.
fn time(text: &str) -> Option<Time> {
    let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    padded.parse().ok()
}
