//! Unpacks a zip by its directory, as people's programs do, and as little of the format as answers need.

use std::path::Path;

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Its files, by name.
pub fn files(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06", "the directory's end is the last thing");
    let (count, mut at) = (number(zip, end + 10, 2), number(zip, end + 16, 4));
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let (crc, length, name) = (number(zip, at + 16, 4), number(zip, at + 20, 4), number(zip, at + 28, 2));
        let local = number(zip, at + 42, 4);
        let begin = local + 30 + name;
        assert_eq!(&zip[local..local + 4], b"PK\x03\x04");
        assert_eq!(zip[local + 4..local + 30], zip[at + 6..at + 32], "the file's header says the same");
        let bytes = zip[begin..begin + length].to_vec();
        assert_eq!(crc32fast::hash(&bytes) as usize, crc);
        files.push((String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap(), bytes));
        at += 46 + name;
    }
    assert_eq!(at, end);
    files
}

/// Lays them onto a directory.
pub fn onto(zip: &[u8], dir: &Path) {
    for (name, bytes) in files(zip) {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
