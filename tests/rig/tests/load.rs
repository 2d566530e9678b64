//! A load against a broker of a few lines that remembers what it saw and hangs up when told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rig::load::{self, End, Plan};
use rig::sales::Sales;

/// One PUBLISH as the broker saw it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Seen {
    topic: String,
    id: u16,
    is_repeat: bool,
    payload: String,
}

#[derive(Default)]
struct Broker {
    seen: Mutex<Vec<Seen>>,
    connects: Mutex<Vec<Vec<u8>>>,
    /// Each connection is closed without an answer at the publish that makes this zero.
    hang_up_after: Mutex<Option<usize>>,
    connack_code: Mutex<u8>,
}

/// One whole packet: its first byte and its body.
fn packet(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    let first = byte[0];
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        stream.read_exact(&mut byte).ok()?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((first, body))
}

impl Broker {
    fn start() -> (Arc<Broker>, SocketAddr) {
        let broker = Arc::new(Broker::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = broker.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let broker = shared.clone();
                thread::spawn(move || broker.serve(stream));
            }
        });
        (broker, addr)
    }

    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let (_, connect) = packet(&mut stream)?;
        self.connects.lock().unwrap().push(connect);
        stream.write_all(&[0x20, 2, 0, *self.connack_code.lock().unwrap()]).ok()?;
        while let Some((first, body)) = packet(&mut stream).filter(|(first, _)| first & 0xf0 == 0x30) {
            let topic_len = usize::from(u16::from_be_bytes([body[0], body[1]]));
            let (topic, rest) = body[2..].split_at(topic_len);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let id = u16::from_be_bytes([rest[0], rest[1]]);
            let seen = Seen { topic: text(topic), id, is_repeat: first & 8 != 0, payload: text(&rest[2..]) };
            self.seen.lock().unwrap().push(seen);
            if let Some(left) = self.hang_up_after.lock().unwrap().as_mut() {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return None;
                }
            }
            stream.write_all(&[0x40, 2, rest[0], rest[1]]).ok()?;
        }
        Some(())
    }
}

