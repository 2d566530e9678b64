//! Frappe's REST: which path is which question, versions 1 and 2, and the methods that can be called.
//!
//! In: method, path, arguments, body, token. Out: status and JSON; the request is whole or not at all. Absent: sockets.

pub(crate) use crate::request::{Answer, Request};

use crate::doc::{Doc, int, num, owned, rows, text};
use crate::erp::{Erp, User};
use crate::error::{Error, Res};
use crate::list::{Listed, Query, names};
use crate::request::{object, query, read};
use crate::schema::{Doctype, Field};
use serde_json::{Value, json};

impl Erp {
    /// Who has this token: `token KEY:SECRET`.
    pub(crate) fn who(&self, token: Option<&str>) -> Res<Option<User>> {
        let Some(token) = token else { return Ok(None) };
        let wrong = || Error { message: String::new(), ..Error::with(401, "AuthenticationError", "") };
        let pair = token.strip_prefix("token ").or_else(|| token.strip_prefix("Token ")).ok_or_else(wrong)?;
        let (key, secret) = pair.trim().split_once(':').ok_or_else(wrong)?;
        self.with_key(key, secret).ok_or_else(wrong).map(Some)
    }

    /// Answers a request: whole, or as if it had never come.
    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        self.db.begin();
        match self.handle(request) {
            Ok(answer) => answer,
            Err(error) => {
                self.db.rollback();
                let error = if self.tracebacks { error } else { Error { exception: None, ..error } };
                let body = if request.version_2() { error.v2() } else { error.v1() };
                Answer::json(error.status, &body)
            }
        }
    }

    fn handle(&mut self, request: &Request) -> Res<Answer> {
        let user = self.who(request.token.as_deref())?;
        let parts: Vec<&str> = request.path.iter().map(String::as_str).collect();
        if request.is_ping() {
            return Ok(Answer::json(200, &json!({ "message": "pong" })));
        }
        let Some(user) = user else {
            return Err(Error { message: "Login to access".into(), ..Error::denied("") });
        };
        let ok = |body: Value| Ok(Answer::json(200, &body));
        match (request.method.as_str(), &parts[..]) {
            (_, ["api", "method", "frappe.client.get_list" | "frappe.client.get_all"]) => {
                let args = request.json()?;
                self.listed(&user, text(&args, "doctype"), &args, "message")
            }
            (_, ["api", "method", method] | ["api", "v1", "method", method]) => {
                let args = request.json()?;
                ok(self.call(&user, method, &args)?)
            }
            (_, ["api", "v2", "method", method]) => {
                let args = request.json()?;
                let mut said = self.call(&user, method, &args)?;
                ok(json!({ "data": said["message"].take() }))
            }
            (how, ["api", "resource", rest @ ..] | ["api", "v1", "resource", rest @ ..]) => {
                self.resource(&user, how, rest, request, false)
            }
            ("GET", ["api", "v2", "doctype", doctype, "meta"]) => {
                let meta = self.meta(&user, doctype)?;
                ok(json!({ "data": meta }))
            }
            ("GET", ["api", "v2", "doctype", doctype, "count"]) => {
                self.must(&user, doctype, "read")?;
                let args = request.json()?;
                let rows = self.list(doctype, &Query { page: 0, ..query(&args) })?.len();
                ok(json!({ "data": rows }))
            }
            (how, ["api", "v2", "document", rest @ ..]) => self.resource(&user, how, rest, request, true),
            _ => Err(Error { exception: None, ..Error::with(404, "DoesNotExistError", "Not Found") }),
        }
    }

    fn resource(&mut self, user: &User, how: &str, parts: &[&str], request: &Request, v2: bool) -> Res<Answer> {
        match (how, parts) {
            ("GET", [doctype]) => {
                let args = request.json()?;
                self.listed(user, doctype, &args, "data")
            }
            ("POST", [doctype]) => {
                let body = request.json()?;
                let own = v2 || self.v1_names || matches!(*doctype, "POS Profile");
                let doc = self.insert(user, doctype, &body, own)?;
                Ok(Answer { status: 200, body: self.rendered(doctype, &doc) })
            }
            ("GET", [doctype, name]) => {
                self.must(user, doctype, "read")?;
                let doc = self.readable(user, doctype, name)?;
                Ok(Answer { status: 200, body: self.rendered(doctype, &doc) })
            }
            ("PUT" | "PATCH", [doctype, name]) => {
                let body = request.json()?;
                let doc = self.update(user, doctype, name, &body)?;
                Ok(Answer { status: 200, body: self.rendered(doctype, &doc) })
            }
            ("DELETE", [doctype, name]) => {
                self.delete(user, doctype, name)?;
                Ok(Answer::json(202, &json!({ "data": "ok" })))
            }
            ("POST", [doctype, name]) => {
                let args = request.json()?;
                let method = owned(&args, "run_method");
                let doc = self.run_method(user, doctype, name, &method)?;
                Ok(Answer { status: 200, body: self.rendered(doctype, &doc) })
            }
            (_, [doctype, name, "method", method]) => {
                let doc = self.run_method(user, doctype, name, method)?;
                Ok(Answer { status: 200, body: self.rendered(doctype, &doc) })
            }
            _ => Err(Error { exception: None, ..Error::with(404, "DoesNotExistError", "Not Found") }),
        }
    }

    /// Cancels as the document's own method does: of more than 100 rows it leaves that to a job, which locks the document and which here
    /// nobody runs. A change of `docstatus` is no call of that method.
    fn cancel_by_call(&mut self, user: &User, doctype: &str, name: &str) -> Res<Doc> {
        let table = match doctype {
            "Journal Entry" => "accounts",
            "Stock Reconciliation" => "items",
            _ => return self.cancel(user, doctype, name),
        };
        let doc = self.load(doctype, name)?;
        if rows(&doc, table).len() <= 100 {
            return self.cancel(user, doctype, name);
        }
        if !self.queued.insert((doctype.to_owned(), name.to_owned())) {
            let text = "This document is currently locked and queued for execution. Please try again after some time.";
            return Err(Error::invalid(text));
        }
        Ok(doc)
    }

    fn run_method(&mut self, user: &User, doctype: &str, name: &str, method: &str) -> Res<Doc> {
        if matches!(doctype, "Journal Entry" | "Stock Reconciliation") && matches!(method, "submit" | "cancel") {
            let app = if doctype == "Journal Entry" { "accounts" } else { "stock" };
            let module = doctype.to_lowercase().replace(' ', "_");
            let function = format!("erpnext.{app}.doctype.{module}.{module}.{method}");
            return Err(Error::denied(format!("Function <strong>{function}</strong> is not whitelisted.")));
        }
        match method {
            "submit" => self.submit(user, doctype, name),
            "cancel" => self.cancel(user, doctype, name),
            _ => Err(Error::denied(format!("Function {method} is not whitelisted."))),
        }
    }

    /// The answer with a list in it, under this name.
    fn listed(&self, user: &User, doctype: &str, args: &Doc, under: &str) -> Res<Answer> {
        let mut body = format!("{{\"{under}\":").into_bytes();
        self.rows_for(user, doctype, args)?.write(&mut body);
        body.push(b'}');
        Ok(Answer { status: 200, body })
    }

    fn rows_for(&self, user: &User, doctype: &str, args: &Doc) -> Res<Listed<'_>> {
        let def = self.schema.get(doctype);
        let mut of = doctype;
        if def.as_ref().is_some_and(|d| d.is_child) {
            let parent = text(args, "parent");
            of = parent;
            let fits = self.schema.parents.get(doctype).is_some_and(|p| p.iter().any(|(of, _)| of == parent));
            if !fits {
                return Err(Error::denied(format!("Parent is needed to read {doctype}")));
            }
            self.must(user, parent, "read")?;
        } else {
            self.must(user, doctype, "read")?;
        }
        let mut listed = self.list(doctype, &query(args))?;
        listed.keep(|table, field| {
            let own = def.as_deref().filter(|_| table.is_none());
            let within = || def.as_deref()?.field(table?).and_then(|table| self.schema.get(&table.options));
            let level =
                own.and_then(|def| Some(def.field(field)?.level)).or_else(|| Some(within()?.field(field)?.level));
            level.is_none_or(|level| self.reaches(user, of, level, "read"))
        });
        Ok(listed)
    }

    fn meta(&self, user: &User, doctype: &str) -> Res<Value> {
        let Some(def) = self.schema.get(doctype) else { return Err(Error::missing("DocType", doctype)) };
        self.must(user, doctype, "read")?;
        Ok(described(&def))
    }

    fn call(&mut self, user: &User, method: &str, args: &Doc) -> Res<Value> {
        let said = |value: Value| Ok(Value::Object(Doc::from_iter([("message".to_owned(), value)])));
        let (doctype, name) = (owned(args, "doctype"), owned(args, "name"));
        let work_order = method.strip_prefix("erpnext.manufacturing.doctype.work_order.work_order.");
        if let Some(method) = work_order {
            return said(self.work_order_method(user, method, args)?);
        }
        match method {
            "frappe.client.get_time_zone" => said(json!({ "time_zone": self.clock.zone() })),
            "frappe.auth.get_logged_user" => said(json!(user.name)),
            "frappe.client.get_list" | "frappe.client.get_all" => {
                said(Value::Array(self.rows_for(user, &doctype, args)?.values()))
            }
            "frappe.client.get_count" => {
                self.must(user, &doctype, "read")?;
                let all = Query { filters: read(args, "filters"), ..Query::default() };
                said(json!(self.list(&doctype, &all)?.len()))
            }
            "frappe.client.get" => {
                self.must(user, &doctype, "read")?;
                let name = if name.is_empty() {
                    let first = Query { filters: read(args, "filters"), page: 1, ..Query::default() };
                    self.list(&doctype, &first)?
                        .values()
                        .first()
                        .and_then(|r| r["name"].as_str())
                        .unwrap_or_default()
                        .to_owned()
                } else {
                    name
                };
                let doc = self.readable(user, &doctype, &name)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.get_value" => {
                self.must(user, &doctype, "read")?;
                let fields = match read(args, "fieldname") {
                    Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    value => vec![value.as_str().unwrap_or("name").to_owned()],
                };
                let filters = match read(args, "filters") {
                    Value::String(name) => json!([["name", "=", name]]),
                    filters => filters,
                };
                let found = self.list(&doctype, &Query { fields, filters, page: 1, ..Query::default() })?.values();
                said(found.into_iter().next().unwrap_or_else(|| json!({})))
            }
            "frappe.client.insert" => {
                let doc = object(args, "doc")?;
                let doctype = owned(&doc, "doctype");
                let doc = self.insert(user, &doctype, &doc, false)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.insert_many" => {
                let Value::Array(docs) = read(args, "docs") else { return Err(Error::invalid("docs is missing")) };
                if docs.len() > 200 {
                    return Err(Error::invalid("Only 200 inserts allowed in one request"));
                }
                let mut made = Vec::new();
                for doc in docs.iter().filter_map(Value::as_object) {
                    made.push(self.insert(user, text(doc, "doctype"), doc, false)?);
                }
                said(Value::Array(names(&made)))
            }
            "frappe.client.save" => {
                let doc = object(args, "doc")?;
                let (doctype, name) = (owned(&doc, "doctype"), owned(&doc, "name"));
                let doc = self.update(user, &doctype, &name, &doc)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.submit" => {
                let mut doc = object(args, "doc")?;
                let (doctype, name) = (owned(&doc, "doctype"), owned(&doc, "name"));
                doc.insert("docstatus".into(), json!(1));
                let doc = self.update(user, &doctype, &name, &doc)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.set_value" => {
                let field = owned(args, "fieldname");
                let changes = Doc::from_iter([(field, args.get("value").cloned().unwrap_or_default())]);
                let doc = self.update(user, &doctype, &name, &changes)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.cancel" => {
                let doc = self.cancel_by_call(user, &doctype, &name)?;
                said(Value::Object(self.shown(&doctype, doc)))
            }
            "frappe.client.delete" => {
                self.delete(user, &doctype, &name)?;
                said(Value::Null)
            }
            "frappe.client.rename_doc" => {
                let new = owned(args, "new_name");
                self.rename(user, &doctype, &owned(args, "old_name"), &new)?;
                said(json!(new))
            }
            "frappe.client.has_permission" => {
                let what = owned(args, "perm_type");
                let what = if what.is_empty() { "read".to_owned() } else { what };
                said(json!({ "has_permission": self.may(user, &doctype, &what) }))
            }
            "frappe.core.doctype.user.user.get_roles" => {
                let uid = owned(args, "uid");
                let uid = if uid.is_empty() { user.name.clone() } else { uid };
                let found = self.users.iter().find(|u| u.name == uid);
                said(json!(found.map(|u| u.roles.clone()).unwrap_or_default()))
            }
            "frappe.core.doctype.user.user.generate_keys" => {
                self.must(user, "User", "write")?;
                let secret = self.give_keys(text(args, "user"))?;
                said(json!({ "api_secret": secret }))
            }
            "frappe.core.doctype.server_script.server_script.enabled" => {
                // Whoever may not read scripts is told nothing.
                Ok(if self.writes_scripts(user) { json!({ "message": self.scripts_on }) } else { json!({}) })
            }
            "frappe.utils.change_log.get_versions" => {
                let app = |title: &str, version: &str| json!({ "title": title, "version": version });
                let mut apps = json!({ "frappe": app("Frappe Framework", "15.72.4") });
                if !self.version.is_empty() {
                    apps["erpnext"] = app("ERPNext", &self.version);
                }
                said(apps)
            }
            "frappe.desk.form.load.getdoctype" => {
                let mut docs = vec![self.meta(user, &doctype)?];
                // Whoever may read a doctype is told of its tables.
                let def = self.doctype(&doctype)?;
                docs.extend(def.tables().filter_map(|t| self.schema.get(&t.options)).map(|child| described(&child)));
                Ok(json!({ "docs": docs }))
            }
            "frappe.desk.form.save.savedocs" => {
                let mut doc = object(args, "doc")?;
                let doctype = owned(&doc, "doctype");
                let submit = text(args, "action") == "Submit";
                doc.insert("docstatus".into(), json!(i32::from(submit)));
                let doc = if int(&doc, "__islocal") == 1 {
                    doc.remove("name");
                    self.insert(user, &doctype, &doc, false)?
                } else {
                    let name = owned(&doc, "name");
                    self.update(user, &doctype, &name, &doc)?
                };
                Ok(json!({ "docs": [self.shown(&doctype, doc)] }))
            }
            "frappe.core.doctype.data_import.data_import.form_start_import" => {
                self.load("Data Import", text(args, "data_import"))?;
                said(json!(true))
            }
            _ => {
                let text = format!("Failed to get method for command {method}");
                Err(Error { message: text.clone(), ..Error::with(417, "ValidationError", text) })
            }
        }
    }
}

/// A doctype's definition as an answer has it.
fn described(def: &Doctype) -> Value {
    let field = |f: &Field| {
        let number = |key: &str| f.whole[key].as_i64().unwrap_or(0);
        json!({
            "fieldname": f.name, "fieldtype": f.whole["fieldtype"], "label": f.label, "options": f.options,
            "reqd": number("reqd"), "unique": number("unique"), "length": number("length"),
            "no_copy": number("no_copy"), "read_only": number("read_only"), "in_standard_filter": number("in_standard_filter"), "is_virtual": number("is_virtual"), "permlevel": f.level,
            "is_custom_field": i32::from(f.whole.get("dt").is_some()),
        })
    };
    let fields: Vec<Value> = def.fields.iter().map(field).collect();
    let rights: Vec<&Value> = def.rights.iter().map(|r| &r.whole).collect();
    json!({
        "name": def.name, "doctype": "DocType", "autoname": def.autoname, "is_submittable": i32::from(def.submittable),
        "fields": fields, "permissions": rights,
    })
}

/// A number among the arguments.
pub(crate) fn argument(args: &Doc, name: &str) -> f64 {
    num(args, name)
}
