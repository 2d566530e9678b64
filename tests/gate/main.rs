//! The gate, through real sockets.

mod floor;
mod service;
