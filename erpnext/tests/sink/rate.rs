//! How fast it is where each answer takes 5 ms, beside a client that sends the same and does nothing else:
//! `cargo test --release -p outpost-erpnext --test sink rate -- --ignored --nocapture`.
//!
//! The stand-in works on the same cores: what each side has of the processor is told, and hardly moves with what else the machine does.
//! So each journal goes in twice, by a connector that knows of nothing: while the stand-in does what ERPNext does, and once more while it has
//! the same answers ready, as where ERPNext has a machine of its own.

use crate::common::words::Words;
use crate::common::{Books, Workshop, ZONE, place, site};
use jiff::tz::TimeZone;
use outpost_core::domain::document::{Kind, Ref, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Fate;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Next, Sink, Work, Writer};
use outpost_erpnext::client::Failure;
use outpost_erpnext::payload::{self, About, Ask, Known, Left, Names};
use serde_json::json;
use std::time::{Duration, Instant};

/// Documents of one site alone in a round, and of all sites together.
const ALONE: usize = 2_000;
const TOGETHER: usize = 100_000;
const ROUNDS: usize = 3;
const DELAY: Duration = Duration::from_millis(5);
const SITES: [&str; 20] = [
    "bandung", "garut", "bogor", "cimahi", "cirebon", "depok", "jakarta", "jember", "kediri", "kudus", "madiun",
    "malang", "medan", "padang", "semarang", "serang", "solo", "surabaya", "tegal", "yogya",
];

/// ERPNext and the office, with all sites.
fn books() -> Books {
    let books = Books::new();
    for (at, of) in SITES.iter().enumerate().skip(2) {
        books.erp.add_site(&format!("{}{}", of[..1].to_uppercase(), &of[1..]), &["Cash", "Wire Transfer"]);
        books.office.put(
            Table::Settings,
            json!({"site": of, "company": "Tailor Works", "currency": "IDR", "number_prefix": format!("S{at:02}"),
                "smallest_currency_fraction_value": "0", "selling_price_list": "Standard Selling",
                "buying_price_list": "Standard Buying"}),
        );
    }
    books
}

/// As many sales of one site, of which no other round has any.
fn sales(books: &Books, of: &'static str, first: usize, count: usize) -> Vec<Submitted> {
    let mut shop = Workshop::new(of, &books.office, first as u128);
    let row = json!({"item_code": "SEWING", "qty": "1", "rate": "1000"});
    let sale = json!({"customer": "Bu Sari", "items": [row, row, row],
        "payments": [{"mode_of_payment": "Cash", "amount": "3000"}]});
    (0..count).map(|_| shop.make("sales-invoice", sale.clone())).collect()
}

/// A site's journal goes into the books as the office has it go, but for the office's disk.
fn run(of: &str, mut sink: Box<dyn Sink>, journal: &[Submitted]) {
    let (mut writer, mut words) = (Writer::default(), Words::default());
    let start = Instant::now();
    let now_ms = || start.elapsed().as_millis() as u64;
    let mut taken = 0;
    loop {
        let (said, next) = writer.next(now_ms(), taken < journal.len(), &words);
        words.note(said);
        let said = match next {
            Some(Next::Read) => {
                taken += 1;
                writer.take(Work::post(&journal[taken - 1], taken as u64, None), &words)
            }
            Some(Next::Try { again, .. }) => {
                let verdict = sink.post(&journal[taken - 1], &place(of, again));
                writer.answered(verdict, now_ms(), &words)
            }
            Some(Next::Confirm(made)) => {
                let verdicts = sink.confirm(&made);
                writer.confirmed(verdicts, now_ms(), &words).0
            }
            Some(Next::Sleep { .. }) => panic!("it answers"),
            None => break,
        };
        words.note(said);
    }
    let posted = words.0.values().filter(|fate| matches!(fate, Fate::Posted { .. })).count();
    assert_eq!(posted, journal.len());
}

/// A sale names no document.
struct NoNames;

impl Names for NoNames {
    fn document(&mut self, _: Kind, _: IntentId) -> Result<Option<Known>, Failure> {
        Ok(None)
    }
    fn advance(&mut self, _: &Ref, _: Option<&Text>) -> Result<Option<Left>, Failure> {
        Ok(None)
    }
}

