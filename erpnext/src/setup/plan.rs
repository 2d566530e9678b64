//! What setup would do, compared with what is there; and the same backwards.
//!
//! In: an administrator's connection and [`Wishes`]. Out: a [`Plan`], and while it is carried out, the key. A second plan is empty.

use super::column::Lost;
use super::fields::{self, ASKED, Field};
use super::guard;
use super::meta::{Meta, get, number, roles_of, text, who};
use super::roles::{NEVER, ROLES};
use super::workflows::Workflow;
use super::{Step, Wishes};
use crate::client::{Client, Failure, Key, Query};
use serde_json::{Value, json};
use std::fmt;

/// Custom fields in one question: there are about seventy.
const PAGE: usize = 500;

/// The one user who is above ERPNext's rules.
const ADMINISTRATOR: &str = "Administrator";

/// What would be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
    /// What a person has to put right first, each with the remedy. While there is any, nothing is done.
    pub obstacles: Vec<String>,
    /// What a person has to know beside. It stops nothing.
    pub notes: Vec<String>,
}

/// Why a plan was not carried out to its end. What was done stays; another plan goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// A person has to put something right first. Nothing was done.
    #[error("nothing was done: {}", .0.join("; "))]
    Obstacles(Vec<String>),
    /// A step failed.
    #[error("{step}: {failure}")]
    Failed {
        /// Which, in words.
        step: String,
        /// How.
        failure: Failure,
    },
    /// The connector's new key is not kept, why is said: nobody has it.
    #[error(
        "the connector's new key is not kept ({0}), and the one before is taken no more: run setup again with --new-key"
    )]
    NotKept(String),
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stops = self.obstacles.iter().map(|obstacle| format!("put right first: {obstacle}"));
        let nothing = self.is_empty().then(|| "nothing is to be done".to_owned());
        let notes = self.notes.iter().map(|note| format!("mind: {note}"));
        let lines: Vec<_> =
            stops.chain(self.steps.iter().map(ToString::to_string)).chain(nothing).chain(notes).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Plan {
    /// A field that is missing is added, one as older setups made it is mended; one of that name with another shape is for a person.
    pub(super) fn add_field(&mut self, meta: &Meta, doctype: &'static str, field: &'static Field) {
        let Some(found) = meta.field(field.name) else {
            self.steps.push(Step::AddField(doctype, field));
            return;
        };
        let wrong = field.wrong(found);
        if field.is_older(found) {
            self.steps.push(Step::MendField(doctype, field));
        } else if !wrong.is_empty() {
            let (name, wrong, remedy) = (field.name, wrong.join(", and "), field.remedy(doctype));
            self.obstacles.push(format!("{doctype} has a field {name}, and {wrong}. {remedy}"));
        }
    }

    /// Nothing is to be done, and nothing is in the way.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.obstacles.is_empty()
    }

    /// Does it step by step, and tells each that is done. No secret is ever told: the connector's new key is handed to `keep` as soon as it is
    /// made, since ERPNext shows the secret this once, and a later step may fail.
    pub fn carry_out(
        &self,
        admin: &Client,
        told: &mut dyn FnMut(&str),
        keep: &mut dyn FnMut(Key) -> std::io::Result<()>,
    ) -> Result<(), Stopped> {
        if !self.obstacles.is_empty() {
            return Err(Stopped::Obstacles(self.obstacles.clone()));
        }
        for step in &self.steps {
            let words = step.to_string();
            match step.take(admin) {
                Ok(None) => {}
                Ok(Some(key)) => keep(key).map_err(|error| Stopped::NotKept(error.to_string()))?,
                Err(failure) => return Err(Stopped::Failed { step: words, failure }),
            }
            told(&words);
        }
        Ok(())
    }
}

