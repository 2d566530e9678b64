//! The headers that every answer has: what a browser may do with the pages, and what it must not.

use hyper::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};

const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=()"),
];

/// Puts them in. `host` is the Host header, where it was found to name us: browsers that do not hold a WebSocket for part of
/// `'self'` need it spelled out.
pub(super) fn secure(headers: &mut HeaderMap, host: Option<&str>, tls: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let scheme = if tls { "wss" } else { "ws" };
    let socket = host.filter(|host| is_plain(host)).map(|host| format!(" {scheme}://{host}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'{socket}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("invariant: the host is checked to be plain");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
}

/// Nothing in it ends a directive of the policy.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(host: Option<&str>, tls: bool) -> String {
        let mut headers = HeaderMap::new();
        secure(&mut headers, host, tls);
        headers[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_policy_names_the_socket_of_the_host_that_was_asked_and_nothing_that_could_widen_it() {
        assert!(policy(Some("box.local:8080"), false).contains("connect-src 'self' ws://box.local:8080;"));
        assert!(policy(Some("[fe80::1]"), true).contains("connect-src 'self' wss://[fe80::1];"));
        assert!(policy(Some("box; script-src *"), false).contains("connect-src 'self';"));
        assert!(policy(None, false).contains("connect-src 'self';"));
        assert!(!policy(Some("box"), false).contains("unsafe"));
    }
}
