//! A stand-in for ERPNext 15 over HTTP, for tests and trial runs.
//!
//! Made from how a real ERPNext 15.71 answered (`shared/erpnext/FACTS.md` and the transcripts beside it), not from what our own code
//! expects: it depends on none of ours. What the facts do not tell is as in ERPNext's source where that is short, and refused otherwise.
//!
//! ```text
//! server (HTTP, faults) → api (REST, RPC) → lifecycle (Frappe's order of things) → controllers (ERPNext's rules) → db
//! ```
//!
//! - [`StandIn::start`] starts one on a port of its own; everything a test wants of it is on that handle.
//! - `tests/transcripts.rs` holds its answers against the recorded ones, line by line.
//!
//! Absent: more than one company or currency, item-wise taxes, Data Import's work, printing, the desk.

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
mod lifecycle;
mod list;
mod naming;
mod schema;
mod server;
mod shape;
mod shown;
mod tally;
mod users;
mod world;

pub use doc::Doc;
pub use erp::{Alteration, Ignored, User};
pub use faults::Faults;
pub use handle::{Options, Snapshot, StandIn, Start};
pub use schema::definitions;
pub use server::Reach;
pub use tally::Tally;
