//! Work Orders that are not completed, without their costs. Absent: those of which ERPNext would book otherwise what a workshop does, or not
//! at all.

use super::{Doc, Made, Scene, less};
use outpost_core::domain::master::{RequiredItem, Row, WorkOperation, WorkOrder};

/// States of an order on which nobody works.
pub(in crate::down) const NOT_OPEN: [&str; 4] = ["Completed", "Stopped", "Closed", "Cancelled"];

pub(in crate::down) fn work_order(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let open = doc.number("docstatus")? == 1.into() && !NOT_OPEN.contains(&doc.str("status"));
    if !open || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    postable(doc)?;
    let name = doc.text("name")?;
    let sales_order = match doc.maybe("sales_order")? {
        // A site knows its own orders by its own ids.
        Some(order) => Some(match doc.rows("Sales Order").next() {
            Some(found) => found.reference()?,
            None => order.into(),
        }),
        None => None,
    };
    Ok(Some(Row::WorkOrder(WorkOrder {
        production_item: doc.text("production_item")?,
        bom_no: doc.text("bom_no")?,
        qty: doc.positive("qty")?,
        produced_qty: less(doc.number("produced_qty")?, scene.known.produced(&name)),
        source_warehouse: doc.maybe("source_warehouse")?,
        wip_warehouse: doc.maybe("wip_warehouse")?,
        fg_warehouse: doc.text("fg_warehouse")?,
        // Without a transfer they are still taken from where work is done, where it says so.
        skip_transfer: doc.flag("skip_transfer") && !doc.flag("from_wip_warehouse"),
        required_items: doc.rows("Work Order Item").map(required).collect::<Result<_, _>>()?,
        operations: doc.rows("Work Order Operation").map(|row| operation(row, doc)).collect::<Result<_, _>>()?,
        sales_order,
        name,
    })))
}

/// Refuses what a workshop could work on, and nobody post.
fn postable(doc: Doc<'_>) -> Result<(), String> {
    for bom in doc.rows("BOM") {
        if !bom.number("process_loss_percentage")?.is_zero() {
            let bom = bom.str("name");
            return Err(format!(
                "ERPNext books less than was made of it, by the process loss of {bom}, which a workshop does not know: make it anew by a \
                 bill of materials without"
            ));
        }
    }
    let by_card = doc.str("transfer_material_against") == "Job Card" && !doc.flag("skip_transfer");
    if by_card && doc.rows("Work Order Operation").next().is_some() {
        return Err("its materials are transferred against Job Cards, and ERPNext submits no card for which a workshop has transferred \
                    them: make it anew with Transfer Material Against set to Work Order"
            .into());
    }
    Ok(())
}

fn required(row: Doc<'_>) -> Result<RequiredItem, String> {
    Ok(RequiredItem {
        item_code: row.text("item_code")?,
        required_qty: row.number("required_qty")?,
        source_warehouse: row.maybe("source_warehouse")?,
    })
}

/// With the first of its Job Cards on which time can still be logged.
fn operation(row: Doc<'_>, order: Doc<'_>) -> Result<WorkOperation, String> {
    let open = |card: &Doc<'_>| card.str("operation_id") == row.str("name") && !card.flag("docstatus");
    let card = order.rows("Job Card").find(open);
    Ok(WorkOperation {
        operation: row.text("operation")?,
        workstation: row.maybe("workstation")?,
        job_card: card.map(|card| card.text("name")).transpose()?,
    })
}
