//! Everything that stops a bare rumqttd, and its relatives, while another device is served all the while.

use crate::floor::*;
use outpost::gate::{Config, Limits, Listen};
use rumqttc::mqttbytes::{QoS, v4};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A gate with a device that subscribes and publishes; after each attack it has to be served on the same connection.
struct Watch {
    floor: Floor,
    honest: Device,
    rounds: u32,
}

impl Watch {
    async fn begin(limits: Limits) -> Self {
        let floor = Floor::open(limits).await;
        let mut honest = floor.device("honest").await;
        honest.subscribe(&[("talk/#", QoS::AtLeastOnce), ("receipt/honest", QoS::AtLeastOnce)]).await;
        let mut watch = Self { floor, honest, rounds: 0 };
        watch.all_is_well().await;
        watch
    }

    async fn all_is_well(&mut self) {
        self.rounds += 1;
        let text = format!("round {}", self.rounds);
        self.honest.publish("in/honest/scan", text.as_bytes(), 999).await;
        assert!(self.floor.gate.publish("receipt/honest", text.clone(), false));
        let (mut acknowledged, mut received) = (false, false);
        while !(acknowledged && received) {
            match self.honest.next().await {
                v4::Packet::PubAck(ack) => acknowledged |= ack.pkid == 999,
                v4::Packet::Publish(publish) => {
                    self.honest.send(v4::Packet::PubAck(v4::PubAck::new(publish.pkid))).await;
                    received |= publish.topic == "receipt/honest" && publish.payload == text;
                }
                other => panic!("unexpected: {other:?}"),
            }
        }
        assert_eq!(self.floor.counter("router_restarts"), 0, "the router was never in danger");
    }

    async fn attack(&self) -> Device {
        self.floor.device("attacker").await
    }
}

#[tokio::test]
async fn a_topic_that_begins_with_a_long_character_stops_nothing() {
    let mut watch = Watch::begin(Limits::default()).await;
    for topic in ["öl/temp", "é", "\u{10ffff}", "talk/ö", "\u{feff}x"] {
        let mut attacker = watch.attack().await;
        attacker.deliver(topic, b"x", 1).await;
        attacker.publish(topic, b"x", 0).await;
        watch.all_is_well().await;
    }
    let mut attacker = watch.attack().await;
    attacker.raw(&[0x30, 5, 0, 2, 0xff, 0xfe, b'x']).await;
    attacker.works().await;
    let mut hello = connect("attacker", PASSWORD);
    hello.last_will = Some(v4::LastWill::new("öl/temp", "gone", QoS::AtMostOnce, true));
    drop(Device::greet(watch.floor.at(), hello).await);
    watch.all_is_well().await;
}

#[tokio::test]
async fn a_subscriber_with_a_backlog_that_leaves_in_any_way_stops_nothing() {
    let mut watch = Watch::begin(Limits::default()).await;
    for round in 0..30 {
        let mut attacker = watch.attack().await;
        attacker.subscribe(&[("talk/#", QoS::AtLeastOnce), ("state/#", QoS::AtLeastOnce)]).await;
        for n in 0..300 {
            watch.floor.gate.publish("talk/backlog", format!("{n}"), false);
        }
        match round % 3 {
            0 => attacker.send(v4::Packet::Disconnect).await,
            1 => drop(attacker),
            _ => {
                let mut again = watch.attack().await;
                again.subscribe(&[("talk/#", QoS::AtMostOnce)]).await;
            }
        }
        watch.all_is_well().await;
    }
}

#[tokio::test]
async fn odd_client_ids_stop_nothing() {
    let mut watch = Watch::begin(Limits::default()).await;
    for id in ["a+b", "$x", "#", "a/b", "pump", "pulse", "d0", "gate", "öl", "a\0b", &"x".repeat(1000)] {
        for _ in 0..2 {
            let mut hello = connect("attacker", PASSWORD);
            hello.client_id = id.to_string();
            let (_, code) = Device::greet(watch.floor.at(), hello).await;
            assert_eq!(code, v4::ConnectReturnCode::BadClientId, "{id}");
            // The name of a login may be one of the router's own ids: links have other names.
            if let Ok(name) = id.parse::<outpost::domain::id::DeviceId>() {
                let mut named = watch.floor.device(name.as_str()).await;
                named.subscribe(&[("talk/#", QoS::AtMostOnce)]).await;
                named.works().await;
            }
        }
    }
    watch.all_is_well().await;
}

