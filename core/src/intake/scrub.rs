//! Takes what is secret out of what was refused, before it is kept: a PIN, a badge, a session's token.
//!
//! A refusal's bytes may be anything, cut and malformed too, so this goes by the names of the fields and not by a parser. Where
//! it cannot tell how far a value reaches, the rest goes.

/// Fields that nobody may read later.
const SECRETS: &[&str] = &["pin", "badge", "session", "password"];
/// What stands for each byte that was taken out.
const MASK: u8 = b'*';

/// The bytes with the values of secret fields masked; every length stays as it was.
pub(super) fn scrubbed(payload: &[u8]) -> Vec<u8> {
    let mut bytes = payload.to_vec();
    for name in SECRETS {
        let mut from = 0;
        while let Some(at) = find(&bytes[from..], name.as_bytes()) {
            let start = from + at;
            let after = start + name.len();
            from = after;
            let is_json_name = start > 0 && bytes[start - 1] == b'"' && bytes.get(after) == Some(&b'"');
            // A CBOR text of this length begins with one byte.
            let is_cbor_name = start > 0 && usize::from(bytes[start - 1]) == 0x60 + name.len();
            if is_json_name {
                from = mask_json(&mut bytes, after + 1);
            } else if is_cbor_name {
                from = mask_cbor(&mut bytes, after);
            }
        }
    }
    bytes
}

fn find(bytes: &[u8], name: &[u8]) -> Option<usize> {
    bytes.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name))
}

fn mask(bytes: &mut [u8], from: usize, to: usize) -> usize {
    let to = to.min(bytes.len());
    bytes[from.min(to)..to].fill(MASK);
    to
}

/// Masks the value behind a name's closing quote; where it ends.
fn mask_json(bytes: &mut [u8], from: usize) -> usize {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b':';
    let start = from + bytes[from..].iter().take_while(|byte| is_between(byte)).count();
    if bytes.get(start) != Some(&b'"') {
        let end = bytes[start..].iter().position(|byte| matches!(byte, b',' | b'}' | b']')).map(|n| start + n);
        return mask(bytes, start, end.unwrap_or(usize::MAX));
    }
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    mask(bytes, start + 1, at)
}

/// Masks a CBOR text or byte string of less than 256 bytes; anything else, and all that follows.
fn mask_cbor(bytes: &mut [u8], from: usize) -> usize {
    let (head, len) = match (bytes.get(from), bytes.get(from + 1)) {
        (Some(kind @ (0x40..=0x57 | 0x60..=0x77)), _) => (1, usize::from(kind & 0x1f)),
        (Some(0x58 | 0x78), Some(len)) => (2, usize::from(*len)),
        _ => (0, usize::MAX - from),
    };
    mask(bytes, from + head, from.saturating_add(head).saturating_add(len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(payload: &str) -> String {
        String::from_utf8_lossy(&scrubbed(payload.as_bytes())).into_owned()
    }

    #[test]
    fn secrets_are_taken_out_and_the_rest_stays() {
        assert_eq!(text(r#"{"a":1,"pin":"4711","b":2}"#), r#"{"a":1,"pin":"****","b":2}"#);
        assert_eq!(text(r#"{"PIN" : 4711, "session":"ab\"cd"}"#), r#"{"PIN" : ****, "session":"******"}"#);
        assert_eq!(text(r#"{"pin":"47"#), r#"{"pin":"**"#);
        assert_eq!(text(r#"{"code":"pin 4711"}"#), r#"{"code":"pin 4711"}"#, "a word in a text is no field");
        assert_eq!(text("8991234"), "8991234");
    }

    #[test]
    fn secrets_are_taken_out_of_cbor() {
        let cbor = crate::wire::cbor::to_vec(&[("pin", "4711"), ("x", "1")]);
        let clean = scrubbed(&cbor);
        assert!(!clean.windows(4).any(|window| window == b"4711") && clean.len() == cbor.len());
        let map = [&b"\xa2\x63pin\x1a\x00\x00\x12\x67\x61a\x61b"[..], b""].concat();
        assert!(scrubbed(&map)[5..].iter().all(|byte| *byte == MASK), "a number has no end that a scan can see");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_no_secret_stays(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            secret in "[0-9]{6,12}",
            after in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let payload = [&before[..], format!("\"pin\":\"{secret}\"").as_bytes(), &after].concat();
            let clean = scrubbed(&payload);
            prop_assert_eq!(clean.len(), payload.len());
            let at = before.len() + 7;
            prop_assert!(clean[at..at + secret.len()].iter().all(|byte| *byte == MASK));
        }
    }
}