/// What is to be done so that documents can be posted.
pub fn plan(admin: &Client, wishes: &Wishes) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let Some(user) = may(admin, wishes, &mut plan)? else { return Ok(plan) };
    for (doctype, fields) in fields::all() {
        let meta = Meta::read(admin, doctype)?;
        fields.iter().for_each(|field| plan.add_field(&meta, doctype, field));
        let there: Vec<_> = fields.iter().map(|field| field.name).filter(|name| meta.field(name).is_some()).collect();
        if let Some(lost) = Lost::among(admin, doctype, &there)? {
            plan.obstacles.push(format!("{doctype} has a field {}: {}. {}", lost.0, Lost::FOUND, lost.remedy(doctype)));
        }
    }
    connector(wishes, user.as_ref(), &mut plan);
    guard::plan(admin, wishes.guard, &mut plan)?;
    let active = Workflow::active(admin)?.unwrap_or_default();
    plan.notes.extend(active.iter().map(|workflow| format!("{workflow}. {}", Workflow::REMEDY)));
    bound(admin, &mut plan)?;
    Ok(plan)
}

/// What is to be done so that ERPNext is as it was before. The user stays, disabled: what he posted names him.
pub fn undo(admin: &Client, wishes: &Wishes) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let Some(user) = may(admin, wishes, &mut plan)? else { return Ok(plan) };
    // It looks at a field that goes later.
    guard::remove(admin, &mut plan)?;
    let email = &wishes.email;
    if let Some(user) = user {
        // Of somebody who is disabled as well: a Frappe that does not look at that takes his key all the same.
        if !text(&user, "api_key").is_empty() {
            plan.steps.push(Step::VoidKey(email.clone()));
        }
        if number(&user, "enabled") == 1 {
            plan.steps.push(Step::Disable(email.clone()));
        }
    }
    let there = custom_fields(admin)?;
    let ours = |doctype: &str, field: &Field| {
        let same = |row: &&Value| text(row, "dt") == doctype && text(row, "fieldname") == field.name;
        there.iter().find(same).is_some_and(|row| field.is_ours(row))
    };
    let all: Vec<_> = fields::all().collect();
    for (doctype, fields) in all.into_iter().rev() {
        for field in fields.iter().rev().filter(|field| ours(doctype, field)) {
            if field.name == "outpost_id" && !wishes.even_with_documents {
                let count = with_an_id(admin, doctype)?;
                if count > 0 {
                    plan.obstacles.push(format!(
                        "{count} documents of {doctype} have an outpost_id: without it Outpost would not know them again, and post \
                         them twice. Leave it, or say that it goes even with documents"
                    ));
                }
            }
            plan.steps.push(Step::RemoveField(doctype, field));
        }
    }
    bound(admin, &mut plan)?;
    Ok(plan)
}

/// Fields to be removed that Administrator has made: ERPNext lets nobody else remove them, and would stop half-way.
fn bound(admin: &Client, plan: &mut Plan) -> Result<(), Failure> {
    let is_removed = |step: &Step, row: &Value| match step {
        Step::RemoveField(doctype, field) => text(row, "dt") == *doctype && text(row, "fieldname") == field.name,
        _ => false,
    };
    let removes = plan.steps.iter().any(|step| matches!(step, Step::RemoveField(..)));
    if !removes || who(admin)? == ADMINISTRATOR {
        return Ok(());
    }
    let mut theirs = custom_fields(admin)?;
    theirs.retain(|row| text(row, "owner") == ADMINISTRATOR && plan.steps.iter().any(|step| is_removed(step, row)));
    if let Some(first) = theirs.first() {
        plan.obstacles.push(format!(
            "{} of the Custom Fields were made by {ADMINISTRATOR}, {} first, and ERPNext lets nobody else remove them. Give {ADMINISTRATOR}'s \
             own key, or have {ADMINISTRATOR} delete them in ERPNext first",
            theirs.len(),
            text(first, "name")
        ));
    }
    Ok(())
}

