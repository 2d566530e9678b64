//! One connection over a bad line: two ways, each taking bytes, holding them as long as the line does, and giving them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{QUEUE_BYTES, Shared, Way, hold};

/// What a narrow line carries at a time: about what fits an Ethernet frame, so that connections take turns.
const PACKET_BYTES: usize = 1_400;
/// The same of a line without a rate, where turns do not matter.
const WIDE_PACKET_BYTES: usize = 16 * 1_024;
/// Packets on their way, each way. A narrow line never has as many; a wide one with a long delay is held back by it.
const ON_THE_WAY: usize = 1_024;
/// How long a target that does not answer is waited for.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// A packet on its way, or the end of what the sender has to say.
struct Parcel {
    due: Instant,
    bytes: Vec<u8>,
}

/// Counts what is on its way, and takes back what never arrived when the connection ends.
struct OnTheWay<'a> {
    of_the_line: &'a AtomicU64,
    of_ours: AtomicU64,
}

impl OnTheWay<'_> {
    fn add(&self, bytes: usize) {
        self.of_ours.fetch_add(bytes as u64, Relaxed);
        self.of_the_line.fetch_add(bytes as u64, Relaxed);
    }

    fn remove(&self, bytes: usize) {
        self.of_ours.fetch_sub(bytes as u64, Relaxed);
        self.of_the_line.fetch_sub(bytes as u64, Relaxed);
    }
}

impl Drop for OnTheWay<'_> {
    fn drop(&mut self) {
        self.of_the_line.fetch_sub(self.of_ours.load(Relaxed), Relaxed);
    }
}

/// Carries one accepted connection until it ends or is reset.
pub(super) async fn carry(mut near: TcpStream, shared: Arc<Shared>) {
    let mut reset = shared.reset.subscribe();
    // Also whatever was signalled before the subscription: a cut that came between accept and here.
    if shared.conditions.borrow().is_cut {
        return reset_and_count(&shared, &[&near]);
    }
    near.set_nodelay(true).ok();
    if shared.is_swallowed(Way::Up) && shared.is_swallowed(Way::Down) {
        tokio::select! {
            () = swallow(&mut near, &shared) => {}
            _ = reset.changed() => reset_and_count(&shared, &[&near]),
        }
        return;
    }
    let far = tokio::select! {
        far = reach(&shared) => far,
        _ = reset.changed() => return reset_and_count(&shared, &[&near]),
    };
    // Nobody at the far end is what a reset looks like to whoever has connected to us already.
    let Ok(mut far) = far else { return reset_and_count(&shared, &[&near]) };
    if !both_ways(&mut near, &mut far, &shared, &mut reset).await {
        reset_and_count(&shared, &[&near, &far]);
    }
}

/// Connects to the far end after the time that a handshake over the line would have taken.
async fn reach(shared: &Shared) -> io::Result<TcpStream> {
    tokio::time::sleep(shared.one_way() * 2).await;
    let target = *hold(&shared.target);
    let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(QUEUE_BYTES)?;
    let far = tokio::time::timeout(CONNECT_DEADLINE, socket.connect(target)).await??;
    far.set_nodelay(true)?;
    Ok(far)
}

/// Whether both ways came to their end in good order; else the connection is to be reset.
async fn both_ways(
    near: &mut TcpStream,
    far: &mut TcpStream,
    shared: &Shared,
    reset: &mut watch::Receiver<u64>,
) -> bool {
    let (near_read, near_write) = near.split();
    let (far_read, far_write) = far.split();
    let up = one_way(Way::Up, near_read, far_write, shared);
    let down = one_way(Way::Down, far_read, near_write, shared);
    tokio::select! {
        ended = async { tokio::try_join!(up, down) } => ended.is_ok(),
        _ = reset.changed() => false,
    }
}

