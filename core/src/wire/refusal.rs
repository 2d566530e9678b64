//! The office's word to a box whose key it does not take: the inside of an envelope of purpose
//! [`Refusal`](super::envelope::Purpose::Refusal).

use serde::{Deserialize, Serialize};

/// Longest reason, in bytes.
pub const MAX_REASON: usize = 1024;

/// Why a box's key was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What is wrong and what to do, for people.
    pub reason: String,
    /// The fingerprint of the key that counts for this site; left out where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

impl Refusal {
    /// The rule that it breaks, if it breaks one. What the office has sealed may still be wrong.
    pub fn fault(&self) -> Option<&'static str> {
        let fingerprint = self.fingerprint.as_ref().map_or(0, String::len);
        (self.reason.len() > MAX_REASON || fingerprint > MAX_REASON).then_some("a refusal longer than it may be")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_and_a_fingerprint_have_1024_bytes_each() {
        let refusal = |reason: usize, fingerprint: usize| Refusal {
            reason: "r".repeat(reason),
            fingerprint: Some("f".repeat(fingerprint)),
        };
        assert_eq!(refusal(1_024, 1_024).fault(), None);
        for wrong in [refusal(1_025, 0), refusal(0, 1_025)] {
            assert_eq!(wrong.fault(), Some("a refusal longer than it may be"));
        }
    }
}
