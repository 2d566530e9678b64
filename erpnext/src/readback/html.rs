//! What Frappe makes of text in which it finds tags: it cleans it as HTML, writing what is no tag of its own as `&lt;` and `&gt;`, closing what
//! is open, and taking attributes away. Text without `<` and `>` it leaves alone.
//!
//! In: a text that was sent, and what ERPNext has. Out: whether the second can be the first, cleaned. Absent: which tags it lets through;
//! the recordings do not tell, so of free text the words count, and of all else each letter.

/// Free text: whatever tags it has say nothing of money, goods or people. All else is a name or a number, by which something is known.
const WORDS: [&str; 9] = [
    "additional_notes",
    "customer_details",
    "description",
    "instructions",
    "item_name",
    "note",
    "remarks",
    "supplier_details",
    "user_remark",
];

/// The entities that a cleaner writes, the one that all begin with last.
const ENTITIES: [(&str, &str); 7] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];

/// Whether `theirs` is what becomes of `ours` in the field of this name, where it has anything of HTML.
pub(super) fn is_cleaned(name: &str, ours: &str, theirs: &str) -> bool {
    ours.contains(['<', '>']) && (ours == unescaped(theirs) || (WORDS.contains(&name) && words(ours) == words(theirs)))
}

fn unescaped(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// A text without its tags, one blank between two words.
fn words(text: &str) -> String {
    let text = unescaped(text);
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        // `< 40 cm` is no tag, nor is one that nothing closes.
        let is_tag = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        let end = tag.find('>').filter(|_| is_tag).map_or(1, |end| end + 1);
        out.push_str(if end == 1 { "<" } else { " " });
        rest = &tag[end..];
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_the_same_by_its_words() {
        for (ours, theirs) in [
            ("chest < 96 & waist", "chest &lt; 96 &amp; waist"),
            ("<b>wide</b> sleeves", "<b>wide</b> sleeves"),
            ("<b>wide sleeves", "<b>wide sleeves</b>"),
            ("<p style='x'>wide</p>", "<p>wide</p>"),
            ("see <her> note", "see &lt;her&gt; note"),
            ("5 > 4", "5 &gt; 4"),
        ] {
            assert!(is_cleaned("remarks", ours, theirs), "{ours} {theirs}");
        }
        for (ours, theirs) in [
            ("chest < 96", "chest < 97"),
            ("chest < 96", "x"),
            ("<b>wide</b>", "<b>narrow</b>"),
            ("<b>wide", ""),
            ("wide", "<b>wide</b>"),
            ("a & b", "a &amp; b"),
        ] {
            assert!(!is_cleaned("remarks", ours, theirs), "{ours} {theirs}");
        }
    }

    #[test]
    fn a_name_is_the_same_letter_by_letter() {
        for name in ["customer", "item_code", "warehouse", "bill_no"] {
            assert!(is_cleaned(name, "Cloth <2 m>", "Cloth &lt;2 m&gt;"), "{name}");
            assert!(!is_cleaned(name, "Cloth <2 m>", "Cloth <3 m>"), "{name}");
            assert!(!is_cleaned(name, "<b>Cloth", "<b>Cloth</b>"), "{name}");
        }
    }
}
