//! Why a request is not answered, in the one form that all refusals have: input, rule, remedy.

use super::reply::Reply;
use hyper::StatusCode;
use hyper::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

/// See the module. Nothing in it is a path of ours, a stack or a secret.
#[derive(Clone, Debug)]
pub struct Fault(Box<Told>);

#[derive(Clone, Debug)]
struct Told {
    status: StatusCode,
    input: Option<String>,
    rule: String,
    remedy: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Fault {
    /// `input` is the parameter, field or header that it is about.
    pub fn new(status: StatusCode, input: Option<&str>, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::told(status, input.map(str::to_owned), rule.into(), remedy.into())
    }

    fn told(status: StatusCode, input: Option<String>, rule: String, remedy: String) -> Self {
        Self(Box::new(Told { status, input, rule, remedy, header: None }))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// 400: what was sent is not what it has to be.
    pub fn bad(input: &str, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some(input), rule, remedy)
    }

    /// 400: the body.
    pub(super) fn field(field: Option<String>, rule: String) -> Self {
        let remedy = "send the fields that /api/openapi.json has for this path".to_owned();
        Self::told(StatusCode::BAD_REQUEST, field, rule, remedy)
    }

    /// 401, so that no browser asks for a password by itself.
    pub fn who(input: &str, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        let fault = Self::new(StatusCode::UNAUTHORIZED, Some(input), rule, remedy);
        fault.with(WWW_AUTHENTICATE, HeaderValue::from_static("Outpost"))
    }

    /// 403.
    pub fn forbidden(input: Option<&str>, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, input, rule, remedy)
    }

    /// 404: nothing of that name is here.
    pub fn absent(input: Option<&str>, rule: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, input, rule, remedy)
    }

    /// 404: no such path.
    pub fn no_path() -> Self {
        Self::absent(None, "this path is not one", "ask for one of those in /api/openapi.json")
    }

    /// 405, with the methods that there are.
    pub fn method(allowed: &str) -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let fault = Self::new(status, None, "this path has no such method", format!("use {allowed}"));
        fault.with(ALLOW, HeaderValue::from_str(allowed).expect("invariant: methods are letters"))
    }

    /// 429 or 503, and after how many seconds it is worth coming again.
    pub fn later(status: StatusCode, input: Option<&str>, rule: impl Into<String>, seconds: u32) -> Self {
        let fault = Self::new(status, input, rule, format!("come again in {seconds} seconds"));
        fault.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 503: what is asked for is being made.
    pub fn not_now(rule: impl Into<String>) -> Self {
        Self::later(StatusCode::SERVICE_UNAVAILABLE, None, rule, 5)
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Self {
        let Told { status, input, rule, remedy, header } = *fault.0;
        let said = json!({ "error": { "input": input, "rule": rule, "remedy": remedy } });
        let reply = Self::of_json(status, &said);
        match header {
            Some((name, value)) => reply.with(name, value),
            None => reply,
        }
    }
}
