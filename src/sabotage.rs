//! Safeguards that a proof may switch off, to see that it would notice: `OUTPOST_SABOTAGE` names one of them.
//!
//! Builds with debug assertions alone look at it. In a release build nothing can be switched off.

/// Whether the safeguard of that name is switched off.
#[cfg(debug_assertions)]
pub(crate) fn is(safeguard: &str) -> bool {
    std::env::var_os("OUTPOST_SABOTAGE").is_some_and(|named| named == safeguard)
}

/// Never.
#[cfg(not(debug_assertions))]
pub(crate) fn is(_safeguard: &str) -> bool {
    false
}
