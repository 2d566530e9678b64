//! Which web pages may open a WebSocket to a gate.
//!
//! A browser sends the page's origin along. A page of another host is refused unless it is listed, and so is a Host
//! header that names us by a name that is not ours: otherwise any web page could point its own name at the box and
//! reach it from inside the workshop. Clients that are no browser send no Origin and are let through to the login.

use super::stream::BoxStream;
use std::io;
use std::net::IpAddr;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response, create_response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Bytes of the read buffer of one WebSocket, which is allocated at once.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes that may wait in tungstenite before writing waits for the socket.
const WRITE_BUFFER: usize = 64 * 1024;

/// Who may come over WebSocket.
#[derive(Debug, Clone, Default)]
pub struct WebRules {
    /// Further origins (`https://tablets.example.com`) whose pages may connect. A page of the same host as the Host
    /// header may in any case, whatever its port.
    pub origins: Vec<String>,
    /// Further names (without port) by which we may be called. In any case IP addresses, `localhost`, names without a
    /// dot, and names ending in `.local`, `.lan`, `.internal` or `.home.arpa`, none of which a stranger's page can have.
    pub hosts: Vec<String>,
}

fn config(packet: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(2 * packet))
        .max_frame_size(Some(2 * packet))
}

/// A stream on which the upgrade was answered already, as a WebSocket.
pub(crate) async fn upgraded(stream: BoxStream, packet: usize) -> WebSocketStream<BoxStream> {
    WebSocketStream::from_raw_socket(stream, Role::Server, Some(config(packet))).await
}

/// Name endings that no public web site has.
const PRIVATE_ENDINGS: [&str; 4] = [".local", ".lan", ".internal", ".home.arpa"];

/// The name in `host:port`, `[v6]:port` or either without a port, in lower case.
fn host_name(authority: &str) -> String {
    let name = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(name, _)| name),
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl WebRules {
    fn is_ours(&self, host: &str) -> bool {
        let listed = || self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host));
        let private = || PRIVATE_ENDINGS.iter().any(|ending| host.ends_with(ending));
        !host.is_empty() && (host.parse::<IpAddr>().is_ok() || !host.contains('.') || private() || listed())
    }

    /// Why a page of `origin` that calls us `host` is refused, if it is.
    pub(crate) fn objection(&self, host: Option<&str>, origin: Option<&str>) -> Option<&'static str> {
        let Some(host) = host.map(host_name) else { return Some("no Host header") };
        if !self.is_ours(&host) {
            return Some("the Host header names somebody else");
        }
        let origin = origin?;
        let same = origin.split_once("://").is_some_and(|(_, authority)| host_name(authority) == host);
        let listed = || self.origins.iter().any(|known| known.eq_ignore_ascii_case(origin));
        (!same && !listed()).then_some("pages of this origin may not connect")
    }

    /// Takes the upgrade request and answers it.
    pub(crate) async fn accept(&self, stream: BoxStream, packet: usize) -> io::Result<WebSocketStream<BoxStream>> {
        #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
        let check = |request: &Request, response: Response| self.check(request, response);
        tokio_tungstenite::accept_hdr_async_with_config(stream, check, Some(config(packet)))
            .await
            .map_err(io::Error::other)
    }

    /// Answers an upgrade request that somebody else has read.
    #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
    pub(crate) fn greet(&self, request: &Request) -> Result<Response, ErrorResponse> {
        let response = create_response(request).map_err(|error| {
            let mut refusal = ErrorResponse::new(Some(format!("not a WebSocket: {error}\n")));
            *refusal.status_mut() = StatusCode::BAD_REQUEST;
            refusal
        })?;
        self.check(request, response)
    }

    #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
    fn check(&self, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        let value = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let refuse = |status, why: &str| {
            let mut refusal = ErrorResponse::new(Some(format!("{why}\n")));
            *refusal.status_mut() = status;
            refusal
        };
        // A header that is there but not text must not pass for one that is absent.
        let origin = request.headers().get(header::ORIGIN).map(|_| value(header::ORIGIN).unwrap_or("?"));
        if let Some(why) = self.objection(value(header::HOST), origin) {
            tracing::info!(host = value(header::HOST), origin, "refused a WebSocket: {why}");
            return Err(refuse(StatusCode::FORBIDDEN, why));
        }
        let offered = value(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
        if !offered.split(',').any(|name| name.trim() == "mqtt") {
            return Err(refuse(StatusCode::BAD_REQUEST, "the WebSocket subprotocol must be mqtt"));
        }
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("mqtt"));
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_hosts_are_refused_unless_they_are_listed() {
        let rules = WebRules { origins: vec!["https://tablets.example.com".into()], hosts: vec![] };
        let refused = |host, origin| rules.objection(Some(host), origin).is_some();
        assert!(!refused("192.168.1.5:9001", None));
        assert!(!refused("192.168.1.5:9001", Some("http://192.168.1.5")));
        assert!(!refused("box.local:9001", Some("http://box.local:8080")));
        assert!(!refused("[fe80::1]:9001", Some("http://[fe80::1]")));
        assert!(!refused("box.local", Some("https://tablets.example.com")));
        assert!(refused("box.local", Some("https://evil.example.com")));
        assert!(refused("box.local", Some("null")));
        assert!(refused("box.local", Some("https://box.local.example.com")));
    }

    #[test]
    fn a_public_name_that_was_pointed_at_us_is_refused_unless_it_is_listed() {
        let rules = WebRules::default();
        assert!(rules.objection(Some("evil.example.com:9001"), Some("http://evil.example.com:9001")).is_some());
        assert!(rules.objection(None, None).is_some());
        assert!(rules.objection(Some(""), None).is_some());
        let named = WebRules { hosts: vec!["box.example.com".into()], ..WebRules::default() };
        assert!(named.objection(Some("Box.Example.com:443"), Some("https://box.example.com")).is_none());
        assert!(named.objection(Some("192.168.1.5:9001"), None).is_none());
        assert!(named.objection(Some("evil.example.com"), None).is_some());
    }
}
