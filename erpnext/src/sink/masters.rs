//! Customers, suppliers and items that a site has made, where ERPNext may have one of that name already.
//!
//! ERPNext makes a second `Bu Sari` without a word, as `Bu Sari - 1`, and everybody is confused ever after. So it is asked first. The same
//! name and the same telephone number are the same person, and so is an item with the same code and unit; somebody else of that name is
//! made as `Bu Sari (bandung)`, until a person at the office joins the two.

use super::is_master;
use crate::client::{Client, Failure, Query};
use crate::payload::Request;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Verdict};
use serde_json::{Value, json};

/// What is done before one is made: nothing, or it is there already. May give the request another name.
pub(super) fn before(
    client: &Client,
    site: &SiteId,
    submitted: &Submitted,
    request: &mut Request,
) -> Result<Option<Verdict>, Failure> {
    let kind = submitted.document.kind();
    debug_assert!(is_master(kind));
    let field = named_by(request.doctype);
    let same = if kind == Kind::Item { "stock_uom" } else { "mobile_no" };
    let wanted = text(&request.body, field);
    let query = Query {
        fields: &["name", "outpost_id", same],
        filters: vec![json!([field, "=", wanted])],
        page: 20,
        ..Query::default()
    };
    let there = client.list(request.doctype, &query)?;
    if there.is_empty() {
        return Ok(None);
    }
    let ours = digits(&text(&request.body, same));
    let is_same = |row: &&Value| !ours.is_empty() && digits(&text(row, same)) == ours;
    // Another site's is its own: two ids cannot stand on one.
    let free = |row: &&Value| text(row, "outpost_id").is_empty();
    if let Some(row) = there.iter().filter(is_same).find(free) {
        let name = text(row, "name");
        client.update(request.doctype, &name, &json!({ "outpost_id": submitted.id.to_string() }))?;
        let done = Text::try_from(name).map(|name| Verdict::Done(Posted { name, day: None }));
        return Ok(Some(done.unwrap_or(Verdict::Kept)));
    }
    if kind == Kind::Item {
        let why = format!(
            "ERPNext has an item {wanted} already, with another unit or of another site. Use that one, or give this one up."
        );
        return Ok(Some(Verdict::Held(Hold::Refused, why)));
    }
    request.body[field] = Value::String(with_site(&wanted, site));
    Ok(None)
}

/// What is there under our id, made by us or joined with ours: by its name it is what the site means, or something is wrong.
pub(super) fn found(site: &SiteId, request: &Request, there: &Value) -> Verdict {
    let field = named_by(request.doctype);
    let (wanted, called, name) = (text(&request.body, field), text(there, field), text(there, "name"));
    match Text::try_from(name.clone()) {
        Ok(name) if called == wanted || called == with_site(&wanted, site) => Verdict::Done(Posted { name, day: None }),
        _ => {
            let why = format!(
                "ERPNext has {called} ({name}) under its id, and not {wanted}. Correct it there and retry, or give it up."
            );
            Verdict::Held(Hold::Differs, why)
        }
    }
}

fn with_site(name: &str, site: &SiteId) -> String {
    format!("{name} ({site})")
}

/// The field that people know one by.
fn named_by(doctype: &str) -> &'static str {
    match doctype {
        "Customer" => "customer_name",
        "Supplier" => "supplier_name",
        _ => "item_code",
    }
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A number as one compares it by hand: `0812-3456 789` is `08123456789`. Of a unit's name, its letters.
fn digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
