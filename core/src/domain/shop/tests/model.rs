//! Stock, payments and order progress equal a simple model, whatever is submitted, cancelled, returned, posted, held and downloaded,
//! in whatever order.

use super::*;
use crate::domain::effects::Progress;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What happens to one item in one warehouse.
#[derive(Clone, Debug)]
enum Stir {
    /// The site moves so much.
    Move(i32),
    /// The site counts.
    Count(u32),
    /// The site cancels one of its documents.
    Cancel(usize),
    /// Others move so much, in the office's books.
    Others(i32),
    /// The office posts one of the site's records that it has not posted: in any order, so the rest is held or under way.
    Post(usize),
    /// The level comes down.
    Download,
}

fn stir(counts: bool) -> impl Strategy<Value = Stir> {
    let moved = prop_oneof![1i32..9, -9i32..0];
    let count =
        if counts { (0u32..50).prop_map(Stir::Count).boxed() } else { moved.clone().prop_map(Stir::Move).boxed() };
    prop_oneof![
        4 => moved.clone().prop_map(Stir::Move),
        1 => count,
        2 => any::<usize>().prop_map(Stir::Cancel),
        1 => moved.prop_map(Stir::Others),
        4 => any::<usize>().prop_map(Stir::Post),
        2 => Just(Stir::Download),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Line {
    Moved(i32),
    Counted(i32),
}

/// The model: a ledger of lines by the moment at which they stand, the site's even, others' odd, and who knows what.
#[derive(Default)]
struct Ledger {
    own: BTreeMap<u64, Line>,
    others: BTreeMap<u64, i32>,
    cancelled: BTreeSet<u64>,
    posted: BTreeSet<u64>,
    posted_cancels: BTreeSet<u64>,
    /// Others' lines that are in the level, and the site's count from which it starts.
    level: Option<(BTreeSet<u64>, Option<u64>)>,
}

impl Ledger {
    /// The figure of these lines, in their order.
    fn figure(&self, own: impl Fn(u64) -> bool, others: impl Fn(u64) -> bool) -> i32 {
        let own = self.own.iter().filter(|(at, _)| own(**at)).map(|(at, line)| (*at, *line));
        let others = self.others.iter().filter(|(at, _)| others(**at)).map(|(at, qty)| (*at, Line::Moved(*qty)));
        let lines: BTreeMap<u64, Line> = own.chain(others).collect();
        lines.values().fold(0, |sum, line| match line {
            Line::Moved(qty) => sum + qty,
            Line::Counted(qty) => *qty,
        })
    }

    fn at_office(&self, at: u64) -> bool {
        self.posted.contains(&at) && !self.posted_cancels.contains(&at)
    }

    fn last_count(&self, counts: impl Fn(u64) -> bool) -> Option<u64> {
        let mut own = self.own.iter().rev();
        own.find(|(at, line)| matches!(line, Line::Counted(_)) && counts(**at)).map(|(at, _)| *at)
    }

    /// What the office tells: its figure, what of it is the site's since the count, and that count.
    fn download(&mut self) -> (i32, i32, Option<u64>) {
        let counted = self.last_count(|at| self.at_office(at));
        let since = self.own.iter().filter(|(at, _)| self.at_office(**at) && Some(**at) > counted);
        let included = since.map(|(_, line)| if let Line::Moved(qty) = line { *qty } else { 0 }).sum();
        self.level = Some((self.others.keys().copied().collect(), counted));
        (self.figure(|at| self.at_office(at), |_| true), included, counted)
    }

    /// What the box should show: all of its own, and of others what the level has, unless an own count that the office does not have
    /// says that the level is of before. `None` where the office still holds a count that is cancelled here and nothing else is known.
    fn expected(&self) -> Option<i32> {
        let live = |at: u64| !self.cancelled.contains(&at);
        let nobody = BTreeSet::new();
        let last = self.last_count(live);
        let (others, counted) = self.level.as_ref().map_or((&nobody, None), |(others, counted)| (others, *counted));
        match (last, counted) {
            (last, counted) if last == counted => Some(self.figure(live, |at| others.contains(&at))),
            (Some(_), _) => Some(self.figure(live, |_| false)),
            (None, _) => None,
        }
    }
}

struct Play {
    bench: Bench,
    ledger: Ledger,
    /// What was submitted, by n; and for a cancellation which.
    records: Vec<(u64, Option<u64>)>,
    clock: u64,
}

impl Play {
    fn new() -> Self {
        let mut bench = Bench::tailor();
        bench.masters.delete(&Row::deserialize_as(Table::Level, level(0, 0, None)).unwrap().key());
        Self { bench, ledger: Ledger::default(), records: Vec::new(), clock: 0 }
    }

    fn step(&mut self, stir: &Stir) {
        self.clock += 2;
        let at = self.clock;
        match *stir {
            Stir::Move(qty) => {
                let (purpose, field) =
                    if qty > 0 { ("Material Receipt", "to_warehouse") } else { ("Material Issue", "from_warehouse") };
                let mut fields =
                    json!({"stock_entry_type": purpose, "items": [{"item_code": "CLOTH", "qty": qty.abs()}]});
                fields[field] = json!("Stores");
                self.bench.submit(at.into(), "stock-entry", fields).unwrap();
                self.ledger.own.insert(at, Line::Moved(qty));
                self.records.push((at, None));
            }
            Stir::Count(qty) => {
                let fields = json!({"items": [{"item_code": "CLOTH", "warehouse": "Stores", "qty": qty}]});
                self.bench.submit(at.into(), "stock-reconciliation", fields).unwrap();
                self.ledger.own.insert(at, Line::Counted(qty as i32));
                self.records.push((at, None));
            }
            Stir::Cancel(pick) => {
                let Some(of) = self.ledger.own.keys().nth(pick % self.ledger.own.len().max(1)).copied() else { return };
                let fresh = self.ledger.cancelled.insert(of);
                assert_eq!(self.bench.cancel(at.into(), of.into()).is_ok(), fresh);
                if fresh {
                    self.records.push((at, Some(of)));
                }
            }
            Stir::Others(qty) => drop(self.ledger.others.insert(at + 1, qty)),
            Stir::Post(pick) => {
                let waiting: Vec<(u64, Option<u64>)> =
                    self.records.iter().filter(|(at, _)| !self.ledger.posted.contains(at)).copied().collect();
                let Some((at, cancels)) = waiting.get(pick % waiting.len().max(1)).copied() else { return };
                // A cancellation waits for its document.
                if cancels.is_some_and(|of| !self.ledger.posted.contains(&of)) {
                    return;
                }
                self.ledger.posted.insert(at);
                self.ledger.posted_cancels.extend(cancels);
            }
            Stir::Download => {
                let (actual, included, counted) = self.ledger.download();
                self.bench.put(Table::Level, level(actual, included, counted));
            }
        }
    }

    fn figure(&self) -> String {
        let figure = self.bench.stock("Stores", "CLOTH");
        // Where all is taken back there is no figure any more.
        if figure == "-" { "0".into() } else { figure }
    }
}

fn level(actual: i32, included: i32, counted: Option<u64>) -> Value {
    json!({"item_code": "CLOTH", "warehouse": "Stores", "actual_qty": actual, "included": included,
        "counted": counted.map(|at| id(at.into()).0)})
}

/// What happens between sales, their payments and returns, and orders and their deliveries.
#[derive(Clone, Debug)]
enum Deal {
    Sell { qty: i32, cash: bool },
    Return { of: usize, qty: i32 },
    Pay { of: usize, amount: i32 },
    Order { qty: i32 },
    Deliver { of: usize, qty: i32 },
    Cancel(usize),
}

fn deal() -> impl Strategy<Value = Deal> {
    prop_oneof![
        (1i32..6, any::<bool>()).prop_map(|(qty, cash)| Deal::Sell { qty, cash }),
        (any::<usize>(), 1i32..4).prop_map(|(of, qty)| Deal::Return { of, qty }),
        (any::<usize>(), 1i32..40).prop_map(|(of, amount)| Deal::Pay { of, amount }),
        (1i32..6).prop_map(|qty| Deal::Order { qty }),
        (any::<usize>(), 1i32..4).prop_map(|(of, qty)| Deal::Deliver { of, qty }),
        any::<usize>().prop_map(Deal::Cancel),
    ]
}

/// A document of the model: what it is of, what it may bear and what it bears of which.
struct Paper {
    sale: bool,
    qty: i32,
    open: i32,
    live: bool,
    stands_on: Option<(u128, Progress, i32)>,
    cash: i32,
}

#[derive(Default)]
struct Books(BTreeMap<u128, Paper>);

impl Books {
    fn borne(&self, of: u128, what: Progress) -> i32 {
        let live = self.0.values().filter(|paper| paper.live).filter_map(|paper| paper.stands_on);
        live.filter(|(on, in_what, _)| *on == of && *in_what == what).map(|(_, _, by)| by).sum()
    }

    /// Whether `by` more fits on a document.
    fn fits(&self, of: u128, what: Progress, by: i32) -> bool {
        let paper = &self.0[&of];
        let limit = match (what, paper.sale) {
            (Progress::Returned, true) | (Progress::Delivered, false) => paper.qty,
            (Progress::Paid, true) => paper.open,
            _ => return false,
        };
        paper.live && paper.stands_on.is_none() && self.borne(of, what) + by <= limit
    }

    fn pick(&self, pick: usize) -> Option<u128> {
        self.0.keys().nth(pick % self.0.len().max(1)).copied()
    }
}

fn rows(qty: i32) -> Value {
    json!([{"item_code": "CLOTH", "qty": qty, "rate": "10"}])
}

fn play(bench: &mut Bench, books: &mut Books, n: u128, deal: &Deal) {
    let paper = |sale, qty, open, stands_on, cash| Paper { sale, qty, open, live: true, stands_on, cash };
    let (kind, fields, made, expected) = match *deal {
        Deal::Sell { qty, cash } => {
            let mut fields = sale(rows(qty));
            let paid = if cash { qty * 10 } else { 0 };
            if cash {
                fields["payments"] = json!([{"mode_of_payment": "Cash", "amount": paid}]);
            }
            ("sales-invoice", fields, paper(true, qty, qty * 10 - paid, None, paid), true)
        }
        Deal::Return { of, qty } => {
            let Some(of) = books.pick(of) else { return };
            let mut fields = sale(rows(-qty));
            fields["items"][0]["sales_invoice_item"] = json!("1");
            fields["is_return"] = json!(1);
            fields["return_against"] = json!(id(of).to_string());
            let fits = books.fits(of, Progress::Returned, qty);
            ("sales-invoice", fields, paper(true, qty, 0, Some((of, Progress::Returned, qty)), 0), fits)
        }
        Deal::Pay { of, amount } => {
            let Some(of) = books.pick(of) else { return };
            let reference = json!({"reference_doctype": "Sales Invoice", "reference_name": id(of).to_string(),
                "allocated_amount": amount});
            let fields = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari",
                "mode_of_payment": "Cash", "paid_amount": amount, "references": [reference]});
            let fits = books.fits(of, Progress::Paid, amount);
            ("payment-entry", fields, paper(false, 0, 0, Some((of, Progress::Paid, amount)), amount), fits)
        }
        Deal::Order { qty } => {
            let mut fields = json!({"customer": "Bu Sari", "delivery_date": "2026-12-01", "items": rows(qty)});
            fields["items"][0]["warehouse"] = json!("Stores");
            ("sales-order", fields, paper(false, qty, 0, None, 0), true)
        }
        Deal::Deliver { of, qty } => {
            let Some(of) = books.pick(of) else { return };
            let mut fields = json!({"customer": "Bu Sari", "set_warehouse": "Stores", "items": rows(qty)});
            fields["items"][0]["against_sales_order"] = json!(id(of).to_string());
            fields["items"][0]["so_detail"] = json!("1");
            let fits = books.fits(of, Progress::Delivered, qty);
            ("delivery-note", fields, paper(false, qty, 0, Some((of, Progress::Delivered, qty)), 0), fits)
        }
        Deal::Cancel(pick) => {
            let Some(of) = books.pick(pick) else { return };
            let stood_on = books.0.values().any(|paper| paper.live && paper.stands_on.is_some_and(|(on, ..)| on == of));
            let expected = books.0[&of].live && !stood_on;
            assert_eq!(bench.cancel(n, of).is_ok(), expected, "{deal:?}");
            if let (true, Some(paper)) = (expected, books.0.get_mut(&of)) {
                paper.live = false;
            }
            return;
        }
    };
    let done = bench.submit(n, kind, fields);
    assert_eq!(done.is_ok(), expected, "{deal:?}: {done:?}");
    if expected {
        books.0.insert(n, made);
    }
}

