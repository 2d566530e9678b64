//! One request, whole: what was asked, by whom, with its body.

use super::fault::Fault;
use super::named::Named;
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
    /// A GET without headers, for tests of what answers it.
    #[cfg(test)]
    pub(crate) fn get(path: &str, query: &str) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let from = IpAddr::from([127, 0, 0, 1]);
        Self { method: Method::GET, path: path.into(), query: query.into(), from, tls: false, headers, body }
    }

    /// A header that is there once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(first)
    }

    /// A file, as it is.
    pub fn file(&self) -> Result<&Bytes, Fault> {
        self.is_of("application/octet-stream", "a file is sent as bytes")?;
        Ok(&self.body)
    }

    fn is_of(&self, wanted: &str, rule: &str) -> Result<(), Fault> {
        let kind = self.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case(wanted)) {
            return Ok(());
        }
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Err(Fault::new(status, Some("Content-Type"), rule, format!("send Content-Type: {wanted}")))
    }

    /// The body, which has to be a JSON object of this form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        self.is_of("application/json", "a body is JSON in UTF-8")?;
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let read = serde_path_to_error::deserialize::<_, Named<T>>(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            // Of what is no JSON there is no path.
            let field = (![".", "?"].contains(&path.as_str())).then_some(path);
            let rule = error.into_inner().to_string();
            Fault::field(field, rule)
        })?;
        let ended = reader.end().map_err(|error| Fault::field(None, error.to_string()));
        ended.map(|()| read.0)
    }
}
