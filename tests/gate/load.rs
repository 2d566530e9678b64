//! How many publishes a second the gate answers, with a desk that answers at once; run in release, by name:
//! `cargo test --release --test gate -- --ignored --nocapture rate`. `MQTT_AT=host:port` measures another broker instead
//! (logins are sent, so it has to let anybody in).

use crate::floor::*;
use outpost::gate::Limits;
use rumqttc::mqttbytes::{QoS, v4};
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const CLIENTS: usize = 20;
const PAYLOAD: [u8; 450] = [b'x'; 450];
const MEASURED: Duration = Duration::from_secs(4);

/// Reads whole packets until `pubacks` of them were PUBACKs; each packet here is shorter than 128 bytes.
fn read_pubacks(socket: &mut BufReader<TcpStream>, mut pubacks: u16) {
    let mut rest = [0; 128];
    while pubacks > 0 {
        let mut head = [0; 2];
        socket.read_exact(&mut head).unwrap();
        socket.read_exact(&mut rest[..usize::from(head[1])]).unwrap();
        pubacks -= u16::from(head[0] == 0x40);
    }
}

/// One client on a thread of its own, with blocking sockets: `window` publishes at once, then their PUBACKs.
fn client(at: SocketAddr, name: &str, window: u16, until: Instant, receipts: bool) -> (u64, Vec<Duration>) {
    let mut socket = TcpStream::connect(at).unwrap();
    socket.set_nodelay(true).unwrap();
    socket.write_all(&bytes_of(&v4::Packet::Connect(connect(name, PASSWORD)))).unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    if receipts {
        let subscribe = v4::Subscribe::new(format!("receipt/{name}"), QoS::AtMostOnce);
        let subscribe = v4::Packet::Subscribe(v4::Subscribe { pkid: 1, ..subscribe });
        socket.write_all(&bytes_of(&subscribe)).unwrap();
    }
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let mut burst = Vec::new();
    for packet_id in 1..=window {
        burst.extend_from_slice(&Device::publish_bytes(&format!("in/{name}/scan"), &PAYLOAD, packet_id));
    }
    let (mut done, mut times) = (0, Vec::new());
    while Instant::now() < until {
        let start = Instant::now();
        socket.write_all(&burst).unwrap();
        read_pubacks(&mut reader, window);
        times.push(start.elapsed());
        done += u64::from(window);
    }
    (done, times)
}

async fn measure(receipts: bool) {
    let limits = Limits { packets_per_second: 1e9, bytes_per_second: 1e12, ..Limits::default() };
    let floor = Floor::open(limits).await;
    floor.desk.forget.store(true, std::sync::atomic::Ordering::SeqCst);
    if receipts {
        let _ = floor.desk.receipts.set(floor.gate.publisher());
    }
    let at = std::env::var("MQTT_AT").map_or(floor.at(), |at| at.parse().unwrap());
    for (clients, window) in [(1, 1), (CLIENTS, 1), (CLIENTS, 32)] {
        let until = Instant::now() + MEASURED;
        let threads = (0..clients).map(|n| {
            let name = format!("load-{n}");
            std::thread::spawn(move || client(at, &name, window, until, receipts))
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
    println!("{:?}", floor.gate.counters().snapshot().into_iter().filter(|(_, n)| *n > 0).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rate() {
    measure(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn receipts_rate() {
    measure(true).await;
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The devices' ends are in this process too: the numbers are upper bounds.
#[tokio::test]
#[ignore = "a measurement"]
async fn memory() {
    let floor = Floor::open(Limits { pending: 5000, ..Limits::default() }).await;
    let empty = resident_kib();
    println!("a gate without devices: {empty} KiB in all");
    let mut devices = Vec::new();
    for n in 0..500 {
        let mut device = floor.device(&format!("d-{n}")).await;
        device.works().await;
        devices.push(device);
    }
    let logged_in = resident_kib();
    println!("500 logged in: {} KiB each", logged_in.saturating_sub(empty) as f64 / 500.0);
    for device in &mut devices {
        device.subscribe(&[("state/#", QoS::AtMostOnce)]).await;
    }
    let subscribed = resident_kib();
    println!("500 subscribed: {} KiB more each", subscribed.saturating_sub(logged_in) as f64 / 500.0);
    let mut idle = Vec::new();
    for n in 501..=4500 {
        idle.push(tokio::net::TcpStream::connect(floor.at()).await.unwrap());
        floor.reaches("accepted", n).await;
    }
    let crowded = resident_kib();
    println!("4000 that never log in: {} KiB each", crowded.saturating_sub(subscribed) as f64 / 4000.0);
}
