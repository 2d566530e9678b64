//! A body in the making: the document's fields, and what all kinds are told.

use super::fields::{Fields, flag, of, rows, set, text};
use super::links::Links;
use super::moment::{When, shown};
use super::{About, Names, Unmappable};
use crate::map::{Naming, SiteMap};
use outpost_core::domain::booked::{Booked, Mark};
use outpost_core::domain::document::{Kind, Ref, Text};
use outpost_core::domain::master::Settings;
use outpost_core::domain::record::Submitted;
use serde_json::Value;
use std::collections::BTreeMap;

/// A body in the making.
pub(super) struct Making<'a> {
    pub(super) submitted: &'a Submitted,
    pub(super) booked: Booked,
    pub(super) about: &'a About<'a>,
    pub(super) fields: Fields,
    pub(super) links: Links<'a>,
    /// What the numbers on the site's paper begin with today.
    prefix: String,
}

/// A mode of payment in ERPNext.
pub(super) struct Mode {
    pub(super) name: String,
    pub(super) account: String,
    /// `Cash`, `Bank` …
    pub(super) kind: Option<String>,
    pub(super) is_bank: bool,
}

impl<'a> Making<'a> {
    pub(super) fn new(
        submitted: &'a Submitted,
        about: &'a About<'a>,
        names: &'a mut dyn Names,
    ) -> Result<Self, Unmappable> {
        let mut making = Self {
            submitted,
            booked: submitted.booked.clone().unwrap_or_default(),
            about,
            fields: of(&submitted.document),
            links: Links::new(names),
            prefix: about.masters.number_prefix(about.site),
        };
        making.set("outpost_id", submitted.id.to_string());
        making.set("outpost_site", about.site.as_str());
        if let Some(user) = &submitted.user {
            making.set("outpost_user", user.as_str());
        }
        if let Some(number) = making.number() {
            making.set("outpost_no", number);
        }
        Ok(making)
    }

    pub(super) fn finish(self) -> Value {
        Value::Object(self.fields)
    }

    pub(super) fn kind(&self) -> Kind {
        self.submitted.document.kind()
    }

    /// The number on paper.
    pub(super) fn number(&self) -> Option<String> {
        self.booked.number(self.kind(), &self.prefix)
    }

    pub(super) fn settings(&self) -> Option<&'a Settings> {
        self.about.masters.settings(self.about.site)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        set(&mut self.fields, name, value);
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    pub(super) fn rows(&mut self, table: &str) -> impl Iterator<Item = &mut Fields> {
        rows(&mut self.fields, table)
    }

    /// What every transaction is told: it is submitted at once, by which company, under which name, and what it stands for.
    pub(super) fn transaction(&mut self) -> Result<(), Unmappable> {
        self.set("docstatus", 1);
        let company = self.about.map.company.clone().or_else(|| self.settings().map(|row| row.company.to_string()));
        let rule = "which company the site is of is not known: load the site's settings, or say it in erpnext.toml";
        self.set("company", company.ok_or_else(|| Unmappable::unfit("company", rule))?);
        match self.about.map.naming {
            Naming::Erpnext => {}
            Naming::Site => {
                let series = format!("{}-{}-.#####", self.prefix, self.kind().abbreviation());
                self.set("naming_series", series);
            }
            Naming::Number => {
                let rule = "it is to be named by its number on paper, and has none";
                let number = self.number().ok_or_else(|| Unmappable::unfit("name", rule))?;
                self.set("name", number);
            }
        }
        if let Some(id) = self.submitted.amends
            && let Some(name) = self.links.amended(self.kind(), id)?
        {
            self.set("amended_from", name);
        }
        Ok(())
    }

    /// Its day under `field`, and its time where the kind has one. Without `set_posting_time` ERPNext would put its own now in their
    /// place, and say nothing.
    pub(super) fn posted(&mut self, field: &str, timed: bool) -> Result<When, Unmappable> {
        let when = When::of(self.submitted, &self.booked, self.about)?;
        self.set(field, when.date.to_string());
        if timed {
            self.set("posting_time", shown(when.time));
            self.set("set_posting_time", 1);
        }
        if let Some(day) = when.truly {
            self.set("outpost_date", day.to_string());
        }
        Ok(when)
    }

    /// A day that ERPNext wants no earlier than the posting: where that was moved, it moves with it.
    pub(super) fn not_before(&mut self, field: &str, when: &When) {
        not_before(&mut self.fields, field, when);
    }

    /// The cost center of the whole, where the site has one of its own, and of each row of `tables`. A row that says none gets that of ERPNext's
    /// usual company, which another company's document is refused for: where the site has none its company's is said.
    pub(super) fn cost_center(&mut self, whole: bool, tables: &[&str]) -> Result<(), Unmappable> {
        let own = self.about.map.cost_center.clone();
        let center = match (&own, text(&self.fields, "company").map(str::to_owned)) {
            (None, Some(company)) if !tables.is_empty() => self.links.cost_center(&company)?,
            _ => own.clone(),
        };
        let Some(center) = center else { return Ok(()) };
        for table in tables {
            self.rows(table).for_each(|row| set(row, "cost_center", center.clone()));
        }
        if whole && own.is_some() {
            self.set("cost_center", center);
        }
        Ok(())
    }

    /// A customer or supplier.
    pub(super) fn party(&mut self, field: &str, kind: Kind, name: &Text) -> Result<(), Unmappable> {
        let name = self.links.party(kind, name)?;
        self.set(field, name);
        Ok(())
    }

