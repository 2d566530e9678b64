//! One connection: its requests are checked, answered, and given the headers that every answer has.

use super::Pages;
use super::asked::Asked;
use super::assets;
use super::body::{Place, Room};
use super::fault::Fault;
use super::flow::Content;
use super::headers::secure;
use super::patience::Watched;
use super::reply::Reply;
use crate::gate::{Entrance, WebRules};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

/// Headers of one request, in bytes.
const HEADERS: usize = 16 * 1024;

/// What all connections share.
pub(super) struct Premises {
    pub(super) home: &'static str,
    pub(super) rules: WebRules,
    pub(super) gate: Option<Entrance>,
    pub(super) pages: Arc<dyn Pages>,
    pub(super) room: Room,
}

/// Serves it until it ends, is too slow, or everything is told to stop.
pub(super) async fn serve<S>(
    stream: Watched<S>,
    (from, tls): (IpAddr, bool),
    premises: Arc<Premises>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = stream.patience.clone();
    let watch = patience.clone();
    let answer = service_fn(move |request| {
        let (premises, patience) = (Arc::clone(&premises), patience.clone());
        async move {
            patience.asked();
            let response = premises.respond(request, from, tls).await;
            patience.answered();
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_header_size(HEADERS)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = watch.over() => return Err(io::ErrorKind::TimedOut.into()),
        () = told(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    ended.map_err(io::Error::other)
}

async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

impl Premises {
    async fn respond(&self, request: Request<Incoming>, from: IpAddr, tls: bool) -> Response<Content> {
        let header =
            |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
        let (host, origin) = (header(HOST), header(ORIGIN));
        let objection = self.rules.objection(host.as_deref(), origin.as_deref());
        let named = host.filter(|_| objection.is_none());
        let method = request.method().clone();
        let mut response = match objection {
            Some(why) => {
                tracing::info!(%from, origin, "refused a request: {why}");
                let input = if origin.is_some() { "Origin" } else { "Host" };
                let remedy = "open the page by the box's address, or name this one in allowed_origins or names";
                finished(Fault::forbidden(Some(input), why, remedy).into())
            }
            None => self.answer(request, (from, tls)).await,
        };
        secure(response.headers_mut(), named.as_deref(), tls);
        if method == Method::HEAD {
            let length = response.body().size_hint().exact().unwrap_or_default();
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            *response.body_mut() = Content::default();
        }
        response
    }

    async fn answer(&self, request: Request<Incoming>, (from, tls): (IpAddr, bool)) -> Response<Content> {
        match (request.uri().path(), &self.gate) {
            ("/mqtt", Some(gate)) => hand_over(gate, request, from),
            (path, _) if path == "/api" || path.starts_with("/api/") => match self.whole(request, (from, tls)).await {
                // What was large has its place until it is answered.
                Ok((asked, _place)) => finished(Arc::clone(&self.pages).answer(asked).await),
                Err(fault) => {
                    // What is left of the body is nothing that anybody reads.
                    let mut refused = finished(fault.into());
                    refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                    refused
                }
            },
            (path, _) => finished(assets::serve(request.method(), path, request.headers(), self.home)),
        }
    }

    /// The request with its body, and the place that a large one has.
    async fn whole(
        &self,
        request: Request<Incoming>,
        (from, tls): (IpAddr, bool),
    ) -> Result<(Asked, Option<Place>), Fault> {
        let (parts, incoming) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let (method, headers) = (parts.method, parts.headers);
        let mut asked = Asked { method, path, query, from, tls, headers, body: Bytes::new() };
        if !has_body(&asked.method) {
            return Ok((asked, None));
        }
        let most = self.pages.room(&asked)?;
        let place;
        (asked.body, place) = self.room.read(&asked.headers, incoming, most).await?;
        Ok((asked, place))
    }
}

/// A WebSocket goes to the gate, which refuses it or takes the connection.
fn hand_over(gate: &Entrance, mut request: Request<Incoming>, from: IpAddr) -> Response<Content> {
    let upgrade = hyper::upgrade::on(&mut request);
    let head = request.map(|_| ());
    match gate.greet(&head) {
        Ok(welcome) => {
            let gate = gate.clone();
            tokio::spawn(async move {
                match upgrade.await {
                    Ok(stream) => gate.come_in(TokioIo::new(stream), from),
                    Err(error) => tracing::debug!(%from, %error, "a WebSocket ended before it began"),
                }
            });
            welcome.map(|()| Content::default())
        }
        Err(refusal) => {
            let (parts, why) = refusal.into_parts();
            finished(Reply::text(parts.status, why.as_deref().unwrap_or("refused").trim_end()))
        }
    }
}

fn has_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

fn finished(reply: Reply) -> Response<Content> {
    let Reply { status, headers, body } = reply;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
