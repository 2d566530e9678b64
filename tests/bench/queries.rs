//! What a box is asked while somebody waits: lists and searches over a million documents, beside a plain scan of the same records.

use crate::ground::{busy, dir, table};
use jiff::civil::{Date, date};
use outpost::domain::booked::Booked;
use outpost::domain::document::{Document, Kind};
use outpost::domain::id::{Epoch, IntentId, Position, Seq, StoreId};
use outpost::domain::number::{Number, Series};
use outpost::domain::record::{Cancelled, Entry, Submitted};
use outpost::domain::time::{Quality, Stamp};
use outpost::views::{Config, Each, Journals, Locator, Place, Reader, SiteNo, Stream, Views, days_since_1970};
use outpost::wire::record;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const DOCUMENTS: u64 = 1_000_000;
/// One in so many records cancels the document before it.
const CANCELLED: u64 = 50;
/// Documents of a day: ten years of a busy workshop.
const A_DAY: u64 = 274;
/// Customers with a name. A third of all documents is of those who have none.
const CUSTOMERS: u64 = 5_000;
/// Lines of a page on a tablet.
const PAGE: u32 = 50;
/// Questions of each kind, all different.
const QUESTIONS: u64 = 2_000;
/// What is asked for.
const TARGET: Duration = Duration::from_millis(10);
/// The views of a million records take at most so long, or something is wrong.
const VIEWS: Duration = Duration::from_secs(600);
const SITE: SiteNo = SiteNo(0);
const UP: Stream = Stream::Up(SITE);
const FIRST_DAY: Date = date(2017, 1, 1);

/// A journal that makes its records up as it is read: nothing but the views is on the disk or in memory.
struct MadeUp {
    store: StoreId,
    epoch: Epoch,
}

fn mixed(number: u64) -> u64 {
    (number ^ (number >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(27).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

fn id(number: u64) -> IntentId {
    IntentId(Uuid::from_u64_pair(mixed(number), mixed(number + DOCUMENTS)))
}

fn customer(number: u64) -> String {
    match mixed(number) % 3 {
        0 => "Walk-in".to_owned(),
        _ => format!("Customer {:05}", mixed(number + 7) % CUSTOMERS),
    }
}

fn kind(number: u64) -> Kind {
    if number % 4 == 3 { Kind::StockEntry } else { Kind::SalesInvoice }
}

fn day(number: u64) -> Date {
    FIRST_DAY.saturating_add(jiff::Span::new().days((number / A_DAY) as i64))
}

/// Unbroken within each kind.
fn no(number: u64) -> Number {
    let count = if kind(number) == Kind::StockEntry { number / 4 } else { number / 4 * 3 + number % 4 };
    Number { series: Series::FIRST, count: count as u32 + 1 }
}

fn document(number: u64) -> Document {
    let fields = match kind(number) {
        Kind::SalesInvoice => json!({"customer": customer(number), "posting_date": day(number).to_string(),
            "update_stock": true, "set_warehouse": "Stores - TW",
            "items": [{"item_code": format!("ITEM-{}", mixed(number) % 300), "qty": "2", "rate": "15000"}]}),
        _ => json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW",
            "posting_date": day(number).to_string(),
            "items": [{"item_code": format!("ITEM-{}", mixed(number) % 300), "qty": "3"}]}),
    };
    Document::deserialize_as(kind(number), fields).unwrap()
}

fn body(number: u64) -> Vec<u8> {
    let device = "till-1".parse().unwrap();
    let entry = if number % CANCELLED == CANCELLED - 1 {
        let (document, reason) = (id(number - 1), "a mistake".try_into().unwrap());
        Entry::Cancelled(Cancelled { id: id(number), device, user: None, document, reason, approved_by: None })
    } else {
        let mut submitted = Submitted::new(id(number), device, None, document(number));
        submitted.booked = Some(Booked { no: Some(no(number)), ..Booked::default() });
        Entry::Submitted(submitted)
    };
    let stamp = Stamp { boot_at_ms: 1_483_228_800_000, up_ms: number * 1000, quality: Quality::Network };
    record::body(&stamp, &record::entry(&entry))
}

impl MadeUp {
    fn place(&self, number: u64) -> Place {
        let position = Position { epoch: self.epoch, seq: Seq(number + 1) };
        Place { ordinal: number + 1, locator: Locator(number), position }
    }
}

impl Journals for MadeUp {
    fn streams(&self) -> Vec<Stream> {
        vec![UP]
    }

    fn store_id(&self, _: Stream) -> Option<StoreId> {
        Some(self.store)
    }

    fn records(&self, _: Stream) -> u64 {
        DOCUMENTS
    }

    fn holds(&self, _: Stream, place: &Place) -> bool {
        *place == self.place(place.locator.0)
    }

    fn scan(&self, _: Stream, after: Option<Place>, each: &mut Each<'_>) -> io::Result<()> {
        for number in after.map_or(0, |place| place.ordinal)..DOCUMENTS {
            if each(self.place(number), &body(number)).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn body(&self, _: Stream, locator: Locator) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(body(locator.0)))
    }
}

/// What questions of one kind took.
struct Took {
    median: Duration,
    /// In 99 of 100.
    nearly_all: Duration,
    /// Of the processor alone, in 99 of 100: on a machine that is busy with other things, this is what the views are to answer for.
    processor: Duration,
}

/// Time that this thread has had a processor.
fn processor() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
}

