//! A bad line does to real sockets what its conditions say. Durations are compared as ratios, so that a busy machine
//! does not decide.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use rig::line::{Conditions, Control, Line, Resets, Stall};

/// Longer than anything here takes when it works.
const DEADLINE: Duration = Duration::from_secs(30);
/// Long enough that what is to arrive would have arrived on a line without delay.
const SILENCE: Duration = Duration::from_millis(300);

/// How often a duration is measured before it counts as wrong.
const MEASUREMENTS: usize = 8;

/// A far end that sends back what it gets, and ends when its peer does.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let (mut read, mut write) = (stream.try_clone().unwrap(), stream);
                std::io::copy(&mut read, &mut write).ok();
                write.shutdown(Shutdown::Write).ok();
            });
        }
    });
    addr
}

fn line(conditions: Conditions) -> (Line, Control) {
    let line = Line::open(echo(), conditions).unwrap();
    let control = line.control();
    (line, control)
}

fn connect(line: &Line) -> TcpStream {
    let stream = TcpStream::connect(line.addr()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends so many bytes and waits for all of them to come back.
fn round_trip(stream: &mut TcpStream, bytes: usize) -> Duration {
    let sent: Vec<u8> = (0..bytes).map(|i| (i * 7 + i / 256) as u8).collect();
    let start = Instant::now();
    let mut writer = stream.try_clone().unwrap();
    let copy = sent.clone();
    let writing = thread::spawn(move || writer.write_all(&copy).unwrap());
    let mut back = vec![0; bytes];
    stream.read_exact(&mut back).unwrap();
    writing.join().unwrap();
    assert_eq!(back, sent);
    start.elapsed()
}

/// Waits until the counts are as wanted.
fn until(control: &Control, what: &str, is_so: impl Fn(rig::line::Counts) -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so(control.counts()) {
        assert!(Instant::now() < deadline, "never: {what}; {:?}", control.counts());
        thread::sleep(Duration::from_millis(2));
    }
}

fn is_reset(stream: &mut TcpStream) -> bool {
    // A write may be what learns of the reset, and a read what learns of it first.
    let told = stream.write_all(b"x").and_then(|()| stream.read(&mut [0; 64]));
    matches!(told.map_err(|e| e.kind()), Err(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
}

fn hears_nothing(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let heard = stream.read(&mut [0; 64]).map_err(|e| e.kind());
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    heard == Err(ErrorKind::WouldBlock)
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

#[test]
fn a_good_line_passes_every_byte_and_counts_it() {
    let (line, control) = line(Conditions::default());
    round_trip(&mut connect(&line), 1 << 20);
    until(&control, "all counted", |counts| counts.bytes_down == 1 << 20);
    let counts = control.counts();
    assert_eq!((counts.bytes_up, counts.bytes_lost, counts.connections), (1 << 20, 0, 1));
}

#[test]
fn the_end_of_one_way_leaves_the_other_open() {
    let (line, control) = line(Conditions::default());
    let mut stream = connect(&line);
    stream.write_all(b"last words").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut back = String::new();
    stream.read_to_string(&mut back).unwrap();
    assert_eq!((back.as_str(), control.counts().resets), ("last words", 0));
}

/// Measures until the result lies in the range. A busy machine disturbs a measurement now and then, never all of them; a
/// line that does not keep its conditions fails them all.
fn settles_within(range: std::ops::Range<f64>, mut measure: impl FnMut() -> f64) {
    let results: Vec<f64> = (0..MEASUREMENTS).map(|_| measure()).take_while(|result| !range.contains(result)).collect();
    assert!(results.len() < MEASUREMENTS, "none of {results:?} lies in {range:?}");
}

#[test]
fn a_round_trip_takes_the_lines_time() {
    let (line, _) = line(Conditions { rtt_ms: 100, ..Conditions::default() });
    let mut stream = connect(&line);
    round_trip(&mut stream, 1);
    settles_within(1.0..1.3, || {
        let took = round_trip(&mut stream, 1);
        assert!(took >= Duration::from_millis(100), "faster than the line: {took:?}");
        ratio(took, Duration::from_millis(100))
    });
}

#[test]
fn a_new_connection_waits_for_a_handshake_first() {
    let (line, _) = line(Conditions { rtt_ms: 100, ..Conditions::default() });
    settles_within(1.0..1.3, || {
        let first = round_trip(&mut connect(&line), 1);
        assert!(first >= Duration::from_millis(200), "faster than the line: {first:?}");
        ratio(first, Duration::from_millis(200))
    });
}

#[test]
fn twice_the_rate_takes_half_the_time() {
    let (line, control) = line(Conditions::default());
    let mut stream = connect(&line);
    settles_within(1.7..2.3, || {
        control.change(|conditions| conditions.bits_per_s = Some(256_000));
        let slow = round_trip(&mut stream, 16_000);
        assert!(slow >= Duration::from_millis(500), "16,000 bytes at 256 kbit/s took {slow:?}");
        control.change(|conditions| conditions.bits_per_s = Some(512_000));
        let fast = round_trip(&mut stream, 16_000);
        assert!(fast >= Duration::from_millis(250), "16,000 bytes at 512 kbit/s took {fast:?}");
        ratio(slow, fast)
    });
}

#[test]
fn connections_share_the_rate() {
    let (line, _) = line(Conditions { bits_per_s: Some(512_000), ..Conditions::default() });
    settles_within(1.7..2.3, || {
        let alone = round_trip(&mut connect(&line), 16_000);
        let start = Instant::now();
        let both: Vec<_> = (0..2)
            .map(|_| {
                let mut stream = connect(&line);
                thread::spawn(move || round_trip(&mut stream, 16_000))
            })
            .collect();
        for one in both {
            one.join().unwrap();
        }
        ratio(start.elapsed(), alone)
    });
}

#[test]
fn a_line_that_stalls_half_the_time_takes_twice_as_long() {
    let (line, control) = line(Conditions { bits_per_s: Some(512_000), ..Conditions::default() });
    let mut stream = connect(&line);
    settles_within(1.6..2.5, || {
        control.change(|conditions| conditions.stall = None);
        let steady = round_trip(&mut stream, 32_000);
        control.change(|conditions| conditions.stall = Some(Stall { every_ms: 100, lasting_ms: 50 }));
        ratio(round_trip(&mut stream, 32_000), steady)
    });
}

#[test]
fn nothing_passes_while_a_stall_lasts() {
    let (line, control) = line(Conditions::default());
    let mut stream = connect(&line);
    round_trip(&mut stream, 10);
    control.change(|conditions| conditions.stall = Some(Stall { every_ms: 3_600_000, lasting_ms: 3_600_000 }));
    stream.write_all(b"x").unwrap();
    assert!(hears_nothing(&mut stream));
}

#[test]
fn every_connection_is_reset_within_its_time_again_and_again() {
    let resets = Some(Resets { after_ms: 20..=60, seed: 1 });
    let (line, control) = line(Conditions { resets, ..Conditions::default() });
    for _ in 0..3 {
        let mut stream = connect(&line);
        let reset = stream.read(&mut [0; 1]).map_err(|e| e.kind());
        assert_eq!(reset, Err(ErrorKind::ConnectionReset));
    }
    assert_eq!(control.counts().resets, 3);
    control.change(|conditions| conditions.resets = None);
    let mut stream = connect(&line);
    round_trip(&mut stream, 10);
    assert!(hears_nothing(&mut stream), "resets have ended");
}

#[test]
fn what_goes_up_a_half_open_line_is_lost_and_what_comes_down_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let line = Line::open(listener.local_addr().unwrap(), Conditions::default()).unwrap();
    let control = line.control();
    let mut near = connect(&line);
    let (mut far, _) = listener.accept().unwrap();
    control.change(|conditions| conditions.is_up_swallowed = true);
    near.write_all(b"anybody there?").unwrap();
    far.write_all(b"hello").unwrap();
    let mut heard = [0; 5];
    near.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");
    assert!(hears_nothing(&mut far));
    until(&control, "14 lost", |counts| counts.bytes_lost == 14);
    control.restore();
    near.write_all(b"and now?").unwrap();
    assert!(hears_nothing(&mut far), "a way with a hole in it stays shut");
    drop(near);
    assert!(hears_nothing(&mut far), "its end is not told either");
    round_trip_through(&line, &listener);
}

fn round_trip_through(line: &Line, listener: &TcpListener) {
    let mut near = connect(line);
    let (mut far, _) = listener.accept().unwrap();
    near.write_all(b"new").unwrap();
    let mut heard = [0; 3];
    far.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"new");
}

#[test]
fn a_silent_line_takes_connections_that_never_reach_the_far_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let line = Line::open(listener.local_addr().unwrap(), Conditions::default()).unwrap();
    line.control().go_silent();
    let mut stream = connect(&line);
    stream.write_all(b"anybody there?").unwrap();
    assert!(hears_nothing(&mut stream));
    assert_eq!(listener.accept().map_err(|e| e.kind()).err(), Some(ErrorKind::WouldBlock));
    until(&line.control(), "what was sent is lost", |counts| counts.bytes_lost == 14);
}

#[test]
fn a_cut_line_resets_old_and_new_connections_until_it_is_restored() {
    let (line, control) = line(Conditions::default());
    let mut old = connect(&line);
    round_trip(&mut old, 10);
    control.cut();
    assert!(old.read(&mut [0; 1]).is_err());
    assert!(is_reset(&mut connect(&line)));
    control.restore();
    round_trip(&mut connect(&line), 10);
}

#[test]
fn a_far_end_that_is_away_is_a_reset_and_another_can_take_its_place() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let line = Line::open(nobody, Conditions::default()).unwrap();
    assert!(is_reset(&mut connect(&line)));
    line.control().retarget(echo());
    round_trip(&mut connect(&line), 10);
}

#[test]
fn a_dropped_line_ends_its_connections() {
    let (line, _) = line(Conditions::default());
    let mut stream = connect(&line);
    round_trip(&mut stream, 10);
    drop(line);
    assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)));
}
