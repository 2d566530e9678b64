//! ERPNext as the books that documents are posted into, against the stand-in, and against a real one where one is named: its contract, a
//! whole day, fields that read otherwise, answers that are lost, refusals, and how fast it is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod advances;
mod altered;
mod by_hand;
mod cards;
mod centers;
mod closed;
mod common;
mod connections;
mod contract;
mod drafts;
mod faults;
mod ground;
mod held;
mod hours;
mod ill;
mod joined;
mod ledger;
mod ledgers;
mod levels;
mod line;
mod materials;
mod memory;
mod named;
mod pair;
mod pieces;
mod profiles;
mod projects;
mod rate;
mod read;
mod real;
mod renamed;
mod stock;
mod units;
mod whole_day;

/// The program's own, so that what is measured here is what an office has.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
