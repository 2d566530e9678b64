//! Version 1 of the segment format. Do not change this test, and do not change its file: journals in the field have these
//! bytes. A new version gets a new file and a new test beside this one.

use super::*;
use outpost::domain::id::RecordHash;
use outpost::journal::Replica;
use outpost::wire::frame::Kind;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1/segment.seg")
}

/// Writes the journal that the golden file is the first segment of.
fn write(dir: &Path) {
    let options = Options { segment_bytes: 16 * 1024, ..Options::new(site(), store(1), key_of) };
    let (mut replica, _) = Replica::open(dir, options).unwrap();
    replica.put(at(1, 1), RecordHash::NONE, b"the first record", None).unwrap();
    replica.sync().unwrap();
    replica.put(at(1, 2), RecordHash([0x22; 32]), &keyed(7, 4000), Some(key(7))).unwrap();
    replica.sync().unwrap();
    replica.put_lost(at(1, 3), RecordHash([0x33; 32])).unwrap();
    replica.put(at(2, 1), RecordHash([0x44; 32]), b"another epoch", None).unwrap();
    replica.sync().unwrap();
}

#[test]
fn version_1_is_written_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    write(&in_dir(dir.path()));
    let written = std::fs::read(in_dir(dir.path()).join("00000001.seg")).unwrap();
    assert!(written == std::fs::read(golden()).unwrap(), "the bytes of a segment have changed");
}

#[test]
fn version_1_is_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(in_dir(dir.path())).unwrap();
    std::fs::copy(golden(), in_dir(dir.path()).join("00000001.seg")).unwrap();
    let (replica, report) = Replica::open(&in_dir(dir.path()), Options::new(site(), store(1), key_of)).unwrap();
    assert!(report.damages.is_empty() && report.torn_bytes == 0);
    let all = everything(&replica.reader());
    let told: Vec<_> = all.iter().map(|s| (s.position, s.kind, s.locator.offset, s.body.len())).collect();
    assert_eq!(
        told,
        [
            (at(1, 1), Kind::Record, 4096, 16),
            (at(1, 2), Kind::Record, 8192, 4000),
            (at(1, 3), Kind::Lost, 12288, 32),
            (at(2, 1), Kind::Record, 12384, 13),
        ]
    );
    assert_eq!(replica.reader().find(&key(7)).unwrap(), Some(all[1].locator));
    assert_eq!(
        all[0].hash(&site()).to_string(),
        "db919f23d44836a6b1158cfdbac86187f8ae90b69a6edf6388e21a305ecf58b6",
        "the hash of a record is part of the format"
    );
}

fn index(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name)
}

/// Segments of 8 KiB, so that the first has an index: of two epochs, a lost record, keys, and one key twice.
fn roll(dir: &Path) {
    let options = Options { segment_bytes: 8 * 1024, ..Options::new(site(), store(1), key_of) };
    let (mut replica, _) = Replica::open(dir, options).unwrap();
    let put = |replica: &mut Replica, at, body: &[u8]| {
        replica.put(at, RecordHash([0x55; 32]), body, key_of(body)).unwrap();
    };
    put(&mut replica, at(1, 1), b"the first record");
    put(&mut replica, at(1, 2), &keyed(9, 300));
    put(&mut replica, at(1, 3), &keyed(7, 300));
    replica.put_lost(at(1, 4), RecordHash([0x33; 32])).unwrap();
    put(&mut replica, at(2, 1), &keyed(7, 200));
    put(&mut replica, at(2, 2), &keyed(8, 100));
    replica.sync().unwrap();
    for seq in 3..6 {
        put(&mut replica, at(2, seq), &keyed(20 + seq, 4000));
        replica.sync().unwrap();
    }
}

/// A missing one is written with `OUTPOST_WRITE_GOLDEN=1` alone.
fn is_golden(name: &str, bytes: &[u8]) {
    let path = index(name);
    if !path.exists() && std::env::var_os("OUTPOST_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, bytes).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(kept == bytes, "the bytes of an index have changed: {name}");
}

#[test]
fn version_1_of_an_index_is_written_as_it_was_and_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let dir = in_dir(dir.path());
    roll(&dir);
    let path = dir.join("00000001.idx");
    is_golden("segment.idx", &std::fs::read(&path).unwrap());

    std::fs::copy(index("segment.idx"), &path).unwrap();
    let (replica, report) = Replica::open(&dir, Options::new(site(), store(1), key_of)).unwrap();
    assert_eq!((report.rebuilt_indexes, report.damages.len()), (0, 0));
    let all = everything(&replica.reader());
    for (n, ordinal) in [(9, 1), (7, 2), (8, 5)] {
        assert_eq!(replica.reader().find(&key(n)).unwrap(), Some(all[ordinal].locator), "{n}");
    }
}

#[test]
fn version_1_of_an_index_of_a_damaged_segment_is_written_as_it_was_and_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let dir = in_dir(dir.path());
    roll(&dir);
    let (segment, path) = (dir.join("00000001.seg"), dir.join("00000001.idx"));
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(17).position(|part| part == &keyed(7, 300)[..17]).unwrap();
    bytes[at + 20] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    std::fs::remove_file(&path).unwrap();
    let open = || Replica::open(&dir, Options::new(site(), store(1), key_of)).unwrap();
    assert_eq!(open().1.rebuilt_indexes, 1);
    is_golden("segment-damaged.idx", &std::fs::read(&path).unwrap());

    std::fs::copy(index("segment-damaged.idx"), &path).unwrap();
    let (replica, report) = open();
    assert_eq!((report.rebuilt_indexes, report.damages.len()), (0, 1));
    let found = replica.reader().find(&key(7)).unwrap().unwrap();
    assert_eq!(everything(&replica.reader())[3].locator, found, "the first that is whole");
}
