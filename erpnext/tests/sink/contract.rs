//! The contract of a [`Sink`], held to ERPNext and to books of another kind (`ledger.rs`), which also break it in each way.

use crate::common::day::{Act, day};
use crate::common::names::Names;
use crate::common::{Books, Office, Workshop, place, post, text};
use erpnext_stand_in::Alteration;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{ByHand, Place, Posted, Sink, Verdict};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// Tries of something that has no answer: the office makes them too.
pub const TRIES: usize = 5;
pub const PAUSE: Duration = Duration::from_millis(200);

/// Books under test: a new connection of a site, the day of what says none, and how much there is in them, whatever it is.
pub struct Under<'a> {
    pub connect: &'a dyn Fn(&str) -> Box<dyn Sink>,
    pub place: &'a dyn Fn(&str, bool) -> Place,
    pub size: &'a dyn Fn() -> usize,
    /// Somebody enters a sale by hand; its name there, or nothing where nobody can.
    pub enter: &'a dyn Fn(&Submitted) -> Option<Text>,
    /// From now on a sale is shown with another sum than it was told, or with its own again. Absent where nobody can have them do so.
    pub misread: Option<&'a dyn Fn(bool)>,
}

/// What is otherwise than it has to be. Each is told when it is found, so a run that ends early has said it.
#[derive(Default)]
pub struct Troubles {
    pub told: Vec<String>,
    /// Why another try was needed, and how often.
    again: BTreeMap<String, usize>,
}

impl Troubles {
    pub fn tell(&mut self, what: String) {
        println!("{what}");
        self.told.push(what);
    }

    /// Another try is needed.
    pub fn again(&mut self, why: &str) {
        *self.again.entry(why.to_owned()).or_default() += 1;
    }

    /// All of them, at the end. How often another try was needed is said; a deadlock, which no writer is to run into, is a trouble.
    pub fn end(mut self) -> Vec<String> {
        for (why, times) in std::mem::take(&mut self.again) {
            match why.contains("Deadlock") {
                true => self.tell(format!("{times} times a deadlock: {why}")),
                false => println!("{times} times once more, for {why}"),
            }
        }
        self.told
    }

    /// Tells it where it does not hold.
    pub fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.tell(what());
        }
    }

    fn same<T: PartialEq + Debug>(&mut self, found: &T, wanted: &T, what: &str) {
        self.unless(found == wanted, || format!("{what}: {found:?}, and not {wanted:?}"));
    }
}

/// The verdict, after some more tries where there is none yet; the first is not `again`.
pub fn patient(troubles: &mut Troubles, mut ask: impl FnMut(bool) -> Verdict) -> Verdict {
    let mut verdict = ask(false);
    for _ in 1..TRIES {
        let Verdict::Again { why, .. } = &verdict else { break };
        troubles.again(why);
        std::thread::sleep(PAUSE);
        verdict = ask(true);
    }
    verdict
}

/// Documents beside those of a day.
pub struct Odd {
    /// It takes stock that is not there.
    pub too_much: Submitted,
    /// The cancellation of that.
    pub never: Cancelled,
    /// A sale that is shown otherwise than it was told.
    pub misread: Submitted,
    /// A sale that somebody enters by hand.
    pub entered: Submitted,
}

/// What every sink has to do with these documents.
pub fn contract(books: &Under<'_>, acts: &[Act], odd: &Odd, troubles: &mut Troubles) {
    let mut not_taken: BTreeSet<IntentId> = BTreeSet::new();
    let mut sinks = BTreeMap::from(["bandung", "garut"].map(|of| (of, (books.connect)(of))));
    for act in acts {
        match act {
            Act::Post(of, called, submitted) => {
                let sink = sinks.get_mut(of).unwrap();
                if !posts(books, of, called, submitted, &mut **sink, troubles) {
                    not_taken.insert(submitted.id);
                }
            }
            Act::Cancel(_, _, submitted) if not_taken.contains(&submitted.id) => {}
            Act::Cancel(of, cancelled, submitted) => cancels(books, of, cancelled, submitted, troubles),
        }
    }
    holds(books, &odd.too_much, &odd.never, troubles);
    if let Some(misread) = books.misread {
        reads_back(books, misread, &odd.misread, troubles);
    }
    // Found under its id ever after, whatever was built on it since, where nobody has cancelled it.
    let cancelled = |id: IntentId| acts.iter().any(|act| matches!(act, Act::Cancel(_, _, of) if of.id == id));
    let mut sold = None;
    for act in acts {
        if let Act::Post(of, called, submitted) = act
            && !cancelled(submitted.id)
            && !is_till(submitted.document.kind())
            && !not_taken.contains(&submitted.id)
        {
            let known = (submitted.document.kind(), submitted.id);
            let mut sink = (books.connect)(of);
            troubles.same(&sink.there(&[known]), &Ok(vec![known.1]), &format!("{called}, there at the end of the day"));
            troubles.same(&sink.has(submitted), &Ok(true), &format!("{called}, had at the end of the day"));
            let again = patient(troubles, |_| sink.post(submitted, &(books.place)(of, true)));
            troubles
                .unless(matches!(again, Verdict::Done(_)), || format!("{called}, at the end of the day: {again:?}"));
            if let (Verdict::Done(Posted { name, .. }), "bandung", Kind::SalesInvoice) = (again, *of, known.0) {
                sold = Some((submitted, name));
            }
        }
    }
    match sold {
        Some((sale, name)) => by_hand(books, &odd.entered, (sale, &name), troubles),
        None => troubles.tell("no sale was taken: what is entered by hand was not looked at".into()),
    }
}

