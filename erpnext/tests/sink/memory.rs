//! What the posting process needs with a thousand documents to post and with a hundred thousand:
//! `cargo test --release -p outpost-erpnext --test sink memory -- --ignored --nocapture`.
//!
//! The stand-in keeps all of them in memory: so writer and sink run in a process of their own, which is this test once more.

use crate::common::{Books, Workshop, place};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Fate;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Fates, Next, Sink, Work, Writer};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

/// What says to the second process that it is one, and where the stand-in is.
const URL: &str = "OUTPOST_TEST_BACKLOG_URL";
const COUNT: &str = "OUTPOST_TEST_BACKLOG";

/// Words that are written down elsewhere, as the office's are.
struct Elsewhere;

impl Fates for Elsewhere {
    fn fate(&self, _: IntentId) -> Option<Fate> {
        None
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

/// The most that this process has had in memory, in kilobytes.
fn most_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Posts a journal that is made as it is read.
fn post_all(url: &str, count: usize) {
    let mut shop = Workshop::unknown("bandung", 0);
    let mut sink = Books::sink_at(url, "bandung", shop.office.clone());
    let (mut writer, mut under_way) = (Writer::default(), BTreeMap::<IntentId, Submitted>::new());
    let start = Instant::now();
    let (mut taken, mut posted) = (0, 0);
    let expense = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000"},
        {"account": "Cash - TW", "credit_in_account_currency": "20000"}]});
    loop {
        let now_ms = start.elapsed().as_millis() as u64;
        let (_, next) = writer.next(now_ms, taken < count, &Elsewhere);
        let said = match next {
            Some(Next::Read) => {
                taken += 1;
                let made = shop.make("journal-entry", expense.clone());
                let work = Work::post(&made, taken as u64, None);
                under_way.insert(made.id, made);
                writer.take(work, &Elsewhere)
            }
            Some(Next::Try { id, again }) => {
                let verdict = sink.post(&under_way[&id], &place("bandung", again));
                writer.answered(verdict, now_ms, &Elsewhere)
            }
            Some(Next::Confirm(made)) => writer.confirmed(sink.confirm(&made), now_ms, &Elsewhere).0,
            Some(Next::Sleep { .. }) => panic!("it answers"),
            None => break,
        };
        for outcome in said {
            assert!(matches!(outcome.fate, Fate::Posted { .. }), "{outcome:?}");
            under_way.remove(&outcome.of);
            posted += 1;
        }
    }
    assert_eq!(posted, count);
    println!("{count} documents in {:.1?}: at most {} kB", start.elapsed(), most_kb());
}

#[test]
#[ignore = "a measurement"]
fn memory() {
    if let (Ok(url), Ok(count)) = (std::env::var(URL), std::env::var(COUNT)) {
        return post_all(&url, count.parse().unwrap());
    }
    for count in [1_000, 100_000] {
        let books = Books::new();
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "memory::memory", "--nocapture"])
            .env(URL, books.erp.url())
            .env(COUNT, count.to_string())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
        println!("{}", told.lines().find(|line| line.contains(" kB")).unwrap_or_default());
    }
}
