//! What is read out of ERPNext for a site: its documents, to be held against what was recorded, and its master data.
//!
//! In: what was posted, and the connector's client. Out: what is otherwise there. Absent: Job Cards and tills, which have no id of ours, and
//! customers, suppliers and items, which two sites may share.

use crate::common::day::Act;
use crate::common::site;
use crate::contract::{PAUSE, Troubles};
use crate::ground::Ground;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::master::Masters;
use outpost_core::domain::outcome::Fate;
use outpost_core::reconcile::{Document, Question, Sources, Standing, There, compare};
use outpost_erpnext::client::{Client, Failure};
use outpost_erpnext::down::{Feed, Progress, Round, Scope};
use outpost_erpnext::reconcile::{Moved, Reader};
use std::collections::{BTreeMap, BTreeSet};

const SITES: [&str; 2] = ["bandung", "garut"];
/// Tries of a load that was not answered, in all.
const TRIES: usize = 10;
/// Digits of the company's currency.
const DIGITS: u32 = 2;

fn is_compared(kind: Kind) -> bool {
    use Kind::{Customer, Item, JobCard, Supplier, TillClosing, TillOpening};
    !matches!(kind, JobCard | TillOpening | TillClosing | Customer | Supplier | Item)
}

/// What a site has recorded, as its journal would have it.
fn recorded(ground: &Ground, of: &str, acts: &[Act]) -> Vec<Document> {
    let cancelled: BTreeMap<_, _> = acts
        .iter()
        .filter_map(|act| if let Act::Cancel(_, by, of) = act { Some((of.id, by.id)) } else { None })
        .collect();
    let document = |act: &Act| match act {
        Act::Post(site, _, submitted) if *site == of && is_compared(submitted.document.kind()) => Some(Document {
            id: submitted.id,
            kind: submitted.document.kind(),
            day: submitted.day().unwrap_or(ground.own().day),
            sum: submitted.effects().sum.rounded(DIGITS).unwrap(),
            number: None,
            cancelled: cancelled.get(&submitted.id).copied(),
        }),
        _ => None,
    };
    acts.iter().filter_map(document).collect()
}

/// Holds each site's day against what ERPNext lists of it, as the office does.
pub fn side_by_side(client: &Client, ground: &Ground, acts: &[Act], troubles: &mut Troubles) {
    let day = ground.own().day;
    for of in SITES {
        let mut there: Vec<There> = Vec::new();
        for kind in Kind::ALL.iter().filter(|kind| is_compared(**kind)) {
            let mut take = |line| {
                there.push(line);
                true
            };
            let read = Reader { client, digits: DIGITS }.of_days(&site(of), *kind, (day, day), &mut take);
            troubles.unless(read.is_ok(), || format!("{of}, {} of its day: {read:?}", kind.name()));
        }
        ledger(client, ground, (of, &there), troubles);
        let journal = recorded(ground, of, acts);
        let name = |document: &Document| {
            let line = there.iter().find(|line| line.id == Some(document.id));
            Text::try_from(line.map_or("nothing", |line| line.name.as_str())).unwrap()
        };
        let posted = |document: &Document| Fate::Posted { name: name(document), day: None, by: None };
        let ids = |document: &Document| [Some(document.id), document.cancelled].into_iter().flatten();
        let said = journal.iter().flat_map(|document| ids(document).map(|id| (id, posted(document)))).collect();
        let sources = Sources { books: journal.clone(), journal, said, there: Some(there), ..Sources::default() };
        let sheet = compare(&Question { site: site(of), from: day, to: day }, &sources);
        println!("{of}: {} documents side by side, in {} rows", sources.journal.len(), sheet.rows.len());
        for differs in &sheet.differences {
            let (kind, id, words) = (differs.kind.map_or("-", Kind::name), differs.id, &differs.words);
            troubles.tell(format!("{of}, side by side, {kind} {id:?}: {words}"));
        }
        troubles.unless(sheet.equal && !sheet.rows.is_empty(), || format!("{of}, side by side: {:?}", sheet.rows));
    }
}

