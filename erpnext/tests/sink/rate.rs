//! How fast it is where each answer takes 5 ms: `cargo test --release -p outpost-erpnext --test sink rate -- --ignored --nocapture`.

use crate::common::{Books, Workshop, done};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::Sink;
use serde_json::json;
use std::sync::mpsc;
use std::time::{Duration, Instant};

const EACH: usize = 200;
const DELAY: Duration = Duration::from_millis(5);

fn sales(books: &Books, of: &'static str, first: u128, count: usize) -> Vec<Submitted> {
    let mut shop = Workshop::new(of, &books.office, first);
    let row = json!({"item_code": "SEWING", "qty": "1", "rate": "1000"});
    let sale = json!({"customer": "Bu Sari", "items": [row, row, row],
        "payments": [{"mode_of_payment": "Cash", "amount": "3000"}]});
    (0..count).map(|_| shop.make("sales-invoice", sale.clone())).collect()
}

fn told(what: &str, books: &Books, documents: usize, took: Duration) {
    let rate = documents as f64 / took.as_secs_f64();
    let requests = books.erp.tally().total() as f64 / documents as f64;
    println!("{what}: {documents} documents in {took:.2?}, {rate:.0} a second, {requests:.2} requests each");
}

#[test]
#[ignore = "a measurement"]
fn rate() {
    for sites in [1, 20] {
        let books = Books::new();
        let each = if sites == 1 { EACH } else { EACH / 4 };
        let all: Vec<_> = (0..sites).map(|at| sales(&books, "bandung", 100_000 * (at as u128 + 1), each)).collect();
        books.erp.set_delay(DELAY);
        books.erp.reset_tally();
        let start = Instant::now();
        std::thread::scope(|scope| {
            for sales in &all {
                let mut sink: Box<dyn Sink> = Box::new(books.sink("bandung"));
                scope.spawn(move || sales.iter().for_each(|sale| drop(done(&mut *sink, "bandung", sale))));
            }
        });
        told(&format!("{sites} sites, posted and read back in turn"), &books, sites * each, start.elapsed());
    }
    pipelined();
}

/// What a site could do if one document were read back, on a second connection, while the next one is being posted.
fn pipelined() {
    let books = Books::new();
    let (writer, reader) = (books.client(), books.client());
    books.erp.set_delay(DELAY);
    let body = |n: usize| {
        let row = json!({"item_code": "SEWING", "qty": 1, "rate": 1000});
        json!({"docstatus": 1, "customer": "Bu Sari", "outpost_id": format!("p-{n}"), "items": [row, row, row]})
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let (made, to_read) = mpsc::sync_channel::<String>(1);
        scope.spawn(move || to_read.iter().for_each(|name| drop(reader.get("Sales Invoice", &name).unwrap())));
        for n in 0..EACH {
            let doc = writer.insert("Sales Invoice", &body(n)).unwrap();
            made.send(doc["name"].as_str().unwrap().to_owned()).unwrap();
        }
    });
    told("1 site, read back while the next is posted", &books, EACH, start.elapsed());
}