#[tokio::test]
async fn connects_that_are_followed_by_a_reset_stop_nothing() {
    let mut watch = Watch::begin(Limits::default()).await;
    let hello = bytes_of(&v4::Packet::Connect(connect("attacker", PASSWORD)));
    let subscribe =
        bytes_of(&v4::Packet::Subscribe(v4::Subscribe { pkid: 1, ..v4::Subscribe::new("talk/#", QoS::AtLeastOnce) }));
    for round in 0..200 {
        let mut socket = TcpStream::connect(watch.floor.at()).await.unwrap();
        socket.write_all(&hello).await.unwrap();
        if round % 2 == 0 {
            socket.write_all(&subscribe).await.unwrap();
        }
        socket.set_zero_linger().unwrap();
    }
    watch.all_is_well().await;
    watch.attack().await.works().await;
}

#[tokio::test]
async fn more_connections_than_the_limit_stop_nothing() {
    let mut watch = Watch::begin(Limits { connections: 10, ..Limits::default() }).await;
    let mut kept = Vec::new();
    for n in 0..40 {
        let (mut device, code) = Device::greet(watch.floor.at(), connect(&format!("crowd-{n}"), PASSWORD)).await;
        if code == v4::ConnectReturnCode::Success {
            device.subscribe(&[("talk/#", QoS::AtMostOnce)]).await;
            kept.push(device);
        }
    }
    assert_eq!(kept.len(), 9);
    watch.all_is_well().await;
}

#[tokio::test]
async fn shared_subscriptions_are_refused_and_their_members_may_come_and_go() {
    let mut watch = Watch::begin(Limits::default()).await;
    for _ in 0..20 {
        let mut hello = connect("attacker", PASSWORD);
        hello.clean_session = false;
        let (mut attacker, _) = Device::greet(watch.floor.at(), hello).await;
        let codes = attacker.subscribe(&[("$share/g/talk/#", QoS::AtLeastOnce)]).await;
        assert_eq!(codes, [v4::SubscribeReasonCode::Failure]);
        watch.floor.gate.publish("talk/x", "x", false);
    }
    watch.all_is_well().await;
}

#[tokio::test]
async fn unsolicited_and_forged_packets_stop_nothing() {
    let mut watch = Watch::begin(Limits::default()).await;
    let attacks: [&[u8]; 12] = [
        &[0x40, 2, 0, 9],
        &[0x50, 2, 0, 9],
        &[0x62, 2, 0, 9],
        &[0x70, 2, 0, 9],
        &[0x20, 2, 0, 0],
        &[0xd0, 0],
        &[0xf0, 0],
        &[0x10, 0],
        &[0x82, 2, 0, 1],
        &[0xa2, 2, 0, 1],
        &[0x32, 3, 0, 9, b'x'],
        &[0x30, 0xff, 0xff, 0xff, 0xff],
    ];
    for attack in attacks {
        let mut attacker = watch.attack().await;
        attacker.subscribe(&[("talk/#", QoS::AtLeastOnce)]).await;
        attacker.raw(attack).await;
        drop(attacker);
        watch.all_is_well().await;
    }
    let mut twice = watch.attack().await;
    twice.send(v4::Packet::Connect(connect("attacker", PASSWORD))).await;
    assert_eq!(twice.closed().await, vec![]);
    watch.all_is_well().await;
}

#[tokio::test]
async fn a_pseudorandom_stream_after_login_stops_nothing() {
    let mut watch = Watch::begin(Limits { refusals_per_minute: 1_000_000, ..Limits::default() }).await;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..200 {
        let mut attacker = watch.attack().await;
        for _ in 0..20 {
            let mut packet = match random() % 4 {
                0 => Device::publish_bytes("talk/x", b"payload", 5).to_vec(),
                1 => bytes_of(&v4::Packet::Subscribe(v4::Subscribe {
                    pkid: 1,
                    ..v4::Subscribe::new("talk/+/x", QoS::AtLeastOnce)
                }))
                .to_vec(),
                2 => vec![0xc0, 0],
                _ => (0..random() % 40).map(|_| random() as u8).collect(),
            };
            if !packet.is_empty() && random() % 2 == 0 {
                let at = random() as usize % packet.len();
                packet[at] = random() as u8;
            }
            if attacker.socket.write_all(&packet).await.is_err() {
                break;
            }
        }
    }
    watch.all_is_well().await;
}

