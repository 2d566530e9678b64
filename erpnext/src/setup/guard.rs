//! The guard's part of a plan: the doctype of links, the scripts, and the way back.
//!
//! In: an administrator's connection. Out: steps, or what is in their way. While Server Scripts are switched off ERPNext refuses every
//! document that one is made for, whoever submits it: so nothing is installed before ERPNext says that they are on.

use super::Step;
use super::fields::ASKED;
use super::meta::{Meta, get, number, roles_of, text, who};
use super::plan::Plan;
use crate::client::{Client, Failure, Query};
use crate::guard::{self, ASKABLE, LINK, Mode, Script};
use serde_json::{Value, json};

/// What is wished for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// It stays as it is.
    #[default]
    AsItIs,
    /// It is there, and refuses as this says.
    There(Mode),
    /// It is gone.
    Gone,
}

/// The role that ERPNext asks of whoever writes scripts.
const WRITER: &str = "Script Manager";

/// How they are switched on.
pub(super) const SWITCH_ON: &str = "On ERPNext's machine: `bench set-config -g server_script_enabled 1`, then `bench restart` (at Frappe \
                                    Cloud it is a setting of the bench)";

/// Whether ERPNext runs Server Scripts; nothing where it does not tell whoever asks.
pub(super) fn are_on(admin: &Client) -> Result<Option<bool>, Failure> {
    match admin.call("frappe.core.doctype.server_script.server_script.enabled", &json!({})) {
        Ok(said) => Ok(said.as_bool().or_else(|| said.as_u64().map(|said| said == 1))),
        Err(Failure::Refused { .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What is to be done so that it is as wished.
pub(super) fn plan(admin: &Client, wish: Wish, plan: &mut Plan) -> Result<(), Failure> {
    match wish {
        Wish::AsItIs => Ok(()),
        Wish::There(mode) => install(admin, mode, plan),
        Wish::Gone => remove(admin, plan),
    }
}

fn install(admin: &Client, mode: Mode, plan: &mut Plan) -> Result<(), Failure> {
    let own = who(admin)?;
    if !roles_of(admin, &own)?.iter().any(|role| role == WRITER) {
        plan.obstacles.push(lacks_writer(&own));
        return Ok(());
    }
    match are_on(admin)? {
        Some(true) => {}
        Some(false) => plan.obstacles.push(format!(
            "Server Scripts are switched off in ERPNext, and with the guard's it would refuse every document. {SWITCH_ON}"
        )),
        None => plan.obstacles.push(format!(
            "ERPNext does not say whether Server Scripts are switched on, and while they are off it would refuse every document with the \
             guard's. {SWITCH_ON}; where that is so already, this version of ERPNext cannot have the guard"
        )),
    }
    match get(admin, "DocType", LINK)? {
        None => plan.steps.push(Step::MakeLinks),
        Some(found) => match wrong(&found) {
            Some(wrong) => plan.obstacles.push(wrong),
            None if rights(&found).iter().any(guard::is_too_wide) => plan.steps.push(Step::MendLinks),
            None => {}
        },
    }
    match mode {
        Mode::Asking => add_fields(admin, plan)?,
        Mode::WhileDown => {
            let kept: Vec<_> = guard::scripts(mode).map(|script| script.to_string()).collect();
            remove_asking(admin, plan, |script| !kept.contains(script))?;
        }
    }
    for script in guard::scripts(mode) {
        match get(admin, "Server Script", &script.to_string())? {
            None => plan.steps.push(Step::MakeScript(script)),
            Some(found) if script.is_whole(&found) => {}
            Some(_) => plan.steps.push(Step::MendScript(script)),
        }
    }
    Ok(())
}

/// Who may do what with it.
pub(super) fn rights(found: &Value) -> &[Value] {
    found.get("permissions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What is wrong with the doctype that is there.
fn wrong(found: &Value) -> Option<String> {
    let has = |name: &str, kind: &str| {
        let fields = found.get("fields").and_then(Value::as_array).into_iter().flatten();
        fields.into_iter().any(|field| text(field, "fieldname") == name && text(field, "fieldtype") == kind)
    };
    let good = has("site", "Data") && has("heard", "Datetime") && text(found, "autoname") == "field:site";
    let remedy = "Whose is it? Where nobody needs it, delete it in ERPNext and run setup again";
    (!good).then(|| {
        format!("there is a doctype {LINK} that is not named by a field `site` (Data) or has no `heard` (Datetime). {remedy}")
    })
}

/// The fields with which people ask, before the scripts that name them.
fn add_fields(admin: &Client, plan: &mut Plan) -> Result<(), Failure> {
    for doctype in ASKABLE {
        let meta = Meta::read(admin, doctype)?;
        ASKED.iter().for_each(|field| plan.add_field(&meta, doctype, field));
    }
    Ok(())
}

/// The scripts of these names go, and then the fields that they look at. Not while a box is asked of a draft: nobody would answer it.
fn remove_asking(admin: &Client, plan: &mut Plan, goes: impl Fn(&String) -> bool) -> Result<(), Failure> {
    let scripts = scripts_there(admin, plan, goes)?;
    plan.steps.extend(scripts.into_iter().map(Step::RemoveScript));
    for doctype in ASKABLE {
        let meta = Meta::read(admin, doctype)?;
        let there = |field: &&super::Field| meta.field(field.name).is_some_and(|found| field.is_ours(found));
        let fields: Vec<_> = ASKED.iter().rev().filter(there).collect();
        if fields.len() == ASKED.len() {
            let waiting = undecided(admin, doctype)?;
            if waiting > 0 {
                plan.obstacles.push(format!(
                    "of {waiting} drafts of {doctype} a workshop's box is asked, and nobody would tell what it says. Wait for the \
                     answers, or untick Ask the Workshop in them and save; the office has to run"
                ));
            }
        }
        plan.steps.extend(fields.into_iter().map(|field| Step::RemoveField(doctype, field)));
    }
    Ok(())
}

/// Those of these names that are there.
fn scripts_there(admin: &Client, plan: &mut Plan, these: impl Fn(&String) -> bool) -> Result<Vec<Script>, Failure> {
    let mut there = Vec::new();
    for script in guard::scripts(Mode::Asking).filter(|script| these(&script.to_string())) {
        match get(admin, "Server Script", &script.to_string()) {
            Ok(found) => there.extend(found.map(|_| script)),
            // ERPNext says so of each, there or not. Without the doctype that they look at there are none.
            Err(failure) if failure.is("PermissionError") => {
                if get(admin, "DocType", LINK)?.is_some() {
                    plan.obstacles.push(lacks_writer(&who(admin)?));
                }
                return Ok(Vec::new());
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(there)
}

/// What is in the way of whoever may not see scripts.
fn lacks_writer(own: &str) -> String {
    format!(
        "the key is {own}'s, who has not the role {WRITER}, and the guard is made of Server Scripts. Give {own} that role in ERPNext"
    )
}

/// How many drafts a box is asked of.
fn undecided(admin: &Client, doctype: &str) -> Result<u64, Failure> {
    let filters = ["outpost_id", guard::ANSWER].map(|field| json!([field, "is", "set"])).to_vec();
    let filters = [vec![json!(["docstatus", "=", 0])], filters].concat();
    let query = Query { fields: &["count(name) as count"], filters, page: 1, ..Query::default() };
    Ok(admin.list(doctype, &query)?.first().map_or(0, |row| number(row, "count")))
}

/// The scripts go first: without the links they would refuse everything.
pub(super) fn remove(admin: &Client, plan: &mut Plan) -> Result<(), Failure> {
    remove_asking(admin, plan, |_| true)?;
    // One of another shape is somebody else's.
    if get(admin, "DocType", LINK)?.is_some_and(|found| wrong(&found).is_none() && number(&found, "custom") == 1) {
        plan.steps.push(Step::RemoveLinks);
    }
    Ok(())
}
