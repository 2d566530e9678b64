//! Pairing: a tablet that has no login yet gets one, for a code that whoever sits at the box was shown.
//!
//! A code is six random digits, good once, for ten minutes and three wrong tries, whoever's they are. A person opens it, at the box's own
//! screen or with `outpost device pair`; nobody else can.

use super::{Pages, Question};
use crate::domain::id::DeviceId;
use crate::domain::time::rfc3339;
use crate::gate::Doorkeeper;
use crate::gate::logins::{self, LoginsError};
use crate::passwords;
use crate::web::{Fault, Query, Reply, StatusCode, qr};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a code is good.
const GOOD: Duration = Duration::from_secs(600);
/// Wrong tries that a code survives, less one.
const WRONG: u8 = 3;
/// Tries in a minute, right or wrong, by anybody.
const TRIES: usize = 5;
const MINUTE: Duration = Duration::from_secs(60);

/// What a person has opened.
#[derive(Clone, Debug)]
struct Open {
    code: String,
    until: Instant,
    until_ms: i64,
    name: Option<DeviceId>,
    wrong: u8,
}

/// Why a code was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
    TooMany,
    Gone,
    Wrong { left: u8 },
}

#[derive(Debug, Default)]
struct Inner {
    open: Option<Open>,
    tries: VecDeque<Instant>,
}

/// What is open for pairing.
#[derive(Debug, Default)]
pub(in crate::site) struct Pairing(Mutex<Inner>);

impl Inner {
    fn standing(&self, now: Instant) -> Option<&Open> {
        self.open.as_ref().filter(|open| now < open.until && open.wrong < WRONG)
    }

    /// Whether this is the code; a wrong one counts.
    fn is_right(&mut self, code: &str, now: Instant) -> Result<(), No> {
        self.tries.retain(|at| now.saturating_duration_since(*at) < MINUTE);
        if self.tries.len() >= TRIES {
            return Err(No::TooMany);
        }
        self.tries.push_back(now);
        self.standing(now).ok_or(No::Gone)?;
        let open = self.open.as_mut().ok_or(No::Gone)?;
        if open.code == code {
            return Ok(());
        }
        open.wrong += 1;
        if open.wrong < WRONG { Err(No::Wrong { left: WRONG - open.wrong }) } else { Err(No::Gone) }
    }
}

impl Pairing {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    code: String,
    name: Option<DeviceId>,
}

impl Pages {
    /// Opens pairing, in the place of what was open before.
    pub(in crate::site) fn open_pairing(&self, name: Option<DeviceId>) -> Result<Value, String> {
        let random = getrandom::u64().map_err(|error| error.to_string())?;
        let until_ms = self.moment.now_ms().saturating_add(GOOD.as_millis() as i64);
        // Of 2^64 numbers a remainder of a million is as likely as any other, to thirteen digits.
        let code = format!("{:06}", random % 1_000_000);
        let open = Open { code, until: Instant::now() + GOOD, until_ms, name, wrong: 0 };
        let shown = self.shown(&open);
        self.pairing.lock().open = Some(open);
        Ok(shown)
    }

    fn shown(&self, open: &Open) -> Value {
        let url = reached_at(&self.state.pages);
        let (first, last) = open.code.split_at(3);
        let link = format!("{url}#pair={}", open.code);
        let sha256 = self.trusted.as_ref().map(|trusted| trusted.sha256.as_str());
        json!({
            "code": format!("{first} {last}"),
            "until": rfc3339(open.until_ms),
            "url": url,
            "qr": qr::svg(&link),
            "ca_sha256": sha256,
        })
    }

    pub(super) fn pairing(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        at_the_box(question)?;
        Query::read(question.asked, &[])?;
        let absent = || Fault::absent(None, "no pairing is open", "open one at the box: outpost device pair");
        let inner = self.pairing.lock();
        inner.standing(Instant::now()).map(|open| Reply::json(&self.shown(open))).ok_or_else(absent)
    }

    pub(super) fn begin_pairing(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        at_the_box(question)?;
        Query::read(question.asked, &[])?;
        self.open_pairing(None).map(|shown| Reply::json(&shown)).map_err(Fault::not_now)
    }

