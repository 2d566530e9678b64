//! Worlds of sites that post into books which fail in every way they can.

mod unit;
mod world;
