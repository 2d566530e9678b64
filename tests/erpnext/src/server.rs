//! The door: HTTP/1.1 on 127.0.0.1, on a port that the system picks and that stays the same while it is down.
//!
//! In: connections. Out: what [`crate::api`] answers, late or not at all where a test wants it so. Absent: meaning.

use crate::api::{Answer, Request};
use crate::erp::Erp;
use crate::error::Error;
use crate::faults::{Fate, Faults, Random};
use crate::kept::{Asked, Kept, Said};
use crate::tally::Tally;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Whether it can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It answers.
    Up,
    /// Connections are refused, and those that were are closed.
    Refused,
    /// A proxy in front of it answers 503.
    Unavailable,
}

/// What the door and the handle both hold.
pub(crate) struct Shared {
    erp: Mutex<Erp>,
    tally: Mutex<Tally>,
    faults: Mutex<(Faults, Random)>,
    kept: Mutex<Kept>,
    delay: AtomicU64,
    reach: AtomicU8,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(erp: Erp, delay: Duration) -> Self {
        Self {
            erp: Mutex::new(erp),
            tally: Mutex::default(),
            faults: Mutex::new((Faults::default(), Random::new(0))),
            kept: Mutex::default(),
            delay: AtomicU64::new(delay.as_micros() as u64),
            reach: AtomicU8::new(Reach::Up as u8),
        }
    }

    pub(crate) fn erp(&self) -> MutexGuard<'_, Erp> {
        held(&self.erp)
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        held(&self.kept)
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        held(&self.tally)
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        *held(&self.faults) = (faults.clone(), Random::new(faults.seed));
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        self.delay.store(delay.as_micros() as u64, Ordering::Relaxed);
    }

    fn fate(&self, writes: bool) -> Fate {
        let mut held = held(&self.faults);
        let (faults, random) = &mut *held;
        faults.fate(random, writes)
    }
}

/// A request that is being answered, for the count of how many there are at one time.
struct Underway<'a> {
    shared: &'a Shared,
    groups: Vec<String>,
    status: u16,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.shared.tally().went(self.status, &self.groups);
    }
}

fn respond(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn page(status: u16) -> Response<Full<Bytes>> {
    respond(status, "text/html", format!("<html><body><h1>{status}</h1></body></html>"))
}

fn read(head: &Parts, body: &Bytes) -> Request {
    let decode = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let kind = head.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().split('/').filter(|p| !p.is_empty()).map(decode).collect(),
        query: query.map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
        document: if is_form { None } else { serde_json::from_slice(body).ok() },
        is_form,
        token: head.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).map(str::to_owned),
        body: body.to_vec(),
    }
}

/// Waits until an answer has taken as long as it is to take.
async fn late(came: Instant, wait: Duration) -> io::Result<()> {
    let left = wait.saturating_sub(came.elapsed());
    if !left.is_zero() {
        // The runtime's own clock counts whole milliseconds, and always one too many.
        tokio::task::spawn_blocking(move || std::thread::sleep(left)).await.map_err(io::Error::other)?;
    }
    Ok(())
}

async fn answer(shared: &Shared, request: hyper::Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let came = Instant::now();
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let delay = || Duration::from_micros(shared.delay.load(Ordering::Relaxed));
    let asked = Asked { method: head.method.as_str().to_owned(), uri: head.uri.clone(), body };
    let kept = shared.kept().get(&asked);
    if let Some(Said { kind, status, body }) = kept {
        shared.tally().came(&kind, &[]);
        late(came, delay()).await?;
        shared.tally().went(status, &[]);
        return Ok(respond(status, "application/json", body));
    }
    let mut request = read(&head, &asked.body);
    let closed = || io::Error::from(io::ErrorKind::ConnectionAborted);
    let groups = {
        let erp = shared.erp();
        let user = erp.who(request.token.as_deref()).ok().flatten().map_or("-".to_owned(), |u| u.name);
        let series = |doctype: &str| erp.schema.get(doctype).map(|def| Erp::default_series(&def)).unwrap_or_default();
        request.groups(&user, series)
    };
    shared.tally().came(&request.kind(), &groups);
    let mut underway = Underway { shared, groups, status: 0 };
    if shared.reach.load(Ordering::Relaxed) == Reach::Unavailable as u8 {
        underway.status = 503;
        return Ok(page(503));
    }
    let fate = shared.fate(request.writes());
    if fate.drop_before {
        shared.tally().failed("drop_before");
        return Err(closed());
    }
    if let Some(status) = fate.status {
        shared.tally().failed(if status == 502 { "error_502" } else { "error_500" });
        underway.status = status;
        return Ok(page(status));
    }
    if fate.nobody {
        request.token = None;
    }
    let Answer { status, body } = if fate.deadlock {
        let text = "(1213, 'Deadlock found when trying to get lock; try restarting transaction')";
        let error = Error::with(500, "QueryDeadlockError", text);
        Answer::json(500, &if request.version_2() { error.v2() } else { error.v1() })
    } else if let Some(ill) = fate.ill.filter(|_| !request.is_ping()) {
        let error = Error::with(500, ill.class, ill.text);
        Answer::json(500, &if request.version_2() { error.v2() } else { error.v1() })
    } else if fate.no_lists && request.is_list_of_ids() {
        Answer::json(403, &Error::denied("Not permitted").v1())
    } else {
        shared.erp().answer(&request)
    };
    let body = Bytes::from(body);
    shared.kept().put(asked, Said { kind: request.kind(), status, body: body.clone() });
    late(came, delay() + fate.slow).await?;
    if fate.drop_after {
        if (200..300).contains(&status) {
            shared.tally().failed("drop_after");
        }
        return Err(closed());
    }
    if fate.deadlock {
        shared.tally().failed("deadlock");
    }
    underway.status = status;
    Ok(respond(status, "application/json", body))
}

/// What the handle asks of the door.
pub(crate) type Ask = (Reach, std::sync::mpsc::Sender<()>);

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// Opens the door; to be called within a runtime.
pub(crate) fn open(shared: Arc<Shared>, asks: mpsc::UnboundedReceiver<Ask>) -> io::Result<SocketAddr> {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(shared, Some(listener), address, asks));
    Ok(address)
}

async fn serve(
    shared: Arc<Shared>,
    mut listener: Option<TcpListener>,
    address: SocketAddr,
    mut asks: mpsc::UnboundedReceiver<Ask>,
) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ask = asks.recv() => {
                let Some((reach, done)) = ask else { return };
                shared.reach.store(reach as u8, Ordering::Relaxed);
                if reach == Reach::Refused {
                    listener = None;
                    connections.shutdown().await;
                } else if listener.is_none() {
                    listener = listen(address).ok();
                }
                let _ = done.send(());
            }
            Ok((stream, _)) = accepted => {
                let _ = stream.set_nodelay(true);
                shared.tally().connections += 1;
                let shared = shared.clone();
                connections.spawn(async move {
                    let service = hyper::service::service_fn(|request| answer(&shared, request));
                    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}
