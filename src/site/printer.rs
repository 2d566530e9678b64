//! The box's printer: a receipt printer that understands ESC/POS, at a device file or a network address.
//!
//! In: lines of a paper. Out: bytes on their way to the printer, or why not. Absent: what a receipt says. ESC/POS is a printer's language
//! of escape sequences; of it five are used: begin anew, the code page 858 (of which ASCII is sent), bold, feed, cut.

use serde::Deserialize;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a printer may take: one without paper takes nothing, and whoever waits is to be told.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a printer that takes nothing just now is tried again.
const AGAIN: Duration = Duration::from_millis(50);

const BEGIN: &[u8] = b"\x1b@\x1bt\x13";
const BOLD: [&[u8]; 2] = [b"\x1bE\0", b"\x1bE\x01"];
/// Four empty lines, so that the text is past the knife, and a cut that leaves a point.
const END: &[u8] = b"\n\n\n\n\x1dVB\0";

/// A line of a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) left: String,
    /// At the right edge.
    #[serde(default)]
    pub(super) right: String,
    #[serde(default)]
    pub(super) strong: bool,
    #[serde(default)]
    pub(super) center: bool,
}

/// Characters in a line of paper of this width, with the usual font of 12 dots.
pub(super) fn columns(width_mm: u8) -> usize {
    if width_mm == 80 { 48 } else { 32 }
}

/// What the printer is sent for these lines.
pub(super) fn bytes(lines: &[Line], columns: usize) -> Vec<u8> {
    let mut out = BEGIN.to_vec();
    for line in lines {
        out.extend_from_slice(BOLD[usize::from(line.strong)]);
        for text in laid(line, columns) {
            out.extend_from_slice(text.trim_end().as_bytes());
            out.push(b'\n');
        }
    }
    out.extend_from_slice(BOLD[0]);
    out.extend_from_slice(END);
    out
}

/// A line in as many as it needs.
fn laid(line: &Line, columns: usize) -> Vec<String> {
    let (mut texts, right) = (wrapped(&ascii(&line.left), columns), ascii(&line.right));
    if line.center {
        texts = texts.into_iter().map(|text| format!("{text:^columns$}")).collect();
    }
    if right.is_empty() {
        return texts;
    }
    let last = texts.pop().unwrap_or_default();
    if last.len() + 1 + right.len() <= columns {
        texts.push(format!("{last}{right:>width$}", width = columns - last.len()));
    } else {
        texts.push(last);
        texts.extend(wrapped(&right, columns).into_iter().map(|text| format!("{text:>columns$}")));
    }
    texts
}

/// At most `columns` characters each, broken at blanks where there are any.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut texts = vec![String::new()];
    for mut word in text.split(' ') {
        loop {
            let last = texts.last_mut().expect("invariant: there is one from the beginning");
            let room = columns - last.len();
            let blank = usize::from(!last.is_empty());
            if word.len() + blank <= room {
                last.push_str(if blank == 1 { " " } else { "" });
                last.push_str(word);
                break;
            }
            if last.is_empty() {
                last.push_str(&word[..columns]);
                word = &word[columns..];
            }
            texts.push(String::new());
        }
    }
    texts
}

/// Every printer's characters; signs of receipts that are no letters of ASCII have one that is read alike, others are a question mark.
fn ascii(text: &str) -> String {
    let alike = |letter: char| match letter {
        ' '..='~' => letter,
        '\t' | '\n' | '\u{a0}' | '\u{202f}' => ' ',
        '×' => 'x',
        '·' | '–' | '—' | '−' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        _ => '?',
    };
    text.chars().map(alike).collect()
}

/// Where it is; one paper at a time.
#[derive(Debug)]
pub(super) struct Printer {
    at: String,
    alone: Mutex<()>,
}

impl Printer {
    /// At a device file, as /dev/usb/lp0, or at an address, as 192.168.1.9:9100.
    pub(super) fn new(at: String) -> Self {
        Self { at, alone: Mutex::default() }
    }

    /// Sends it this; an error where it has not taken all of it within ten seconds.
    pub(super) fn print(&self, bytes: &[u8]) -> io::Result<()> {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + PATIENCE;
        if Path::new(&self.at).is_absolute() {
            let nonblock = rustix::fs::OFlags::NONBLOCK.bits() as i32;
            let mut file = OpenOptions::new().write(true).custom_flags(nonblock).open(&self.at)?;
            return send(&mut file, bytes, until);
        }
        let address = self.at.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        send(&mut socket, bytes, until)
    }
}

fn send(printer: &mut impl Write, mut bytes: &[u8], until: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        match printer.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = &bytes[taken..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < until => {
                std::thread::sleep(AGAIN);
            }
            Err(error) => return Err(error),
        }
    }
    printer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: &str, right: &str) -> Line {
        Line { left: left.into(), right: right.into(), ..Line::default() }
    }

    #[test]
    fn a_line_keeps_to_the_paper_and_its_amount_to_the_right_edge() {
        assert_eq!(laid(&line("2 Nos × 1,000", "2,000"), 20), ["2 Nos x 1,000  2,000"]);
        assert_eq!(laid(&line("Total", "1,234,567,890.00"), 20), ["Total", "    1,234,567,890.00"]);
        assert_eq!(laid(&line("A long shirt with pockets", "9"), 12), ["A long shirt", "with pockets", "           9"]);
        assert_eq!(laid(&line("ABCDEFGHIJKL", ""), 5), ["ABCDE", "FGHIJ", "KL"]);
        assert_eq!(laid(&Line { center: true, ..line("Bu Sári", "") }, 11), ["  Bu Sari  "]);
        assert_eq!(laid(&line("", ""), 5), [""]);
        for width in [58, 80] {
            let long = "x".repeat(500);
            for text in laid(&line(&long, &long), columns(width)) {
                assert!(text.len() <= columns(width));
            }
        }
    }

    #[test]
    fn nothing_that_is_typed_reaches_the_printer_as_a_command() {
        let sent = bytes(&[line("a\x1b@\x1dV\0b", "")], 32);
        let text = [BEGIN, BOLD[0], b"a?@?V?b\n", BOLD[0], END].concat();
        assert_eq!(sent, text);
    }

    #[test]
    fn a_printer_that_takes_nothing_is_given_up() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::WouldBlock.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let until = Instant::now() + 2 * AGAIN;
        assert_eq!(send(&mut Full, b"x", until).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(Instant::now() >= until);
    }
}
