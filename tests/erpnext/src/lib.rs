//! A stand-in for ERPNext 15 over HTTP, for tests and trial runs.
//!
//! Made from how a real ERPNext 15.71 answered (`shared/erpnext/FACTS.md` and the transcripts beside it), not from what our own code
//! expects: it depends on none of ours. What the facts do not tell is as in ERPNext's source where that is short, and refused otherwise.
//!
//! ```text
//! server (HTTP, faults) → api (REST, RPC) → lifecycle (Frappe's order of things) → controllers (ERPNext's rules) → db
//! ```
//!
//! ```no_run
//! use erpnext_stand_in::{Faults, Options, StandIn};
//! let erp = StandIn::start(Options::default()).expect("a port");
//! let key = erp.connector(); // `token key:secret` at erp.url()
//! erp.add_stock("BUTTON", "Stores - TW", 100.0, 500.0);
//! erp.set_faults(Faults { seed: 7, drop_after: 0.1, deadlock: 0.1, ..Faults::default() });
//! // … the program that is tried posts …
//! assert!(erp.submitted().values().all(|documents| documents.len() == 1));
//! assert!(erp.ignored().is_empty());
//! let cash = erp.balances()["Cash - TW"];
//! # let _ = (key, cash);
//! ```
//!
//! - [`StandIn::start`] starts one on a port of its own; everything a test wants of it is on that handle.
//! - `tests/transcripts.rs` holds its answers against the recorded ones, line by line.
//!
//! Absent: more than one currency, what two companies have with each other, item-wise taxes, POS Invoice and POS Closing, Data Import's work,
//! printing, the desk, and what a Server Script says: one is kept, and stands in the way of its documents where scripts are switched off.
//! What stock is worth is the moving average; a real one takes first in, first out unless it is told otherwise.

mod alter;
mod api;
mod clock;
mod controllers;
mod db;
mod doc;
mod erp;
mod error;
mod faults;
mod handle;
mod kept;
mod levels;
mod lifecycle;
mod list;
mod naming;
mod request;
mod schema;
mod scripts;
mod server;
mod shape;
mod shown;
mod tally;
mod users;
mod world;

pub use doc::Doc;
pub use erp::{Alteration, Ignored, User};
pub use faults::{Faults, Ill};
pub use handle::{Options, Snapshot, StandIn, Start};
pub use schema::definitions;
pub use scripts::Runner;
pub use server::Reach;
pub use tally::Tally;
