//! From a listening address to connections, no more than there are seats for.

use super::Pages;
use super::body::Room;
use super::connection::{Premises, serve};
use super::patience::{Patience, Watched};
use super::seats::Seats;
use crate::gate::{Entrance, WebRules};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Rest of the accept loop when the system refuses sockets (no more file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Longest wait for answers that are under way at the end.
const SHUTDOWN: Duration = Duration::from_secs(5);
/// What is said where no seat is free.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// One address to listen on.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address; port 0 lets the system choose.
    pub at: SocketAddr,
    /// TLS, with this configuration.
    pub tls: Option<Arc<ServerConfig>>,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {at} for the pages: {source}; is another program using the port?")]
pub struct StartError {
    /// Which address.
    pub at: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// A running server.
pub struct Server {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Addresses that are listened on, before anybody is let in.
pub struct Bound {
    listeners: Vec<(TcpListener, Option<Arc<ServerConfig>>)>,
    addresses: Vec<String>,
}

impl Bound {
    /// Listens on every address.
    pub async fn listen(listen: Vec<Listen>) -> Result<Self, StartError> {
        let (mut listeners, mut addresses) = (Vec::new(), Vec::new());
        for Listen { at, tls } in listen {
            let refused = |source| StartError { at, source };
            let listener = TcpListener::bind(at).await.map_err(refused)?;
            let scheme = if tls.is_some() { "https" } else { "http" };
            addresses.push(format!("{scheme}://{}", listener.local_addr().map_err(refused)?));
            listeners.push((listener, tls));
        }
        Ok(Self { listeners, addresses })
    }

    /// Where the pages are, in the order of the settings: `http://192.168.1.5:8080`.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Lets browsers in: `home` is the built-in page that `/` is, `/mqtt` goes to the gate.
    pub fn serve(self, home: &'static str, rules: WebRules, gate: Option<Entrance>, pages: Arc<dyn Pages>) -> Server {
        let (stop, stopping) = watch::channel(false);
        let premises = Arc::new(Premises { home, rules, gate, pages, room: Room::default() });
        let seats = Arc::new(Seats::default());
        let mut tasks = JoinSet::new();
        for (listener, tls) in self.listeners {
            let door = Door { premises: Arc::clone(&premises), seats: Arc::clone(&seats), tls: tls.map(Into::into) };
            tasks.spawn(door.run(listener, stopping.clone()));
        }
        Server { stop, tasks }
    }
}

impl Server {
    /// Lets nobody in any more, and ends connections once they have their answers.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

struct Door {
    premises: Arc<Premises>,
    seats: Arc<Seats>,
    tls: Option<TlsAcceptor>,
}

impl Door {
    async fn run(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let mut guests = JoinSet::new();
        let stopping = stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = guests.join_next() => continue,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match accepted {
                Ok((socket, from)) => self.seat(socket, from, &mut guests, &stopping),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection for the pages");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        let all_ended = async { while guests.join_next().await.is_some() {} };
        if tokio::time::timeout(SHUTDOWN, all_ended).await.is_err() {
            tracing::warn!("not every answer of the pages was taken in time");
        }
    }

    fn seat(&self, mut socket: TcpStream, from: SocketAddr, guests: &mut JoinSet<()>, stop: &watch::Receiver<bool>) {
        let Some(seat) = self.seats.take(from.ip()) else {
            tracing::debug!(%from, "no seat for another connection");
            if self.tls.is_none() {
                // What fits into the socket's buffer goes out; nobody waits for the rest.
                guests.spawn(async move { drop(tokio::time::timeout(ACCEPT_PAUSE, socket.write_all(FULL)).await) });
            }
            return;
        };
        let (premises, tls, stop) = (Arc::clone(&self.premises), self.tls.clone(), stop.clone());
        guests.spawn(async move {
            let _seat = seat;
            let patience = Patience::begin();
            let served = async {
                socket.set_nodelay(true)?;
                match tls {
                    None => serve(Watched { stream: socket, patience }, (from.ip(), false), premises, stop).await,
                    Some(tls) => {
                        let stream = tokio::time::timeout(HANDSHAKE, tls.accept(socket)).await??;
                        serve(Watched { stream, patience }, (from.ip(), true), premises, stop).await
                    }
                }
            };
            let served: io::Result<()> = served.await;
            if let Err(error) = served {
                tracing::debug!(%from, %error, "a connection for the pages ended");
            }
        });
    }
}
