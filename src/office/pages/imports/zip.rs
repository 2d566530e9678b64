//! Files as one, in the zip format, stored as they are: envelopes are compressed and sealed already.
//!
//! By hand, since so little of the format is needed: of the crates that write it, one brings three others along, and the other leaves the
//! lengths to the end of each file, which not every unpacker reads where nothing is compressed. APPNOTE.TXT 6.3 is the source. Absent:
//! anything beyond 4 GiB, of which an answer is far.

/// A file's header, and its entry in the directory at the end.
const LOCAL: u32 = 0x0403_4b50;
const ENTRY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// What a reader has to know: 2.0, folders in names.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1980-01-01, the first day that the format has: when a file was written says nothing here.
const DAY: u16 = 1 << 5 | 1;

/// What of a header the directory repeats.
fn facts(name: &str, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("invariant: an answer is far below 4 GiB");
    let name_length = u16::try_from(name.len()).expect("invariant: a name is far below 64 KiB");
    let mut out = Vec::new();
    for field in [VERSION, UTF8, 0, 0, DAY] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    for field in [crc32fast::hash(bytes), length, length] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    out.extend_from_slice(&name_length.to_le_bytes());
    out.extend_from_slice(&0_u16.to_le_bytes());
    out
}

/// The zip of these files, by name.
pub(super) fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let here = |out: &Vec<u8>| u32::try_from(out.len()).expect("invariant: an answer is far below 4 GiB");
    for (name, bytes) in files {
        let (at, facts) = (here(&out), facts(name, bytes));
        out.extend_from_slice(&LOCAL.to_le_bytes());
        out.extend_from_slice(&facts);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(bytes);
        directory.extend_from_slice(&ENTRY.to_le_bytes());
        directory.extend_from_slice(&VERSION.to_le_bytes());
        directory.extend_from_slice(&facts);
        // No comment, the first disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(files.len()).expect("invariant: an answer has fewer than 65,536 files");
    let (at, length) = (here(&out), here(&directory));
    out.extend_from_slice(&directory);
    out.extend_from_slice(&END.to_le_bytes());
    for field in [0, 0, count, count] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&0_u16.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::hex;

    /// Do not change this test: `unzip -t` and Python's `zipfile` have read these bytes.
    #[test]
    fn golden_bytes() {
        assert_eq!(hex(&zip(&[])), format!("504b0506{}", "00".repeat(18)));
        let one = zip(&[("a/b.op".into(), b"hello".to_vec())]);
        let facts = "1400 0008 0000 0000 2100 86a61036 05000000 05000000 0600 0000".replace(' ', "");
        let expected = format!(
            "504b0304{facts}612f622e6f7068656c6c6f504b01021400{facts}{}00000000612f622e6f70504b05060000000001000100\
             34000000290000000000",
            "00".repeat(10)
        );
        assert_eq!(hex(&one), expected);
    }
}
