//! Customers, suppliers, and who works where, without wages.

use super::{Doc, Made, Scene};
use outpost_core::domain::document::Text;
use outpost_core::domain::master::{ActivityType, Customer, Employee, Project, Row, Supplier, User};

/// Nobody who works in a workshop.
const NOBODY: [&str; 2] = ["Administrator", "Guest"];
/// The roles of customers and suppliers who look at their own papers.
const OUTSIDE: [&str; 2] = ["Customer", "Supplier"];

/// ERPNext refuses whatever names a frozen one, as it does a disabled one.
fn out_of_use(doc: Doc<'_>) -> bool {
    doc.flag("disabled") || doc.flag("is_frozen")
}

pub(in crate::down) fn customer(doc: Doc<'_>, _: Scene<'_>) -> Made {
    let name = doc.text("name")?;
    Ok(Some(Row::Customer(Customer {
        customer_name: doc.loose("customer_name").unwrap_or_else(|| name.clone()),
        name,
        mobile_no: doc.loose("mobile_no"),
        outpost_id: doc.intent(),
        disabled: out_of_use(doc),
    })))
}

/// One whose bills are blocked is out of use, up to the day of release, where there is one. Of one whose payments alone are blocked goods are
/// still received.
pub(in crate::down) fn supplier(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let of_bills = doc.flag("on_hold") && matches!(doc.str("hold_type"), "" | "All" | "Invoices");
    let blocked = of_bills && doc.maybe_day("release_date")?.is_none_or(|until| scene.today <= until);
    let name = doc.text("name")?;
    Ok(Some(Row::Supplier(Supplier {
        supplier_name: doc.loose("supplier_name").unwrap_or_else(|| name.clone()),
        name,
        outpost_id: doc.intent(),
        disabled: out_of_use(doc) || blocked,
    })))
}

pub(in crate::down) fn employee(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.str("status") != "Active" || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let name = doc.text("name")?;
    let employee_name = doc.loose("employee_name").unwrap_or_else(|| name.clone());
    Ok(Some(Row::Employee(Employee {
        name,
        employee_name,
        user_id: doc.maybe("user_id")?,
        company: doc.company(scene.scope)?,
    })))
}

pub(in crate::down) fn project(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.str("status") != "Open" || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let name = doc.text("name")?;
    let project_name = doc.loose("project_name").unwrap_or_else(|| name.clone());
    let company = doc.company(scene.scope)?;
    Ok(Some(Row::Project(Project { name, project_name, company })))
}

pub(in crate::down) fn activity_type(doc: Doc<'_>, _: Scene<'_>) -> Made {
    if doc.flag("disabled") {
        return Ok(None);
    }
    Ok(Some(Row::ActivityType(ActivityType { activity_type: doc.text("name")? })))
}

/// Where somebody works, and how they show who they are, is the office's alone: it stays as it is.
pub(in crate::down) fn user(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let name = doc.text("name")?;
    let mut roles: Vec<Text> = doc.rows("Has Role").map(|row| row.text("role")).collect::<Result<_, _>>()?;
    roles.sort_unstable();
    roles.dedup();
    let outside = roles.iter().all(|role| OUTSIDE.contains(&role.as_str()));
    if !doc.flag("enabled") || outside || NOBODY.contains(&name.as_str()) {
        return Ok(None);
    }
    let full_name = doc.loose("full_name").unwrap_or_else(|| name.clone());
    let user = User { name, full_name, sites: vec![], roles, is_manager: false, pin_hash: None, badge_hash: None };
    let key = Row::User(user.clone()).key();
    Ok(Some(Row::User(match scene.known.row(&key) {
        Some(Row::User(there)) => User { name: user.name, full_name: user.full_name, roles: user.roles, ..there },
        _ => user,
    })))
}