/// It is posted, once, however often; whether it was taken at all.
fn posts(
    books: &Under<'_>,
    of: &str,
    called: &str,
    submitted: &Submitted,
    sink: &mut dyn Sink,
    troubles: &mut Troubles,
) -> bool {
    let (place, known) = (books.place, (submitted.document.kind(), submitted.id));
    let is_there_before = known.0 == Kind::JobCard || is_till(known.0) || called.starts_with("the same");
    if !is_there_before {
        troubles.same(&sink.there(&[known]), &Ok(vec![]), &format!("{called}, there before it was posted"));
    }
    let first = patient(troubles, |again| post(sink, submitted, &place(of, again)));
    let fits = if is_till(known.0) { first == Verdict::Kept } else { matches!(first, Verdict::Done(_)) };
    if !fits {
        troubles.tell(format!("{called}, {}: {first:?}", known.0.name()));
        return false;
    }
    let size = (books.size)();
    let twice = patient(troubles, |_| post(sink, submitted, &place(of, false)));
    troubles.same(&twice, &first, &format!("{called}, posted twice"));
    let unknown = (books.connect)(of).confirm(&[submitted.id]);
    let by_another = || format!("{called}, confirmed by who has not made it: {unknown:?}");
    troubles.unless(matches!(unknown[..], [Verdict::Again { .. }]), by_another);
    let mut other = (books.connect)(of);
    let asked = patient(troubles, |_| post(&mut *other, submitted, &place(of, true)));
    troubles.same(&asked, &first, &format!("{called}, asked for"));
    troubles.same(&(books.size)(), &size, &format!("{called}, how much there is after it was posted once more"));
    troubles.same(&sink.there(&[known]), &Ok(vec![known.1]), &format!("{called}, there"));
    true
}

