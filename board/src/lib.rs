//! What Outpost asks of the machine it runs on, and the machines that can give it.
//!
//! - [`light`]: one lamp that tells a person across the room how the box is;
//! - [`buzzer`]: a sound for somebody who waits beside it;
//! - [`button`]: what somebody holds while they do something else;
//! - [`stick`]: block devices that somebody plugs in;
//! - [`clock`]: a battery-backed clock chip, and what the kernel knows about time.
//!
//! Each trait is small enough to be faked in a test, and has an implementation for a box without the hardware.
//! Deliberately absent: any knowledge of records, lines or sites, any thread, and any decision about what to do when
//! the hardware fails: that is the caller's, and a sale must never wait for a lamp.

pub mod button;
pub mod buzzer;
pub mod clock;
pub mod light;
pub mod pin;
pub mod stick;
