//! A line in between that counts bytes and can be cut or made to swallow everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) struct Relay {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    cuts: watch::Sender<u64>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    swallowing: AtomicBool,
    /// Bytes per second from the client; 0 for as fast as it goes.
    rate: AtomicU64,
}

/// What a slow line holds back in its own buffers, in bytes (the kernel doubles it).
const SLOW_BUFFER: u32 = 16 * 1024;

impl Relay {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::over(listener, port, 0)
    }

    /// A line that takes so many bytes per second from the client, and holds few of them itself.
    pub(crate) async fn slow(port: u16, bytes_per_s: u64) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(SLOW_BUFFER).expect("set");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        Self::over(socket.listen(16).expect("listening"), port, bytes_per_s)
    }

    fn over(listener: TcpListener, port: u16, rate: u64) -> Self {
        let shared = Arc::new(Shared { rate: rate.into(), ..Shared::default() });
        let (cuts, cut) = watch::channel(0);
        let own = listener.local_addr().expect("bound").port();
        let accepting = tokio::spawn(accept(listener, port, shared.clone(), cut));
        Self { port: own, shared, cuts, accepting }
    }

    /// Ends every connection there is.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// From now on everything is taken and nothing passed on, as by a dead modem.
    pub(crate) fn swallow(&self) {
        self.shared.swallowing.store(true, Ordering::SeqCst);
    }

    /// Bytes so far: from the client, to the client.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.shared.up.load(Ordering::SeqCst), self.shared.down.load(Ordering::SeqCst))
    }

    pub(crate) fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, port: u16, shared: Arc<Shared>, cut: watch::Receiver<u64>) {
    let mut lines = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let (shared, mut cut) = (shared.clone(), cut.clone());
        cut.mark_unchanged();
        lines.spawn(async move {
            let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::select! {
                () = pass(near_in, far_out, &shared.up, &shared, shared.rate.load(Ordering::SeqCst)) => {}
                () = pass(far_in, near_out, &shared.down, &shared, 0) => {}
                _ = cut.changed() => {}
            }
        });
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: &AtomicU64, shared: &Shared, rate: u64) {
    let mut buffer = vec![0; if rate == 0 { 64 * 1024 } else { 4 * 1024 }];
    while let Ok(len @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(len as u64, Ordering::SeqCst);
        if rate != 0 {
            tokio::time::sleep(Duration::from_secs_f64(len as f64 / rate as f64)).await;
        }
        if !shared.swallowing.load(Ordering::SeqCst) && to.write_all(&buffer[..len]).await.is_err() {
            return;
        }
    }
}
