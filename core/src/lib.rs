//! Outpost's pure core, in a crate that cannot even name tokio: what comes in is a value, what goes out is a value. No I/O,
//! no clock, no randomness that is not handed in, so that the simulation drives whole worlds through it.

#![warn(missing_docs, unreachable_pub)]

pub mod domain;
pub mod intake;
pub mod posting;
pub mod reconcile;
pub mod sync;
pub mod wire;
