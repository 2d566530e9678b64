//! Templates of taxes. Those for sales and those for purchases are one table, so they cannot have one name.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{Row, TaxRule, TaxTemplate};

pub(in crate::down) fn sales_taxes(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    template(doc, scene, false, "Sales Taxes and Charges")
}

pub(in crate::down) fn purchase_taxes(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    template(doc, scene, true, "Purchase Taxes and Charges")
}

fn template(doc: Doc<'_>, scene: Scene<'_>, buying: bool, doctype: &str) -> Made {
    if doc.flag("disabled") || !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let row = Row::TaxTemplate(TaxTemplate {
        name: doc.text("name")?,
        buying,
        is_default: doc.flag("is_default"),
        taxes: doc.rows(doctype).map(|row| rule(row, buying)).collect::<Result<_, _>>()?,
        company: doc.company(scene.scope)?,
    });
    match scene.known.row(&row.key()) {
        Some(Row::TaxTemplate(other)) if other.buying != buying && buying => {
            Err("a template for sales has the same name: rename one of them".into())
        }
        _ => Ok(Some(row)),
    }
}

fn rule(row: Doc<'_>, buying: bool) -> Result<TaxRule, String> {
    let row_id = match row.str("row_id") {
        "" => None,
        text => Some(text.parse().map_err(|_| format!("row_id: {text:?} is no row"))?),
    };
    let charge_type = row.text("charge_type")?;
    // The amount of other rows is what a document came to; in a template it means nothing.
    let fixed = charge_type.as_str() == "Actual";
    let tax_amount = if fixed { row.number("tax_amount")? } else { Default::default() };
    Ok(TaxRule {
        charge_type,
        account_head: row.text("account_head")?,
        rate: row.number("rate")?,
        tax_amount,
        description: row.loose("description"),
        included_in_print_rate: row.flag("included_in_print_rate"),
        row_id,
        category: if buying { row.maybe("category")? } else { None },
        add_deduct_tax: if buying { row.maybe("add_deduct_tax")? } else { None },
    })
}