proptest! {
    #[test]
    fn without_counts_the_figure_is_all_of_the_sites_and_what_the_level_has_of_others(
        stirs in proptest::collection::vec(stir(false), 1..60)
    ) {
        let mut play = Play::new();
        for stir in &stirs {
            play.step(stir);
            if !play.ledger.own.is_empty() {
                prop_assert_eq!(play.figure(), play.ledger.expected().unwrap().to_string());
            }
        }
    }

    #[test]
    fn with_counts_the_figure_is_the_models_and_at_rest_the_offices(
        stirs in proptest::collection::vec(stir(true), 1..60)
    ) {
        let mut play = Play::new();
        for stir in &stirs {
            play.step(stir);
            if let (Some(expected), false) = (play.ledger.expected(), play.ledger.own.is_empty()) {
                prop_assert_eq!(play.figure(), expected.to_string());
            }
        }
        // Everything is posted, and the level comes down.
        (0..2 * play.records.len()).for_each(|_| play.step(&Stir::Post(0)));
        prop_assert_eq!(play.ledger.posted.len(), play.records.len());
        play.step(&Stir::Download);
        let office = play.ledger.figure(|at| play.ledger.at_office(at), |_| true);
        prop_assert_eq!(play.figure(), office.to_string());
    }

    #[test]
    fn payments_returns_and_deliveries_go_as_far_as_the_model_says(
        deals in proptest::collection::vec(deal(), 1..50)
    ) {
        let mut bench = Bench::tailor();
        let mut books = Books::default();
        for (n, deal) in (1..).zip(&deals) {
            play(&mut bench, &mut books, n, deal);
        }
        for of in books.0.keys() {
            for what in [Progress::Returned, Progress::Paid, Progress::Delivered] {
                let row = (what != Progress::Paid).then(|| text("1"));
                let progress = bench.shop.progress(&Ref::Own(id(*of)), row.as_ref(), what);
                prop_assert_eq!(progress.to_string(), books.borne(*of, what).to_string());
            }
        }
        let cash: i32 = books.0.values().filter(|paper| paper.live).map(|paper| paper.cash).sum();
        let till = bench.shop.till().expected().get(&text("Cash")).copied().unwrap_or_default();
        prop_assert_eq!(till.to_string(), cash.to_string());
    }
}