/// Closes with RST instead of FIN: both ends learn at once, and nothing in their buffers is delivered any more.
fn reset_and_count(shared: &Shared, streams: &[&TcpStream]) {
    shared.tally.resets.fetch_add(1, Relaxed);
    for stream in streams {
        stream.set_zero_linger().ok();
    }
}

/// Takes everything and gives nothing, not even the end.
async fn swallow(near: &mut TcpStream, shared: &Shared) {
    let mut buffer = vec![0; WIDE_PACKET_BYTES];
    while let Ok(n @ 1..) = near.read(&mut buffer).await {
        shared.tally.taken_up.fetch_add(n as u64, Relaxed);
    }
    std::future::pending().await
}

async fn one_way(way: Way, read: ReadHalf<'_>, write: WriteHalf<'_>, shared: &Shared) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel(ON_THE_WAY);
    let has_lost = AtomicBool::new(false);
    let on_the_way = OnTheWay { of_the_line: &shared.tally.on_the_way, of_ours: AtomicU64::new(0) };
    let taking = take(way, read, sender, shared, &has_lost, &on_the_way);
    let giving = give(way, write, receiver, shared, &has_lost, &on_the_way);
    tokio::try_join!(taking, giving).map(|_| ())
}

/// Reads what the sender says at the pace of the line, and puts it on its way.
async fn take(
    way: Way,
    mut read: ReadHalf<'_>,
    line: mpsc::Sender<Parcel>,
    shared: &Shared,
    has_lost: &AtomicBool,
    on_the_way: &OnTheWay<'_>,
) -> io::Result<()> {
    let mut buffer = vec![0; WIDE_PACKET_BYTES];
    let taken = match way {
        Way::Up => &shared.tally.taken_up,
        Way::Down => &shared.tally.taken_down,
    };
    loop {
        let is_narrow = shared.conditions.borrow().bits_per_s.is_some();
        let most = if is_narrow { PACKET_BYTES } else { WIDE_PACKET_BYTES };
        let n = read.read(&mut buffer[..most]).await?;
        on_the_way.add(n);
        taken.fetch_add(n as u64, Relaxed);
        let left_at = shared.book(way, n);
        if left_at > Instant::now() {
            tokio::time::sleep_until(left_at).await;
        }
        let parcel = Parcel { due: left_at + shared.one_way(), bytes: buffer[..n].to_vec() };
        let is_end = n == 0;
        if is_lost(way, shared, has_lost) {
            on_the_way.remove(n);
        } else if line.send(parcel).await.is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if is_end {
            return Ok(());
        }
    }
}

/// Gives the receiver each packet when it is due and the line does not stall.
async fn give(
    way: Way,
    mut write: WriteHalf<'_>,
    mut line: mpsc::Receiver<Parcel>,
    shared: &Shared,
    has_lost: &AtomicBool,
    on_the_way: &OnTheWay<'_>,
) -> io::Result<()> {
    let given = match way {
        Way::Up => &shared.tally.given_up,
        Way::Down => &shared.tally.given_down,
    };
    while let Some(Parcel { due, bytes }) = line.recv().await {
        if due > Instant::now() {
            tokio::time::sleep_until(due).await;
        }
        while let Some(rest) = shared.stalled_for() {
            tokio::time::sleep(rest).await;
        }
        if is_lost(way, shared, has_lost) {
            on_the_way.remove(bytes.len());
        } else if bytes.is_empty() {
            return write.shutdown().await;
        } else {
            write.write_all(&bytes).await?;
            on_the_way.remove(bytes.len());
            given.fetch_add(bytes.len() as u64, Relaxed);
        }
    }
    // The sender has ended and the end was lost: the receiver hears nothing until the connection is reset.
    std::future::pending().await
}

/// Whether this way has lost something. TCP would then repeat it for ever before it gave anything after it.
fn is_lost(way: Way, shared: &Shared, has_lost: &AtomicBool) -> bool {
    if shared.is_swallowed(way) {
        has_lost.store(true, Relaxed);
    }
    has_lost.load(Relaxed)
}