fn cancels(books: &Under<'_>, of: &str, cancelled: &Cancelled, submitted: &Submitted, troubles: &mut Troubles) {
    let (place, known) = (books.place, (submitted.document.kind(), submitted.id));
    let mut sink = (books.connect)(of);
    let first = patient(troubles, |again| sink.cancel(cancelled, submitted, &place(of, again)));
    troubles.unless(matches!(first, Verdict::Done(_)), || format!("cancelled: {first:?}"));
    let size = (books.size)();
    let twice = patient(troubles, |_| sink.cancel(cancelled, submitted, &place(of, false)));
    troubles.same(&twice, &first, "cancelled twice");
    let mut other = (books.connect)(of);
    let asked = patient(troubles, |_| other.cancel(cancelled, submitted, &place(of, true)));
    troubles.same(&asked, &first, "cancelled, and asked for");
    troubles.same(&(books.size)(), &size, "how much there is after it was cancelled once more");
    troubles.same(&sink.there(&[known]), &Ok(vec![]), "cancelled, and there");
    let gone = sink.cancelled_there(&[known]).map(|all| all.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
    troubles.same(&gone, &Ok(vec![known.1]), "cancelled, and said so");
    let held = patient(troubles, |_| sink.post(submitted, &place(of, true)));
    let is_held = matches!(held, Verdict::Held(Hold::Refused, _));
    troubles.unless(is_held, || format!("posted after it was cancelled: {held:?}"));
}

/// After a refusal nothing counts, and what is not there need not be cancelled.
fn holds(books: &Under<'_>, too_much: &Submitted, never: &Cancelled, troubles: &mut Troubles) {
    let place = |again: bool| (books.place)("bandung", again);
    let known = (too_much.document.kind(), too_much.id);
    let mut sink = (books.connect)("bandung");
    let size = (books.size)();
    for again in [false, true] {
        let held = patient(troubles, |once_more| sink.post(too_much, &place(again || once_more)));
        troubles.unless(matches!(held, Verdict::Held(Hold::Stock, _)), || format!("more than there is: {held:?}"));
        troubles.same(&(books.size)(), &size, "how much there is after a refusal");
        troubles.same(&sink.there(&[known]), &Ok(vec![]), "refused, and there");
        let kept = patient(troubles, |_| sink.cancel(never, too_much, &place(again)));
        troubles.same(&kept, &Verdict::Kept, "cancelled, and never there");
    }
}

/// What is shown otherwise than it was told is not done, though it counts; put right, it is.
fn reads_back(books: &Under<'_>, misread: &dyn Fn(bool), sale: &Submitted, troubles: &mut Troubles) {
    let place = |again: bool| (books.place)("bandung", again);
    let known = (sale.document.kind(), sale.id);
    let mut sink = (books.connect)("bandung");
    misread(true);
    let shown = patient(troubles, |again| post(&mut *sink, sale, &place(again)));
    let differs = matches!(shown, Verdict::Held(Hold::Differs, _));
    troubles.unless(differs, || format!("shown otherwise than it was told: {shown:?}"));
    troubles.same(&sink.there(&[known]), &Ok(vec![known.1]), "shown otherwise than it was told, and there");
    misread(false);
    let mended = patient(troubles, |_| post(&mut *sink, sale, &place(true)));
    troubles.unless(matches!(mended, Verdict::Done(_)), || format!("shown as it was told again: {mended:?}"));
}

/// What somebody has entered by hand may stand for a document; a name that nothing has may not, nor another document of a workshop, nor the
/// document itself. It is looked at, and nothing is done.
fn by_hand(books: &Under<'_>, entered: &Submitted, (sale, its): (&Submitted, &Text), troubles: &mut Troubles) {
    let place = (books.place)("bandung", true);
    let known = (entered.document.kind(), entered.id);
    let mut sink = (books.connect)("bandung");
    let name = (books.enter)(entered);
    let size = (books.size)();
    let nothing = text("NO-SUCH-1");
    for (of, name, what) in [
        (entered, &nothing, "a name that nothing has"),
        (entered, its, "the name of another"),
        (sale, its, "its own name"),
    ] {
        let looked = sink.by_hand(of, name, &place);
        let is_refused = matches!(&looked, Ok(ByHand::No(why)) if !why.is_empty());
        troubles.unless(is_refused, || format!("by hand, {what}: {looked:?}"));
    }
    if let Some(name) = name {
        let looked = sink.by_hand(entered, &name, &place);
        let there = ByHand::There { posted: Posted::new(name), differences: vec![] };
        troubles.same(&looked, &Ok(there), "entered by hand");
    }
    troubles.same(&sink.there(&[known]), &Ok(vec![]), "entered by hand, and there under its id");
    troubles.same(&(books.size)(), &size, "how much there is after it was looked at what is there by hand");
}

fn is_till(kind: Kind) -> bool {
    matches!(kind, Kind::TillOpening | Kind::TillClosing)
}

pub fn odd(office: &Arc<Office>) -> Odd {
    let mut shop = Workshop::new("bandung", office, 9_000);
    let too_much = shop.make(
        "stock-entry",
        json!({"stock_entry_type": "Material Issue", "from_warehouse": "Bandung - TW",
            "items": [{"item_code": "CLOTH-1", "qty": "1000"}]}),
    );
    let never = shop.cancel(&too_much);
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "2", "rate": "75000"}]});
    let [misread, entered] = [(), ()].map(|()| shop.make("sales-invoice", sale.clone()));
    Odd { too_much, never, misread, entered }
}

/// The sale as an accountant enters it.
pub fn entered_by_hand(names: &Names, company: &str) -> Value {
    names.all(json!({"docstatus": 1, "company": company, "customer": "Bu Sari", "set_posting_time": 1,
        "posting_date": crate::common::DAY, "posting_time": "18:00:00",
        "items": [{"item_code": "SEWING", "qty": 2, "rate": 75000, "cost_center": "Main - TW"}]}))
}

#[test]
fn erpnext_keeps_the_contract() {
    let books = Books::new();
    let connect = |of: &str| -> Box<dyn Sink> { Box::new(books.sink(of)) };
    let size = || {
        let counted =
            ["GL Entry", "Stock Ledger Entry", "Customer", "Supplier", "Item", "Timesheet", "Sales Order", "Job Card"];
        counted.iter().map(|doctype| books.erp.documents(doctype).len()).sum()
    };
    let enter = |_: &Submitted| {
        let body = entered_by_hand(&books.office.names, "Tailor Works");
        Some(text(books.admin().insert("Sales Invoice", &body).unwrap()["name"].as_str().unwrap()))
    };
    let misread = |on: bool| match on {
        true => {
            let (doctype, pointer) = ("Sales Invoice".into(), "/grand_total".into());
            books.erp.alter(Alteration { doctype, pointer, value: Some(json!(7)) });
        }
        false => books.erp.alter_nothing(),
    };
    let under = Under { connect: &connect, place: &place, size: &size, enter: &enter, misread: Some(&misread) };
    let mut troubles = Troubles::default();
    contract(&under, &day(&books.office, &books.orders).0, &odd(&books.office), &mut troubles);
    assert_eq!(troubles.end(), Vec::<String>::new());
}
