//! Whether all that a document names is known and in use.

use super::super::{Refusal, Shop, Why, World};
use crate::domain::document::{Kind, Link, Rules};
use crate::domain::id::IntentId;
use uuid::Uuid;

/// How a name is known.
enum Known {
    Yes,
    /// Known, and not to be used so; why.
    Not(&'static str),
    No,
}

impl Known {
    fn of<T>(row: Option<T>, usable: impl FnOnce(&T) -> bool, otherwise: &'static str) -> Self {
        match row {
            Some(row) if usable(&row) => Self::Yes,
            Some(_) => Self::Not(otherwise),
            None => Self::No,
        }
    }
}

impl Shop {
    pub(super) fn all_known(&self, world: &World<'_>, rules: &dyn Rules) -> Result<(), Refusal> {
        for reference in rules.references() {
            let name = reference.name.as_str();
            let known = match look(world, reference.link, name) {
                Known::No => self.made_here(world, reference.link, name),
                known => known,
            };
            let what = noun(reference.link);
            match known {
                Known::Yes => {}
                Known::Not(why) => {
                    let rule = format!("the {what} {name} {why}: choose another");
                    return Err(Refusal::new(Why::Reference, reference.field, rule));
                }
                Known::No => {
                    let rule =
                        format!("no {what} {name} is known here: choose one from the list, or ask the office for it");
                    return Err(Refusal::new(Why::Reference, reference.field, rule));
                }
            }
        }
        for place in rules.places() {
            let name = place.warehouse.as_str();
            match Known::of(world.masters.warehouse(name), |row| !row.disabled, DISABLED) {
                Known::Yes => {}
                Known::Not(why) => {
                    let rule = format!("the warehouse {name} {why}: choose another");
                    return Err(Refusal::new(Why::Reference, place.field, rule));
                }
                Known::No => {
                    let rule = format!(
                        "no warehouse {name} is known here: choose one from the list, or ask the office for it"
                    );
                    return Err(Refusal::new(Why::Reference, place.field, rule));
                }
            }
        }
        Ok(())
    }

    /// A customer, supplier or item that this site made itself, by name or by the id of the document that made it.
    fn made_here(&self, world: &World<'_>, link: Link, name: &str) -> Known {
        let kind = match link {
            Link::Customer => Kind::Customer,
            Link::Supplier => Kind::Supplier,
            Link::Item => Kind::Item,
            _ => return Known::No,
        };
        if self.made_by(kind, name).is_some() {
            return Known::Yes;
        }
        let Some(id) = Uuid::parse_str(name).ok().map(IntentId) else { return Known::No };
        match (world.lookup)(id) {
            Some((_, made)) if made.document.kind() == kind && self.is_cancelled(id) => Known::Not("is cancelled"),
            Some((_, made)) if made.document.kind() == kind => Known::Yes,
            _ => Known::No,
        }
    }
}

const DISABLED: &str = "is in use no more";

fn look(world: &World<'_>, link: Link, name: &str) -> Known {
    let masters = world.masters;
    match link {
        Link::Item => Known::of(masters.item(name), |row| !row.disabled, DISABLED),
        Link::Customer => Known::of(masters.customer(name), |row| !row.disabled, DISABLED),
        Link::Supplier => Known::of(masters.supplier(name), |row| !row.disabled, DISABLED),
        Link::Uom => Known::of(masters.uom(name), |_| true, DISABLED),
        Link::Account => Known::of(masters.account(name), |row| !row.disabled, DISABLED),
        Link::ExpenseAccount => match Known::of(masters.account(name), |row| !row.disabled, DISABLED) {
            Known::Yes => Known::of(masters.account(name), |row| row.is_expense, "takes no expenses of a workshop"),
            known => known,
        },
        Link::ModeOfPayment => match masters.mode_of_payment(name) {
            Some(row) if row.enabled && masters.account_of(row, world.site).is_none() => {
                Known::Not("has no account in this site's company")
            }
            row => Known::of(row, |row| row.enabled, DISABLED),
        },
        Link::PriceList => Known::of(masters.price_list(name), |_| true, DISABLED),
        Link::SalesTaxes => Known::of(masters.tax_template(name), |row| !row.buying, "is for purchases"),
        Link::PurchaseTaxes => Known::of(masters.tax_template(name), |row| row.buying, "is for sales"),
        Link::ItemTaxes => Known::of(masters.item_tax_template(name), |_| true, DISABLED),
        Link::Bom => Known::of(masters.bom(name), |_| true, DISABLED),
        Link::WorkOrder => Known::of(masters.work_order(name), |_| true, DISABLED),
        Link::Employee => Known::of(masters.employee(name), |_| true, DISABLED),
        Link::Project => Known::of(masters.project(name), |_| true, DISABLED),
        Link::ActivityType => Known::of(masters.activity_type(name), |_| true, DISABLED),
    }
}

fn noun(link: Link) -> &'static str {
    match link {
        Link::Item => "item",
        Link::Customer => "customer",
        Link::Supplier => "supplier",
        Link::Uom => "unit",
        Link::Account => "account",
        Link::ExpenseAccount => "account for expenses",
        Link::ModeOfPayment => "mode of payment",
        Link::PriceList => "list of prices",
        Link::SalesTaxes | Link::PurchaseTaxes => "template of taxes",
        Link::ItemTaxes => "item tax template",
        Link::Bom => "bill of materials",
        Link::WorkOrder => "Work Order",
        Link::Employee => "employee",
        Link::Project => "project",
        Link::ActivityType => "activity type",
    }
}
