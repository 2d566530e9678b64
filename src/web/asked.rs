//! One request, whole: what was asked, by whom, with its body.

use super::fault::Fault;
use bytes::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use std::net::IpAddr;

/// See the module.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path, as sent.
    pub path: String,
    /// What stands behind the question mark, as sent.
    pub query: String,
    /// Where from.
    pub from: IpAddr,
    /// It came over TLS.
    pub tls: bool,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Asked {
    /// A header that is there once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(first)
    }

    /// The body, which has to be JSON of this form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let kind = self.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let rule = "a body is JSON in UTF-8";
            return Err(Fault::new(status, Some("Content-Type"), rule, "send Content-Type: application/json"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            // Of what is no JSON there is no path.
            let field = (![".", "?"].contains(&path.as_str())).then_some(path);
            let rule = error.into_inner().to_string();
            Fault::field(field, rule)
        })?;
        let ended = reader.end().map_err(|error| Fault::field(None, error.to_string()));
        ended.map(|()| read)
    }
}
