//! A name or a short text in a document, as ERPNext's `Data` and `Link` fields take it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest text in a field, in characters: ERPNext's `varchar(140)`.
pub(super) const MAX_TEXT: usize = 140;

/// Text of 1 to 140 characters, without control characters or blanks at its ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(Box<str>);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.trim() != text {
            return Err(format!("{text:?} is empty or has blanks at its ends: leave the field out or trim it"));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("{text:?} holds control characters: remove them"));
        }
        if text.chars().count() > MAX_TEXT {
            return Err(format!("the text is longer than {MAX_TEXT} characters: shorten it"));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<&str> for Text {
    type Error = String;
    fn try_from(text: &str) -> Result<Self, String> {
        text.to_owned().try_into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.0.into()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_at_its_limit_and_refused_past_it() {
        assert!(Text::try_from("ö".repeat(MAX_TEXT)).is_ok());
        for bad in ["", " a", "a ", "a\nb", "\u{7}", &"x".repeat(MAX_TEXT + 1)] {
            assert!(Text::try_from(bad).is_err(), "{bad:?}");
        }
    }
}
