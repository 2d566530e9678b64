//! Outpost takes a workshop's transactions over MQTT, keeps them through power cuts, and carries them to the main
//! office over a bad line.
//!
//! The layers, innermost first (ARCHITECTURE.md has the whole picture):
//! - pure, a crate of its own: [`domain`], [`wire`], [`sync`], [`intake`], [`posting`], [`reconcile`]: no I/O, no clock, no randomness that is not handed in;
//! - adapters that do not know each other: [`journal`], [`views`], [`gate`], [`courier`];
//! - [`load`]: master data from files;
//! - [`site`] and [`office`] put them together; [`cli`] is what a person types.

#![warn(missing_docs, unreachable_pub)]

pub use outpost_core::{domain, intake, posting, reconcile, sync, wire};

pub mod books;
pub mod carry;
pub mod chain;
pub mod cli;
pub mod control;
pub mod courier;
pub mod exchange;
pub mod files;
pub mod gate;
pub mod journal;
pub mod keys;
pub mod load;
pub mod moment;
pub mod office;
pub mod passwords;
pub mod rows;
mod sabotage;
pub mod show;
pub mod site;
pub mod store;
pub mod tasks;
pub mod views;
pub mod web;
