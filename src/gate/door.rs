//! From a listening address to a logged-in device: accept, TLS, WebSocket, CONNECT.
//!
//! The accept loops do nothing but accept. Each socket has a task of its own, with one time limit for all handshakes and
//! CONNECT together; those that have not logged in yet are few at most, and the oldest goes first.

use super::codec::{self, Connect, Greeting, Version, Welcome};
use super::connection::{Connection, DELIVERIES, Terms};
use super::counters::count;
use super::doorkeeper::{Denied, Knock};
use super::house::{AtTheDoor, House};
use super::stream::{BoxStream, WebStream};
use super::web::{self, WebRules};
use bytes::BytesMut;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// Read buffer of a socket that has not logged in: a usual CONNECT is under 200 bytes.
const DOOR_BUFFER: usize = 512;
/// Rest of the accept loop when the system refuses sockets (no more file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// One address to listen on.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address; port 0 lets the system choose.
    pub at: SocketAddr,
    /// TLS, with this configuration.
    pub tls: Option<Arc<ServerConfig>>,
    /// MQTT over WebSocket instead of bare.
    pub websocket: bool,
}

/// What the sockets of one address have in common.
pub(crate) struct Door {
    pub(crate) house: Arc<House>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) web: Option<Arc<WebRules>>,
}

