//! The office's words on documents, of each the latest.

use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Fate;
use outpost_core::posting::{Fates, Said};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Words(pub BTreeMap<IntentId, Fate>);

impl Words {
    pub fn note(&mut self, said: Said) {
        self.0.extend(said.into_iter().map(|outcome| (outcome.of, outcome.fate)));
    }
}

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}
