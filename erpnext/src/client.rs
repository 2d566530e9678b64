//! ERPNext's REST, version 1 and where it must be 2: requests, answers, and what an error means.
//!
//! In: names of doctypes, bodies. Out: JSON, or a [`Failure`] that says whether another try is of use. Absent: retries, and what is in a
//! body. Nothing here is shared by two writers: each site has a client of its own, since ERPNext locks a series until it commits.

mod address;
mod failure;

pub use failure::Failure;

use address::Addresses;
use failure::failure;
use serde_json::{Value, json};
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;

/// How long one request may take: ERPNext's own limit is 120 s, and a proxy's before it often 60.
const TIMEOUT: Duration = Duration::from_secs(130);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(20);
/// Requests that one client has under way at once, and connections that it keeps for the next.
pub(crate) const CONNECTIONS: usize = 12;
/// Bytes that each of those reads and writes at once, and most of an answer's head, which has a few hundred.
const BUFFER: usize = 32 * 1024;
/// Most bytes of an answer: a page of 500 wide rows is under 4 MB.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// Most bytes that an answer's memory is taken for before they are there: what it says of its length may be anything.
const MAX_AHEAD: u64 = 1024 * 1024;
/// Longest list, in bytes of its address, that is asked for by one: web servers take a line of 4,094 bytes, with what is around it.
const MAX_ADDRESS: usize = 4_000;

/// The two halves of an API key.
#[derive(Clone)]
pub struct Key {
    /// `api_key`.
    pub key: String,
    /// `api_secret`.
    pub secret: String,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    /// Fields; of child rows `items.rate as rate`.
    pub fields: &'a [&'a str],
    /// Conditions, each `["modified", ">=", "2026-11-23 16:21:00"]`.
    pub filters: Vec<Value>,
    /// Conditions of which one at least holds, beside all of `filters`.
    pub or_filters: Vec<Value>,
    /// `modified asc, name asc`.
    pub order_by: &'a str,
    /// How many rows to leave out.
    pub start: usize,
    /// How many rows at most.
    pub page: usize,
    /// The doctype whose child rows are listed.
    pub parent: Option<&'a str>,
}

/// A connection to one ERPNext under one key.
pub struct Client {
    agent: Agent,
    url: String,
    token: String,
    patient: bool,
}