impl Door {
    /// Accepts until told to stop. The listener ends with this loop, whatever sockets are left.
    pub(crate) async fn run(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let door = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((socket, from)) => {
                    let knocking = Arc::clone(&door);
                    door.house.knock(|at| tokio::spawn(knocking.guest(at, socket, from.ip())).abort_handle());
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    door.house.drop_oldest_pending();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn guest(self: Arc<Self>, at: AtTheDoor, socket: TcpStream, from: IpAddr) {
        let house = Arc::clone(at.house());
        attend(at, from, Box::pin(self.enter(&house, socket, from))).await;
    }

    async fn enter(&self, house: &Arc<House>, socket: TcpStream, from: IpAddr) -> io::Result<Option<Connection>> {
        socket.set_nodelay(true)?;
        let mut stream: BoxStream = Box::new(socket);
        if let Some(tls) = &self.tls {
            stream = Box::new(tls.accept(stream).await?);
        }
        if let Some(rules) = &self.web {
            stream = Box::new(WebStream::new(rules.accept(stream, house.limits.packet_bytes).await?));
        }
        greeted(house, stream, from).await
    }
}

/// Serves whoever comes in within the time for it.
async fn attend<F>(at: AtTheDoor, from: IpAddr, entering: Pin<Box<F>>)
where
    F: Future<Output = io::Result<Option<Connection>>>,
{
    // The small future of the door is gone before the larger one of the connection begins.
    match tokio::time::timeout(at.house().limits.connect_time, entering).await {
        Ok(Ok(Some(connection))) => {
            at.welcome();
            Box::pin(connection.run()).await;
        }
        Ok(Ok(None)) => {}
        Ok(Err(error)) => tracing::debug!(%from, %error, "a connection ended before CONNECT"),
        Err(_) => tracing::debug!(%from, "a connection did not log in in time"),
    }
}

/// Reads CONNECT.
async fn greeted(house: &Arc<House>, mut stream: BoxStream, from: IpAddr) -> io::Result<Option<Connection>> {
    let mut input = BytesMut::with_capacity(DOOR_BUFFER);
    let connect = loop {
        let greeting = codec::greeting(&mut input, &house.frames);
        match greeting.map_err(|broken| io::Error::new(io::ErrorKind::InvalidData, broken))? {
            Some(Greeting::Connect(connect)) => break *connect,
            Some(Greeting::Foreign(reply)) => {
                stream.write_all(reply).await?;
                stream.shutdown().await?;
                return Ok(None);
            }
            None if stream.read_buf(&mut input).await? == 0 => return Ok(None),
            None => {}
        }
    };
    log_in(house, stream, connect, input, from).await
}

/// The way in for a WebSocket whose request somebody else has read: the pages' server. From here on it is as any other.
#[derive(Clone)]
pub struct Entrance {
    pub(super) house: Arc<House>,
    pub(super) rules: Arc<WebRules>,
}

impl Entrance {
    /// The answer to the upgrade request, or the refusal.
    #[expect(clippy::result_large_err, reason = "the type is tungstenite's")]
    pub fn greet(&self, request: &Request) -> Result<Response, ErrorResponse> {
        self.rules.greet(request)
    }

    /// Takes the connection after that answer.
    pub fn come_in(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, from: IpAddr) {
        let stream: BoxStream = Box::new(stream);
        self.house.knock(|at| {
            let entering = async move {
                let house = Arc::clone(at.house());
                let packet = house.limits.packet_bytes;
                let entering = Box::pin(async {
                    let socket = web::upgraded(stream, packet).await;
                    greeted(&house, Box::new(WebStream::new(socket)), from).await
                });
                attend(at, from, entering).await;
            };
            tokio::spawn(entering).abort_handle()
        });
    }
}

/// Checks the login and answers CONNECT.
async fn log_in(
    house: &Arc<House>,
    mut stream: BoxStream,
    connect: Connect,
    input: BytesMut,
    from: IpAddr,
) -> io::Result<Option<Connection>> {
    let version = connect.version;
    let nameless = connect.client_id.is_empty();
    let refused = if nameless && !connect.clean && version == Version::Four {
        Welcome::BadClientId
    } else {
        let Connect { user, password, client_id, .. } = &connect;
        let [user, password, client_id] = [user, password, client_id].map(String::clone);
        match house.doorkeeper.check(Knock { user, password, client_id, from }).await {
            Ok(pass) => match house.enter(Arc::new(pass)) {
                Some(visit) => {
                    count(&house.counters.logins);
                    let session = if connect.clean { fresh_session()? } else { 0 };
                    let assigned = nameless.then(|| visit.pass.device.as_str().to_owned());
                    let Connect { keep_alive_s, will, packet_max, receive_max, .. } = connect;
                    let deliveries = receive_max.clamp(1, DELIVERIES);
                    let mut output = BytesMut::new();
                    let limits = &house.limits;
                    let (in_flight, bytes) = (limits.in_flight, limits.packet_bytes);
                    codec::connack(&mut output, version, Welcome::Accepted, in_flight, bytes, assigned.as_deref());
                    tracing::debug!(device = %visit.pass.device, %from, ?version, "device logged in");
                    let terms = Terms { version, session, keep_alive_s, will, deliveries, packet_max };
                    return Ok(Some(Connection::new(visit, terms, stream, input, output)));
                }
                None => {
                    count(&house.counters.full);
                    Welcome::Unavailable
                }
            },
            Err(denied) => {
                count(&house.counters.logins_refused);
                tracing::info!(user = %short(&connect.user), %from, reason = %denied, "refused a login");
                match denied {
                    Denied::BadLogin => Welcome::BadLogin,
                    Denied::BadClientId => Welcome::BadClientId,
                    Denied::TooMany | Denied::Revoked => Welcome::NotAuthorized,
                    Denied::Unavailable => Welcome::Unavailable,
                }
            }
        }
    };
    let mut reply = BytesMut::new();
    codec::connack(&mut reply, version, refused, 0, 0, None);
    stream.write_all(&reply).await?;
    stream.shutdown().await?;
    Ok(None)
}

/// What of a stranger's name goes into the log.
fn short(user: &str) -> String {
    user.chars().take(40).flat_map(char::escape_default).collect()
}

fn fresh_session() -> io::Result<u32> {
    loop {
        let random = getrandom::u32().map_err(io::Error::other)?;
        if random != 0 {
            return Ok(random);
        }
    }
}
