//! A client that says what came back, whatever it is.
#![allow(dead_code, reason = "each test uses a part of it")]

use erpnext_stand_in::{StandIn, User};
use serde_json::Value;
use std::time::Duration;

/// A client of one user.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The class of the exception, of version 1 or 2; empty where there is none.
    pub fn exc_type(&self) -> &str {
        let second = self.body.pointer("/errors/0/type");
        second.unwrap_or(&self.body["exc_type"]).as_str().unwrap_or_default()
    }

    /// The document, or what a method said.
    pub fn doc(&self) -> &Value {
        self.body.get("data").or(self.body.get("message")).unwrap_or(&self.body)
    }

    pub fn name(&self) -> String {
        self.doc()["name"].as_str().unwrap_or_default().to_owned()
    }
}

pub fn part(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl Client {
    pub fn new(erp: &StandIn, user: &User) -> Self {
        let token = Some(format!("token {}:{}", user.key, user.secret));
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
        Self { agent: config.build().into(), url: erp.url(), token }
    }

    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// Sends text; `None` where no answer came.
    pub fn raw(&self, method: &str, path: &str, body: Option<&str>) -> Option<Answer> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("Authorization", token);
        }
        let request = request.header("Content-Type", "application/json");
        let mut answer = self.agent.run(request.body(body.unwrap_or_default().to_owned()).unwrap()).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Some(Answer { status: answer.status().as_u16(), body })
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.raw(method, path, Some(&body.to_string())).unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    pub fn post(&self, doctype: &str, doc: Value) -> Answer {
        self.send("POST", &format!("/api/resource/{}", part(doctype)), &doc)
    }

    pub fn put(&self, doctype: &str, name: &str, doc: Value) -> Answer {
        self.send("PUT", &format!("/api/resource/{}/{}", part(doctype), part(name)), &doc)
    }

    pub fn get(&self, doctype: &str, name: &str) -> Answer {
        let path = format!("/api/resource/{}/{}", part(doctype), part(name));
        self.raw("GET", &path, None).unwrap_or_else(|| panic!("no answer to GET {path}"))
    }

    /// A list; what is no text goes as JSON.
    pub fn list(&self, doctype: &str, query: &Value) -> Answer {
        let mut path = format!("/api/resource/{}", part(doctype));
        for (i, (name, value)) in query.as_object().into_iter().flatten().enumerate() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            path.push_str(&format!("{}{name}={}", if i == 0 { '?' } else { '&' }, part(&value)));
        }
        self.raw("GET", &path, None).unwrap_or_else(|| panic!("no answer to GET {path}"))
    }

    pub fn call(&self, method: &str, args: Value) -> Answer {
        self.send("POST", &format!("/api/method/{method}"), &args)
    }
}
