//! The files that are built in: the page, what it loads, and what is said where no page was built.
//!
//! `build.rs` lists them from `tablet/dist`. A page's own files are named by their content and kept for good; the page itself is asked
//! for each time, and is not sent again where the browser has it.

use super::flow::Content;
use super::reply::Reply;
use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, VARY,
};
use hyper::{Method, StatusCode};

/// One of them.
pub(super) struct File {
    /// Its path below `/`, like `assets/index-1a2b3c.js`.
    name: &'static str,
    kind: &'static str,
    /// Of its content, without quotation marks.
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// What a browser is to ask for by the page's name.
const PAGES: [&str; 2] = ["index.html", "desk.html"];

/// The file of a path; `home` is the page that `/` is.
fn file(path: &str, home: &str) -> Option<&'static File> {
    let name = match path.strip_prefix('/')? {
        "" => home,
        name if PAGES.contains(&name) => return None,
        name => name,
    };
    FILES.iter().find(|file| file.name == name)
}

/// Answers what is outside of `/api`.
pub(super) fn serve(method: &Method, path: &str, headers: &HeaderMap, home: &str) -> Reply {
    let Some(file) = file(path, home) else {
        return Reply::text(StatusCode::NOT_FOUND, "there is nothing here: open /");
    };
    if ![Method::GET, Method::HEAD].contains(method) {
        let refused = Reply::text(StatusCode::METHOD_NOT_ALLOWED, "a file is read with GET or HEAD");
        return refused.with(hyper::header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    let (body, encoding) = file.encoded(headers);
    let tag = match encoding {
        Some(encoding) => format!("\"{}-{encoding}\"", file.tag),
        None => format!("\"{}\"", file.tag),
    };
    let is_known = list(headers, &IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    let reply = match is_known {
        true => Reply { status: StatusCode::NOT_MODIFIED, headers: HeaderMap::new(), body: Content::default() },
        false => Reply::new(StatusCode::OK, file.kind, Bytes::from_static(body)),
    };
    let keep = if file.name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let reply = reply
        .with(CACHE_CONTROL, HeaderValue::from_static(keep))
        .with(ETAG, HeaderValue::from_str(&tag).expect("invariant: a tag is hexadecimal"));
    let reply = match file.brotli.or(file.gzip) {
        Some(_) => reply.with(VARY, HeaderValue::from_static("Accept-Encoding")),
        None => reply,
    };
    match encoding.filter(|_| !is_known) {
        Some(encoding) => reply.with(CONTENT_ENCODING, HeaderValue::from_static(encoding)),
        None => reply,
    }
}

/// The values of a header that is a list.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

impl File {
    /// As the browser can read it, the smallest first.
    fn encoded(&self, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
        let reads = |coding: &str| {
            list(headers, &ACCEPT_ENCODING).any(|accepted| {
                let (name, weight) = accepted.split_once(';').unwrap_or((accepted, ""));
                let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
                name.trim().eq_ignore_ascii_case(coding) && weight.is_none_or(|weight| weight > 0.0)
            })
        };
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if reads("br") => (bytes, Some("br")),
            (_, Some(bytes)) if reads("gzip") => (bytes, Some("gzip")),
            _ => (self.plain, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PACKED: File =
        File { name: "a", kind: "text/plain", tag: "1", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz") };

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_file_is_sent_as_small_as_the_browser_can_read_it() {
        let sent = |value| PACKED.encoded(&accepting(value)).1;
        assert_eq!(sent("gzip, deflate, br"), Some("br"));
        assert_eq!(sent("gzip;q=0.5, br;q=0"), Some("gzip"));
        assert_eq!(sent("identity"), None);
        assert_eq!(PACKED.encoded(&HeaderMap::new()), (&b"plain"[..], None));
    }

    #[test]
    fn the_page_is_found_at_the_root_alone() {
        assert!(file("/", "index.html").is_some());
        assert!(file("/index.html", "index.html").is_none());
        assert!(file("/../Cargo.toml", "index.html").is_none());
        let get = |headers: &HeaderMap| serve(&Method::GET, "/", headers, "index.html");
        let first = get(&HeaderMap::new());
        let known = HeaderMap::from_iter([(IF_NONE_MATCH, first.headers[ETAG].clone())]);
        assert_eq!((first.status, get(&known).status), (StatusCode::OK, StatusCode::NOT_MODIFIED));
        assert_eq!(serve(&Method::POST, "/", &known, "index.html").status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
