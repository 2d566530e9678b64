//! Worlds of sites that post into books which fail in every way they can.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod books;
mod held;
mod journals;
mod unit;
mod world;
