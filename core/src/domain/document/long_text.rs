//! Text of several lines in a document: measurements, notes, serial numbers; ERPNext's `Text` and `Text Editor` fields.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest text, in characters: two pages. A payload has 64 KiB for all of a document, and a card keeps it for ever.
pub(super) const MAX_LONG_TEXT: usize = 4_000;

/// Text of 1 to 4,000 characters in lines, without other control characters than the line's end and tabs, nor blanks at its ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LongText(Box<str>);

impl LongText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LongText {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.trim() != text {
            return Err("the text is empty or has blanks at its ends: leave the field out or trim it".into());
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err("the text holds control characters: end lines with \\n alone and remove the others".into());
        }
        if text.chars().count() > MAX_LONG_TEXT {
            return Err(format!("the text is longer than {MAX_LONG_TEXT} characters: shorten it"));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<&str> for LongText {
    type Error = String;
    fn try_from(text: &str) -> Result<Self, String> {
        text.to_owned().try_into()
    }
}

impl From<LongText> for String {
    fn from(text: LongText) -> String {
        text.0.into()
    }
}

impl fmt::Display for LongText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LongText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_taken_at_its_limit_and_refused_past_it() {
        assert!(LongText::try_from("ö".repeat(MAX_LONG_TEXT)).is_ok());
        assert!(LongText::try_from("Chest 96\n\tWaist 80").is_ok());
        for bad in ["", " a", "a\n", "a\r\nb", "\u{7}", &"x".repeat(MAX_LONG_TEXT + 1)] {
            assert!(LongText::try_from(bad).is_err(), "{bad:?}");
        }
    }
}
