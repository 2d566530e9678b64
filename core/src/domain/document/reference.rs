//! How one document names another.

use super::Text;
use crate::domain::id::IntentId;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Another document: one of a site's own by its id, which nobody has to wait for, or one of the office's by ERPNext's name.
/// Both are text, and what can be read as a UUID is an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Text", into = "String")]
pub enum Ref {
    /// A site's own.
    Own(IntentId),
    /// The office's.
    Office(Text),
}

impl From<Text> for Ref {
    fn from(text: Text) -> Self {
        Uuid::parse_str(text.as_str()).map_or(Self::Office(text), |id| Self::Own(IntentId(id)))
    }
}

impl From<Ref> for String {
    fn from(reference: Ref) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(id) => id.fmt(f),
            Self::Office(name) => name.fmt(f),
        }
    }
}
