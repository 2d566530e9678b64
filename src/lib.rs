//! Outpost takes a workshop's transactions over MQTT, keeps them through power cuts, and carries them to the main
//! office over a bad line.
//!
//! The layers, innermost first (ARCHITECTURE.md has the whole picture):
//! - pure, a crate of its own: [`domain`], [`wire`], [`sync`], [`intake`], [`posting`], [`reconcile`]: no I/O, no clock, no randomness that is not handed in;
//! - ERPNext as a sink, a crate of its own as well: `outpost_erpnext`;
//! - the floor: [`files`], [`moment`], [`store`], [`passwords`], [`tasks`];
//! - adapters that do not know each other: [`journal`], [`rows`], [`views`], [`gate`], [`courier`], [`keys`], and [`web`], which takes the
//!   forms of origins and addresses from the gate;
//! - what stands between two of them: [`exchange`] and [`carry`] (a conversation, by line and by stick), [`books`] and [`chain`] (journals as
//!   they are read), [`load`] (master data from files), [`show`] and [`pages`] (what people are told), [`control`] (questions to a running
//!   program);
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
pub mod pages;
pub mod passwords;
pub mod rows;
mod sabotage;
pub mod show;
pub mod site;
pub mod store;
pub mod tasks;
pub mod views;
pub mod web;