fn lines(count: usize) -> String {
    Sales::new(1).take(count).map(|sale| sale.json + "\n").collect()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_count_is_published_exactly_and_no_payload_twice() {
    let (broker, addr) = Broker::start();
    let mut plan = Plan::new(addr, lines(100));
    (plan.clients, plan.in_flight, plan.end) = (5, 8, End::Count(1_234));
    plan.login = Some(("{client}".into(), "secret".into()));
    let report = load::run(plan).unwrap();
    assert_eq!((report.acked, report.unacked, report.resent, report.reconnects), (1_234, 0, 0, 0));
    let seen = broker.seen.lock().unwrap();
    let payloads: HashSet<&str> = seen.iter().map(|seen| seen.payload.as_str()).collect();
    assert_eq!((seen.len(), payloads.len()), (1_234, 1_234));
    let topics: HashSet<&str> = seen.iter().map(|seen| seen.topic.as_str()).collect();
    assert!(topics.len() == 5 && topics.contains("tx/scanner-4/sales-invoice"), "{topics:?}");
    let connects = broker.connects.lock().unwrap();
    let named = |bytes: &Vec<u8>| bytes.ends_with(b"\0\x09scanner-3\0\x09scanner-3\0\x06secret");
    assert_eq!(connects.iter().filter(|bytes| named(bytes)).count(), 1);
}

#[test]
fn a_broker_that_hangs_up_gets_what_it_did_not_acknowledge_again_with_dup() {
    let (broker, addr) = Broker::start();
    let dir = tempfile::tempdir().unwrap();
    let acked_ids = dir.path().join("acked");
    *broker.hang_up_after.lock().unwrap() = Some(50);
    let mut plan = Plan::new(addr, lines(200));
    (plan.in_flight, plan.acked_ids) = (4, Some(acked_ids.clone()));
    let running = load::start(plan).unwrap();
    until("the broker hangs up", || *broker.hang_up_after.lock().unwrap() == Some(0));
    *broker.hang_up_after.lock().unwrap() = None;
    let before = running.acked();
    until("it goes on", || running.acked() > before + 100);
    let report = running.stop().unwrap();
    assert!(report.reconnects >= 1 && report.resent >= 1 && report.unacked == 0, "{report}");

    let seen = broker.seen.lock().unwrap();
    let repeat = seen.iter().position(|seen| seen.is_repeat).unwrap();
    let first = Seen { is_repeat: false, ..seen[repeat].clone() };
    assert!(seen[..repeat].contains(&first), "a repeat has the topic, id and bytes of the first sending");
    let ids = std::fs::read_to_string(&acked_ids).unwrap();
    let distinct: HashSet<&str> = ids.lines().collect();
    assert_eq!((ids.lines().count() as u64, distinct.len() as u64), (report.acked, report.acked));
    assert!(distinct.iter().all(|id| seen.iter().any(|seen| seen.payload.contains(id))));
}

#[test]
fn a_target_that_comes_back_elsewhere_is_found() {
    let (first, addr) = Broker::start();
    let (_, elsewhere) = Broker::start();
    let running = load::start(Plan::new(addr, lines(10))).unwrap();
    until("it runs", || running.acked() > 10);
    // From here on the first broker closes every connection at its first publish.
    running.retarget(elsewhere);
    *first.hang_up_after.lock().unwrap() = Some(1);
    let before = running.acked();
    until("it runs elsewhere", || running.acked() > before + 10);
    assert_eq!(running.stop().unwrap().unacked, 0);
}

#[test]
fn a_load_ends_at_its_time_and_a_pause_is_kept() {
    let (_broker, addr) = Broker::start();
    let mut plan = Plan::new(addr, lines(10));
    (plan.end, plan.pause) = (End::After(Duration::from_millis(600)), Duration::from_millis(50));
    let start = Instant::now();
    let report = load::run(plan).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(550), "{:?}", start.elapsed());
    assert!((2..=13).contains(&report.acked), "{} in 600 ms at one every 50 ms", report.acked);
}

#[test]
fn a_silent_broker_leaves_unanswered_publishes_and_is_not_waited_for_longer_than_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        packet(&mut stream).unwrap();
        stream.write_all(&[0x20, 2, 0, 0]).unwrap();
        while packet(&mut stream).is_some() {}
    });
    let mut plan = Plan::new(addr, lines(10));
    (plan.in_flight, plan.drain, plan.end) = (3, Duration::from_millis(200), End::After(Duration::from_millis(200)));
    let report = load::run(plan).unwrap();
    assert_eq!((report.acked, report.unacked), (0, 3));
}

#[test]
fn a_refused_login_ends_the_load_with_its_code() {
    let (broker, addr) = Broker::start();
    *broker.connack_code.lock().unwrap() = 5;
    let told = load::run(Plan::new(addr, lines(1))).unwrap_err().to_string();
    assert!(told.contains("code 5"), "{told}");
}

#[test]
fn mosquitto_acknowledges_a_load_over_a_line_that_resets_all_the_time() {
    let mosquitto = rig::mosquitto::Mosquitto::start("").unwrap();
    let resets = Some(rig::line::Resets { after_ms: 30..=90, seed: 1 });
    let line = rig::line::Line::open(mosquitto.addr(), rig::line::Conditions::default()).unwrap();
    let mut plan = Plan::new(line.addr(), lines(500));
    (plan.clients, plan.in_flight) = (3, 8);
    let running = load::start(plan).unwrap();
    until("all are connected", || running.acked() > 0);
    line.control().change(|conditions| conditions.resets = resets);
    until("it was reset often", || line.control().counts().resets >= 12);
    let before = running.acked();
    until("it goes on", || running.acked() > before);
    line.control().change(|conditions| conditions.resets = None);
    let report = running.stop().unwrap();
    assert!(report.reconnects >= 9 && report.unacked == 0, "{report}");
}