/// The bodies that the connector would send, as text.
fn bodies(books: &Books, of: &str, journal: &[Submitted]) -> Vec<String> {
    let (zone, map, masters) = (TimeZone::get(ZONE).unwrap(), Books::map(of), books.masters());
    let of = site(of);
    let about = About { site: &of, masters: &masters, map: &map, erp_zone: &zone, post_on: None };
    let body = |sale| match payload::body(sale, &about, &mut NoNames).unwrap() {
        Ask::Insert(request) => request.body.to_string(),
        other => panic!("{other:?}"),
    };
    journal.iter().map(body).collect()
}

/// Sends them one after the other and reads the answers: the most that any connector could do.
fn send(url: &str, token: &str, bodies: &[String]) {
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("{url}/api/resource/Sales%20Invoice");
    for body in bodies {
        let request = agent.post(&url).header("Authorization", token).header("Content-Type", "application/json");
        let mut answer = request.send(body).unwrap();
        assert!(answer.body_mut().read_to_vec().unwrap().starts_with(b"{\"data\":{"));
    }
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

/// What this process has worked so far, but for the stand-in, and the stand-in, in hundredths of a second: Linux counts so.
fn ticks() -> [u64; 2] {
    let spent = |stat: &str| {
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let field = |at: usize| fields.split_whitespace().nth(at).unwrap().parse::<u64>().unwrap();
        field(11) + field(12)
    };
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let its = stats.filter(|stat| stat.contains("(erpnext-stand-i")).map(|stat| spent(&stat)).sum::<u64>();
    [spent(&std::fs::read_to_string("/proc/self/stat").unwrap()) - its, its]
}

/// Of one document: how many a second a site, the sender's time and the stand-in's in milliseconds, and requests.
type Took = [f64; 4];

fn measured(books: &Books, sites: usize, each: usize, work: impl Fn(usize) + Sync) -> Took {
    books.erp.reset_tally();
    let (before, start) = (ticks(), Instant::now());
    std::thread::scope(|scope| {
        let work = &work;
        (0..sites).for_each(|at| drop(scope.spawn(move || work(at))));
    });
    let (took, after, documents) = (start.elapsed().as_secs_f64(), ticks(), (sites * each) as f64);
    let ms = |at: usize| (after[at] - before[at]) as f64 * 10.0 / documents;
    [each as f64 / took, ms(0), ms(1), books.erp.tally().total() as f64 / documents]
}

/// Of each figure the one in the middle.
fn median(rounds: &[Took]) -> Took {
    std::array::from_fn(|at| {
        let mut values: Vec<f64> = rounds.iter().map(|took| took[at]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

#[test]
#[ignore = "a measurement"]
fn rate() {
    for sites in [1, SITES.len()] {
        let each = if sites == 1 { ALONE } else { TOGETHER / sites };
        let (mut posted, mut ready, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // A stand-in that has much answers more slowly, so each round has one of its own.
            let books = books();
            let user = books.erp.connector();
            let token = format!("token {}:{}", user.key, user.secret);
            books.erp.keep_answers();
            let those = |of: usize, again: usize| sales(&books, SITES[of], (of * 2 + again) * each, each);
            let journals: Vec<_> = (0..sites).map(|of| those(of, 0)).collect();
            let plain: Vec<_> = (0..sites).map(|of| bodies(&books, SITES[of], &those(of, 1))).collect();
            books.erp.set_delay(DELAY);
            println!("an answer takes {:.1?}, half of the time", answer(&books));
            for rounds in [&mut posted, &mut ready] {
                rounds.push(measured(&books, sites, each, |at| {
                    run(SITES[at], Box::new(books.sink(SITES[at])), &journals[at]);
                }));
            }
            sent.push(measured(&books, sites, each, |at| send(&books.erp.url(), &token, &plain[at])));
            books.erp.set_delay(Duration::ZERO);
        }
        let all = [
            ("posted and read back", &posted),
            ("the same, answers being ready", &ready),
            ("sent, and no more", &sent),
        ];
        for (what, rounds) in all {
            for (at, [rate, own, its, requests]) in rounds.iter().copied().chain([median(rounds)]).enumerate() {
                let round = if at == ROUNDS { "median".to_owned() } else { format!("round {}", at + 1) };
                println!(
                    "{sites} sites, {each} each {what}, {round}: {rate:.0} a second a site; of one {own:.2} ms of processor here, {its:.2} in the \
                     stand-in, {requests:.2} requests"
                );
            }
        }
        println!("of the rate without reading back: {:.2}", median(&posted)[0] / median(&sent)[0]);
    }
}
