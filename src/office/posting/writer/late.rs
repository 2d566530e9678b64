//! What ERPNext was still at when it said that it does not have a document may be there a moment after: it is asked once more, later.
//!
//! In: held ones that were asked for and are not there. Out: those whose time to be asked for again has come. Absent: what comes of it, which is
//! the core's.

use crate::domain::id::IntentId;
use std::collections::HashMap;

/// After how long: many times what a request may take.
const AFTER_MS: u64 = 600_000;

/// Held ones that are to be asked for once more, and when.
#[derive(Default)]
pub(super) struct Late(HashMap<IntentId, u64>);

impl Late {
    /// It was asked for, and is not there.
    pub(super) fn asked(&mut self, id: IntentId, now_ms: u64) {
        match self.0.get(&id) {
            Some(due_ms) if *due_ms <= now_ms => drop(self.0.remove(&id)),
            _ => drop(self.0.insert(id, now_ms + AFTER_MS)),
        }
    }

    /// A final word was said on it.
    pub(super) fn ended(&mut self, id: IntentId) {
        self.0.remove(&id);
    }

    /// Those that are to be asked for again by now.
    pub(super) fn due(&self, now_ms: u64) -> Vec<IntentId> {
        self.0.iter().filter(|(_, due_ms)| **due_ms <= now_ms).map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_there_is_asked_for_once_more_after_a_while() {
        let (mut late, id) = (Late::default(), IntentId::new(1, [1; 10]));
        late.asked(id, 5);
        assert!(late.due(AFTER_MS + 4).is_empty());
        assert_eq!(late.due(AFTER_MS + 5), [id]);
        late.asked(id, AFTER_MS + 6);
        assert!(late.due(9 * AFTER_MS).is_empty(), "once more, and not for ever");
        // What is in doubt anew is asked for as often as at first.
        late.asked(id, 9 * AFTER_MS);
        assert_eq!(late.due(10 * AFTER_MS), [id]);
        late.ended(id);
        assert!(late.due(10 * AFTER_MS).is_empty());
    }
}
