//! A backlog over a line that is everything bad at once.

use crate::shop::Shop;
use rig::line::{Conditions, Control, Resets, Stall};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A 3G line at the edge of its cell.
fn bad(seed: u64) -> Conditions {
    Conditions {
        rtt_ms: 600,
        bits_per_s: Some(32_000),
        stall: Some(Stall { every_ms: 17_000, lasting_ms: 2_000 }),
        resets: Some(Resets { after_ms: 5_000..=15_000, seed }),
        ..Conditions::default()
    }
}

/// Leaves connections half-open again and again, one way and then the other, until dropped.
struct HalfOpen {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl HalfOpen {
    fn begin(control: Control) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut turn = 0u32;
            while !stopped.load(Ordering::Relaxed) {
                turn += 1;
                // Of every 30 s the line loses bytes during half a second.
                if turn.is_multiple_of(60) {
                    let up = turn.is_multiple_of(120);
                    control.change(|now| (now.is_up_swallowed, now.is_down_swallowed) = (up, !up));
                } else if turn % 60 == 1 {
                    control.restore();
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for HalfOpen {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// `more` belongs to the box's settings.
fn backlog(records: usize, deadline: Duration, pause: Duration) {
    let mut shop = Shop::open("keepalive_s = 10");
    shop.control.cut();
    shop.sell(records);
    assert_eq!(shop.booked(), 0);
    let half_open = HalfOpen::begin(shop.control.clone());
    shop.control.set(bad(3));
    let arrival = shop.arrive(deadline, pause);
    drop(half_open);
    shop.check_books();
    let envelopes = shop.till.status().unwrap()["line"]["envelopes_sent"].as_u64().unwrap();
    let (squeezed, bodies) = shop.squeezed();
    let (counts, records) = (arrival.counts, records as f64);
    let given = (counts.bytes_up + counts.bytes_down) as f64;
    let all = given + counts.bytes_lost as f64;
    println!(
        "{records} records over the bad line in {:.0} s, longest pause {:.0} s, {} connections, {} resets, \
         {envelopes} envelopes\n  bytes: up {}, down {}, lost {}; per record {:.1} up, {:.1} down, {:.1} with what was lost\n  \
         records {bodies} B, zstd -19 of all at once {squeezed} B = {:.1} a record; the line carried {:.2} times that \
         ({:.2} with what was lost)",
        arrival.took.as_secs_f64(),
        arrival.longest_pause.as_secs_f64(),
        counts.connections,
        counts.resets,
        counts.bytes_up,
        counts.bytes_down,
        counts.bytes_lost,
        counts.bytes_up as f64 / records,
        counts.bytes_down as f64 / records,
        all / records,
        squeezed as f64 / records,
        given / squeezed as f64,
        all / squeezed as f64,
    );
    assert!(counts.resets > 0, "the line was never reset: this was no bad line");
}

#[test]
fn a_backlog_arrives_once_over_a_line_with_every_fault() {
    backlog(1_500, Duration::from_secs(150), Duration::from_secs(60));
}

#[test]
#[ignore = "about twenty minutes"]
fn soak_line_backlog() {
    backlog(20_000, Duration::from_secs(3_600), Duration::from_secs(180));
}