impl Client {
    /// For ERPNext at `url`, with the CAs of a PEM file instead of the usual ones where one is given.
    pub fn new(url: &str, key: &Key, ca_pem: Option<&str>) -> Result<Self, String> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!("{url:?} is no address of ERPNext: write it like https://books.example"));
        }
        let mut config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .user_agent(concat!("outpost/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = ca_pem {
            let read = Certificate::from_pem(pem.as_bytes()).map_err(|error| format!("the CA of ERPNext: {error}"))?;
            let roots = RootCerts::new_with_certs(&[read]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let token = format!("token {}:{}", key.key, key.secret);
        let agent = Agent::with_parts(config.build(), DefaultConnector::default(), Addresses::default());
        Ok(Self { agent, url: url.trim_end_matches('/').to_owned(), token, patient: false })
    }

    /// The same, for whoever can wait for an answer: a question over which ERPNext itself fails (500 and above, whatever it says of it) may
    /// be answered later ([`Failure::Again`]). A question changes nothing, so nothing in it can be at fault as something that is made can.
    pub fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    fn of_question(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Refused { status, .. } if self.patient && status >= 500 => Failure::Again(failure.to_string()),
            other => other,
        }
    }

    /// The whole document of a name.
    pub fn get(&self, doctype: &str, name: &str) -> Result<Value, Failure> {
        let path = format!("/api/resource/{}/{}", part(doctype), part(name));
        data(self.send("GET", &path, &[], None).map_err(|failure| self.of_question(failure))?)
    }

    /// A page of a list. What is too long for a URL goes in the body of a call that does the same.
    pub fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        let page = query.page.to_string();
        let start = query.start.to_string();
        let fields = json!(query.fields).to_string();
        let filters = Value::Array(query.filters.clone()).to_string();
        let or_filters = Value::Array(query.or_filters.clone()).to_string();
        let mut asked = vec![("limit_start", start.as_str()), ("limit_page_length", page.as_str())];
        for (name, value, there) in [
            ("fields", fields.as_str(), !query.fields.is_empty()),
            ("filters", filters.as_str(), !query.filters.is_empty()),
            ("or_filters", or_filters.as_str(), !query.or_filters.is_empty()),
            ("order_by", query.order_by, !query.order_by.is_empty()),
            ("parent", query.parent.unwrap_or_default(), query.parent.is_some()),
        ] {
            if there {
                asked.push((name, value));
            }
        }
        let path = format!("/api/resource/{}", part(doctype));
        let length = |(name, value): &(&str, &str)| name.len() + escaped(value) + 2;
        if path.len() + asked.iter().map(length).sum::<usize>() > MAX_ADDRESS {
            return self.list_by_call(doctype, query);
        }
        let answer = self.send("GET", &path, &asked, None);
        match data(answer.map_err(|failure| self.of_question(failure))?)? {
            Value::Array(rows) => Ok(rows),
            other => Err(unread(&other)),
        }
    }

    fn list_by_call(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        let mut asked = json!({
            "doctype": doctype,
            "filters": query.filters,
            "limit_start": query.start,
            "limit_page_length": query.page,
        });
        for (name, value, there) in [
            ("fields", json!(query.fields), !query.fields.is_empty()),
            ("or_filters", json!(query.or_filters), !query.or_filters.is_empty()),
            ("order_by", json!(query.order_by), !query.order_by.is_empty()),
            ("parent", json!(query.parent), query.parent.is_some()),
        ] {
            if there {
                asked[name] = value;
            }
        }
        match self.ask("frappe.client.get_list", &asked)? {
            Value::Array(rows) => Ok(rows),
            // What nothing fits is no list at all: an answer without `message`.
            Value::Object(fields) if fields.is_empty() => Ok(Vec::new()),
            other => Err(unread(&other)),
        }
    }

    /// Makes a document; with `docstatus` 1 it is submitted in the same transaction. A document that names itself (`name`) is made by
    /// version 2, which alone honours that.
    pub fn insert(&self, doctype: &str, body: &Value) -> Result<Value, Failure> {
        data(self.send("POST", &made_at(doctype, body), &[], Some(body))?)
    }

    /// The same, where of the answer, which is stale in all that is derived, only the name matters; none where it has none.
    pub fn make(&self, doctype: &str, body: &Value) -> Result<Option<String>, Failure> {
        #[derive(serde::Deserialize)]
        struct Answer {
            data: Named,
        }
        #[derive(serde::Deserialize)]
        struct Named {
            name: Option<String>,
        }
        let answer: Answer =
            self.send_for("POST", &made_at(doctype, body), &[], Some(body))?.ok_or_else(|| unread(&Value::Null))?;
        Ok(answer.data.name)
    }

    /// Changes fields of a document.
    pub fn update(&self, doctype: &str, name: &str, fields: &Value) -> Result<Value, Failure> {
        data(self.send("PUT", &format!("/api/resource/{}/{}", part(doctype), part(name)), &[], Some(fields))?)
    }

    /// Deletes a draft, a cancelled document, or what has no drafts.
    pub fn delete(&self, doctype: &str, name: &str) -> Result<(), Failure> {
        self.send("DELETE", &format!("/api/resource/{}/{}", part(doctype), part(name)), &[], None).map(|_| ())
    }

    /// Cancels a submitted document. The call works for every doctype; of some it leaves more than 100 rows to a job of ERPNext's, which locks
    /// the document until it has run: those are cancelled by a change of their state.
    pub fn cancel(&self, doctype: &str, name: &str) -> Result<(), Failure> {
        if ["Journal Entry", "Stock Reconciliation"].contains(&doctype) {
            return self.update(doctype, name, &json!({ "docstatus": 2 })).map(|_| ());
        }
        self.call("frappe.client.cancel", &json!({ "doctype": doctype, "name": name })).map(|_| ())
    }

    /// Calls a method; what it returned.
    pub fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        let answer = self.send("POST", &format!("/api/method/{method}"), &[], Some(arguments))?;
        Ok(match answer {
            Value::Object(mut fields) if fields.contains_key("message") => fields.remove("message").unwrap_or_default(),
            other => other,
        })
    }

    /// Calls a method that changes nothing.
    pub fn ask(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        self.call(method, arguments).map_err(|failure| self.of_question(failure))
    }

    /// The document that has our id, where there is one: its name and whether it is a draft (0), submitted (1) or cancelled (2).
    pub fn find(&self, doctype: &str, outpost_id: &str) -> Result<Option<(String, u8)>, Failure> {
        let query = Query {
            // The id is among the fields, so that a site that does not have it says so by name.
            fields: &["name", "docstatus", "outpost_id"],
            filters: vec![json!(["outpost_id", "=", outpost_id])],
            page: 2,
            ..Query::default()
        };
        let rows = self.list(doctype, &query)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let name = row.get("name").and_then(Value::as_str).ok_or_else(|| unread(row))?;
        let docstatus = row.get("docstatus").and_then(Value::as_u64).unwrap_or(0);
        Ok(Some((name.to_owned(), docstatus as u8)))
    }

    fn send(&self, how: &str, path: &str, asked: &[(&str, &str)], body: Option<&Value>) -> Result<Value, Failure> {
        Ok(self.send_for(how, path, asked, body)?.unwrap_or_default())
    }

    /// What an answer has that `T` wants; none where it is empty.
    fn send_for<T: serde::de::DeserializeOwned>(
        &self,
        how: &str,
        path: &str,
        asked: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Option<T>, Failure> {
        let mut url = format!("{}{path}", self.url);
        for (i, (name, value)) in asked.iter().enumerate() {
            url.push(if i == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&part(value));
        }
        let request = ureq::http::Request::builder()
            .method(how)
            .uri(&url)
            .header("Authorization", &self.token)
            .header("Accept", "application/json")
            // Without it ERPNext answers in the site's language: it chooses before it looks whose key this is.
            .header("Accept-Language", "en")
            .header("Content-Type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(body).map_err(|error| Failure::Again(error.to_string()))?;
        let mut answer = self.agent.run(request).map_err(|error| Failure::Again(format!("ERPNext: {error}")))?;
        let status = answer.status().as_u16();
        let length = answer.body().content_length().unwrap_or_default().min(MAX_AHEAD);
        let mut bytes = Vec::with_capacity(length as usize);
        let read = answer.body_mut().with_config().limit(MAX_ANSWER).reader().read_to_end(&mut bytes);
        read.map_err(|error| Failure::Again(format!("ERPNext's answer broke off: {error}")))?;
        if (200..300).contains(&status) {
            if bytes.is_empty() {
                return Ok(None);
            }
            return serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| Failure::Again("what answers is not ERPNext: no JSON came".into()));
        }
        Err(failure(status, &bytes))
    }
}

