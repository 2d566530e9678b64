//! Warehouses.

use super::{Doc, Made, Scene};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Row, Warehouse};

pub(in crate::down) fn warehouse(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.flag("is_group") || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let name = doc.text("name")?;
    let site = match doc.str("outpost_site") {
        "" => scene.scope.warehouses.get(name.as_str()).cloned(),
        site => Some(site.parse::<SiteId>().map_err(|why| format!("outpost_site: {why}"))?),
    };
    let is_transit = doc.str("warehouse_type") == "Transit";
    Ok(Some(Row::Warehouse(Warehouse { name, site, is_transit, disabled: doc.flag("disabled") })))
}
