//! ERPNext, over REST: documents are posted into it, each once, and what the workshops need is read from it.
//!
//! How a real ERPNext answers is in `docs/ERPNEXT.md`, trap by trap. The words are those of the core: what came from a site and is to be
//! posted is a [`Submitted`](outpost_core::domain::record::Submitted) with what the box worked out beside it; what becomes of
//! it is an outcome.
//!
//! ```text
//! office ── order of dependency, held, retries (core/src/posting) ── sink ── payload → client → readback
//!        └─ rows of master data ← down ← client
//! ```
//!
//! - [`client`] speaks HTTP, and tells what is worth another try from what is not. The only place that knows `ureq`.
//! - [`map`] is what a site's documents need to know that they do not say: whose company, which warehouse goes by which name.
//! - [`payload`] makes a request's body of a document; pure.
//! - [`draft`] makes a document of a draft that somebody has written in ERPNext; the payload backwards, and pure.
//! - [`readback`] holds what ERPNext says it booked against what the customer's receipt says; pure.
//! - [`down`] makes rows of master data of what ERPNext has; the reading is pure, the fetching is not.
//! - [`reconcile`] reads what ERPNext has of a site, for a comparison with what the office has.
//! - [`guard`] keeps people in ERPNext from a workshop's stock, and has the workshop asked, where it is installed.
//! - [`setup`] makes what has to stand in ERPNext before, and says what is wrong there.
//!
//! Absent: which document comes first, what is held, what is tried again when: that is the core's, for any books.

pub mod client;
pub mod down;
pub mod draft;
pub mod guard;
pub mod map;
pub mod payload;
pub mod readback;
pub mod reconcile;
pub mod setup;
pub mod sink;
