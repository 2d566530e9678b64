//! Two sites' writers at one time, as an office has them: each in a thread of its own, over a connection of its own.
//!
//! In: books, and an office. Out: what both have posted. Absent: the office's disk.

use crate::common::Workshop;
use crate::common::day::Act;
use crate::common::words::Words;
use crate::contract::{Troubles, Under};
use outpost_core::domain::outcome::Fate;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Fates, Next, Place, Said, Sink, Verdict, Work, Writer};
use serde_json::json;
use std::time::{Duration, Instant};

/// Sales of each site.
const SALES: usize = 20;
/// How long one may take to be posted: ERPNext takes four to six a second.
const MOST_EACH: Duration = Duration::from_secs(20);

/// What one site has recorded, late on its day: goods that came, and sales of them with an expense now and then.
fn journal(shop: &mut Workshop) -> Vec<Submitted> {
    let name = format!("{}{} - TW", shop.site[..1].to_uppercase(), &shop.site[1..]);
    let came = json!({"stock_entry_type": "Material Receipt", "to_warehouse": name,
        "items": [{"item_code": "BUTTON", "qty": SALES.to_string(), "basic_rate": "500"}]});
    let sale = json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": name,
        "items": [{"item_code": "BUTTON", "qty": "1", "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "1000"}]});
    let expense = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "200"},
        {"account": "Cash - TW", "credit_in_account_currency": "200"}]});
    let mut made = vec![shop.make("stock-entry", came)];
    for n in 0..SALES {
        made.push(shop.make("sales-invoice", sale.clone()));
        if n % 5 == 4 {
            made.push(shop.make("journal-entry", expense.clone()));
        }
    }
    made
}

/// What came of one site's journal.
#[derive(Default)]
struct Came {
    words: Words,
    /// Why another try was needed.
    again: Vec<String>,
}

impl Came {
    fn note(&mut self, said: Said) {
        self.words.note(said);
    }

    fn look(&mut self, verdict: &Verdict) {
        if let Verdict::Again { why, .. } | Verdict::Stopped(why) = verdict {
            self.again.push(why.clone());
        }
    }
}

/// A site's journal goes into the books as the office has it go.
fn run(mut sink: Box<dyn Sink>, at: &Place, journal: &[Submitted]) -> Came {
    let (mut writer, mut came, mut taken) = (Writer::default(), Came::default(), 0);
    let start = Instant::now();
    let now_ms = || start.elapsed().as_millis() as u64;
    while start.elapsed() < MOST_EACH * journal.len() as u32 {
        let (said, next) = writer.next(now_ms(), taken < journal.len(), &came.words);
        came.note(said);
        let said = match next {
            Some(Next::Read) => {
                taken += 1;
                writer.take(Work::post(&journal[taken - 1], taken as u64, None), &came.words)
            }
            Some(Next::Try { id, again }) => {
                let submitted = journal.iter().find(|submitted| submitted.id == id).unwrap();
                let verdict = sink.post(submitted, &Place { again, ..at.clone() });
                came.look(&verdict);
                writer.answered(verdict, now_ms(), &came.words)
            }
            Some(Next::Confirm(made)) => {
                let verdicts = sink.confirm(&made);
                verdicts.iter().for_each(|verdict| came.look(verdict));
                writer.confirmed(verdicts, now_ms(), &came.words).0
            }
            Some(Next::Sleep { until_ms }) => {
                std::thread::sleep(Duration::from_millis(until_ms.saturating_sub(now_ms())));
                Said::new()
            }
            None => break,
        };
        came.note(said);
    }
    came
}

/// Both post at once; each document is there, and none has needed another try for a deadlock.
pub fn pair(books: &Under<'_>, mut shops: [Workshop; 2], troubles: &mut Troubles) -> Vec<Act> {
    let mut acts = Vec::new();
    let sites = shops.each_ref().map(|shop| shop.site);
    // Later than anything else of the day, so that no stock is taken before it came.
    shops.iter_mut().for_each(|shop| shop.made = 1_000);
    let journals = shops.each_mut().map(journal);
    let came = std::thread::scope(|scope| {
        let under_way = [0, 1].map(|at| {
            let (sink, place, journal) = ((books.connect)(sites[at]), (books.place)(sites[at], false), &journals[at]);
            scope.spawn(move || run(sink, &place, journal))
        });
        under_way.map(|site| site.join().unwrap())
    });
    for ((site, journal), came) in sites.into_iter().zip(journals).zip(came) {
        came.again.iter().for_each(|why| troubles.again(why));
        let known: Vec<_> = journal.iter().map(|submitted| (submitted.document.kind(), submitted.id)).collect();
        let mut there = (books.connect)(site).there(&known).unwrap();
        there.sort_unstable();
        troubles.unless(there.len() == known.len() && there.is_sorted_by(|a, b| a < b), || {
            format!("{site}, beside another: {} of {} are there: {there:?}", there.len(), known.len())
        });
        for submitted in journal {
            let fate = came.words.fate(submitted.id);
            let kind = submitted.document.kind().name();
            troubles.unless(matches!(fate, Some(Fate::Posted { .. })), || {
                format!("{site}, beside another, {kind} {}: {fate:?}", submitted.id)
            });
            acts.push(Act::Post(site, "beside another site", submitted));
        }
    }
    acts
}