/// Asks different questions, one after the other.
fn asked(reader: &Reader, mut question: impl FnMut(&Reader, u64) -> usize) -> Took {
    let (mut took, mut used) = (Vec::new(), Vec::new());
    let mut found = 0;
    for number in 0..QUESTIONS {
        let (begun, before) = (Instant::now(), processor());
        found += question(reader, mixed(number * 7919 + 1) % DOCUMENTS);
        used.push(processor() - before);
        took.push(begun.elapsed());
    }
    assert!(found > 0, "the questions are about documents that are there");
    took.sort();
    used.sort();
    let nearly_all = took.len() * 99 / 100;
    Took { median: took[took.len() / 2], nearly_all: took[nearly_all], processor: used[nearly_all] }
}

/// The same answers from the records alone: each is read until the end.
fn scanned(bodies: &[Vec<u8>], wanted: impl Fn(&Submitted) -> bool) -> Duration {
    let begun = Instant::now();
    let mut found = 0;
    for body in bodies {
        if let Ok(outpost::domain::record::Record { entry: Entry::Submitted(submitted), .. }) = record::decode(body)
            && wanted(&submitted)
        {
            found += 1;
        }
    }
    std::hint::black_box(found);
    begun.elapsed()
}

fn ms(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_queries_over_a_million_documents() {
    let dir = dir();
    println!("{}", busy());
    let journals = Arc::new(MadeUp { store: StoreId::new(1, [1; 10]), epoch: Epoch::new(1, [2; 10]) });
    let config = Config::new(dir.path().join("views"), 0);
    let begun = Instant::now();
    let views = Views::start(config.clone(), journals.clone()).unwrap();
    views.reader().wait_for(UP, DOCUMENTS, VIEWS).unwrap();
    println!("the views of a million documents were built in {:.0} s", begun.elapsed().as_secs_f64());
    views.shutdown();
    let bytes = std::fs::metadata(dir.path().join("views").join("db")).unwrap().len();
    println!("their file has {:.0} MB", bytes as f64 / 1e6);
    // As after a start: nothing is in memory but what opening and the check have left there.
    let views = Views::start(config, journals).unwrap();
    let reader = views.reader();
    reader.wait_checked(VIEWS).unwrap();

    let day_of = |number: u64| days_since_1970(day(number));
    let page = |reader: &Reader, kind: Option<Kind>, number: u64| {
        let skip = (number % A_DAY) as u32 / 2;
        reader.documents(SITE, kind, day_of(number), skip, PAGE).unwrap().len()
    };
    let named = |number: u64| format!("Customer {:05}", mixed(number) % CUSTOMERS);
    let answers = [
        ("a page of a day and kind", asked(&reader, |reader, number| page(reader, Some(kind(number)), number))),
        ("a page of a day, all kinds", asked(&reader, |reader, number| page(reader, None, number))),
        (
            "a customer's newest page",
            asked(&reader, |reader, number| {
                reader.documents_of(SITE, &named(number), None, PAGE as usize).unwrap().lines.len()
            }),
        ),
        (
            "the newest page of whoever has no name",
            asked(&reader, |reader, _| reader.documents_of(SITE, "Walk-in", None, PAGE as usize).unwrap().lines.len()),
        ),
        (
            "a customer who has nothing",
            asked(&reader, |reader, number| {
                reader.documents_of(SITE, &format!("Nobody {number}"), None, PAGE as usize).unwrap().lines.len() + 1
            }),
        ),
        (
            "a document by its number",
            asked(&reader, |reader, number| {
                usize::from(reader.numbered(SITE, kind(number), no(number)).unwrap().len() == 1)
            }),
        ),
        (
            "a document by its id",
            asked(&reader, |reader, number| usize::from(reader.document(SITE, id(number)).unwrap().is_some())),
        ),
    ];
    let mut after = None;
    let paged = asked(&reader, |reader, _| {
        let found = reader.documents_of(SITE, "Walk-in", after, PAGE as usize).unwrap();
        after = found.more;
        found.lines.len()
    });

    let mut rows = Vec::new();
    for (what, took) in answers.into_iter().chain([("the next page of those, on and on", paged)]) {
        let within = if took.nearly_all <= TARGET { "yes" } else { "NO" };
        rows.push(vec![what.to_owned(), ms(took.median), ms(took.nearly_all), ms(took.processor), within.to_owned()]);
    }
    let head = ["over a million documents", "median", "99 of 100", "of the processor, 99 of 100", "under 10 ms"];
    table("Lists and searches at the box", &head, &rows);
    views.shutdown();

    // The yardstick, from memory: a disk only makes it slower.
    let sample: Vec<_> = (0..DOCUMENTS).step_by(10).map(body).collect();
    let (wanted, number) = (named(1), no(500_000));
    let by_customer =
        scanned(&sample, |submitted| submitted.document.rules().party().is_some_and(|party| party.as_str() == wanted));
    let by_number =
        scanned(&sample, |submitted| submitted.booked.as_ref().is_some_and(|booked| booked.no == Some(number)));
    let scale = |duration: Duration| vec![ms(duration * 10)];
    let rows = [("by customer", scale(by_customer)), ("by number", scale(by_number))];
    let rows: Vec<_> = rows.map(|(what, took)| [vec![what.to_owned()], took].concat()).into();
    table("The yardstick: reading every record from memory (a tenth of them, times ten)", &["scan", "took"], &rows);
}
