//! Units, items, batches, and bills of materials without their costs.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{
    Barcode, Batch, Bom, BomRow, Item, ItemTax, ItemTaxRate, ItemTaxTemplate, Row, Uom, UomFactor,
};

pub(in crate::down) fn uom(doc: Doc<'_>, _: Scene<'_>) -> Made {
    if !doc.flag("enabled") {
        return Ok(None);
    }
    let must_be_whole_number = doc.flag("must_be_whole_number");
    Ok(Some(Row::Uom(Uom { uom_name: doc.text("name")?, must_be_whole_number })))
}

/// A template of variants is nothing that anybody has in hand.
pub(in crate::down) fn item(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.flag("has_variants") {
        return Ok(None);
    }
    let item_code = doc.text("name")?;
    let stock_uom = doc.text("stock_uom")?;
    let mut barcodes = Vec::new();
    for row in doc.rows("Item Barcode") {
        let uom = row.maybe("uom")?.filter(|uom| *uom != stock_uom);
        barcodes.push(Barcode { barcode: row.text("barcode")?, uom });
    }
    let mut uoms: Vec<UomFactor> = Vec::new();
    for row in doc.rows("UOM Conversion Detail") {
        let uom = row.text("uom")?;
        if uom != stock_uom && uoms.iter().all(|there| there.uom != uom) {
            uoms.push(UomFactor { uom, conversion_factor: row.positive("conversion_factor")? });
        }
    }
    Ok(Some(Row::Item(Item {
        item_name: doc.loose("item_name").unwrap_or_else(|| item_code.clone()),
        item_code,
        item_group: doc.maybe("item_group")?,
        stock_uom,
        is_stock_item: doc.flag("is_stock_item"),
        has_batch_no: doc.flag("has_batch_no"),
        has_serial_no: doc.flag("has_serial_no"),
        disabled: doc.flag("disabled") || is_over(doc, scene)?,
        variant_of: doc.maybe("variant_of")?,
        barcodes,
        uoms,
        taxes: doc
            .rows("Item Tax")
            .filter_map(|row| item_tax(row, doc, scene).transpose())
            .collect::<Result<_, _>>()?,
    })))
}

/// From its last day on ERPNext refuses whatever names it, also what is of before.
fn is_over(item: Doc<'_>, scene: Scene<'_>) -> Result<bool, String> {
    // Older databases have a day of zeros where there is none.
    let has_end = !item.str("end_of_life").starts_with("0000");
    Ok(has_end && item.maybe_day("end_of_life")?.is_some_and(|end| end <= scene.today))
}

/// A range of prices has no field here: the row would count for all of them. Of several companies ERPNext takes only templates of the
/// document's own: which that is, the template says.
fn item_tax(row: Doc<'_>, item: Doc<'_>, scene: Scene<'_>) -> Result<Option<ItemTax>, String> {
    let name = row.str("item_tax_template");
    let template = item.rows("Item Tax Template").find(|template| template.str("name") == name);
    if scene.scope.is_several() && !template.is_some_and(|template| template.is_of(scene.scope)) {
        return Ok(None);
    }
    if !row.number("minimum_net_rate")?.is_zero() || !row.number("maximum_net_rate")?.is_zero() {
        return Err("its taxes depend on its price, which a workshop cannot reckon".into());
    }
    Ok(Some(ItemTax {
        item_tax_template: row.text("item_tax_template")?,
        tax_category: row.maybe("tax_category")?,
        valid_from: row.maybe_day("valid_from")?,
        company: template.map(|template| template.company(scene.scope)).transpose()?.flatten(),
    }))
}

pub(in crate::down) fn item_tax_template(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.flag("disabled") || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let rate = |row: Doc<'_>| Ok(ItemTaxRate { tax_type: row.text("tax_type")?, tax_rate: row.number("tax_rate")? });
    let taxes = doc.rows("Item Tax Template Detail").map(rate).collect::<Result<Vec<_>, String>>()?;
    let company = doc.company(scene.scope)?;
    Ok(Some(Row::ItemTaxTemplate(ItemTaxTemplate { name: doc.text("name")?, taxes, company })))
}

pub(in crate::down) fn batch(doc: Doc<'_>, _: Scene<'_>) -> Made {
    if doc.flag("disabled") {
        return Ok(None);
    }
    let expiry_date = doc.maybe_day("expiry_date")?;
    Ok(Some(Row::Batch(Batch { batch_id: doc.text("name")?, item: doc.text("item")?, expiry_date })))
}

pub(in crate::down) fn bom(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if doc.number("docstatus")? != 1.into() || !doc.flag("is_active") || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    if !doc.number("process_loss_percentage")?.is_zero() {
        return Err("ERPNext books less than was made of it, by its process loss, which a workshop does not know: take that out there".into());
    }
    let part = |row: Doc<'_>| Ok(BomRow { item_code: row.text("item_code")?, stock_qty: row.number("stock_qty")? });
    let parts = |doctype| doc.rows(doctype).map(part).collect::<Result<Vec<_>, String>>();
    let items = parts("BOM Item")?;
    if items.is_empty() {
        return Err("no items".into());
    }
    Ok(Some(Row::Bom(Bom {
        name: doc.text("name")?,
        item: doc.text("item")?,
        quantity: doc.positive("quantity")?,
        is_default: doc.flag("is_default"),
        items,
        scrap_items: parts("BOM Scrap Item")?,
        operations: doc.rows("BOM Operation").map(|row| row.text("operation")).collect::<Result<_, _>>()?,
        company: doc.company(scene.scope)?,
    })))
}
