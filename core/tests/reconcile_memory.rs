//! How much memory a comparison of a busy site's year takes. Alone in its process, so that what the process held at most is what it took.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::ToSpan;
use jiff::civil::date;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Fate;
use outpost_core::reconcile::{Document, Question, Sources, Standing, There, compare};
use uuid::Uuid;

/// Documents of a year: 270 a day.
const DOCUMENTS: u32 = 100_000;
/// Lines of all three, words, and what the comparison makes of them. An office has hundreds of megabytes.
const MAX_BYTES_EACH: usize = 1_500;

/// The most that the process held in memory, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[test]
fn a_year_of_a_busy_site_is_compared_in_little_memory() {
    let before = peak();
    let (from, to) = (date(2026, 1, 1), date(2026, 12, 31));
    let mut sources = Sources { there: Some(Vec::new()), ..Sources::default() };
    for n in 0..DOCUMENTS {
        let id = IntentId(Uuid::from_u128(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)));
        let day = from.checked_add(i64::from(n % 365).days()).unwrap();
        let number = Some(format!("BDG-SI-A{:06}", n + 1));
        let document = Document { id, kind: Kind::SalesInvoice, day, sum: (n + 1).into(), number, cancelled: None };
        let name = format!("ACC-SINV-2026-{n:06}");
        sources.said.insert(id, Fate::Posted { name: Text::try_from(name.clone()).unwrap(), day: None, by: None });
        sources.journal.push(document.clone());
        sources.books.push(document.clone());
        sources.there.as_mut().unwrap().push(There {
            name,
            kind: document.kind,
            id: Some(id),
            day: Some(day),
            truly: None,
            sum: Some(document.sum),
            standing: Standing::Submitted,
        });
    }
    let site = "bandung".parse().unwrap();
    let sheet = compare(&Question { site, from, to }, &sources);
    let each = (peak() - before) / DOCUMENTS as usize;
    println!("{each} bytes for each of {DOCUMENTS} documents");
    assert!(each <= MAX_BYTES_EACH, "{each} bytes for each document");
    assert!(sheet.equal && sheet.rows.len() == 365);
    let count: u64 = sheet.rows.iter().map(|row| row.there.unwrap().documents).sum();
    assert_eq!(count, u64::from(DOCUMENTS));
}
