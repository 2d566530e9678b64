//! Keys, certificates, and the file by which a new box comes to the office.
//!
//! In go randomness, times and paths that were handed in; out come key pairs, TLS configurations and the register of
//! sites. Deliberately absent: sealing and opening (`wire` does it, from the raw keys here), MQTT, and any network.

pub mod ca;
mod checked;
pub mod enrolment;
mod file;
pub mod identity;
pub mod key;
pub mod moving;
pub mod register;
pub mod renewing;
pub mod root;
pub mod sealed;

pub use checked::Damage;
pub use file::KeyFileError;
