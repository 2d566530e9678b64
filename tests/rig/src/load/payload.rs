//! What is published: lines of JSON, taken in turn, and never twice under one id.
//!
//! The first time through, each line goes out as it is. Later times the last eight digits of its `"id"` (a UUID) are
//! replaced by the number of the round, so that a box that knows repeats does not take it for one.

use anyhow::{Result, bail};

const ID_KEY: &[u8] = b"\"id\":\"";
const ID_LEN: usize = 36;
/// How much of the id the round takes.
const ROUND_DIGITS: usize = 8;

/// One publish's payload: which line, in which round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payload {
    line: u32,
    round: u32,
}

struct Line {
    bytes: Vec<u8>,
    /// Where its id begins, if it has one.
    id_at: Option<usize>,
}

/// The lines, and whose turn it is.
pub(super) struct Payloads {
    lines: Vec<Line>,
    next: Payload,
}

impl Payloads {
    /// The lines of a text, empty ones left out. `first_round` above 0 begins with changed ids, for a second load with the
    /// same lines.
    pub(super) fn new(text: &str, first_round: u32) -> Result<Self> {
        let lines: Vec<Line> = text.lines().filter(|line| !line.is_empty()).map(Line::new).collect();
        if lines.is_empty() {
            bail!("there is no line to publish");
        }
        Ok(Payloads { lines, next: Payload { line: 0, round: first_round } })
    }

    pub(super) fn take(&mut self) -> Payload {
        let taken = self.next;
        self.next.line += 1;
        if self.next.line as usize == self.lines.len() {
            self.next = Payload { line: 0, round: taken.round.wrapping_add(1) };
        }
        taken
    }

    pub(super) fn len(&self, payload: Payload) -> usize {
        self.lines[payload.line as usize].bytes.len()
    }

    pub(super) fn write(&self, payload: Payload, out: &mut Vec<u8>) {
        let line = &self.lines[payload.line as usize];
        let start = out.len();
        out.extend_from_slice(&line.bytes);
        if let Some(id_at) = line.id_at {
            put_round(payload.round, &mut out[start + id_at..start + id_at + ID_LEN]);
        }
    }

    /// Writes the payload's id, if it has one, and a newline.
    pub(super) fn write_id(&self, payload: Payload, out: &mut Vec<u8>) {
        let line = &self.lines[payload.line as usize];
        let Some(id_at) = line.id_at else { return };
        let start = out.len();
        out.extend_from_slice(&line.bytes[id_at..id_at + ID_LEN]);
        put_round(payload.round, &mut out[start..]);
        out.push(b'\n');
    }
}

impl Line {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes().to_vec();
        let key = bytes.windows(ID_KEY.len()).position(|window| window == ID_KEY);
        let id_at = key.map(|at| at + ID_KEY.len()).filter(|at| bytes.get(at + ID_LEN) == Some(&b'"'));
        Line { bytes, id_at }
    }
}

fn put_round(round: u32, id: &mut [u8]) {
    if round == 0 {
        return;
    }
    let digits = &mut id[ID_LEN - ROUND_DIGITS..];
    for (index, digit) in digits.iter_mut().enumerate() {
        let nibble = round >> (4 * (ROUND_DIGITS - 1 - index)) & 0xf;
        *digit = b"0123456789abcdef"[nibble as usize];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "{\"id\":\"01a199c5-f6d5-7192-a279-13d89c61de98\",\"n\":1}\n\n{\"n\":2}\n";

    fn written(payloads: &Payloads, payload: Payload) -> (String, String) {
        let (mut out, mut id) = (Vec::new(), Vec::new());
        payloads.write(payload, &mut out);
        payloads.write_id(payload, &mut id);
        assert_eq!(out.len(), payloads.len(payload));
        (String::from_utf8(out).unwrap(), String::from_utf8(id).unwrap())
    }

    #[test]
    fn the_first_round_is_as_written_and_later_ones_have_ids_of_their_own() {
        let mut payloads = Payloads::new(TWO, 0).unwrap();
        let rounds: Vec<_> = (0..6).map(|_| payloads.take()).collect();
        assert_eq!(written(&payloads, rounds[0]).0, TWO.lines().next().unwrap());
        assert_eq!(written(&payloads, rounds[1]), ("{\"n\":2}".into(), String::new()));
        let (third, id) = written(&payloads, rounds[4]);
        assert_eq!(id, "01a199c5-f6d5-7192-a279-13d800000002\n");
        assert_eq!(third, TWO.lines().next().unwrap().replace("9c61de98", "00000002"));
    }

    #[test]
    fn a_later_first_round_never_repeats_an_earlier_loads_ids() {
        let mut payloads = Payloads::new(TWO, 0xabc).unwrap();
        let first = payloads.take();
        assert_eq!(written(&payloads, first).1, "01a199c5-f6d5-7192-a279-13d800000abc\n");
    }

    #[test]
    fn nothing_to_publish_is_an_error() {
        assert!(Payloads::new("\n\n", 0).is_err());
    }
}
