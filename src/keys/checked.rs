//! A TOML text with a last line that says whether the rest is whole.
//!
//! The line is a comment, `# crc32 1a2b3c4d`, over every byte before it, so the text stays ordinary TOML. It finds a
//! file cut short by a pulled stick and one edited by hand; it is no seal. Line ends may have been turned into CRLF by
//! whatever carried the file.

use serde::Serialize;
use serde::de::DeserializeOwned;

const MARK: &str = "# crc32 ";

/// What is wrong with a checked text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The last line is missing: the file was cut short.
    #[error("the file is cut short: its last line is missing")]
    CutShort,
    /// The bytes are not those that were written.
    #[error("the file was changed or damaged after it was written")]
    Changed,
    /// It is whole and yet not what was expected.
    #[error("the file does not say what it should: {0}")]
    Content(String),
}

/// The text of `value`, with its last line. `heading` is for people: comment lines.
pub(super) fn to_text(heading: &str, value: &impl Serialize) -> String {
    let body = toml::to_string(value).expect("invariant: our own types can be written as TOML");
    let comment: String = heading.lines().map(|line| format!("# {line}\n")).collect();
    let whole = format!("{comment}\n{body}");
    let crc = crc32fast::hash(whole.as_bytes());
    format!("{whole}{MARK}{crc:08x}\n")
}

/// The value of a text, if it is whole.
pub(super) fn from_text<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Damage> {
    let text = std::str::from_utf8(bytes).map_err(|_| Damage::Changed)?.replace("\r\n", "\n");
    let text = text.trim_end();
    let last_line = text.rfind('\n').map_or(0, |end| end + 1);
    let (body, mark) = text.split_at(last_line);
    let crc = mark.strip_prefix(MARK).filter(|crc| crc.len() == 8).ok_or(Damage::CutShort)?;
    let crc = u32::from_str_radix(crc, 16).map_err(|_| Damage::Changed)?;
    if crc != crc32fast::hash(body.as_bytes()) {
        return Err(Damage::Changed);
    }
    toml::from_str(body).map_err(|error| Damage::Content(error.message().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        name: String,
        lines: String,
    }

    fn thing() -> (Thing, String) {
        let thing = Thing { name: "delhi".into(), lines: "a\nb\n".into() };
        let text = to_text("For people.\nTwo lines.", &thing);
        (thing, text)
    }

    #[test]
    fn a_whole_text_is_read_back_even_with_other_line_ends_and_blank_lines_after_it() {
        let (thing, text) = thing();
        for text in [text.clone(), text.replace('\n', "\r\n"), format!("{text}\n\n"), text.trim_end().to_owned()] {
            assert_eq!(from_text::<Thing>(text.as_bytes()).as_ref(), Ok(&thing), "{text}");
        }
    }

    #[test]
    fn no_shorter_text_is_taken() {
        let (_, text) = thing();
        for len in 0..text.len() - 1 {
            assert!(from_text::<Thing>(&text.as_bytes()[..len]).is_err(), "{len} of {} bytes", text.len());
        }
    }

    #[test]
    fn no_text_with_a_flipped_bit_is_taken() {
        let (_, text) = thing();
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(from_text::<Thing>(&bytes).is_err(), "byte {at}");
        }
    }
}
