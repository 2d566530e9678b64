//! A request and an answer without their socket, and how Frappe reads arguments.

use crate::doc::{Doc, as_num, owned, text};
use crate::error::{Error, Res};
use crate::list::Query;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A request, without its socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Decoded parts of the path: `api`, `resource`, `Sales Invoice`.
    pub(crate) path: Vec<String>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// The body, where it is a JSON object.
    pub(crate) document: Option<Doc>,
    pub(crate) is_form: bool,
    pub(crate) token: Option<String>,
}

/// An answer, without its socket.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string().into_bytes() }
    }
}

impl Request {
    pub(crate) fn version_2(&self) -> bool {
        self.path.get(1).is_some_and(|p| p == "v2")
    }

    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// What every guest is answered, and no database is asked for.
    pub(crate) fn is_ping(&self) -> bool {
        let parts: Vec<&str> = self.path.iter().map(String::as_str).collect();
        matches!(parts[..], ["api", "method", "ping" | "frappe.ping"] | ["api", "v2", "method", "ping"])
    }

    /// Which of several ids of ours there are.
    pub(crate) fn is_list_of_ids(&self) -> bool {
        let names = r#"["outpost_id","in","#;
        let asked = self.query.get("filters").is_some_and(|filters| filters.contains(names));
        asked || String::from_utf8_lossy(&self.body).contains(names)
    }

    pub(crate) fn part(&self, at: usize) -> &str {
        self.path.get(at).map_or("", String::as_str)
    }

    /// What kind of request it is, for the count.
    pub(crate) fn kind(&self) -> String {
        let whole = |n: usize| self.path.iter().take(n).map(String::as_str).collect::<Vec<_>>().join("/");
        let depth = if self.version_2() { 4 } else { 3 };
        format!("{} /{}", self.method, whole(depth))
    }

    /// The groups whose parallelism is counted: who asks, and what a new document says of its series and site.
    pub(crate) fn groups(&self, user: &str, default_series: impl Fn(&str) -> String) -> Vec<String> {
        let mut groups = vec![format!("user:{user}")];
        let at = if self.version_2() { 3 } else { 2 };
        let makes =
            self.method == "POST" && self.path.len() == at + 1 && matches!(self.part(at - 1), "resource" | "document");
        if makes && let Some(doc) = &self.document {
            let series = owned(doc, "naming_series");
            let series = if series.is_empty() { default_series(self.part(at)) } else { series };
            groups.push(format!("series:{series}"));
            let places = ["cost_center", "set_warehouse", "from_warehouse", "to_warehouse"];
            let row = doc.get("items").and_then(|items| items.get(0)).and_then(Value::as_object);
            let all = places.iter().map(|p| text(doc, p)).chain(row.map(|r| text(r, "cost_center")));
            if let Some(site) = all.into_iter().find(|s| !s.is_empty()) {
                groups.push(format!("site:{site}"));
            }
        }
        groups
    }

    /// The arguments, from wherever they come.
    pub(crate) fn json(&self) -> Res<Cow<'_, Doc>> {
        if let Some(document) = self.document.as_ref().filter(|d| self.query.is_empty() && !d.contains_key("data")) {
            return Ok(Cow::Borrowed(document));
        }
        let bad = |error: serde_json::Error| {
            let text = format!("Expecting value: {error}");
            Error { message: String::new(), ..Error::with(500, "JSONDecodeError", text) }
        };
        let mut all: Doc = self.query.iter().map(|(k, v)| (k.clone(), v.clone().into())).collect();
        if self.is_form {
            all.extend(form_urlencoded::parse(&self.body).map(|(k, v)| (k.into_owned(), v.into_owned().into())));
        } else if !self.body.is_empty() {
            match serde_json::from_slice(&self.body).map_err(bad)? {
                Value::Object(doc) => all.extend(doc),
                _ => return Err(Error::invalid("Invalid request body")),
            }
        }
        // Older clients put the document as text into `data`.
        if let Some(Value::Object(data)) =
            all.get("data").and_then(Value::as_str).and_then(|d| serde_json::from_str(d).ok())
        {
            all.extend(data);
        }
        Ok(Cow::Owned(all))
    }
}

/// An argument that may be JSON or a text with JSON in it.
pub(crate) fn read(args: &Doc, name: &str) -> Value {
    match args.get(name) {
        Some(Value::String(s)) => serde_json::from_str(s).unwrap_or_else(|_| s.clone().into()),
        Some(value) => value.clone(),
        None => Value::Null,
    }
}

pub(crate) fn object(args: &Doc, name: &str) -> Res<Doc> {
    match read(args, name) {
        Value::Object(doc) => Ok(doc),
        _ => {
            Err(Error { message: String::new(), ..Error::with(500, "TypeError", format!("missing argument '{name}'")) })
        }
    }
}

pub(crate) fn query(args: &Doc) -> Query {
    let fields = match read(args, "fields") {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(s) if !s.is_empty() => s.split(',').map(|f| f.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    let number = |names: &[&str], default: usize| {
        names.iter().find_map(|n| args.get(*n)).map_or(default, |v| as_num(v) as usize)
    };
    Query {
        fields,
        filters: read(args, "filters"),
        or_filters: read(args, "or_filters"),
        order_by: owned(args, "order_by"),
        start: number(&["limit_start", "start"], 0),
        page: number(&["limit_page_length", "limit"], 20),
    }
}
