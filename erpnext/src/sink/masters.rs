//! Customers, suppliers and items that a site has made, where ERPNext may have one of that name already.
//!
//! ERPNext makes a second `Bu Sari` without a word, as `Bu Sari - 1`, and everybody is confused ever after. So it is asked first. The same
//! name and the same telephone number are the same person, and so is an item with the same code and unit; somebody else of that name is
//! made as `Bu Sari (bandung)`, until a person at the office joins the two.
//!
//! One that the office or nobody has made gets our id. Another site's has that site's id, and two do not stand on one: there the second
//! site's document is found again as it was found first, by name and number. From then on it has no site in ERPNext: it is nobody's alone, and
//! whoever has made it puts it out of use no more.

use super::Library;
use crate::client::{Client, Failure, Query};
use crate::payload::{self, Request};
use outpost_core::domain::document::{Document, Kind, Text};
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Posted, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Of one name how many are asked for at a time.
const AT_ONCE: usize = 500;

/// What is done before one is made: nothing, or it is there already. May give the request another name.
pub(super) fn before(
    client: &Client,
    site: &SiteId,
    submitted: &Submitted,
    request: &mut Request,
) -> Result<Option<Verdict>, Failure> {
    let kind = submitted.document.kind();
    let field = named_by(request.doctype);
    let wanted = text(&request.body, field);
    let there = called(client, kind, &wanted)?;
    if there.is_empty() {
        return Ok(None);
    }
    if let Some(row) = same(kind, &there, &text(&request.body, same_by(kind))) {
        let (name, ours) = (text(row, "name"), submitted.id.to_string());
        match text(row, "outpost_id") {
            none if none.is_empty() => drop(client.update(request.doctype, &name, &json!({ "outpost_id": ours }))?),
            id if id != ours => share(client, request.doctype, &name)?,
            _ => {}
        }
        return Ok(Some(done(name)));
    }
    if kind == Kind::Item {
        let why =
            format!("ERPNext has an item {wanted} already, with another unit. Use that one, or give this one up.");
        return Ok(Some(Verdict::Held(Hold::Refused, why)));
    }
    request.body[field] = Value::String(free_name(client, kind, &wanted, site)?);
    if let Some(fields) = request.body.as_object_mut() {
        payload::reach(request.doctype, fields);
    }
    Ok(None)
}

