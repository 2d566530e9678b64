//! ERPNext as a whole office has it: a stand-in in a process of its own, and beside it a client that sends the same bodies and does nothing
//! else.
//!
//! The process is this program once more, which runs one test of it. It is asked by a line on its input, and answers by one.

use crate::office::workshops::{self, SITES, ZONE};
use erpnext_stand_in::{Options, StandIn};
use jiff::tz::TimeZone;
use outpost::domain::document::{Kind, Ref, Text};
use outpost::domain::id::{IntentId, SiteId};
use outpost::domain::master::Masters;
use outpost::domain::record::Submitted;
use outpost_erpnext::client::Failure;
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::payload::{self, About, Ask, Known, Left, Names};
use outpost_erpnext::setup;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What says to the process that it is one.
const HERE: &str = "OUTPOST_BENCH_ERPNEXT";
/// What its answers begin with: the test's own lines are among them.
const SAYS: &str = "erpnext says ";

/// A running one.
pub(super) struct Erp {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(super) url: String,
    /// `key:secret` of the connector.
    pub(super) key: String,
}

impl Erp {
    /// With all sites; each answer takes `delay`.
    pub(super) fn start(delay: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "office::erp::erpnext_of_an_office", "--nocapture"])
            .env(HERE, delay.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut erp = Self { child, asks, answers, url: String::new(), key: String::new() };
        let said = erp.answer();
        (erp.url, erp.key) = (said["url"].as_str().unwrap().into(), said["key"].as_str().unwrap().into());
        erp
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `keep`: the same question once more is answered as before, from now on. `count`: how many documents there are, how many ids, and
    /// how many requests there were since the last count.
    pub(super) fn ask(&mut self, what: &str) -> Value {
        writeln!(self.asks, "{what}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the stand-in has ended");
            if let Some((_, said)) = line.split_once(SAYS) {
                return serde_json::from_str(said).unwrap();
            }
        }
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The process.
#[test]
#[ignore = "ERPNext of the measurement of an office, in a process of its own"]
#[expect(clippy::print_stdout, reason = "it answers so")]
fn erpnext_of_an_office() {
    let Ok(delay) = std::env::var(HERE) else { return };
    let erp = StandIn::start(Options { now: Some("2026-11-23 16:15:00".into()), ..Options::default() }).unwrap();
    for (doctype, fields) in setup::fields() {
        // The stand-in begins with that one.
        for field in fields.iter().filter(|field| field.name != "outpost_id") {
            erp.make("Custom Field", field.body(doctype));
        }
    }
    SITES.iter().for_each(|site| drop(erp.add_site(&workshops::named(site), &["Cash"])));
    erp.set_delay(Duration::from_millis(delay.parse().unwrap()));
    let user = erp.connector();
    println!("{SAYS}{}", json!({"url": erp.url(), "key": format!("{}:{}", user.key, user.secret)}));
    for line in std::io::stdin().lines() {
        let said = match line.unwrap().as_str() {
            "keep" => {
                erp.keep_answers();
                Value::Null
            }
            _ => {
                let (there, requests) = (erp.submitted(), erp.tally().total());
                erp.reset_tally();
                json!({"documents": there.values().map(Vec::len).sum::<usize>(), "ids": there.len(), "requests": requests})
            }
        };
        println!("{SAYS}{said}");
    }
}

/// A sale names no document.
struct NoNames;

impl Names for NoNames {
    fn document(&mut self, _: Kind, _: IntentId) -> Result<Option<Known>, Failure> {
        Ok(None)
    }
    fn advance(&mut self, _: &Ref, _: Option<&Text>) -> Result<Option<Left>, Failure> {
        Ok(None)
    }
}

/// The bodies that the office sends for these.
pub(super) fn bodies(site: &SiteId, masters: &Masters, made: impl Iterator<Item = Submitted>) -> Vec<String> {
    let (erp_zone, map) = (TimeZone::get(ZONE).unwrap(), SiteMap::default());
    let about = About { site, masters, map: &map, erp_zone: &erp_zone, post_on: None };
    let body = |sale| match payload::body(&sale, &about, &mut NoNames).unwrap() {
        Ask::Insert(request) => request.body.to_string(),
        other => panic!("{other:?}"),
    };
    made.map(body).collect()
}

/// Sends them one after the other on one connection, and reads the answers: the most that one request a document allows.
pub(super) fn send(url: &str, key: &str, bodies: &[String]) {
    let host = url.strip_prefix("http://").unwrap();
    let mut socket = BufReader::new(TcpStream::connect(host).unwrap());
    socket.get_ref().set_nodelay(true).unwrap();
    for body in bodies {
        let request = format!(
            "POST /api/resource/Sales%20Invoice HTTP/1.1\r\nHost: {host}\r\nAuthorization: token {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let from = head.len();
            assert!(socket.read_line(&mut head).unwrap() > 0, "the stand-in hangs up after {head:?}");
            let header = head[from..].to_ascii_lowercase();
            length = header.strip_prefix("content-length:").map_or(length, |given| given.trim().parse().unwrap());
        }
        let mut answer = vec![0; length];
        socket.read_exact(&mut answer).unwrap();
        assert!(answer.starts_with(b"{\"data\":{"), "{head}{}", String::from_utf8_lossy(&answer));
    }
}