/// Sockets that stall at each step of a handshake.
#[tokio::test]
async fn handshakes_that_never_finish_block_nobody_and_end_in_time() {
    let limits = Limits { connect_time: Duration::from_millis(700), ..Limits::default() };
    let tls = || Listen { tls: Some(crate::transports::server_config()), ..plain() };
    let web = || Listen { websocket: true, ..plain() };
    let both = Listen { websocket: true, ..tls() };
    let floor = Floor::with(Config { listen: vec![plain(), tls(), web(), both], limits, ..Config::default() }).await;
    let mut stalled = Vec::new();
    let hello = bytes_of(&v4::Packet::Connect(connect("till-1", PASSWORD)));
    for at in floor.gate.addresses() {
        for begun in [&b""[..], &hello[..5], &[0x16, 3, 1, 2, 0], b"GET /mqtt HTTP/1.1\r\nHost: x"] {
            let mut socket = TcpStream::connect(at).await.unwrap();
            socket.write_all(begun).await.unwrap();
            stalled.push(socket);
        }
    }
    floor.device("till-1").await.works().await;
    crate::transports::over_tls(floor.gate.addresses()[1], "till-2").await.works().await;
    crate::transports::over_web(floor.gate.addresses()[2], "till-3").await.works().await;
    floor.reaches("pending_dropped", 16).await;
}

#[tokio::test]
async fn thousands_of_idle_connections_stop_nothing() {
    const IDLE: usize = 3000;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files: u64 = files.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(u64::MAX);
    if files < 2 * IDLE as u64 + 500 {
        eprintln!("skipped: {files} open files are allowed, {IDLE} idle connections need twice as many");
        return;
    }
    let mut watch = Watch::begin(Limits { pending: 500, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for n in 0..IDLE {
        idle.push(TcpStream::connect(watch.floor.at()).await.unwrap());
        if n % 500 == 0 {
            watch.all_is_well().await;
            watch.attack().await.works().await;
        }
    }
    watch.floor.reaches("pending_dropped", (IDLE - 500) as u64).await;
    watch.attack().await.works().await;
}

#[tokio::test]
async fn a_device_that_sends_too_fast_is_read_slower_and_one_that_floods_is_disconnected() {
    let floor = Floor::open(Limits {
        packets_per_second: 100.0,
        packets_burst: 10.0,
        flood_after: Duration::from_secs(1),
        ..Limits::default()
    })
    .await;
    let mut fast = floor.device("fast").await;
    let start = std::time::Instant::now();
    for packet_id in 1..=40 {
        fast.publish("in/fast/scan", b"x", packet_id).await;
    }
    for packet_id in 1..=40 {
        assert_eq!(fast.next().await, v4::Packet::PubAck(v4::PubAck { pkid: packet_id }));
    }
    // What was read at once is paid for before anything more is read.
    fast.works().await;
    assert!(start.elapsed() >= Duration::from_millis(250), "41 packets at 100 a second, 10 of them free");
    let mut flood = floor.device("flood").await;
    let packet = Device::publish_bytes("in/flood/scan", b"x", 0);
    let many: Vec<u8> = std::iter::repeat_n(&packet[..], 10_000).flatten().copied().collect();
    let _ = flood.socket.write_all(&many).await;
    flood.closed().await;
    assert_eq!(floor.counter("ended_flood"), 1);
    fast.works().await;
}

#[tokio::test]
async fn a_flood_of_one_device_leaves_the_others_quick() {
    let floor = Floor::open(Limits::default()).await;
    let mut honest = floor.device("honest").await;
    let p99 = async |honest: &mut Device| {
        let mut times = Vec::new();
        for _ in 0..300 {
            let start = std::time::Instant::now();
            honest.works().await;
            times.push(start.elapsed());
        }
        times.sort();
        times[times.len() * 99 / 100]
    };
    let alone = p99(&mut honest).await;
    let at = floor.at();
    let flood = tokio::spawn(async move {
        let mut flood = Device::log_in(at, "flood").await;
        let packet = Device::publish_bytes("in/flood/scan", &[0; 400], 0);
        let many: Vec<u8> = std::iter::repeat_n(&packet[..], 500).flatten().copied().collect();
        while flood.socket.write_all(&many).await.is_ok() {}
    });
    floor.reaches("taken", 5000).await;
    let beside = p99(&mut honest).await;
    assert!(!flood.is_finished());
    flood.abort();
    println!("p99 of a scan: alone {alone:?}, beside a flood {beside:?}");
    assert!(beside < 10 * alone + Duration::from_millis(50), "alone {alone:?}, beside a flood {beside:?}");
}

#[tokio::test]
async fn a_subscriber_that_reads_nothing_is_disconnected_and_the_others_go_on() {
    let limits = Limits { slow_subscriber: Duration::from_millis(500), outgoing_bytes: 16 * 1024, ..Limits::default() };
    let mut watch = Watch::begin(limits).await;
    let mut deaf = watch.attack().await;
    deaf.subscribe(&[("state/#", QoS::AtMostOnce)]).await;
    let big = vec![7; 64 * 1024];
    while watch.floor.counter("ended_slow") == 0 {
        watch.floor.gate.publish("state/big", big.clone(), true);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    watch.all_is_well().await;
}
