//! An answer, before it has the headers that every answer has.

use super::flow::Content;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use serde::Serialize;
use tokio::sync::mpsc;

/// See the module.
#[derive(Debug)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Content,
}

impl Reply {
    /// A status and a body of a type.
    pub(super) fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Self { status, headers, body: Content::Whole(body.into()) }
    }

    /// 200 with JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::of_json(StatusCode::OK, value)
    }

    /// JSON with another status.
    pub fn of_json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("invariant: what is answered has only text for keys");
        Self::data(status, "application/json", body)
    }

    /// 200 with what is JSON already.
    pub fn json_text(text: &'static str) -> Self {
        Self::data(StatusCode::OK, "application/json", text)
    }

    /// A file to keep.
    pub fn csv(name: &str, body: Vec<u8>) -> Self {
        let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let reply = Self::data(StatusCode::OK, "text/csv; charset=utf-8", body);
        reply.with(CONTENT_DISPOSITION, named.expect("invariant: a file's name is made of kinds and days"))
    }

    /// A certificate of a CA, which a system offers to trust.
    pub fn certificate(name: &str, pem: String) -> Self {
        let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let reply = Self::data(StatusCode::OK, "application/x-x509-ca-cert", pem);
        reply.with(CONTENT_DISPOSITION, named.expect("invariant: a file's name is made of a site's id"))
    }

    /// 200 with server-sent events, as long as somebody makes pieces of them.
    pub fn events(pieces: mpsc::Receiver<Bytes>) -> Self {
        let mut reply = Self::data(StatusCode::OK, "text/event-stream", Bytes::new());
        reply.body = Content::Flow(pieces);
        // Proxies that gather answers are told not to.
        reply.with(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))
    }

    /// Several files to keep, as a zip.
    pub fn zip(name: &str, body: Vec<u8>) -> Self {
        let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let reply = Self::data(StatusCode::OK, "application/zip", body);
        reply.with(CONTENT_DISPOSITION, named.expect("invariant: a file's name is made of letters and digits"))
    }

    /// What is below `/api`: nobody keeps it.
    fn data(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self::new(status, kind, body).with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// A line for people, outside of `/api`.
    pub(super) fn text(status: StatusCode, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n"))
    }

    /// 204: it is done, and there is nothing to say.
    pub fn nothing() -> Self {
        let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
        Self { status: StatusCode::NO_CONTENT, headers, body: Content::default() }
    }

    /// With a cookie, as its header is written.
    pub fn cookie(self, cookie: &str) -> Self {
        self.with(SET_COOKIE, HeaderValue::from_str(cookie).expect("invariant: a cookie is letters and digits"))
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Dated by the answerer's clock, which may know better than the machine's.
    pub fn dated(self, at_ms: i64) -> Self {
        let moment = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        self.with(DATE, HeaderValue::from_str(&date).expect("invariant: a date is letters and digits"))
    }

    /// What it says, for tests.
    #[cfg(test)]
    pub(crate) fn into_body(self) -> Bytes {
        match self.body {
            Content::Whole(bytes) => bytes,
            Content::Flow(_) => Bytes::new(),
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}