/// Where a document is made: one that names itself by version 2, which alone honours that.
fn made_at(doctype: &str, body: &Value) -> String {
    let version = if body.get("name").is_some() { "v2/document" } else { "resource" };
    format!("/api/{version}/{}", part(doctype))
}

fn data(answer: Value) -> Result<Value, Failure> {
    match answer {
        Value::Object(mut fields) if fields.contains_key("data") => Ok(fields.remove("data").unwrap_or_default()),
        other => Err(unread(&other)),
    }
}

fn unread(value: &Value) -> Failure {
    let shown: String = value.to_string().chars().take(80).collect();
    Failure::Again(format!("what answers is not ERPNext: {shown}"))
}

/// A part of a URL, with everything escaped that is not plain.
fn part(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(escaped(text));
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(byte.into());
        } else {
            let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// How long that part is.
fn escaped(text: &str) -> usize {
    text.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers one request with `answer`; what was asked.
    fn asked(answer: &'static str, query: &Query<'_>) -> (String, Result<Vec<Value>, Failure>) {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = Vec::new();
            let mut part = [0; 65_536];
            loop {
                let read = stream.read(&mut part).unwrap();
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes);
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if read == 0 || body.len() >= length.unwrap_or(0) {
                    break;
                }
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
            write!(stream, "{head} {}\r\n\r\n{answer}", answer.len()).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let client = Client::new(&url, &Key { key: "k".into(), secret: "s".into() }, None).unwrap();
        let rows = client.list("Item Barcode", query);
        (served.join().unwrap(), rows)
    }

    #[test]
    fn every_request_asks_for_english_in_which_refusals_are_known() {
        let (request, _) = asked(r#"{"data":[]}"#, &Query::default());
        assert!(request.to_ascii_lowercase().contains("\r\naccept-language: en\r\n"), "{request}");
    }

    #[test]
    fn few_conditions_go_in_the_url_and_many_in_a_body() {
        let mut query = Query {
            fields: &["barcode"],
            or_filters: vec![json!(["name", ">", "A"])],
            order_by: "parent asc",
            page: 7,
            parent: Some("Item"),
            ..Query::default()
        };
        let (request, rows) = asked(r#"{"data":[{"barcode":"1"}]}"#, &query);
        assert!(request.starts_with("GET /api/resource/Item%20Barcode?"), "{request}");
        assert!(request.contains("or_filters=%5B%5B%22name%22%2C%22%3E%22%2C%22A%22%5D%5D&"), "{request}");
        assert_eq!(rows, Ok(vec![json!({ "barcode": "1" })]));
        let names: Vec<String> = (0..500).map(|i| format!("ITEM-{i}")).collect();
        query.filters = vec![json!(["parent", "in", names])];
        let (request, rows) = asked(r#"{"message":[{"barcode":"2"}]}"#, &query);
        assert!(request.starts_with("POST /api/method/frappe.client.get_list HTTP"), "{request}");
        let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!((&body["doctype"], &body["parent"]), (&json!("Item Barcode"), &json!("Item")));
        assert_eq!((&body["limit_page_length"], &body["order_by"]), (&json!(7), &json!("parent asc")));
        assert_eq!((&body["filters"][0][2][499], &body["or_filters"][0][2]), (&json!("ITEM-499"), &json!("A")));
        assert_eq!(rows, Ok(vec![json!({ "barcode": "2" })]));
    }

    #[test]
    fn what_is_as_long_as_a_line_may_be_goes_in_the_url_and_one_byte_more_in_a_body() {
        let around = "/api/resource/Item%20Barcode?limit_start=0&limit_page_length=0&filters=%5B%5B%22name%22%2C%22%3D%22%2C%22%22%5D%5D";
        // Counted is one sign before the first as well.
        for (length, how) in [(MAX_ADDRESS - around.len(), "GET"), (MAX_ADDRESS - around.len() + 1, "POST")] {
            let filters = vec![json!(["name", "=", "x".repeat(length)])];
            let (request, _) = asked(r#"{"data":[]}"#, &Query { filters, ..Query::default() });
            let line = request.lines().next().unwrap();
            assert!(line.starts_with(how), "{length}: {line}");
            assert!(line.len() <= 4_094);
        }
    }

    #[test]
    fn a_name_with_odd_letters_stays_one_part_of_the_path() {
        assert_eq!(part("Bu Sari/Ä&?#%"), "Bu%20Sari%2F%C3%84%26%3F%23%25");
    }
}
