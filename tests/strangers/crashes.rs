//! Each thing that stops a bare rumqttd, once, through the real program. The gate's own tests have their relatives.

use crate::device::{Device, connect, publish, subscribe};
use crate::{SOON, open};
use rig::town::House;
use std::io::Write;
use std::net::SocketAddr;

/// A device that has to be served after each attack, on the connection that it has had from the beginning.
struct Watch {
    till: House,
    honest: Device,
}

impl Watch {
    fn all_is_well(&mut self, after: &str) {
        assert!(self.till.process().unwrap().is_running(), "the box has ended after {after}");
        self.honest.works();
        println!("served after {after}");
    }
}

/// Closes with RST, not FIN.
fn reset(socket: std::net::TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        socket.set_nonblocking(true).unwrap();
        tokio::net::TcpStream::from_std(socket).unwrap().set_zero_linger().unwrap();
    });
}

#[test]
fn everything_that_stops_rumqttd_leaves_the_box_serving() {
    let tls = rig::mosquitto::free_addr().unwrap();
    let (till, _town, _dir) = open(&["honest", "attacker", "crowd", "pump"], &format!("tls = [\"{tls}\"]"));
    let at = till.addr;
    let web = till.websocket.unwrap();
    let mut honest = Device::log_in(at, "honest");
    assert_eq!(honest.subscribe("receipt/honest"), 1);
    let mut watch = Watch { till, honest };
    watch.all_is_well("nothing");
    long_characters(at);
    watch.all_is_well("topics that begin with a long character");
    backlogs(at);
    watch.all_is_well("subscribers that leave with a backlog");
    odd_ids(at);
    watch.all_is_well("odd client ids");
    resets(at);
    watch.all_is_well("CONNECT followed by a reset");
    many(at);
    watch.all_is_well("more connections than there may be");
    let idle: Vec<_> = [at, tls, web].map(Device::knock).into();
    std::net::TcpStream::connect(tls).unwrap().write_all(&[0x16, 3, 1, 2, 0]).unwrap();
    for door in [tls, web] {
        // Each listener still takes others: it answers what is no TLS, and no HTTP, by hanging up.
        let mut other = Device::knock(door);
        other.write_all(b"no TLS and no HTTP\r\n\r\n").unwrap();
        let mut said = Vec::new();
        std::io::Read::read_to_end(&mut other, &mut said).ok();
    }
    watch.all_is_well("handshakes that never end");
    drop(idle);
    for _ in 0..10 {
        let mut member = Device::greet(at, "attacker", "attacker", false).ok().unwrap();
        assert_eq!(member.subscribe("$share/g/state/#"), 0x80);
        reset(member.socket);
    }
    watch.all_is_well("shared subscriptions");
    for _ in 0..10 {
        let mut taken_over = Device::log_in(at, "pump");
        taken_over.subscribe("state/#");
        let mut by = Device::log_in(at, "pump");
        by.subscribe("receipt/pump");
        by.works();
    }
    watch.all_is_well("clients that take each other's place");
    let status = watch.till.wait_until("a status", SOON, |_| true).unwrap();
    assert_eq!(status["box"]["recording"], true, "{status}");
}

fn long_characters(at: SocketAddr) {
    for topic in ["öl/temp", "é", "\u{10ffff}", "\u{feff}x"] {
        let mut attacker = Device::log_in(at, "attacker");
        attacker.say(&publish(topic, 0, b"x"));
        attacker.say(&publish(topic, 1, b"x"));
        attacker.subscribe("state/#");
    }
}

fn backlogs(at: SocketAddr) {
    for round in 0..20 {
        let mut attacker = Device::log_in(at, "attacker");
        attacker.subscribe("receipt/attacker");
        let scans: Vec<u8> = (1..=50).flat_map(|id| publish("in/attacker/scan", id, b"123")).collect();
        attacker.say(&scans);
        match round % 3 {
            0 => attacker.say(&[0xe0, 0]),
            1 => reset(attacker.socket),
            _ => drop(attacker),
        }
    }
}

fn odd_ids(at: SocketAddr) {
    for id in ["a+b", "$x", "#", "a/b", "honest", "öl"] {
        for _ in 0..2 {
            assert_eq!(Device::greet(at, id, "attacker", true).err(), Some(2), "{id}");
        }
    }
}

/// By a name that nobody else has here: a CONNECT that is read late takes the place of what came after it.
fn resets(at: SocketAddr) {
    for round in 0..60 {
        let mut socket = Device::knock(at);
        socket.write_all(&connect("crowd", "crowd", true)).unwrap();
        if round % 2 == 0 {
            socket.write_all(&subscribe("state/#")).ok();
        }
        reset(socket);
    }
}

/// By that name too, for the same reason.
fn many(at: SocketAddr) {
    let hello = connect("crowd", "crowd", true);
    let sockets: Vec<_> = (0..600)
        .map(|_| {
            let mut socket = Device::knock(at);
            socket.write_all(&hello).ok();
            socket
        })
        .collect();
    drop(sockets);
}
