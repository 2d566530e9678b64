//! How many publishes a second the gate answers, with a desk that answers at once; run in release, by name:
//! `cargo test --release --test gate -- --ignored --nocapture rate`. `MQTT_AT=host:port` measures another broker instead
//! (logins are sent, so it has to let anybody in).

use crate::floor::*;
use outpost::gate::Limits;
use rumqttc::mqttbytes::v4;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const CLIENTS: usize = 20;
const PAYLOAD: [u8; 450] = [b'x'; 450];
const MEASURED: Duration = Duration::from_secs(4);

/// One client on a thread of its own, with blocking sockets: `window` publishes at once, then their PUBACKs.
fn client(at: SocketAddr, name: &str, window: u16, until: Instant) -> (u64, Vec<Duration>) {
    let mut socket = TcpStream::connect(at).unwrap();
    socket.set_nodelay(true).unwrap();
    socket.write_all(&bytes_of(&v4::Packet::Connect(connect(name, PASSWORD)))).unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    let mut burst = Vec::new();
    for packet_id in 1..=window {
        burst.extend_from_slice(&Device::publish_bytes(&format!("in/{name}/scan"), &PAYLOAD, packet_id));
    }
    let mut acks = vec![0; 4 * usize::from(window)];
    let (mut done, mut times) = (0, Vec::new());
    while Instant::now() < until {
        let start = Instant::now();
        socket.write_all(&burst).unwrap();
        socket.read_exact(&mut acks).unwrap();
        times.push(start.elapsed());
        done += u64::from(window);
    }
    (done, times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rate() {
    let desk_keeps_nothing = Limits { packets_per_second: 1e9, bytes_per_second: 1e12, ..Limits::default() };
    let floor = Floor::open(desk_keeps_nothing).await;
    floor.desk.forget.store(true, std::sync::atomic::Ordering::SeqCst);
    let at = std::env::var("MQTT_AT").map_or(floor.at(), |at| at.parse().unwrap());
    for (clients, window) in [(1, 1), (CLIENTS, 1), (CLIENTS, 32)] {
        let until = Instant::now() + MEASURED;
        let threads = (0..clients).map(|n| {
            let name = format!("load-{n}");
            std::thread::spawn(move || client(at, &name, window, until))
        });
        let threads: Vec<_> = threads.collect();
        let joined = tokio::task::spawn_blocking(|| threads.into_iter().map(|t| t.join().unwrap()).collect::<Vec<_>>());
        let results = joined.await.unwrap();
        let done: u64 = results.iter().map(|(done, _)| done).sum();
        let mut times: Vec<Duration> = results.into_iter().flat_map(|(_, times)| times).collect();
        times.sort();
        let per_second = done as f64 / MEASURED.as_secs_f64();
        let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("{clients} x {window}: {per_second:.0} publishes/s, round trip p50 {median:?}, p99 {p99:?}");
    }
}
