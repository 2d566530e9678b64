//! People at a real box: who logs in, what their documents need, who is locked out, over kills of the process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clock;
mod day;
mod house;
mod login;
mod managers;
mod two;

/// The program that enrols the boxes.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// PINs and badges that stand in no other bytes.
const WATIS_PIN: &str = "730198460273";
const JOKOS_PIN: &str = "918273640518";
const NINAS_PIN: &str = "246801357924";
const SARIS_PIN: &str = "550912837461";
const WATIS_BADGE: &str = "BADGE-x7Kq9-Wati";
const TEMPORARY_PIN: &str = "664410298357";