/// One that a site has made is another's as well. Where ERPNext does not let it be saved, for a field that somebody has to fill in, it stays that
/// site's to put out of use.
fn share(client: &Client, doctype: &str, name: &str) -> Result<(), Failure> {
    if text(&client.get(doctype, name)?, "outpost_site").is_empty() {
        return Ok(());
    }
    match client.update(doctype, name, &json!({ "outpost_site": "" })) {
        Err(failure @ Failure::Refused { .. }) if !failure.came_between() => {
            tracing::warn!(name, %failure, "two sites have made it, and ERPNext does not let it be saved");
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

/// What was made has another name than it was sent with, since one of that name came in between: people are told the two apart by the
/// site, as they would have been a moment later.
pub(super) fn apart(client: &Client, site: &SiteId, request: &Request, name: &str) -> Result<Option<Verdict>, Failure> {
    let field = named_by(request.doctype);
    let wanted = text(&request.body, field);
    if field == "item_code" || name == wanted || !name.starts_with(&format!("{wanted} - ")) {
        return Ok(None);
    }
    let there = client.get(request.doctype, name)?;
    if text(&there, field) == wanted && text(&there, "outpost_id") == text(&request.body, "outpost_id") {
        client.update(request.doctype, name, &json!({ field: with_site(&wanted, site) }))?;
    }
    Ok(Some(found(site, request, &client.get(request.doctype, name)?)))
}

/// The one that a site's document was joined with, though it has another site's id.
pub(super) fn joined(
    client: &Client,
    library: &dyn Library,
    kind: Kind,
    id: IntentId,
) -> Result<Option<String>, Failure> {
    let made = library.document(id);
    let Some((wanted, Some(by))) = made.as_ref().and_then(|made| known_by(&made.document)) else { return Ok(None) };
    let there = called(client, kind, wanted.as_str())?;
    Ok(same(kind, &there, by.as_str()).map(|row| text(row, "name")))
}

/// What the one that ERPNext has says otherwise than the paper of a customer or supplier, for people.
pub(super) fn otherwise(paper: &Document, there: &Value) -> Vec<String> {
    let Some((wanted, by)) = known_by(paper) else { return Vec::new() };
    let (field, same_by) = (named_by(paper.kind().name()), same_by(paper.kind()));
    let mut told = Vec::new();
    let mut tell = |field: &str, theirs: String, ours: &str| {
        let theirs = if theirs.is_empty() { "none".into() } else { theirs };
        told.push(format!("{field}: {theirs} there, and {ours} by its paper"));
    };
    if text(there, field) != wanted.as_str() {
        tell(field, text(there, field), wanted.as_str());
    }
    if let Some(by) = by.filter(|by| digits(by.as_str()) != digits(&text(there, same_by))) {
        tell(same_by, text(there, same_by), by.as_str());
    }
    told
}

/// What people call it, and by what two of a name are the same.
fn known_by(made: &Document) -> Option<(&Text, Option<&Text>)> {
    match made {
        Document::Customer(made) => Some((&made.customer_name, made.mobile_no.as_ref())),
        Document::Supplier(made) => Some((&made.supplier_name, made.mobile_no.as_ref())),
        Document::Item(made) => Some((&made.item_code, Some(&made.stock_uom))),
        _ => None,
    }
}

/// All of a name, also of those that people have come to call otherwise.
fn called(client: &Client, kind: Kind, wanted: &str) -> Result<Vec<Value>, Failure> {
    listed(client, kind, "=", wanted)
}

/// All whose name, or what people call them, compares so.
fn listed(client: &Client, kind: Kind, compares: &str, wanted: &str) -> Result<Vec<Value>, Failure> {
    let named = named_by(kind.name());
    let mut all = Vec::new();
    loop {
        let query = Query {
            fields: &["name", named, "outpost_id", same_by(kind)],
            or_filters: vec![json!([named, compares, wanted]), json!(["name", compares, wanted])],
            order_by: "creation asc, name asc",
            start: all.len(),
            page: AT_ONCE,
            ..Query::default()
        };
        let rows = client.list(kind.name(), &query)?;
        let is_last = rows.len() < AT_ONCE;
        all.extend(rows);
        if is_last {
            return Ok(all);
        }
    }
}

/// The one that is the same; one that no site has made yet comes first.
fn same<'a>(kind: Kind, there: &'a [Value], ours: &str) -> Option<&'a Value> {
    let ours = digits(ours);
    let is_same = |row: &&Value| !ours.is_empty() && digits(&text(row, same_by(kind))) == ours;
    let free = |row: &&Value| text(row, "outpost_id").is_empty();
    there.iter().filter(is_same).find(free).or_else(|| there.iter().find(is_same))
}

/// `Bu Sari (bandung)`, or where there is one already `Bu Sari (bandung 2)`, whatever the letters' case.
fn free_name(client: &Client, kind: Kind, wanted: &str, site: &SiteId) -> Result<String, Failure> {
    let like = listed(client, kind, "like", &format!("{wanted} ({site}%"))?;
    let names = |row: &Value| [text(row, "name"), text(row, named_by(kind.name()))].map(|name| name.to_lowercase());
    let taken: BTreeSet<String> = like.iter().flat_map(names).collect();
    let (mut name, mut number) = (with_site(wanted, site), 1);
    while taken.contains(&name.to_lowercase()) {
        number += 1;
        name = format!("{wanted} ({site} {number})");
    }
    Ok(name)
}

/// What a document names that ERPNext does not have, where it says so by a slip of its own or not by name: its party, or an item.
pub(super) fn missing(client: &Client, request: &Request) -> Result<Option<String>, Failure> {
    let party = |field: &str, doctype: &str| match request.body.get(field).and_then(Value::as_str) {
        Some(name) => lacks(client, doctype, &[name.to_owned()]),
        None => Ok(None),
    };
    let party_type = text(&request.body, "party_type");
    for (field, doctype) in [("customer", "Customer"), ("supplier", "Supplier"), ("party", party_type.as_str())] {
        if let Some(missing) = party(field, doctype)? {
            return Ok(Some(missing));
        }
    }
    let rows = request.body.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut items: Vec<String> =
        rows.iter().map(|row| text(row, "item_code")).filter(|code| !code.is_empty()).collect();
    items.sort_unstable();
    items.dedup();
    for items in items.chunks(super::AT_ONCE) {
        if let Some(missing) = lacks(client, "Item", items)? {
            return Ok(Some(missing));
        }
    }
    Ok(None)
}

fn lacks(client: &Client, doctype: &str, names: &[String]) -> Result<Option<String>, Failure> {
    let filters = vec![json!(["name", "in", names])];
    let query = Query { fields: &["name"], filters, page: names.len(), ..Query::default() };
    let there: Vec<String> = client.list(doctype, &query)?.iter().map(|row| text(row, "name")).collect();
    Ok(names.iter().find(|name| !there.contains(name)).map(|name| format!("{doctype} {name}")))
}

/// What is there under our id, made by us or joined with ours: by its name it is what the site means, or something is wrong.
pub(super) fn found(site: &SiteId, request: &Request, there: &Value) -> Verdict {
    let field = named_by(request.doctype);
    let (wanted, called, name) = (text(&request.body, field), text(there, field), text(there, "name"));
    let numbered = called.strip_prefix(&format!("{wanted} ({site} ")).is_some_and(|rest| rest.ends_with(')'));
    if called == wanted || name == wanted || called == with_site(&wanted, site) || numbered {
        return done(name);
    }
    let why = format!(
        "ERPNext has {called} ({name}) under its id, and not {wanted}. Correct it there and retry, or give it up."
    );
    Verdict::Held(Hold::Differs, why)
}

fn done(name: String) -> Verdict {
    match Text::try_from(name.clone()) {
        Ok(name) => Verdict::Done(Posted::new(name)),
        Err(_) => Verdict::Held(Hold::Differs, format!("ERPNext calls it {name}, which is no name here.")),
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

/// The field by which two of a name are the same.
fn same_by(kind: Kind) -> &'static str {
    if kind == Kind::Item { "stock_uom" } else { "mobile_no" }
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A number as one compares it by hand: `0812-3456 789` is `08123456789`. Of a unit's name, its letters.
fn digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
