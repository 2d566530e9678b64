//! What a stranger wrote, made fit to be shown: a stick's label, a file's name.

/// No label of a file system we read is longer than NTFS's 32 characters.
const LONGEST_LABEL: usize = 32;
/// Stands for what cannot be shown.
const UNPRINTABLE: char = char::REPLACEMENT_CHARACTER;

/// Characters beyond the control characters that do something other than show themselves: they turn the direction of
/// writing, break lines, are invisible, or look different on every machine.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{10ffff}'),
];

/// The text cut to 32 characters, with U+FFFD in the place of each that is not plainly visible (control characters,
/// turns of the writing direction, invisible ones), and without blanks around it. May be empty.
pub fn printable(text: &str) -> String {
    let shown = text.trim().chars().take(LONGEST_LABEL);
    shown.map(|c| if is_visible(c) { c } else { UNPRINTABLE }).collect::<String>().trim_end().to_owned()
}

fn is_visible(c: char) -> bool {
    !c.is_control() && !INVISIBLE.iter().any(|&(from, to)| (from..=to).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decent_label_stays_as_it_is() {
        for label in ["ANNA", "Büro 2", "склад", "倉庫", "a.b_c-d (1)"] {
            assert_eq!(printable(label), label);
        }
    }

    #[test]
    fn blanks_around_a_label_are_no_part_of_it() {
        assert_eq!(printable("  ANNA \n"), "ANNA");
        assert_eq!(printable("   "), "");
    }

    #[test]
    fn what_moves_the_cursor_or_turns_the_writing_is_replaced() {
        assert_eq!(printable("a\x1b[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(printable("a\nb\tc\u{7f}d\u{85}e"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e");
        for turn in ['\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{61c}', '\u{2028}', '\u{200b}', '\u{e0041}'] {
            assert_eq!(printable(&format!("a{turn}b")), "a\u{fffd}b", "{:x}", u32::from(turn));
        }
    }

    #[test]
    fn a_label_is_never_longer_than_thirty_two_characters() {
        assert_eq!(printable(&"é".repeat(5_000)), "é".repeat(32));
        assert_eq!(printable(&format!("{} {}", "x".repeat(31), "y")), "x".repeat(31));
    }
}
