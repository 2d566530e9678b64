//! The gate, through real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod floor;
mod load;
mod recovery;
mod service;
mod strangers;
mod transports;
