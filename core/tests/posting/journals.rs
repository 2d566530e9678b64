//! What the sites of a world have in their journals.

use super::books::{OPERATIONS, ORDERED};
use super::world::{Dice, text};
use outpost_core::domain::document::Kind;
use outpost_core::domain::id::IntentId;
use outpost_core::posting::{Need, Of, What, Work};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many sites a world has.
pub const SITES: usize = 3;

/// A journal for each site. Documents refer to earlier ones of any site, move stock, are cancelled and amended.
pub fn journals(dice: &mut Dice, each: usize) -> Vec<Vec<Work>> {
    let mut journals: Vec<Vec<Work>> = vec![Vec::new(); SITES];
    let mut all: Vec<(usize, IntentId)> = Vec::new();
    let mut ended: BTreeMap<IntentId, IntentId> = BTreeMap::new();
    let mut needed: BTreeSet<IntentId> = BTreeSet::new();
    let mut pieces: BTreeMap<Of, u32> = BTreeMap::new();
    let places: Vec<_> = ["cloth", "shirt"].iter().map(|item| (text(item), text("Stores"))).collect();
    for n in 0..SITES * each {
        let site = dice.roll(SITES);
        let id = IntentId(Uuid::from_u128(n as u128 + 1));
        let order = journals[site].len() as u64;
        let mut work = Work {
            id,
            order,
            what: What::Post(if dice.chance(5) { Kind::TillClosing } else { Kind::SalesInvoice }),
            needs: BTreeSet::new(),
            takes: BTreeSet::new(),
            brings: BTreeSet::new(),
            of: None,
        };
        let own: Vec<IntentId> = all.iter().filter(|(of, _)| *of == site).map(|(_, id)| *id).collect();
        let free: Vec<IntentId> =
            own.iter().copied().filter(|id| !ended.contains_key(id) && !needed.contains(id)).collect();
        if dice.chance(15) && !free.is_empty() {
            let of = free[dice.roll(free.len())];
            let undone = journals[site].iter().find(|work| work.id == of).cloned().unwrap();
            work.what = What::Cancel(of);
            work.needs.insert(Need::Posted(of));
            (work.takes, work.brings, work.of) = (undone.brings, undone.takes, undone.of);
            ended.insert(of, id);
            journals[site].push(work);
            continue;
        }
        if dice.chance(40) && !all.is_empty() {
            let (_, of) = all[dice.roll(all.len())];
            if !ended.contains_key(&of) {
                work.needs.insert(Need::Posted(of));
                needed.insert(of);
            }
        }
        let gone: Vec<IntentId> = own.iter().copied().filter(|id| ended.contains_key(id)).collect();
        if dice.chance(20) && !gone.is_empty() {
            let document = gone[dice.roll(gone.len())];
            work.needs.insert(Need::Cancelled { document, by: ended.get(&document).copied() });
        }
        // Nobody refers to a till's count, in the books' eyes.
        if work.what == What::Post(Kind::TillClosing) {
            work.needs.clear();
            journals[site].push(work);
            continue;
        }
        if dice.chance(35)
            && let Some(of) = a_piece(&mut pieces, dice)
        {
            if of.operation.is_some() {
                // Time on a Job Card refers to nothing, and is corrected there.
                (work.what, work.needs) = (What::Post(Kind::JobCard), BTreeSet::new());
            } else {
                all.push((site, id));
            }
            work.of = Some(of);
            journals[site].push(work);
            continue;
        }
        match dice.roll(4) {
            0 if dice.chance(30) => work.takes.extend(places.iter().cloned()),
            // Nobody makes silk here: it lacks for long what another one does not need.
            0 if dice.chance(40) => work.takes.extend([places[dice.roll(2)].clone(), (text("silk"), text("Stores"))]),
            0 => drop(work.takes.insert(places[dice.roll(2)].clone())),
            1 => drop(work.brings.insert(places[dice.roll(2)].clone())),
            _ => {}
        }
        all.push((site, id));
        journals[site].push(work);
    }
    for journal in &mut journals {
        let cancels = |work: &Work| matches!(work.what, What::Cancel(_));
        let late: Vec<_> = journal.iter().filter(|work| cancels(work) && dice.chance(30)).map(|work| work.id).collect();
        for id in late {
            let at = journal.iter().position(|work| work.id == id).unwrap();
            let cancellation = journal.remove(at);
            journal.insert(dice.roll(journal.len() + 1), cancellation);
        }
        for (order, work) in journal.iter_mut().enumerate() {
            work.order = order as u64;
        }
    }
    journals
}

/// The next piece of one of the first Work Orders that has some left: cut, sewn, or made. The workshop lets nobody sew what is not cut.
fn a_piece(pieces: &mut BTreeMap<Of, u32>, dice: &mut Dice) -> Option<Of> {
    let order = text(&format!("WO-{}", dice.roll(2)));
    let stages = OPERATIONS.iter().map(|name| Some(text(name))).chain([None]);
    let stages: Vec<_> = stages.map(|operation| Of { order: order.clone(), operation }).collect();
    let done: Vec<u32> = stages.iter().map(|of| pieces.get(of).copied().unwrap_or(0)).collect();
    let may = |at: &usize| done[*at] < if *at == 0 { ORDERED } else { done[at - 1] };
    let open: Vec<usize> = (0..stages.len()).filter(may).collect();
    let at = *open.get(dice.roll(open.len().max(1)))?;
    *pieces.entry(stages[at].clone()).or_default() += 1;
    Some(stages[at].clone())
}