/// Whether the one who asks may do all this, and for this user; the user as he is there. Nothing where not: the plan says why.
fn may(admin: &Client, wishes: &Wishes, plan: &mut Plan) -> Result<Option<Option<Value>>, Failure> {
    let own = who(admin)?;
    let email = &wishes.email;
    if !roles_of(admin, &own)?.iter().any(|role| role == "System Manager") {
        plan.obstacles.push(format!(
            "the key is {own}'s, who is no System Manager: custom fields and users need one. Give a System Manager's key"
        ));
        return Ok(None);
    }
    if !email.contains('@') || email.contains(char::is_whitespace) || *email == own {
        plan.obstacles.push(format!(
            "the connector needs a user of its own, and {email:?} cannot be it. Give an address like outpost-connector@books.example"
        ));
        return Ok(None);
    }
    if let Some(known) =
        wishes.known_user.as_deref().filter(|known| !known.eq_ignore_ascii_case(email) && *known != own)
    {
        let enabled = get(admin, "User", known)?.is_some_and(|user| number(&user, "enabled") == 1);
        if enabled {
            plan.obstacles.push(format!(
                "the office is {known} in ERPNext, who would stay beside {email}, with a key that is good. Leave --email out; or first \
                 disable {known} in ERPNext, or take it all back with setup --undo"
            ));
            return Ok(None);
        }
    }
    Ok(Some(get(admin, "User", email)?))
}

/// The connector's user, its roles, its key.
fn connector(wishes: &Wishes, user: Option<&Value>, plan: &mut Plan) {
    let email = wishes.email.clone();
    let all = ROLES.map(|(role, _)| role);
    let Some(user) = user else {
        let full_name = if wishes.full_name.is_empty() { "Outpost" } else { &wishes.full_name }.to_owned();
        plan.steps.push(Step::MakeUser { email: email.clone(), full_name, roles: all.to_vec() });
        plan.steps.push(Step::NewKey(email));
        return;
    };
    let rows = user.get("roles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let has = |role: &str| rows.iter().any(|row| text(row, "role") == role);
    if let Some(role) = NEVER.iter().find(|role| has(role)) {
        plan.obstacles.push(format!(
            "{email} has the role {role}, with which a key in a file could do anything. Take it away, or give another address"
        ));
    }
    let disabled = number(user, "enabled") == 0;
    if disabled {
        plan.steps.push(Step::Enable(email.clone()));
    }
    let roles: Vec<_> = all.into_iter().filter(|role| !has(role)).collect();
    let profiles = profiles(user);
    if !roles.is_empty() && !profiles.is_empty() {
        plan.obstacles.push(format!(
            "{email} has its roles by the Role Profile {}, which takes away those that it is given: {}. Take the profile off the user in \
             ERPNext, or add these roles to it",
            profiles.join(", "),
            roles.join(", ")
        ));
    } else if !roles.is_empty() {
        plan.steps.push(Step::GiveRoles { email: email.clone(), roles });
    }
    let known = wishes.known_key.as_deref().filter(|key| !key.is_empty());
    // Undoing has made the secret of a disabled one worthless, and only the public half can be compared.
    if wishes.new_key || disabled || known != Some(text(user, "api_key")) {
        plan.steps.push(Step::NewKey(email));
    }
}

/// The Role Profiles that a user has his roles by: one by its name, or in later versions some in a table.
fn profiles(user: &Value) -> Vec<&str> {
    let rows = user.get("role_profiles").and_then(Value::as_array).into_iter().flatten();
    let all = rows.map(|row| text(row, "role_profile")).chain([text(user, "role_profile_name")]);
    all.filter(|name| !name.is_empty()).collect()
}

/// The custom fields that have our names.
fn custom_fields(admin: &Client) -> Result<Vec<Value>, Failure> {
    let names: Vec<_> = fields::all().flat_map(|(_, fields)| fields).chain(ASKED).map(|field| field.name).collect();
    let query = Query {
        fields: &[
            "name",
            "owner",
            "dt",
            "fieldname",
            "fieldtype",
            "length",
            "unique",
            "no_copy",
            "reqd",
            "read_only",
            "in_standard_filter",
        ],
        filters: vec![json!(["fieldname", "in", names])],
        page: PAGE,
        ..Query::default()
    };
    admin.list("Custom Field", &query)
}

/// How many documents of a doctype are known by our id: submitted ones, and masters.
fn with_an_id(admin: &Client, doctype: &str) -> Result<u64, Failure> {
    let mut filters = vec![json!(["outpost_id", "is", "set"])];
    if fields::made().any(|kind| kind.name() == doctype && !kind.is_master()) {
        filters.push(json!(["docstatus", "=", 1]));
    }
    let query = Query { fields: &["count(name) as count"], filters, page: 1, ..Query::default() };
    Ok(admin.list(doctype, &query)?.first().map_or(0, |row| number(row, "count")))
}
