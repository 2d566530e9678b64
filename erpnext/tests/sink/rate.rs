//! How fast it is where each answer takes 5 ms: `cargo test --release -p outpost-erpnext --test sink rate -- --ignored --nocapture`.

use crate::common::{Books, Workshop, place};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Fate;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Fates, Next, Said, Sink, Work, Writer};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const EACH: usize = 600;
const DELAY: Duration = Duration::from_millis(5);

fn sales(books: &Books, of: &'static str, first: u128, count: usize) -> Vec<Submitted> {
    let mut shop = Workshop::new(of, &books.office, first);
    let row = json!({"item_code": "SEWING", "qty": "1", "rate": "1000"});
    let sale = json!({"customer": "Bu Sari", "items": [row, row, row],
        "payments": [{"mode_of_payment": "Cash", "amount": "3000"}]});
    (0..count).map(|_| shop.make("sales-invoice", sale.clone())).collect()
}

/// The words on one site's documents.
#[derive(Default)]
struct Words(BTreeMap<IntentId, Fate>);

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

/// A site's journal goes into the books as the office has it go, but for the office's disk.
fn run(mut sink: Box<dyn Sink>, journal: &[Submitted]) {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let start = Instant::now();
    let now_ms = || start.elapsed().as_millis() as u64;
    let note = |words: &mut Words, said: Said| {
        words.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    };
    let mut taken = 0;
    loop {
        let (said, next) = writer.next(now_ms(), taken < journal.len(), &words);
        note(&mut words, said);
        let said = match next {
            Some(Next::Read) => {
                taken += 1;
                writer.take(Work::post(&journal[taken - 1], taken as u64, None), &words)
            }
            Some(Next::Try { again, .. }) => {
                let verdict = sink.post(&journal[taken - 1], &place("bandung", again));
                writer.answered(verdict, now_ms(), &words)
            }
            Some(Next::Confirm(made)) => {
                let verdicts = sink.confirm(&made);
                writer.confirmed(verdicts, now_ms(), &words).0
            }
            Some(Next::Sleep { .. }) => panic!("it answers"),
            None => break,
        };
        note(&mut words, said);
    }
    let posted = words.0.values().filter(|fate| matches!(fate, Fate::Posted { .. })).count();
    assert_eq!(posted, journal.len());
}

/// How long a question takes that needs no work, half of the time.
fn answer(books: &Books) -> Duration {
    let client = books.client();
    let ask = |_| {
        let start = Instant::now();
        client.call("ping", &json!({})).unwrap();
        start.elapsed()
    };
    let mut took: Vec<Duration> = (0..101).map(ask).collect();
    took.sort_unstable();
    took[took.len() / 2]
}

/// What this process has worked so far but for the stand-in, in hundredths of a second: Linux counts so.
fn own_ticks() -> u64 {
    let spent = |stat: &str| {
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let field = |at: usize| fields.split_whitespace().nth(at).unwrap().parse::<u64>().unwrap();
        field(11) + field(12)
    };
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let its = stats.filter(|stat| stat.contains("(erpnext-stand-i")).map(|stat| spent(&stat)).sum::<u64>();
    spent(&std::fs::read_to_string("/proc/self/stat").unwrap()) - its
}

#[test]
#[ignore = "a measurement"]
fn rate() {
    for sites in [1, 20] {
        let books = Books::new();
        let each = if sites == 1 { EACH } else { EACH / 4 };
        let all: Vec<_> = (0..sites).map(|at| sales(&books, "bandung", 100_000 * (at as u128 + 1), each)).collect();
        books.erp.set_delay(DELAY);
        println!("an answer takes {:.1?}, half of the time", answer(&books));
        books.erp.reset_tally();
        let before = own_ticks();
        let start = Instant::now();
        std::thread::scope(|scope| {
            for sales in &all {
                let sink: Box<dyn Sink> = Box::new(books.sink("bandung"));
                scope.spawn(move || run(sink, sales));
            }
        });
        let own_ms = (own_ticks() - before) as f64 * 10.0;
        let (took, documents) = (start.elapsed(), sites * each);
        let rate = each as f64 / took.as_secs_f64();
        let requests = books.erp.tally().total() as f64 / documents as f64;
        println!(
            "{sites} sites, {documents} documents posted and read back in {took:.2?}: {rate:.0} a second a site, {requests:.2} requests \
             and {:.2} ms of the connector's own time each",
            own_ms / documents as f64
        );
    }
}
