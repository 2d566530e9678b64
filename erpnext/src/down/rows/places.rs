//! Warehouses.

use super::{Doc, Made, Scene};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Row, Warehouse};
use std::collections::BTreeSet;

pub(in crate::down) fn warehouse(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.flag("is_group") || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let name = doc.text("name")?;
    let is_transit = doc.str("warehouse_type") == "Transit";
    let site = match owner(doc, scene)? {
        None if is_transit => by_pointing(doc, scene)?,
        owner => owner,
    };
    if let Some(site) = &site {
        of_one_company(site, doc, scene)?;
    }
    let company = doc.company(scene.scope)?;
    Ok(Some(Row::Warehouse(Warehouse { name, site, is_transit, disabled: doc.flag("disabled"), company })))
}

/// Nothing goes from one company to another in ERPNext.
fn of_one_company(site: &SiteId, doc: Doc<'_>, scene: Scene<'_>) -> Result<(), String> {
    match scene.scope.company_of(site) {
        Some(company) if company != doc.str("company") => Err(format!(
            "it is of {}, and {site}, whose it is said to be, of {company}: give it to a site of its own company",
            doc.str("company")
        )),
        _ => Ok(()),
    }
}

fn owner(doc: Doc<'_>, scene: Scene<'_>) -> Result<Option<SiteId>, String> {
    Ok(match doc.str("outpost_site") {
        "" => scene.scope.warehouses.get(doc.str("name")).cloned(),
        site => Some(site.parse::<SiteId>().map_err(|why| format!("outpost_site: {why}"))?),
    })
}

/// Whose the warehouses are that have this one as their Default In-Transit Warehouse: nobody's where they are several sites'.
fn by_pointing(doc: Doc<'_>, scene: Scene<'_>) -> Result<Option<SiteId>, String> {
    let owners: BTreeSet<SiteId> =
        doc.rows("Warehouse").filter_map(|row| owner(row, scene).transpose()).collect::<Result<_, _>>()?;
    Ok(match owners.len() {
        1 => owners.into_iter().next(),
        _ => None,
    })
}