    pub(super) fn pair(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Pair { code, name } = question.asked.json()?;
        if name.as_ref() == Some(&DeviceId::office()) {
            let rule = "office stands for the main office: no device has this name";
            let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Fault::new(unprocessable, Some("name"), rule, "send another name, or none"));
        }
        let mut inner = self.pairing.lock();
        inner.is_right(&code, Instant::now()).map_err(refusal)?;
        let name = name.or_else(|| inner.open.as_ref()?.name.clone());
        let device = match name {
            Some(name) => name,
            None => self.next_name().map_err(|error| Fault::not_now(error.to_string()))?,
        };
        let password = passwords::made_up().map_err(|error| Fault::not_now(error.to_string()))?;
        logins::add(&self.devices, device.clone(), "tablet", &password).map_err(|error| match error {
            LoginsError::Exists(name) => {
                let rule = format!("there is a device {name} already");
                Fault::new(StatusCode::CONFLICT, Some("name"), rule, "choose another name; the code is good still")
            }
            error => Fault::not_now(error.to_string()),
        })?;
        inner.open = None;
        drop(inner);
        // The tablet comes at once: it is not to wait until somebody looks at the file.
        self.door.refresh();
        tracing::info!(%device, from = %question.asked.from, "a tablet was paired");
        let store = self.shelves.store();
        let told = json!({ "device": device, "password": password, "site": self.site, "store": store });
        Ok(Reply::of_json(StatusCode::CREATED, &told))
    }

    /// `tablet-1`, or the first of those that is free.
    fn next_name(&self) -> Result<DeviceId, LoginsError> {
        let known = logins::list(&self.devices)?;
        let name =
            |n: usize| format!("tablet-{n}").parse::<DeviceId>().expect("invariant: a word and a number are a name");
        let free = (1..).map(name).find(|name| known.iter().all(|login| login.name != *name));
        Ok(free.expect("invariant: there are more numbers than devices"))
    }
}

/// For whoever sits at the box alone: to anybody else the path is not there.
fn at_the_box(question: &Question<'_>) -> Result<(), Fault> {
    if question.asked.from.is_loopback() { Ok(()) } else { Err(Fault::no_path()) }
}

fn refusal(no: No) -> Fault {
    let input = Some("code");
    match no {
        No::TooMany => Fault::later(StatusCode::TOO_MANY_REQUESTS, input, "5 codes are tried in a minute, no more", 60),
        No::Gone => {
            let remedy = "have somebody open pairing at the box: outpost device pair";
            Fault::new(StatusCode::GONE, input, "no code is good now", remedy)
        }
        No::Wrong { left } => Fault::forbidden(
            input,
            "that is not the code",
            format!("look at the box; {left} more tries, then a new code"),
        ),
    }
}

/// The address that a tablet in the shop finds the pages at, with a slash behind it.
fn reached_at(pages: &[String]) -> String {
    let Some((scheme, at)) = pages.first().and_then(|page| page.split_once("://")) else { return String::new() };
    let Ok(at) = at.parse::<SocketAddr>() else { return format!("{scheme}://{at}/") };
    let ip = if at.ip().is_unspecified() { own_ip().unwrap_or(at.ip()) } else { at.ip() };
    let is_usual = (scheme, at.port()) == ("http", 80) || (scheme, at.port()) == ("https", 443);
    match ip {
        ip if !is_usual => format!("{scheme}://{}/", SocketAddr::new(ip, at.port())),
        IpAddr::V6(ip) => format!("{scheme}://[{ip}]/"),
        IpAddr::V4(ip) => format!("{scheme}://{ip}/"),
    }
}

/// The address of this machine on the way out. Nothing is sent: an address for examples leads nowhere.
fn own_ip() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(now: Instant) -> Inner {
        let open = Open { code: "381204".into(), until: now + GOOD, until_ms: 0, name: None, wrong: 0 };
        Inner { open: Some(open), tries: VecDeque::new() }
    }

    #[test]
    fn a_code_is_good_for_ten_minutes_and_three_wrong_tries() {
        let now = Instant::now();
        let mut inner = open(now);
        assert_eq!(inner.is_right("000000", now), Err(No::Wrong { left: 2 }));
        assert_eq!(inner.is_right("000000", now), Err(No::Wrong { left: 1 }));
        assert_eq!(inner.is_right("381204", now), Ok(()), "twice wrong is not three times");
        assert_eq!(inner.is_right("000000", now), Err(No::Gone));
        assert_eq!(inner.is_right("381204", now), Err(No::Gone), "right, and too late");
        let mut inner = open(now);
        assert_eq!(inner.is_right("381204", now + GOOD), Err(No::Gone));
        assert_eq!(Inner::default().is_right("381204", now), Err(No::Gone));
    }

    #[test]
    fn five_tries_in_a_minute_are_heard() {
        let now = Instant::now();
        let mut inner = Inner::default();
        for _ in 0..TRIES {
            assert_eq!(inner.is_right("1", now), Err(No::Gone));
        }
        assert_eq!(inner.is_right("1", now + MINUTE - Duration::from_millis(1)), Err(No::TooMany));
        assert_eq!(inner.is_right("1", now + MINUTE), Err(No::Gone));
    }

    #[test]
    fn the_address_is_one_that_a_tablet_can_open() {
        let reached = |page: &str| reached_at(&[page.to_owned()]);
        assert_eq!(reached("http://192.168.1.5:80"), "http://192.168.1.5/");
        assert_eq!(reached("http://192.168.1.5:8080"), "http://192.168.1.5:8080/");
        assert_eq!(reached("https://[fe80::1]:443"), "https://[fe80::1]/");
        assert!(!reached("http://0.0.0.0:8080").is_empty());
    }
}
