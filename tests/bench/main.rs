//! The measurements behind docs/BENCHMARKS.md, on the real programs; `scripts/bench` runs them in the release profile.
//!
//! Each prints tables in Markdown and fails only where something did not work: a target that is missed is told in the
//! table, since a slow machine is no error.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

mod device;
mod ground;
mod memory;
mod nncp;
mod office;
mod pubacks;
mod queries;
mod rabbit;
mod stick;
mod wire;