    /// What a return takes back, and of each row which; `named` are the rows' own references.
    pub(super) fn returned<'r>(
        &mut self,
        against: Option<&Ref>,
        field: &str,
        named: impl Iterator<Item = Option<&'r Text>>,
    ) -> Result<(), Unmappable> {
        let Some(against) = against else { return Ok(()) };
        let kind = self.kind();
        let name = self.links.document(kind, against)?;
        self.set("return_against", name);
        for (i, row) in named.enumerate() {
            self.row_link(i, (field, kind), against, row)?;
        }
        Ok(())
    }

    /// The document that row `i` builds on under `of`, and its row under `detail`. Of what is sold ERPNext wants the same project in both, so
    /// where ours names none it is for that one's.
    pub(super) fn built_on(
        &mut self,
        i: usize,
        (of, kind): (&str, Kind),
        detail: &str,
        named: (Option<&Ref>, Option<&Text>),
    ) -> Result<(), Unmappable> {
        let Some(document) = named.0 else { return Ok(()) };
        let name = self.links.document(kind, document)?;
        if let Some(row) = self.rows("items").nth(i) {
            set(row, of, name);
        }
        let sold = matches!(kind, Kind::SalesOrder | Kind::DeliveryNote);
        if sold
            && !self.fields.contains_key("project")
            && let Some(project) = self.links.project(kind, document)?
        {
            self.set("project", project);
        }
        self.row_link(i, (detail, kind), document, named.1)
    }

    fn row_link(
        &mut self,
        i: usize,
        (field, kind): (&str, Kind),
        of: &Ref,
        named: Option<&Text>,
    ) -> Result<(), Unmappable> {
        let Some(named) = named else { return Ok(()) };
        let name = self.links.row(kind, of, named, &format!("items[{i}].{field}"))?;
        if let Some(row) = self.rows("items").nth(i) {
            set(row, field, name);
        }
        Ok(())
    }

    /// A mode of payment, with the account that ERPNext has to be told: a submit in one request works none out, and books no cash.
    pub(super) fn mode(&self, field: &str, name: &Text) -> Result<Mode, Unmappable> {
        let Some(mode) = self.about.masters.mode_of_payment(name.as_str()) else {
            let rule = format!("{name} is no mode of payment that the office's data has: load it, with its account");
            return Err(Unmappable::unfit(field, rule));
        };
        let Some(account) = self.about.masters.account_of(mode, self.about.site) else {
            let rule = format!("{name} has no account in the site's company: give it one in ERPNext");
            return Err(Unmappable::unfit(field, rule));
        };
        let type_of = self.about.masters.account(account.as_str()).and_then(|row| row.account_type.as_ref());
        let bank = |kind: Option<&Text>| kind.is_some_and(|kind| kind.as_str() == "Bank");
        Ok(Mode {
            name: self.mapped(&self.about.map.modes_of_payment, name),
            account: self.mapped(&self.about.map.accounts, account),
            kind: mode.kind.as_ref().or(type_of).map(Text::to_string),
            is_bank: bank(type_of.or(mode.kind.as_ref())),
        })
    }

    pub(super) fn account(&self, name: &Text) -> String {
        self.mapped(&self.about.map.accounts, name)
    }

    pub(super) fn warehouse(&self, name: &Text) -> String {
        self.mapped(&self.about.map.warehouses, name)
    }

    pub(super) fn mapped(&self, map: &BTreeMap<String, String>, name: &Text) -> String {
        SiteMap::name(map, name.as_str()).to_owned()
    }

    /// The unit of each row and how many of the stock unit it is, outright: where a row names none it is the item's own, while ERPNext
    /// would take the unit that the item is sold or bought in. And that batch and numbers are meant, which it else does not read.
    pub(super) fn goods(&mut self, in_units: bool) {
        let about = self.about;
        let factors = self.booked.factors.clone();
        let checked = !self.booked.marks.contains(&Mark::Unchecked);
        for (i, row) in self.rows("items").enumerate() {
            if in_units {
                let item = text(row, "item_code").and_then(|code| about.masters.item(code));
                let uom = text(row, "uom").map(str::to_owned).or_else(|| item.map(|item| item.stock_uom.to_string()));
                let units = item.map(|item| &item.uoms[..]).unwrap_or_default();
                let listed = units.iter().find(|unit| Some(unit.uom.as_str()) == uom.as_deref());
                // A service has no stock, and its factor is 0 here; a box without master data had none.
                let worked_out = checked && factors.is_empty();
                let factor = factors.get(i).copied().filter(|factor| !factor.is_zero());
                let factor = factor.or(listed.filter(|_| !worked_out).map(|unit| unit.conversion_factor));
                set(row, "conversion_factor", super::fields::number(factor.unwrap_or_else(|| 1.into())));
                if let Some(uom) = uom {
                    set(row, "uom", uom);
                }
            }
            if row.contains_key("batch_no") || row.contains_key("serial_no") {
                set(row, "use_serial_batch_fields", flag(true));
            }
        }
    }
}

/// See [`Making::not_before`].
pub(super) fn not_before(fields: &mut Fields, field: &str, when: &When) {
    let day = when.date.to_string();
    // Days are written so that the later one is the larger text.
    if when.truly.is_some() && text(fields, field).is_some_and(|said| *said < *day) {
        set(fields, field, day);
    }
}