/// Of what ERPNext's ledger of stock lists of a site's warehouse: the site's own documents that count, and none that is cancelled.
fn ledger(client: &Client, ground: &Ground, (of, there): (&str, &[There]), troubles: &mut Troubles) {
    let day = ground.own().day;
    let at = SITES.iter().zip(["Bandung - TW", "Garut - TW"]).find(|(site, _)| **site == of).unwrap().1;
    let mut listed = BTreeSet::new();
    let mut take = |moved: Moved| {
        listed.insert((moved.doctype, moved.name));
        true
    };
    let warehouses = [ground.office.names.of(at)];
    let read = Reader { client, digits: DIGITS }.moved(&warehouses, (day, day), &mut take);
    troubles.unless(read.is_ok(), || format!("{of}, its ledger of stock: {read:?}"));
    let is_listed = |line: &&There| listed.contains(&(line.kind.name().to_owned(), line.name.clone()));
    let (counting, others): (Vec<&There>, Vec<&There>) =
        there.iter().filter(is_listed).partition(|line| line.standing == Standing::Submitted);
    println!("{of}: {} documents in the ledger of {at}, {} of them its own", listed.len(), counting.len());
    troubles.unless(!counting.is_empty(), || format!("{of}: none of its documents is in the ledger of stock"));
    troubles.unless(others.is_empty(), || format!("{of}: what counts no more is in the ledger of stock: {others:?}"));
}

/// A first load with the connector's key: nothing is refused, and what the suite has made is there.
pub fn master_data(client: &Client, ground: &Ground, troubles: &mut Troubles) {
    let own = ground.own();
    let named = |name: &str| ground.office.names.of(name);
    let scope = Scope {
        company: own.company.clone(),
        companies: BTreeMap::from([(own.company.clone(), SITES.map(site).into())]),
        warehouses: [("Bandung - TW", "bandung"), ("Garut - TW", "garut")].map(|(at, of)| (named(at), site(of))).into(),
    };
    let (feed, mut masters, mut progress) = (Feed::new(scope), Masters::default(), Progress::default());
    let (mut rows, mut tries) = (0, 0);
    loop {
        let came = match feed.step(client, &masters, &mut progress, Round::Changes) {
            Ok(came) => came,
            // Nothing has happened: the same once more.
            Err(Failure::Again(why)) if tries < TRIES => {
                troubles.again(&why);
                tries += 1;
                std::thread::sleep(PAUSE);
                continue;
            }
            Err(failure) => return troubles.tell(format!("master data: {failure}")),
        };
        // Of another company's rows something may be told that nobody has to mend for this one.
        for told in came.told {
            match told.contains("ERPNext refuses it") {
                true => troubles.tell(format!("master data: {told}")),
                false => println!("master data: {told}"),
            }
        }
        rows += came.rows.len();
        for key in &came.gone {
            masters.delete(key);
        }
        came.rows.into_iter().for_each(|row| masters.put(row));
        if !came.more {
            break;
        }
    }
    println!("{rows} rows of master data");
    let mut has = |what: &str, found: bool| troubles.unless(found, || format!("master data: {what} did not come"));
    for (code, uom) in [("CLOTH-1", "Meter"), ("BUTTON", "Nos"), ("SEWING", "Nos"), ("MACHINE", "Nos")] {
        has(code, masters.item(&named(code)).is_some_and(|item| item.stock_uom.as_str() == uom));
    }
    for (mode, account) in [("Cash", "Cash - TW"), ("Wire Transfer", "Bank Account - TW")] {
        let row = masters.mode_of_payment(&named(mode));
        has(mode, row.is_some_and(|row| row.default_account.as_str() == named(account)));
    }
    has("Bu Sari", masters.customer(&named("Bu Sari")).is_some());
    has("Toko Kain", masters.supplier(&named("Toko Kain")).is_some());
    has("Bandung", masters.warehouse(&named("Bandung - TW")).is_some());
    has("the bill of materials", masters.bom(&named("BOM-SHIRT-002")).is_some());
    has("the employee", masters.employee(&named("HR-EMP-00001")).is_some());
    has("the project", masters.project(&named("PROJ-0001")).is_some());
    has("the price list", masters.price_list(&named("Standard Selling")).is_some());
}
